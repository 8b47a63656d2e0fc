/* doubts.c - grants by which a command could get more at its next run.  SPDX-License-Identifier: Apache-2.0 */
#include "base/util.h"
#include "policy/build.h"
#include "policy/compose.h"
#include "policy/explain.h"
#include "policy/path.h"

/* To change a file, or to put another in its place. */
#define CHANGES (NONO_RIGHT_WRITE_FILE | NONO_RIGHT_REMOVE_FILE)

static int warn_changeable(const struct nono_compose *c, struct nono_capset *set, const char *what, const char *path,
			   struct nono_error *err)
{
	uint32_t rights;

	if (nono_rights_at(set, c->fs, path, &rights, NULL) < 0 || !(rights & CHANGES))
		return 0;
	return nono_capset_note(set, NONO_NOTE_WARNING, err,
				"%s %s lies where the command may write: it can change what confines its next run",
				what, path);
}

/* Does a grant's name go through a directory that another grant lets the command write in, and then lead out of it? */
static bool leads_out(const struct nono_grant *g, const struct nono_grant *tree)
{
	if (tree == g || tree->is_file || !(tree->access & NONO_ACCESS_WRITE))
		return false;
	if (!nono_path_is_below(g->written, tree->written) && !nono_path_is_below(g->written, tree->node.real))
		return false;
	return !nono_path_is_within(g->node.real, tree->node.real);
}

static int warn_of_links(struct nono_capset *set, const struct nono_grant *g, struct nono_error *err)
{
	char by[NONO_NAME_BYTES * 2];

	if (strcmp(g->written, g->node.real) == 0)
		return 0;
	for (size_t i = 0; i < set->grant_count; i++)
		if (leads_out(g, &set->grants[i]))
			return nono_capset_note(
				set, NONO_NOTE_WARNING, err,
				"%s (%s) is a way through %s, where the command may write, to %s: it can make it lead "
				"elsewhere for its next run; grant %s by its own name",
				g->written, nono_source_text(&g->source, by, sizeof(by)), set->grants[i].node.real,
				g->node.real, g->node.real);
	return 0;
}

int nono_capset_doubts(const struct nono_compose *c, struct nono_capset *set, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; c->profile && i < c->profile->files.len && rc == 0; i++)
		rc = warn_changeable(c, set, "profile", c->profile->files.items[i], err);
	if (rc == 0 && c->self_exe)
		rc = warn_changeable(c, set, "nono's own program", c->self_exe, err);
	for (size_t i = 0; i < set->grant_count && rc == 0; i++)
		rc = warn_of_links(set, &set->grants[i], err);
	return rc;
}
