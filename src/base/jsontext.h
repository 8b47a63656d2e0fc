/* jsontext.h - writing JSON.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_JSONTEXT_H
#define NONO_BASE_JSONTEXT_H

#include "base/buf.h"

/** nono_json_string - append @s as a JSON string, quotes included; bytes that are not UTF-8 become U+FFFD. RFC 8259. */
void nono_json_string(struct nono_buf *out, const char *s);

/** nono_json_member - append ,"key":"value" (without the comma right after an opening bracket). NULL writes nothing. */
void nono_json_member(struct nono_buf *out, const char *key, const char *value);

/** nono_json_key - append ,"key": with the comma as above. */
void nono_json_key(struct nono_buf *out, const char *key);

/** nono_json_pretty - append a JSON text that has no white space between its parts, indented by two. */
void nono_json_pretty(struct nono_buf *out, const char *compact);

#endif
