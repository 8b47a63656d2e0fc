/* view_probe.c - can a view be made here?  SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>

#include "base/util.h"
#include "sandbox/linux/backend.h"
#include "sandbox/linux/probe_parts.h"
#include "sandbox/linux/view.h"

/* Each kind of mask once, where no system lacks the place; the namespace ends with the process. */
static char some_file[] = "/dev/null", some_dir[] = "/dev";

static void try_child(const void *arg, void *result)
{
	struct nono_view view = *(const struct nono_view *)arg;
	struct nono_view_state *state = result;
	_cleanup_(nono_closep) int fd = -1;

	/* Where this process is, and what it has as its streams, is no part of the question. */
	if (chdir("/") < 0)
		return;
	for (int stream = 0; stream < 3; stream++)
		(void)close(stream);
	if (nono_view_enter_child(&view, &state->failed) < 0)
		return;
	if (nono_caps_drop_child(view.kind == NONO_VIEW_ROOT) < 0) {
		state->failed = (struct nono_stage_report){.stage = NONO_STAGE_CAPABILITIES, .sys_errno = errno};
		return;
	}
	state->works = true;
	fd = open(some_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	state->lists = fd >= 0;
}

void nono_view_probe(struct nono_view_state *ret)
{
	struct nono_cover covers[] = {{.path = some_file, .kind = NONO_COVER_HIDE},
				      {.path = some_dir, .kind = NONO_COVER_HIDE}};
	struct nono_view_state state = {0};
	struct nono_view view;

	nono_view_init(&view);
	view.covers = covers;
	view.len = NONO_ARRAY_SIZE(covers);
	if (nono_probe_fork(try_child, &view, &state, sizeof(state)) < 0)
		state = (struct nono_view_state){.failed = {.stage = NONO_STAGE_SPACES, .sys_errno = errno}};
	*ret = state;
}
