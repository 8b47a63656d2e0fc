/* toml_parts.h - what toml.c and toml_scalar.c share.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_TOML_PARTS_H
#define NONO_BASE_TOML_PARTS_H

#include "base/buf.h"
#include "base/toml.h"

struct nono_toml_text {
	const char *file, *text;
	size_t len, at;
	struct nono_error *err;
};

/** nono_toml_starts - does the text go on with @word. */
bool nono_toml_starts(const struct nono_toml_text *t, const char *word);

/** nono_toml_string - decode the string that begins here; @multi_line: """ and ''' are fine too. */
int nono_toml_string(struct nono_toml_text *t, bool multi_line, struct nono_buf *out);

/** nono_toml_word - decode the number or boolean that begins here. */
int nono_toml_word(struct nono_toml_text *t, struct nono_toml_value *value);

/** nono_toml_bare - bytes of a bare key at this place. */
size_t nono_toml_bare(const struct nono_toml_text *t);

#endif
