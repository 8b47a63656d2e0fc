/* reply.c - the answer goes to the kernel.  SPDX-License-Identifier: Apache-2.0 */
#include "broker/reply.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>

#include "base/util.h"

/* Newer than some headers. */
#ifndef SECCOMP_ADDFD_FLAG_SEND
#define SECCOMP_ADDFD_FLAG_SEND (1UL << 1) /* Linux 5.14 */
#endif

void nono_reply_done(struct nono_reply *r)
{
	nono_closep(&r->fd);
	nono_closep(&r->held_fd);
	r->fd = r->held_fd = -1;
}

void nono_reply_error(struct nono_reply *r, int sys_errno)
{
	r->kind = NONO_REPLY_ERROR;
	r->error = sys_errno;
}

void nono_reply_denied(struct nono_reply *r, size_t name)
{
	nono_reply_error(r, EACCES);
	r->name = name;
}

void nono_reply_result(struct nono_reply *r, int returned)
{
	r->kind = NONO_REPLY_DONE;
	if (returned < 0)
		nono_reply_error(r, errno);
}

/* What of a failure to hand over is the caller's own: its table is full. */
static int handing_error(int sys_errno)
{
	return sys_errno == EMFILE || sys_errno == ENFILE || sys_errno == ENOMEM ? sys_errno : EACCES;
}

static int send_fd(int listener_fd, uint64_t id, const struct nono_reply *r)
{
	struct seccomp_notif_addfd add = {
		.id = id, .flags = SECCOMP_ADDFD_FLAG_SEND, .srcfd = (uint32_t)r->fd, .newfd_flags = r->fd_flags};

	return ioctl(listener_fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add) < 0 ? -1 : 0;
}

int nono_reply_send(int listener_fd, uint64_t id, struct nono_reply *r)
{
	struct seccomp_notif_resp response = {.id = id};
	int rc;

	if (r->kind == NONO_REPLY_FD) {
		if (send_fd(listener_fd, id, r) == 0) {
			nono_reply_done(r);
			return 0;
		}
		nono_reply_error(r, handing_error(errno));
	}
	if (r->kind == NONO_REPLY_KERNEL)
		response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else if (r->kind == NONO_REPLY_ERROR)
		response.error = -r->error;
	else if (r->kind != NONO_REPLY_DONE)
		response.error = -EACCES;
	nono_reply_done(r);
	do
		rc = ioctl(listener_fd, SECCOMP_IOCTL_NOTIF_SEND, &response);
	while (rc < 0 && errno == EINTR);
	return rc;
}
