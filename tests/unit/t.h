/* t.h - unit tests, each in a process of its own, reported as TAP.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_TESTS_UNIT_T_H
#define NONO_TESTS_UNIT_T_H

#include <stdbool.h>
#include <string.h>

/*
 * A sandbox cannot be taken off again, so every test runs in a forked child with a time limit. When the harness runs
 * as root the child gives up root first (uid and gid NONO_TEST_UID, 65533 unless set), because a test that root passes
 * proves little; TEST_ROOT keeps root and is skipped where there is none.
 *
 *	TEST(buf_starts_empty)
 *	{
 *		_cleanup_(nono_buf_done) struct nono_buf b = {0};
 *
 *		CHECK_INT(b.len, 0);
 *		REQUIRE(nono_buf_take(&b));	// the test ends here when this is false
 *	}
 *
 * Checks may be made by grandchildren too. A leak that ASan finds is a failure. main is in t.c:
 *	test_x [-l] [-v] [pattern...]	-l lists the tests, -v tells the time of each, patterns are globs on their names
 */

enum t_flags { T_USER, T_ROOT };

struct t_test {
	const char *name;
	void (*run)(void);
	enum t_flags flags;
	struct t_test *next;
};

#define T_DEFINE(test, test_flags)                                                                 \
	static void test_##test(void);                                                             \
	__attribute__((constructor)) static void register_##test(void)                             \
	{                                                                                          \
		static struct t_test t = {.name = #test, .run = test_##test, .flags = test_flags}; \
                                                                                                   \
		t_register(&t);                                                                    \
	}                                                                                          \
	static void test_##test(void)

#define TEST(name) T_DEFINE(name, T_USER)
#define TEST_ROOT(name) T_DEFINE(name, T_ROOT)

/* CHECK* note a failure and go on; their value says whether it held. REQUIRE ends the test. */
#define CHECK(cond) t_check((cond), __FILE__, __LINE__, "%s", #cond)
#define REQUIRE(cond) t_require((cond), __FILE__, __LINE__, #cond)
#define CHECK_INT(got, want) t_check_int((long long)(got), (long long)(want), __FILE__, __LINE__, #got)
#define CHECK_STR(got, want) t_check_str((got), (want), __FILE__, __LINE__, #got)
#define CHECK_HAS(text, part) t_check_has((text), (part), __FILE__, __LINE__, #text)

/* FAIL - an unconditional failure with a printf text. */
#define FAIL(...) (void)t_check(false, __FILE__, __LINE__, __VA_ARGS__)

/*
 * SKIP - end the test: this machine cannot run it. The reason starts with what is lacking and a colon, as in
 * SKIP("landlock: ABI 4 is needed"); when NONO_TEST_REQUIRE lists that word the skip is a failure.
 */
#define SKIP(reason) t_skip(reason)

/** t_tmpdir - the test's own empty directory, mode 0700, below /var/tmp or $NONO_TEST_TMPDIR; removed afterwards.
 * Static. */
const char *t_tmpdir(void);

/** t_srcdir - the source tree, without a trailing slash; readable for the test's user. Static. */
const char *t_srcdir(void);

/** t_data - the path of a file below tests/data. Static, until the next call. */
const char *t_data(const char *name);

/* t_fail - FAIL for a place named by the caller. */
#define t_fail(file, line, ...) (void)t_check(false, file, line, __VA_ARGS__)

/** t_no_leak_check - the test confines its own process, in which the leak checker cannot work. */
void t_no_leak_check(void);

/** t_time_limit - another limit than 20 seconds for this test. */
void t_time_limit(int seconds);

/* What the macros above stand for. */
void t_register(struct t_test *t);
bool t_check(bool ok, const char *file, int line, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void t_require(bool ok, const char *file, int line, const char *text);
bool t_check_int(long long got, long long want, const char *file, int line, const char *text);
bool t_check_str(const char *got, const char *want, const char *file, int line, const char *text);
bool t_check_has(const char *text, const char *part, const char *file, int line, const char *expression);
void t_skip(const char *reason) __attribute__((noreturn));

#endif
