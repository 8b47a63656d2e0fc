/* jsontext.h - writing JSON.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_BASE_JSONTEXT_H
#define NONO_BASE_JSONTEXT_H

#include <jansson.h>

#include "base/buf.h"
#include "base/strv.h"

/** nono_json_string - append @s as a JSON string, quotes included; what a terminal would not print is
 * escaped, bytes that are not UTF-8 become U+FFFD. RFC 8259. */
void nono_json_string(struct nono_buf *out, const char *s);

/** nono_json_member - append ,"key":"value" (without the comma right after an opening bracket). NULL writes nothing. */
void nono_json_member(struct nono_buf *out, const char *key, const char *value);

/** nono_json_key - append ,"key": with the comma as above. */
void nono_json_key(struct nono_buf *out, const char *key);

/** nono_json_item - append the comma before one more item of a list, but for the first. */
void nono_json_item(struct nono_buf *out);

/** nono_json_open - append ,"key":{ or [; @key NULL: the top, or an item of a list. */
void nono_json_open(struct nono_buf *out, const char *key, char bracket);

/** nono_json_bool - append ,"key":true or false. */
void nono_json_bool(struct nono_buf *out, const char *key, bool value);

/** nono_json_number - append ,"key":number. */
void nono_json_number(struct nono_buf *out, const char *key, long long value);

/** nono_json_strings - append ,"key":[...]. */
void nono_json_strings(struct nono_buf *out, const char *key, const struct nono_strv *list);

/** nono_json_value - append a value, strings escaped as above. */
void nono_json_value(struct nono_buf *out, const json_t *value);

/** nono_json_pretty - append @json, which this module wrote, a member a line; what is short and flat stays on one.
 * Ends the line.
 */
void nono_json_pretty(struct nono_buf *out, const char *json);

#endif
