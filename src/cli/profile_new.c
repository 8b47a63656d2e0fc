/* profile_new.c - the text of a new profile.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/profile_new.h"

#include <stddef.h>

#include "base/jsontext.h"
#include "base/util.h"
#include "policy/profile_keys.h"

/* When a key is written. */
enum when { ALWAYS, FULL, FULL_ALONE /* with --full, and only where there is no base whose value it would replace */ };

#define NO_LIST SIZE_MAX
#define LIST(field) offsetof(struct arguments, field)

/*
 * The keys of a new profile in their order; sections are whole. @list: of texts or, for a port key, of ports, that the
 * options gave; where it is not empty, the key is written with it.
 */
static const struct new_key {
	const char *path, *json; /* json: its value where no option says it; NULL: then it is not written */
	enum when when;
	size_t list;
} keys[] = {
	{"extends", NULL, ALWAYS, LIST(profiles.extends)},
	{"meta.name", NULL, ALWAYS, NO_LIST},
	{"meta.version", "\"1.0.0\"", ALWAYS, NO_LIST},
	{"meta.description", NULL, ALWAYS, NO_LIST},
	{"groups.include", "[]", ALWAYS, LIST(profiles.groups)},
	{"groups.exclude", "[]", FULL, NO_LIST},
	{"workdir.access", "\"readwrite\"", ALWAYS, NO_LIST},
	{"filesystem.allow", "[]", ALWAYS, LIST(flags.allow)},
	{"filesystem.read", "[]", ALWAYS, LIST(flags.read)},
	{"filesystem.write", "[]", FULL, LIST(flags.write)},
	{"filesystem.allow_file", "[]", FULL, LIST(flags.allow_file)},
	{"filesystem.read_file", "[]", FULL, LIST(flags.read_file)},
	{"filesystem.write_file", "[]", FULL, LIST(flags.write_file)},
	{"filesystem.deny", "[]", FULL, LIST(flags.deny)},
	{"filesystem.deny_write", "[]", FULL, LIST(flags.deny_write)},
	{"filesystem.bypass_protection", "[]", FULL, LIST(flags.bypass)},
	{"filesystem.unix_socket", "[]", FULL, LIST(flags.unix_socket)},
	{"filesystem.unix_socket_bind", "[]", FULL, LIST(flags.unix_socket_bind)},
	{"filesystem.unix_socket_dir", NULL, ALWAYS, LIST(flags.unix_socket_dir)},
	{"filesystem.unix_socket_dir_bind", NULL, ALWAYS, LIST(flags.unix_socket_dir_bind)},
	{"network.block", "false", FULL, NO_LIST},
	{"network.connect_port", "[]", FULL, LIST(flags.connect_port)},
	{"network.listen_port", "[]", FULL, LIST(flags.listen_port)},
	{"network.open_port", "[]", FULL, LIST(flags.open_port)},
	{"environment.deny_vars", "[]", FULL, NO_LIST},
	{"environment.set_vars", "{}", FULL, NO_LIST},
	{"commands.allow", "[]", FULL, NO_LIST},
	{"commands.deny", "[]", FULL, NO_LIST},
	{"security.signal_mode", "\"isolated\"", FULL_ALONE, NO_LIST},
	{"security.ipc_mode", "\"shared_memory_only\"", FULL_ALONE, NO_LIST},
	{"rollback.exclude_patterns", "[]", FULL, NO_LIST},
};

/* A list, an item a line, as nono writes it when it adds to one. */
static void put_list(const struct nono_strv *texts, const struct nono_ports *ports, const char *indent,
		     struct nono_buf *out)
{
	size_t len = texts ? texts->len : ports->len;

	for (size_t i = 0; i < len; i++) {
		nono_buf_printf(out, "%s\n%s  ", i ? "," : "[", indent);
		if (texts)
			nono_json_string(out, texts->items[i]);
		else
			nono_buf_printf(out, "%u", ports->items[i].lo);
	}
	if (len)
		nono_buf_printf(out, "\n%s]", indent);
}

/* What the options say of a key; nothing where they do not. */
static void option_value(const struct arguments *args, const struct new_key *key, const char *name,
			 struct nono_buf *out)
{
	bool top = !strchr(key->path, '.'), ports = strstr(key->path, "_port") != NULL;
	const void *list = key->list == NO_LIST ? NULL : (const char *)args + key->list;
	const struct nono_strv *texts = ports ? NULL : list;

	if (strcmp(key->path, "meta.name") == 0)
		nono_json_string(out, name);
	else if (strcmp(key->path, "meta.description") == 0 && args->profiles.description)
		nono_json_string(out, args->profiles.description);
	else if (strcmp(key->path, "network.block") == 0 && args->block_net)
		nono_buf_puts(out, "true");
	else if (top && texts && texts->len == 1)
		nono_json_string(out, texts->items[0]);
	else if (list)
		put_list(texts, ports ? list : NULL, top ? "  " : "    ", out);
}

/* Is a key without a value from the options written all the same? */
static bool is_wanted(const struct arguments *args, const struct new_key *key)
{
	if (!key->json || (key->when == FULL_ALONE && args->profiles.extends.len))
		return false;
	return key->when == ALWAYS || args->profiles.full;
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

		option_value(args, &keys[i], name, &value);
		if (!value.len && !value.failed && is_wanted(args, &keys[i]))
			nono_buf_puts(&value, keys[i].json);
		out->failed |= value.failed;
		if (value.len && !value.failed)
			add_key(&page, keys[i].path, value.data);
	}
	enter(&page, "", 0);
	nono_buf_puts(out, "\n}\n");
}
