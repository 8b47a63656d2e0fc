/* event_parts.h - between event.c, event_words.c and message.c.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_HOOKS_EVENT_PARTS_H
#define NONO_HOOKS_EVENT_PARTS_H

#include "base/strv.h"
#include "run/refusals.h"

/** nono_hook_words - the words of a shell's command line, without quotation marks; ~/ and $HOME/ are @home. */
int nono_hook_words(const char *command, const char *home, struct nono_strv *ret, struct nono_error *err);

/**
 * nono_hook_message - what the hook prints. @event: its name; @network: that was refused, too.
 * The caller's; NULL without memory.
 */
char *nono_hook_message(const char *event, const struct nono_refusals *refused, bool network);

#endif
