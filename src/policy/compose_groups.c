/* compose_groups.c - which groups apply, and what they say.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/util.h"
#include "policy/compose_parts.h"
#include "policy/path.h"

/* Where an entry was written: its place, or the profile that it is from. */
static int fail_at(const struct nono_entry *entry, struct nono_error *err)
{
	if (entry->place)
		return nono_fail_in(err, -NONO_E_POLICY, "%s", entry->place);
	return nono_fail_in(err, -NONO_E_POLICY, "profile %s", entry->origin);
}

int nono_compose_unknown_group(const struct nono_entry *entry, struct nono_error *err)
{
	const char *near = nono_group_nearest(entry->text);

	(void)nono_fail(err, NONO_E_POLICY, 0, "there is no group '%s'%s%s%s", entry->text,
			near ? "; did you mean '" : "", near ? near : "",
			near ? "'?" : "; nono profile groups lists them");
	return fail_at(entry, err);
}

/* Is a group taken out by this list (where older names stand for several)? */
static bool listed(const struct nono_entries *entries, const char *group)
{
	const char *self[2];

	for (size_t i = 0; i < entries->len; i++) {
		const char *const *names = nono_group_expand(entries->items[i].text, self);

		for (; names && *names; names++)
			if (strcmp(*names, group) == 0)
				return true;
	}
	return false;
}

int nono_compose_check_required(const struct nono_profile *profile, struct nono_error *err)
{
	for (size_t i = 0; i < profile->groups.exclude.len; i++) {
		const struct nono_entry *e = &profile->groups.exclude.items[i];

		if (!nono_group_has_required(e->text))
			continue;
		(void)nono_fail(err, NONO_E_POLICY, 0, "%s'%s' is a required group; only trust_groups removes those",
				e->place ? "" : "groups.exclude: ", e->text);
		return fail_at(e, err);
	}
	return 0;
}

static int note_trusted(const struct nono_profile *profile, struct nono_capset *set, struct nono_error *err)
{
	for (size_t i = 0; i < profile->trust_groups.len; i++) {
		const struct nono_entry *e = &profile->trust_groups.items[i];
		const char *self[2];
		int rc;

		if (!nono_group_expand(e->text, self))
			return nono_compose_unknown_group(e, err);
		rc = nono_capset_note(set, NONO_NOTE_WARNING, err,
				      "profile %s trusts the command with what group %s protects", e->origin, e->text);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int apply_paths(const struct nono_builder *b, const char *const *paths, enum nono_access access,
		       const char *group, struct nono_error *err)
{
	struct nono_grant_request r = {.access = access, .kind = NONO_SOURCE_GROUP, .source = group};

	for (; *paths; paths++) {
		int rc;

		r.text = *paths;
		rc = nono_build_grant(b, &r, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int apply_group_denies(const struct nono_builder *b, const struct nono_group *g, struct nono_error *err)
{
	struct nono_deny_request r = {.kind = NONO_SOURCE_GROUP, .source = g->name};
	int rc = 0;

	for (const char *const *path = g->deny_access; *path && rc >= 0; path++) {
		r.text = *path;
		rc = nono_build_deny(b, &r, err);
	}
	r.write_only = true;
	for (const char *const *path = g->deny_write; *path && rc >= 0; path++) {
		r.text = *path;
		rc = nono_build_deny(b, &r, err);
	}
	for (const char *const *cmd = g->deny_commands; *cmd && rc >= 0; cmd++)
		rc = nono_capset_block_command(b->set, *cmd, NONO_SOURCE_GROUP, g->name, err);
	return rc;
}

static bool on_platform(const struct nono_group *g, enum nono_platform platform)
{
	return g->platform == NONO_PLATFORM_ANY || g->platform == platform;
}

static int apply_group(const struct nono_builder *b, const struct nono_group *g, struct nono_error *err)
{
	int rc;

	rc = apply_paths(b, g->allow_read, NONO_ACCESS_READ, g->name, err);
	if (rc == 0)
		rc = apply_paths(b, g->allow_write, NONO_ACCESS_WRITE, g->name, err);
	if (rc == 0)
		rc = apply_paths(b, g->allow_readwrite, NONO_ACCESS_READWRITE, g->name, err);
	if (rc == 0)
		rc = apply_group_denies(b, g, err);
	if (rc == 0 && g->deny_unlink && !g->deny_unlink_override_for_user_writable)
		b->set->no_unlink = true;
	return rc;
}

/* The groups that a profile adds, in its order. */
static int list_own_groups(const struct nono_profile *p, enum nono_platform platform, struct nono_strv *ret,
			   struct nono_error *err)
{
	for (size_t i = 0; i < p->groups.include.len; i++) {
		const struct nono_entry *e = &p->groups.include.items[i];
		const char *self[2];
		const char *const *names = nono_group_expand(e->text, self);

		if (!names)
			return nono_compose_unknown_group(e, err);
		for (; *names; names++) {
			const struct nono_group *g = nono_group_find(*names);
			int rc;

			if (!g || !on_platform(g, platform) || listed(&p->groups.exclude, g->name) ||
			    (g->base && !listed(&p->trust_groups, g->name)))
				continue;
			rc = nono_strv_add_new(ret, g->name, err);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

/*
 * Where the home directory lies in a temporary directory, that directory is not shared. Before flags, which may grant
 * it all the same, and before anybody asks whether the working directory is granted already: it would be by that grant.
 */
static int drop_temp_above_home(const struct nono_builder *b, struct nono_error *err)
{
	static const char *const temp_groups[] = {"system_write_linux", "linux_temp_read"};
	_cleanup_(nono_resolved_done) struct nono_resolved home = {.node = {.fd = -1}};
	struct nono_capset *set = b->set;
	int rc = nono_path_resolve(b->fs, b->vars->home, &home, err);

	if (rc < 0)
		return rc;
	for (size_t i = set->grant_count; i-- > 0;) {
		const struct nono_grant *g = &set->grants[i];
		bool temp = g->source.kind == NONO_SOURCE_GROUP &&
			    (nono_streq(g->source.name, temp_groups[0]) || nono_streq(g->source.name, temp_groups[1]));

		if (!temp || g->is_file || !nono_path_is_within(home.real, g->node.real))
			continue;
		rc = nono_capset_note(set, NONO_NOTE_WARNING, err,
				      "%s is not shared: the home directory %s lies in it (group %s)", g->node.real,
				      home.real, g->source.name);
		if (rc < 0)
			return rc;
		nono_capset_drop_grant(set, i);
	}
	return 0;
}

int nono_profile_groups(const struct nono_profile *p, enum nono_platform platform, struct nono_strv *ret,
			struct nono_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < nono_group_count; i++) {
		const struct nono_group *g = &nono_groups[i];

		if (g->base && on_platform(g, platform) &&
		    !(p && (listed(&p->groups.exclude, g->name) || listed(&p->trust_groups, g->name))))
			rc = nono_strv_add_new(ret, g->name, err);
	}
	return rc == 0 && p ? list_own_groups(p, platform, ret, err) : rc;
}

int nono_compose_groups(const struct nono_builder *b, const struct nono_compose *c, struct nono_error *err)
{
	_cleanup_(nono_strv_done) struct nono_strv names = {0};
	const struct nono_profile *p = c->profile;
	int rc = p ? nono_compose_check_required(p, err) : 0;

	if (rc == 0 && p)
		rc = note_trusted(p, b->set, err);
	if (rc == 0)
		rc = nono_profile_groups(p, c->platform, &names, err);
	for (size_t i = 0; rc == 0 && i < names.len; i++)
		rc = apply_group(b, nono_group_find(names.items[i]), err);
	return rc == 0 ? drop_temp_above_home(b, err) : rc;
}
