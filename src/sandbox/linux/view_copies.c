/* view_copies.c - settings that a program takes only from root or its user.  SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/util.h"
#include "sandbox/linux/view_parts.h"

#define SSH_INCLUDED "/etc/ssh/ssh_config.d"

/* What cannot be read, ssh could not read either. 1: added, 0: passed over. */
static int take_file(struct nono_view *view, int dir_fd, const char *name, struct nono_error *err)
{
	_cleanup_(nono_closep) int fd = openat(dir_fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct nono_view_copy *copy = &view->copies[view->copy_count];
	struct stat st;
	ssize_t len;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > NONO_COPY_BYTES || st.st_uid != 0)
		return 0;
	if (snprintf(copy->name, sizeof(copy->name), "%s", name) >= (int)sizeof(copy->name))
		return 0;
	copy->text = malloc((size_t)st.st_size + 1);
	if (!copy->text)
		return nono_nomem(err);
	len = nono_read_full(fd, copy->text, (size_t)st.st_size);
	if (len < 0) {
		free(copy->text);
		copy->text = NULL;
		return 0;
	}
	copy->len = (size_t)len;
	view->copy_count++;
	return 1;
}

static int take_files(struct nono_view *view, DIR *dir, struct nono_error *err)
{
	const struct dirent *entry;
	int rc = 0;

	view->copies = calloc(NONO_COPIES, sizeof(*view->copies));
	if (!view->copies)
		return nono_nomem(err);
	while (rc >= 0 && view->copy_count < NONO_COPIES && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			rc = take_file(view, dirfd(dir), entry->d_name, err);
	return rc < 0 ? rc : 0;
}

int nono_view_add_copies(struct nono_view *view, struct nono_error *err)
{
	DIR *dir = opendir(SSH_INCLUDED);
	int rc;

	if (!dir)
		return 0;
	rc = take_files(view, dir, err);
	(void)closedir(dir);
	return rc < 0 || !view->copy_count ? rc : nono_view_add(view, NONO_COVER_COPIES, SSH_INCLUDED, err);
}
