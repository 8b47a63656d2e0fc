/* logfile.c - --log-file: what nono says and does, a line each.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/logfile.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "base/quote.h"
#include "base/util.h"

static int log_fd = -1;

static const char *unsafe_reason(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "is not a regular file";
	if (st->st_uid != geteuid())
		return "belongs to another user";
	if (st->st_nlink > 1)
		return "has a second name (a hard link), which may be a file that nono should not write";
	return NULL;
}

int logfile_open(const char *path, struct nono_error *err)
{
	/* NONBLOCK: a pipe without a reader is an error, no endless wait. */
	_cleanup_(nono_closep) int fd = open(
		path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	const char *reason;
	struct stat st;

	if (fd < 0 && errno == ELOOP)
		return nono_fail(err, NONO_E_POLICY, 0, "'%s' is a symbolic link: name the file itself", path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot open '%s'", path);
	reason = unsafe_reason(&st);
	if (reason)
		return nono_fail(err, NONO_E_POLICY, 0, "'%s' %s", path, reason);
	log_fd = TAKE_FD(fd);
	return 0;
}

bool logfile_is_open(void)
{
	return log_fd >= 0;
}

/*
 * The date of a day since 1970, by the proleptic Gregorian calendar: years are counted from March, so that a leap day
 * ends one. The C library's own would bring time zones and locales into a program that needs neither.
 */
static void add_date(struct nono_buf *out, int64_t day)
{
	const int64_t from_march_0 = day + 719468, era = from_march_0 / 146097, of_era = from_march_0 % 146097;
	const int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	const int64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;

	nono_buf_printf(out, "%04d-%02d-%02d", (int)(year + era * 400 + (month >= 10)),
			(int)(month < 10 ? month + 3 : month - 9), (int)(of_year - (153 * month + 2) / 5 + 1));
}

static void add_time(struct nono_buf *out)
{
	struct timespec now = {0};
	int of_day;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	of_day = (int)(now.tv_sec % 86400);
	add_date(out, now.tv_sec / 86400);
	nono_buf_printf(out, "T%02d:%02d:%02d.%03dZ", of_day / 3600, of_day / 60 % 60, of_day % 60,
			(int)(now.tv_nsec / 1000000));
}

void logfile_put(enum log_level level, const char *fmt, ...)
{
	static const char *const words[] = {"error", "warning", "denied", "info"};
	_cleanup_(nono_buf_done) struct nono_buf record = {0};
	_cleanup_(nono_freep) char *text = NULL;
	va_list ap;

	if (log_fd < 0)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	add_time(&record);
	nono_buf_printf(&record, " %s ", words[level]);
	nono_quote_text(&record, text ? text : "(out of memory)");
	nono_buf_puts(&record, "\n");
	/* One write a record, so that those of several nonos do not mix. A full disk must not stop a run. */
	if (!record.failed)
		(void)!write(log_fd, record.data, record.len);
}
