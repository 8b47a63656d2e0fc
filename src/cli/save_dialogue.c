/* save_dialogue.c - what of it is to be saved?  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/quote.h"
#include "base/util.h"
#include "cli/prompt.h"
#include "cli/save.h"
#include "policy/build.h"

#define ANSWER_BYTES 128
#define TRIES 3

static void print_row(const struct save_row *row, size_t number)
{
	static const char *const words[] = {"", "read", "write", "read and write"};
	const struct nono_deny *lift = row->remedy.lift;
	_cleanup_(nono_buf_done) struct nono_buf line = {0};
	char source[NONO_NAME_BYTES * 2];

	nono_buf_printf(&line, "  %2zu  %s ", number, words[row->remedy.access]);
	nono_quote_text(&line, row->text);
	nono_buf_puts(&line, row->remedy.is_file ? "" : " (a directory, with all that is in it)");
	if (lift) {
		nono_buf_puts(&line, lift->source.kind == NONO_SOURCE_GROUP ? "\n      SECRET, denied by "
									    : "\n      denied by ");
		nono_quote_text(&line, nono_source_text(&lift->source, source, sizeof(source)));
	}
	(void)fprintf(stderr, "%s\n", line.failed ? "(out of memory)" : line.data);
}

/* One word of an answer: a number, perhaps after g or s, which hold for those after it; or such a letter alone. */
static bool read_word(struct save_rows *rows, const char *word, size_t len, enum save_choice *choice, bool *ret_any)
{
	size_t number = 0;

	if (word[0] == 'g' || word[0] == 's') {
		*choice = word[0] == 'g' ? SAVE_GRANT : SAVE_SUPPRESS;
		word++;
		len--;
	}
	for (size_t i = 0; i < len; i++) {
		if (word[i] < '0' || word[i] > '9' || number > rows->len)
			return false;
		number = number * 10 + (size_t)(word[i] - '0');
	}
	if (len == 0)
		return true;
	if (number < 1 || number > rows->len)
		return false;
	rows->items[number - 1].choice = *choice;
	*ret_any = true;
	return true;
}

/* "1,3", "g1 s2", with a single row "g" or "s"; all or nothing. */
static bool read_choices(struct save_rows *rows, const char *answer)
{
	enum save_choice choice = SAVE_GRANT;
	bool any = false, good = true;

	for (const char *word = answer; *word && good; word += strspn(word, ", ")) {
		size_t len = strcspn(word, ", ");

		good = len == 0 || read_word(rows, word, len, &choice, &any);
		word += len;
	}
	if (good && !any && rows->len == 1) {
		rows->items[0].choice = choice;
		any = true;
	}
	for (size_t i = 0; i < rows->len && !(good && any); i++)
		rows->items[i].choice = SAVE_SKIP;
	return good && any;
}

/* A typed word, because what is granted then is what nono denies on purpose. */
static void confirm_secrets(struct save_rows *rows)
{
	for (size_t i = 0; i < rows->len; i++) {
		struct save_row *row = &rows->items[i];
		_cleanup_(nono_buf_done) struct nono_buf question = {0};
		char answer[ANSWER_BYTES];

		if (row->choice != SAVE_GRANT || !row->remedy.lift)
			continue;
		nono_buf_printf(&question, "%zu is denied on purpose, by a rule for ", i + 1);
		nono_quote_text(&question, row->remedy.lift->written);
		nono_buf_puts(&question, ".\nType override to lift that rule and grant it: ");
		if (!question.failed && prompt_line(question.data, answer, sizeof(answer)) &&
		    strcmp(answer, "override") == 0)
			continue;
		row->choice = SAVE_SKIP;
		(void)fprintf(stderr, "%zu is skipped.\n", i + 1);
	}
}

bool save_choose(struct save_rows *rows)
{
	bool one = rows->len == 1, chosen = false;
	char answer[ANSWER_BYTES];

	(void)fputs("\nThis can be kept in a profile of yours. Nothing is, unless you choose it:\n", stderr);
	for (size_t i = 0; i < rows->len; i++)
		print_row(&rows->items[i], i + 1);
	for (int tries = 0; tries < TRIES && !chosen; tries++) {
		if (!prompt_line(one ? "g grants it, s never asks about it again, Enter skips: "
				     : "Numbers such as 1,2 grant, s3 never asks about 3 again, Enter skips: ",
				 answer, sizeof(answer)) ||
		    !answer[strspn(answer, ", ")])
			return false;
		chosen = read_choices(rows, answer);
		if (!chosen)
			(void)fputs(one ? "Type g, s, or Enter alone.\n" : "That is no number of a row.\n", stderr);
	}
	if (!chosen)
		return false;
	confirm_secrets(rows);
	for (size_t i = 0; i < rows->len; i++)
		if (rows->items[i].choice != SAVE_SKIP)
			return true;
	return false;
}
