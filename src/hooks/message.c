/* message.c - what an agent is told of a refusal.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/jsontext.h"
#include "base/quote.h"
#include "base/util.h"
#include "hooks/event_parts.h"
#include "policy/build.h"

/* The agent is told to let it be and to say so; a command to type is for the person, in a new session. */
#define INTRODUCTION "The nono sandbox that this session runs in refused:\n"
#define ADVICE                                                                                                     \
	"The kernel enforces this until the session ends, for every program in it. Trying again, another tool, a " \
	"copy, a link or other permissions do not change it; do not look for a way around it. Tell the user what " \
	"was refused and go on without it. Only the user can allow it, by starting a new session with the flag "   \
	"above.\n"
#define ADVICE_PERMANENT                                                                                           \
	"The kernel enforces this until the session ends, for every program in it. Trying again, another tool, a " \
	"copy, a link or other permissions do not change it; do not look for a way around it. Tell the user what " \
	"was refused and go on without it.\n"

static const char *op_text(const struct nono_refusal *r)
{
	switch (r->op) {
	case NONO_OP_CREATE:
		return "creating";
	case NONO_OP_UNLINK:
		return "removing";
	case NONO_OP_EXEC:
		return "running";
	case NONO_OP_WRITE:
	case NONO_OP_READWRITE:
		return r->answer.exists ? "writing" : "creating";
	case NONO_OP_READ:
	default:
		return r->answer.is_dir ? "listing" : "reading";
	}
}

static void add_reason(struct nono_buf *out, const struct nono_answer *a)
{
	char source[NONO_NAME_BYTES * 2];

	if (a->deny) {
		nono_buf_puts(out, "denied by ");
		nono_quote_text(out, nono_source_text(&a->deny->source, source, sizeof(source)));
	} else if (a->grant) {
		nono_buf_printf(out, "granted for %s only", nono_access_word(a->grant->access));
	} else {
		nono_buf_puts(out, "not granted");
	}
}

/* Returns true where there is a flag that would allow it. */
static bool add_refusal(struct nono_buf *out, const struct nono_refusal *r)
{
	_cleanup_(nono_freep) char *flag = nono_answer_flag(&r->answer, r->op);
	bool has_flag = flag && *flag;

	nono_buf_printf(out, "- %s ", op_text(r));
	nono_quote_text(out, r->answer.real);
	nono_buf_puts(out, " (");
	add_reason(out, &r->answer);
	if (has_flag) {
		nono_buf_puts(out, "; the flag for it: ");
		nono_quote_text(out, flag);
	} else {
		nono_buf_puts(out, "; no flag allows it");
	}
	nono_buf_puts(out, ")\n");
	return has_flag;
}

static void add_text(struct nono_buf *out, const struct nono_refusals *refused, bool network)
{
	bool flags = network;

	nono_buf_puts(out, INTRODUCTION);
	for (size_t i = 0; i < refused->len; i++)
		flags |= add_refusal(out, &refused->items[i]);
	if (refused->more)
		nono_buf_printf(out, "- and %zu more\n", refused->more);
	if (network)
		nono_buf_puts(out, "- the network (blocked; the flag for it: --allow-net)\n");
	nono_buf_puts(out, flags ? ADVICE : ADVICE_PERMANENT);
}

char *nono_hook_message(const char *event, const struct nono_refusals *refused, bool network)
{
	_cleanup_(nono_buf_done) struct nono_buf text = {0}, out = {0};

	add_text(&text, refused, network);
	nono_buf_puts(&out, "{\"hookSpecificOutput\":{");
	nono_json_member(&out, "hookEventName", event);
	nono_json_member(&out, "additionalContext", text.data);
	nono_buf_puts(&out, "}}\n");
	return text.failed ? NULL : nono_buf_take(&out);
}
