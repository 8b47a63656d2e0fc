/* property.c - the evaluator's answers compared with the kernel's.  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/util.h"
#include "policy/build.h"
#include "policy/compose.h"
#include "policy/explain.h"
#include "policy/path.h"
#include "sandbox/linux/plan.h"
#include "sandbox/sandbox.h"

/*
 * Each world is a random tree (directories, files, symbolic and hard links, bind mounts), a random policy over it and
 * a list of questions. A child enters the sandbox and tries each operation; what happens must be what nono_explain
 * said beforehand. Operations do not disturb one another: what is made has a name of its own, what is removed was put
 * there for it.
 */
#define WORLD_DIRS 12
#define WORLD_FILES 16
#define WORLD_LINKS 10
#define QUESTIONS 50

enum what {
	ASK_READ,
	ASK_WRITE,
	ASK_CREATE,
	ASK_UNLINK,
	ASK_RMDIR,
	ASK_EXEC,
	ASK_TRUNCATE,
	ASK_MKDIR,
	ASK_KINDS,
	ASK_THROUGH
};

static const char *const what_words[] = {"read", "write",    "create", "unlink", "rmdir",
					 "exec", "truncate", "mkdir",  "",	 "create through a link"};

/* What a program needs to start at all. */
static const char *const system_paths[] = {"/usr", "/lib", "/lib64", "/etc", "/proc"};

struct question {
	enum what what;
	char path[PATH_MAX];
	bool expected;
};

struct world {
	char root[64];
	struct nono_strv dirs, files, links, mounts, dangling;
	struct question questions[QUESTIONS];
	size_t asked;
};

static uint64_t state;
static char exe_path[PATH_MAX];
static size_t agreed, allowed_count, refused_worlds, split_count;

static uint32_t rnd(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 20) % below;
}

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static char *pick(const struct nono_strv *v)
{
	return v->items[rnd((uint32_t)v->len)];
}

static void remember(struct nono_strv *v, const char *path)
{
	if (nono_strv_add(v, path, NULL) < 0)
		die("memory");
}

static char *child_of(const char *dir, const char *prefix, unsigned int n)
{
	char *path;

	if (asprintf(&path, "%s/%s%u", dir, prefix, n) < 0)
		die("memory");
	return path;
}

static void make_file_at(const char *path)
{
	_cleanup_(nono_closep) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, "x", 1) != 1)
		die(path);
}

static void make_link_at(struct world *w, unsigned int n)
{
	_cleanup_(nono_freep) char *path = child_of(pick(&w->dirs), "l", n);
	const char *target = rnd(2) ? pick(&w->dirs) : pick(&w->files);
	_cleanup_(nono_freep) char *nowhere = NULL;

	if (rnd(4) == 0) { /* a link to what does not exist, through which something can be made */
		nowhere = child_of(pick(&w->dirs), "n", n);
		if (symlink(nowhere, path) < 0)
			die(path);
		remember(&w->dangling, path);
		return;
	}

	if (rnd(3) == 0) { /* a hard link */
		if (link(pick(&w->files), path) == 0)
			remember(&w->files, path);
		return;
	}
	if (symlink(target, path) < 0)
		die(path);
	remember(&w->links, path);
}

static void make_mount(struct world *w)
{
	const char *from = pick(&w->dirs), *to = pick(&w->dirs);

	if (strcmp(from, to) == 0 || strcmp(to, w->root) == 0 || nono_path_is_within(from, to))
		return;
	if (mount(from, to, NULL, MS_BIND, NULL) == 0)
		remember(&w->mounts, to);
}

static void make_world(struct world *w, const char *base, bool mounts)
{
	(void)snprintf(w->root, sizeof(w->root), "%s/w", base);
	if (mkdir(w->root, 0700) < 0)
		die(w->root);
	remember(&w->dirs, w->root);
	for (unsigned int i = 0; i < WORLD_DIRS; i++) {
		_cleanup_(nono_freep) char *path = child_of(pick(&w->dirs), "d", i);

		if (mkdir(path, 0700) < 0)
			die(path);
		remember(&w->dirs, path);
	}
	for (unsigned int i = 0; i < WORLD_FILES; i++) {
		_cleanup_(nono_freep) char *path = child_of(pick(&w->dirs), "f", i);

		make_file_at(path);
		remember(&w->files, path);
	}
	for (unsigned int i = 0; i < WORLD_LINKS; i++)
		make_link_at(w, i);
	for (unsigned int i = 0; mounts && i < rnd(4); i++)
		make_mount(w);
}

/* Some path of the world, perhaps by way of a link; what a mount hides does not count. */
static void some_path(const struct world *w, bool dir, char *ret)
{
	struct stat st;

	do {
		bool by_link = w->links.len && rnd(3) == 0;

		(void)snprintf(ret, PATH_MAX, "%s", pick(by_link ? &w->links : dir ? &w->dirs : &w->files));
	} while (stat(ret, &st) < 0 || S_ISDIR(st.st_mode) != dir);
}

static void build_policy(const struct world *w, const struct nono_builder *b)
{
	char path[PATH_MAX];
	struct nono_error err = {0};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(system_paths); i++) {
		const struct nono_grant_request r = {.text = system_paths[i],
						     .access = NONO_ACCESS_READ,
						     .kind = NONO_SOURCE_SYSTEM,
						     .source = "test"};

		if (nono_build_grant(b, &r, &err) < 0)
			die(err.text);
	}
	for (unsigned int i = 0, n = 1 + rnd(6); i < n; i++) {
		struct nono_grant_request r = {.text = path,
					       .access = (enum nono_access)(1 + rnd(3)),
					       .kind = NONO_SOURCE_USER,
					       .source = "--test"};

		some_path(w, rnd(3) != 0, path);
		if (nono_build_grant(b, &r, &err) < 0)
			die(err.text);
	}
	for (unsigned int i = 0, n = rnd(3); i < n; i++) {
		struct nono_deny_request r = {
			.text = path, .kind = NONO_SOURCE_USER, .source = "--test", .write_only = rnd(3) == 0};

		some_path(w, rnd(2), path);
		if (nono_build_deny(b, &r, &err) < 0)
			die(err.text);
	}
	b->set->no_unlink = rnd(5) == 0;
}

/* A name in @path's directory, for what is made or removed. */
static void name_in(struct question *q, unsigned int n)
{
	size_t len = strlen(q->path);

	(void)snprintf(q->path + len, sizeof(q->path) - len, "/q%u", n);
}

/* Does a dangling link name a place where something could be made (what a mount hides is none)? */
static bool leads_somewhere(const char *link)
{
	char target[PATH_MAX];
	_cleanup_(nono_freep) char *dir = NULL;
	ssize_t len = readlink(link, target, sizeof(target) - 1);
	struct stat st;

	if (len < 0)
		return false;
	target[len] = '\0';
	dir = nono_path_parent(target);
	return dir && stat(dir, &st) == 0;
}

static void set_up(struct world *w, struct question *q, unsigned int n)
{
	q->what = (enum what)rnd(ASK_KINDS);
	some_path(w, q->what == ASK_READ ? rnd(2) : q->what != ASK_WRITE && q->what != ASK_TRUNCATE, q->path);
	if (q->what == ASK_READ || q->what == ASK_WRITE || q->what == ASK_TRUNCATE)
		return;
	/* Each dangling link is used once: making a file through it ends its being one. */
	if (q->what == ASK_CREATE && w->dangling.len && rnd(3) == 0) {
		const char *link = w->dangling.items[--w->dangling.len];

		if (leads_somewhere(link)) {
			q->what = ASK_THROUGH;
			(void)snprintf(q->path, sizeof(q->path), "%s", link);
		}
		free(w->dangling.items[w->dangling.len]);
		if (q->what == ASK_THROUGH)
			return;
	}
	name_in(q, n);
	if (q->what == ASK_UNLINK)
		make_file_at(q->path);
	else if (q->what == ASK_RMDIR && mkdir(q->path, 0700) < 0)
		die(q->path);
	else if (q->what == ASK_EXEC && link(exe_path, q->path) < 0)
		q->what = ASK_CREATE; /* below a bind mount there are no links from outside it */
}

static bool expect(const struct nono_capset *set, const struct question *q)
{
	static const enum nono_op ops[] = {
		[ASK_READ] = NONO_OP_READ,	[ASK_WRITE] = NONO_OP_WRITE,  [ASK_CREATE] = NONO_OP_CREATE,
		[ASK_UNLINK] = NONO_OP_UNLINK,	[ASK_RMDIR] = NONO_OP_UNLINK, [ASK_EXEC] = NONO_OP_EXEC,
		[ASK_TRUNCATE] = NONO_OP_READ,	[ASK_MKDIR] = NONO_OP_CREATE, [ASK_KINDS] = NONO_OP_READ,
		[ASK_THROUGH] = NONO_OP_CREATE,
	};
	_cleanup_(nono_answer_done) struct nono_answer a = {0};
	_cleanup_(nono_freep) char *dir = NULL;
	struct nono_error err = {0};
	uint32_t rights = 0;

	if (nono_explain(set, &nono_fs_host, q->path, ops[q->what], &a, &err) < 0)
		die(err.text);
	if (q->what == ASK_TRUNCATE || q->what == ASK_MKDIR) {
		_cleanup_(nono_answer_done) struct nono_answer w = {0};

		if (nono_explain(set, &nono_fs_host, q->path, q->what == ASK_MKDIR ? NONO_OP_CREATE : NONO_OP_WRITE, &w,
				 &err) < 0)
			die(err.text);
		if (w.deny && w.deny->covered)
			return false;
	}
	if (q->what == ASK_TRUNCATE) {
		if (nono_rights_at(set, &nono_fs_host, a.real, &rights, &err) < 0)
			die(err.text);
		return rights & NONO_RIGHT_TRUNCATE;
	}
	if (q->what == ASK_MKDIR) {
		dir = nono_path_parent(a.real);
		if (!dir || nono_rights_at(set, &nono_fs_host, dir, &rights, &err) < 0)
			die(err.text);
		return rights & NONO_RIGHT_MAKE_DIR;
	}
	return a.allowed;
}

static int try_exec(const char *path)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		(void)execl(path, "probe", (char *)NULL);
		_exit(errno == EACCES ? 1 : 2);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1) {
		errno = EACCES;
		return -1;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 42 ? 0 : -1;
}

static int try_open(const char *path, int flags)
{
	_cleanup_(nono_closep) int fd = open(path, flags | O_CLOEXEC, 0600);

	return fd < 0 ? -1 : 0;
}

/* 0 when it worked, else the errno. */
static int try_it(const struct question *q)
{
	int rc = -1;

	switch (q->what) {
	case ASK_READ:
		rc = try_open(q->path, O_RDONLY);
		break;
	case ASK_WRITE:
		rc = try_open(q->path, O_WRONLY);
		break;
	case ASK_CREATE:
		rc = try_open(q->path, O_WRONLY | O_CREAT | O_EXCL);
		break;
	case ASK_UNLINK:
		rc = unlink(q->path);
		break;
	case ASK_RMDIR:
		rc = rmdir(q->path);
		break;
	case ASK_EXEC:
		rc = try_exec(q->path);
		break;
	case ASK_TRUNCATE:
		rc = truncate(q->path, 1);
		break;
	case ASK_MKDIR:
		rc = mkdir(q->path, 0700);
		break;
	case ASK_THROUGH:
		rc = try_open(q->path, O_WRONLY | O_CREAT);
		break;
	case ASK_KINDS:
	default:
		break;
	}
	return rc == 0 ? 0 : errno;
}

static void run_child(const struct world *w, const struct nono_sandbox *sandbox, int fd)
{
	struct nono_stage_report report = {0};

	if (nono_sandbox_apply_child(sandbox, &report) < 0) {
		const char *item = nono_sandbox_item_path(sandbox, &report);

		(void)dprintf(1, "# cannot %s %s: %s\n", nono_stage_text(report.stage), item ? item : "",
			      strerror(report.sys_errno));
		_exit(3);
	}
	for (size_t i = 0; i < w->asked; i++) {
		int result = try_it(&w->questions[i]);

		if (write(fd, &result, sizeof(result)) != sizeof(result))
			_exit(4);
	}
	_exit(0);
}

/* What Landlock and masks say, what read-only places say, what a mount in the way says. */
static bool is_refusal(int result)
{
	/* EINVAL: truncation of the null device, which covers files. */
	return result == EINVAL || result == 0 || result == EACCES || result == EROFS || result == EBUSY ||
	       result == ENOENT;
}

static int compare(const struct world *w, const struct nono_capset *set, int fd)
{
	int bad = 0;

	for (size_t i = 0; i < w->asked; i++) {
		const struct question *q = &w->questions[i];
		int result;

		if (read(fd, &result, sizeof(result)) != sizeof(result))
			die("the child ended early");
		if ((result == 0) == q->expected && is_refusal(result)) {
			agreed++;
			allowed_count += q->expected;
			continue;
		}
		bad++;
		printf("# %s %s: the evaluator says %s, the kernel %s\n", what_words[q->what], q->path,
		       q->expected ? "allowed" : "refused", result ? strerror(result) : "allowed it");
		for (size_t j = 0; j < set->deny_count; j++)
			printf("#   deny %s covered %d tier %s write only %d\n", set->denies[j].real,
			       set->denies[j].covered, nono_tier_word(set->denies[j].tier), set->denies[j].write_only);
		for (size_t j = 0; j < set->grant_count; j++)
			printf("#   grant %s access %d rights %x redundant %d\n", set->grants[j].node.real,
			       set->grants[j].access, set->grants[j].rights, set->grants[j].redundant);
	}
	return bad;
}

static int ask_world(struct world *w, struct nono_capset *set)
{
	struct nono_sandbox *sandbox;
	struct nono_error err = {0};
	int fds[2], bad, status;
	pid_t pid;

	for (w->asked = 0; w->asked < QUESTIONS; w->asked++)
		set_up(w, &w->questions[w->asked], (unsigned int)w->asked);
	for (size_t i = 0; i < w->asked; i++)
		w->questions[i].expected = expect(set, &w->questions[i]);
	if (nono_sandbox_prepare(set, &sandbox, &err) < 0)
		die(err.text);
	if (pipe2(fds, O_CLOEXEC) < 0)
		die("pipe");
	pid = fork();
	if (pid == 0)
		run_child(w, sandbox, fds[1]);
	(void)close(fds[1]);
	bad = compare(w, set, fds[0]);
	(void)close(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
		die("child");
	nono_sandbox_free(sandbox);
	return bad;
}

static int remove_entry(const char *dir)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		(void)execl("/bin/rm", "rm", "-rf", "--", dir, (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) > 0 && status == 0 ? 0 : -1;
}

static void tear_down(struct world *w)
{
	for (size_t i = w->mounts.len; i-- > 0;)
		if (umount2(w->mounts.items[i], MNT_DETACH) < 0)
			die("umount");
	if (remove_entry(w->root) < 0)
		die("rm");
	nono_strv_done(&w->dirs);
	nono_strv_done(&w->files);
	nono_strv_done(&w->links);
	nono_strv_done(&w->dangling);
	nono_strv_done(&w->mounts);
}

/* One world in three is on a machine that can mask nothing. */
static int plan(struct nono_capset *set, struct nono_error *err)
{
	const struct nono_means none = {.reason = "the test says so"};
	int rc;

	if (rnd(3))
		return nono_sandbox_plan(set, NONO_CONFINE_CHILD, NULL, err);
	rc = nono_plan_with(set, &none, NULL, err);
	for (size_t i = 0; i < set->deny_count && rc == 0; i++)
		split_count += set->denies[i].tier == NONO_TIER_SPLIT;
	return rc;
}

static int one_world(const char *base, bool mounts, const struct nono_vars *vars)
{
	struct world *w = calloc(1, sizeof(*w));
	struct nono_capset set = {0};
	const struct nono_builder b = {.set = &set, .vars = vars, .fs = &nono_fs_host};
	const struct nono_compose c = {.vars = vars, .fs = &nono_fs_host};
	struct nono_error err = {0};
	int bad = 0;

	if (!w)
		die("memory");
	make_world(w, base, mounts);
	build_policy(w, &b);
	if (nono_capset_seal(&c, &set, &err) == 0 && plan(&set, &err) == 0)
		bad = ask_world(w, &set);
	else
		refused_worlds++;
	nono_capset_done(&set);
	tear_down(w);
	free(w);
	return bad;
}

static void write_text(const char *path, const char *text)
{
	_cleanup_(nono_closep) int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
}

/* Bind mounts of our own, in namespaces of our own. */
static bool enter_namespaces(void)
{
	char map[64];
	unsigned int uid = getuid(), gid = getgid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return false;
	write_text("/proc/self/setgroups", "deny");
	(void)snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	write_text("/proc/self/uid_map", map);
	(void)snprintf(map, sizeof(map), "%u %u 1", gid, gid);
	write_text("/proc/self/gid_map", map);
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* The program that is run inside: this one, which ends with 42 when it is called probe. */
static void copy_self(void)
{
	_cleanup_(nono_closep) int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	_cleanup_(nono_closep) int out = open(exe_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	char block[65536];
	ssize_t n;

	while ((n = read(in, block, sizeof(block))) > 0)
		if (write(out, block, (size_t)n) != n)
			die(exe_path);
}

int main(int argc, char **argv)
{
	size_t cases = argc > 1 ? strtoul(argv[1], NULL, 10) : 500;
	char base[] = "/var/tmp/nono-property-XXXXXX", home[PATH_MAX];
	char *env[] = {home, NULL};
	struct nono_vars vars;
	struct nono_error err = {0};
	bool mounts;
	int bad = 0;

	if (strcmp(argv[0], "probe") == 0)
		return 42;
	state = argc > 2 ? strtoull(argv[2], NULL, 10) : 88172645463325252ULL;
	if (!mkdtemp(base))
		die(base);
	(void)snprintf(home, sizeof(home), "HOME=%s/home", base);
	(void)snprintf(exe_path, sizeof(exe_path), "%s/exe", base);
	if (mkdir(home + 5, 0700) < 0 || nono_vars_init(&vars, env, base, getuid(), &err) < 0)
		die(err.text);
	mounts = enter_namespaces();
	copy_self();
	while (agreed + (size_t)bad < cases)
		bad += one_world(base, mounts, &vars);
	printf("%zu cases agree (%zu allowed, bind mounts %s, %zu policies refused at start, %zu denies split), %d "
	       "differ\n",
	       agreed, allowed_count, mounts ? "yes" : "no", refused_worlds, split_count, bad);
	nono_vars_done(&vars);
	(void)remove_entry(base);
	return bad != 0;
}
