/* state.c - a set as a state, as text, and back.  SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"
#include "base/util.h"
#include "policy/build.h"
#include "policy/path.h"

void nono_sandbox_state_free(NonoSandboxState *state)
{
	if (!state)
		return;
	nono_capset_done(&state->set);
	nono_strv_done(&state->rules);
	free(state);
}

static NonoSandboxState *new_state(void)
{
	NonoSandboxState *state = calloc(1, sizeof(*state));

	if (!state)
		(void)nono_api_nomem();
	return state;
}

NonoSandboxState *nono_sandbox_state_from_caps(const NonoCapabilitySet *caps)
{
	struct nono_error err = {0};
	NonoSandboxState *state;
	int rc;

	if (!caps) {
		(void)nono_api_null("caps");
		return NULL;
	}
	state = new_state();
	if (!state)
		return NULL;
	state->network_mode = caps->network_mode;
	state->proxy_port = caps->proxy_port;
	rc = nono_capset_copy(&caps->set, &state->set, &err);
	if (rc == 0)
		rc = nono_strv_merge(&state->rules, &caps->rules, &err);
	if (rc == 0)
		return state;
	(void)nono_api_fail_error(&err);
	nono_sandbox_state_free(state);
	return NULL;
}

NonoSandboxState *nono_sandbox_state_from_json(const char *json)
{
	NonoSandboxState *state;

	if (!json) {
		(void)nono_api_null("json");
		return NULL;
	}
	state = new_state();
	if (state && nono_api_state_read(json, state) != NONO_ERROR_CODE_OK) {
		nono_sandbox_state_free(state);
		return NULL;
	}
	return state;
}

/* ---- back to a set ---- */

/* The spelling that was given, where it still leads to the same place. */
static const char *spelling(const struct nono_grant *g)
{
	_cleanup_(nono_resolved_done) struct nono_resolved at = {.node = {.fd = -1}};

	if (g->written[0] != '/' || nono_path_resolve(&nono_fs_host, g->written, &at, NULL) < 0)
		return g->node.real;
	return strcmp(at.real, g->node.real) == 0 ? g->written : g->node.real;
}

static NonoErrorCode open_again(const struct nono_grant *g, struct nono_capset *set)
{
	size_t before = set->grant_count;
	struct nono_error err = {0};
	NonoErrorCode code = nono_api_grant(set, spelling(g), g->access, g->is_file);
	struct nono_grant *opened;

	if (code != NONO_ERROR_CODE_OK)
		return code;
	opened = &set->grants[before];
	if (strcmp(opened->node.real, g->node.real) != 0) {
		code = nono_api_fail(NONO_ERROR_CODE_ERR_PATH_CANONICALIZATION, "%s leads to %s now", g->node.real,
				     opened->node.real);
		nono_capset_drop_grant(set, before);
		return code;
	}
	free(opened->source.name);
	opened->source.name = NULL;
	return nono_source_set(&opened->source, g->source.kind, g->source.name, &err) < 0 ? nono_api_fail_error(&err)
											  : NONO_ERROR_CODE_OK;
}

/* What groups and profiles grant is passed over where it is missing, as when they were composed. */
static NonoErrorCode open_all(const struct nono_capset *from, struct nono_capset *set)
{
	NonoErrorCode code = NONO_ERROR_CODE_OK;

	for (size_t i = 0; i < from->grant_count && code == NONO_ERROR_CODE_OK; i++) {
		code = open_again(&from->grants[i], set);
		if (code == NONO_ERROR_CODE_ERR_UNKNOWN || from->grants[i].source.kind == NONO_SOURCE_USER)
			continue;
		if (code != NONO_ERROR_CODE_OK &&
		    nono_capset_note(set, NONO_NOTE_WARNING, NULL, "%s (%s) is not there as it was, skipped",
				     from->grants[i].node.real, nono_source_words[from->grants[i].source.kind]) < 0)
			return nono_api_nomem();
		code = NONO_ERROR_CODE_OK;
	}
	return code;
}

/*
 * A rule about what was not there, or of a text that says paths only, is placed anew: a link on its way, or what has
 * been made there since, would not be met by its text.
 */
static NonoErrorCode place_deny(struct nono_deny *d)
{
	static const struct nono_vars nowhere = {.home = (char *)"/", .workdir = (char *)"/"};
	_cleanup_(nono_capset_done) struct nono_capset one = {0};
	const struct nono_builder b = {.set = &one, .vars = &nowhere, .fs = &nono_fs_host};
	const struct nono_deny_request r = {
		.text = d->written, .kind = NONO_SOURCE_USER, .source = nono_source_words[d->source.kind]};
	struct nono_error err = {0};
	struct nono_deny *placed;

	if (nono_build_deny(&b, &r, &err) < 0)
		return nono_api_fail_error(&err);
	placed = &one.denies[0];
	free(d->real);
	free(d->alias);
	d->real = TAKE(placed->real);
	d->alias = TAKE(placed->alias);
	d->exists = placed->exists;
	d->dev = placed->dev;
	d->ino = placed->ino;
	return NONO_ERROR_CODE_OK;
}

static NonoErrorCode place_denies(struct nono_capset *set)
{
	NonoErrorCode code = NONO_ERROR_CODE_OK;

	for (size_t i = 0; i < set->deny_count && code == NONO_ERROR_CODE_OK; i++)
		if (!set->denies[i].exists)
			code = place_deny(&set->denies[i]);
	return code;
}

static void swap_grants(struct nono_capset *a, struct nono_capset *b)
{
	struct nono_capset kept = *a;

	a->grants = b->grants;
	a->grant_count = b->grant_count;
	a->grant_room = b->grant_room;
	b->grants = kept.grants;
	b->grant_count = kept.grant_count;
	b->grant_room = kept.grant_room;
}

/* Everything but the grants comes with a copy, whose own grants are then exchanged for opened ones. */
static NonoErrorCode restore(const NonoSandboxState *state, NonoCapabilitySet *caps)
{
	_cleanup_(nono_capset_done) struct nono_capset opened = {0};
	struct nono_error err = {0};
	NonoErrorCode code = open_all(&state->set, &opened);
	int rc;

	if (code != NONO_ERROR_CODE_OK)
		return code;
	rc = nono_capset_copy(&state->set, &caps->set, &err);
	if (rc == 0)
		rc = nono_strv_merge(&caps->rules, &state->rules, &err);
	if (rc < 0)
		return nono_api_fail_error(&err);
	swap_grants(&caps->set, &opened);
	caps->set.notes = opened.notes;
	caps->set.note_count = opened.note_count;
	caps->set.note_room = opened.note_room;
	opened.notes = NULL;
	opened.note_count = opened.note_room = 0;
	caps->network_mode = state->network_mode;
	caps->proxy_port = state->proxy_port;
	code = place_denies(&caps->set);
	return code == NONO_ERROR_CODE_OK ? nono_api_settle(&caps->set) : code;
}

NonoCapabilitySet *nono_sandbox_state_to_caps(const NonoSandboxState *state)
{
	NonoCapabilitySet *caps;

	if (!state) {
		(void)nono_api_null("state");
		return NULL;
	}
	caps = nono_capability_set_new();
	if (caps && restore(state, caps) != NONO_ERROR_CODE_OK) {
		nono_capability_set_free(caps);
		return NULL;
	}
	return caps;
}
