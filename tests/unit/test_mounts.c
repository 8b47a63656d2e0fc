/* test_mounts.c - other places where a denied thing may appear.  SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/util.h"
#include "sandbox/linux/mounts.h"
#include "t.h"

/* A project that is bound elsewhere as a whole, in its parent, and in a part; one at a name with a blank; others. */
static const char table[] = "1 0 8:1 / / rw - ext4 /dev/sda rw\n"
			    "2 1 8:1 /home/u/project /mnt/p rw - ext4 /dev/sda rw\n"
			    "3 1 8:1 /home /srv/h\\040s rw,noatime shared:3 - ext4 /dev/sda rw\n"
			    "4 1 8:1 /home/u/project/secret/deep /mnt/deep ro - ext4 /dev/sda rw\n"
			    "5 1 8:2 / /other rw - ext4 /dev/sdb rw\n"
			    "6 1 8:1 /var /mnt/v rw - ext4 /dev/sda rw\n";

static int join(void *arg, const char *path, uint64_t id, struct nono_error *err)
{
	(void)err;
	nono_buf_printf(arg, "%s@%u ", path, (unsigned int)id);
	return 0;
}

static char *aliases(const struct nono_mounts *m, const char *real, uint64_t id)
{
	struct nono_buf out = {0};

	nono_buf_puts(&out, "");
	if (nono_mounts_aliases(m, real, id, join, &out, NULL) < 0)
		return NULL;
	return nono_buf_take(&out);
}

#define CHECK_ALIASES(real, id, expected)                                  \
	do {                                                               \
		_cleanup_(nono_freep) char *found = aliases(&m, real, id); \
		CHECK_STR(found, expected);                                \
	} while (0)

TEST(every_mount_that_shows_it_is_found)
{
	_cleanup_(nono_mounts_done) struct nono_mounts m = {0};
	char *text = strdup(table);

	REQUIRE(text && nono_mounts_parse(text, &m, NULL) == 0);
	CHECK_INT(m.len, 6);
	CHECK_ALIASES("/home/u/project/secret", 1, "/mnt/p/secret@2 /srv/h s/u/project/secret@3 /mnt/deep@4 ");
	CHECK_ALIASES("/mnt/p/secret", 2, "/home/u/project/secret@1 /srv/h s/u/project/secret@3 /mnt/deep@4 ");
	CHECK_ALIASES("/mnt/p", 2, "/home/u/project@1 /srv/h s/u/project@3 /mnt/deep@4 ");
	CHECK_ALIASES("/other/file", 5, "");
	CHECK_ALIASES("/home/u/project/secret", 99, "");
}

TEST(a_line_that_is_none_is_an_error)
{
	struct nono_mounts m = {0};
	struct nono_error err = {0};

	CHECK_INT(nono_mounts_parse(strdup("1 0 8:1 / / rw\n2 1\n"), &m, &err), -NONO_E_PARSE);
	CHECK(strstr(err.text, "mountinfo"));
	CHECK_INT(m.len, 0);
}

TEST(the_machines_own_are_read)
{
	_cleanup_(nono_mounts_done) struct nono_mounts m = {0};
	bool root = false;

	REQUIRE(nono_mounts_read(&m, NULL) == 0);
	for (size_t i = 0; i < m.len; i++)
		root |= strcmp(m.items[i].point, "/") == 0;
	CHECK(root);
}
