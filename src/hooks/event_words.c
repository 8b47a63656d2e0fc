/* event_words.c - the words of a shell's command line.  SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/buf.h"
#include "base/util.h"
#include "hooks/event_parts.h"

/*
 * No shell: what a substitution would give is not known, and what is taken for a word too many is put to the evaluator
 * like any other.
 */
#define BLANK " \t\r\n"
#define OPERATORS "|&;<>()`"

struct words {
	const char *at;
	struct nono_buf word;
	bool any; /* "" is a word, too */
};

static void take_quoted(struct words *w)
{
	char mark = *w->at++;

	w->any = true;
	while (*w->at && *w->at != mark) {
		if (mark == '"' && *w->at == '\\' && w->at[1])
			w->at++;
		nono_buf_add(&w->word, w->at++, 1);
	}
	w->at += *w->at == mark;
}

/* Up to the end of one word; false at the end of the text. */
static bool next_word(struct words *w)
{
	nono_buf_done(&w->word);
	w->any = false;
	w->at += strspn(w->at, BLANK OPERATORS);
	while (*w->at && !strchr(BLANK OPERATORS, *w->at)) {
		if (*w->at == '"' || *w->at == '\'') {
			take_quoted(w);
			continue;
		}
		if (*w->at == '\\' && w->at[1])
			w->at++;
		nono_buf_add(&w->word, w->at++, 1);
		w->any = true;
	}
	return w->any;
}

static int add_word(struct nono_strv *list, const char *word, const char *home, struct nono_error *err)
{
	static const char *const homes[] = {"~/", "$HOME/", "${HOME}/"};
	_cleanup_(nono_buf_done) struct nono_buf full = {0};

	for (size_t i = 0; home && i < NONO_ARRAY_SIZE(homes); i++)
		if (nono_has_prefix(word, homes[i])) {
			nono_buf_printf(&full, "%s/%s", home, word + strlen(homes[i]));
			return nono_strv_take(list, nono_buf_take(&full), err);
		}
	return nono_strv_add(list, word, err);
}

int nono_hook_words(const char *command, const char *home, struct nono_strv *ret, struct nono_error *err)
{
	struct words w = {.at = command};
	int rc = 0;

	while (rc == 0 && ret->len < NONO_HOOK_WORDS && next_word(&w))
		rc = w.word.failed ? nono_nomem(err) : add_word(ret, w.word.data ? w.word.data : "", home, err);
	nono_buf_done(&w.word);
	return rc;
}
