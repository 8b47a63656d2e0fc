/* test_landlock.c - what a confined child can do to files, ports, processes.  SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <ftw.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "sandbox/linux/landlock.h"
#include "sandbox_t.h"
#include "t.h"

#define READ NONO_RIGHTS_READ
#define WRITE NONO_RIGHTS_WRITE

/* The building system's header has the last word on numbers, as far as it knows them. */
_Static_assert(NONO_RIGHT_MAKE_SYM == LANDLOCK_ACCESS_FS_MAKE_SYM, "MAKE_SYM");
_Static_assert(NONO_RIGHT_EXECUTE == LANDLOCK_ACCESS_FS_EXECUTE, "EXECUTE");
_Static_assert(NONO_RIGHT_REMOVE_FILE == LANDLOCK_ACCESS_FS_REMOVE_FILE, "REMOVE_FILE");
_Static_assert(LL_SYS_CREATE_RULESET == SYS_landlock_create_ruleset, "landlock_create_ruleset");
_Static_assert(LL_SYS_RESTRICT_SELF == SYS_landlock_restrict_self, "landlock_restrict_self");
_Static_assert(offsetof(struct ll_path_beneath_attr, parent_fd) ==
		       offsetof(struct landlock_path_beneath_attr, parent_fd),
	       "path_beneath");

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static bool write_text(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	return close(fd) == 0 && done;
}

/* box/{file,other,empty/,sub/} and out/file, made anew in the test's own directory, where the process goes. */
static bool make_tree(void)
{
	if (chdir(t_tmpdir()) < 0)
		return false;
	(void)nftw("box", remove_one, 8, FTW_DEPTH | FTW_PHYS);
	(void)nftw("out", remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return mkdir("box", 0700) == 0 && mkdir("out", 0700) == 0 && mkdir("box/empty", 0700) == 0 &&
	       mkdir("box/sub", 0700) == 0 && write_text("box/file", "text", 0755) &&
	       write_text("box/other", "text", 0600) && write_text("out/file", "text", 0600);
}

static bool is_empty(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size == 0;
}

static int op_read(const char *path)
{
	return result_of(open(path, O_RDONLY));
}

static int op_list(const char *path)
{
	return result_of(open(path, O_RDONLY | O_DIRECTORY));
}

static int op_write(const char *path)
{
	return result_of(open(path, O_WRONLY));
}

static int op_exec(const char *path)
{
	char *const argv[] = {(char *)"x", NULL};

	return result_of(execv(path, argv)); /* text without #!: ENOEXEC says that it was allowed */
}

static int op_truncate(const char *path)
{
	return result_of(truncate(path, 0));
}

static int op_read_truncate(const char *path)
{
	return result_of(open(path, O_RDONLY | O_TRUNC));
}

static int op_mode3_truncate(const char *path)
{
	return result_of(open(path, O_ACCMODE | O_TRUNC));
}

static int op_write_truncate(const char *path)
{
	return result_of(open(path, O_WRONLY | O_TRUNC));
}

static int op_create(const char *path)
{
	return result_of(open(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
}

static int op_mkdir(const char *path)
{
	return result_of(mkdir(path, 0700));
}

static int op_mkfifo(const char *path)
{
	return result_of(mkfifo(path, 0600));
}

static int op_symlink(const char *path)
{
	return result_of(symlink("file", path));
}

static int op_bind_path(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	return result_of(bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&addr, sizeof(addr)));
}

static int op_unlink(const char *path)
{
	return result_of(unlink(path));
}

static int op_rmdir(const char *path)
{
	return result_of(rmdir(path));
}

static int op_rename_here(const char *path)
{
	return result_of(rename(path, "box/renamed"));
}

static int op_rename_down(const char *path)
{
	return result_of(rename(path, "box/sub/renamed"));
}

static int op_rename_out(const char *path)
{
	return result_of(rename(path, "out/renamed"));
}

static int op_link_in(const char *path)
{
	return result_of(link(path, "box/linked"));
}

/* The answers without a grant, with a grant to read, to write, to do both, in this order. */
static const struct {
	const char *name;
	try_fn op;
	const char *path;
	int control;
	int wants[4];
	int truncates; /* before ABI 3 nobody does this: the answer */
} file_ops[] = {
	{"read", op_read, "box/file", 0, {EACCES, 0, EACCES, 0}, 0},
	{"list", op_list, "box", 0, {EACCES, 0, EACCES, 0}, 0},
	{"write", op_write, "box/file", 0, {EACCES, EACCES, 0, 0}, 0},
	{"exec", op_exec, "box/file", ENOEXEC, {EACCES, ENOEXEC, EACCES, ENOEXEC}, 0},
	{"truncate", op_truncate, "box/file", 0, {EACCES, EACCES, 0, 0}, EACCES},
	{"open to read and truncate", op_read_truncate, "box/file", 0, {EACCES, EACCES, EACCES, 0}, EACCES},
	{"open for ioctl and truncate", op_mode3_truncate, "box/file", 0, {EACCES, EACCES, 0, 0}, EACCES},
	{"open to write and truncate", op_write_truncate, "box/file", 0, {EACCES, EACCES, 0, 0}, 0},
	{"create", op_create, "box/new", 0, {EACCES, EACCES, 0, 0}, 0},
	{"mkdir", op_mkdir, "box/new", 0, {EACCES, EACCES, 0, 0}, 0},
	{"mkfifo", op_mkfifo, "box/new", 0, {EACCES, EACCES, 0, 0}, 0},
	{"symlink", op_symlink, "box/new", 0, {EACCES, EACCES, 0, 0}, 0},
	{"bind a path", op_bind_path, "box/new", 0, {EACCES, EACCES, 0, 0}, 0},
	{"unlink", op_unlink, "box/file", 0, {EACCES, EACCES, 0, 0}, 0},
	{"rmdir", op_rmdir, "box/empty", 0, {EACCES, EACCES, 0, 0}, 0},
	{"rename in place", op_rename_here, "box/file", 0, {EACCES, EACCES, 0, 0}, 0},
	{"read outside", op_read, "out/file", 0, {EACCES, EACCES, EACCES, EACCES}, 0},
	{"write outside", op_write, "out/file", 0, {EACCES, EACCES, EACCES, EACCES}, 0},
	{"truncate outside", op_truncate, "out/file", 0, {EACCES, EACCES, EACCES, EACCES}, 0},
	{"truncate outside for ioctl", op_mode3_truncate, "out/file", 0, {EACCES, EACCES, EACCES, EACCES}, 0},
};

static int in_box(uint32_t rights, try_fn op, const char *path)
{
	struct nono_capset set = {0};
	int got;

	if (!make_tree() || !add_grant(&set, "box", rights))
		return -1;
	got = try_in(&set, op, path);
	nono_capset_done(&set);
	return got;
}

static void check_file_ops(int abi)
{
	static const uint32_t rights[4] = {0, READ, WRITE, READ | WRITE};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(file_ops); i++) {
		for (size_t j = 0; j < NONO_ARRAY_SIZE(rights); j++) {
			bool older = abi < 3 && file_ops[i].truncates;
			int want = older ? file_ops[i].truncates : file_ops[i].wants[j];
			int got = in_box(rights[j], file_ops[i].op, file_ops[i].path);

			if (got != want)
				(void)printf("# %s, ABI %d, rights 0x%x:\n", file_ops[i].name, abi,
					     (unsigned int)rights[j]);
			CHECK_INT(got, want);
			/* Refused by every ABI, it also has to have had no effect. */
			CHECK(file_ops[i].op != op_mode3_truncate || got == 0 || !is_empty(file_ops[i].path));
		}
	}
}

TEST(landlock_controls)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(file_ops); i++) {
		REQUIRE(make_tree());
		CHECK_INT(try_in(NULL, file_ops[i].op, file_ops[i].path), file_ops[i].control);
	}
}

TEST(landlock_directory_grants)
{
	check_file_ops(nono_sandbox_abi());
}

TEST_ROOT(landlock_directory_grants_for_root)
{
	check_file_ops(nono_sandbox_abi());
}

static void check_older_kernels(void)
{
	if (!lower_abi(1))
		SKIP("needs a build with test_hooks");
	for (int abi = 1; abi <= 6; abi++) {
		if (lower_abi(abi))
			check_file_ops(abi);
	}
}

TEST(landlock_directory_grants_on_older_kernels)
{
	check_older_kernels();
}

TEST_ROOT(landlock_directory_grants_for_root_on_older_kernels)
{
	check_older_kernels();
}

TEST(landlock_file_grants)
{
	static const struct {
		uint32_t rights;
		try_fn op;
		const char *path;
		int want;
	} rows[] = {
		{READ, op_read, "box/file", 0},	       {READ, op_write, "box/file", EACCES},
		{READ, op_read, "box/other", EACCES},  {READ, op_list, "box", EACCES},
		{READ, op_exec, "box/file", ENOEXEC},  {WRITE, op_write, "box/file", 0},
		{WRITE, op_read, "box/file", EACCES},  {WRITE, op_unlink, "box/file", EACCES},
		{WRITE, op_create, "box/new", EACCES}, {WRITE, op_truncate, "box/file", 0},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(rows); i++) {
		struct nono_capset set = {0};

		if (rows[i].op == op_truncate && nono_sandbox_abi() < 3)
			continue;
		REQUIRE(make_tree());
		REQUIRE(add_grant(&set, "box/file", rows[i].rights));
		CHECK_INT(try_in(&set, rows[i].op, rows[i].path), rows[i].want);
		nono_capset_done(&set);
	}
}

TEST(landlock_removal_is_a_right_of_its_own)
{
	uint32_t rights = READ | (WRITE & ~NONO_RIGHTS_REMOVE);

	CHECK_INT(in_box(rights, op_unlink, "box/file"), EACCES);
	CHECK_INT(in_box(rights, op_rmdir, "box/empty"), EACCES);
	CHECK_INT(in_box(rights, op_rename_here, "box/file"), EACCES);
	CHECK_INT(in_box(rights, op_create, "box/new"), 0);
	CHECK_INT(in_box(rights | NONO_RIGHTS_REMOVE, op_unlink, "box/file"), 0);
}

TEST(landlock_moves_between_directories)
{
	REQUIRE(make_tree());
	CHECK_INT(try_in(NULL, op_rename_out, "box/file"), 0);
	CHECK_INT(in_box(READ | WRITE, op_rename_out, "box/file"), nono_sandbox_abi() < 2 ? EXDEV : EACCES);
	CHECK_INT(in_box(READ | (WRITE & ~NONO_RIGHT_REFER), op_rename_down, "box/file"), EXDEV);
	/* A link would give what lies outside the rights of the place that it is linked to. */
	CHECK(in_box(READ | WRITE, op_link_in, "out/file") != 0);
	if (nono_sandbox_abi() >= 2)
		CHECK_INT(in_box(READ | WRITE, op_rename_down, "box/file"), 0);
	if (lower_abi(1))
		CHECK_INT(in_box(READ | WRITE, op_rename_down, "box/file"), EXDEV);
	REQUIRE(make_tree());
	CHECK_INT(try_in(NULL, op_link_in, "out/file"), 0);
}

TEST(landlock_redundant_grants_make_no_rule)
{
	struct nono_capset set = {0};

	REQUIRE(make_tree());
	REQUIRE(add_grant(&set, "box", READ));
	set.grants[0].redundant = true;
	CHECK_INT(try_in(&set, op_read, "box/file"), EACCES);
	set.grants[0].redundant = false;
	CHECK_INT(try_in(&set, op_read, "box/file"), 0);
	nono_capset_done(&set);
}

static int op_device_ioctl(const char *path)
{
	struct winsize size;
	int fd = open(path, O_RDWR);

	return fd < 0 ? ENODEV : result_of(ioctl(fd, TIOCGWINSZ, &size));
}

static int on_null_device(uint32_t rights)
{
	struct nono_capset set = {0};
	int got = add_grant(&set, "/dev/null", rights) ? try_in(&set, op_device_ioctl, "/dev/null") : -1;

	nono_capset_done(&set);
	return got;
}

TEST(landlock_device_ioctls)
{
	CHECK_INT(try_in(NULL, op_device_ioctl, "/dev/null"), ENOTTY);
	CHECK_INT(on_null_device(READ | WRITE | NONO_RIGHT_IOCTL_DEV), ENOTTY);
	if (nono_sandbox_abi() >= 5)
		CHECK_INT(on_null_device(READ | WRITE), EACCES);
	if (lower_abi(4))
		CHECK_INT(on_null_device(READ | WRITE), ENOTTY);
}

TEST(landlock_rights_by_abi)
{
	static const uint32_t rights[] = {0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff, 0xffff, 0xffff, 0xffff};

	for (int abi = 1; abi < (int)NONO_ARRAY_SIZE(rights); abi++)
		CHECK_INT(nono_landlock_rights(abi), rights[abi]);
}

/* Ports. */

static uint16_t listening_port;

static int op_connect(const char *arg)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(listening_port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)arg;
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return result_of(fd < 0 ? -1 : connect(fd, (struct sockaddr *)&addr, sizeof(addr)));
}

static int op_bind(const char *arg)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(arg ? 0 : listening_port))};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	return result_of(fd < 0 ? -1 : bind(fd, (struct sockaddr *)&addr, sizeof(addr)));
}

static bool listen_somewhere(void)
{
	struct sockaddr_in addr = {.sin_family = AF_INET};
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, len) < 0 || listen(fd, 64) < 0 ||
	    getsockname(fd, (struct sockaddr *)&addr, &len) < 0)
		return false;
	listening_port = ntohs(addr.sin_port);
	return true;
}

static int in_network(bool block, int connect_from, int bind_from, try_fn op, const char *arg)
{
	struct nono_capset set = {.network = {.block = block}};
	int got;

	if (connect_from)
		add_port(&set.network.connect, (uint16_t)connect_from, (uint16_t)connect_from);
	if (bind_from)
		add_port(&set.network.bind, (uint16_t)bind_from, 65535);
	got = try_in(&set, op, arg);
	nono_capset_done(&set);
	return got;
}

TEST(landlock_ports)
{
	int port;

	if (nono_sandbox_abi() < 4)
		SKIP("ports need Landlock ABI 4");
	REQUIRE(listen_somewhere());
	port = listening_port;
	CHECK_INT(try_in(NULL, op_connect, NULL), 0);
	CHECK_INT(try_in(NULL, op_bind, NULL), 0);
	CHECK_INT(in_network(false, 0, 0, op_connect, NULL), 0);
	CHECK_INT(in_network(false, 0, 0, op_bind, NULL), 0);
	CHECK_INT(in_network(true, 0, 0, op_connect, NULL), EACCES);
	CHECK_INT(in_network(true, 0, 0, op_bind, NULL), EACCES);
	CHECK_INT(in_network(true, port, 0, op_connect, NULL), 0);
	CHECK_INT(in_network(true, port, 0, op_bind, NULL), EACCES);
	CHECK_INT(in_network(true, port - 1, 0, op_connect, NULL), EACCES);
	CHECK_INT(in_network(true, 0, port, op_connect, NULL), EACCES);
	CHECK_INT(in_network(true, 0, port, op_bind, NULL), 0);
	CHECK_INT(in_network(false, port - 1, 0, op_connect, NULL), EACCES);
	CHECK_INT(in_network(false, port - 1, 0, op_bind, NULL), 0);
	CHECK_INT(in_network(false, 0, port + 1, op_bind, NULL), EACCES);
	CHECK_INT(in_network(false, 0, port, op_bind, "0"), EACCES); /* any free port is not one of these */
	CHECK_INT(in_network(false, 0, port + 1, op_connect, NULL), 0);
}

TEST(landlock_blocked_network_on_older_kernels)
{
	if (!lower_abi(1))
		SKIP("needs a build with test_hooks");
	REQUIRE(listen_somewhere());
	for (int abi = 1; abi <= 3; abi++) {
		if (!lower_abi(abi))
			continue;
		CHECK_INT(in_network(true, 0, 0, op_connect, NULL), EACCES);
		CHECK_INT(in_network(false, 0, 0, op_connect, NULL), 0);
	}
}

/* Signals and abstract sockets. */

static int op_signal_parent(const char *arg)
{
	(void)arg;
	return result_of(kill(getppid(), 0));
}

static int op_signal_self(const char *arg)
{
	(void)arg;
	return result_of(kill(getpid(), 0));
}

static socklen_t abstract_address(struct sockaddr_un *addr)
{
	*addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	(void)snprintf(addr->sun_path + 1, sizeof(addr->sun_path) - 1, "%s", t_tmpdir());
	return sizeof(*addr);
}

static int op_connect_abstract(const char *arg)
{
	struct sockaddr_un addr;
	socklen_t len = abstract_address(&addr);

	(void)arg;
	return result_of(connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&addr, len));
}

static int in_mode(enum nono_signal_mode signals, enum nono_ipc_mode ipc, try_fn op)
{
	struct nono_capset set = {.signal_mode = signals, .ipc_mode = ipc};
	int got = try_in(&set, op, NULL);

	nono_capset_done(&set);
	return got;
}

TEST(landlock_signals)
{
	CHECK_INT(try_in(NULL, op_signal_parent, NULL), 0);
	if (nono_sandbox_abi() >= 6) {
		CHECK_INT(in_mode(NONO_SIGNAL_UNSET, NONO_IPC_UNSET, op_signal_parent), EPERM);
		CHECK_INT(in_mode(NONO_SIGNAL_ISOLATED, NONO_IPC_FULL, op_signal_parent), EPERM);
		CHECK_INT(in_mode(NONO_SIGNAL_SAME_SANDBOX, NONO_IPC_UNSET, op_signal_parent), EPERM);
		CHECK_INT(in_mode(NONO_SIGNAL_SAME_SANDBOX, NONO_IPC_UNSET, op_signal_self), 0);
	}
	CHECK_INT(in_mode(NONO_SIGNAL_ALL, NONO_IPC_UNSET, op_signal_parent), 0);
	CHECK_INT(in_mode(NONO_SIGNAL_UNSET, NONO_IPC_UNSET, op_signal_self), 0);
	if (lower_abi(5))
		CHECK_INT(in_mode(NONO_SIGNAL_UNSET, NONO_IPC_UNSET, op_signal_parent), 0);
}

TEST(landlock_abstract_sockets)
{
	struct sockaddr_un addr;
	socklen_t len;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	REQUIRE(make_tree());
	len = abstract_address(&addr);
	REQUIRE(bind(fd, (struct sockaddr *)&addr, len) == 0);
	REQUIRE(listen(fd, 16) == 0);
	CHECK_INT(try_in(NULL, op_connect_abstract, NULL), 0);
	if (nono_sandbox_abi() >= 6) {
		CHECK_INT(in_mode(NONO_SIGNAL_UNSET, NONO_IPC_UNSET, op_connect_abstract), EPERM);
		CHECK_INT(in_mode(NONO_SIGNAL_ALL, NONO_IPC_SHARED_MEMORY_ONLY, op_connect_abstract), EPERM);
	}
	CHECK_INT(in_mode(NONO_SIGNAL_UNSET, NONO_IPC_FULL, op_connect_abstract), 0);
	(void)close(fd);
}
