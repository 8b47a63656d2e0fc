/* serve.c - one table: call, arguments, handler.  SPDX-License-Identifier: Apache-2.0 */
#include "broker/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "broker/change.h"
#include "broker/client.h"
#include "broker/open.h"

#define ERESTARTSYS 512 /* the kernel's own: EINTR, or the call again, as the caller's handler says */

/* Arguments that have no register. */
#define NO_ARG (-1)
#define FLAG_CREAT (-2) /* creat: O_CREAT | O_WRONLY | O_TRUNC */
#define FLAG_DIR (-3)	/* unlinkat: AT_REMOVEDIR makes another kind of it */

enum family { OPEN, CHANGE };

struct row {
	const char *name;
	int number;
	enum family family;
	enum nono_change_kind kind;
	int dir, path, dir2, path2, flags, mode; /* places of arguments */
};

#define ROW(name, ...)                         \
	{                                      \
#name, SYS_##name, __VA_ARGS__ \
	}
#define OPENS(name, dir, path, flags, mode) ROW(name, OPEN, 0, dir, path, NO_ARG, NO_ARG, flags, mode)
#define CHANGES(name, kind, dir, path, dir2, path2, flags, mode) \
	ROW(name, CHANGE, NONO_CHANGE_##kind, dir, path, dir2, path2, flags, mode)

static const struct row rows[] = {
	OPENS(openat, 0, 1, 2, 3),
	CHANGES(mkdirat, MKDIR, 0, 1, NO_ARG, NO_ARG, NO_ARG, 2),
	CHANGES(mknodat, MKNOD, 0, 1, NO_ARG, NO_ARG, NO_ARG, 2),
	CHANGES(symlinkat, SYMLINK, NO_ARG, 0, 1, 2, NO_ARG, NO_ARG),
	CHANGES(linkat, LINK, 0, 1, 2, 3, 4, NO_ARG),
	CHANGES(unlinkat, UNLINK, 0, 1, NO_ARG, NO_ARG, FLAG_DIR, NO_ARG),
	CHANGES(renameat2, RENAME, 0, 1, 2, 3, 4, NO_ARG),
	CHANGES(truncate, TRUNCATE, NO_ARG, 0, NO_ARG, NO_ARG, NO_ARG, NO_ARG),
#ifdef SYS_renameat
	CHANGES(renameat, RENAME, 0, 1, 2, 3, NO_ARG, NO_ARG),
#endif
#ifdef SYS_open /* x86-64 has the calls of old, too */
	OPENS(open, NO_ARG, 0, 1, 2),
	OPENS(creat, NO_ARG, 0, FLAG_CREAT, 1),
	CHANGES(mkdir, MKDIR, NO_ARG, 0, NO_ARG, NO_ARG, NO_ARG, 1),
	CHANGES(mknod, MKNOD, NO_ARG, 0, NO_ARG, NO_ARG, NO_ARG, 1),
	CHANGES(symlink, SYMLINK, NO_ARG, 0, NO_ARG, 1, NO_ARG, NO_ARG),
	CHANGES(link, LINK, NO_ARG, 0, NO_ARG, 1, NO_ARG, NO_ARG),
	CHANGES(unlink, UNLINK, NO_ARG, 0, NO_ARG, NO_ARG, NO_ARG, NO_ARG),
	CHANGES(rmdir, RMDIR, NO_ARG, 0, NO_ARG, NO_ARG, NO_ARG, NO_ARG),
	CHANGES(rename, RENAME, NO_ARG, 0, NO_ARG, 1, NO_ARG, NO_ARG),
#endif
};

static const struct row *find_row(int number)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(rows); i++)
		if (rows[i].number == number)
			return &rows[i];
	return NULL;
}

int nono_broker_call(size_t i, const char **ret_name)
{
	if (i >= NONO_ARRAY_SIZE(rows))
		return -1;
	*ret_name = rows[i].name;
	return rows[i].number;
}

bool nono_broker_path_only(int number, unsigned int *ret_arg)
{
	const struct row *row = find_row(number);

	if (!row || row->family != OPEN || row->flags < 0)
		return false;
	*ret_arg = (unsigned int)row->flags;
	return true;
}

/* The kernel takes these as an int: what else is in the register does not count. */
static int dir_arg(const struct seccomp_notif *r, int place)
{
	return place == NO_ARG ? AT_FDCWD : (int)(uint32_t)r->data.args[place];
}

static uint64_t arg(const struct seccomp_notif *r, int place)
{
	return place < 0 ? 0 : r->data.args[place];
}

static int open_flags(const struct row *row, const struct seccomp_notif *r)
{
	return row->flags == FLAG_CREAT ? O_CREAT | O_WRONLY | O_TRUNC : (int)(uint32_t)arg(r, row->flags);
}

static void decide_open(const struct nono_broker *b, const struct row *row, const struct seccomp_notif *r,
			struct nono_client *client, struct nono_reply *ret)
{
	const struct nono_open call = {.dir_fd = dir_arg(r, row->dir),
				       .path = arg(r, row->path),
				       .flags = open_flags(row, r),
				       .mode = (mode_t)arg(r, row->mode) & 07777};

	nono_broker_open(b->map, client, &call, ret);
}

static void decide_change(const struct nono_broker *b, const struct row *row, const struct seccomp_notif *r,
			  struct nono_client *client, struct nono_reply *ret)
{
	struct nono_change call = {.kind = row->kind,
				   .dir_fd = dir_arg(r, row->dir),
				   .dir2_fd = dir_arg(r, row->dir2),
				   .path = arg(r, row->path),
				   .path2 = arg(r, row->path2),
				   .flags = (unsigned int)arg(r, row->flags),
				   .mode = (mode_t)arg(r, row->mode)};

	if (row->kind == NONO_CHANGE_TRUNCATE)
		call.length = (int64_t)r->data.args[1];
	if (row->kind == NONO_CHANGE_MKDIR)
		call.mode &= 07777;
	if (row->flags == FLAG_DIR) {
		unsigned int flags = (unsigned int)r->data.args[2];

		if (flags & ~(unsigned int)AT_REMOVEDIR)
			return; /* an error, in the kernel's word */
		call.kind = flags ? NONO_CHANGE_RMDIR : NONO_CHANGE_UNLINK;
	}
	nono_broker_change(b->map, client, &call, ret);
}

void nono_broker_decide(const struct nono_broker *b, const struct seccomp_notif *request, struct nono_reply *ret)
{
	const struct row *row = find_row(request->data.nr);
	struct nono_client client = {.tid = (pid_t)request->pid, .listener_fd = b->listener_fd, .id = request->id};

	if (!row)
		nono_reply_error(ret, ENOSYS);
	else if (row->family == OPEN)
		decide_open(b, row, request, &client, ret);
	else
		decide_change(b, row, request, &client, ret);
}

void nono_broker_init(struct nono_broker *b, const struct nono_map *map, int listener_fd)
{
	*b = (struct nono_broker){.map = map, .listener_fd = listener_fd};
}

static void forget(struct nono_broker *b, struct nono_waiting *w)
{
	nono_closep(&w->object_fd);
	nono_closep(&w->held_fd);
	w->used = false;
	b->waiting_count--;
}

void nono_broker_done(struct nono_broker *b)
{
	for (size_t i = 0; i < NONO_BROKER_WAITING; i++) {
		struct nono_reply reply = NONO_REPLY_EMPTY;

		if (!b->waiting[i].used)
			continue;
		nono_reply_error(&reply, EACCES);
		(void)nono_reply_send(b->listener_fd, b->waiting[i].id, &reply);
		forget(b, &b->waiting[i]);
	}
}

/* Keep a call that would block; with no room left it fails as where too many files are open. */
static void keep(struct nono_broker *b, const struct seccomp_notif *request, struct nono_reply *reply)
{
	const struct row *row = find_row(request->data.nr);

	for (size_t i = 0; row && i < NONO_BROKER_WAITING; i++) {
		if (b->waiting[i].used)
			continue;
		b->waiting[i] = (struct nono_waiting){.used = true,
						      .id = request->id,
						      .tid = (int)request->pid,
						      .flags = open_flags(row, request),
						      .object_fd = TAKE_FD(reply->fd),
						      .held_fd = TAKE_FD(reply->held_fd)};
		b->waiting_count++;
		return;
	}
	nono_reply_error(reply, ENFILE);
	(void)nono_reply_send(b->listener_fd, request->id, reply);
}

bool nono_broker_serve(struct nono_broker *b, const struct seccomp_notif *request, size_t *ret_name)
{
	struct nono_reply reply = NONO_REPLY_EMPTY;

	nono_broker_decide(b, request, &reply);
	if (ret_name)
		*ret_name = reply.name;
	if (reply.kind == NONO_REPLY_WAIT)
		keep(b, request, &reply);
	else
		(void)nono_reply_send(b->listener_fd, request->id, &reply);
	return find_row(request->data.nr) != NULL;
}

static void retry(struct nono_broker *b, struct nono_waiting *w)
{
	struct nono_client client = {.tid = w->tid, .listener_fd = b->listener_fd, .id = w->id};
	struct nono_reply reply = NONO_REPLY_EMPTY;
	int fd;

	if (!nono_client_waits(&client)) {
		forget(b, w);
		return;
	}
	fd = nono_broker_reopen(w->object_fd, w->flags, &w->held_fd);
	if (fd == -EWOULDBLOCK) {
		if (nono_client_status(&client) < 0 || !client.signalled)
			return;
		nono_reply_error(&reply, ERESTARTSYS);
	} else if (fd < 0) {
		nono_reply_error(&reply, -fd);
	} else {
		reply.kind = NONO_REPLY_FD;
		reply.fd = fd;
		reply.fd_flags = w->flags & O_CLOEXEC ? O_CLOEXEC : 0;
	}
	(void)nono_reply_send(b->listener_fd, w->id, &reply);
	forget(b, w);
}

size_t nono_broker_retry(struct nono_broker *b)
{
	for (size_t i = 0; b->waiting_count && i < NONO_BROKER_WAITING; i++)
		if (b->waiting[i].used)
			retry(b, &b->waiting[i]);
	return b->waiting_count;
}
