/* cmd_shell.c - nono shell: the user's shell in a sandbox, which can be seen.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/util.h"
#include "cli/cmd_run.h"
#include "cli/commands.h"
#include "policy/environment.h"
#include "policy/explain.h"
#include "policy/path.h"

#define MARK "(nono) "

/*
 * The mark reaches a shell by its environment and arguments alone: no file of the user's is changed, and none has to be
 * readable inside (start-up files of shells are denied, because they hold tokens).
 */
struct dressing {
	const struct context *ctx;
	struct nono_strv *argv, *envp;
	struct nono_error *err;
};

/* May a file or directory below the home directory be used so? What cannot be judged may not. */
static bool may_use(const struct dressing *d, const char *dir, const char *name, enum nono_op op)
{
	_cleanup_(nono_freep) char *path = nono_path_join(dir, name);
	struct nono_answer a;
	bool allowed;

	if (!path || nono_explain(&d->ctx->set, &nono_fs_host, path, op, &a, NULL) < 0)
		return false;
	allowed = a.allowed;
	nono_answer_done(&a);
	return allowed;
}

static bool is_there(const char *dir, const char *name)
{
	_cleanup_(nono_freep) char *path = nono_path_join(dir, name);
	struct nono_node node;

	return path && nono_fs_host.stat(&nono_fs_host, path, true, &node, NULL) == 0;
}

static int add_words(const struct dressing *d, const char *const *words)
{
	int rc = 0;

	for (; *words && rc == 0; words++)
		rc = nono_strv_add(d->argv, *words, d->err);
	return rc;
}

/* A prompt that was inherited or that the profile sets keeps its text after the mark. */
static int mark_variable(const struct dressing *d, const char *name, const char *usual)
{
	const char *value = nono_environ_get(d->envp->items, name, strlen(name));
	_cleanup_(nono_freep) char *marked = NULL;

	if (value && strstr(value, MARK))
		return 0;
	if (asprintf(&marked, MARK "%s", value ? value : usual) < 0)
		marked = NULL;
	return marked ? nono_environment_set(d->envp, name, marked, d->err) : nono_nomem(d->err);
}

static int dress_posix(const struct dressing *d)
{
	return mark_variable(d, "PS1", getuid() == 0 ? "# " : "$ ");
}

/* Run before each prompt, so that it also marks the prompt that the system's own start-up file sets. */
static int dress_bash(const struct dressing *d)
{
	static const char *const no_rc[] = {"--rcfile", "/dev/null", NULL};
	const char *home = d->ctx->vars.home;
	int rc = nono_environment_set(d->envp, "PROMPT_COMMAND",
				      "case $PS1 in *'" MARK "'*) ;; *) PS1=\"" MARK "$PS1\" ;; esac", d->err);

	/* A file that bash finds and cannot read would be its first line. */
	if (rc == 0 && is_there(home, ".bashrc") && !may_use(d, home, ".bashrc", NONO_OP_READ))
		rc = add_words(d, no_rc);
	return rc;
}

static int dress_zsh(const struct dressing *d)
{
	static const char *const no_rcs[] = {"-f", NULL};
	const char *dir = nono_environ_get(d->envp->items, "ZDOTDIR", 7);

	dir = dir ? dir : d->ctx->vars.home;
	/* A start-up file that is read sets the prompt, and then the mark stands at the right. */
	if (is_there(dir, ".zshrc") && may_use(d, dir, ".zshrc", NONO_OP_READ))
		return mark_variable(d, "RPS1", "");
	/* Without any, zsh would ask to make one, which it could not. */
	if (!is_there(dir, ".zshrc")) {
		int rc = add_words(d, no_rcs);

		if (rc < 0)
			return rc;
	}
	return mark_variable(d, "PS1", "%m%# ");
}

static int dress_fish(const struct dressing *d)
{
	static const char *const mark[] = {
		"--init-command",
		"functions --copy fish_prompt __nono_prompt; function fish_prompt; printf '" MARK
		"'; __nono_prompt; end",
		NULL,
	};
	static const char *const no_config[] = {"--no-config", NULL};
	int rc = 0;

	/* Without its directory fish repeats that it misses it, dozens of times. */
	if (!may_use(d, d->ctx->vars.config_home, "fish", NONO_OP_READWRITE))
		rc = add_words(d, no_config);
	return rc == 0 ? add_words(d, mark) : rc;
}

/* By the shell's name; every other one is marked as a POSIX shell is. */
static const struct {
	const char *name;
	int (*dress)(const struct dressing *d);
} shells[] = {
	{"bash", dress_bash},
	{"zsh", dress_zsh},
	{"fish", dress_fish},
};

static int dress(const struct context *ctx, struct nono_strv *argv, struct nono_strv *envp, struct nono_error *err)
{
	const struct dressing d = {.ctx = ctx, .argv = argv, .envp = envp, .err = err};
	int rc = nono_environment_set(envp, "NONO_SHELL", "1", err);

	for (size_t i = 0; i < NONO_ARRAY_SIZE(shells) && rc == 0; i++)
		if (strcmp(nono_path_base(argv->items[0]), shells[i].name) == 0)
			return shells[i].dress(&d);
	return rc == 0 ? dress_posix(&d) : rc;
}

int cmd_shell(struct arguments *args, char *const *env, struct nono_error *err)
{
	const struct run_kind kind = {
		.own_words = true,
		.hint = "You are in a sandbox (NONO_SHELL is 1): exit or Ctrl-D leaves it.",
		.dress = dress,
	};
	const char *own = nono_environ_get(env, "SHELL", 5);
	char *words[] = {NULL, NULL};

	if (args->shell && !*args->shell)
		return nono_fail(err, NONO_E_USAGE, 0, "--shell '': an empty name");
	words[0] = (char *)(args->shell ? args->shell : own && *own ? own : "/bin/sh");
	args->words = words;
	return run_command(args, env, &kind, err);
}
