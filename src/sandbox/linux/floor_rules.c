/* floor_rules.c - a floor becomes rules of the kernel.  SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "sandbox/linux/floor.h"
#include "sandbox/linux/landlock.h"

static int add_rule(const struct nono_floor_rule *rule, uint32_t handled, int ruleset_fd, struct nono_error *err)
{
	_cleanup_(nono_closep) int fd = open(rule->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct ll_path_beneath_attr attr = {.allowed_access = rule->rights & handled, .parent_fd = fd};
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot open '%s'", rule->path);
	if (st.st_ino != rule->ino || st.st_dev != rule->dev || S_ISDIR(st.st_mode) == rule->is_file)
		return 0;
	if (!attr.allowed_access || syscall(LL_SYS_ADD_RULE, ruleset_fd, LL_RULE_PATH_BENEATH, &attr, 0) == 0)
		return 0;
	/* A file of a file system that has no names, bound here: nobody's rule, so not to be opened. */
	if (errno == EBADFD)
		return 0;
	if (errno == ENOMEM)
		return nono_nomem(err);
	return nono_fail(err, NONO_E_SYSTEM, errno, "cannot make a Landlock rule for '%s'", rule->path);
}

int nono_floor_add_rules(const struct nono_floor *floor, uint32_t handled, int ruleset_fd, struct nono_error *err)
{
	for (size_t i = 0; i < floor->rule_count; i++) {
		int rc = add_rule(&floor->rules[i], handled, ruleset_fd, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}
