/* capset.c - a capability set: what a run may do, and who said so.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/capset.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/util.h"
#include "policy/build.h"

/* Make room for one more in an array of @set; the new item is zeroed. NULL without memory. */
#define GROW(array, count, room)                                                               \
	({                                                                                     \
		__typeof__(array) grown_ = nono_grow(array, count, &(room), sizeof(*(array))); \
		if (grown_) {                                                                  \
			(array) = grown_;                                                      \
			memset(&(array)[count], 0, sizeof(*(array)));                          \
			grown_ = &(array)[(count)++];                                          \
		}                                                                              \
		grown_;                                                                        \
	})

int nono_source_set(struct nono_source *s, enum nono_source_kind kind, const char *name, struct nono_error *err)
{
	char *copy = name ? strdup(name) : NULL;

	if (name && !copy)
		return nono_nomem(err);
	s->kind = kind;
	s->name = copy;
	return 0;
}

int nono_capset_new_grant(struct nono_capset *set, struct nono_grant **ret, struct nono_error *err)
{
	struct nono_grant *grant;

	if (set->grant_count >= NONO_GRANTS)
		return nono_fail(err, NONO_E_LIMIT, 0, "more than %d paths are granted", NONO_GRANTS);
	grant = GROW(set->grants, set->grant_count, set->grant_room);
	if (!grant)
		return nono_nomem(err);
	grant->node.fd = -1;
	*ret = grant;
	return 0;
}

struct nono_deny *nono_capset_new_deny(struct nono_capset *set, struct nono_error *err)
{
	struct nono_deny *deny = GROW(set->denies, set->deny_count, set->deny_room);

	if (!deny)
		(void)nono_nomem(err);
	return deny;
}

int nono_capset_lift(struct nono_capset *set, size_t index, struct nono_error *err)
{
	struct nono_deny *lifted = GROW(set->lifted, set->lifted_count, set->lifted_room);

	if (!lifted)
		return nono_nomem(err);
	*lifted = set->denies[index];
	set->deny_count--;
	memmove(&set->denies[index], &set->denies[index + 1], (set->deny_count - index) * sizeof(*set->denies));
	return 0;
}

int nono_capset_block_command(struct nono_capset *set, const char *name, enum nono_source_kind kind, const char *source,
			      struct nono_error *err)
{
	struct nono_command_rule *rule = GROW(set->blocked, set->blocked_count, set->blocked_room);

	if (!rule)
		return nono_nomem(err);
	rule->name = strdup(name);
	if (!rule->name)
		return nono_nomem(err);
	return nono_source_set(&rule->source, kind, source, err);
}

/* Two groups may name the same path: what the last note says is not said again. */
static void drop_repeated_note(struct nono_capset *set)
{
	struct nono_note *last = &set->notes[set->note_count - 1];

	for (struct nono_note *note = set->notes; note < last; note++) {
		if (note->level == last->level && strcmp(note->text, last->text) == 0) {
			free(last->text);
			set->note_count--;
			return;
		}
	}
}

int nono_capset_note(struct nono_capset *set, enum nono_note_level level, struct nono_error *err, const char *fmt, ...)
{
	struct nono_note *note;
	va_list ap;
	int n;

	if (level == NONO_NOTE_INFO && !set->verbose)
		return 0;
	note = GROW(set->notes, set->note_count, set->note_room);
	if (!note)
		return nono_nomem(err);
	note->level = level;
	va_start(ap, fmt);
	n = vasprintf(&note->text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		set->note_count--;
		return nono_nomem(err);
	}
	drop_repeated_note(set);
	return 0;
}

void nono_grant_done(struct nono_grant *grant)
{
	free(grant->written);
	nono_node_done(&grant->node);
	free(grant->source.name);
}

void nono_capset_drop_grant(struct nono_capset *set, size_t index)
{
	nono_grant_done(&set->grants[index]);
	set->grant_count--;
	memmove(&set->grants[index], &set->grants[index + 1], (set->grant_count - index) * sizeof(*set->grants));
}

static void deny_done(struct nono_deny *deny)
{
	free(deny->written);
	free(deny->real);
	free(deny->alias);
	free(deny->source.name);
}

void nono_capset_done(struct nono_capset *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->grant_count; i++)
		nono_grant_done(&set->grants[i]);
	for (size_t i = 0; i < set->deny_count; i++)
		deny_done(&set->denies[i]);
	for (size_t i = 0; i < set->lifted_count; i++)
		deny_done(&set->lifted[i]);
	for (size_t i = 0; i < set->blocked_count; i++) {
		free(set->blocked[i].name);
		free(set->blocked[i].source.name);
	}
	for (size_t i = 0; i < set->note_count; i++)
		free(set->notes[i].text);
	free(set->grants);
	free(set->denies);
	free(set->lifted);
	free(set->blocked);
	free(set->notes);
	nono_strv_done(&set->exempt);
	nono_strv_done(&set->allowed_commands);
	free(set->network.connect.items);
	free(set->network.bind.items);
	*set = (struct nono_capset){0};
}

const char *nono_source_text(const struct nono_source *source, char *room, size_t size)
{
	static const char *const words[] = {
		[NONO_SOURCE_SYSTEM] = "nono",	     [NONO_SOURCE_GROUP] = "group", [NONO_SOURCE_PROFILE] = "profile",
		[NONO_SOURCE_MANIFEST] = "manifest", [NONO_SOURCE_USER] = "flag",
	};

	if (source->name)
		(void)snprintf(room, size, "%s %s", words[source->kind], source->name);
	else
		(void)snprintf(room, size, "%s", words[source->kind]);
	return room;
}

const char *const nono_source_words[] = {
	[NONO_SOURCE_SYSTEM] = "system",     [NONO_SOURCE_GROUP] = "group", [NONO_SOURCE_PROFILE] = "profile",
	[NONO_SOURCE_MANIFEST] = "manifest", [NONO_SOURCE_USER] = "user",
};

const char *nono_source_word(const struct nono_source *source, char *room, size_t size)
{
	(void)snprintf(room, size, "%s%s%s", nono_source_words[source->kind], source->name ? ":" : "",
		       source->name ? source->name : "");
	return room;
}
