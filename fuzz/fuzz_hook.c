/* fuzz_hook.c - any bytes as an agent's event, and what is made of it.  SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/util.h"
#include "hooks/event.h"
#include "policy/capjson.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A sandbox with one directory to read, one denied, and nothing else. */
static const char cap_file[] =
	"{\"version\":1,\"fs\":[{\"original\":\"/a\",\"path\":\"/a\",\"access\":\"read\",\"is_file\":false,"
	"\"source\":\"profile:p\",\"dev\":1,\"ino\":2,\"rights\":13}],\"denies\":[{\"path\":\"/b\",\"real\":\"/b\","
	"\"source\":\"group:g\",\"dev\":1,\"ino\":3,\"write_only\":false,\"permanent\":false}],\"net_blocked\":true}";

static const struct {
	const char *path;
	uint64_t ino;
	uint32_t mode;
} objects[] = {
	{"/", 1, S_IFDIR | 0755},    {"/a", 2, S_IFDIR | 0755},	  {"/b", 3, S_IFDIR | 0755},
	{"/a/f", 4, S_IFREG | 0644}, {"/b/f", 5, S_IFREG | 0644}, {"/c", 6, S_IFREG | 0644},
};

static int fs_stat(const struct nono_fs *fs, const char *path, bool follow, struct nono_node *ret,
		   struct nono_error *err)
{
	(void)fs;
	(void)follow;
	for (size_t i = 0; i < NONO_ARRAY_SIZE(objects); i++)
		if (strcmp(objects[i].path, path) == 0) {
			*ret = (struct nono_node){
				.fd = -1, .dev = 1, .ino = objects[i].ino, .mode = objects[i].mode, .nlink = 1};
			return 0;
		}
	return err ? nono_fail(err, NONO_E_NOTFOUND, 0, "no '%s'", path) : -NONO_E_NOTFOUND;
}

static int fs_open(const struct nono_fs *fs, const char *path, struct nono_node *ret, struct nono_error *err)
{
	int rc = fs_stat(fs, path, true, ret, err);

	if (rc == 0)
		ret->real = strdup(path);
	return rc == 0 && !ret->real ? nono_nomem(err) : rc;
}

static const struct nono_fs fs = {.open = fs_open, .stat = fs_stat};

/* One line of JSON, with nothing in the text that a terminal or an agent's screen would act on. */
static void check(const char *text)
{
	_cleanup_(json_decrefp) json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const char *name, *context;

	if (json_unpack(root, "{s:{s:s,s:s !}!}", "hookSpecificOutput", "hookEventName", &name, "additionalContext",
			&context))
		abort();
	for (; *context; context++)
		if (((unsigned char)*context < 0x20 && *context != '\n') || *context == 0x7f)
			abort();
	for (; *name; name++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", *name))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(nono_capset_done) struct nono_capset set = {0};
	const struct nono_hook_scene scene = {.set = &set, .fs = &fs, .home = "/b", .cwd = "/a"};
	/* An exact copy, so that a sanitizer sees one byte read too many. */
	_cleanup_(nono_freep) char *event = malloc(size ? size : 1), *text = NULL;

	if (!event || nono_capset_from_json(cap_file, strlen(cap_file), "f", &set, NULL) < 0)
		abort();
	if (size)
		memcpy(event, data, size);
	if (nono_hook_answer(&scene, event, size, &text, NULL) < 0)
		abort();
	if (text)
		check(text);
	return 0;
}
