/* selfset.c - what the sandbox that this process is in grants.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/selfset.h"

#include "base/util.h"
#include "policy/capjson.h"
#include "policy/vars.h"

int selfset_read(char *const *env, struct nono_capset *ret, struct nono_error *err)
{
	_cleanup_(nono_freep) char *text = NULL;
	const char *file = nono_environ_get(env, "NONO_CAP_FILE", 13);
	size_t len;
	int rc;

	if (!file || file[0] != '/')
		return 0;
	rc = nono_fs_host.read(&nono_fs_host, file, NONO_CAPFILE_BYTES, &text, &len, err);
	if (rc == 0)
		rc = nono_capset_from_json(text, len, file, ret, err);
	return rc < 0 ? rc : 1;
}
