/* edit.c - nono's entry in an agent's settings, as text.  SPDX-License-Identifier: Apache-2.0 */
#include "hooks/edit.h"

#include <string.h>

#include "base/quote.h"
#include "base/util.h"

/*
 * Settings have {"hooks": {EVENT: [{"matcher": ..., "hooks": [{"type": "command", "command": ...}]}]}}. Each change is
 * made on its own and the text read again, until there is nothing more to change: what is written always parsed.
 */
#define CHANGES_MAX 64

#define SPECIAL "\t\n;&|<>()$`\"'\\*?[]#~{}"

enum owner { FOREIGN, OLDER, OURS };

/* One command of the settings. */
struct place {
	const char *event;
	size_t element, hook; /* indexes */
	json_t *object;	      /* the element; borrowed */
	enum owner owner;
	bool alone; /* the element has no other command */
};

/* ---- whose command is it? ---- */

static bool is_word(const char *command, const char *word, size_t len)
{
	return strlen(word) == len && strncmp(command, word, len) == 0;
}

/* $HOME/SCRIPT, ~/SCRIPT or the path itself, with or without quotation marks. */
static bool is_older(const struct nono_hook_entry *entry, const char *command)
{
	const char *const homes[] = {"$HOME", "${HOME}", "~", entry->home};
	size_t len = strlen(command);
	_cleanup_(nono_buf_done) struct nono_buf word = {0};

	if (len > 1 && strchr("\"'", command[0]) && command[len - 1] == command[0]) {
		command++;
		len -= 2;
	}
	for (size_t i = 0; i < NONO_ARRAY_SIZE(homes); i++) {
		nono_buf_done(&word);
		nono_buf_printf(&word, "%s/%s", homes[i], entry->app->older);
		if (!word.failed && is_word(command, word.data, len))
			return true;
	}
	return false;
}

/* The program of "PROGRAM hook APP", quoted or not; NULL where a command is anything else. */
static char *program_of(const struct nono_hook_entry *entry, const char *command)
{
	_cleanup_(nono_buf_done) struct nono_buf words = {0};
	bool quoted = command[0] == '\'';
	const char *word = command + quoted;
	size_t len = strcspn(word, quoted ? "'" : " ");

	nono_buf_printf(&words, "%s hook %s", quoted ? "'" : "", entry->app->name);
	if (words.failed || word[0] != '/' || strcmp(word + len, words.data) != 0 ||
	    (!quoted && strcspn(word, SPECIAL) < len))
		return NULL;
	return strndup(word, len);
}

/* A program called nono, at whatever place, or what was recorded. */
static bool is_ours(const struct nono_hook_entry *entry, const char *command)
{
	_cleanup_(nono_freep) char *program = NULL;

	if (strcmp(command, entry->command) == 0 || nono_streq(command, entry->recorded))
		return true;
	program = program_of(entry, command);
	return program && strcmp(strrchr(program, '/') + 1, "nono") == 0;
}

static enum owner owner_of(const struct nono_hook_entry *entry, json_t *hook)
{
	const char *command = json_string_value(json_object_get(hook, "command"));

	if (!command)
		return FOREIGN;
	if (is_ours(entry, command))
		return OURS;
	return is_older(entry, command) ? OLDER : FOREIGN;
}

/* ---- walking over the settings ---- */

/* Returns true to end the walk. */
typedef bool (*place_fn)(void *arg, const struct place *place);

static bool walk_element(const struct nono_hook_entry *entry, struct place *p, place_fn fn, void *arg)
{
	json_t *list = json_object_get(p->object, "hooks"), *hook;

	p->alone = json_array_size(list) == 1;
	json_array_foreach (list, p->hook, hook) {
		p->owner = owner_of(entry, hook);
		if (p->owner != FOREIGN && fn(arg, p))
			return true;
	}
	return false;
}

static void walk(const struct nono_hook_entry *entry, json_t *settings, place_fn fn, void *arg)
{
	struct place p = {0};
	json_t *list;

	json_object_foreach (json_object_get(settings, "hooks"), p.event, list)
		json_array_foreach (list, p.element, p.object)
			if (walk_element(entry, &p, fn, arg))
				return;
}

static const char *member(const struct place *p, const char *key)
{
	json_t *hook = json_array_get(json_object_get(p->object, "hooks"), p->hook);

	return json_string_value(json_object_get(hook, key));
}

static bool is_right(const struct nono_hook_entry *entry, const struct place *p)
{
	return strcmp(p->event, entry->event) == 0 &&
	       nono_streq(json_string_value(json_object_get(p->object, "matcher")), entry->matcher) &&
	       nono_streq(member(p, "command"), entry->command) && nono_streq(member(p, "type"), "command");
}

/* ---- one change ---- */

/* The steps from the top to a member of a command's object. */
struct steps {
	struct nono_json_at hooks, event, element, list, hook, member;
};

static void steps_to(struct steps *s, const char *event, size_t element, size_t hook)
{
	s->hooks = (struct nono_json_at){.key = "hooks"};
	s->event = (struct nono_json_at){.up = &s->hooks, .key = event};
	s->element = (struct nono_json_at){.up = &s->event, .index = element};
	s->list = (struct nono_json_at){.up = &s->element, .key = "hooks"};
	s->hook = (struct nono_json_at){.up = &s->list, .index = hook};
	s->member = (struct nono_json_at){.up = &s->hook};
}

/* A text on its way. */
struct change {
	const struct nono_hook_entry *entry;
	const struct nono_jsonedit *e;
	struct nono_buf *out;
	struct place best, extra; /* event NULL: none */
	struct nono_error *err;
};

/* Take a command out; its element too if that has no other. */
static int take_place(const struct change *c, const struct place *p, unsigned int prune)
{
	struct steps s;

	steps_to(&s, p->event, p->element, p->hook);
	if (p->alone)
		return nono_jsonedit_remove(c->e, &s.element, prune, c->out, c->err);
	return nono_jsonedit_remove(c->e, &s.hook, 0, c->out, c->err);
}

static int set_text(const struct change *c, const struct nono_json_at *at, const char *text)
{
	_cleanup_(json_decrefp) json_t *value = json_string(text);

	return value ? nono_jsonedit_set(c->e, at, value, c->out, c->err) : nono_nomem(c->err);
}

static json_t *element_of(const struct nono_hook_entry *entry)
{
	return json_pack("{s:s, s:[{s:s, s:s}]}", "matcher", entry->matcher, "hooks", "type", "command", "command",
			 entry->command);
}

static int append_element(const struct change *c)
{
	_cleanup_(json_decrefp) json_t *value = element_of(c->entry);
	json_t *list = json_object_get(json_object_get(c->e->doc.root, "hooks"), c->entry->event);
	struct steps s;

	if (!value && nono_utf8_valid(c->entry->matcher) && nono_utf8_valid(c->entry->command))
		return nono_nomem(c->err);
	if (!value)
		return nono_fail(c->err, NONO_E_POLICY, 0, "the hook cannot be written as JSON: it is not UTF-8");
	steps_to(&s, c->entry->event, json_array_size(list), 0);
	return nono_jsonedit_set(c->e, &s.element, value, c->out, c->err);
}

/* Put right what is wrong of the entry that stays. Returns 1 when a change was made. */
static int mend(const struct change *c)
{
	const struct place *p = &c->best;
	struct steps s;
	int rc;

	steps_to(&s, p->event, p->element, p->hook);
	if (!nono_streq(json_string_value(json_object_get(p->object, "matcher")), c->entry->matcher)) {
		s.member = (struct nono_json_at){.up = &s.element, .key = "matcher"};
		rc = set_text(c, &s.member, c->entry->matcher);
	} else if (!nono_streq(member(p, "command"), c->entry->command)) {
		s.member.key = "command";
		rc = set_text(c, &s.member, c->entry->command);
	} else if (!nono_streq(member(p, "type"), "command")) {
		s.member.key = "type";
		rc = set_text(c, &s.member, "command");
	} else {
		return 0;
	}
	return rc < 0 ? rc : 1;
}

/* Of all entries the one that needs least to be right stays; any other is extra. */
static bool choose(void *arg, const struct place *p)
{
	struct change *c = arg;
	bool usable = strcmp(p->event, c->entry->event) == 0 &&
		      (p->alone ||
		       nono_streq(json_string_value(json_object_get(p->object, "matcher")), c->entry->matcher));

	if (usable && (!c->best.event || (!is_right(c->entry, &c->best) && is_right(c->entry, p)))) {
		if (c->best.event)
			c->extra = c->best;
		c->best = *p;
	} else {
		c->extra = *p;
	}
	return false;
}

/* Returns 1 when a change was made, 0 when there is none to make. */
static int put_step(struct change *c, enum nono_hook_change *change)
{
	int rc;

	walk(c->entry, c->e->doc.root, choose, c);
	if ((c->extra.event && c->extra.owner == OLDER) || (c->best.event && c->best.owner == OLDER))
		*change = NONO_HOOK_REPLACED;
	else if (*change == NONO_HOOK_SAME)
		*change = c->best.event || c->extra.event ? NONO_HOOK_UPDATED : NONO_HOOK_ADDED;
	if (c->extra.event) {
		rc = take_place(c, &c->extra, 1);
		return rc < 0 ? rc : 1;
	}
	if (c->best.event)
		return mend(c);
	rc = append_element(c);
	return rc < 0 ? rc : 1;
}

static bool first_of_ours(void *arg, const struct place *p)
{
	struct change *c = arg;

	if (p->owner != OURS)
		return false;
	c->extra = *p;
	return true;
}

static int take_step(struct change *c, enum nono_hook_change *change)
{
	int rc;

	walk(c->entry, c->e->doc.root, first_of_ours, c);
	if (!c->extra.event)
		return 0;
	*change = NONO_HOOK_TAKEN;
	rc = take_place(c, &c->extra, 2);
	return rc < 0 ? rc : 1;
}

typedef int (*step_fn)(struct change *c, enum nono_hook_change *change);

static int one_step(const struct nono_hook_entry *entry, const char *file, step_fn step, char **text,
		    enum nono_hook_change *change, struct nono_error *err)
{
	_cleanup_(nono_jsonedit_done) struct nono_jsonedit e = {0};
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	struct change c = {.entry = entry, .e = &e, .out = &out, .err = err};
	int rc = nono_jsonedit_init(&e, file, *text, strlen(*text), err);

	if (rc == 0)
		rc = step(&c, change);
	if (rc > 0) {
		nono_jsonedit_done(&e); /* it points into the text */
		free(*text);
		*text = nono_buf_take(&out);
	}
	return rc;
}

static int all_steps(const struct nono_hook_entry *entry, const char *file, step_fn step, const char *text, char **ret,
		     enum nono_hook_change *ret_change, struct nono_error *err)
{
	_cleanup_(nono_freep) char *now = strdup(text);
	enum nono_hook_change change = NONO_HOOK_SAME;
	int rc = now ? 1 : nono_nomem(err);

	for (int i = 0; i < CHANGES_MAX && rc > 0; i++)
		rc = one_step(entry, file, step, &now, &change, err);
	if (rc > 0)
		return nono_fail(err, NONO_E_LIMIT, 0, "%s has more than %d entries of nono's", file, CHANGES_MAX);
	if (rc < 0)
		return rc;
	*ret_change = strcmp(now, text) == 0 ? NONO_HOOK_SAME : change;
	*ret = TAKE(now);
	return 0;
}

int nono_hook_put(const struct nono_hook_entry *entry, const char *file, const char *text, char **ret,
		  enum nono_hook_change *ret_change, struct nono_error *err)
{
	return all_steps(entry, file, put_step, text, ret, ret_change, err);
}

int nono_hook_take(const struct nono_hook_entry *entry, const char *file, const char *text, char **ret,
		   enum nono_hook_change *ret_change, struct nono_error *err)
{
	return all_steps(entry, file, take_step, text, ret, ret_change, err);
}

char *nono_hook_program(const struct nono_hook_entry *entry, json_t *settings)
{
	struct change c = {.entry = entry};
	const char *command;

	walk(entry, settings, choose, &c);
	command = c.best.event ? member(&c.best, "command") : NULL;
	return command ? program_of(entry, command) : NULL;
}

enum nono_hook_found nono_hook_find(const struct nono_hook_entry *entry, json_t *settings)
{
	struct change c = {.entry = entry};

	walk(entry, settings, choose, &c);
	if (c.best.event && !c.extra.event && is_right(entry, &c.best))
		return NONO_HOOK_PRESENT;
	return c.best.event || c.extra.event ? NONO_HOOK_OUTDATED : NONO_HOOK_ABSENT;
}

char *nono_hook_element(const struct nono_hook_entry *entry)
{
	_cleanup_(json_decrefp) json_t *element = element_of(entry);
	_cleanup_(json_decrefp) json_t *whole = element ? json_pack("{s:[O]}", entry->event, element) : NULL;

	return whole ? json_dumps(whole, 0) : NULL;
}
