/* cmd_profile_groups.c - nono profile groups.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/jsontext.h"
#include "base/util.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/table.h"

static const char *platform_word(const struct nono_group *g)
{
	static const char *const words[] = {[NONO_PLATFORM_ANY] = "cross-platform",
					    [NONO_PLATFORM_LINUX] = "linux",
					    [NONO_PLATFORM_MACOS] = "macos"};

	return words[g->platform];
}

static size_t count(const char *const *list)
{
	size_t n = 0;

	while (list[n])
		n++;
	return n;
}

/* The lists of a group, and what they are called. */
struct part {
	const char *section, *key, *title;
	size_t offset;
	bool paths;
};

static const struct part parts[] = {
	{"allow", "read", "Reads", offsetof(struct nono_group, allow_read), true},
	{"allow", "write", "Writes", offsetof(struct nono_group, allow_write), true},
	{"allow", "readwrite", "Reads and writes", offsetof(struct nono_group, allow_readwrite), true},
	{"deny", "access", "Denies", offsetof(struct nono_group, deny_access), true},
	{"deny", "write", "Denies writing to", offsetof(struct nono_group, deny_write), true},
	{"deny", "commands", "Refuses to start", offsetof(struct nono_group, deny_commands), false},
};

static const char *const *list_of(const struct nono_group *g, const struct part *part)
{
	return *(const char *const *const *)((const char *)g + part->offset);
}

/* ---- all of them ---- */

static void add_head(struct nono_buf *out, const struct nono_group *g)
{
	nono_json_open(out, NULL, '{');
	nono_json_member(out, "name", g->name);
	nono_json_member(out, "description", g->description);
	nono_json_member(out, "platform", platform_word(g));
	nono_json_bool(out, "required", g->required);
	nono_json_bool(out, "base", g->base);
}

/* Open the object that a part stands in, if it is another than that of the one before. */
static void enter(struct nono_buf *out, const char **section, const struct part *part)
{
	if (nono_streq(*section, part->section))
		return;
	nono_buf_puts(out, *section ? "}" : "");
	*section = part->section;
	nono_json_open(out, part->section, '{');
}

static void add_counts(struct nono_buf *out, const struct nono_group *g)
{
	const char *section = NULL;

	add_head(out, g);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(parts); i++) {
		enter(out, &section, &parts[i]);
		nono_json_number(out, parts[i].key, (long long)count(list_of(g, &parts[i])));
	}
	nono_json_bool(out, "unlink", g->deny_unlink);
	nono_buf_puts(out, "}}");
}

static bool shown_here(const struct arguments *args, const struct nono_group *g)
{
	return args->profiles.all_platforms || g->platform == NONO_PLATFORM_ANY || g->platform == NONO_PLATFORM_LINUX;
}

static int list_json(const struct arguments *args, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	nono_json_open(&out, NULL, '[');
	for (size_t i = 0; i < nono_group_count; i++)
		if (shown_here(args, &nono_groups[i]))
			add_counts(&out, &nono_groups[i]);
	nono_buf_puts(&out, "]");
	return screen_json(&out, err);
}

static void add_row(struct table *t, const struct arguments *args, const struct nono_group *g)
{
	char name[NONO_NAME_BYTES];

	(void)snprintf(name, sizeof(name), "%s%s", g->name, g->required ? " *" : "");
	table_row(t);
	table_cell(t, OUTPUT_NAME, name);
	if (args->profiles.all_platforms)
		table_cell(t, OUTPUT_QUIET, g->platform == NONO_PLATFORM_ANY ? "" : platform_word(g));
	table_cell(t, OUTPUT_PLAIN, g->description);
}

static int list_text(const struct arguments *args, struct nono_error *err)
{
	_cleanup_(table_done) struct table base = {0}, more = {0};
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	size_t width = screen_width();

	for (size_t i = 0; i < nono_group_count; i++)
		if (shown_here(args, &nono_groups[i]))
			add_row(nono_groups[i].base ? &base : &more, args, &nono_groups[i]);
	table_align(&base, &more);
	screen_line(&out, OUTPUT_HEADING, "In every run (the base)");
	table_put(&base, 2, width, &out);
	screen_line(&out, OUTPUT_QUIET, "  * required: stays unless trust_groups names it");
	nono_buf_puts(&out, "\n");
	screen_line(&out, OUTPUT_HEADING, "For groups.include");
	table_put(&more, 2, width, &out);
	return screen_put(&out, err);
}

/* ---- one of them ---- */

static void add_path(struct nono_buf *out, const struct nono_vars *vars, const char *raw)
{
	_cleanup_(nono_freep) char *expanded = NULL;

	nono_json_open(out, NULL, '{');
	nono_json_member(out, "raw", raw);
	if (nono_vars_expand(vars, raw, &expanded, NULL) == 0)
		nono_json_member(out, "expanded", expanded);
	else
		out->failed = true;
	nono_buf_puts(out, "}");
}

static void add_part(struct nono_buf *out, const struct nono_vars *vars, const struct nono_group *g,
		     const struct part *part)
{
	nono_json_open(out, part->key, '[');
	for (const char *const *item = list_of(g, part); *item; item++) {
		if (part->paths) {
			add_path(out, vars, *item);
			continue;
		}
		nono_json_item(out);
		nono_json_string(out, *item);
	}
	nono_buf_puts(out, "]");
}

static int detail_json(const struct context *ctx, const struct nono_group *g, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	const char *section = NULL;

	add_head(&out, g);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(parts); i++) {
		enter(&out, &section, &parts[i]);
		add_part(&out, &ctx->vars, g, &parts[i]);
	}
	nono_json_bool(&out, "unlink", g->deny_unlink);
	nono_buf_puts(&out, "}");
	nono_json_open(&out, "symlink_pairs", '{');
	for (const char *const *pair = g->symlink_pairs; *pair; pair += 2)
		nono_json_member(&out, pair[0], pair[1]);
	nono_buf_puts(&out, "}}");
	return screen_json(&out, err);
}

static void put_part(struct nono_buf *out, const struct nono_group *g, const struct part *part)
{
	const char *const *item = list_of(g, part);

	if (!*item)
		return;
	nono_buf_puts(out, "\n");
	screen_line(out, OUTPUT_HEADING, "%s", part->title);
	for (; *item; item++)
		screen_line(out, OUTPUT_PLAIN, "  %s", *item);
}

static int detail_text(const struct nono_group *g, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	screen_text(&out, OUTPUT_HEADING, g->name);
	screen_line(&out, OUTPUT_QUIET, "  (%s%s%s)", platform_word(g), g->base ? ", in every run" : "",
		    g->required ? ", required" : "");
	screen_fill(&out, OUTPUT_PLAIN, g->description, 0, 0, screen_width());
	for (size_t i = 0; i < NONO_ARRAY_SIZE(parts); i++)
		put_part(&out, g, &parts[i]);
	if (g->deny_unlink)
		nono_buf_printf(&out, "\nDenies deletion%s\n",
				g->deny_unlink_override_for_user_writable ? ", but where writing is granted" : "");
	return screen_put(&out, err);
}

/* By its name, or an older one that stands for one group; NULL where that names none or several. */
static const struct nono_group *find_group(const char *name)
{
	const char *self[2];
	const char *const *names = nono_group_expand(name, self);

	return names && !names[1] ? nono_group_find(names[0]) : NULL;
}

static int no_such_group(const char *name, struct nono_error *err)
{
	const char *near = nono_group_nearest(name);
	const char *self[2];
	const char *const *names = nono_group_expand(name, self);
	char all[NONO_ERROR_BYTES / 2] = "";
	size_t used = 0;

	if (!names)
		return nono_fail(err, NONO_E_NOTFOUND, 0,
				 "there is no group '%s'%s%s%s; nono profile groups lists them", name,
				 near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	for (; *names && used < sizeof(all); names++)
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s", used ? ", " : "", *names);
	return nono_fail(err, NONO_E_NOTFOUND, 0, "'%s' stands for several groups; name one of: %s", name, all);
}

int cmd_profile_groups(struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(context_done) struct context ctx = {0};
	const struct nono_group *group;
	int rc;

	if (!args->operand_count)
		return args->json ? list_json(args, err) : list_text(args, err);
	group = find_group(args->operands[0]);
	if (!group)
		return no_such_group(args->operands[0], err);
	if (!args->json)
		return detail_text(group, err);
	rc = context_start(&ctx, args, env, err);
	return rc == 0 ? detail_json(&ctx, group, err) : rc;
}
