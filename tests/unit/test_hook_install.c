/* test_hook_install.c - the hook of an agent program in a real directory.  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/util.h"
#include "hooks/install.h"
#include "t.h"

/* A home directory with a nono in it, and a link to that. */
struct home {
	char dir[PATH_MAX / 4], state[PATH_MAX / 2], self[PATH_MAX / 2], link[PATH_MAX / 2], settings[PATH_MAX / 2];
	struct nono_hook_request request;
};

static void put(const char *path, const char *text, mode_t mode)
{
	_cleanup_(nono_closep) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	REQUIRE(fd >= 0 && nono_write_full(fd, text, strlen(text)) == 0 && fchmod(fd, mode) == 0);
}

static const char *get(const char *path)
{
	static char text[8192];
	_cleanup_(nono_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : nono_read_full(fd, text, sizeof(text) - 1);

	if (len < 0)
		return "(none)";
	text[len] = '\0';
	return text;
}

static void make_home(struct home *h)
{
	(void)snprintf(h->dir, sizeof(h->dir), "%s", t_tmpdir());
	(void)snprintf(h->state, sizeof(h->state), "%s/state", h->dir);
	(void)snprintf(h->self, sizeof(h->self), "%s/nono", h->dir);
	(void)snprintf(h->link, sizeof(h->link), "%s/link/nono", h->dir);
	(void)snprintf(h->settings, sizeof(h->settings), "%s/.claude/settings.json", h->dir);
	put(h->self, "a program", 0700);
	h->request = (struct nono_hook_request){.app = nono_hook_app_find("claude-code"),
						.event = "PostToolUseFailure",
						.matcher = "Read|Bash",
						.home = h->dir,
						.state_dir = h->state,
						.self = h->self};
}

static void make_settings(struct home *h, const char *text, mode_t mode)
{
	char dir[PATH_MAX];

	(void)snprintf(dir, sizeof(dir), "%s/.claude", h->dir);
	REQUIRE(mkdir(dir, 0700) == 0 || errno == EEXIST);
	put(h->settings, text, mode);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

/* What installing reports: the change, and the problem if there is one. */
static void check_install(const struct home *h, enum nono_hook_change change, const char *problem)
{
	_cleanup_(nono_hook_report_done) struct nono_hook_report report = {0};
	struct nono_error err = {0};

	if (nono_hook_install(&h->request, &report, &err) < 0)
		FAIL("refused: %s", err.text);
	CHECK_INT(report.change, change);
	if (problem && report.problem)
		CHECK_HAS(report.problem, problem);
	else
		CHECK_STR(report.problem, problem);
	/* what to add by hand is said where that is what there is to do */
	CHECK_INT(report.element != NULL, problem && !strstr(problem, "1:") && !strstr(problem, "cannot read") &&
						  !strstr(problem, "regular") && !strstr(problem, "larger"));
	CHECK(nono_hook_is_current(&h->request));
}

static void check_remove(const struct home *h, enum nono_hook_change change, bool restored)
{
	_cleanup_(nono_hook_report_done) struct nono_hook_report report = {0};
	struct nono_error err = {0};

	if (nono_hook_remove(&h->request, &report, &err) < 0)
		FAIL("refused: %s", err.text);
	CHECK_INT(report.change, change);
	CHECK_INT(report.restored, restored);
	CHECK(report.off);
	CHECK(nono_hook_is_current(&h->request));
}

static enum nono_hook_found found(const struct home *h)
{
	_cleanup_(nono_hook_report_done) struct nono_hook_report report = {0};

	REQUIRE(nono_hook_status(&h->request, &report, NULL) == 0);
	return report.found;
}

/* No file of a half-done change is left behind. */
static void check_clean(const struct home *h)
{
	char command[PATH_MAX];
	size_t count = 0;
	int ch;
	FILE *f;

	(void)snprintf(command, sizeof(command), "find %s -name '.settings*'", h->dir);
	f = popen(command, "r");
	REQUIRE(f);
	while ((ch = fgetc(f)) != EOF)
		count++;
	(void)pclose(f);
	CHECK_INT(count, 0);
}

TEST(where_there_is_nothing)
{
	struct home h;

	make_home(&h);
	CHECK(!nono_hook_is_current(&h.request));
	CHECK_INT(found(&h), NONO_HOOK_ABSENT);
	check_install(&h, NONO_HOOK_ADDED, NULL);
	CHECK_HAS(get(h.settings), "/nono hook claude-code\"");
	CHECK_INT(mode_of(h.settings), 0600);
	CHECK_INT(found(&h), NONO_HOOK_PRESENT);
	check_install(&h, NONO_HOOK_SAME, NULL);
	check_remove(&h, NONO_HOOK_TAKEN, true);
	CHECK_STR(get(h.settings), "(none)");
	CHECK_INT(found(&h), NONO_HOOK_ABSENT);
	check_remove(&h, NONO_HOOK_SAME, false);
	check_install(&h, NONO_HOOK_ADDED, NULL);
	check_clean(&h);
}

static const char mine[] =
	"// mine\n{\n\t\"model\": \"opus\", // \xc3\xa9\n\t\"hooks\": {\n\t\t\"Stop\": [],\n\t},\n}\n";

TEST(settings_stay_but_for_the_hook)
{
	struct home h;

	make_home(&h);
	make_settings(&h, mine, 0640);
	check_install(&h, NONO_HOOK_ADDED, NULL);
	CHECK_HAS(get(h.settings),
		  "\t\"model\": \"opus\", // \xc3\xa9\n\t\"hooks\": {\n\t\t\"Stop\": [],\n\t\t\"PostTool");
	CHECK_INT(mode_of(h.settings), 0640);
	check_remove(&h, NONO_HOOK_TAKEN, true);
	CHECK_STR(get(h.settings), mine);
	CHECK_INT(mode_of(h.settings), 0640);
}

/* Somebody wrote since: only the hook goes. */
TEST(taken_out_of_what_others_wrote)
{
	char text[8192];
	struct home h;

	make_home(&h);
	make_settings(&h, "{\"a\": 1}", 0600);
	check_install(&h, NONO_HOOK_ADDED, NULL);
	CHECK_HAS(get(h.settings), "{\"a\": 1, ");
	(void)snprintf(text, sizeof(text), "{\"a\": 2, %s", get(h.settings) + strlen("{\"a\": 1, "));
	put(h.settings, text, 0600);
	CHECK(!nono_hook_is_current(&h.request));
	check_install(&h, NONO_HOOK_SAME, NULL);
	check_remove(&h, NONO_HOOK_TAKEN, false);
	CHECK_STR(get(h.settings), "{\"a\": 2}");
}

/* The bytes from before are those before the first of several changes. */
TEST(restored_over_an_update)
{
	struct home h;

	make_home(&h);
	make_settings(&h, mine, 0600);
	check_install(&h, NONO_HOOK_ADDED, NULL);
	h.request.matcher = "*";
	CHECK(!nono_hook_is_current(&h.request));
	CHECK_INT(found(&h), NONO_HOOK_OUTDATED);
	check_install(&h, NONO_HOOK_UPDATED, NULL);
	CHECK_HAS(get(h.settings), "\"matcher\": \"*\"");
	check_remove(&h, NONO_HOOK_TAKEN, true);
	CHECK_STR(get(h.settings), mine);
}

TEST(an_older_script_comes_back)
{
	static const char text[] =
		"{\"hooks\":{\"PostToolUseFailure\":[{\"matcher\":\"x\",\"hooks\":[{\"type\":\"command\","
		"\"command\":\"$HOME/.claude/hooks/nono-hook.sh\"}]}]}}";
	struct home h;

	make_home(&h);
	make_settings(&h, text, 0600);
	check_install(&h, NONO_HOOK_REPLACED, NULL);
	CHECK(!strstr(get(h.settings), "nono-hook.sh"));
	check_remove(&h, NONO_HOOK_TAKEN, true);
	CHECK_STR(get(h.settings), text);
}

TEST(the_path_that_was_typed)
{
	char dir[PATH_MAX], other[PATH_MAX];
	struct home h;

	make_home(&h);
	(void)snprintf(dir, sizeof(dir), "%s/link", h.dir);
	(void)snprintf(other, sizeof(other), "%s/nono2", h.dir);
	REQUIRE(mkdir(dir, 0700) == 0 && symlink(h.self, h.link) == 0);
	h.request.started = h.link;
	check_install(&h, NONO_HOOK_ADDED, NULL);
	CHECK_HAS(get(h.settings), "/link/nono hook");
	/* started otherwise, the link is as good */
	h.request.started = h.self;
	check_install(&h, NONO_HOOK_SAME, NULL);
	/* an update: the link leads elsewhere, to what runs now */
	put(other, "a newer program", 0700);
	REQUIRE(unlink(h.link) == 0 && symlink(other, h.link) == 0);
	CHECK(!nono_hook_is_current(&h.request));
	h.request.self = h.request.started = other;
	check_install(&h, NONO_HOOK_SAME, NULL);
	/* the link is gone */
	REQUIRE(unlink(h.link) == 0);
	CHECK(!nono_hook_is_current(&h.request));
	check_install(&h, NONO_HOOK_UPDATED, NULL);
	CHECK_HAS(get(h.settings), "/nono2 hook");
	/* a program of another name is known by what was recorded */
	h.request.self = h.request.started = h.self;
	check_install(&h, NONO_HOOK_UPDATED, NULL);
	CHECK(!strstr(get(h.settings), "/nono2 hook"));
}

TEST(kept_by_something_else)
{
	char other[PATH_MAX];
	struct home h;

	make_home(&h);
	(void)snprintf(other, sizeof(other), "%s/store.json", h.dir);
	/* a link, as Home-Manager makes it */
	put(other, mine, 0444);
	make_settings(&h, "", 0600);
	REQUIRE(unlink(h.settings) == 0 && symlink(other, h.settings) == 0);
	check_install(&h, NONO_HOOK_SAME, "settings.json is a link, so something else");
	CHECK_STR(get(other), mine);
	check_remove(&h, NONO_HOOK_SAME, false);
	/* the same with the hook in it is as it should be */
	REQUIRE(unlink(h.settings) == 0);
	check_install(&h, NONO_HOOK_ADDED, NULL);
	REQUIRE(rename(h.settings, other) == 0 && symlink(other, h.settings) == 0);
	check_install(&h, NONO_HOOK_SAME, NULL);
	CHECK_INT(found(&h), NONO_HOOK_PRESENT);
	/* a second name */
	REQUIRE(unlink(h.settings) == 0 && unlink(other) == 0);
	make_settings(&h, mine, 0600);
	REQUIRE(link(h.settings, other) == 0);
	check_install(&h, NONO_HOOK_SAME, "settings.json has other names");
	REQUIRE(unlink(other) == 0);
	/* read-only */
	REQUIRE(chmod(h.settings, 0444) == 0);
	check_install(&h, NONO_HOOK_SAME, "settings.json is read-only: run chmod u+w");
	CHECK_STR(get(h.settings), mine);
	REQUIRE(chmod(h.settings, 0600) == 0);
	check_install(&h, NONO_HOOK_ADDED, NULL);
	check_clean(&h);
}

TEST(what_cannot_be_read_stays)
{
	static const struct {
		const char *text, *problem;
	} rows[] = {
		{"{\"a\": 1,, }", "settings.json:1:9: "},
		{"{\"hooks\": []}", "settings.json:1:11: hooks: expected an object {}"},
		{"", "settings.json:1:1: the file is empty; write at least {}"},
		{"{\"a\":1} x", "settings.json:1:9: there is more text after the closing }"},
	};
	static char large[NONO_SETTINGS_BYTES + 2];
	struct home h;

	make_home(&h);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(rows); i++) {
		make_settings(&h, rows[i].text, 0600);
		check_install(&h, NONO_HOOK_SAME, rows[i].problem);
		CHECK_STR(get(h.settings), rows[i].text);
	}
	memset(large, ' ', sizeof(large) - 1);
	make_settings(&h, large, 0600);
	check_install(&h, NONO_HOOK_SAME, "settings.json is larger than");
	REQUIRE(unlink(h.settings) == 0 && mkfifo(h.settings, 0600) == 0);
	check_install(&h, NONO_HOOK_SAME, "settings.json is not a regular file");
	REQUIRE(unlink(h.settings) == 0 && mkdir(h.settings, 0700) == 0);
	check_install(&h, NONO_HOOK_SAME, "settings.json is not a regular file");
	REQUIRE(rmdir(h.settings) == 0 && symlink("nowhere", h.settings) == 0);
	check_install(&h, NONO_HOOK_SAME, "cannot read ");
	REQUIRE(unlink(h.settings) == 0);
	check_install(&h, NONO_HOOK_ADDED, NULL);
}

TEST(nowhere_to_keep_a_record)
{
	_cleanup_(nono_hook_report_done) struct nono_hook_report report = {0};
	struct nono_error err = {0};
	struct home h;

	make_home(&h);
	make_settings(&h, mine, 0600);
	put(h.state, "a file", 0600);
	CHECK_INT(nono_hook_install(&h.request, &report, &err), -NONO_E_NOTFOUND);
	CHECK_HAS(err.text, "/state");
	CHECK_STR(get(h.settings), mine);
	CHECK(!nono_hook_is_current(&h.request));
}

TEST(a_directory_that_cannot_be_written)
{
	char dir[PATH_MAX];
	struct home h;

	make_home(&h);
	make_settings(&h, mine, 0600);
	(void)snprintf(dir, sizeof(dir), "%s/.claude", h.dir);
	REQUIRE(chmod(dir, 0500) == 0);
	check_install(&h, NONO_HOOK_SAME, "settings.json: Permission denied");
	REQUIRE(chmod(dir, 0700) == 0);
	CHECK_STR(get(h.settings), mine);
	check_remove(&h, NONO_HOOK_SAME, false);
	check_install(&h, NONO_HOOK_ADDED, NULL);
}

TEST(one_at_a_time)
{
	_cleanup_(nono_hook_report_done) struct nono_hook_report report = {0};
	_cleanup_(nono_closep) int lock = -1;
	struct nono_error err = {0};
	struct home h;

	make_home(&h);
	lock = nono_hook_lock(h.state, &err);
	REQUIRE(lock >= 0);
	CHECK_INT(nono_hook_install(&h.request, &report, &err), -NONO_E_BLOCKED);
	CHECK_HAS(err.text, "another nono is changing hooks");
	CHECK_STR(get(h.settings), "(none)");
	nono_closep(&lock);
	lock = -1;
	check_install(&h, NONO_HOOK_ADDED, NULL);
}

TEST(a_record_that_is_no_record)
{
	char path[PATH_MAX];
	struct home h;

	make_home(&h);
	make_settings(&h, mine, 0600);
	check_install(&h, NONO_HOOK_ADDED, NULL);
	(void)snprintf(path, sizeof(path), "%s/c/hooks/claude-code.json", h.state);
	CHECK_HAS(get(path), "\"existed\":true");
	put(path, "{\"version\":1}", 0600);
	check_remove(&h, NONO_HOOK_TAKEN, false);
	CHECK_STR(get(h.settings), mine);
}

TEST(odd_programs)
{
	struct home h;
	char odd[PATH_MAX];
	_cleanup_(nono_hook_report_done) struct nono_hook_report report = {0};
	struct nono_error err = {0};

	make_home(&h);
	(void)snprintf(odd, sizeof(odd), "%s/my bin", h.dir);
	REQUIRE(mkdir(odd, 0700) == 0);
	(void)snprintf(odd, sizeof(odd), "%s/my bin/nono", h.dir);
	put(odd, "a program", 0700);
	h.request.self = odd;
	check_install(&h, NONO_HOOK_ADDED, NULL);
	CHECK_HAS(get(h.settings), "/my bin/nono' hook claude-code\"");
	check_install(&h, NONO_HOOK_SAME, NULL);
	(void)snprintf(odd, sizeof(odd), "%s/my bin/it's", h.dir);
	CHECK_INT(nono_hook_install(&h.request, &report, &err), -NONO_E_POLICY);
	CHECK_HAS(err.text, "cannot be written into a hook");
	(void)snprintf(odd, sizeof(odd), "%s/nono (deleted)", h.dir);
	CHECK_INT(nono_hook_install(&h.request, &report, &err), -NONO_E_SYSTEM);
	CHECK_HAS(err.text, "/nono (deleted): No such file or directory");
}

TEST(profiles_are_checked)
{
	struct nono_hook hook = {.app = (char *)"claude-code",
				 .event = (char *)"E",
				 .matcher = (char *)"",
				 .script = (char *)"nono-hook.sh",
				 .origin = (char *)"p"};
	const struct nono_hook_app *app = NULL;
	struct nono_error err = {0};

	CHECK_INT(nono_hook_check(&hook, &app, &err), 0);
	CHECK(app == nono_hook_app_find("claude-code"));
	hook.script = (char *)"other.sh";
	CHECK_INT(nono_hook_check(&hook, &app, &err), -NONO_E_POLICY);
	CHECK_STR(err.text, "profile p: hooks.claude-code.script is 'other.sh', and nono installs no program but its "
			    "own: write nono-hook.sh");
	hook.app = (char *)"other";
	CHECK_INT(nono_hook_check(&hook, &app, &err), 0);
	CHECK(app == NULL);
}
