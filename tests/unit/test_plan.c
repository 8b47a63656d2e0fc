/* test_plan.c - which way of keeping a denied path is chosen.  SPDX-License-Identifier: Apache-2.0 */
#include "base/util.h"
#include "policy/build.h"
#include "sandbox/linux/plan.h"
#include "t.h"

struct row {
	const char *what;
	struct nono_deny deny; /* without its texts */
	bool view;
	int rc;
	enum nono_tier tier;
	const char *error; /* part of the text */
};

#define THERE .covered = true, .exists = true
static const struct row rows[] = {
	{"not covered", {.exists = true}, true, 0, NONO_TIER_NONE, NULL},
	{"not covered, no view", {.exists = true}, false, 0, NONO_TIER_NONE, NULL},
	{"a file", {THERE}, true, 0, NONO_TIER_MASK, NULL},
	{"a directory", {THERE, .is_dir = true}, true, 0, NONO_TIER_MASK, NULL},
	{"a file, no view", {THERE}, false, -NONO_E_POLICY, NONO_TIER_NONE, "because there is no way"},
	{"missing", {.covered = true}, true, 0, NONO_TIER_ABSENT, NULL},
	{"missing, no view", {.covered = true}, false, 0, NONO_TIER_ABSENT, NULL},
	{"for writing", {THERE, .write_only = true}, true, 0, NONO_TIER_READ_ONLY, NULL},
	{"for writing, no view", {THERE, .write_only = true}, false, -NONO_E_POLICY, NONO_TIER_NONE, "no way"},
	{"for writing, missing",
	 {.covered = true, .write_only = true},
	 true,
	 -NONO_E_POLICY,
	 NONO_TIER_NONE,
	 "does not exist yet"},
};

static void make_set(struct nono_capset *set, const struct nono_deny *model, const char *alias)
{
	struct nono_grant *g;
	struct nono_deny *d;

	*set = (struct nono_capset){.verbose = true};
	REQUIRE(nono_capset_new_grant(set, &g, NULL) == 0);
	g->written = strdup("/home/u");
	g->node.real = strdup("/home/u");
	g->access = NONO_ACCESS_READWRITE;
	REQUIRE(nono_source_set(&g->source, NONO_SOURCE_USER, "--allow", NULL) == 0);
	d = nono_capset_new_deny(set, NULL);
	REQUIRE(d);
	*d = *model;
	d->written = strdup("/home/u/secret");
	d->real = strdup(alias ? "/elsewhere/secret" : "/home/u/secret");
	d->alias = alias ? strdup(alias) : NULL;
	REQUIRE(nono_source_set(&d->source, NONO_SOURCE_PROFILE, "p", NULL) == 0);
}

TEST(each_kind_has_its_tier)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		const struct nono_means means = {.view = row->view, .reason = row->view ? NULL : "there is no way"};
		struct nono_capset set;
		struct nono_error err = {0};

		make_set(&set, &row->deny, NULL);
		if (nono_plan_tiers(&set, &means, "do this", &err) != row->rc || set.denies[0].tier != row->tier ||
		    (row->error && !strstr(err.text, row->error)) || (row->rc && !strstr(err.text, ", or do this")))
			FAIL("%s: %s, tier %d", row->what, err.text, set.denies[0].tier);
		nono_capset_done(&set);
	}
}

TEST(a_link_that_could_be_exchanged_is_no_protection_from_writing)
{
	const struct nono_means means = {.view = true};
	const struct nono_deny model = {THERE, .write_only = true}, secret = {THERE};
	struct nono_capset set;
	struct nono_error err = {0};

	make_set(&set, &model, "/home/u/secret");
	CHECK_INT(nono_plan_tiers(&set, &means, NULL, &err), -NONO_E_POLICY);
	CHECK(strstr(err.text, "is a symbolic link where the command may write"));
	nono_capset_done(&set);
	/* For reading it is: what it leads to is masked. The link itself is told of. */
	make_set(&set, &secret, "/home/u/secret");
	CHECK_INT(nono_plan_tiers(&set, &means, NULL, &err), 0);
	CHECK_INT(set.denies[0].tier, NONO_TIER_MASK);
	REQUIRE(set.note_count == 1);
	CHECK(strstr(set.notes[0].text, "could be exchanged"));
	nono_capset_done(&set);
}

TEST(what_cannot_be_done_is_told)
{
	const struct nono_means means = {.view = true, .lists = true};
	const struct nono_deny dir = {THERE, .is_dir = true}, file = {THERE, .nlink = 3, .other_names = true};
	struct nono_capset set;

	make_set(&set, &dir, NULL);
	CHECK_INT(nono_plan_tiers(&set, &means, NULL, NULL), 0);
	REQUIRE(set.note_count == 1);
	CHECK(strstr(set.notes[0].text, "shown empty"));
	nono_capset_done(&set);
	make_set(&set, &file, NULL);
	CHECK_INT(nono_plan_tiers(&set, &means, NULL, NULL), 0);
	REQUIRE(set.note_count == 1);
	CHECK_INT(set.notes[0].level, NONO_NOTE_WARNING);
	CHECK(strstr(set.notes[0].text, "has 3 names"));
	nono_capset_done(&set);
}
