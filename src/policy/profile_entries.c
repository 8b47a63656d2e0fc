/* profile_entries.c - the list types of a profile.  SPDX-License-Identifier: Apache-2.0 */
#include "base/util.h"
#include "policy/profile_lists.h"

/* Make room for one more item. Returns the array, or NULL without memory, when the old one still stands. */
static void *grow(void *items, size_t len, size_t *room, size_t item_size)
{
	size_t more = *room ? *room * 2 : 8;
	void *larger;

	if (len < *room)
		return items;
	larger = reallocarray(items, more, item_size);
	if (larger)
		*room = more;
	return larger;
}

static struct nono_entry *find_entry(const struct nono_entries *e, const char *text, uint32_t hash)
{
	for (size_t i = 0; i < e->len; i++)
		if (e->items[i].hash == hash && strcmp(e->items[i].text, text) == 0)
			return &e->items[i];
	return NULL;
}

static void entry_done(struct nono_entry *entry)
{
	free(entry->text);
	free(entry->origin);
	free(entry->place);
	*entry = (struct nono_entry){0};
}

/* Append an entry itself; it is the list's on success only. */
static int push_entry(struct nono_entries *e, const struct nono_entry *entry, struct nono_error *err)
{
	struct nono_entry *items = grow(e->items, e->len, &e->room, sizeof(*items));

	if (!items)
		return nono_nomem(err);
	e->items = items;
	e->items[e->len++] = *entry;
	return 0;
}

int nono_entries_add(struct nono_entries *e, const char *text, const char *origin, bool builtin, struct nono_error *err)
{
	_cleanup_(entry_done) struct nono_entry entry = {.builtin = builtin, .hash = nono_hash_text(text)};
	int rc;

	if (find_entry(e, text, entry.hash))
		return 0;
	entry.text = strdup(text);
	entry.origin = strdup(origin);
	if (!entry.text || !entry.origin)
		return nono_nomem(err);
	rc = push_entry(e, &entry, err);
	if (rc == 0)
		entry = (struct nono_entry){0};
	return rc;
}

int nono_entries_set_place(struct nono_entries *e, const char *text, const char *place, struct nono_error *err)
{
	struct nono_entry *entry = find_entry(e, text, nono_hash_text(text));

	if (!entry || entry->place)
		return 0;
	entry->place = strdup(place);
	return entry->place ? 0 : nono_nomem(err);
}

bool nono_entries_has(const struct nono_entries *e, const char *text)
{
	return find_entry(e, text, nono_hash_text(text)) != NULL;
}

void nono_entries_remove(struct nono_entries *e, const char *text)
{
	struct nono_entry *entry = find_entry(e, text, nono_hash_text(text));

	if (!entry)
		return;
	entry_done(entry);
	e->len--;
	memmove(entry, entry + 1, (size_t)(e->items + e->len - entry) * sizeof(*entry));
}

int nono_entries_join(struct nono_entries *e, struct nono_entries *more, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < more->len && rc == 0; i++) {
		struct nono_entry *entry = &more->items[i];

		if (find_entry(e, entry->text, entry->hash))
			continue;
		rc = push_entry(e, entry, err);
		if (rc == 0)
			*entry = (struct nono_entry){0};
	}
	nono_entries_done(more);
	return rc;
}

void nono_entries_done(struct nono_entries *e)
{
	for (size_t i = 0; i < e->len; i++)
		entry_done(&e->items[i]);
	free(e->items);
	*e = (struct nono_entries){0};
}

static void pair_done(struct nono_pair *pair)
{
	free(pair->name);
	free(pair->value);
	free(pair->origin);
	*pair = (struct nono_pair){0};
}

/* Put a pair itself in; it is the list's on success only. */
static int take_pair(struct nono_pairs *p, struct nono_pair *pair, struct nono_error *err)
{
	struct nono_pair *items;

	for (size_t i = 0; i < p->len; i++)
		if (strcmp(p->items[i].name, pair->name) == 0) {
			pair_done(&p->items[i]);
			p->items[i] = TAKE(*pair);
			return 0;
		}
	items = grow(p->items, p->len, &p->room, sizeof(*items));
	if (!items)
		return nono_nomem(err);
	p->items = items;
	p->items[p->len++] = TAKE(*pair);
	return 0;
}

int nono_pairs_set(struct nono_pairs *p, const char *name, const char *value, const char *origin,
		   struct nono_error *err)
{
	_cleanup_(pair_done) struct nono_pair pair = {
		.name = strdup(name), .value = strdup(value), .origin = strdup(origin)};

	if (!pair.name || !pair.value || !pair.origin)
		return nono_nomem(err);
	return take_pair(p, &pair, err);
}

int nono_pairs_join(struct nono_pairs *p, struct nono_pairs *more, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < more->len && rc == 0; i++)
		rc = take_pair(p, &more->items[i], err);
	nono_pairs_done(more);
	return rc;
}

static bool has_value(const struct nono_pairs *p, const char *value)
{
	for (size_t i = 0; i < p->len; i++)
		if (strcmp(p->items[i].value, value) == 0)
			return true;
	return false;
}

void nono_pairs_drop_values(struct nono_pairs *p, const struct nono_pairs *other)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->len; i++) {
		if (has_value(other, p->items[i].value))
			pair_done(&p->items[i]);
		else
			p->items[kept++] = p->items[i];
	}
	p->len = kept;
}

void nono_pairs_done(struct nono_pairs *p)
{
	for (size_t i = 0; i < p->len; i++)
		pair_done(&p->items[i]);
	free(p->items);
	*p = (struct nono_pairs){0};
}

int nono_ports_add(struct nono_ports *p, uint16_t lo, uint16_t hi, struct nono_error *err)
{
	struct nono_port_range *items;

	for (size_t i = 0; i < p->len; i++)
		if (p->items[i].lo == lo && p->items[i].hi == hi)
			return 0;
	items = grow(p->items, p->len, &p->room, sizeof(*items));
	if (!items)
		return nono_nomem(err);
	p->items = items;
	p->items[p->len++] = (struct nono_port_range){.lo = lo, .hi = hi};
	return 0;
}

int nono_ports_join(struct nono_ports *p, struct nono_ports *more, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < more->len && rc == 0; i++)
		rc = nono_ports_add(p, more->items[i].lo, more->items[i].hi, err);
	nono_ports_done(more);
	return rc;
}

void nono_ports_done(struct nono_ports *p)
{
	free(p->items);
	*p = (struct nono_ports){0};
}
