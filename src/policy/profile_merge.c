/* profile_merge.c - a profile over its base, field by field along the key table.  SPDX-License-Identifier: Apache-2.0
 */
#include "base/util.h"
#include "policy/profile_keys.h"
#include "policy/profile_lists.h"

/* What each kind of field needs to be freed. */
static void done_string(void *field)
{
	char **text = field;

	free(*text);
	*text = NULL;
}

static void done_list(void *field)
{
	nono_entries_done(field);
}

static void done_ports(void *field)
{
	nono_ports_done(field);
}

static void done_pairs(void *field)
{
	nono_pairs_done(field);
}

static void done_hooks(void *field)
{
	nono_hooks_done(field);
}

static void done_session_hook(void *field)
{
	nono_session_hook_done(field);
}

static void done_body(void *field)
{
	struct nono_profile **body = field;

	nono_profile_free(*body);
	*body = NULL;
}

static void (*const done[NONO_KINDS])(void *field) = {
	[NONO_KIND_STRING] = done_string, [NONO_KIND_LIST] = done_list,
	[NONO_KIND_PORTS] = done_ports,	  [NONO_KIND_RANGES] = done_ports,
	[NONO_KIND_PAIRS] = done_pairs,	  [NONO_KIND_BODY] = done_body,
	[NONO_KIND_MAP] = done_hooks,	  [NONO_KIND_SECTION] = done_session_hook,
};

void nono_profile_done(struct nono_profile *p)
{
	int saved_errno = errno;

	if (!p)
		return;
	for (size_t i = 0; i < nono_key_count; i++) {
		const struct nono_key *k = &nono_keys[i];

		if (k->offset != NONO_KEY_NOT_KEPT && done[k->kind])
			done[k->kind]((char *)p + k->offset);
	}
	nono_others_done(&p->others);
	nono_entries_done(&p->unbuilt_protecting);
	nono_entries_done(&p->unbuilt_convenience);
	nono_entries_done(&p->cleared);
	nono_strv_done(&p->files);
	memset(p, 0, sizeof(*p));
	errno = saved_errno;
}

void nono_profile_free(struct nono_profile *p)
{
	nono_profile_done(p);
	free(p);
}

/* Every kind that the three rules below are given is a string or as wide as an int; this tells whether it is set. */
static bool is_set(const struct nono_key *k, const void *field)
{
	return k->kind == NONO_KIND_STRING ? *(char *const *)field != NULL : *(const int *)field != 0;
}

static void move_scalar(const struct nono_key *k, void *base, void *child)
{
	if (k->kind == NONO_KIND_STRING) {
		free(*(char **)base);
		*(char **)base = TAKE(*(char **)child);
	} else {
		*(int *)base = TAKE(*(int *)child);
	}
}

static int join_always(const struct nono_key *k, void *base, void *child, struct nono_error *err)
{
	if (k->kind == NONO_KIND_LIST) {
		nono_entries_done(base);
		return nono_entries_join(base, child, err);
	}
	move_scalar(k, base, child);
	return 0;
}

static int join_append(const struct nono_key *k, void *base, void *child, struct nono_error *err)
{
	return k->kind == NONO_KIND_LIST ? nono_entries_join(base, child, err) : nono_ports_join(base, child, err);
}

static int join_child(const struct nono_key *k, void *base, void *child, struct nono_error *err)
{
	(void)err;
	if (is_set(k, child))
		move_scalar(k, base, child);
	return 0;
}

static int join_or(const struct nono_key *k, void *base, void *child, struct nono_error *err)
{
	enum nono_tri *a = base;
	const enum nono_tri *b = child;

	(void)k;
	(void)err;
	if (*b > *a) /* unset, false, true */
		*a = *b;
	return 0;
}

static int join_workdir(const struct nono_key *k, void *base, void *child, struct nono_error *err)
{
	int *level = base, wanted = *(int *)child;

	(void)k;
	(void)err;
	if (wanted != NONO_WORKDIR_UNSET && (wanted != NONO_WORKDIR_NONE || *level == NONO_WORKDIR_UNSET))
		*level = wanted;
	return 0;
}

static int join_pairs(const struct nono_key *k, void *base, void *child, struct nono_error *err)
{
	(void)k;
	return nono_pairs_join(base, child, err);
}

static int join_credentials(const struct nono_key *k, void *base, void *child, struct nono_error *err)
{
	(void)k;
	nono_pairs_drop_values(base, child);
	return nono_pairs_join(base, child, err);
}

static int join_body(const struct nono_key *k, void *base, void *child, struct nono_error *err)
{
	struct nono_profile **a = base, **b = child;
	int rc = 0;

	(void)k;
	if (*a && *b)
		rc = nono_profile_merge(*a, *b, err);
	else if (*b)
		*a = TAKE(*b);
	done_body(b);
	return rc;
}

static int join_hooks(const struct nono_key *k, void *base, void *child, struct nono_error *err)
{
	(void)k;
	return nono_hooks_join(base, child, err);
}

static int join_hook(const struct nono_key *k, void *base, void *child, struct nono_error *err)
{
	struct nono_session_hook *a = base, *b = child;

	(void)k;
	(void)err;
	if (b->script) {
		nono_session_hook_done(a);
		*a = TAKE(*b);
	}
	return 0;
}

static int (*const join[NONO_MERGES])(const struct nono_key *k, void *base, void *child, struct nono_error *err) = {
	[NONO_MERGE_ALWAYS] = join_always,
	[NONO_MERGE_APPEND] = join_append,
	[NONO_MERGE_CHILD] = join_child,
	[NONO_MERGE_OR] = join_or,
	[NONO_MERGE_WORKDIR] = join_workdir,
	[NONO_MERGE_PAIRS] = join_pairs,
	[NONO_MERGE_CREDENTIALS] = join_credentials,
	[NONO_MERGE_BODY] = join_body,
	[NONO_MERGE_HOOKS] = join_hooks,
	[NONO_MERGE_HOOK] = join_hook,
};

/* A key that the child sets again is no longer cleared; one that it clears is no longer set. */
static int join_marks(struct nono_profile *base, struct nono_profile *child, struct nono_error *err)
{
	struct nono_entries *lists[][2] = {{&base->unbuilt_protecting, &child->unbuilt_protecting},
					   {&base->unbuilt_convenience, &child->unbuilt_convenience}};
	int rc = 0;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(lists); i++) {
		for (size_t j = 0; j < child->cleared.len; j++)
			nono_entries_remove(lists[i][0], child->cleared.items[j].text);
		for (size_t j = 0; j < lists[i][1]->len; j++)
			nono_entries_remove(&base->cleared, lists[i][1]->items[j].text);
	}
	for (size_t i = 0; i < NONO_ARRAY_SIZE(lists) && rc == 0; i++)
		rc = nono_entries_join(lists[i][0], lists[i][1], err);
	return rc == 0 ? nono_entries_join(&base->cleared, &child->cleared, err) : rc;
}

/* @own: also what is the child's alone, such as its name. */
static int merge(struct nono_profile *base, struct nono_profile *child, bool own, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < nono_key_count && rc == 0; i++) {
		const struct nono_key *k = &nono_keys[i];

		if (k->offset == NONO_KEY_NOT_KEPT || (k->merge == NONO_MERGE_ALWAYS && !own))
			continue;
		rc = join[k->merge](k, (char *)base + k->offset, (char *)child + k->offset, err);
		if (k->written)
			*(bool *)((char *)base + k->written) |= *(const bool *)((const char *)child + k->written);
	}
	if (rc == 0)
		rc = nono_others_join(&base->others, &child->others, err);
	if (rc == 0)
		rc = join_marks(base, child, err);
	if (rc == 0)
		nono_profile_done(child);
	return rc;
}

int nono_profile_merge(struct nono_profile *base, struct nono_profile *child, struct nono_error *err)
{
	return merge(base, child, true, err);
}

int nono_profile_apply_platform(struct nono_profile *p, struct nono_error *err)
{
	struct nono_profile *body = TAKE(p->platform);
	int rc = body ? merge(p, body, false, err) : 0;

	nono_profile_free(body);
	return rc;
}
