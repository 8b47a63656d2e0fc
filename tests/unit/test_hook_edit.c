/* test_hook_edit.c - nono's entry in an agent's settings.  SPDX-License-Identifier: Apache-2.0 */
#include "t.h"
#include "base/util.h"
#include "hooks/edit.h"

#define NONO "/usr/local/bin/nono hook claude-code"
#define OLD "$HOME/.claude/hooks/nono-hook.sh"
#define ELEMENT(matcher, command) \
	"{\"matcher\":\"" matcher "\",\"hooks\":[{\"type\":\"command\",\"command\":\"" command "\"}]}"
#define HOOK(command) "{\"type\":\"command\",\"command\":\"" command "\"}"

static struct nono_hook_entry entry(void)
{
	return (struct nono_hook_entry){.app = nono_hook_app_find("claude-code"),
					.home = "/home/u",
					.event = "PostToolUseFailure",
					.matcher = "Read|Bash",
					.command = NONO};
}

struct row {
	const char *text, *result;
	enum nono_hook_change change;
	enum nono_hook_found found; /* before */
};

static void check_row(const struct row *r)
{
	const struct nono_hook_entry e = entry();
	struct nono_error err = {0};
	_cleanup_(json_decrefp) json_t *before = json_loads(r->text, 0, NULL), *after = NULL;
	_cleanup_(nono_freep) char *result = NULL, *again = NULL;
	enum nono_hook_change change;

	CHECK_INT(nono_hook_find(&e, before), r->found);
	REQUIRE(nono_hook_put(&e, "f", r->text, &result, &change, &err) == 0);
	CHECK_STR(result, r->result);
	CHECK_INT(change, r->change);
	after = json_loads(result, 0, NULL);
	CHECK_INT(nono_hook_find(&e, after), NONO_HOOK_PRESENT);
	/* once is enough */
	REQUIRE(nono_hook_put(&e, "f", result, &again, &change, &err) == 0);
	CHECK_STR(again, result);
	CHECK_INT(change, NONO_HOOK_SAME);
}

TEST(put_in)
{
	static const struct row rows[] = {
		{"{}\n",
		 "{\n  \"hooks\": {\n    \"PostToolUseFailure\": [\n      {\n        \"matcher\": \"Read|Bash\",\n"
		 "        \"hooks\": [\n          {\n            \"type\": \"command\",\n"
		 "            \"command\": \"" NONO "\"\n          }\n        ]\n      }\n    ]\n  }\n}\n",
		 NONO_HOOK_ADDED, NONO_HOOK_ABSENT},
		{"{\"hooks\":{\"Stop\":[]}}",
		 "{\"hooks\":{\"Stop\":[],\"PostToolUseFailure\":[" ELEMENT("Read|Bash", NONO) "]}}", NONO_HOOK_ADDED,
		 NONO_HOOK_ABSENT},
		{"{\"hooks\":{\"PostToolUseFailure\":[" ELEMENT("Bash", "mine.sh") "]}}",
		 "{\"hooks\":{\"PostToolUseFailure\":[" ELEMENT("Bash", "mine.sh") "," ELEMENT("Read|Bash", NONO) "]}}",
		 NONO_HOOK_ADDED, NONO_HOOK_ABSENT},
		{"{\"hooks\":{\"PostToolUseFailure\":[" ELEMENT("Read|Bash", NONO) "]}}",
		 "{\"hooks\":{\"PostToolUseFailure\":[" ELEMENT("Read|Bash", NONO) "]}}", NONO_HOOK_SAME,
		 NONO_HOOK_PRESENT},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(rows); i++)
		check_row(&rows[i]);
}

TEST(moved_and_changed)
{
	static const struct row rows[] = {
		/* another place of nono's */
		{"{\"hooks\":{\"PostToolUseFailure\":[" ELEMENT("Read|Bash",
								"'/old place/nono' hook claude-code") "]}}",
		 "{\"hooks\":{\"PostToolUseFailure\":[" ELEMENT("Read|Bash", NONO) "]}}", NONO_HOOK_UPDATED,
		 NONO_HOOK_OUTDATED},
		/* another matcher; what a person added stays */
		{"{\"hooks\":{\"PostToolUseFailure\":[{\"matcher\":\"Bash\",\"hooks\":[{\"type\":\"command\","
		 "\"timeout\":5,"
		 "\"command\":\"" NONO "\"}]}]}}",
		 "{\"hooks\":{\"PostToolUseFailure\":[{\"matcher\":\"Read|Bash\",\"hooks\":[{\"type\":\"command\","
		 "\"timeout\":5,\"command\":\"" NONO "\"}]}]}}",
		 NONO_HOOK_UPDATED, NONO_HOOK_OUTDATED},
		/* another event */
		{"{\"hooks\":{\"PostToolUse\":[" ELEMENT("Bash", "mine.sh") "," ELEMENT("Read|Bash", NONO) "]}}",
		 "{\"hooks\":{\"PostToolUse\":[" ELEMENT("Bash", "mine.sh") "],\"PostToolUseFailure\":[" ELEMENT(
			 "Read|Bash", NONO) "]}}",
		 NONO_HOOK_UPDATED, NONO_HOOK_OUTDATED},
		/* twice */
		{"{\"hooks\":{\"PostToolUseFailure\":[" ELEMENT("Bash", NONO) "," ELEMENT("Read|Bash", NONO) "]}}",
		 "{\"hooks\":{\"PostToolUseFailure\":[" ELEMENT("Read|Bash", NONO) "]}}", NONO_HOOK_UPDATED,
		 NONO_HOOK_OUTDATED},
		/* in one element with somebody else's, under another matcher */
		{"{\"hooks\":{\"PostToolUseFailure\":[{\"matcher\":\"X\",\"hooks\":[" HOOK("a.sh") "," HOOK(
			 NONO) "]}]}}",
		 "{\"hooks\":{\"PostToolUseFailure\":[{\"matcher\":\"X\",\"hooks\":[" HOOK("a.sh") "]}," ELEMENT(
			 "Read|Bash", NONO) "]}}",
		 NONO_HOOK_UPDATED, NONO_HOOK_OUTDATED},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(rows); i++)
		check_row(&rows[i]);
}

TEST(older_entries_are_replaced)
{
	static const char *const spellings[] = {OLD, "/home/u/.claude/hooks/nono-hook.sh",
						"\\\"$HOME/.claude/hooks/nono-hook.sh\\\"",
						"~/.claude/hooks/nono-hook.sh"};
	static const struct row rows[] = {
		{"{\"hooks\":{\"PostToolUse\":[" ELEMENT("*", OLD) "],\"PostToolUseFailure\":[" ELEMENT("Read|Bash",
													OLD) "]}}",
		 "{\"hooks\":{\"PostToolUseFailure\":[" ELEMENT("Read|Bash", NONO) "]}}", NONO_HOOK_REPLACED,
		 NONO_HOOK_OUTDATED},
		{"{\"hooks\":{\"PostToolUseFailure\":[{\"matcher\":\"Read|Bash\",\"hooks\":[" HOOK("a.sh") "," HOOK(
			 OLD) "]}]}}",
		 "{\"hooks\":{\"PostToolUseFailure\":[{\"matcher\":\"Read|Bash\",\"hooks\":[" HOOK("a.sh") "," HOOK(
			 NONO) "]}]}}",
		 NONO_HOOK_REPLACED, NONO_HOOK_OUTDATED},
	};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(rows); i++)
		check_row(&rows[i]);
	for (size_t i = 0; i < NONO_ARRAY_SIZE(spellings); i++) {
		_cleanup_(nono_buf_done) struct nono_buf text = {0};

		nono_buf_printf(&text, "{\"hooks\":{\"PostToolUseFailure\":[%s%s%s]}}",
				"{\"matcher\":\"Read|Bash\",\"hooks\":[{\"type\":\"command\",\"command\":\"",
				spellings[i], "\"}]}");
		check_row(&(struct row){text.data,
					"{\"hooks\":{\"PostToolUseFailure\":[" ELEMENT("Read|Bash", NONO) "]}}",
					NONO_HOOK_REPLACED, NONO_HOOK_OUTDATED});
	}
}

/* What only looks like nono's is somebody else's. */
TEST(foreign_commands_stay)
{
	static const char *const commands[] = {
		"nono hook claude-code",
		"/usr/bin/nono hook claude-code; rm x",
		"x=1 /usr/bin/nono hook claude-code",
		"$HOME/nono hook claude-code",
		"/usr/bin/notnono hook claude-code",
		"/usr/bin/nono hook claude-code2",
		"'/usr/bin/nono' hook claude-code x",
		"'/usr/bin/nono hook claude-code",
		"/home/v/.claude/hooks/nono-hook.sh",
		"sh $HOME/.claude/hooks/nono-hook.sh",
	};
	const struct nono_hook_entry e = entry();

	for (size_t i = 0; i < NONO_ARRAY_SIZE(commands); i++) {
		_cleanup_(json_decrefp) json_t *settings = json_pack(
			"{s:{s:[{s:s,s:[{s:s,s:s}]}]}}", "hooks", "PostToolUseFailure", "matcher", "Read|Bash", "hooks",
			"type", "command", "command", commands[i]);
		_cleanup_(nono_freep) char *text = json_dumps(settings, 0), *result = NULL;
		enum nono_hook_change change;

		if (nono_hook_find(&e, settings) != NONO_HOOK_ABSENT)
			FAIL("taken for nono's: %s", commands[i]);
		REQUIRE(nono_hook_take(&e, "f", text, &result, &change, NULL) == 0);
		CHECK_STR(result, text);
		CHECK_INT(change, NONO_HOOK_SAME);
	}
}

TEST(recorded_commands_are_nonos)
{
	struct nono_hook_entry e = entry();
	_cleanup_(nono_freep) char *result = NULL;
	enum nono_hook_change change;

	e.recorded = "/opt/nono-1/sandbox hook claude-code";
	REQUIRE(nono_hook_take(&e, "f", "{\"hooks\":{\"A\":[" ELEMENT("", "/opt/nono-1/sandbox hook claude-code") "]}}",
			       &result, &change, NULL) == 0);
	CHECK_STR(result, "{}");
	CHECK_INT(change, NONO_HOOK_TAKEN);
}

static const char commented[] = "// mine\n{\n\t\"model\": \"opus\", // the big one\n\t\"hooks\": {\n"
				"\t\t/* of other tools */\n\t\t\"Stop\": [" ELEMENT(
					"", "done.sh") "],\n\t},\n"
						       "\t\"unknown\": [1, {\"b\": null}],\n}\n";

/* In and out again: the bytes from before, comments and all. */
TEST(put_in_and_taken_out)
{
	static const char *const texts[] = {"{}",
					    "{}\n",
					    "{\"a\":1}",
					    commented,
					    "{\r\n  \"a\": 1\r\n}",
					    "\xef\xbb\xbf{\"a\": 1}",
					    "{\"hooks\": {\"A\": [1, 2]}, \"b\": 2}"};
	const struct nono_hook_entry e = entry();

	for (size_t i = 0; i < NONO_ARRAY_SIZE(texts); i++) {
		_cleanup_(nono_freep) char *in = NULL, *out = NULL;
		struct nono_error err = {0};
		enum nono_hook_change change;

		if (nono_hook_put(&e, "f", texts[i], &in, &change, &err) < 0 ||
		    nono_hook_take(&e, "f", in, &out, &change, &err) < 0)
			FAIL("%s", err.text);
		CHECK_STR(out, texts[i]);
		CHECK_INT(change, NONO_HOOK_TAKEN);
	}
}

TEST(settings_of_another_shape)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{"{\"hooks\":[]}", "f:1:10: hooks: expected an object {}"},
		{"{\"hooks\":{\"PostToolUseFailure\":{}}}", "f:1:32: hooks.PostToolUseFailure: expected a list []"},
		{"{\"hooks\":7}", "f:1:10: hooks: expected an object {} or a list []"},
		{"{\"hooks\":", "f:1:10: the text ends too early; a \", } or ] is missing"},
		{"[]", "f:1:1: expected an object {}, found a list []"},
	};
	static const char *const odd[] = {
		"{\"hooks\":{\"A\":7,\"B\":[7,{},{\"hooks\":7},{\"hooks\":[7,{},{\"command\":7}]}]}}"};
	const struct nono_hook_entry e = entry();
	_cleanup_(json_decrefp) json_t *settings = json_loads(odd[0], 0, NULL);

	for (size_t i = 0; i < NONO_ARRAY_SIZE(rows); i++) {
		_cleanup_(nono_freep) char *result = NULL;
		struct nono_error err = {0};
		enum nono_hook_change change;

		CHECK(nono_hook_put(&e, "f", rows[i].text, &result, &change, &err) < 0);
		CHECK_STR(err.text, rows[i].error);
		CHECK(!result);
	}
	CHECK_INT(nono_hook_find(&e, settings), NONO_HOOK_ABSENT);
}

TEST(element_to_copy)
{
	const struct nono_hook_entry e = entry();
	_cleanup_(nono_freep) char *text = nono_hook_element(&e);

	CHECK_STR(text, "{\"PostToolUseFailure\": [{\"matcher\": \"Read|Bash\", \"hooks\": [{\"type\": \"command\", "
			"\"command\": \"" NONO "\"}]}]}");
}
