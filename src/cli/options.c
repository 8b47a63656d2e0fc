/* options.c - the command line, decoded by one table.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include <strings.h>

#include "base/nearest.h"
#include "base/util.h"
#include "policy/build.h"

enum kind { SWITCH, HIDDEN_SWITCH, COUNT, STRING, LIST, COMMA_LIST, PORT };

struct option_def {
	const char *name;
	char letter;
	const char *metavar; /* NULL: takes no value */
	const char *environment;
	unsigned int commands;
	enum kind kind;
	size_t offset;
	const char *help;
	const char *title; /* starts a group in --help; then nothing else is set */
};

static const struct option_def options[] = {
#define GROUP(title_) {.title = (title_)},
#define OPTION(name_, letter_, metavar_, env_, commands_, kind_, field_, help_) \
	{(name_), (letter_), (metavar_), (env_), (commands_), kind_, offsetof(struct arguments, field_), (help_), NULL},
#define ALIAS(older, name_)
#define LATER(name_, value)
#include "cli/options.def"
#undef GROUP
#undef OPTION
#undef ALIAS
#undef LATER
};

static const struct {
	const char *older, *name;
} aliases[] = {
#define GROUP(title_)
#define OPTION(...)
#define ALIAS(older_, name_) {(older_), (name_)},
#define LATER(name_, value)
#include "cli/options.def"
#undef GROUP
#undef OPTION
#undef ALIAS
#undef LATER
};

static const char *const later[] = {
#define GROUP(title_)
#define OPTION(...)
#define ALIAS(older_, name_)
#define LATER(name_, value) (name_),
#include "cli/options.def"
#undef GROUP
#undef OPTION
#undef ALIAS
#undef LATER
};

static const struct {
	const char *name;
	enum command command;
} commands[] = {{"run", CMD_RUN}, {"wrap", CMD_WRAP}, {"why", CMD_WHY}};

static const char *const later_commands[] = {
	"shell",   "profile", "policy",	 "setup", "completion", "learn",  "rollback",
	"audit",   "trust",   "ps",	 "stop",  "detach",	"attach", "logs",
	"inspect", "prune",   "session", "proxy", "hooks",	"hook",	  "secret",
};

/* Older names of variables. */
static const struct {
	const char *older, *name;
} environment_aliases[] = {{"NONO_NET_BLOCK", "NONO_BLOCK_NET"}, {"NONO_NET_ALLOW", "NONO_ALLOW_NET"}};

/* One option while it is decoded. */
struct parse {
	struct arguments *args;
	char **argv;
	int argc, at;
	bool seen[NONO_ARRAY_SIZE(options)];
	bool named;	 /* a command was named */
	bool run_option; /* something that only makes sense before a command to run */
};

static const struct option_def *find_long(const char *name, size_t len)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(aliases); i++)
		if (strlen(aliases[i].older) == len && strncmp(aliases[i].older, name, len) == 0) {
			name = aliases[i].name;
			len = strlen(name);
			break;
		}
	for (size_t i = 0; i < NONO_ARRAY_SIZE(options); i++)
		if (options[i].name && strlen(options[i].name) == len && strncmp(options[i].name, name, len) == 0)
			return &options[i];
	return NULL;
}

static const struct option_def *find_letter(char letter)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(options); i++)
		if (options[i].name && options[i].letter == letter)
			return &options[i];
	return NULL;
}

static int unknown_option(const char *word, size_t len, unsigned int command, struct nono_error *err)
{
	char name[64];
	struct nono_nearest near = {.word = name};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(later); i++)
		if (strlen(later[i]) == len && strncmp(later[i], word, len) == 0)
			return nono_fail(err, NONO_E_UNSUPPORTED, 0, "--%s is not built yet, so nothing was started",
					 later[i]);
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, word);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(options); i++)
		if (options[i].name && options[i].kind != HIDDEN_SWITCH && (options[i].commands & command))
			nono_nearest_offer(&near, options[i].name);
	if (near.best)
		return nono_fail(err, NONO_E_USAGE, 0, "there is no option --%s; did you mean --%s?", name, near.best);
	return nono_fail(err, NONO_E_USAGE, 0, "there is no option --%s; nono --help lists them", name);
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
	case SWITCH:
	case HIDDEN_SWITCH:
		*(bool *)field = true;
		return 0;
	case COUNT:
		++*(int *)field;
		return 0;
	case STRING:
		*(const char **)field = value;
		return 0;
	case LIST:
		return nono_strv_add(field, value, err);
	case COMMA_LIST:
		return add_comma_list(field, value, err);
	case PORT:
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

	if (!(o->commands & p->args->command) && !(!p->named && (o->commands & CMD_RUN)))
		return nono_fail(err, NONO_E_USAGE, 0, "--%s does not belong to this command; see its --help", o->name);
	rc = take_value(p, o, inlined, &value, err);
	if (rc < 0)
		return rc;
	p->seen[o - options] = true;
	p->run_option |= !(o->commands & CMD_NONE);
	return store(p->args, o, value, err);
}

static int parse_long(struct parse *p, const char *word, struct nono_error *err)
{
	size_t len = strcspn(word, "=");
	const struct option_def *o = find_long(word, len);

	if (!o)
		return unknown_option(word, len, p->args->command, err);
	return apply_option(p, o, word[len] == '=' ? word + len + 1 : NULL, err);
}

/* -vv, -p NAME, -pNAME */
static int parse_letters(struct parse *p, const char *word, struct nono_error *err)
{
	while (*word) {
		const struct option_def *o = find_letter(*word++);
		int rc;

		if (!o)
			return nono_fail(err, NONO_E_USAGE, 0, "there is no option -%c; nono --help lists them",
					 word[-1]);
		if (o->metavar && *word)
			return apply_option(p, o, word + (*word == '='), err);
		rc = apply_option(p, o, NULL, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int unknown_command(const char *word, struct nono_error *err)
{
	struct nono_nearest near = {.word = word};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(later_commands); i++)
		if (strcmp(later_commands[i], word) == 0)
			return nono_fail(err, NONO_E_UNSUPPORTED, 0, "nono %s is not built yet", word);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(commands); i++)
		nono_nearest_offer(&near, commands[i].name);
	return nono_fail(
		err, NONO_E_USAGE, 0, "there is no command '%s'%s%s%s; to run a program of that name: nono run -- %s",
		word, near.best ? "; did you mean nono " : "", near.best ? near.best : "", near.best ? "?" : "", word);
}

/* The first plain word: a command's name, or where the program to run starts. True in *ret_done: parsing is over. */
static int parse_word(struct parse *p, bool *ret_done, struct nono_error *err)
{
	const char *word = p->argv[p->at];

	*ret_done = true;
	if (!p->named && !p->run_option) {
		if (strcmp(word, "help") == 0) {
			p->args->help = true;
			p->at++;
			*ret_done = false;
			return 0;
		}
		for (size_t i = 0; i < NONO_ARRAY_SIZE(commands); i++)
			if (strcmp(commands[i].name, word) == 0) {
				p->args->command = commands[i].command;
				p->named = true;
				p->at++;
				*ret_done = false;
				return 0;
			}
		return unknown_command(word, err);
	}
	p->args->words = &p->argv[p->at];
	return 0;
}

static int parse_words(struct parse *p, struct nono_error *err)
{
	bool done = false;

	while (p->at < p->argc && !done) {
		const char *word = p->argv[p->at];
		int rc;

		if (strcmp(word, "--") == 0) {
			p->args->words = &p->argv[p->at + 1];
			p->run_option = true;
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

/* A flag on the command line replaces its variable. */
static int apply_environment(struct parse *p, char *const *env, struct nono_error *err)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(options); i++) {
		const struct option_def *o = &options[i];
		const char *value = o->environment && !p->seen[i] ? environment_value(env, o->environment) : NULL;
		bool on = true;
		int rc = 0;

		if (!value || !*value || !(o->commands & p->args->command))
			continue;
		if (o->kind == SWITCH)
			rc = truth(o->environment, value, &on, err);
		if (rc == 0 && on)
			rc = store(p->args, o, value, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int check_conflicts(struct arguments *args, struct nono_error *err)
{
	if (args->block_net && args->allow_net)
		return nono_fail(err, NONO_E_USAGE, 0, "--block-net and --allow-net cannot be used together");
	if (args->extends.len && !args->profile)
		return nono_fail(err, NONO_E_USAGE, 0, "--extends needs --profile");
	if (args->block_net || args->allow_net)
		args->flags.block_net = args->block_net ? NONO_TRI_TRUE : NONO_TRI_FALSE;
	if (args->exec)
		args->command = CMD_WRAP;
	return 0;
}

int arguments_parse(int argc, char **argv, char *const *env, struct arguments *ret, struct nono_error *err)
{
	struct parse p = {.args = ret, .argv = argv, .argc = argc, .at = 1};
	int rc;

	ret->command = CMD_NONE;
	rc = parse_words(&p, err);
	if (rc < 0)
		return rc;
	if (!p.named && p.run_option)
		ret->command = CMD_RUN;
	/* why answers about a policy as it is asked, not as a shell's settings would have it. */
	if (ret->command != CMD_WHY)
		rc = apply_environment(&p, env, err);
	return rc == 0 ? check_conflicts(ret, err) : rc;
}

void arguments_done(struct arguments *args)
{
	nono_flags_done(&args->flags);
	nono_strv_done(&args->extends);
}

static void help_option(const struct option_def *o, FILE *out)
{
	char left[48];

	(void)snprintf(left, sizeof(left), "%s%c%s --%s%s%s", o->letter ? "-" : " ", o->letter ? o->letter : ' ',
		       o->letter ? "," : " ", o->name, o->metavar ? " " : "", o->metavar ? o->metavar : "");
	if (strlen(left) > 29)
		(void)fprintf(out, "  %s\n  %-29s %s\n", left, "", o->help);
	else
		(void)fprintf(out, "  %-29s %s\n", left, o->help);
}

void arguments_help(enum command command, FILE *out)
{
	const struct option_def *title = NULL;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(options); i++) {
		const struct option_def *o = &options[i];

		if (o->title) {
			title = o;
			continue;
		}
		if (!(o->commands & (unsigned int)command) || o->kind == HIDDEN_SWITCH)
			continue;
		if (title)
			(void)fprintf(out, "\n%s\n", title->title);
		title = NULL;
		help_option(o, out);
	}
}
