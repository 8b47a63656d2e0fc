/* profile_new.c - the text of a new profile.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/profile_new.h"

#include "base/jsontext.h"
#include "base/util.h"
#include "policy/profile_keys.h"

/* When a key is written. */
enum when { ALWAYS, FULL, FULL_ALONE /* with --full, and only where there is no base whose value it would replace */ };

/* The keys of a new profile in their order; sections are whole. NULL: the options say it. */
static const struct {
	const char *path, *json;
	enum when when;
} keys[] = {
	{"extends", NULL, ALWAYS},
	{"meta.name", NULL, ALWAYS},
	{"meta.version", "\"1.0.0\"", ALWAYS},
	{"meta.description", NULL, ALWAYS},
	{"groups.include", NULL, ALWAYS},
	{"groups.exclude", "[]", FULL},
	{"workdir.access", "\"readwrite\"", ALWAYS},
	{"filesystem.allow", "[]", ALWAYS},
	{"filesystem.read", "[]", ALWAYS},
	{"filesystem.write", "[]", FULL},
	{"filesystem.allow_file", "[]", FULL},
	{"filesystem.read_file", "[]", FULL},
	{"filesystem.write_file", "[]", FULL},
	{"filesystem.deny", "[]", FULL},
	{"filesystem.bypass_protection", "[]", FULL},
	{"filesystem.unix_socket", "[]", FULL},
	{"filesystem.unix_socket_bind", "[]", FULL},
	{"network.block", "false", FULL},
	{"network.connect_port", "[]", FULL},
	{"network.listen_port", "[]", FULL},
	{"network.open_port", "[]", FULL},
	{"environment.deny_vars", "[]", FULL},
	{"environment.set_vars", "{}", FULL},
	{"commands.allow", "[]", FULL},
	{"commands.deny", "[]", FULL},
	{"security.signal_mode", "\"isolated\"", FULL_ALONE},
	{"security.ipc_mode", "\"shared_memory_only\"", FULL_ALONE},
	{"rollback.exclude_patterns", "[]", FULL},
};

/* The value of a key that the options say; nothing where they do not. */
static void option_value(const struct arguments *args, const char *path, const char *name, struct nono_buf *out)
{
	const struct nono_strv *extends = &args->profiles.extends, *groups = &args->profiles.groups;
	bool include = strcmp(path, "groups.include") == 0;
	const struct nono_strv *list = include ? groups : extends;

	if (strcmp(path, "meta.name") == 0) {
		nono_json_string(out, name);
		return;
	}
	if (strcmp(path, "meta.description") == 0) {
		if (args->profiles.description)
			nono_json_string(out, args->profiles.description);
		return;
	}
	if (!include && list->len < 2) {
		if (list->len)
			nono_json_string(out, list->items[0]);
		return;
	}
	nono_buf_puts(out, "[");
	for (size_t i = 0; i < list->len; i++) {
		nono_buf_puts(out, i ? ", " : "");
		nono_json_string(out, list->items[i]);
	}
	nono_buf_puts(out, "]");
}

/* A text that is being written. */
struct page {
	struct nono_buf *out;
	bool comments;
	const char *section; /* path that begins with the open one */
	size_t section_len;
	bool first; /* nothing stands in what is open yet */
};

static void begin_member(struct page *pg, const struct nono_key *key)
{
	const char *indent = pg->section_len ? "    " : "  ";

	nono_buf_puts(pg->out, pg->first ? "\n" : ",\n");
	pg->first = false;
	if (pg->comments && key)
		nono_buf_printf(pg->out, "%s// %s\n", indent, nono_key_doc(key));
	nono_buf_puts(pg->out, indent);
}

static void enter(struct page *pg, const char *path, size_t len)
{
	_cleanup_(nono_freep) char *name = NULL;

	if (len == pg->section_len && strncmp(path, pg->section, len) == 0)
		return;
	if (pg->section_len)
		nono_buf_puts(pg->out, "\n  }");
	pg->section = path;
	pg->section_len = 0;
	if (!len)
		return;
	name = strndup(path, len);
	pg->out->failed |= !name;
	begin_member(pg, name ? nono_key_by_path(name) : NULL);
	nono_buf_printf(pg->out, "\"%s\": {", name ? name : "");
	pg->section_len = len;
	pg->first = true;
}

static void add_key(struct page *pg, const char *path, const char *value)
{
	const struct nono_key *key = nono_key_by_path(path);
	size_t len = key->name_at ? (size_t)key->name_at - 1 : 0;

	enter(pg, path, len);
	begin_member(pg, key);
	nono_buf_printf(pg->out, "\"%s\": %s", path + key->name_at, value);
	pg->first = false;
}

void profile_new(const struct arguments *args, const char *name, bool comments, struct nono_buf *out)
{
	struct page page = {.out = out, .comments = comments, .section = "", .first = true};

	if (comments)
		nono_buf_puts(out, "// A profile of nono: what is not granted here or by what it extends is refused.\n"
				   "// nono profile guide explains each section, with examples.\n");
	nono_buf_puts(out, "{");
	for (size_t i = 0; i < NONO_ARRAY_SIZE(keys); i++) {
		_cleanup_(nono_buf_done) struct nono_buf value = {0};

		if ((keys[i].when != ALWAYS && !args->profiles.full) ||
		    (keys[i].when == FULL_ALONE && args->profiles.extends.len))
			continue;
		if (keys[i].json)
			nono_buf_puts(&value, keys[i].json);
		else
			option_value(args, keys[i].path, name, &value);
		out->failed |= value.failed;
		if (value.len && !value.failed)
			add_key(&page, keys[i].path, value.data);
	}
	enter(&page, "", 0);
	nono_buf_puts(out, "\n}\n");
}
