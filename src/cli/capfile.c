/* capfile.c - the copy of the capability set that tools inside may read.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/capfile.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "base/io.h"
#include "base/util.h"
#include "policy/build.h"
#include "policy/capjson.h"
#include "policy/path.h"

/* Old files go when a new one is made; a run that lasts longer loses nothing but the answers of why --self. */
#define KEPT_DAYS 30

/*
 * Is there a file of this name that only its owner can have changed, and that can be read (in a sandbox inside another
 * one it cannot)? Nothing inside a sandbox can be that owner here. The end is looked at: a crash may have cut it off.
 */
static bool is_there(const char *path)
{
	_cleanup_(nono_closep) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	char end[2];

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == getuid() &&
	       !(st.st_mode & (S_IWGRP | S_IWOTH)) && st.st_size > (off_t)sizeof(end) &&
	       pread(fd, end, sizeof(end), st.st_size - (off_t)sizeof(end)) == (ssize_t)sizeof(end) &&
	       memcmp(end, "}\n", sizeof(end)) == 0;
}

static void remove_old(const char *dir)
{
	DIR *d = opendir(dir);
	const time_t limit = time(NULL) - (time_t)KEPT_DAYS * 24 * 60 * 60;
	struct dirent *entry;
	struct stat st;

	while (d && (entry = readdir(d)))
		if (fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
		    st.st_mtime < limit)
			(void)unlinkat(dirfd(d), entry->d_name, 0);
	if (d)
		(void)closedir(d);
}

/*
 * Give the file its name. Where another run of the same policy was faster, its file stays: that run has granted it to
 * its command already, as an object. What else is in the way is replaced.
 */
static int publish(const char *aside, const char *path)
{
	if (link(aside, path) == 0 || (errno == EEXIST && is_there(path)))
		return unlink(aside);
	return rename(aside, path);
}

/* Written aside, so that nobody ever reads half of it. */
static int write_new(const char *path, const char *text, size_t len)
{
	_cleanup_(nono_freep) char *aside = NULL;
	int fd;

	if (asprintf(&aside, "%s.%d", path, (int)getpid()) < 0) {
		aside = NULL;
		return -1;
	}
	fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
	if (fd < 0)
		return -1;
	if (nono_write_close(fd, text, len) < 0 || publish(aside, path) < 0) {
		int saved_errno = errno;

		(void)unlink(aside);
		errno = saved_errno;
		return -1;
	}
	return 0;
}

/* The only grant below nono's own state: one file, to be read. Made after sealing, which would take it away. */
static int grant_file(struct context *ctx, const char *path, struct nono_error *err)
{
	const struct nono_builder b = {.set = &ctx->set, .vars = &ctx->vars, .fs = &nono_fs_host};
	const struct nono_grant_request r = {.text = path,
					     .access = NONO_ACCESS_READ,
					     .expect = NONO_EXPECT_FILE,
					     .kind = NONO_SOURCE_SYSTEM,
					     .source = "capability file",
					     .file_hint = "another XDG_STATE_HOME"};
	size_t before = ctx->set.grant_count;
	int rc = nono_build_grant(&b, &r, err);

	/* A link that took its place since would lead to another object: that one is not granted. */
	if (rc == 0 && ctx->set.grant_count > before &&
	    !nono_streq(nono_path_base(ctx->set.grants[before].node.real), nono_path_base(path)))
		nono_capset_drop_grant(&ctx->set, before);
	return rc;
}

/* DIR/DIGEST.json; NULL without memory. */
static char *file_path(const char *dir, const uint8_t digest[NONO_DIGEST_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	char name[2 * NONO_DIGEST_BYTES + sizeof(".json")];

	for (size_t i = 0; i < NONO_DIGEST_BYTES; i++) {
		name[2 * i] = digits[digest[i] >> 4];
		name[2 * i + 1] = digits[digest[i] & 15];
	}
	memcpy(name + 2 * NONO_DIGEST_BYTES, ".json", sizeof(".json"));
	return nono_path_join(dir, name);
}

/* The first run of a policy: 0, or -1 and why it cannot be. */
static int make_file(const struct context *ctx, const char *dir, const char *path, struct nono_error *why)
{
	_cleanup_(nono_freep) char *text = nono_capset_to_json(&ctx->set);

	if (!text)
		return nono_nomem(why);
	if (nono_fs_host_making.make_dir(&nono_fs_host_making, dir, why) < 0)
		return -1;
	remove_old(dir);
	if (write_new(path, text, strlen(text)) < 0)
		return nono_fail(why, NONO_E_SYSTEM, errno, "cannot write %s", path);
	return 0;
}

int capfile_write(struct context *ctx, char **ret, struct nono_error *err)
{
	_cleanup_(nono_freep) char *dir = nono_path_join(ctx->state_dir, "c/caps");
	_cleanup_(nono_freep) char *path = NULL;
	uint8_t digest[NONO_DIGEST_BYTES];
	struct nono_error why = {0};
	int rc;

	*ret = NULL;
	rc = nono_capset_digest(&ctx->set, digest, err);
	if (rc < 0)
		return rc;
	path = dir ? file_path(dir, digest) : NULL;
	if (!path)
		return nono_nomem(err);
	if (!ctx->has_home && nono_path_is_within(dir, ctx->vars.home))
		return nono_capset_note(&ctx->set, NONO_NOTE_INFO, err, "no NONO_CAP_FILE: %s does not exist",
					ctx->vars.home);
	if (!is_there(path) && make_file(ctx, dir, path, &why) < 0)
		return nono_capset_note(&ctx->set, NONO_NOTE_INFO, err, "no NONO_CAP_FILE: %s", why.text);
	rc = grant_file(ctx, path, err);
	if (rc == 0)
		*ret = TAKE(path);
	return rc;
}
