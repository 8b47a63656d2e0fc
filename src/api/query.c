/* query.c - questions about a set.  SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"
#include "base/util.h"
#include "policy/build.h"
#include "policy/explain.h"
#include "policy/path.h"

NonoQueryContext *nono_query_context_new(const NonoCapabilitySet *caps)
{
	NonoQueryContext *ctx;
	struct nono_error err = {0};

	if (!caps) {
		(void)nono_api_null("caps");
		return NULL;
	}
	ctx = calloc(1, sizeof(*ctx));
	if (!ctx) {
		(void)nono_api_nomem();
		return NULL;
	}
	ctx->network_mode = caps->network_mode;
	if (nono_capset_copy(&caps->set, &ctx->set, &err) < 0) {
		(void)nono_api_fail_error(&err);
		free(ctx);
		return NULL;
	}
	return ctx;
}

void nono_query_context_free(NonoQueryContext *ctx)
{
	if (!ctx)
		return;
	nono_capset_done(&ctx->set);
	free(ctx);
}

/*
 * Where the caller may not look, the nearest directory that it may look at answers: what is granted there is granted
 * below it. File permissions are another matter, and refuse on their own.
 */
static NonoErrorCode ask(const struct nono_capset *set, const char *path, enum nono_op op, struct nono_answer *ret)
{
	_cleanup_(nono_freep) char *at = strdup(path);

	while (at) {
		struct nono_error err = {0};
		int rc = nono_explain(set, &nono_fs_host, at, op, ret, &err);
		char *parent;

		if (rc == 0)
			return NONO_ERROR_CODE_OK;
		if (err.sys_errno != EACCES || strcmp(at, "/") == 0)
			return nono_api_fail_as(rc == -NONO_E_SYSTEM ? NONO_ERROR_CODE_ERR_PATH_CANONICALIZATION
								     : NONO_ERROR_CODE_ERR_UNKNOWN,
						&err);
		parent = nono_path_parent(at);
		free(at);
		at = parent;
	}
	return nono_api_nomem();
}

/* ---- the query context ---- */

static NonoErrorCode fill_result(const struct nono_answer *a, enum nono_access asked, NonoQueryResult *ret)
{
	NonoQueryResult r = {.status = a->allowed ? NONO_QUERY_STATUS_ALLOWED : NONO_QUERY_STATUS_DENIED,
			     .reason = NONO_QUERY_REASON_PATH_NOT_GRANTED};
	bool complete = true;

	if (a->allowed) {
		/* Several grants together: each gives a part of what was asked for. */
		bool joined = a->reason == NONO_REASON_GRANTED_PATH_UNION;

		r.reason = NONO_QUERY_REASON_GRANTED_PATH;
		r.granted_path = nono_api_copy(a->grant->node.real);
		r.access = nono_api_copy(nono_access_word(joined ? asked : a->grant->access));
		complete = r.granted_path && r.access;
	} else if (a->reason == NONO_REASON_INSUFFICIENT_ACCESS) {
		r.reason = NONO_QUERY_REASON_INSUFFICIENT_ACCESS;
		r.granted = nono_api_copy(nono_access_word(a->grant->access));
		r.requested = nono_api_copy(nono_access_word(asked));
		complete = r.granted && r.requested;
	}
	if (complete) {
		*ret = r;
		return NONO_ERROR_CODE_OK;
	}
	free(r.granted_path);
	free(r.access);
	free(r.granted);
	free(r.requested);
	return nono_api_nomem();
}

NonoErrorCode nono_query_context_query_path(const NonoQueryContext *ctx, const char *path, uint32_t mode,
					    NonoQueryResult *out_result)
{
	static const enum nono_op ops[] = {[NONO_ACCESS_READ] = NONO_OP_READ,
					   [NONO_ACCESS_WRITE] = NONO_OP_WRITE,
					   [NONO_ACCESS_READWRITE] = NONO_OP_READWRITE};
	_cleanup_(nono_answer_done) struct nono_answer answer = {0};
	_cleanup_(nono_freep) char *absolute = NULL;
	enum nono_access access;
	NonoErrorCode code;

	if (!ctx || !out_result)
		return nono_api_null(ctx ? "out_result" : "ctx");
	code = nono_api_absolute(path, &absolute);
	if (code != NONO_ERROR_CODE_OK)
		return code;
	if (!nono_api_access(mode, &access))
		return NONO_ERROR_CODE_ERR_INVALID_ARG;
	code = ask(&ctx->set, absolute, ops[access], &answer);
	return code == NONO_ERROR_CODE_OK ? fill_result(&answer, access, out_result) : code;
}

NonoErrorCode nono_query_context_query_network(const NonoQueryContext *ctx, NonoQueryResult *out_result)
{
	bool blocked;

	if (!ctx || !out_result)
		return nono_api_null(ctx ? "out_result" : "ctx");
	blocked = ctx->network_mode == NONO_NETWORK_MODE_BLOCKED;
	*out_result = (NonoQueryResult){
		.status = blocked ? NONO_QUERY_STATUS_DENIED : NONO_QUERY_STATUS_ALLOWED,
		.reason = blocked ? NONO_QUERY_REASON_NETWORK_BLOCKED : NONO_QUERY_REASON_NETWORK_ALLOWED,
	};
	return NONO_ERROR_CODE_OK;
}

/* ---- why ---- */

static const char *source_word(const struct nono_source *source, char *room, size_t size)
{
	/* Who added what inside the library says nothing to a caller. */
	if (source->kind == NONO_SOURCE_GROUP || source->kind == NONO_SOURCE_PROFILE)
		return nono_source_word(source, room, size);
	return nono_source_words[source->kind];
}

static NonoErrorCode fill_explanation(const struct nono_answer *a, enum nono_op op, NonoExplanation *ret)
{
	const struct nono_grant *grant = a->grant;
	const struct nono_deny *deny = a->deny;
	NonoExplanation e = {.allowed = a->allowed};
	char room[NONO_NAME_BYTES * 2];
	const struct {
		char **to;
		const char *text;
	} texts[] = {
		{&e.reason, nono_reason_word(a->reason)},
		{&e.path, a->real},
		{&e.granted_path, grant ? grant->node.real : NULL},
		{&e.access, grant ? nono_access_word(grant->access) : NULL},
		{&e.source, deny    ? source_word(&deny->source, room, sizeof(room))
			    : grant ? source_word(&grant->source, room, sizeof(room))
				    : NULL},
		{&e.rule, deny ? deny->written : NULL},
	};
	bool complete = true;

	for (size_t i = 0; i < NONO_ARRAY_SIZE(texts); i++) {
		*texts[i].to = texts[i].text ? nono_api_copy(texts[i].text) : NULL;
		complete &= *texts[i].to || !texts[i].text;
	}
	if (!a->allowed)
		e.suggested_flag = nono_answer_flag(a, op);
	if (complete && (a->allowed || e.suggested_flag)) {
		if (e.suggested_flag && !*e.suggested_flag) {
			free(e.suggested_flag);
			e.suggested_flag = NULL;
		}
		*ret = e;
		return NONO_ERROR_CODE_OK;
	}
	nono_explanation_clear(&e);
	return nono_api_nomem();
}

NonoErrorCode nono_explain_path(const NonoCapabilitySet *caps, const char *path, uint32_t operation,
				NonoExplanation *out)
{
	static const enum nono_op ops[] = {
		[NONO_OPERATION_READ] = NONO_OP_READ,
		[NONO_OPERATION_WRITE] = NONO_OP_WRITE,
		[NONO_OPERATION_READ_WRITE] = NONO_OP_READWRITE,
		[NONO_OPERATION_CREATE] = NONO_OP_CREATE,
		[NONO_OPERATION_UNLINK] = NONO_OP_UNLINK,
		[NONO_OPERATION_EXEC] = NONO_OP_EXEC,
	};
	_cleanup_(nono_answer_done) struct nono_answer answer = {0};
	_cleanup_(nono_freep) char *absolute = NULL;
	NonoErrorCode code;

	if (!caps || !out)
		return nono_api_null(caps ? "out" : "caps");
	if (operation >= NONO_ARRAY_SIZE(ops))
		return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG, "operation %u: there are 0 to %zu", operation,
				     NONO_ARRAY_SIZE(ops) - 1);
	code = nono_api_absolute(path, &absolute);
	if (code == NONO_ERROR_CODE_OK)
		code = ask(&caps->set, absolute, ops[operation], &answer);
	return code == NONO_ERROR_CODE_OK ? fill_explanation(&answer, ops[operation], out) : code;
}

void nono_explanation_clear(NonoExplanation *e)
{
	if (!e)
		return;
	free(e->reason);
	free(e->path);
	free(e->granted_path);
	free(e->access);
	free(e->source);
	free(e->rule);
	free(e->suggested_flag);
	*e = (NonoExplanation){0};
}
