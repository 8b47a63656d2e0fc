/* sandbox.c - confining the calling process.  SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/sandbox.h"

#include <sys/stat.h>
#include <sys/utsname.h>

#include "api/api.h"
#include "base/buf.h"
#include "base/util.h"

static void sandbox_freep(struct nono_sandbox **sandbox)
{
	nono_sandbox_free(*sandbox);
}

/* The program may have closed what it did not know, and opened something else under the same number. */
static NonoErrorCode check_descriptors(const struct nono_capset *set)
{
	for (size_t i = 0; i < set->grant_count; i++) {
		const struct nono_node *node = &set->grants[i].node;
		struct stat st;

		if (fstat(node->fd, &st) < 0 || st.st_dev != node->dev || st.st_ino != node->ino)
			return nono_api_fail(NONO_ERROR_CODE_ERR_IO,
					     "the descriptor of %s was closed by the program: keep the descriptors of "
					     "a capability set open until it has been applied",
					     set->grants[i].written);
	}
	return NONO_ERROR_CODE_OK;
}

NonoErrorCode nono_api_check_ready(const NonoCapabilitySet *caps)
{
	if (!caps)
		return nono_api_null("caps");
	if (!caps->set.grant_count && caps->network_mode == NONO_NETWORK_MODE_ALLOW_ALL)
		return nono_api_fail(NONO_ERROR_CODE_ERR_NO_CAPABILITIES,
				     "the capability set is empty: grant what is needed, or block the network, first");
	if (caps->network_mode == NONO_NETWORK_MODE_PROXY_ONLY && !caps->proxy_port)
		return nono_api_fail(NONO_ERROR_CODE_ERR_INVALID_ARG,
				     "only a proxy's port shall be reachable and none was set: call "
				     "nono_capability_set_set_proxy_port");
	return check_descriptors(&caps->set);
}

NonoErrorCode nono_api_fail_stage(const struct nono_stage_report *report, const char *consequence)
{
	struct nono_error err = {0};

	if (report->stage == NONO_STAGE_LANDLOCK && report->sys_errno == E2BIG)
		(void)nono_fail(&err, NONO_E_UNSUPPORTED, 0,
				"this is the 17th sandbox inside one another and Linux holds 16; %s", consequence);
	else
		(void)nono_fail(&err, NONO_E_SYSTEM, report->sys_errno, "cannot %s, so %s",
				nono_stage_text(report->stage), consequence);
	return nono_api_fail_as(NONO_ERROR_CODE_ERR_SANDBOX_INIT, &err);
}

/* A scope keeps threads with domains of their own from each other's children, so it has to be asked for. */
static int choose_scope(struct nono_capset *set, struct nono_error *err)
{
	bool threads = false;
	int rc = nono_sandbox_has_threads(&threads, err);

	if (rc == 0 && threads && set->signal_mode == NONO_SIGNAL_UNSET)
		set->signal_mode = NONO_SIGNAL_ALL;
	return rc;
}

static void drop_notes(struct nono_capset *set)
{
	struct nono_capset only_notes = {
		.notes = set->notes, .note_count = set->note_count, .note_room = set->note_room};

	nono_capset_done(&only_notes);
}

NonoErrorCode nono_sandbox_apply(const NonoCapabilitySet *caps)
{
	_cleanup_(sandbox_freep) struct nono_sandbox *sandbox = NULL;
	struct nono_stage_report report = {0};
	struct nono_error err = {0};
	struct nono_capset view;
	NonoErrorCode code = nono_api_check_ready(caps);
	int rc;

	if (code != NONO_ERROR_CODE_OK)
		return code;
	/* The same grants with notes of its own: the caller's set is only read. */
	view = caps->set;
	view.notes = NULL;
	view.note_count = view.note_room = 0;
	rc = choose_scope(&view, &err);
	if (rc == 0)
		rc = nono_sandbox_prepare(&view, &sandbox, &err);
	drop_notes(&view);
	if (rc == 0)
		rc = nono_sandbox_apply_process(sandbox, &report, &err);
	if (rc < 0)
		return nono_api_fail_error(&err);
	if (rc > 0)
		return nono_api_fail_stage(&report, "the process is not confined as asked for and must not go on so");
	return NONO_ERROR_CODE_OK;
}

bool nono_sandbox_is_supported(void)
{
	return nono_sandbox_abi() > 0;
}

/* What an older kernel leaves open, as prepare says it of a set that wants everything. */
static void add_weaknesses(struct nono_buf *out)
{
	_cleanup_(nono_capset_done) struct nono_capset set = {.verbose = true, .network.block = true};
	_cleanup_(sandbox_freep) struct nono_sandbox *sandbox = NULL;
	struct nono_error err = {0};

	if (nono_sandbox_prepare(&set, &sandbox, &err) < 0)
		nono_buf_printf(out, "; %s", err.text);
	for (size_t i = 0; i < set.note_count; i++)
		nono_buf_printf(out, "; %s", set.notes[i].text);
}

NonoSupportInfo nono_sandbox_support_info(void)
{
	NonoSupportInfo info = {.is_supported = nono_sandbox_is_supported()};
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	_cleanup_(nono_freep) char *text = NULL;
	struct utsname system;

	nono_buf_printf(&out, "Linux %s, Landlock ABI %d", uname(&system) == 0 ? system.release : "?",
			nono_sandbox_abi());
	add_weaknesses(&out);
	text = nono_buf_take(&out);
	info.platform = nono_api_copy("linux");
	info.details = text ? nono_api_copy(text) : NULL;
	return info;
}
