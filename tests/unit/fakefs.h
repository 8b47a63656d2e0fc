/* fakefs.h - a file system made of a table, for tests of the policy.  SPDX-License-Identifier: Apache-2.0 */
#ifndef NONO_TESTS_UNIT_FAKEFS_H
#define NONO_TESTS_UNIT_FAKEFS_H

#include "policy/fs.h"

struct fakefs;

/*
 * All paths are absolute, and parent directories are made as needed. Objects have device 1 and inode numbers from 2 on
 * unless fakefs_id says otherwise; the root directory is inode 1. Anything that cannot work ends the test program.
 */

/** fakefs_new - an empty file system with a root directory; fakefs_free. */
struct fakefs *fakefs_new(void);
void fakefs_free(struct fakefs *f);

/** fakefs_freep - the same, as a cleanup attribute. */
void fakefs_freep(struct fakefs **f);

/** fakefs_fs - what the policy is given; lives as long as @f. It has make_dir and make_file. */
const struct nono_fs *fakefs_fs(struct fakefs *f);

/** fakefs_dir - make a directory (mode 0755). */
void fakefs_dir(struct fakefs *f, const char *path);

/** fakefs_file - make a file (mode 0644) with this text, or change one's text. */
void fakefs_file(struct fakefs *f, const char *path, const char *text);

/** fakefs_bytes - the same with any bytes. */
void fakefs_bytes(struct fakefs *f, const char *path, const void *data, size_t len);

/** fakefs_symlink - make a symbolic link; @target is not looked at. */
void fakefs_symlink(struct fakefs *f, const char *path, const char *target);

/** fakefs_hardlink - another name for an existing file. */
void fakefs_hardlink(struct fakefs *f, const char *path, const char *existing);

/** fakefs_bind - as a bind mount: @path leads to the object of @existing, with its device and inode. */
void fakefs_bind(struct fakefs *f, const char *path, const char *existing);

/** fakefs_mode - the st_mode of what is at @path, links not followed: type and permissions. */
void fakefs_mode(struct fakefs *f, const char *path, uint32_t mode);

/** fakefs_id - device and inode of what is at @path, links not followed. */
void fakefs_id(struct fakefs *f, const char *path, uint64_t dev, uint64_t ino);

/** fakefs_owner - who owns it: 0, the caller (1000, as all things do at first), or anybody else, which is unsafe. */
void fakefs_owner(struct fakefs *f, const char *path, unsigned int uid);

/** fakefs_fail - let every operation on @path, links not followed, fail with this errno. */
void fakefs_fail(struct fakefs *f, const char *path, int sys_errno);

/** fakefs_remove - take a name away. */
void fakefs_remove(struct fakefs *f, const char *path);

#endif
