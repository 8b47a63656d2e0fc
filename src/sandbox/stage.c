/* stage.c - what was being done when a start failed.  SPDX-License-Identifier: Apache-2.0 */
#include "base/util.h"
#include "sandbox/sandbox.h"

const char *nono_stage_text(enum nono_stage stage)
{
	static const char *const texts[] = {
		[NONO_STAGE_NONE] = "nothing failed",
		[NONO_STAGE_SETTINGS] = "prepare the process",
		[NONO_STAGE_STREAMS] = "keep denied paths apart while a standard stream is a directory",
		[NONO_STAGE_SPACES] = "give the command a view of the files of its own",
		[NONO_STAGE_COVER] = "cover a denied path",
		[NONO_STAGE_KEEPER] = "watch over the covers of denied paths",
		[NONO_STAGE_CAPABILITIES] = "drop capabilities",
		[NONO_STAGE_NO_NEW_PRIVS] = "set no_new_privs",
		[NONO_STAGE_LANDLOCK] = "apply the Landlock ruleset",
		[NONO_STAGE_SECCOMP] = "load the seccomp filter",
		[NONO_STAGE_CHDIR] = "enter the working directory",
		[NONO_STAGE_EXEC] = "start the command",
	};

	return (size_t)stage < NONO_ARRAY_SIZE(texts) ? texts[stage] : "do an unknown step";
}
