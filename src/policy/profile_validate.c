/* profile_validate.c - all that is wrong with a profile, not only the first of it.  SPDX-License-Identifier: Apache-2.0
 */
#include "base/util.h"
#include "policy/compose_parts.h"
#include "policy/profile_read.h"

static int note(struct nono_strv *list, const struct nono_error *found, struct nono_error *err)
{
	return nono_strv_add_new(list, found->text, err);
}

static bool is_exclude(const struct nono_key *key)
{
	return strcmp(key->path, "groups.exclude") == 0;
}

bool nono_group_is_doubtful(const struct nono_key *key, const char *name)
{
	const char *self[2];

	return !nono_group_expand(name, self) || (is_exclude(key) && nono_group_has_required(name));
}

int nono_read_group(struct nono_reading *r, const struct nono_key *key, const struct nono_json_at *at, const char *name)
{
	bool excludes = is_exclude(key);
	struct nono_error found = {0};
	const char *near = nono_group_nearest(name);
	const char *self[2];

	if (excludes && nono_group_has_required(name))
		(void)nono_json_fail(r->doc, at, NONO_JSON_AT_VALUE, &found, NONO_E_POLICY,
				     "'%s' is a required group; only trust_groups removes those", name);
	else if (!nono_group_expand(name, self))
		(void)nono_json_fail(r->doc, at, NONO_JSON_AT_VALUE, &found, NONO_E_POLICY,
				     "there is no group '%s'%s%s%s%s", name, excludes ? ", so nothing is left out" : "",
				     near ? "; did you mean '" : "", near ? near : "",
				     near	? "'?"
				     : excludes ? ""
						: "; nono profile groups lists them");
	else
		return 0;
	return note(excludes && !nono_group_has_required(name) ? &r->findings->warnings : &r->findings->errors, &found,
		    r->err);
}

int nono_read_path(struct nono_reading *r, const struct nono_json_at *at, const char *text)
{
	size_t len = strlen(text);
	bool other_home = text[0] == '~' && len > 1 && text[1] != '/';
	bool inside = strstr(text, "/~/") || (len > 1 && strcmp(text + len - 2, "/~") == 0);
	struct nono_error found = {0};

	if (!other_home && !inside)
		return 0;
	(void)nono_json_fail(r->doc, at, NONO_JSON_AT_VALUE, &found, NONO_E_POLICY,
			     "in '%s' ~ is part of a name; the home directory is ~ at the beginning, before a /", text);
	return note(&r->findings->warnings, &found, r->err);
}

static int check_names(const struct nono_entries *list, struct nono_error *err)
{
	const char *self[2];

	for (size_t i = 0; i < list->len; i++)
		if (!nono_group_expand(list->items[i].text, self))
			return nono_compose_unknown_group(&list->items[i], err);
	return 0;
}

/* What only shows once all bases are joined. */
static int check_composed(const struct nono_profile_lookup *lookup, const char *which, struct nono_findings *f,
			  struct nono_error *err)
{
	_cleanup_(nono_profile_done) struct nono_profile p = {0};
	struct nono_error found = {0};
	int rc = nono_profile_load(lookup, which, NULL, &p, &found);

	if (rc == 0)
		rc = check_names(&p.groups.include, &found);
	if (rc == 0)
		rc = check_names(&p.trust_groups, &found);
	if (rc == 0)
		rc = nono_compose_check_required(&p, &found);
	return rc == 0 ? 0 : note(&f->errors, &found, err);
}

int nono_profile_validate(const struct nono_profile_lookup *lookup, const char *which, struct nono_findings *ret,
			  struct nono_error *err)
{
	_cleanup_(nono_profile_text_done) struct nono_profile_text text = {0};
	_cleanup_(nono_profile_done) struct nono_profile p = {0};
	struct nono_error found = {0};
	int rc = nono_profile_find(lookup, which, &text, &found);

	if (rc == 0) {
		const struct nono_profile_origin origin = {text.file, text.name, text.builtin};

		rc = nono_profile_parse_all(text.text, text.len, lookup->os_release, &origin, ret, &p, &found);
	}
	if (rc == -NONO_E_NOMEM)
		return nono_nomem(err);
	if (rc < 0)
		return note(&ret->errors, &found, err);
	return ret->errors.len ? 0 : check_composed(lookup, which, ret, err);
}

void nono_findings_done(struct nono_findings *f)
{
	nono_strv_done(&f->errors);
	nono_strv_done(&f->warnings);
	nono_strv_done(&f->moved);
}
