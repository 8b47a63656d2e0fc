/* t.h - a small forking TAP harness.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_TESTS_T_H
#define NONO_TESTS_T_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * TEST(name) { ... } registers a test. Each runs in a child of its own, because Landlock, seccomp and limits cannot be
 * undone, and as an ordinary user where the runner is root: root hides mistakes. TEST_ROOT(name) keeps the rights.
 */
struct t_case {
	const char *name;
	void (*run)(void);
	bool as_root;
	struct t_case *next;
};

void t_register(struct t_case *c);
void t_fail(const char *file, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void t_stop(void) __attribute__((noreturn));
void t_skip(const char *reason) __attribute__((noreturn));

/** t_tmpdir - a directory of this test's own, owned by its user, removed when it ends. Not below /tmp. */
const char *t_tmpdir(void);

/** t_data - the path of a file below tests/data; static storage. */
const char *t_data(const char *name);

#define T_DEFINE(name_, root_)                                                        \
	static void name_(void);                                                      \
	static struct t_case name_##_case = {#name_, name_, (root_), NULL};           \
	__attribute__((constructor)) static void name_##_register(void)               \
	{                                                                             \
		t_register(&name_##_case);                                            \
	}                                                                             \
	static void name_(void)

#define TEST(name) T_DEFINE(test_##name, false)
#define TEST_ROOT(name) T_DEFINE(test_##name, true)

#define CHECK(cond)                                                       \
	do {                                                              \
		if (!(cond))                                              \
			t_fail(__FILE__, __LINE__, "not true: %s", #cond); \
	} while (0)

#define REQUIRE(cond)                                                              \
	do {                                                                       \
		if (!(cond)) {                                                     \
			t_fail(__FILE__, __LINE__, "not true: %s", #cond);         \
			t_stop();                                                  \
		}                                                                  \
	} while (0)

#define CHECK_INT(a, b)                                                                               \
	do {                                                                                          \
		long long check_a_ = (long long)(a), check_b_ = (long long)(b);                       \
		if (check_a_ != check_b_)                                                             \
			t_fail(__FILE__, __LINE__, "%s is %lld, not %s (%lld)", #a, check_a_, #b, check_b_); \
	} while (0)

#define CHECK_STR(a, b)                                                                                     \
	do {                                                                                                \
		const char *check_a_ = (a), *check_b_ = (b);                                                \
		if (!check_a_ || !check_b_ ? check_a_ != check_b_ : strcmp(check_a_, check_b_) != 0)         \
			t_fail(__FILE__, __LINE__, "%s is '%s', not '%s'", #a, check_a_ ? check_a_ : "(null)", \
			       check_b_ ? check_b_ : "(null)");                                             \
	} while (0)

#define SKIP(reason) t_skip(reason)

#endif
