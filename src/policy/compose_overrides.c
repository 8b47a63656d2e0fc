/* compose_overrides.c - deny rules that are lifted on purpose.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/stat.h>

#include "base/util.h"
#include "policy/compose_parts.h"
#include "policy/path.h"

/*
 * Is there a grant at, above or below @real that a person or profile made (a group's does not count)? One below is what
 * is suggested for a file in a denied directory: only that file is granted then.
 */
static bool has_own_grant(const struct nono_capset *set, const char *real)
{
	for (size_t i = 0; i < set->grant_count; i++) {
		const struct nono_grant *g = &set->grants[i];

		if (g->source.kind < NONO_SOURCE_PROFILE)
			continue;
		if (nono_path_is_within(g->node.real, real) || (!g->is_file && nono_path_is_below(real, g->node.real)))
			return true;
	}
	return false;
}

/* What a person denies in this very command, only a path of theirs further down gets out of. */
static bool stays(const struct nono_deny *d)
{
	return d->permanent || d->source.kind == NONO_SOURCE_USER;
}

static int lift_denies(const struct nono_builder *b, const char *real, const char *path, size_t *ret_lifted,
		       struct nono_error *err)
{
	struct nono_capset *set = b->set;

	*ret_lifted = 0;
	for (size_t i = 0; i < set->deny_count;) {
		const struct nono_deny *d = &set->denies[i];
		int rc;

		if (stays(d) || !(nono_path_is_within(d->real, real) || nono_path_is_within(d->written, path))) {
			i++;
			continue;
		}
		rc = nono_capset_lift(set, i, err);
		if (rc < 0)
			return rc;
		++*ret_lifted;
	}
	return 0;
}

static bool is_above(const struct nono_deny *d, const char *real)
{
	return nono_path_is_below(real, d->real) || (d->alias && nono_path_is_below(real, d->alias));
}

/* A profile does not open what a flag closes, not even in part. */
static bool is_closed_by_flag(const struct nono_capset *set, const char *real)
{
	for (size_t i = 0; i < set->deny_count; i++)
		if (set->denies[i].source.kind == NONO_SOURCE_USER && is_above(&set->denies[i], real))
			return true;
	return false;
}

/* A rule for a directory above stays for all else in it. */
static int exempt(struct nono_capset *set, enum nono_source_kind by, const char *real, size_t *lifted,
		  struct nono_error *err)
{
	if (by != NONO_SOURCE_USER && is_closed_by_flag(set, real))
		return 0;
	for (size_t i = 0; i < set->deny_count; i++) {
		const struct nono_deny *d = &set->denies[i];

		if (d->permanent || !is_above(d, real))
			continue;
		++*lifted;
		return nono_strv_add(&set->exempt, real, err);
	}
	return 0;
}

static int check_both_ways(const struct nono_capset *set, const char *real, const char *path, struct nono_error *err)
{
	for (size_t i = 0; i < set->deny_count; i++) {
		const struct nono_deny *d = &set->denies[i];

		if (d->source.kind == NONO_SOURCE_USER && (strcmp(d->real, real) == 0 || strcmp(d->written, path) == 0))
			return nono_fail(err, NONO_E_USAGE, 0,
					 "%s is given with %s and with --override-deny: which one holds?", path,
					 d->source.name);
	}
	return 0;
}

static int apply_override(const struct nono_builder *b, enum nono_source_kind kind, const char *text,
			  const char *source, struct nono_error *err)
{
	_cleanup_(nono_freep) char *path = NULL;
	_cleanup_(nono_resolved_done) struct nono_resolved at = {.node = {.fd = -1}};
	size_t lifted;
	int rc = nono_build_path(b, kind, text, &path, err);

	if (rc == 0)
		rc = nono_path_resolve(b->fs, path, &at, err);
	if (rc == 0 && kind == NONO_SOURCE_USER)
		rc = check_both_ways(b->set, at.real, path, err);
	if (rc < 0)
		return rc;
	if (!has_own_grant(b->set, at.real)) {
		if (!at.exists)
			return nono_capset_note(b->set, NONO_NOTE_WARNING, err, "%s %s: does not exist, skipped",
						source, path);
		return nono_fail(
			err, NONO_E_POLICY, 0,
			"%s %s lifts a protection but grants nothing: also grant the path, for instance with %s '%s'",
			source, path, S_ISDIR(at.node.mode) ? "--read" : "--read-file", path);
	}
	rc = lift_denies(b, at.real, path, &lifted, err);
	if (rc == 0)
		rc = exempt(b->set, kind, at.real, &lifted, err);
	if (rc < 0 || !lifted)
		return rc;
	return nono_capset_note(b->set, NONO_NOTE_WARNING, err, "%s lifts the protection of %s", source, path);
}

int nono_compose_overrides(const struct nono_builder *b, const struct nono_compose *c, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; c->profile && i < c->profile->filesystem.bypass_protection.len && rc == 0; i++) {
		const struct nono_entry *e = &c->profile->filesystem.bypass_protection.items[i];
		_cleanup_(nono_freep) char *source = NULL;

		if (asprintf(&source, "profile %s", e->origin) < 0)
			return nono_nomem(err);
		rc = apply_override(b, NONO_SOURCE_PROFILE, e->text, source, err);
	}
	for (size_t i = 0; c->flags && i < c->flags->bypass.len && rc == 0; i++)
		rc = apply_override(b, NONO_SOURCE_USER, c->flags->bypass.items[i], "--override-deny", err);
	return rc;
}

/* Does another rule than a group's about writing cover it? Then that one decides, and no exception may weaken it. */
static bool is_denied_otherwise(const struct nono_capset *set, const char *real)
{
	for (size_t i = 0; i < set->deny_count; i++) {
		const struct nono_deny *d = &set->denies[i];

		if (!nono_deny_yields(d) && (nono_path_is_within(real, d->real) || is_above(d, real)))
			return true;
	}
	return false;
}

bool nono_deny_yields(const struct nono_deny *deny)
{
	return deny->write_only && deny->source.kind == NONO_SOURCE_GROUP;
}

int nono_compose_yield(struct nono_capset *set, struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < set->grant_count && rc == 0; i++) {
		const struct nono_grant *g = &set->grants[i];
		bool below = false;

		if (!(g->access & NONO_ACCESS_WRITE))
			continue;
		for (size_t j = set->deny_count; j-- > 0 && rc == 0;) {
			const struct nono_deny *d = &set->denies[j];

			if (!nono_deny_yields(d))
				continue;
			if (strcmp(g->node.real, d->real) == 0)
				rc = nono_capset_lift(set, j, err);
			else
				below |= is_above(d, g->node.real);
		}
		if (rc == 0 && below && !is_denied_otherwise(set, g->node.real))
			rc = nono_strv_add_new(&set->exempt, g->node.real, err);
	}
	return rc;
}
