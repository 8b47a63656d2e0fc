/* diagnostics.c - reports as JSON.  SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"
#include "base/util.h"
#include "run/report.h"

char *nono_session_diagnostic_report_to_json(int32_t exit_code, const char *denials_json, const char *ipc_denials_json,
					     const char *violations_json)
{
	_cleanup_(nono_report_done) struct nono_report report = {.exit_code = exit_code};
	struct nono_error err = {0};
	int rc = nono_report_read(NONO_RECORD_DENIAL, denials_json, &report.denials, &err);
	char *text;

	if (rc == 0)
		rc = nono_report_read(NONO_RECORD_IPC_DENIAL, ipc_denials_json, &report.ipc_denials, &err);
	if (rc == 0)
		rc = nono_report_read(NONO_RECORD_VIOLATION, violations_json, &report.violations, &err);
	if (rc < 0) {
		(void)nono_api_fail_as(NONO_ERROR_CODE_ERR_CONFIG_PARSE, &err);
		return NULL;
	}
	text = nono_report_text(&report);
	if (!text)
		(void)nono_api_nomem();
	return text;
}

char *nono_merge_diagnostic_report_json(const char *session_json, const char *proxy_diagnostics_json)
{
	struct nono_error err = {0};
	char *text = NULL;

	if (!session_json) {
		(void)nono_api_null("session_json");
		return NULL;
	}
	if (nono_report_merge(session_json, proxy_diagnostics_json, &text, &err) < 0)
		(void)nono_api_fail_as(NONO_ERROR_CODE_ERR_CONFIG_PARSE, &err);
	return text;
}
