/* options.c - the command line, decoded by one table.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include <strings.h>

#include "base/nearest.h"
#include "base/util.h"
#include "cli/commands.h"
#include "cli/option_table.h"
#include "policy/build.h"

/* Older names of variables. */
static const struct {
	const char *older, *name;
} environment_aliases[] = {{"NONO_NET_BLOCK", "NONO_BLOCK_NET"}, {"NONO_NET_ALLOW", "NONO_ALLOW_NET"}};

#define EVERY_COMMAND (~UINT64_C(0))

/* The commands that start something. */
#define RUNS (UINT64_C(1) << CMD_RUN | UINT64_C(1) << CMD_WRAP | UINT64_C(1) << CMD_SHELL)

/* A manifest is the whole policy: what would add to it or take from it cannot stand beside it. */
static const char *const not_with_config[] = {
	"allow",
	"read",
	"write",
	"allow-file",
	"read-file",
	"write-file",
	"allow-unix-socket",
	"allow-unix-socket-bind",
	"allow-unix-socket-dir",
	"allow-unix-socket-dir-bind",
	"deny",
	"deny-write",
	"override-deny",
	"suppress-save-prompt",
	"allow-cwd",
	"block-net",
	"allow-net",
	"listen-port",
	"open-port",
	"allow-connect-port",
	"profile",
	"extends",
	"allow-command",
	"block-command",
};

/* Where an option was said. */
enum given { GIVEN_NOWHERE, GIVEN_AS_FLAG, GIVEN_AS_VARIABLE };

/* One option while it is decoded. */
struct parse {
	struct arguments *args;
	char **argv;
	int argc, at;
	enum given *given;		   /* by place in option_defs; owned */
	const struct command_def *command; /* the one that was named; NULL: none yet */
	bool run_option;		   /* something that only makes sense before a command to run */
};

/* Which commands an option given here could be meant for: before any is named, run's too. */
static uint64_t open_commands(const struct parse *p)
{
	uint64_t own = UINT64_C(1) << p->args->command;

	return p->command ? own : own | UINT64_C(1) << CMD_RUN;
}

/* By name; of several (they belong to different commands) the one that fits here. */
static const struct option_def *find_long(const struct parse *p, const char *name, size_t len)
{
	const struct option_def *found = NULL;

	for (size_t i = 0; i < option_alias_count; i++)
		if (strlen(option_aliases[i].older) == len && strncmp(option_aliases[i].older, name, len) == 0) {
			name = option_aliases[i].name;
			len = strlen(name);
			break;
		}
	for (size_t i = 0; i < option_def_count; i++)
		if (option_defs[i].name && strlen(option_defs[i].name) == len &&
		    strncmp(option_defs[i].name, name, len) == 0) {
			found = &option_defs[i];
			if (found->commands & open_commands(p))
				break;
		}
	return found;
}

static const struct option_def *find_letter(const struct parse *p, char letter)
{
	const struct option_def *found = NULL;

	for (size_t i = 0; i < option_def_count; i++)
		if (option_defs[i].name && option_defs[i].letter == letter) {
			found = &option_defs[i];
			if (found->commands & open_commands(p))
				break;
		}
	return found;
}

static int unknown_option(const struct parse *p, const char *word, size_t len, struct nono_error *err)
{
	char name[64];
	struct nono_nearest near = {.word = name};

	for (size_t i = 0; i < option_later_count; i++)
		if (strlen(option_later[i].name) == len && strncmp(option_later[i].name, word, len) == 0)
			return nono_fail(err, NONO_E_UNSUPPORTED, 0, "--%s is not built yet, so nothing was started",
					 option_later[i].name);
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, word);
	for (size_t i = 0; i < option_def_count; i++)
		if (option_defs[i].name && option_defs[i].kind != OPTION_NO_EFFECT &&
		    (option_defs[i].commands & open_commands(p)))
			nono_nearest_offer(&near, option_defs[i].name);
	if (near.best)
		return nono_fail(err, NONO_E_USAGE, 0, "there is no option --%s; did you mean --%s?", name, near.best);
	return nono_fail(err, NONO_E_USAGE, 0, "there is no option --%s; nono %s --help lists them", name,
			 p->command ? p->command->name : "run");
}

static int add_port(struct nono_ports *ports, const char *name, const char *value, struct nono_error *err)
{
	struct nono_port_range *items;
	unsigned int port = 0;

	for (const char *c = value; *c; c++) {
		if (*c < '0' || *c > '9' || port > UINT16_MAX) {
			port = UINT16_MAX + 1;
			break;
		}
		port = port * 10 + (unsigned int)(*c - '0');
	}
	if (!*value || port < 1 || port > UINT16_MAX)
		return nono_fail(err, NONO_E_USAGE, 0, "--%s '%s': a port is a number from 1 to 65535", name, value);
	items = nono_grow(ports->items, ports->len, &ports->room, sizeof(*items));
	if (!items)
		return nono_nomem(err);
	ports->items = items;
	items[ports->len++] = (struct nono_port_range){(uint16_t)port, (uint16_t)port};
	return 0;
}

static int add_comma_list(struct nono_strv *list, const char *value, struct nono_error *err)
{
	int rc = 0;

	while (*value && rc == 0) {
		size_t len = strcspn(value, ",");

		if (len)
			rc = nono_strv_take(list, strndup(value, len), err);
		value += len + (value[len] == ',');
	}
	return rc;
}

static int store(struct arguments *args, const struct option_def *o, const char *value, struct nono_error *err)
{
	void *field = (char *)args + o->offset;

	switch (o->kind) {
	case OPTION_SWITCH:
		*(bool *)field = true;
		return 0;
	case OPTION_NO_EFFECT:
		return 0;
	case OPTION_COUNT:
		++*(int *)field;
		return 0;
	case OPTION_STRING:
		*(const char **)field = value;
		return 0;
	case OPTION_LIST:
		return nono_strv_add(field, value, err);
	case OPTION_COMMA_LIST:
		return add_comma_list(field, value, err);
	case OPTION_PORT:
		return add_port(field, o->name, value, err);
	}
	return 0;
}

/* The value of an option: what follows = , or the next word. */
static int take_value(struct parse *p, const struct option_def *o, const char *inlined, const char **ret,
		      struct nono_error *err)
{
	if (inlined)
		*ret = inlined;
	if (!o->metavar)
		return inlined ? nono_fail(err, NONO_E_USAGE, 0, "--%s takes no value", o->name) : 0;
	if (inlined)
		return 0;
	if (p->at >= p->argc)
		return nono_fail(err, NONO_E_USAGE, 0, "--%s needs a value: %s", o->name, o->metavar);
	*ret = p->argv[p->at++];
	return 0;
}

static int apply_option(struct parse *p, const struct option_def *o, const char *inlined, struct nono_error *err)
{
	const char *value = "";
	int rc;

	if (!(o->commands & open_commands(p)))
		return nono_fail(err, NONO_E_USAGE, 0,
				 "--%s does not belong to this command; nono %s%s--help lists what does", o->name,
				 p->command ? p->command->name : "", p->command ? " " : "");
	rc = take_value(p, o, inlined, &value, err);
	if (rc < 0)
		return rc;
	p->given[o - option_defs] = GIVEN_AS_FLAG;
	p->run_option |= !(o->commands & UINT64_C(1) << CMD_NONE);
	return store(p->args, o, value, err);
}

static int parse_long(struct parse *p, const char *word, struct nono_error *err)
{
	size_t len = strcspn(word, "=");
	const struct option_def *o = find_long(p, word, len);

	if (!o)
		return unknown_option(p, word, len, err);
	return apply_option(p, o, word[len] == '=' ? word + len + 1 : NULL, err);
}

/* -vv, -p NAME, -pNAME */
static int parse_letters(struct parse *p, const char *word, struct nono_error *err)
{
	while (*word) {
		const struct option_def *o = find_letter(p, *word++);
		int rc;

		if (!o)
			return nono_fail(err, NONO_E_USAGE, 0, "there is no option -%c; nono %s --help lists them",
					 word[-1], p->command ? p->command->name : "run");
		if (o->metavar && *word)
			return apply_option(p, o, word + (*word == '='), err);
		rc = apply_option(p, o, NULL, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* A command's name, or one word of it. */
static int name_command(struct parse *p, const char *word, struct nono_error *err)
{
	const struct command_def *def = command_find(p->args->group, word);
	const char *group = p->args->group ? NULL : command_group(word);

	if (!def && !group)
		return command_unknown(p->args->group, word, err);
	p->command = def;
	p->args->group = group;
	if (def)
		p->args->command = def->id;
	return 0;
}

/* A plain word. True in *ret_done: the program to run starts here, and parsing is over. */
static int parse_word(struct parse *p, bool *ret_done, struct nono_error *err)
{
	char *word = p->argv[p->at];

	if (p->command ? p->command->operands == OPERANDS_LINE : p->run_option) {
		*ret_done = true;
		p->args->words = &p->argv[p->at];
		return 0;
	}
	p->at++;
	if (p->command) {
		p->args->operands[p->args->operand_count++] = word;
		return 0;
	}
	if (strcmp(word, "help") == 0) {
		p->args->help = true;
		return 0;
	}
	return name_command(p, word, err);
}

/* What follows -- is the program to run, or words that may begin with a dash. */
static void take_rest(struct parse *p)
{
	p->at++;
	if (p->command && p->command->operands == OPERANDS_WORDS) {
		while (p->at < p->argc)
			p->args->operands[p->args->operand_count++] = p->argv[p->at++];
		return;
	}
	p->args->words = &p->argv[p->at];
	p->run_option = true;
}

static int parse_words(struct parse *p, struct nono_error *err)
{
	bool done = false;

	while (p->at < p->argc && !done) {
		const char *word = p->argv[p->at];
		int rc;

		if (strcmp(word, "--") == 0) {
			take_rest(p);
			break;
		}
		if (word[0] == '-' && word[1]) {
			p->at++;
			rc = word[1] == '-' ? parse_long(p, word + 2, err) : parse_letters(p, word + 1, err);
		} else {
			rc = parse_word(p, &done, err);
		}
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int truth(const char *name, const char *value, bool *ret, struct nono_error *err)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {{"true", true},   {"yes", true}, {"1", true},  {"on", true},   {"y", true},  {"t", true},
		     {"false", false}, {"no", false}, {"0", false}, {"off", false}, {"n", false}, {"f", false}};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(words); i++)
		if (strcasecmp(words[i].word, value) == 0) {
			*ret = words[i].value;
			return 0;
		}
	return nono_fail(err, NONO_E_USAGE, 0, "%s is '%s': set it to true or false", name, value);
}

static const char *environment_value(char *const *env, const char *name)
{
	const char *value = nono_environ_get(env, name, strlen(name));

	for (size_t i = 0; !value && i < NONO_ARRAY_SIZE(environment_aliases); i++)
		if (strcmp(environment_aliases[i].name, name) == 0)
			value = nono_environ_get(env, environment_aliases[i].older,
						 strlen(environment_aliases[i].older));
	return value;
}

/* What a variable asks for and nobody would hold is refused, as its option is. */
static int refuse_later(char *const *env, struct nono_error *err)
{
	for (size_t i = 0; i < option_later_count; i++) {
		const char *name = option_later[i].environment;
		const char *value = name ? nono_environ_get(env, name, strlen(name)) : NULL;
		bool on = true;

		if (value && *value && (truth(name, value, &on, NULL) < 0 || on))
			return nono_fail(
				err, NONO_E_UNSUPPORTED, 0,
				"%s is set, and --%s is not built yet, so nothing was started; unset it to go on", name,
				option_later[i].name);
	}
	return 0;
}

/* why answers about a policy as it is asked, init writes it so: not as a shell's settings would have it. */
static bool reads_environment(const struct parse *p, const struct option_def *o)
{
	bool as_asked = p->args->command == CMD_WHY || p->args->command == CMD_PROFILE_INIT;

	if (as_asked && o->commands != EVERY_COMMAND)
		return false;
	return o->commands & UINT64_C(1) << p->args->command;
}

/* A flag on the command line replaces its variable. */
static int apply_environment(struct parse *p, char *const *env, struct nono_error *err)
{
	for (size_t i = 0; i < option_def_count; i++) {
		const struct option_def *o = &option_defs[i];
		const char *value = o->environment && !p->given[i] ? environment_value(env, o->environment) : NULL;
		bool on = true;
		int rc = 0;

		if (!value || !*value || !reads_environment(p, o))
			continue;
		if (o->kind == OPTION_SWITCH)
			rc = truth(o->environment, value, &on, err);
		if (rc == 0 && on)
			rc = store(p->args, o, value, err);
		if (rc < 0)
			return rc;
		p->given[i] = on ? GIVEN_AS_VARIABLE : GIVEN_NOWHERE;
	}
	return 0;
}

static bool stands_alone(const char *name)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(not_with_config); i++)
		if (strcmp(not_with_config[i], name) == 0)
			return false;
	return true;
}

static int check_config(const struct parse *p, struct nono_error *err)
{
	for (size_t i = 0; p->args->config && i < option_def_count; i++) {
		const struct option_def *o = &option_defs[i];
		bool flag = p->given[i] == GIVEN_AS_FLAG;

		if (p->given[i] && !stands_alone(o->name))
			return nono_fail(err, NONO_E_USAGE, 0,
					 "--config and %s%s cannot be used together: a manifest is the whole policy",
					 flag ? "--" : "", flag ? o->name : o->environment);
	}
	return 0;
}

static int check_conflicts(struct arguments *args, struct nono_error *err)
{
	if (args->block_net && args->allow_net)
		return nono_fail(err, NONO_E_USAGE, 0, "--block-net and --allow-net cannot be used together");
	if (args->extends.len && !args->profile)
		return nono_fail(err, NONO_E_USAGE, 0, "--extends needs --profile");
	if (args->exec && args->diagnostics_json)
		return nono_fail(err, NONO_E_USAGE, 0,
				 "--exec and --diagnostics-json cannot be used together: nobody stays to report");
	if (args->block_net || args->allow_net)
		args->flags.block_net = args->block_net ? NONO_TRI_TRUE : NONO_TRI_FALSE;
	if (args->exec)
		args->command = CMD_WRAP;
	return 0;
}

static int check_operands(const struct parse *p, struct nono_error *err)
{
	const struct command_def *def = p->command;

	if (!def || def->operands != OPERANDS_WORDS || p->args->help)
		return 0;
	if (p->args->operand_count > def->most)
		return nono_fail(err, NONO_E_USAGE, 0, "'%s' is one word too many: nono %s %s",
				 p->args->operands[def->most], def->name, def->usage);
	if (p->args->operand_count < def->least)
		return nono_fail(err, NONO_E_USAGE, 0, "a word is missing: nono %s %s", def->name, def->usage);
	return 0;
}

static int parse_all(struct parse *p, char *const *env, struct nono_error *err)
{
	struct arguments *args = p->args;
	int rc = parse_words(p, err);

	if (rc == 0)
		rc = check_operands(p, err);
	if (rc < 0)
		return rc;
	if (!p->command && p->run_option)
		args->command = CMD_RUN;
	rc = apply_environment(p, env, err);
	if (rc == 0 && (UINT64_C(1) << args->command & RUNS) && !args->help)
		rc = refuse_later(env, err);
	if (rc == 0)
		rc = check_config(p, err);
	return rc == 0 ? check_conflicts(args, err) : rc;
}

int arguments_parse(int argc, char **argv, char *const *env, struct arguments *ret, struct nono_error *err)
{
	struct parse p = {.args = ret, .argv = argv, .argc = argc, .at = 1};
	int rc;

	ret->command = CMD_NONE;
	ret->operands = calloc((size_t)argc + 1, sizeof(*ret->operands));
	p.given = calloc(option_def_count, sizeof(*p.given));
	rc = ret->operands && p.given ? parse_all(&p, env, err) : nono_nomem(err);
	free(p.given);
	return rc;
}

bool arguments_start_something(const struct arguments *args)
{
	return UINT64_C(1) << args->command & RUNS;
}

void arguments_done(struct arguments *args)
{
	nono_flags_done(&args->flags);
	nono_strv_done(&args->extends);
	nono_strv_done(&args->profiles.extends);
	nono_strv_done(&args->profiles.groups);
	free(args->operands);
}
