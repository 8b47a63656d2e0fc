/* test_refusals.c - what of a failed command the policy refuses.  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "policy/build.h"
#include "run/refusals.h"
#include "run/scan.h"
#include "t.h"

struct fixture {
	struct nono_capset set;
	struct nono_run_result result;
	struct nono_refusals found;
	char dir[4096];
};

static void fixture_init(struct fixture *f)
{
	const struct nono_vars vars = {.home = (char *)"/", .workdir = (char *)"/"};
	const struct nono_builder b = {.set = &f->set, .vars = &vars, .fs = &nono_fs_host};
	struct nono_grant_request r = {.access = NONO_ACCESS_READ, .kind = NONO_SOURCE_USER, .source = "test"};
	char granted[4096 + 16], other[4096 + 16];

	*f = (struct fixture){0};
	(void)snprintf(f->dir, sizeof(f->dir), "%s", t_tmpdir());
	(void)snprintf(granted, sizeof(granted), "%s/granted", f->dir);
	(void)snprintf(other, sizeof(other), "%s/other", f->dir);
	REQUIRE(mkdir(granted, 0700) == 0 && mkdir(other, 0700) == 0);
	r.text = granted;
	REQUIRE(nono_build_grant(&b, &r, NULL) == 0 && f->set.grant_count == 1);
}

static void collect(struct fixture *f, char *const *words)
{
	f->found = (struct nono_refusals){.set = &f->set, .fs = &nono_fs_host, .cwd = f->dir};
	nono_refusals_collect(&f->found, &f->result, words);
}

static void fixture_done(struct fixture *f)
{
	nono_capset_done(&f->set);
	nono_observed_done(&f->result.paths);
	nono_refusals_done(&f->found);
}

TEST(arguments_where_nothing_was_said)
{
	char *const words[] = {(char *)"granted", (char *)"other", (char *)"--log=other/new",
			       (char *)"-v",	  (char *)"word",  NULL};
	struct fixture f;

	fixture_init(&f);
	collect(&f, words);
	REQUIRE(f.found.len == 3);
	CHECK_INT(f.found.items[0].op, NONO_OP_WRITE); /* reading it is granted */
	CHECK_HAS(f.found.items[0].answer.real, "/granted");
	CHECK_INT(f.found.items[1].op, NONO_OP_READ);
	CHECK_HAS(f.found.items[1].answer.real, "/other");
	CHECK_INT(f.found.items[2].op, NONO_OP_CREATE);
	CHECK_HAS(f.found.items[2].answer.real, "/other/new");
	fixture_done(&f);
}

TEST(what_was_said_comes_first)
{
	char *const words[] = {(char *)"other", NULL};
	struct fixture f;

	fixture_init(&f);
	nono_observed_add(&f.result.paths, "granted/new", 11, NONO_OP_HINT_CREATE, false);
	nono_observed_add(&f.result.paths, "granted", 7, NONO_OP_HINT_READ, false); /* allowed: no finding */
	nono_observed_add(&f.result.paths, "missing", 7, NONO_OP_HINT_READ, false); /* a word that names nothing */
	collect(&f, words);
	REQUIRE(f.found.len == 1);
	CHECK_INT(f.found.items[0].op, NONO_OP_CREATE);
	CHECK_HAS(f.found.items[0].answer.real, "/granted/new");
	fixture_done(&f);
}

TEST(no_more_than_fit)
{
	char names[NONO_FOOTER_ROWS + 3][16];
	char *words[NONO_FOOTER_ROWS + 4] = {0};
	struct fixture f;

	fixture_init(&f);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(names); i++) {
		(void)snprintf(names[i], sizeof(names[i]), "other/%zu", i);
		words[i] = names[i];
	}
	collect(&f, words);
	CHECK_INT(f.found.len, NONO_FOOTER_ROWS);
	CHECK_INT(f.found.more, 3);
	fixture_done(&f);
}

TEST(what_could_not_be_made_need_not_be_there)
{
	char *const words[] = {NULL};
	struct fixture f;

	fixture_init(&f);
	nono_observed_add(&f.result.paths, "new", 3, NONO_OP_HINT_CREATE, false);
	nono_observed_add(&f.result.paths, "/dev/tcp/127.0.0.1/9", 20, NONO_OP_HINT_CREATE, false); /* bash's own */
	collect(&f, words);
	REQUIRE(f.found.len == 1);
	CHECK_STR(nono_refusal_word(&f.found.items[0]), "file-write-create");
	CHECK_HAS(f.found.items[0].answer.real, "/new");
	fixture_done(&f);
}

TEST(what_a_shell_could_not_run)
{
	char *const words[] = {NULL};
	char program[4096 + 16];
	struct fixture f;
	int fd;

	fixture_init(&f);
	(void)snprintf(program, sizeof(program), "%s/other/program", f.dir);
	fd = open(program, O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
	REQUIRE(fd >= 0 && close(fd) == 0);
	nono_observed_add(&f.result.paths, program, strlen(program), NONO_OP_HINT_READ, false);
	f.result.exit_code = 126;
	collect(&f, words);
	REQUIRE(f.found.len == 1);
	CHECK_STR(nono_refusal_word(&f.found.items[0]), "process-exec");
	fixture_done(&f);
}

TEST(hosts_of_urls)
{
	char *const words[] = {(char *)"https://u:secret@example.org/x",
			       (char *)"--proxy=http://[::1]:3128",
			       (char *)"https://example.org/y",
			       (char *)"odd://example.org/",
			       (char *)"example.org",
			       NULL};
	struct fixture f;

	fixture_init(&f);
	collect(&f, words);
	CHECK_INT(f.found.host_count, 0);
	f.set.network.block = true;
	nono_refusals_done(&f.found);
	collect(&f, words);
	REQUIRE(f.found.host_count == 2); /* each once, without who logs in */
	CHECK_STR(f.found.hosts[0].host, "example.org");
	CHECK_INT(f.found.hosts[0].port, 443);
	CHECK_STR(f.found.hosts[1].host, "::1");
	CHECK_INT(f.found.hosts[1].port, 3128);
	fixture_done(&f);
}
