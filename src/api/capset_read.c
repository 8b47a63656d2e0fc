/* capset_read.c - what is in a capability set.  SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"
#include "base/buf.h"
#include "base/quote.h"
#include "base/util.h"
#include "policy/explain.h"

static const struct nono_grant *grant_at(const NonoCapabilitySet *caps, uintptr_t index)
{
	if (!caps) {
		(void)nono_api_null("caps");
		return NULL;
	}
	if (index < caps->set.grant_count)
		return &caps->set.grants[index];
	(void)nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG, "there is no entry %zu: the set has %zu", (size_t)index,
			    caps->set.grant_count);
	return NULL;
}

uintptr_t nono_capability_set_fs_count(const NonoCapabilitySet *caps)
{
	if (caps)
		return caps->set.grant_count;
	(void)nono_api_null("caps");
	return 0;
}

char *nono_capability_set_fs_original(const NonoCapabilitySet *caps, uintptr_t index)
{
	const struct nono_grant *g = grant_at(caps, index);

	return g ? nono_api_copy(g->written) : NULL;
}

char *nono_capability_set_fs_resolved(const NonoCapabilitySet *caps, uintptr_t index)
{
	const struct nono_grant *g = grant_at(caps, index);

	return g ? nono_api_copy(g->node.real) : NULL;
}

uint32_t nono_capability_set_fs_access(const NonoCapabilitySet *caps, uintptr_t index)
{
	const struct nono_grant *g = grant_at(caps, index);

	return g ? nono_api_mode(g->access) : NONO_ACCESS_MODE_INVALID;
}

bool nono_capability_set_fs_is_file(const NonoCapabilitySet *caps, uintptr_t index)
{
	const struct nono_grant *g = grant_at(caps, index);

	return g && g->is_file;
}

NonoCapabilitySourceTag nono_capability_set_fs_source_tag(const NonoCapabilitySet *caps, uintptr_t index)
{
	static const NonoCapabilitySourceTag tags[] = {
		[NONO_SOURCE_SYSTEM] = NONO_CAPABILITY_SOURCE_TAG_SYSTEM,
		[NONO_SOURCE_GROUP] = NONO_CAPABILITY_SOURCE_TAG_GROUP,
		[NONO_SOURCE_PROFILE] = NONO_CAPABILITY_SOURCE_TAG_PROFILE,
		[NONO_SOURCE_USER] = NONO_CAPABILITY_SOURCE_TAG_USER,
	};
	const struct nono_grant *g = grant_at(caps, index);

	return g ? tags[g->source.kind] : NONO_CAPABILITY_SOURCE_TAG_USER;
}

char *nono_capability_set_fs_source_group_name(const NonoCapabilitySet *caps, uintptr_t index)
{
	const struct nono_grant *g = grant_at(caps, index);

	return g && g->source.kind == NONO_SOURCE_GROUP && g->source.name ? nono_api_copy(g->source.name) : NULL;
}

/* ---- for people ---- */

static char *take(struct nono_buf *out)
{
	char *text = nono_buf_take(out);

	if (!text)
		(void)nono_api_nomem();
	return text;
}

static void add_ports(struct nono_buf *out, const char *label, const struct nono_ports *ports)
{
	nono_buf_puts(out, label);
	for (size_t i = 0; i < ports->len; i++) {
		const struct nono_port_range *p = &ports->items[i];

		nono_buf_printf(out, "%s%u", i ? ", " : " TCP ports ", p->lo);
		if (p->hi != p->lo)
			nono_buf_printf(out, "-%u", p->hi);
	}
	if (!ports->len)
		nono_buf_puts(out, " any port");
}

static void add_network(struct nono_buf *out, const NonoCapabilitySet *caps)
{
	static const char *const words[] = {
		[NONO_NETWORK_MODE_BLOCKED] = "blocked",
		[NONO_NETWORK_MODE_ALLOW_ALL] = "open",
		[NONO_NETWORK_MODE_PROXY_ONLY] = "the proxy's port only",
	};
	const struct nono_network *n = &caps->set.network;
	bool some = n->connect.len || n->bind.len;

	nono_buf_printf(out, "network: %s", some && !n->block ? "single ports" : words[caps->network_mode]);
	/* Where it is not blocked as a whole, what no port is named for is open. */
	if (n->connect.len || (some && !n->block))
		add_ports(out, "; connections to", &n->connect);
	if (n->bind.len || (some && !n->block))
		add_ports(out, "; listening on", &n->bind);
	nono_buf_puts(out, "\n");
}

static void add_name(struct nono_buf *out, const char *label, const char *name)
{
	nono_buf_puts(out, label);
	nono_quote_text(out, name);
	nono_buf_puts(out, "\n");
}

char *nono_capability_set_summary(const NonoCapabilitySet *caps)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	if (!caps) {
		(void)nono_api_null("caps");
		return NULL;
	}
	nono_buf_puts(&out, caps->set.grant_count ? "files:\n" : "files: none\n");
	for (size_t i = 0; i < caps->set.grant_count; i++) {
		const struct nono_grant *g = &caps->set.grants[i];

		nono_buf_printf(&out, "  %-10s ", nono_access_word(g->access));
		add_name(&out, "", g->node.real);
	}
	for (size_t i = 0; i < caps->set.deny_count; i++)
		add_name(&out, "  denied     ", caps->set.denies[i].written);
	add_network(&out, caps);
	for (size_t i = 0; i < caps->set.allowed_commands.len; i++)
		add_name(&out, "allowed command: ", caps->set.allowed_commands.items[i]);
	for (size_t i = 0; i < caps->set.blocked_count; i++)
		add_name(&out, "blocked command: ", caps->set.blocked[i].name);
	return take(&out);
}

char *nono_capability_set_notes(const NonoCapabilitySet *caps)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	if (!caps) {
		(void)nono_api_null("caps");
		return NULL;
	}
	for (size_t i = 0; i < caps->set.note_count; i++)
		add_name(&out, "", caps->set.notes[i].text);
	return take(&out);
}
