/* explain.c - the one evaluator.  SPDX-License-Identifier: Apache-2.0 */
#include "policy/explain.h"

#include <sys/stat.h>

#include "base/buf.h"
#include "base/quote.h"
#include "base/util.h"
#include "policy/passage.h"
#include "policy/path.h"

static bool is_writing(enum nono_op op)
{
	return op != NONO_OP_READ && op != NONO_OP_EXEC;
}

/* What the joined grants give at one object. */
struct coverage {
	uint32_t rights;
	uint32_t need;
	const struct nono_grant *enough;  /* one grant that gives all that is needed */
	const struct nono_grant *nearest; /* the first that gives anything */
	const struct nono_grant *parts[NONO_UNION_GRANTS];
	size_t part_count;
};

static void add_part(struct coverage *c, const struct nono_grant *g)
{
	if ((g->rights & c->need & ~c->rights) && c->part_count < NONO_UNION_GRANTS)
		c->parts[c->part_count++] = g;
	c->rights |= g->rights;
}

static void join_object(const struct nono_capset *set, const struct nono_node *node, bool is_object, struct coverage *c)
{
	for (size_t i = 0; i < set->grant_count; i++) {
		const struct nono_grant *g = &set->grants[i];

		/* What has no kernel rule of its own gives nothing here: below a bind mount that matters. */
		if (g->redundant || g->node.ino != node->ino || g->node.dev != node->dev || (g->is_file && !is_object))
			continue;
		add_part(c, g);
		if (!c->nearest)
			c->nearest = g;
		/* Of several that suffice the one of the greatest authority is named. */
		if (!(c->need & ~g->rights) && (!c->enough || g->source.kind > c->enough->source.kind))
			c->enough = g;
	}
}

/* Join the rights at @real and at every directory above it, as the kernel walks. */
static int cover(const struct nono_capset *set, const struct nono_fs *fs, const char *real, struct coverage *c,
		 struct nono_error *err)
{
	_cleanup_(nono_freep) char *path = strdup(real);
	size_t len = strlen(real);
	bool is_object = true;

	if (!path)
		return nono_nomem(err);
	for (;;) {
		struct nono_node node = {.fd = -1};
		int rc = fs->stat(fs, path, false, &node, err);

		if (rc < 0)
			return rc;
		join_object(set, &node, is_object, c);
		is_object = false;
		if (len <= 1)
			return 0;
		while (len > 1 && path[len - 1] != '/')
			len--;
		if (len > 1)
			len--;
		path[len] = '\0';
	}
}

int nono_rights_at(const struct nono_capset *set, const struct nono_fs *fs, const char *real, uint32_t *ret,
		   struct nono_error *err)
{
	struct coverage c = {0};
	int rc = cover(set, fs, real, &c, err);

	if (rc == 0)
		*ret = c.rights;
	return rc;
}

/* Does a rule speak of this? What was missing at the start and nobody watches for is the command's own to make. */
static bool denies_at(const struct nono_deny *d, const struct nono_resolved *at, bool writes)
{
	bool same = at->exists && d->exists && !d->other_names && d->dev == at->node.dev && d->ino == at->node.ino;

	if ((d->write_only && !writes) || d->tier == NONO_TIER_ABSENT)
		return false;
	return same || nono_path_is_within(at->real, d->real) || (d->alias && nono_path_is_within(at->real, d->alias));
}

static const struct nono_deny *find_deny(const struct nono_capset *set, const struct nono_resolved *at, bool writes)
{
	const struct nono_deny *found = NULL;

	for (size_t i = 0; i < set->deny_count; i++) {
		const struct nono_deny *d = &set->denies[i];

		if (!denies_at(d, at, writes))
			continue;
		/* The innermost rule is the one to name; of two alike, what no flag lifts. */
		if (!found || strlen(d->real) > strlen(found->real) || d->permanent)
			found = d;
	}
	return found;
}

/* What an operation needs, and of which object: the thing itself or the directory it is in. */
struct need {
	uint32_t rights;
	bool of_parent;
};

static struct need need_of(enum nono_op op, const struct nono_resolved *at)
{
	bool dir = at->exists && S_ISDIR(at->node.mode);
	uint32_t read = dir ? NONO_RIGHT_READ_DIR : NONO_RIGHT_READ_FILE;
	uint32_t make = NONO_RIGHT_MAKE_REG | NONO_RIGHT_WRITE_FILE;

	switch (op) {
	case NONO_OP_READ:
		return (struct need){read, !at->exists};
	case NONO_OP_EXEC:
		return (struct need){NONO_RIGHT_EXECUTE | NONO_RIGHT_READ_FILE, !at->exists};
	case NONO_OP_UNLINK:
		return (struct need){dir ? NONO_RIGHT_REMOVE_DIR : NONO_RIGHT_REMOVE_FILE, true};
	case NONO_OP_CREATE:
		return (struct need){make, true};
	case NONO_OP_WRITE:
	case NONO_OP_READWRITE:
	default:
		break;
	}
	if (!at->exists || dir)
		read |= make;
	else
		read |= NONO_RIGHT_WRITE_FILE;
	if (op == NONO_OP_WRITE)
		read &= ~(NONO_RIGHT_READ_FILE | NONO_RIGHT_READ_DIR);
	return (struct need){read, !at->exists};
}

/* A name is removed itself, not what it leads to. */
static int resolve_name(const struct nono_fs *fs, const char *path, struct nono_resolved *ret, struct nono_error *err)
{
	_cleanup_(nono_freep) char *trimmed = nono_path_trim(path);
	_cleanup_(nono_freep) char *parent = trimmed ? nono_path_parent(trimmed) : NULL;
	_cleanup_(nono_resolved_done) struct nono_resolved dir = {.node = {.fd = -1}};
	struct nono_resolved at = {.node = {.fd = -1}};
	int rc;

	if (!parent)
		return nono_nomem(err);
	rc = nono_path_resolve(fs, parent, &dir, err);
	if (rc < 0)
		return rc;
	at.real = nono_path_join(dir.real, nono_path_base(trimmed));
	if (!at.real)
		return nono_nomem(err);
	rc = dir.exists ? nono_path_look(fs, at.real, false, &at.node, err) : -NONO_E_NOTFOUND;
	if (rc < 0 && rc != -NONO_E_NOTFOUND) {
		free(at.real);
		return rc;
	}
	at.exists = rc == 0;
	if (!at.exists) {
		at.node = dir.node;
		dir.node = (struct nono_node){.fd = -1};
	}
	*ret = at;
	return 0;
}

/* Would granting this directory take in paths that other rules deny? Such a run does not start. */
static bool holds_denied(const struct nono_capset *set, const char *dir, const struct nono_deny *lifted, bool writes)
{
	for (size_t i = 0; i < set->deny_count; i++) {
		const struct nono_deny *d = &set->denies[i];

		if ((d->write_only && !writes) || (lifted && nono_path_is_within(d->real, lifted->real)))
			continue;
		if (nono_path_is_below(d->real, dir) || (d->alias && nono_path_is_below(d->alias, dir)))
			return true;
	}
	return false;
}

/* A rule is bound to the object: a file that replaced the granted one has the name and not the grant. */
static const struct nono_grant *find_stale(const struct nono_capset *set, const struct nono_resolved *at, uint32_t need)
{
	for (size_t i = 0; at->exists && i < set->grant_count; i++) {
		const struct nono_grant *g = &set->grants[i];

		if (g->is_file && !(need & ~g->rights) && strcmp(g->node.real, at->real) == 0 &&
		    (g->node.ino != at->node.ino || g->node.dev != at->node.dev))
			return g;
	}
	return NULL;
}

static enum nono_reason denied_reason(const struct nono_answer *a)
{
	if (a->deny)
		return a->deny->source.kind >= NONO_SOURCE_PROFILE ? NONO_REASON_FILESYSTEM_DENY
								   : NONO_REASON_SENSITIVE_PATH;
	return a->grant ? NONO_REASON_INSUFFICIENT_ACCESS : NONO_REASON_PATH_NOT_GRANTED;
}

/* Was something granted below a denied directory that the path is in? Then the rule does not speak of it. */
static bool is_granted_inside(const struct nono_capset *set, const struct nono_deny *d, const struct nono_resolved *at,
			      bool writes)
{
	for (size_t i = 0; i < set->grant_count; i++) {
		const struct nono_grant *g = &set->grants[i];

		if ((!writes || (g->access & NONO_ACCESS_WRITE)) && nono_path_is_below(g->node.real, d->real) &&
		    nono_path_is_within(at->real, g->node.real))
			return true;
	}
	return false;
}

static void judge(const struct nono_capset *set, const struct nono_resolved *at, const struct coverage *c, bool writes,
		  struct nono_answer *a)
{
	const struct nono_deny *deny = find_deny(set, at, writes);

	a->missing = c->need & ~c->rights;
	/* A rule below a granted directory is held by something else than the lack of a grant. */
	a->allowed = !a->missing && !(deny && deny->covered && deny->tier != NONO_TIER_SPLIT &&
				      !is_granted_inside(set, deny, at, writes));
	a->grant = c->enough ? c->enough : c->nearest;
	a->deny = a->allowed ? NULL : deny;
	a->reason = a->allowed ? (c->enough ? NONO_REASON_GRANTED_PATH : NONO_REASON_GRANTED_PATH_UNION)
			       : denied_reason(a);
	memcpy(a->parts, c->parts, sizeof(a->parts));
	a->part_count = a->reason == NONO_REASON_GRANTED_PATH_UNION ? c->part_count : 0;
	a->exists = at->exists;
	a->is_dir = at->exists && S_ISDIR(at->node.mode);
}

/* What is allowed where it is may lie behind a mask on the way that was asked about. */
static int judge_way(const struct nono_capset *set, const struct nono_fs *fs, const char *path,
		     const struct nono_resolved *at, bool writes, struct nono_answer *a, struct nono_error *err)
{
	const struct nono_deny *deny;
	int rc = nono_passage(set, fs, path, &deny, err);

	if (rc < 0 || !deny || is_granted_inside(set, deny, at, writes))
		return rc;
	a->allowed = false;
	a->deny = deny;
	a->part_count = 0;
	a->reason = denied_reason(a);
	return 0;
}

static void judge_stale(const struct nono_capset *set, const struct nono_resolved *at, uint32_t need,
			struct nono_answer *a)
{
	const struct nono_grant *stale = find_stale(set, at, need);

	if (!stale)
		return;
	a->reason = NONO_REASON_STALE_FILE_GRANT;
	a->grant = stale;
}

/* Inside, what is denied is covered, and nobody can look at what is below: then its name decides. */
static int judge_name(const struct nono_capset *set, const char *path, bool writes, struct nono_answer *ret,
		      struct nono_error *err)
{
	struct nono_answer a = {.reason = NONO_REASON_PATH_NOT_GRANTED};

	for (size_t i = 0; i < set->deny_count && !a.deny; i++) {
		const struct nono_deny *d = &set->denies[i];

		if (d->covered && d->tier != NONO_TIER_ABSENT && (writes || !d->write_only) &&
		    (nono_path_is_within(path, d->real) || nono_path_is_within(path, d->written)))
			a.deny = d;
	}
	if (!a.deny)
		return -NONO_E_SYSTEM;
	a.reason = denied_reason(&a);
	a.real = strdup(path);
	if (!a.real)
		return nono_nomem(err);
	*ret = a;
	return 0;
}

/* The object whose rights count: the thing itself, its directory, or the nearest directory there is. */
static char *object_of(const struct nono_resolved *at, const struct need *need)
{
	if (!at->exists)
		return strdup(at->node.real);
	return need->of_parent ? nono_path_parent(at->real) : strdup(at->real);
}

static int judge_resolved(const struct nono_capset *set, const struct nono_fs *fs, const char *path, enum nono_op op,
			  struct nono_resolved *at, struct nono_answer *ret, struct nono_error *err)
{
	const struct need need = need_of(op, at);
	_cleanup_(nono_freep) char *object = object_of(at, &need), *way = NULL;
	_cleanup_(nono_answer_done) struct nono_answer a = {0};
	struct coverage c = {.need = need.rights};
	bool writes = is_writing(op);
	int rc;

	if (!object)
		return nono_nomem(err);
	rc = cover(set, fs, object, &c, err);
	if (rc < 0)
		return rc;
	judge(set, at, &c, writes, &a);
	/* A name is removed itself: only the way to it counts. */
	way = op == NONO_OP_UNLINK ? nono_path_parent(path) : strdup(path);
	if (!way)
		return nono_nomem(err);
	rc = a.allowed ? judge_way(set, fs, way, at, writes, &a, err) : 0;
	if (rc < 0)
		return rc;
	if (!a.allowed && !a.deny && !need.of_parent)
		judge_stale(set, at, need.rights, &a);
	a.too_wide = !a.allowed && (need.of_parent || a.is_dir) && holds_denied(set, object, a.deny, writes);
	a.dir = need.of_parent ? TAKE(object) : NULL;
	a.real = TAKE(at->real);
	*ret = TAKE(a);
	return 0;
}

int nono_explain(const struct nono_capset *set, const struct nono_fs *fs, const char *path, enum nono_op op,
		 struct nono_answer *ret, struct nono_error *err)
{
	_cleanup_(nono_resolved_done) struct nono_resolved at = {.node = {.fd = -1}};
	struct nono_error why = {0};
	int rc = op == NONO_OP_UNLINK ? resolve_name(fs, path, &at, &why) : nono_path_resolve(fs, path, &at, &why);

	if (rc == 0)
		return judge_resolved(set, fs, path, op, &at, ret, err);
	if (rc == -NONO_E_SYSTEM && why.sys_errno == EACCES && judge_name(set, path, is_writing(op), ret, NULL) == 0)
		return 0;
	if (err)
		*err = why;
	return rc;
}

const char *nono_reason_word(enum nono_reason reason)
{
	static const char *const words[] = {
		[NONO_REASON_GRANTED_PATH] = "granted_path",
		[NONO_REASON_GRANTED_PATH_UNION] = "granted_path_union",
		[NONO_REASON_SENSITIVE_PATH] = "sensitive_path",
		[NONO_REASON_FILESYSTEM_DENY] = "filesystem_deny",
		[NONO_REASON_INSUFFICIENT_ACCESS] = "insufficient_access",
		[NONO_REASON_PATH_NOT_GRANTED] = "path_not_granted",
		[NONO_REASON_STALE_FILE_GRANT] = "stale_file_grant",
	};

	return words[reason];
}

const char *nono_access_word(enum nono_access access)
{
	static const char *const words[] = {"none", "read", "write", "read+write"};

	return words[access & NONO_ACCESS_READWRITE];
}

/* What a missing file needs is its directory. Who is refused to write a file most often means to read it too. */
static enum nono_access access_needed(const struct nono_answer *a, enum nono_op op)
{
	if (op == NONO_OP_READ || op == NONO_OP_EXEC)
		return NONO_ACCESS_READ;
	return op == NONO_OP_READWRITE || (a->exists && op == NONO_OP_WRITE && !a->exact) ? NONO_ACCESS_READWRITE
											  : NONO_ACCESS_WRITE;
}

bool nono_answer_make_first(const struct nono_answer *a)
{
	return a->too_wide && !a->exists && !(a->deny && a->deny->permanent);
}

int nono_answer_remedy(const struct nono_answer *a, enum nono_op op, struct nono_remedy *ret, struct nono_error *err)
{
	bool make_first = nono_answer_make_first(a);
	const char *path = a->dir && !make_first ? a->dir : a->real;
	struct nono_remedy r = {
		.lift = a->deny, .access = access_needed(a, op), .is_file = !a->is_dir && path != a->dir};

	if (!(a->deny && a->deny->permanent) && (!a->too_wide || make_first)) {
		r.path = strdup(path);
		if (!r.path)
			return nono_nomem(err);
	}
	*ret = r;
	return 0;
}

void nono_remedy_done(struct nono_remedy *r)
{
	if (!r)
		return;
	free(r->path);
	*r = (struct nono_remedy){0};
}

char *nono_answer_flag(const struct nono_answer *a, enum nono_op op)
{
	static const char *const verbs[] = {"", "read", "write", "allow"};
	_cleanup_(nono_remedy_done) struct nono_remedy r = {0};
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	if (nono_answer_remedy(a, op, &r, NULL) < 0)
		return NULL;
	if (!r.path)
		return strdup("");
	if (r.lift) {
		/* Lifted for no more than is granted with it. */
		nono_buf_puts(&out, "--override-deny ");
		nono_quote_shell(&out, nono_path_is_within(r.path, r.lift->real) ? r.path : r.lift->written);
		nono_buf_puts(&out, " ");
	}
	nono_buf_printf(&out, "--%s%s ", verbs[r.access], r.is_file ? "-file" : "");
	nono_quote_shell(&out, r.path);
	return nono_buf_take(&out);
}

void nono_answer_done(struct nono_answer *a)
{
	if (!a)
		return;
	free(a->real);
	free(a->dir);
	*a = (struct nono_answer){0};
}
