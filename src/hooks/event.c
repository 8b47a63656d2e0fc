/* event.c - what an agent program tells its hook.  SPDX-License-Identifier: Apache-2.0 */
#include "hooks/event.h"

#include <ctype.h>
#include <jansson.h>
#include <string.h>

#include "base/util.h"
#include "hooks/event_parts.h"
#include "run/scan.h"

#define DEPTH 16
#define NAME_BYTES 64
#define DEFAULT_EVENT "PostToolUseFailure"

/* Tools that are given one path, and what they do with it. */
static const struct {
	const char *tool, *key;
	enum nono_op op;
} path_tools[] = {
	{"Read", "file_path", NONO_OP_READ},
	{"Write", "file_path", NONO_OP_WRITE},
	{"Edit", "file_path", NONO_OP_READWRITE},
	{"MultiEdit", "file_path", NONO_OP_READWRITE},
	{"NotebookRead", "notebook_path", NONO_OP_READ},
	{"NotebookEdit", "notebook_path", NONO_OP_READWRITE},
	{"Glob", "path", NONO_OP_READ},
	{"Grep", "path", NONO_OP_READ},
	{"LS", "path", NONO_OP_READ},
};

/* What programs say when there is no network. */
static const char *const network_texts[] = {
	"could not resolve", "name resolution",	  "network is unreachable", "getaddrinfo",	"eai_again",
	"enetunreach",	     "failed to connect", "could not connect",	    "couldn't connect",
};

/* One event. */
struct event {
	const struct nono_hook_scene *scene;
	json_t *root, *input;
	const char *tool;
	struct nono_refusals refused;
	bool network;
	struct nono_scan *scan;
	size_t texts;
	bool told; /* some text tells of a refusal, if not of what */
	struct nono_error *err;
};

static const char *text_at(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* ---- the tool's own path ---- */

/* True for a tool that is known to be given a path. */
static bool try_tool(struct event *e)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(path_tools); i++) {
		const char *path;

		if (strcmp(path_tools[i].tool, e->tool) != 0)
			continue;
		path = text_at(e->input, path_tools[i].key);
		/* What is not there to be read is missing, sandbox or not. */
		if (path && *path && strlen(path) < NONO_OBSERVED_PATH_BYTES &&
		    (path_tools[i].op == NONO_OP_WRITE || nono_refusals_exists(&e->refused, path, NULL)))
			(void)nono_refusals_try(&e->refused, path, path_tools[i].op);
		return true;
	}
	return false;
}

/* ---- what was said ---- */

static bool has_text(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcasestr(text, list[i]))
			return true;
	return false;
}

static void take_text(struct event *e, const char *text)
{
	if (e->texts++ >= NONO_HOOK_STRINGS)
		return;
	nono_scan_feed(e->scan, text, strlen(text));
	nono_scan_feed(e->scan, "\n", 1);
	e->told |= nono_scan_tells(text, strlen(text));
	if (e->scene->set->network.block)
		e->network |= has_text(text, network_texts, NONO_ARRAY_SIZE(network_texts));
}

static void take_texts(struct event *e, json_t *value, int depth)
{
	const char *key;
	json_t *part;
	size_t i;

	if (json_is_string(value))
		take_text(e, json_string_value(value));
	if (depth == 0)
		return;
	json_array_foreach (value, i, part)
		take_texts(e, part, depth - 1);
	json_object_foreach (value, key, part)
		take_texts(e, part, depth - 1);
}

static void try_observed(struct event *e)
{
	_cleanup_(nono_observed_done) struct nono_observed_list seen = {0};

	nono_scan_finish(e->scan, &seen);
	for (size_t i = 0; i < seen.len; i++)
		nono_refusals_try_observed(&e->refused, &seen.items[i]);
}

/* ---- the command ---- */

/*
 * Where the output does not name a path. Reading what is there and refused is the sandbox's doing for certain; writing
 * may not have been tried, so that counts only where something was said to be refused.
 */
static void try_word(struct event *e, const char *word)
{
	const char *path = nono_refusals_path_of(word);

	if (!path)
		return;
	if (e->told)
		nono_refusals_try_word(&e->refused, path, true);
	else if (nono_refusals_exists(&e->refused, path, NULL))
		(void)nono_refusals_try(&e->refused, path, NONO_OP_READ);
}

static int try_command(struct event *e)
{
	_cleanup_(nono_strv_done) struct nono_strv words = {0};
	const char *command = text_at(e->input, "command");
	int rc = command ? nono_hook_words(command, e->scene->home, &words, e->err) : 0;

	for (size_t i = 0; i < words.len && rc == 0; i++)
		try_word(e, words.items[i]);
	return rc;
}

static int judge(struct event *e)
{
	bool path_tool = try_tool(e);

	take_texts(e, json_object_get(e->root, "error"), DEPTH);
	/* What such a tool gives back is the contents of files. */
	if (!path_tool)
		take_texts(e, json_object_get(e->root, "tool_response"), DEPTH);
	try_observed(e);
	return e->refused.len ? 0 : try_command(e);
}

/* A name of letters, as events have; what else there is, is not repeated. */
static const char *event_name(json_t *root)
{
	const char *name = text_at(root, "hook_event_name");

	if (!name || !*name || strlen(name) > NAME_BYTES)
		return DEFAULT_EVENT;
	for (const char *c = name; *c; c++)
		if (!isalpha((unsigned char)*c))
			return DEFAULT_EVENT;
	return name;
}

static int answer(struct event *e, char **ret)
{
	const char *cwd = text_at(e->root, "cwd");
	int rc;

	e->refused = (struct nono_refusals){
		.set = e->scene->set, .fs = e->scene->fs, .cwd = cwd && cwd[0] == '/' ? cwd : e->scene->cwd};
	e->input = json_object_get(e->root, "tool_input");
	e->tool = text_at(e->root, "tool_name");
	if (!e->tool)
		e->tool = "";
	rc = judge(e);
	if (rc < 0 || (!e->refused.len && !e->network))
		return rc;
	*ret = nono_hook_message(event_name(e->root), &e->refused, e->network);
	return *ret ? 0 : nono_nomem(e->err);
}

int nono_hook_answer(const struct nono_hook_scene *scene, const char *event, size_t len, char **ret,
		     struct nono_error *err)
{
	_cleanup_(json_decrefp) json_t *root = json_loadb(event, len, JSON_ALLOW_NUL, NULL);
	struct event e = {.scene = scene, .root = root, .err = err};
	int rc;

	*ret = NULL;
	/* What a person broke off was not refused. */
	if (!json_is_object(root) || json_is_true(json_object_get(root, "is_interrupt")))
		return 0;
	e.scan = malloc(sizeof(*e.scan));
	if (!e.scan)
		return nono_nomem(err);
	nono_scan_init(e.scan);
	rc = answer(&e, ret);
	nono_refusals_done(&e.refused);
	nono_scan_done(e.scan);
	free(e.scan);
	return rc;
}
