/* probe_trials.c - things that a sandbox must refuse, tried freely and inside.  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <termios.h>

#include "base/util.h"
#include "policy/build.h"
#include "sandbox/linux/probe_parts.h"
#include "sandbox/sandbox.h"

/* Everything that the children touch, made beforehand. */
struct site {
	char dir[PATH_MAX];
	/* granted to read; to write; nothing granted */
	char readable[PATH_MAX], writable[PATH_MAX], other[PATH_MAX];
	char read_file[PATH_MAX], write_file[PATH_MAX], other_file[PATH_MAX];
	int granted_fd, other_fd, abstract_fd; /* listening */
	uint16_t granted_port, other_port;
	struct sockaddr_un abstract;
	socklen_t abstract_len;
	pid_t parent;
};

/* One thing to do: 0 or an errno. What it opens ends with its process, what it makes it removes. */
typedef int (*trial_fn)(const struct site *s);

static int result_of(long returned)
{
	return returned < 0 ? errno : 0;
}

static int open_child(const char *path, int flags)
{
	return result_of(open(path, flags | O_CLOEXEC, 0600));
}

static int read_granted_child(const struct site *s)
{
	return open_child(s->read_file, O_RDONLY);
}

static int read_other_child(const struct site *s)
{
	return open_child(s->other_file, O_RDONLY);
}

static int write_granted_child(const struct site *s)
{
	return open_child(s->write_file, O_WRONLY);
}

static int write_readable_child(const struct site *s)
{
	return open_child(s->read_file, O_WRONLY);
}

static int make_in(const char *dir)
{
	_cleanup_(nono_closep) int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_(nono_closep) int fd = openat(dir_fd, "made", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int rc = result_of(fd);

	if (rc == 0)
		(void)unlinkat(dir_fd, "made", 0);
	return rc;
}

static int make_granted_child(const struct site *s)
{
	return make_in(s->writable);
}

static int make_readable_child(const struct site *s)
{
	return make_in(s->readable);
}

/* A second name for a file, in a granted directory, would carry it out of its own. */
static int link_into_writable(const struct site *s, const char *path)
{
	_cleanup_(nono_closep) int dir_fd = open(s->writable, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int rc = result_of(linkat(AT_FDCWD, path, dir_fd, "linked", 0));

	if (rc == 0)
		(void)unlinkat(dir_fd, "linked", 0);
	return rc;
}

static int link_granted_child(const struct site *s)
{
	return link_into_writable(s, s->write_file);
}

static int link_other_child(const struct site *s)
{
	return link_into_writable(s, s->other_file);
}

static int truncate_granted_child(const struct site *s)
{
	return result_of(truncate(s->write_file, 0));
}

static int truncate_readable_child(const struct site *s)
{
	return result_of(truncate(s->read_file, 0));
}

/* These are no terminals, and say so when they may be asked. */
static int ask_device(const char *path)
{
	_cleanup_(nono_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct termios t;

	if (fd < 0)
		return errno;
	return ioctl(fd, TCGETS, &t) < 0 && errno != ENOTTY ? errno : 0;
}

static int ioctl_granted_child(const struct site *s)
{
	(void)s;
	return ask_device("/dev/zero");
}

static int ioctl_other_child(const struct site *s)
{
	(void)s;
	return ask_device("/dev/null");
}

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int tcp_socket(void)
{
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	return fd;
}

static int connect_to(uint16_t port)
{
	_cleanup_(nono_closep) int fd = tcp_socket();
	struct sockaddr_in to = loopback(port);

	return fd < 0 ? errno : result_of(connect(fd, (struct sockaddr *)&to, sizeof(to)));
}

static int connect_granted_child(const struct site *s)
{
	return connect_to(s->granted_port);
}

static int connect_other_child(const struct site *s)
{
	return connect_to(s->other_port);
}

static int bind_to(uint16_t port)
{
	_cleanup_(nono_closep) int fd = tcp_socket();
	struct sockaddr_in at = loopback(port);

	return fd < 0 ? errno : result_of(bind(fd, (struct sockaddr *)&at, sizeof(at)));
}

static int bind_granted_child(const struct site *s)
{
	return bind_to(s->granted_port);
}

static int bind_other_child(const struct site *s)
{
	return bind_to(s->other_port);
}

static int signal_self_child(const struct site *s)
{
	(void)s;
	return result_of(kill(getpid(), 0));
}

static int signal_parent_child(const struct site *s)
{
	return result_of(kill(s->parent, 0));
}

static int connect_abstract(const struct sockaddr_un *to, socklen_t len)
{
	_cleanup_(nono_closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? errno : result_of(connect(fd, (const struct sockaddr *)to, len));
}

static int abstract_own_child(const struct site *s)
{
	_cleanup_(nono_closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un own = {.sun_family = AF_UNIX};
	socklen_t len = sizeof(own);

	(void)s;
	/* No name given: the kernel chooses a free abstract one. */
	if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof(own.sun_family)) < 0 || listen(fd, 1) < 0 ||
	    getsockname(fd, (struct sockaddr *)&own, &len) < 0)
		return errno;
	return connect_abstract(&own, len);
}

static int abstract_other_child(const struct site *s)
{
	return connect_abstract(&s->abstract, s->abstract_len);
}

static int look_at(pid_t pid)
{
	char path[32], target[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	return result_of(readlink(path, target, sizeof(target)));
}

static int look_self_child(const struct site *s)
{
	(void)s;
	return look_at(getpid());
}

static int look_parent_child(const struct site *s)
{
	return look_at(s->parent);
}

/* Sets a limit to what it is. */
static int limit_of(pid_t pid)
{
	struct rlimit limit;

	if (prlimit(0, RLIMIT_CORE, NULL, &limit) < 0)
		return errno;
	return result_of(prlimit(pid, RLIMIT_CORE, &limit, NULL));
}

static int limit_self_child(const struct site *s)
{
	(void)s;
	return limit_of(0);
}

static int limit_parent_child(const struct site *s)
{
	return limit_of(s->parent);
}

/* Only asks. A keyring that is not there is an answer. */
static int keyring_child(const struct site *s)
{
	(void)s;
	if (syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0) >= 0 || errno == ENOKEY)
		return 0;
	return errno;
}

static int privilege_child(const struct site *s)
{
	(void)s;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? EPERM : 0;
}

static int internet_child(const struct site *s)
{
	_cleanup_(nono_closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)s;
	return result_of(fd);
}

static int unix_child(const struct site *s)
{
	_cleanup_(nono_closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)s;
	return result_of(fd);
}

static int nothing_child(const struct site *s)
{
	(void)s;
	return 0;
}

enum which { RESTRICTED, NO_NETWORK, SANDBOXES };

/* In the order of the report. @granted must go on working inside, @other must be refused with one of @errors. */
static const struct trial {
	const char *id, *title;
	int abi;
	enum which sandbox;
	trial_fn granted, other;
	int errors[2];
	const char *text;
} trials[] = {
	{"read",
	 "reading files",
	 1,
	 RESTRICTED,
	 read_granted_child,
	 read_other_child,
	 {EACCES},
	 "refused outside the grants"},
	{"write",
	 "writing files",
	 1,
	 RESTRICTED,
	 write_granted_child,
	 write_readable_child,
	 {EACCES},
	 "refused where only reading is granted"},
	{"make",
	 "making files",
	 1,
	 RESTRICTED,
	 make_granted_child,
	 make_readable_child,
	 {EACCES},
	 "refused where only reading is granted"},
	{"move",
	 "moving and linking files",
	 2,
	 RESTRICTED,
	 link_granted_child,
	 link_other_child,
	 {EXDEV, EACCES},
	 "refused from outside the grants into them"},
	{"truncate",
	 "truncating files",
	 3,
	 RESTRICTED,
	 truncate_granted_child,
	 truncate_readable_child,
	 {EACCES},
	 "refused where only reading is granted"},
	{"device_ioctl",
	 "ioctl on devices",
	 5,
	 RESTRICTED,
	 ioctl_granted_child,
	 ioctl_other_child,
	 {EACCES},
	 "refused on devices that may only be read"},
	{"tcp_connect",
	 "TCP connections by port",
	 4,
	 RESTRICTED,
	 connect_granted_child,
	 connect_other_child,
	 {EACCES},
	 "refused to a port that was not granted"},
	{"tcp_listen",
	 "TCP listening by port",
	 4,
	 RESTRICTED,
	 bind_granted_child,
	 bind_other_child,
	 {EACCES},
	 "refused on a port that was not granted"},
	{"network",
	 "no network at all",
	 1,
	 NO_NETWORK,
	 unix_child,
	 internet_child,
	 {EACCES},
	 "no sockets but unix ones with --block-net"},
	{"signal",
	 "signals to processes outside",
	 6,
	 RESTRICTED,
	 signal_self_child,
	 signal_parent_child,
	 {EPERM},
	 "refused"},
	{"abstract_socket",
	 "abstract sockets of others",
	 6,
	 RESTRICTED,
	 abstract_own_child,
	 abstract_other_child,
	 {EPERM},
	 "refused"},
	{"inspect",
	 "looking into processes",
	 1,
	 RESTRICTED,
	 look_self_child,
	 look_parent_child,
	 {EACCES, EPERM},
	 "refused outside the sandbox"},
	{"seccomp",
	 "seccomp filter",
	 1,
	 RESTRICTED,
	 limit_self_child,
	 limit_parent_child,
	 {EPERM},
	 "loaded; limits of other processes cannot be set"},
	{"keyring",
	 "kernel keyrings",
	 1,
	 RESTRICTED,
	 nothing_child,
	 keyring_child,
	 {ENOSYS},
	 "there outside, out of reach inside"},
	{"no_new_privs",
	 "gaining privileges",
	 1,
	 RESTRICTED,
	 nothing_child,
	 privilege_child,
	 {EPERM},
	 "no_new_privs is set"},
};

#define TRIALS NONO_ARRAY_SIZE(trials)

struct outcomes {
	struct nono_stage_report failed; /* to confine */
	struct nono_probe_outcome of[TRIALS];
};

/* ---- the site ---- */

static int make_file(const char *path)
{
	_cleanup_(nono_closep) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 ? -1 : 0;
}

static int make_files(struct site *s)
{
	const struct {
		char *dir, *file;
		const char *name;
	} places[] = {{s->readable, s->read_file, "readable"},
		      {s->writable, s->write_file, "writable"},
		      {s->other, s->other_file, "other"}};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(places); i++) {
		(void)snprintf(places[i].dir, PATH_MAX, "%.*s/%s", PATH_MAX - 32, s->dir, places[i].name);
		(void)snprintf(places[i].file, PATH_MAX, "%.*s/file", PATH_MAX - 8, places[i].dir);
		if (mkdir(places[i].dir, 0700) < 0 || make_file(places[i].file) < 0)
			return -1;
	}
	return 0;
}

static void remove_files(const struct site *s)
{
	const char *const paths[][2] = {
		{s->read_file, s->readable}, {s->write_file, s->writable}, {s->other_file, s->other}};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(paths); i++) {
		(void)unlink(paths[i][0]);
		(void)rmdir(paths[i][1]);
	}
}

static int listen_tcp(uint16_t *ret_port)
{
	_cleanup_(nono_closep) int fd = tcp_socket();
	struct sockaddr_in at = loopback(0);
	socklen_t len = sizeof(at);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 8) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		return -1;
	*ret_port = ntohs(at.sin_port);
	return TAKE_FD(fd);
}

static int listen_abstract(struct site *s)
{
	_cleanup_(nono_closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	s->abstract = (struct sockaddr_un){.sun_family = AF_UNIX};
	s->abstract_len = sizeof(s->abstract);
	if (fd < 0 || bind(fd, (struct sockaddr *)&s->abstract, sizeof(s->abstract.sun_family)) < 0 ||
	    listen(fd, 8) < 0 || getsockname(fd, (struct sockaddr *)&s->abstract, &s->abstract_len) < 0)
		return -1;
	return TAKE_FD(fd);
}

static void site_done(struct site *s)
{
	remove_files(s);
	nono_closep(&s->granted_fd);
	nono_closep(&s->other_fd);
	nono_closep(&s->abstract_fd);
}

/* Sockets that cannot be had show in the trials that use them. */
static int make_site(struct site *s, const char *dir, struct nono_error *err)
{
	(void)snprintf(s->dir, sizeof(s->dir), "%s", dir);
	s->parent = getpid();
	if (make_files(s) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make files in '%s'", dir);
	s->granted_fd = listen_tcp(&s->granted_port);
	s->other_fd = listen_tcp(&s->other_port);
	s->abstract_fd = listen_abstract(s);
	return 0;
}

/* ---- the sandboxes ---- */

static int grant(struct nono_capset *set, const char *path, uint32_t rights, struct nono_error *err)
{
	struct nono_grant *g;
	int rc = nono_capset_new_grant(set, &g, err);

	if (rc < 0)
		return rc;
	g->node.fd = open(path, O_PATH | O_CLOEXEC);
	g->written = strdup(path);
	g->rights = rights;
	g->is_file = nono_has_prefix(path, "/dev/");
	if (!g->written)
		return nono_nomem(err);
	return g->node.fd < 0 ? nono_fail(err, NONO_E_SYSTEM, errno, "cannot open '%s'", path) : 0;
}

static int add_port(struct nono_ports *ports, uint16_t port, struct nono_error *err)
{
	ports->items = nono_grow(ports->items, ports->len, &ports->room, sizeof(*ports->items));
	if (!ports->items)
		return nono_nomem(err);
	ports->items[ports->len++] = (struct nono_port_range){port, port};
	return 0;
}

/* As a policy would have it; ports only where this kernel's Landlock can hold them. */
static int make_set(const struct site *s, enum which which, int abi, struct nono_capset *set, struct nono_error *err)
{
	const struct {
		const char *path;
		uint32_t rights;
	} grants[] = {{s->readable, NONO_RIGHTS_READ},
		      {s->writable, NONO_RIGHTS_READ | NONO_RIGHTS_WRITE},
		      {"/dev/null", NONO_RIGHT_READ_FILE},
		      {"/dev/zero", NONO_RIGHT_READ_FILE | NONO_RIGHT_IOCTL_DEV}};
	int rc = 0;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(grants) && rc == 0; i++)
		rc = grant(set, grants[i].path, grants[i].rights, err);
	set->network.block = which == NO_NETWORK;
	if (rc == 0 && which == RESTRICTED && abi >= 4 && s->granted_port)
		rc = add_port(&set->network.connect, s->granted_port, err);
	if (rc == 0 && set->network.connect.len)
		rc = add_port(&set->network.bind, s->granted_port, err);
	return rc;
}

struct attempt {
	const struct site *site;
	const struct nono_sandbox *sandbox; /* NULL: free */
	enum which which;
};

static void try_child(const void *arg, void *result)
{
	const struct attempt *a = arg;
	struct outcomes *out = result;

	if (a->sandbox && nono_sandbox_apply_child(a->sandbox, &out->failed) < 0)
		return;
	for (size_t i = 0; i < TRIALS; i++) {
		if (a->sandbox && trials[i].sandbox != a->which)
			continue;
		out->of[i].granted = trials[i].granted(a->site);
		out->of[i].other = trials[i].other(a->site);
	}
}

/* Returns a code for what ends the probe; a sandbox that cannot be entered is an answer. */
static int try_inside(const struct site *s, enum which which, int abi, struct outcomes *out, struct nono_error *err)
{
	_cleanup_(nono_capset_done) struct nono_capset set = {0};
	struct attempt a = {.site = s, .which = which};
	struct nono_sandbox *sandbox = NULL;
	int rc = make_set(s, which, abi, &set, err);

	if (rc == 0)
		rc = nono_sandbox_prepare(&set, &sandbox, err);
	if (rc < 0)
		return rc;
	a.sandbox = sandbox;
	if (nono_probe_fork(try_child, &a, out, sizeof(*out)) < 0)
		rc = nono_fail(err, NONO_E_SYSTEM, errno, "cannot try a sandbox");
	nono_sandbox_free(sandbox);
	return rc;
}

/* ---- the verdicts ---- */

static bool is_expected(const struct trial *t, int sys_errno)
{
	return sys_errno == t->errors[0] || sys_errno == t->errors[1];
}

static void judge(struct nono_probe *p, const struct trial *t, const struct nono_probe_outcome *out,
		  const struct nono_probe_outcome *in)
{
	enum nono_probe_state state = NONO_PROBE_BROKEN;

	if (out->other || out->granted)
		nono_probe_add(p, NONO_PROBE_SANDBOX, t->id, t->title, NONO_PROBE_UNCLEAR,
			       "cannot be told here: it fails outside a sandbox too (%s)",
			       strerror(out->other ? out->other : out->granted));
	else if (in->granted)
		nono_probe_add(p, NONO_PROBE_SANDBOX, t->id, t->title, state, "what was granted is refused too: %s",
			       strerror(in->granted));
	else if (!in->other)
		nono_probe_add(p, NONO_PROBE_SANDBOX, t->id, t->title, state,
			       "what should be refused WAS POSSIBLE inside the sandbox");
	else if (!is_expected(t, in->other))
		nono_probe_add(p, NONO_PROBE_SANDBOX, t->id, t->title, NONO_PROBE_UNCLEAR,
			       "refused, but for another reason than the sandbox: %s", strerror(in->other));
	else
		nono_probe_add(p, NONO_PROBE_SANDBOX, t->id, t->title, NONO_PROBE_WORKS, "%s", t->text);
}

void nono_probe_judge_trial(struct nono_probe *p, const char *id, const struct nono_probe_outcome *outside,
			    const struct nono_probe_outcome *inside)
{
	for (size_t i = 0; i < TRIALS; i++)
		if (strcmp(trials[i].id, id) == 0)
			judge(p, &trials[i], outside, inside);
}

static void judge_all(struct nono_probe *p, const struct outcomes *out, const struct outcomes *in)
{
	for (size_t i = 0; i < TRIALS; i++) {
		const struct trial *t = &trials[i];
		const struct nono_stage_report *failed = &in[t->sandbox].failed;

		if (!p->abi)
			nono_probe_add(p, NONO_PROBE_SANDBOX, t->id, t->title, NONO_PROBE_MISSING, "needs Landlock");
		else if (p->abi < t->abi)
			nono_probe_add(p, NONO_PROBE_SANDBOX, t->id, t->title, NONO_PROBE_MISSING,
				       "needs Linux %s (Landlock ABI %d); this kernel has ABI %d",
				       nono_probe_release(t->abi), t->abi, p->abi);
		else if (failed->stage != NONO_STAGE_NONE)
			nono_probe_add(p, NONO_PROBE_SANDBOX, t->id, t->title, NONO_PROBE_BROKEN, "cannot %s: %s",
				       nono_stage_text(failed->stage), strerror(failed->sys_errno));
		else
			judge(p, t, &out->of[i], &in[t->sandbox].of[i]);
	}
}

int nono_probe_trials(const char *dir, struct nono_probe *p, struct nono_error *err)
{
	_cleanup_(site_done) struct site site = {.granted_fd = -1, .other_fd = -1, .abstract_fd = -1};
	const struct attempt freely = {.site = &site};
	struct outcomes outside = {0}, inside[SANDBOXES] = {0};
	int rc = make_site(&site, dir, err);

	if (rc < 0)
		return rc;
	if (nono_probe_fork(try_child, &freely, &outside, sizeof(outside)) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a process");
	for (int which = 0; which < SANDBOXES && p->abi && rc == 0; which++)
		rc = try_inside(&site, (enum which)which, p->abi, &inside[which], err);
	if (rc == 0)
		judge_all(p, &outside, inside);
	return rc;
}
