/* plan.c - how each denied path below a granted directory is kept apart.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/buf.h"
#include "base/util.h"
#include "policy/path.h"
#include "sandbox/linux/plan.h"
#include "sandbox/linux/probe_parts.h"

static bool is_open(const struct nono_deny *d)
{
	return d->covered && d->tier == NONO_TIER_NONE;
}

static size_t count_covered(struct nono_capset *set)
{
	size_t count = 0;

	for (size_t i = 0; i < set->deny_count; i++) {
		set->denies[i].tier = NONO_TIER_NONE;
		count += set->denies[i].covered;
	}
	return count;
}

/* Linux mounts nothing over a link, so a link that may be removed can be exchanged for another. */
static bool is_loose_link(const struct nono_capset *set, const struct nono_deny *d)
{
	_cleanup_(nono_freep) char *dir = d->alias ? nono_path_parent(d->alias) : NULL;

	return d->alias && (!dir || nono_view_is_writable(set, dir));
}

static void choose(const struct nono_capset *set, const struct nono_means *means, struct nono_deny *d)
{
	if (!d->exists && (!d->write_only || d->is_pattern))
		d->tier = NONO_TIER_ABSENT;
	else if (d->exists && means->view && !(d->write_only && is_loose_link(set, d)))
		d->tier = d->write_only ? NONO_TIER_READ_ONLY : NONO_TIER_MASK;
}

/* What is not there and only must not be read needs nobody. */
static void choose_absent(struct nono_capset *set)
{
	for (size_t i = 0; i < set->deny_count; i++) {
		struct nono_deny *d = &set->denies[i];

		if (is_open(d) && !d->exists && (!d->write_only || d->is_pattern))
			d->tier = NONO_TIER_ABSENT;
	}
}

/* Reasons that have nothing to do with the machine come first. */
static int refuse_kind(const struct nono_capset *set, const char *remedy, struct nono_error *err)
{
	for (size_t i = 0; i < set->deny_count; i++) {
		const struct nono_deny *d = &set->denies[i];
		_cleanup_(nono_freep) char *reason = NULL;

		if (!is_open(d) || (d->exists && !(d->write_only && is_loose_link(set, d))))
			continue;
		if (asprintf(&reason, "%s %s", d->written,
			     d->exists ? "is a symbolic link where the command may write, and could be exchanged"
				       : "does not exist yet, and only what is there can be kept from being written "
					 "(make it first)") < 0)
			return nono_nomem(err);
		return nono_capset_refuse_covered(set, reason, remedy, err);
	}
	return 0;
}

/* A group's grant is of what everybody can read: nothing to be warned of. */
static int note_links(struct nono_capset *set, const struct nono_deny *d, struct nono_error *err)
{
	bool quiet = set->grants[d->cover].source.kind == NONO_SOURCE_GROUP;
	int rc = 0;

	if (d->tier == NONO_TIER_MASK && is_loose_link(set, d))
		rc = nono_capset_note(
			set, NONO_NOTE_INFO, err,
			"%s is a symbolic link: what it leads to is kept from the command, the link itself "
			"could be exchanged for another",
			d->written);
	if (rc < 0)
		return rc;
	if (d->is_pattern && d->write_only && rc == 0)
		rc = nono_capset_note(set, NONO_NOTE_WARNING, err,
				      "%s: what is there is kept from being written; names that the command makes "
				      "later are not",
				      d->written);
	if (!d->other_names || rc < 0)
		return rc;
	return nono_capset_note(set, quiet ? NONO_NOTE_INFO : NONO_NOTE_WARNING, err,
				"%s has %u names (hard links), and there is too much to look through for all of them: "
				"those that were not found are not kept from the command where they are granted",
				d->written, d->nlink);
}

int nono_plan_tiers(struct nono_capset *set, const struct nono_means *means, const char *remedy, struct nono_error *err)
{
	bool empties = false;
	int rc = 0;

	for (size_t i = 0; i < set->deny_count && rc == 0; i++) {
		struct nono_deny *d = &set->denies[i];

		if (!is_open(d))
			continue;
		choose(set, means, d);
		empties |= means->lists && d->tier == NONO_TIER_MASK && d->is_dir;
		rc = note_links(set, d, err);
	}
	if (rc == 0 && empties)
		rc = nono_capset_note(set, NONO_NOTE_INFO, err,
				      "denied directories are shown empty: this kernel cannot refuse to list them to "
				      "root (Linux 6.3 can)");
	if (rc == 0)
		rc = refuse_kind(set, remedy, err);
	return rc == 0 ? nono_capset_refuse_covered(set, means->reason, remedy, err) : rc;
}

static void tell_why(const struct nono_stage_report *failed, char *ret, size_t size)
{
	char why[NONO_PROBE_TEXT_BYTES];

	if (failed->stage == NONO_STAGE_SPACES) {
		nono_probe_why_no_spaces(failed->sys_errno, why, sizeof(why));
		(void)snprintf(ret, size, "user namespaces are missing (%s)", why);
	} else {
		(void)snprintf(ret, size, "mounts in a namespace of the command's own are refused (%s)",
			       strerror(failed->sys_errno));
	}
}

bool nono_sandbox_has_view(void)
{
	struct nono_view_state state;

	nono_view_probe(&state);
	return state.works;
}

int nono_plan_with(struct nono_capset *set, const struct nono_means *means, const char *remedy, struct nono_error *err)
{
	int rc;

	if (!count_covered(set))
		return 0;
	rc = nono_plan_names(set, err);
	if (rc == 0 && !means->view) {
		choose_absent(set);
		rc = nono_plan_split(set, err);
	}
	return rc == 0 ? nono_plan_tiers(set, means, remedy, err) : rc;
}

int nono_sandbox_plan(struct nono_capset *set, enum nono_confined who, const char *remedy, struct nono_error *err)
{
	struct nono_means means = {.reason = "a process that confines itself keeps the files as they are"};
	struct nono_view_state state = {0};
	char reason[NONO_PROBE_TEXT_BYTES * 2] = "";

	if (!count_covered(set))
		return 0;
	if (who == NONO_CONFINE_CHILD) {
		nono_view_probe(&state);
		if (!state.works)
			tell_why(&state.failed, reason, sizeof(reason));
		means = (struct nono_means){
			.view = state.works, .lists = state.lists, .reason = state.works ? NULL : reason};
	}
	return nono_plan_with(set, &means, remedy, err);
}
