/* compose_manifest.c - a manifest becomes a capability set.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/compose_parts.h"

static int add_grants(const struct nono_builder *b, const struct nono_manifest *m, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < m->grant_count && rc == 0; i++) {
		const struct nono_manifest_grant *g = &m->grants[i];
		const struct nono_grant_request r = {
			.text = g->path,
			.access = g->access,
			.expect = g->is_file ? NONO_EXPECT_FILE : NONO_EXPECT_DIR,
			.kind = NONO_SOURCE_MANIFEST,
			.source = m->name,
			.file_hint = g->is_file ? "\"type\": \"directory\"" : "\"type\": \"file\"",
		};

		rc = nono_build_grant(b, &r, err);
	}
	return rc;
}

static int add_denies(const struct nono_builder *b, const struct nono_manifest *m, bool write_only,
		      struct nono_error *err)
{
	const struct nono_strv *list = write_only ? &m->deny_write : &m->deny;
	int rc = 0;

	for (size_t i = 0; i < list->len && rc == 0; i++) {
		const struct nono_deny_request r = {.text = list->items[i],
						    .kind = NONO_SOURCE_MANIFEST,
						    .source = m->name,
						    .write_only = write_only};

		rc = nono_build_deny(b, &r, err);
	}
	return rc;
}

int nono_compose_manifest(const struct nono_builder *b, const struct nono_manifest *m, struct nono_error *err)
{
	const struct nono_command_request blocks = {.kind = NONO_SOURCE_MANIFEST, .source = m->name};
	const struct nono_command_request allows = {.kind = NONO_SOURCE_MANIFEST, .source = m->name, .allow = true};
	int rc = add_grants(b, m, err);

	if (rc == 0)
		rc = add_denies(b, m, false, err);
	if (rc == 0)
		rc = add_denies(b, m, true, err);
	if (rc == 0)
		rc = nono_build_commands(b, &m->rules.commands.deny, &blocks, err);
	if (rc == 0)
		rc = nono_build_commands(b, &m->rules.commands.allow, &allows, err);
	b->set->no_unlink = m->deny_unlink == NONO_TRI_TRUE;
	return rc;
}
