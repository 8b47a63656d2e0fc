/* commands.c - the table of commands.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

#include "base/nearest.h"
#include "base/util.h"

#define COMMAND(id_, name_, operands_, least_, most_, function_, usage_, summary_, text_) \
	{CMD_##id_, (name_), OPERANDS_##operands_, (least_), (most_), function_, (usage_), (summary_), (text_)},
#define GROUP(name_, summary_)
#define OTHER(older_, name_)
#define LATER(name_)
const struct command_def command_defs[] = {
#include "cli/commands.def"
};
#undef COMMAND
#undef OTHER
#undef LATER

const size_t command_def_count = NONO_ARRAY_SIZE(command_defs);

/* The sentinels keep both tables from being empty. */
static const struct {
	const char *older, *name;
} other_names[] = {
#define COMMAND(...)
#define OTHER(older_, name_) {(older_), (name_)},
#define LATER(name_)
#include "cli/commands.def"
	{NULL, NULL},
};
#undef OTHER
#undef LATER

static const char *const later_names[] = {
#define OTHER(older_, name_)
#define LATER(name_) (name_),
#include "cli/commands.def"
	NULL,
};
#undef COMMAND
#undef GROUP
#undef OTHER
#undef LATER

const struct command_group_def command_groups[] = {
#define COMMAND(...)
#define GROUP(name_, summary_) {(name_), (summary_)},
#define OTHER(older_, name_)
#define LATER(name_)
#include "cli/commands.def"
#undef COMMAND
#undef GROUP
#undef OTHER
#undef LATER
	{NULL, NULL},
};

static const char *newer_name(const char *name)
{
	for (size_t i = 0; other_names[i].older; i++)
		if (strcmp(other_names[i].older, name) == 0)
			return other_names[i].name;
	return name;
}

const struct command_def *command_find(const char *group, const char *word)
{
	char full[64];
	const char *name;
	int len = snprintf(full, sizeof(full), "%s%s%s", group ? group : "", group ? " " : "", word);

	if (len < 0 || (size_t)len >= sizeof(full))
		return NULL;
	name = newer_name(full);
	for (size_t i = 0; i < command_def_count; i++)
		if (strcmp(command_defs[i].name, name) == 0)
			return &command_defs[i];
	return NULL;
}

const struct command_def *command_by_id(enum command id)
{
	for (size_t i = 0; i < command_def_count; i++)
		if (command_defs[i].id == id)
			return &command_defs[i];
	return NULL;
}

bool command_in_group(const struct command_def *def, const char *group)
{
	size_t len = strlen(group);

	return strncmp(def->name, group, len) == 0 && def->name[len] == ' ';
}

const char *command_group(const char *word)
{
	const char *name = newer_name(word);

	for (size_t i = 0; i < command_def_count; i++)
		if (command_in_group(&command_defs[i], name))
			return name;
	return NULL;
}

/* What a mistyped word was meant to be: a command, or the second word of one. */
static const char *nearest(const char *group, const char *word)
{
	struct nono_nearest near = {.word = word};

	for (size_t i = 0; i < command_def_count; i++) {
		const char *name = command_defs[i].name;

		if (!group)
			nono_nearest_offer(&near, name);
		else if (command_in_group(&command_defs[i], group))
			nono_nearest_offer(&near, name + strlen(group) + 1);
	}
	return near.best;
}

int command_unknown(const char *group, const char *word, struct nono_error *err)
{
	const char *near = nearest(group, word);
	const char *did = near ? "; did you mean nono " : "", *mark = near ? "?" : "";

	for (size_t i = 0; !group && later_names[i]; i++)
		if (strcmp(later_names[i], word) == 0)
			return nono_fail(err, NONO_E_UNSUPPORTED, 0, "nono %s is not built yet", word);
	if (group)
		return nono_fail(err, NONO_E_USAGE, 0,
				 "there is no command '%s %s'%s%s%s%s%s; nono %s --help lists them", group, word, did,
				 near ? group : "", near ? " " : "", near ? near : "", mark, group);
	return nono_fail(err, NONO_E_USAGE, 0,
			 "there is no command '%s'%s%s%s; to run a program of that name: nono run -- %s", word, did,
			 near ? near : "", mark, word);
}
