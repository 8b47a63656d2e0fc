/* state_read.c - JSON becomes a state, strictly.  SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>

#include "api/api.h"
#include "base/util.h"
#include "policy/build.h"
#include "policy/capjson.h"
#include "policy/command.h"
#include "policy/profile_keys.h"

/* Where a value stands, for messages. */
struct place {
	const char *key;
	ssize_t index; /* in a list; -1: the value itself */
};

static int bad(const struct place *at, struct nono_error *err, const char *what)
{
	if (at->index < 0)
		return nono_fail(err, NONO_E_PARSE, 0, "%s: %s", at->key, what);
	return nono_fail(err, NONO_E_PARSE, 0, "%s[%zd]: %s", at->key, at->index, what);
}

/* The same of a member of an object. */
static int bad_member(const struct place *at, const char *member, struct nono_error *err, const char *what)
{
	return nono_fail(err, NONO_E_PARSE, 0, "%s[%zd].%s: %s", at->key, at->index, member, what);
}

/* @member: NULL: the value itself. @text NULL leaves *ret alone. */
static int take_path(const char *text, const char *member, const struct place *at, char **ret, struct nono_error *err)
{
	const char *problem;
	int rc = text ? nono_api_plain_path(text, ret, &problem, err) : 0;

	if (rc < 0 || !text || *ret)
		return rc;
	return member ? bad_member(at, member, err, problem) : bad(at, err, problem);
}

typedef int (*item_fn)(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err);

static int each(json_t *list, const char *key, size_t max, item_fn fn, NonoSandboxState *state, struct nono_error *err)
{
	struct place at = {.key = key, .index = -1};
	size_t i;
	json_t *value;

	if (!json_is_array(list))
		return bad(&at, err, "not a list");
	if (json_array_size(list) > max)
		return nono_fail(err, NONO_E_LIMIT, 0, "%s: more than %zu entries", key, max);
	json_array_foreach (list, i, value) {
		int rc;

		at.index = (ssize_t)i;
		rc = fn(value, &at, state, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Has an object no other keys than these? */
static int check_keys(json_t *object, const char *const *known, const struct place *at, struct nono_error *err)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return bad(at, err, "not an object");
	json_object_foreach (object, name, value) {
		bool found = false;

		for (const char *const *k = known; *k && !found; k++)
			found = strcmp(*k, name) == 0;
		if (!found)
			return nono_fail(err, NONO_E_PARSE, 0, "%s[%zd]: there is no key '%.64s'", at->key, at->index,
					 name);
	}
	return 0;
}

/* ---- files ---- */

static int read_source(const char *text, const struct place *at, struct nono_source *ret, struct nono_error *err)
{
	const char *colon = text ? strchr(text, ':') : NULL;
	size_t len = colon ? (size_t)(colon - text) : strlen(text ? text : "");

	if (!text)
		return nono_source_set(ret, NONO_SOURCE_USER, "caller", err);
	for (int kind = NONO_SOURCE_SYSTEM; kind <= NONO_SOURCE_USER; kind++)
		if (strlen(nono_source_words[kind]) == len && strncmp(nono_source_words[kind], text, len) == 0)
			return nono_source_set(ret, (enum nono_source_kind)kind, colon ? colon + 1 : NULL, err);
	return bad(at, err, "source: not known; begin it with system, group, profile, manifest or user");
}

static enum nono_access read_access(const char *word)
{
	static const char *const words[] = {"", "read", "write", "readwrite"};

	for (int i = NONO_ACCESS_READ; i <= NONO_ACCESS_READWRITE; i++)
		if (strcmp(words[i], word) == 0)
			return (enum nono_access)i;
	return NONO_ACCESS_NONE;
}

static int read_grant(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	static const char *const keys[] = {"original", "path", "access", "is_file", "source",
					   "dev",      "ino",  "rights", NULL};
	const char *original, *path, *access, *source = NULL;
	json_int_t dev = 0, ino = 0, rights = 0;
	struct nono_grant *g;
	int is_file, rc = check_keys(value, keys, at, err);

	if (rc < 0)
		return rc;
	if (json_unpack(value, "{s:s,s:s,s:s,s:b,s?s,s?I,s?I,s?I}", "original", &original, "path", &path, "access",
			&access, "is_file", &is_file, "source", &source, "dev", &dev, "ino", &ino, "rights", &rights))
		return bad(at, err,
			   "needs original, path and access as strings and is_file as a Boolean; dev, ino and rights "
			   "are numbers");
	if (read_access(access) == NONO_ACCESS_NONE)
		return bad_member(at, "access", err, "not known; write read, write or readwrite");
	rc = nono_capset_new_grant(&state->set, &g, err);
	if (rc < 0)
		return rc;
	g->written = strdup(original);
	g->node.dev = (uint64_t)dev;
	g->node.ino = (uint64_t)ino;
	g->access = read_access(access);
	g->is_file = is_file;
	rc = g->written ? take_path(path, "path", at, &g->node.real, err) : nono_nomem(err);
	return rc < 0 ? rc : read_source(source, at, &g->source, err);
}

static int read_deny(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	static const char *const keys[] = {"path", "real",	 "alias",     "source", "dev",
					   "ino",  "write_only", "permanent", NULL};
	const char *path, *real = NULL, *alias = NULL, *source = NULL;
	int write_only = 0, permanent = 0, rc = check_keys(value, keys, at, err);
	json_int_t dev = 0, ino = 0;
	struct nono_deny *d;

	if (rc < 0)
		return rc;
	if (json_unpack(value, "{s:s,s?s,s?s,s?s,s?I,s?I,s?b,s?b}", "path", &path, "real", &real, "alias", &alias,
			"source", &source, "dev", &dev, "ino", &ino, "write_only", &write_only, "permanent",
			&permanent))
		return bad(at, err, "needs path as a string; see docs/format/capability-file.md");
	d = nono_capset_new_deny(&state->set, err);
	if (!d)
		return -NONO_E_NOMEM;
	rc = take_path(path, "path", at, &d->written, err);
	if (rc == 0)
		rc = take_path(real ? real : path, "real", at, &d->real, err);
	if (rc == 0)
		rc = take_path(alias, "alias", at, &d->alias, err);
	if (rc < 0)
		return rc;
	d->exists = ino != 0;
	d->dev = (uint64_t)dev;
	d->ino = (uint64_t)ino;
	d->write_only = write_only;
	d->permanent = permanent;
	return read_source(source, at, &d->source, err);
}

/* Only the path, as other writers say it. */
static int read_deny_path(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	const char *path = json_string_value(value);
	struct nono_deny *d;
	int rc;

	if (!path)
		return bad(at, err, "not a string; write an absolute path");
	d = nono_capset_new_deny(&state->set, err);
	if (!d)
		return -NONO_E_NOMEM;
	rc = take_path(path, NULL, at, &d->written, err);
	if (rc == 0)
		rc = take_path(path, NULL, at, &d->real, err);
	return rc < 0 ? rc : nono_source_set(&d->source, NONO_SOURCE_USER, "caller", err);
}

/* ---- the rest ---- */

/* The same texts as those that the calls of a set accept. */
static int take_text(json_t *value, const struct place *at, nono_key_check check, const char **ret,
		     struct nono_error *err)
{
	const char *text = json_string_value(value);
	const char *problem = text ? check(text) : "not a string";

	if (problem)
		return bad(at, err, problem);
	*ret = text;
	return 0;
}

static int read_allowed(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	const char *name = NULL;
	int rc = take_text(value, at, nono_command_name_problem, &name, err);

	return rc < 0 ? rc : nono_strv_add_new(&state->set.allowed_commands, name, err);
}

static int read_blocked(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	const char *name = NULL;
	int rc = take_text(value, at, nono_command_name_problem, &name, err);

	return rc < 0 ? rc : nono_capset_block_command(&state->set, name, NONO_SOURCE_USER, "caller", err);
}

/* Who blocks them, in the same order; the commands may come later in the text. */
static int read_sources(json_t *root, NonoSandboxState *state, struct nono_error *err)
{
	struct place at = {.key = "blocked_sources", .index = -1};
	size_t i;
	json_t *value;

	if (json_array_size(json_object_get(root, at.key)) > state->set.blocked_count)
		return bad(&at, err, "more entries than blocked_commands has; write one a command");
	json_array_foreach (json_object_get(root, at.key), i, value) {
		struct nono_source source = {0};
		int rc;

		at.index = (ssize_t)i;
		rc = read_source(json_string_value(value), &at, &source, err);
		free(state->set.blocked[i].source.name);
		state->set.blocked[i].source = source;
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_rule(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	const char *rule = NULL;
	int rc = take_text(value, at, nono_check_seatbelt, &rule, err);

	return rc < 0 ? rc : nono_strv_add(&state->rules, rule, err);
}

/* What is only checked here: of overrides only what they left is enforced, and that is in fs. */
static int read_string(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	(void)state;
	return json_is_string(value) ? 0 : bad(at, err, "not a string");
}

static int read_port(json_t *value, const struct place *at, struct nono_ports *ret, struct nono_error *err)
{
	struct nono_port_range *items = nono_grow(ret->items, ret->len, &ret->room, sizeof(*items));
	int lo, hi;

	if (!items)
		return nono_nomem(err);
	ret->items = items;
	if (json_unpack(value, "[ii!]", &lo, &hi) || lo < 1 || hi > UINT16_MAX || lo > hi)
		return bad(at, err, "not a first and a last port, [1, 65535]");
	ret->items[ret->len++] = (struct nono_port_range){(uint16_t)lo, (uint16_t)hi};
	return 0;
}

static int read_connect(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	return read_port(value, at, &state->set.network.connect, err);
}

static int read_bind(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	return read_port(value, at, &state->set.network.bind, err);
}

static int read_number(json_t *value, const struct place *at, int least, int most, int *ret, struct nono_error *err)
{
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value) || n < least || n > most)
		return nono_fail(err, NONO_E_PARSE, 0, "%s: not a number from %d to %d", at->key, least, most);
	*ret = (int)n;
	return 0;
}

static int read_version(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	int version;

	(void)state;
	return read_number(value, at, 1, 1, &version, err);
}

static int read_proxy(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	int port = 0, rc = read_number(value, at, 0, UINT16_MAX, &port, err);

	if (rc < 0)
		return rc;
	state->network_mode = NONO_NETWORK_MODE_PROXY_ONLY;
	state->proxy_port = (uint16_t)port;
	return 0;
}

/* A number, or the word that a capability file has for it. */
static int read_mode(json_t *value, const struct place *at, int (*by_word)(const char *word), int most, int *ret,
		     struct nono_error *err)
{
	int mode = json_is_string(value) ? by_word(json_string_value(value)) : -1;

	if (mode >= 0)
		*ret = mode;
	return mode >= 0 ? 0 : read_number(value, at, 1, most, ret, err);
}

static int read_signals(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	int mode = 0, rc = read_mode(value, at, nono_signal_mode_of, NONO_SIGNAL_ALL, &mode, err);

	if (rc == 0)
		state->set.signal_mode = (enum nono_signal_mode)mode;
	return rc;
}

static int read_ipc(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	int mode = 0, rc = read_mode(value, at, nono_ipc_mode_of, NONO_IPC_FULL, &mode, err);

	if (rc == 0)
		state->set.ipc_mode = (enum nono_ipc_mode)mode;
	return rc;
}

static int read_flag(json_t *value, const struct place *at, bool *ret, struct nono_error *err)
{
	if (!json_is_boolean(value))
		return bad(at, err, "not a Boolean");
	*ret = json_is_true(value);
	return 0;
}

static int read_net_blocked(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	return read_flag(value, at, &state->set.network.block, err);
}

static int read_namespaces(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	return read_flag(value, at, &state->set.namespaces, err);
}

static int read_no_unlink(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	return read_flag(value, at, &state->set.no_unlink, err);
}

/* What nobody would enforce must not be dropped silently. */
static int refuse_filled(json_t *value, const struct place *at, NonoSandboxState *state, struct nono_error *err)
{
	(void)state;
	if (json_is_null(value) || (json_is_array(value) && !json_array_size(value)) ||
	    (json_is_object(value) && !json_object_size(value)))
		return 0;
	return nono_fail(err, NONO_E_UNSUPPORTED, 0, "%s: this library cannot enforce it", at->key);
}

static const struct {
	const char *key;
	item_fn read;
	size_t max; /* entries of a list; 0: the value itself */
	bool needed;
} keys[] = {
	{"version", read_version, 0, false},
	{"fs", read_grant, NONO_GRANTS, true},
	{"net_blocked", read_net_blocked, 0, true},
	{"proxy_port", read_proxy, 0, false},
	{"connect_ports", read_connect, NONO_LIST_ITEMS, false},
	{"bind_ports", read_bind, NONO_LIST_ITEMS, false},
	{"allowed_commands", read_allowed, NONO_LIST_ITEMS, false},
	{"blocked_commands", read_blocked, NONO_LIST_ITEMS, false},
	{"blocked_sources", read_string, NONO_LIST_ITEMS, false},
	{"denies", read_deny, NONO_GRANTS, false},
	{"deny_paths", read_deny_path, NONO_GRANTS, false},
	{"bypass_protection_paths", read_string, NONO_LIST_ITEMS, false},
	{"override_deny_paths", read_string, NONO_LIST_ITEMS, false},
	{"platform_rules", read_rule, NONO_LIST_ITEMS, false},
	{"signal_mode", read_signals, 0, false},
	{"ipc_mode", read_ipc, 0, false},
	{"namespaces", read_namespaces, 0, false},
	{"no_unlink", read_no_unlink, 0, false},
	{"allowed_domains", refuse_filled, 0, false},
	{"domain_endpoints", refuse_filled, 0, false},
	{"resource_limits", refuse_filled, 0, false},
};

static int read_member(const char *name, json_t *value, NonoSandboxState *state, struct nono_error *err)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(keys); i++) {
		const struct place at = {.key = keys[i].key, .index = -1};

		if (strcmp(keys[i].key, name) != 0)
			continue;
		return keys[i].max ? each(value, keys[i].key, keys[i].max, keys[i].read, state, err)
				   : keys[i].read(value, &at, state, err);
	}
	return nono_fail(err, NONO_E_PARSE, 0, "there is no key '%.64s'", name);
}

static int read_root(json_t *root, NonoSandboxState *state, struct nono_error *err)
{
	const char *name;
	json_t *value;

	if (!json_is_object(root))
		return nono_fail(err, NONO_E_PARSE, 0, "not an object");
	json_object_foreach (root, name, value) {
		int rc = read_member(name, value, state, err);

		if (rc < 0)
			return rc;
	}
	for (size_t i = 0; i < NONO_ARRAY_SIZE(keys); i++)
		if (keys[i].needed && !json_object_get(root, keys[i].key))
			return nono_fail(err, NONO_E_PARSE, 0, "%s is missing", keys[i].key);
	if (json_object_get(root, "proxy_port") && (state->set.network.connect.len || state->set.network.bind.len))
		return nono_fail(err, NONO_E_PARSE, 0, "proxy_port: goes with no other ports");
	return read_sources(root, state, err);
}

NonoErrorCode nono_api_state_read(const char *json, NonoSandboxState *ret)
{
	_cleanup_(json_decrefp) json_t *root = NULL;
	size_t len = strnlen(json, NONO_CAPFILE_BYTES + 1);
	struct nono_error err = {0};
	json_error_t where;
	int rc;

	if (len > NONO_CAPFILE_BYTES)
		return nono_api_fail(NONO_ERROR_CODE_ERR_CONFIG_PARSE, "the state is larger than %d bytes",
				     NONO_CAPFILE_BYTES);
	root = json_loadb(json, len, JSON_REJECT_DUPLICATES, &where);
	if (!root && json_error_code(&where) == json_error_out_of_memory)
		return nono_api_nomem();
	if (!root)
		return nono_api_fail(NONO_ERROR_CODE_ERR_CONFIG_PARSE, "the state:%d:%d: %s", where.line, where.column,
				     where.text);
	rc = read_root(root, ret, &err);
	if (rc < 0)
		return nono_api_fail_as(NONO_ERROR_CODE_ERR_CONFIG_PARSE, &err);
	if (ret->network_mode == NONO_NETWORK_MODE_PROXY_ONLY)
		return nono_api_set_network(&ret->set, ret->network_mode, ret->proxy_port);
	ret->network_mode = nono_api_network_mode(&ret->set);
	return NONO_ERROR_CODE_OK;
}
