/* profile_hooks.c - what a profile says of hooks.  SPDX-License-Identifier: Apache-2.0 */
#include "base/util.h"
#include "policy/build.h"
#include "policy/profile_lists.h"
#include "policy/profile_read.h"

static void hook_done(struct nono_hook *hook)
{
	free(hook->app);
	free(hook->event);
	free(hook->matcher);
	free(hook->script);
	free(hook->origin);
	*hook = (struct nono_hook){0};
}

/* Put a hook itself in; it is the list's on success only. */
static int take_hook(struct nono_hooks *h, struct nono_hook *hook, struct nono_error *err)
{
	struct nono_hook *items;

	for (size_t i = 0; i < h->len; i++)
		if (strcmp(h->items[i].app, hook->app) == 0) {
			hook_done(&h->items[i]);
			h->items[i] = TAKE(*hook);
			return 0;
		}
	items = nono_grow(h->items, h->len, &h->room, sizeof(*items));
	if (!items)
		return nono_nomem(err);
	h->items = items;
	h->items[h->len++] = TAKE(*hook);
	return 0;
}

int nono_hooks_set(struct nono_hooks *h, const struct nono_hook *hook, struct nono_error *err)
{
	_cleanup_(hook_done) struct nono_hook copy = {.app = strdup(hook->app),
						      .event = strdup(hook->event),
						      .matcher = strdup(hook->matcher),
						      .script = strdup(hook->script),
						      .origin = strdup(hook->origin)};

	if (!copy.app || !copy.event || !copy.matcher || !copy.script || !copy.origin)
		return nono_nomem(err);
	return take_hook(h, &copy, err);
}

int nono_hooks_join(struct nono_hooks *h, struct nono_hooks *more, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < more->len && rc == 0; i++)
		rc = take_hook(h, &more->items[i], err);
	nono_hooks_done(more);
	return rc;
}

void nono_hooks_done(struct nono_hooks *h)
{
	for (size_t i = 0; i < h->len; i++)
		hook_done(&h->items[i]);
	free(h->items);
	*h = (struct nono_hooks){0};
}

void nono_session_hook_done(struct nono_session_hook *hook)
{
	free(hook->script);
	free(hook->origin);
	*hook = (struct nono_session_hook){0};
}

static char *text_of(json_t *object, const char *key)
{
	return (char *)json_string_value(json_object_get(object, key));
}

int nono_read_hook(struct nono_reading *r, struct nono_hooks *field, const char *app, json_t *value)
{
	const struct nono_hook hook = {.app = (char *)app,
				       .event = text_of(value, "event"),
				       .matcher = text_of(value, "matcher"),
				       .script = text_of(value, "script"),
				       .origin = (char *)r->origin->name};

	return nono_hooks_set(field, &hook, r->err);
}

int nono_read_session_hook(struct nono_reading *r, struct nono_session_hook *field, json_t *value)
{
	_cleanup_(nono_session_hook_done) struct nono_session_hook hook = {
		.script = strdup(text_of(value, "script")),
		.origin = strdup(r->origin->name),
		.builtin = r->origin->builtin,
		.timeout_secs = (int)json_integer_value(json_object_get(value, "timeout_secs"))};

	if (!hook.script || !hook.origin)
		return nono_nomem(r->err);
	nono_session_hook_done(field);
	*field = TAKE(hook);
	return 0;
}
