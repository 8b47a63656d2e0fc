/* setup_write.c - nono setup --profiles and --shell-integration.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/buf.h"
#include "base/util.h"
#include "cli/setup_parts.h"
#include "cli/texts.h"
#include "policy/fs.h"
#include "policy/path.h"
#include "policy/vars.h"

void setup_written_done(struct setup_written *written)
{
	nono_strv_done(&written->wrote);
	nono_strv_done(&written->kept);
}

static int write_one(const char *dir, const struct example *e, struct setup_written *ret, struct nono_error *err)
{
	_cleanup_(nono_freep) char *path = nono_path_join(dir, e->file);
	const struct nono_fs *fs = &nono_fs_host_making;
	struct nono_error why = {0};

	if (!path)
		return nono_nomem(err);
	if (fs->make_file(fs, path, e->text, &why) == 0)
		return nono_strv_add(&ret->wrote, path, err);
	if (why.sys_errno == EEXIST)
		return nono_strv_add(&ret->kept, path, err);
	*err = why;
	return -(int)why.code;
}

int setup_write_examples(char *const *env, struct setup_written *ret, struct nono_error *err)
{
	_cleanup_(nono_vars_done) struct nono_vars vars = {0};
	_cleanup_(nono_freep) char *dir = NULL;
	int rc = nono_vars_init(&vars, env, "/", getuid(), err);

	if (rc < 0)
		return rc;
	dir = nono_path_join(vars.config_home, "nono/profiles");
	if (!dir)
		return nono_nomem(err);
	rc = nono_fs_host_making.make_dir(&nono_fs_host_making, dir, err);
	for (size_t i = 0; i < example_count && rc == 0; i++)
		rc = write_one(dir, &examples[i], ret, err);
	return rc;
}

/* ---- the shell ---- */

/* The last one is for every other shell. */
static const struct shell {
	const char *name, *file, *completion, *assign;
} shells[] = {
	{"bash", "~/.bashrc", "source <(nono completion bash)", "="},
	{"zsh", "~/.zshrc, after compinit", "source <(nono completion zsh)", "="},
	{"fish", "~/.config/fish/config.fish", "nono completion fish | source", " "},
	{NULL, "what your shell reads at start", NULL, "="},
};

static const struct {
	const char *name, *command, *text;
} aliases[] = {
	{"nono-claude", "nono run --profile claude-code --allow-cwd -- claude", "Claude Code in the working directory"},
	{"nono-safe", "nono run --allow-cwd --block-net --", "any command, without network: nono-safe make"},
};

char *setup_shell_lines(char *const *env)
{
	const char *path = nono_environ_get(env, "SHELL", strlen("SHELL"));
	const char *name = path && strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	const struct shell *shell = shells;
	struct nono_buf out = {0};

	while (shell->name && !nono_streq(shell->name, name))
		shell++;
	nono_buf_printf(&out, "# Lines for %s; nono edits no file by itself.\n", shell->file);
	if (shell->completion)
		nono_buf_printf(&out, "%s\n", shell->completion);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(aliases); i++) {
		nono_buf_printf(&out, "# %s\n", aliases[i].text);
		nono_buf_printf(&out, "alias %s%s'%s'\n", aliases[i].name, shell->assign, aliases[i].command);
	}
	return nono_buf_take(&out);
}
