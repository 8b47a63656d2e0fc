/* record.c - what nono keeps of a hook it installed.  SPDX-License-Identifier: Apache-2.0 */
#include "hooks/record.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/jsontext.h"
#include "base/util.h"
#include "hooks/record_parts.h"
#include "policy/fs.h"
#include "policy/path.h"

#define VERSION 1
#define LOCK_TRIES 100
#define LOCK_WAIT_NS (10 * 1000 * 1000)

struct nono_hook_digest nono_hook_digest_of(const char *text)
{
	size_t len = strlen(text);

	return (struct nono_hook_digest){.bytes = len, .hash = nono_digest64(text, len)};
}

static bool same_digest(const struct nono_hook_digest *a, const struct nono_hook_digest *b)
{
	return a->bytes == b->bytes && a->hash == b->hash;
}

void nono_hook_record_done(struct nono_hook_record *record)
{
	if (!record)
		return;
	free(record->command);
	free(record->event);
	free(record->matcher);
	free(record->removed);
	*record = (struct nono_hook_record){0};
}

/* ---- between two texts ---- */

static bool is_inner_byte(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

int nono_hook_record_difference(struct nono_hook_record *record, const char *before, const char *after,
				struct nono_error *err)
{
	size_t a = strlen(before), b = strlen(after), start = 0;

	while (start < a && start < b && before[start] == after[start])
		start++;
	while (start > 0 && is_inner_byte(before[start]))
		start--;
	while (a > start && b > start && before[a - 1] == after[b - 1]) {
		a--;
		b--;
	}
	/* No character of UTF-8 is cut in two: what was removed is kept as JSON. */
	while (is_inner_byte(before[a])) {
		a++;
		b++;
	}
	free(record->removed);
	record->removed = strndup(before + start, a - start);
	record->before = nono_hook_digest_of(before);
	record->after = nono_hook_digest_of(after);
	record->at = start;
	record->added = b - start;
	return record->removed ? 0 : nono_nomem(err);
}

int nono_hook_record_undo(const struct nono_hook_record *record, const char *text, char **ret, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	struct nono_hook_digest now = nono_hook_digest_of(text);

	if (!same_digest(&now, &record->after) || record->at > now.bytes || record->added > now.bytes - record->at)
		return 0;
	nono_buf_add(&out, text, record->at);
	nono_buf_puts(&out, record->removed);
	nono_buf_puts(&out, text + record->at + record->added);
	if (out.failed)
		return nono_nomem(err);
	now = nono_hook_digest_of(out.data);
	if (!same_digest(&now, &record->before))
		return 0;
	*ret = nono_buf_take(&out);
	return *ret ? 1 : nono_nomem(err);
}

/* ---- files ---- */

char *nono_hook_file(const char *state_dir, const struct nono_hook_app *app, const char *suffix)
{
	char *path;

	return asprintf(&path, "%s/c/hooks/%s%s", state_dir, app ? app->name : "", suffix) < 0 ? NULL : path;
}

static int make_directory(const char *state_dir, struct nono_error *err)
{
	_cleanup_(nono_freep) char *dir = nono_path_join(state_dir, "c/hooks");

	return dir ? nono_fs_host_making.make_dir(&nono_fs_host_making, dir, err) : nono_nomem(err);
}

/* Written aside and renamed, so that nobody ever reads half of it. */
int nono_hook_write_file(const char *state_dir, const char *path, const char *text, struct nono_error *err)
{
	_cleanup_(nono_freep) char *aside = NULL;
	_cleanup_(nono_closep) int fd = -1;
	int rc = make_directory(state_dir, err);

	if (rc < 0)
		return rc;
	if (asprintf(&aside, "%s.%d", path, (int)getpid()) < 0) {
		aside = NULL;
		return nono_nomem(err);
	}
	fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot write %s", aside);
	if (nono_write_full(fd, text, strlen(text)) < 0 || rename(aside, path) < 0) {
		rc = nono_fail(err, NONO_E_SYSTEM, errno, "cannot write %s", path);
		(void)unlink(aside);
	}
	return rc;
}

static void add_number(struct nono_buf *out, const char *key, uint64_t n)
{
	nono_json_key(out, key);
	nono_buf_printf(out, "%" PRIu64, n);
}

static void add_digest(struct nono_buf *out, const char *key, const struct nono_hook_digest *d)
{
	nono_json_key(out, key);
	nono_buf_printf(out, "{\"bytes\":%" PRIu64 ",\"hash\":\"%016" PRIx64 "\"}", d->bytes, d->hash);
}

int nono_hook_record_write(const char *state_dir, const struct nono_hook_app *app,
			   const struct nono_hook_record *record, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	_cleanup_(nono_freep) char *path = nono_hook_file(state_dir, app, ".json");

	nono_buf_puts(&out, "{");
	add_number(&out, "version", VERSION);
	nono_json_member(&out, "app", app->name);
	nono_json_member(&out, "command", record->command);
	nono_json_member(&out, "event", record->event);
	nono_json_member(&out, "matcher", record->matcher);
	nono_buf_printf(&out, ",\"existed\":%s", record->existed ? "true" : "false");
	add_digest(&out, "before", &record->before);
	add_digest(&out, "after", &record->after);
	nono_buf_puts(&out, ",\"undo\":{");
	add_number(&out, "at", record->at);
	add_number(&out, "added", record->added);
	nono_json_member(&out, "removed", record->removed);
	nono_buf_puts(&out, "}}\n");
	if (out.failed || !path)
		return nono_nomem(err);
	return nono_hook_write_file(state_dir, path, out.data, err);
}

static bool read_digest(json_t *j, struct nono_hook_digest *ret)
{
	const char *hash;
	json_int_t bytes;
	char *end;

	if (json_unpack(j, "{s:I,s:s}", "bytes", &bytes, "hash", &hash) || bytes < 0 || strlen(hash) != 16)
		return false;
	ret->bytes = (uint64_t)bytes;
	ret->hash = strtoull(hash, &end, 16);
	return !*end;
}

static int decode(json_t *root, const char *path, struct nono_hook_record *ret, struct nono_error *err)
{
	_cleanup_(nono_hook_record_done) struct nono_hook_record r = {0};
	const char *command, *event, *matcher, *removed;
	json_t *before, *after;
	json_int_t at, added;
	int version, existed;

	if (json_unpack(root, "{s:i,s:s,s:s,s:s,s:b,s:o,s:o,s:{s:I,s:I,s:s}}", "version", &version, "command", &command,
			"event", &event, "matcher", &matcher, "existed", &existed, "before", &before, "after", &after,
			"undo", "at", &at, "added", &added, "removed", &removed) ||
	    version != VERSION || at < 0 || added < 0 || !read_digest(before, &r.before) ||
	    !read_digest(after, &r.after))
		return nono_fail(err, NONO_E_PARSE, 0, "%s is not what nono writes there: remove it", path);
	r.command = strdup(command);
	r.event = strdup(event);
	r.matcher = strdup(matcher);
	r.removed = strdup(removed);
	r.existed = existed;
	r.at = (uint64_t)at;
	r.added = (uint64_t)added;
	if (!r.command || !r.event || !r.matcher || !r.removed)
		return nono_nomem(err);
	*ret = TAKE(r);
	return 1;
}

int nono_hook_record_read(const char *state_dir, const struct nono_hook_app *app, struct nono_hook_record *ret,
			  struct nono_error *err)
{
	_cleanup_(nono_freep) char *path = nono_hook_file(state_dir, app, ".json"), *text = NULL;
	_cleanup_(json_decrefp) json_t *root = NULL;
	size_t len;
	int rc;

	if (!path)
		return nono_nomem(err);
	rc = nono_fs_host.read(&nono_fs_host, path, NONO_HOOK_RECORD_BYTES, &text, &len, err);
	if (rc < 0)
		return rc == -NONO_E_NOTFOUND ? 0 : rc;
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	return decode(root, path, ret, err);
}

void nono_hook_record_remove(const char *state_dir, const struct nono_hook_app *app)
{
	_cleanup_(nono_freep) char *path = nono_hook_file(state_dir, app, ".json");

	if (path)
		(void)unlink(path);
}

int nono_hook_lock(const char *state_dir, struct nono_error *err)
{
	static const struct timespec pause = {.tv_nsec = LOCK_WAIT_NS};
	_cleanup_(nono_freep) char *path = nono_hook_file(state_dir, NULL, "lock");
	_cleanup_(nono_closep) int fd = -1;
	int rc;

	if (!path)
		return nono_nomem(err);
	rc = make_directory(state_dir, err);
	if (rc < 0)
		return rc;
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot open %s", path);
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return TAKE_FD(fd);
		if (errno != EWOULDBLOCK && errno != EINTR)
			return nono_fail(err, NONO_E_SYSTEM, errno, "cannot lock %s", path);
		(void)nanosleep(&pause, NULL);
	}
	return nono_fail(err, NONO_E_BLOCKED, 0, "another nono is changing hooks and does not finish (%s)", path);
}
