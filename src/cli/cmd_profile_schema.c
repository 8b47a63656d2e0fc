/* cmd_profile_schema.c - nono profile schema.  SPDX-License-Identifier: Apache-2.0 */
#include "base/jsontext.h"
#include "base/util.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/outfile.h"
#include "cli/screen.h"
#include "policy/profile_keys.h"

static int write_file(struct arguments *args, char *const *env, const struct nono_buf *schema, struct nono_error *err)
{
	_cleanup_(context_done) struct context ctx = {0};
	_cleanup_(nono_freep) char *path = NULL;
	int rc = context_start(&ctx, args, env, err);

	if (rc < 0)
		return rc;
	path = context_path(&ctx, args->profiles.output);
	/* It is generated, so nothing is lost where an older one goes. */
	return path ? outfile_write(path, schema->data, schema->len, 0644, true, err) : nono_nomem(err);
}

int cmd_profile_schema(struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf json = {0}, out = {0};

	nono_profile_schema(&json);
	if (json.failed)
		return nono_nomem(err);
	nono_json_pretty(&out, json.data);
	if (out.failed)
		return nono_nomem(err);
	return args->profiles.output ? write_file(args, env, &out, err) : screen_put(&out, err);
}
