/* profile_names.c - the profiles that can be named.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/profile_names.h"

#include <stdio.h>

#include "base/util.h"
#include "policy/path.h"

static int add_name(void *arg, const char *entry, bool is_dir, struct nono_error *err)
{
	static const char *const suffixes[] = {".jsonc", ".json"};
	struct nono_strv *names = arg;
	size_t len = strlen(entry);

	for (size_t i = 0; i < NONO_ARRAY_SIZE(suffixes) && !is_dir; i++) {
		size_t n = strlen(suffixes[i]);
		_cleanup_(nono_freep) char *name = NULL;

		if (len <= n || strcmp(entry + len - n, suffixes[i]) != 0)
			continue;
		name = strndup(entry, len - n);
		return name ? nono_strv_add_new(names, name, err) : nono_nomem(err);
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *profiles_dir(const struct context *ctx)
{
	return nono_path_join(ctx->config_dir, "profiles");
}

int profile_names_own(const struct context *ctx, struct nono_strv *ret, struct nono_error *err)
{
	_cleanup_(nono_freep) char *dir = profiles_dir(ctx);
	int rc = dir ? nono_fs_host.list(&nono_fs_host, dir, add_name, ret, err) : nono_nomem(err);

	if (rc < 0 && rc != -NONO_E_NOTFOUND)
		return rc;
	if (ret->len)
		qsort(ret->items, ret->len, sizeof(*ret->items), compare);
	return 0;
}

char *home_text(const struct context *ctx, const char *path)
{
	const char *home = ctx->vars.home;
	char *text = NULL;

	if (!nono_path_is_below(path, home) || strcmp(home, "/") == 0)
		return strdup(path);
	return asprintf(&text, "~%s", path + strlen(home)) < 0 ? NULL : text;
}
