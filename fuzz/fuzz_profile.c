/* fuzz_profile.c - any bytes as a profile: parsed, merged, freed.  SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdio.h>

#include "base/util.h"
#include "policy/profile_read.h"
#include "policy/profile_value.h"

#define FUZZ_OS_RELEASE "ID=debian\nVERSION_ID=\"12\"\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is refused must say where; "FILE:LINE:COLUMN: " at least, as the file is always named here. */
static void check_error(const struct nono_error *err)
{
	unsigned int line = 0, column = 0;

	if (err->code == NONO_E_NOMEM || (err->code == NONO_E_LIMIT && !strchr(err->text, ':')))
		return;
	if (sscanf(err->text, "fuzz.json:%u:%u: ", &line, &column) != 2 || line == 0 || column == 0)
		abort();
}

/* Going on after what is wrong finds the same verdict, and no more than there is room for. */
static void check_findings(const char *text, size_t size, const struct nono_profile_origin *origin, bool valid)
{
	_cleanup_(nono_profile_done) struct nono_profile p = {0};
	_cleanup_(nono_findings_done) struct nono_findings found = {0};
	struct nono_error err = {0};
	int rc = nono_profile_parse_all(text, size, FUZZ_OS_RELEASE, origin, &found, &p, &err);
	size_t groups = 0;

	/* Names of groups are looked at only here. */
	for (size_t i = 0; i < found.errors.len; i++)
		groups += strstr(found.errors.items[i], "group") != NULL;
	if (rc == -NONO_E_NOMEM)
		return;
	if (valid ? rc < 0 || found.errors.len > groups : rc == 0 && found.errors.len == 0)
		abort();
	if (found.errors.len > NONO_FINDINGS)
		abort();
}

/* Every key can be shown. */
static void check_values(const struct nono_profile *p)
{
	struct nono_error err = {0};

	for (size_t i = 0; i < nono_key_count; i++) {
		_cleanup_(json_decrefp) json_t *value = NULL;

		if (nono_profile_value(p, &nono_keys[i], &value, &err) < 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct nono_profile_origin origin = {.file = "fuzz.json", .name = "fuzz"};
	_cleanup_(nono_profile_done) struct nono_profile base = {0}, child = {0};
	/* An exact copy without a final NUL, so that a sanitizer sees one byte read too many. */
	_cleanup_(nono_freep) char *text = calloc(1, size ? size : 1);
	struct nono_error err = {0};

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	if (nono_profile_parse(text, size, FUZZ_OS_RELEASE, &origin, &base, &err) < 0) {
		if (size <= NONO_PROFILE_BYTES) {
			check_error(&err);
			check_findings(text, size, &origin, false);
		}
		return 0;
	}
	check_findings(text, size, &origin, true);
	if (nono_profile_parse(text, size, NULL, &origin, &child, &err) < 0)
		abort();
	check_values(&base);
	if (nono_profile_merge(&base, &child, &err) < 0 || nono_profile_apply_platform(&base, &err) < 0)
		abort();
	return 0;
}
