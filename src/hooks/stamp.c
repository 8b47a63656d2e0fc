/* stamp.c - one line that says a hook is as it should be.  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/io.h"
#include "base/util.h"
#include "hooks/record_parts.h"

#define SUFFIX ".stamp"
#define OFF "1 off\n"

/* What tells one state of a file from another without reading it; NULL where there is none. */
static void add_file(struct nono_buf *out, const struct stat *st)
{
	if (!st) {
		nono_buf_puts(out, " -");
		return;
	}
	nono_buf_printf(out, " %" PRIu64 ":%" PRIu64 ":%" PRIu64 ":%" PRId64 ".%09ld:%" PRId64 ".%09ld",
			(uint64_t)st->st_dev, (uint64_t)st->st_ino, (uint64_t)st->st_size, (int64_t)st->st_mtim.tv_sec,
			st->st_mtim.tv_nsec, (int64_t)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
}

/* What is not looked up in the file system. */
static uint64_t hash_of(const struct nono_hook_stamp *stamp)
{
	const char *const parts[] = {stamp->event, stamp->matcher, stamp->self, stamp->home};
	uint64_t hash = 0;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(parts); i++)
		hash = hash * 31 + nono_digest64(parts[i], strlen(parts[i]));
	return hash;
}

/* "1 HASH SETTINGS-FILE PROGRAM-FILE PROGRAM\n" */
static void add_line(struct nono_buf *out, const struct nono_hook_stamp *stamp, const struct stat *settings,
		     const char *program)
{
	struct stat st;

	nono_buf_printf(out, "1 %016" PRIx64, hash_of(stamp));
	add_file(out, settings);
	add_file(out, *program && stat(program, &st) == 0 ? &st : NULL);
	nono_buf_printf(out, " %s\n", program);
}

/* The program's path is the rest of the line after four blanks. */
static const char *program_of(char *line, size_t len)
{
	char *at = line;

	if (len == 0 || line[len - 1] != '\n')
		return NULL;
	line[len - 1] = '\0';
	for (int i = 0; i < 4 && at; i++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	return at && (*at == '/' || !*at) ? at : NULL;
}

static ssize_t read_line(const char *state_dir, const struct nono_hook_app *app, char *room, size_t size)
{
	char path[PATH_MAX];
	_cleanup_(nono_closep) int fd = -1;
	int len = snprintf(path, sizeof(path), "%s/c/hooks/%s" SUFFIX, state_dir, app->name);
	ssize_t n;

	if (len < 0 || (size_t)len >= sizeof(path))
		return -1;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -1;
	n = read(fd, room, size - 1);
	if (n >= 0)
		room[n] = '\0';
	return n;
}

enum nono_hook_stamped nono_hook_stamp_read(const char *state_dir, const struct nono_hook_app *app,
					    const struct nono_hook_stamp *stamp)
{
	_cleanup_(nono_buf_done) struct nono_buf expected = {0};
	char found[NONO_HOOK_STAMP_BYTES], copy[NONO_HOOK_STAMP_BYTES], settings[PATH_MAX];
	ssize_t len = read_line(state_dir, app, found, sizeof(found));
	const char *program;
	struct stat st;
	int path_len;

	if (len < 0)
		return NONO_HOOK_STAMP_OLD;
	if (strcmp(found, OFF) == 0)
		return NONO_HOOK_STAMP_OFF;
	memcpy(copy, found, (size_t)len + 1);
	program = program_of(copy, (size_t)len);
	path_len = snprintf(settings, sizeof(settings), "%s/%s/%s", stamp->home, app->directory, app->settings);
	if (!program || path_len < 0 || (size_t)path_len >= sizeof(settings))
		return NONO_HOOK_STAMP_OLD;
	add_line(&expected, stamp, lstat(settings, &st) == 0 ? &st : NULL, program);
	return !expected.failed && strcmp(expected.data, found) == 0 ? NONO_HOOK_STAMP_CURRENT : NONO_HOOK_STAMP_OLD;
}

static int write_line(const char *state_dir, const struct nono_hook_app *app, const char *line, struct nono_error *err)
{
	_cleanup_(nono_freep) char *path = nono_hook_file(state_dir, app, SUFFIX);

	return path ? nono_hook_write_file(state_dir, path, line, err) : nono_nomem(err);
}

int nono_hook_stamp_write(const char *state_dir, const struct nono_hook_app *app, const struct nono_hook_stamp *stamp,
			  struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf line = {0};

	add_line(&line, stamp, stamp->settings, stamp->program);
	return line.failed ? nono_nomem(err) : write_line(state_dir, app, line.data, err);
}

int nono_hook_stamp_off(const char *state_dir, const struct nono_hook_app *app, struct nono_error *err)
{
	return write_line(state_dir, app, OFF, err);
}
