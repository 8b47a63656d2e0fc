/* fuzz_walk.c - any path: where the broker's own walk leads is where the kernel's does.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/util.h"
#include "broker/walk.h"
#include "policy/path.h"
#include "sandbox/linux/floor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char top[64] = "/var/tmp/nono-fuzz-XXXXXX", box[96], sub[96];
static int top_fd = -1;
static struct nono_map map;

/* What a byte of the input stands for, whatever its upper bits are; a quarter of all are themselves. */
static const char *const words[] = {"/",    "box",   "sub",  "new",	"file",	      ".env",
				    "..",   ".",     "up",   "loop",	"dirlink",    "dangling",
				    "abs",  "//",    "../",  "missing", "/proc/self", "/proc/thread-self",
				    "/cwd", "/root", "/fd/", "link",	"chain",      "inner"};

static const char *const entries[] = {"box/sub/inner", "box/new/inner", "box/file", "box/.env", "file"};
static const char *const links[][2] = {{"box/up", ".."},	  {"box/loop", "loop"},	   {"box/dirlink", "new/"},
				       {"box/dangling", "gone"},  {"box/link", "file"},	   {"box/sub/up", "../new"},
				       {"box/chain", "dirlink/"}, {"box/new/abs", "/proc"}};
static const char *const dirs[] = {"box", "box/sub", "box/new"};

static void clean(void)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(entries); i++)
		(void)unlinkat(top_fd, entries[i], 0);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(links); i++)
		(void)unlinkat(top_fd, links[i][0], 0);
	for (size_t i = NONO_ARRAY_SIZE(dirs); i-- > 0;)
		(void)unlinkat(top_fd, dirs[i], AT_REMOVEDIR);
	(void)rmdir(top);
}

static void must(bool done)
{
	if (!done)
		abort();
}

static void build_map(void)
{
	struct nono_grant grant = {.rights = NONO_RIGHTS_READ | NONO_RIGHTS_WRITE};
	struct nono_deny deny = {.exists = true};
	const struct nono_capset set = {.grants = &grant, .grant_count = 1, .denies = &deny, .deny_count = 1};
	const struct nono_floor_options options = {0};
	struct nono_floor floor = {0};

	must(nono_fs_host.open(&nono_fs_host, box, &grant.node, NULL) == 0);
	deny.real = nono_path_join(box, ".env");
	must(deny.real && nono_floor_build(&set, &nono_fs_host, &options, &floor, NULL) == 0);
	must(nono_map_build(&set, &floor, &map, NULL) == 0);
	nono_floor_done(&floor);
	nono_node_done(&grant.node);
	free(deny.real);
}

static void make_file(const char *path)
{
	must(close(openat(top_fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644)) == 0);
}

static void start(void)
{
	must(mkdtemp(top));
	top_fd = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
	(void)atexit(clean);
	(void)snprintf(box, sizeof(box), "%s/box", top);
	(void)snprintf(sub, sizeof(sub), "%s/box/sub", top);
	must(mkdir(box, 0755) == 0 && mkdir(sub, 0755) == 0);
	make_file("box/.env");
	build_map();
	must(mkdirat(top_fd, "box/new", 0755) == 0);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(entries); i++)
		make_file(entries[i]);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(links); i++)
		must(symlinkat(links[i][1], top_fd, links[i][0]) == 0);
}

/* What has no rule, by its name: all in the box but what was in a directory of its own at start. */
static void check_zone(const struct nono_walk *w)
{
	char link[32], path[PATH_MAX];
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", w->object_fd);
	len = readlink(link, path, sizeof(path) - 1);
	must(len > 0);
	path[len] = '\0';
	must(nono_walk_is_ours(w) == (nono_path_is_within(path, box) && !nono_path_is_within(path, sub)));
}

static void check(const char *path, bool follow)
{
	struct nono_client client = {.tid = (pid_t)syscall(SYS_gettid), .listener_fd = -1};
	_cleanup_(nono_walk_done) struct nono_walk w = NONO_WALK_EMPTY;
	_cleanup_(nono_closep) int fd = openat(top_fd, path, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
	int sys_errno = fd < 0 ? errno : 0;
	int rc = nono_walk(&map, &client, top_fd, path, follow ? NONO_WALK_TARGET : NONO_WALK_LINK, &w);
	struct stat st;

	if (rc == 0 && w.object_fd < 0)
		rc = -ENOENT;
	if (rc == 0 && w.slash && !S_ISDIR(w.st.st_mode))
		rc = -ENOTDIR;
	if (rc < 0) {
		/* A socket among the descriptors is no path's end for a broker; /proc calls a long name missing. */
		must(fd < 0 ? rc == -sys_errno || rc == -ENAMETOOLONG : rc == -ENXIO);
		return;
	}
	must(fd >= 0 && fstat(fd, &st) == 0 && st.st_ino == w.st.st_ino && st.st_dev == w.st.st_dev);
	if (!S_ISLNK(st.st_mode) && w.st.st_nlink)
		check_zone(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	char path[PATH_MAX + 64] = "";
	size_t len = 0;

	if (!started)
		start();
	started = true;
	for (size_t i = 1; i < size && len < sizeof(path) - 32; i++) {
		char one[2] = {(char)data[i], '\0'};
		const char *word = data[i] % 32 < NONO_ARRAY_SIZE(words) ? words[data[i] % 32] : one;

		(void)snprintf(path + len, sizeof(path) - len, "%s", word);
		len += strlen(word);
	}
	check(path, size && (data[0] & 1));
	return 0;
}
