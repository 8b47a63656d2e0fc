/* cmd_profile_guide.c - nono profile guide.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/util.h"
#include "cli/commands.h"
#include "cli/guide_text.h"
#include "cli/screen.h"

#define ALL "all"
#define INDEX_COLUMNS 13

static void put_section(struct nono_buf *out, const struct guide_section *s)
{
	screen_line(out, OUTPUT_HEADING, "%s", s->heading);
	nono_buf_puts(out, "\n");
	nono_buf_puts(out, s->text);
}

/* The other sections, for whoever sees one screen at a time. */
static void put_index(struct nono_buf *out)
{
	nono_buf_puts(out, "\n");
	screen_line(out, OUTPUT_HEADING, "The other sections");
	nono_buf_puts(out, "\n");
	for (const struct guide_section *s = guide_sections + 1; s->name; s++) {
		nono_buf_puts(out, "  ");
		screen_text(out, OUTPUT_TYPE, s->name);
		screen_pad(out, INDEX_COLUMNS - strlen(s->name));
		nono_buf_printf(out, "%s\n", s->heading + strlen(s->name) + strlen(" - "));
	}
	nono_buf_puts(out, "\nnono profile guide SECTION shows one, nono profile guide " ALL " shows them all.\n");
}

static int unknown_section(const char *name, struct nono_error *err)
{
	struct nono_nearest near = {.word = name};
	char all[NONO_ERROR_BYTES / 2] = "";
	size_t used = 0;

	for (const struct guide_section *s = guide_sections; s->name && used < sizeof(all); s++) {
		nono_nearest_offer(&near, s->name);
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s", used ? ", " : "", s->name);
	}
	if (near.best)
		return nono_fail(err, NONO_E_NOTFOUND, 0, "the guide has no section '%s'; did you mean %s? It has: %s",
				 name, near.best, all);
	return nono_fail(err, NONO_E_NOTFOUND, 0, "the guide has no section '%s'; it has: %s", name, all);
}

int cmd_profile_guide(struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	const char *wanted = args->operand_count ? args->operands[0] : NULL;

	bool index = !wanted && isatty(STDOUT_FILENO);

	(void)env;
	if (index)
		wanted = guide_sections[0].name;
	else if (nono_streq(wanted, ALL))
		wanted = NULL;
	for (const struct guide_section *s = guide_sections; s->name; s++) {
		if (wanted && strcmp(wanted, s->name) != 0)
			continue;
		nono_buf_puts(&out, out.len ? "\n" : "");
		put_section(&out, s);
	}
	if (index)
		put_index(&out);
	return out.len || out.failed ? screen_put(&out, err) : unknown_section(wanted, err);
}
