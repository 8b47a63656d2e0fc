/* capfile.c - the copy of the capability set that tools inside may read.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/capfile.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/util.h"
#include "policy/build.h"
#include "policy/capjson.h"
#include "policy/path.h"

/* FNV-1a over words of 64 bits: only a name; what it names is compared byte for byte. */
static uint64_t hash(const char *text, size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325), word;

	for (; len >= sizeof(word); text += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		h = (h ^ word) * UINT64_C(0x100000001b3);
		h ^= h >> 32;
	}
	for (; len; len--)
		h = (h ^ (unsigned char)*text++) * UINT64_C(0x100000001b3);
	return h;
}

/* Is there a file of this name with exactly this text, which only its owner can have changed? */
static bool is_there(const char *path, const char *text, size_t len)
{
	_cleanup_(nono_freep) char *data = NULL;
	size_t found;

	if (nono_fs_host.read(&nono_fs_host, path, NONO_CAPFILE_BYTES, &data, &found, NULL) < 0)
		return false;
	return found == len && memcmp(data, text, len) == 0;
}

static int write_whole(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Written aside and renamed, so that nobody ever reads half of it. */
static int write_new(const char *path, const char *text, size_t len)
{
	_cleanup_(nono_closep) int fd = -1;
	_cleanup_(nono_freep) char *aside = NULL;

	if (asprintf(&aside, "%s.%d", path, (int)getpid()) < 0) {
		aside = NULL;
		return -1;
	}
	fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
	if (fd < 0)
		return -1;
	if (write_whole(fd, text, len) < 0 || rename(aside, path) < 0) {
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
					     .source = "capability file"};

	return nono_build_grant(&b, &r, err);
}

int capfile_write(struct context *ctx, char **ret, struct nono_error *err)
{
	_cleanup_(nono_freep) char *text = nono_capset_to_json(&ctx->set);
	_cleanup_(nono_freep) char *dir = nono_path_join(ctx->state_dir, "c/caps");
	_cleanup_(nono_freep) char *path = NULL;
	struct nono_error why = {0};
	size_t len = text ? strlen(text) : 0;

	*ret = NULL;
	if (!text || !dir || asprintf(&path, "%s/%016" PRIx64 ".json", dir, hash(text, len)) < 0) {
		path = NULL;
		return nono_nomem(err);
	}
	if (!is_there(path, text, len)) {
		if (nono_fs_host_making.make_dir(&nono_fs_host_making, dir, &why) < 0)
			return nono_capset_note(&ctx->set, NONO_NOTE_INFO, err, "no NONO_CAP_FILE: %s", why.text);
		if (write_new(path, text, len) < 0)
			return nono_capset_note(&ctx->set, NONO_NOTE_INFO, err, "no NONO_CAP_FILE: cannot write %s: %s",
						path, strerror(errno));
	}
	if (grant_file(ctx, path, err) < 0)
		return -NONO_E_SYSTEM;
	*ret = TAKE(path);
	return 0;
}
