/* profile_t.c - what the tests of profiles share.  SPDX-License-Identifier: Apache-2.0 */
#include "profile_t.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/util.h"
#include "policy/profile_keys.h"
#include "t.h"

int profile_parse(const char *text, struct nono_profile *ret, struct nono_error *err)
{
	static const struct nono_profile_origin origin = {.file = "p.json", .name = "p"};

	return nono_profile_parse(text, strlen(text), PROFILE_OS_RELEASE, &origin, ret, err);
}

struct nono_profile profile_good(const char *text)
{
	struct nono_profile p = {0};
	struct nono_error err = {0};

	if (profile_parse(text, &p, &err) < 0) {
		t_fail(__FILE__, __LINE__, "refused: %s (%s)", err.text, text);
		t_require(false, __FILE__, __LINE__, "see above");
	}
	return p;
}

static void dump_entries(struct nono_buf *out, const struct nono_entries *e)
{
	for (size_t i = 0; i < e->len; i++)
		nono_buf_printf(out, " '%s'(%s%s)", e->items[i].text, e->items[i].origin,
				e->items[i].builtin ? ", builtin" : "");
}

static void dump_ports(struct nono_buf *out, const struct nono_ports *p)
{
	for (size_t i = 0; i < p->len; i++)
		nono_buf_printf(out, " %u-%u", p->items[i].lo, p->items[i].hi);
}

static void dump_pairs(struct nono_buf *out, const struct nono_pairs *p)
{
	for (size_t i = 0; i < p->len; i++)
		nono_buf_printf(out, " '%s'='%s'(%s)", p->items[i].name, p->items[i].value, p->items[i].origin);
}

static void dump_hooks(struct nono_buf *out, const struct nono_hooks *h)
{
	for (size_t i = 0; i < h->len; i++)
		nono_buf_printf(out, " '%s'='%s'/'%s'/'%s'(%s)", h->items[i].app, h->items[i].event,
				h->items[i].matcher, h->items[i].script, h->items[i].origin);
}

static void dump_session_hook(struct nono_buf *out, const struct nono_session_hook *h)
{
	nono_buf_printf(out, " '%s'/%d(%s)", h->script ? h->script : "", h->timeout_secs, h->origin ? h->origin : "");
}

static void dump_body(struct nono_buf *out, const struct nono_profile *body)
{
	_cleanup_(nono_freep) char *text = body ? profile_dump(body) : NULL;

	nono_buf_printf(out, " {\n%s}", text ? text : "");
}

static void dump_field(struct nono_buf *out, const struct nono_key *k, const void *field)
{
	const char *text;

	switch ((enum nono_key_kind)k->kind) {
	case NONO_KIND_STRING:
		text = *(char *const *)field;
		nono_buf_printf(out, " %s", text ? text : "(none)");
		break;
	case NONO_KIND_LIST:
		dump_entries(out, field);
		break;
	case NONO_KIND_PORTS:
	case NONO_KIND_RANGES:
		dump_ports(out, field);
		break;
	case NONO_KIND_PAIRS:
		dump_pairs(out, field);
		break;
	case NONO_KIND_MAP:
		dump_hooks(out, field);
		break;
	case NONO_KIND_SECTION:
		dump_session_hook(out, field);
		break;
	case NONO_KIND_BODY:
		dump_body(out, *(struct nono_profile *const *)field);
		break;
	default:
		nono_buf_printf(out, " %d", *(const int *)field);
	}
}

char *profile_dump(const struct nono_profile *p)
{
	struct nono_buf out = {0};

	for (size_t i = 0; i < nono_key_count; i++) {
		const struct nono_key *k = &nono_keys[i];

		if (k->offset == NONO_KEY_NOT_KEPT)
			continue;
		nono_buf_printf(&out, "%s:", k->path);
		dump_field(&out, k, (const char *)p + k->offset);
		if (k->written)
			nono_buf_printf(&out, " written=%d", *(const bool *)((const char *)p + k->written));
		nono_buf_puts(&out, "\n");
	}
	nono_buf_puts(&out, "protecting:");
	dump_entries(&out, &p->unbuilt_protecting);
	nono_buf_puts(&out, "\nconvenience:");
	dump_entries(&out, &p->unbuilt_convenience);
	nono_buf_puts(&out, "\ncleared:");
	dump_entries(&out, &p->cleared);
	nono_buf_puts(&out, "\n");
	return nono_buf_take(&out);
}

char *profile_nested(const char *path, const char *value)
{
	struct nono_buf out = {0};
	size_t depth = 0;

	for (const char *part = path; *part; depth++) {
		size_t len = strcspn(part, ".");

		nono_buf_printf(&out, "{\"%.*s\":", (int)len, part);
		part += len + (part[len] == '.');
	}
	nono_buf_puts(&out, value);
	while (depth-- > 0)
		nono_buf_puts(&out, "}");
	return nono_buf_take(&out);
}

char *profile_texts(const struct nono_entries *e)
{
	struct nono_buf out = {0};

	nono_buf_puts(&out, "");
	for (size_t i = 0; i < e->len; i++)
		nono_buf_printf(&out, "%s%s", i ? " " : "", e->items[i].text);
	return nono_buf_take(&out);
}
