/* why.c - why execve of a file that is there failed.  SPDX-License-Identifier: Apache-2.0 */
#include <elf.h>
#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/quote.h"
#include "base/util.h"
#include "run/run.h"

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

#if defined(__x86_64__)
#define NATIVE_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define NATIVE_MACHINE EM_AARCH64
#elif defined(__riscv)
#define NATIVE_MACHINE EM_RISCV
#else
#define NATIVE_MACHINE EM_NONE /* nothing is said of architectures */
#endif

#if __BYTE_ORDER == __LITTLE_ENDIAN
#define NATIVE_DATA ELFDATA2LSB
#else
#define NATIVE_DATA ELFDATA2MSB
#endif

static const struct {
	unsigned int machine;
	const char *name;
} machines[] = {
	{EM_386, "x86 of 32 bits"}, {EM_X86_64, "x86-64"},	 {EM_ARM, "ARM of 32 bits"}, {EM_AARCH64, "ARM64"},
	{EM_RISCV, "RISC-V"},	    {EM_MIPS, "MIPS"},		 {EM_PPC, "PowerPC"},	     {EM_PPC64, "PowerPC64"},
	{EM_S390, "s390"},	    {EM_LOONGARCH, "LoongArch"},
};

static const char *machine_name(unsigned int machine)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(machines); i++)
		if (machines[i].machine == machine)
			return machines[i].name;
	return "another kind of machine";
}

/* What both ELF sizes say, in one size. */
struct elf {
	bool wide; /* 64 bits */
	unsigned int machine;
	uint64_t headers_at;
	unsigned int header_bytes, header_count;
};

/* Only this machine's byte order is read; of the other nothing but the order is known. */
static bool read_elf(const unsigned char *head, size_t len, struct elf *ret)
{
	Elf64_Ehdr wide;
	Elf32_Ehdr narrow;

	*ret = (struct elf){0};
	if (len >= sizeof(wide) && head[EI_CLASS] == ELFCLASS64) {
		memcpy(&wide, head, sizeof(wide));
		*ret = (struct elf){true, wide.e_machine, wide.e_phoff, wide.e_phentsize, wide.e_phnum};
		return true;
	}
	if (len >= sizeof(narrow) && head[EI_CLASS] == ELFCLASS32) {
		memcpy(&narrow, head, sizeof(narrow));
		*ret = (struct elf){false, narrow.e_machine, narrow.e_phoff, narrow.e_phentsize, narrow.e_phnum};
		return true;
	}
	return false;
}

/* The place of the loader's name in the file; false where there is none or the headers make no sense. */
static bool find_loader(int fd, const struct elf *elf, uint64_t *ret_at, uint64_t *ret_len)
{
	unsigned int count = elf->header_count < NONO_ELF_HEADERS ? elf->header_count : NONO_ELF_HEADERS;
	size_t want = elf->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);

	if (elf->header_bytes != want || elf->headers_at > INT32_MAX)
		return false;
	for (unsigned int i = 0; i < count; i++) {
		union {
			Elf64_Phdr wide;
			Elf32_Phdr narrow;
		} h;

		if (pread(fd, &h, want, (off_t)(elf->headers_at + i * want)) != (ssize_t)want)
			return false;
		if ((elf->wide ? h.wide.p_type : h.narrow.p_type) != PT_INTERP)
			continue;
		*ret_at = elf->wide ? h.wide.p_offset : h.narrow.p_offset;
		*ret_len = elf->wide ? h.wide.p_filesz : h.narrow.p_filesz;
		return *ret_at <= INT32_MAX;
	}
	return false;
}

/* Says that a helper is the cause, if something is the matter with it. */
static void blame_helper(enum nono_exec_cause_kind kind, const char *what, struct nono_exec_cause *ret)
{
	_cleanup_(nono_buf_done) struct nono_buf shown = {0};
	const char *trouble = NULL;
	size_t len = strlen(ret->helper);

	if (faccessat(AT_FDCWD, ret->helper, X_OK, AT_EACCESS) == 0)
		return; /* fine outside; whether the sandbox lets it be executed is the policy's to say */
	if (errno == ENOENT || errno == ENOTDIR)
		trouble = "does not exist";
	else if (errno == EACCES)
		trouble = "may not be executed";
	nono_quote_text(&shown, ret->helper);
	if (!trouble || shown.failed || !shown.data)
		return;
	ret->kind = kind;
	(void)snprintf(ret->text, sizeof(ret->text), "its %s '%s' %s%s", what, shown.data, trouble,
		       len > 0 && ret->helper[len - 1] == '\r' ? " (the line ends as DOS lines do)" : "");
}

/* "#!", spaces, the interpreter up to a space or the line's end. */
static void look_at_script(const char *head, size_t len, struct nono_exec_cause *ret)
{
	size_t at = 2, end;

	while (at < len && (head[at] == ' ' || head[at] == '\t'))
		at++;
	for (end = at; end < len && !memchr(" \t\n", head[end], 4); end++)
		;
	if (end == at || end == len) /* none, or too long to be read whole */
		return;
	memcpy(ret->helper, head + at, end - at);
	ret->helper[end - at] = '\0';
	blame_helper(NONO_EXEC_CAUSE_INTERPRETER, "interpreter", ret);
}

static void look_at_loader(int fd, const struct elf *elf, struct nono_exec_cause *ret)
{
	uint64_t at = 0, bytes = 0;
	ssize_t got;

	if (!find_loader(fd, elf, &at, &bytes) || bytes == 0 || bytes >= sizeof(ret->helper))
		return;
	got = pread(fd, ret->helper, bytes, (off_t)at);
	ret->helper[got > 0 ? got : 0] = '\0';
	if (ret->helper[0])
		blame_helper(NONO_EXEC_CAUSE_LOADER, "loader", ret);
}

/*
 * The kernel says ENOEXEC to a machine it cannot be. Otherwise the program could have run here (32 bits, an emulator)
 * and its loader is what was missed.
 */
static void look_at_elf(int fd, const unsigned char *head, size_t len, int sys_errno, struct nono_exec_cause *ret)
{
	struct elf elf;

	if (len > EI_DATA && head[EI_DATA] != NATIVE_DATA) {
		ret->kind = NONO_EXEC_CAUSE_ARCHITECTURE;
		(void)snprintf(ret->text, sizeof(ret->text), "it was built for a machine of another byte order");
	} else if (!read_elf(head, len, &elf)) {
		ret->kind = NONO_EXEC_CAUSE_FORMAT;
		(void)snprintf(ret->text, sizeof(ret->text), "it is a program cut short");
	} else if (sys_errno != ENOEXEC) {
		look_at_loader(fd, &elf, ret);
	} else if (NATIVE_MACHINE != EM_NONE && elf.machine != NATIVE_MACHINE) {
		ret->kind = NONO_EXEC_CAUSE_ARCHITECTURE;
		(void)snprintf(ret->text, sizeof(ret->text), "it was built for %s, and this machine is %s",
			       machine_name(elf.machine), machine_name(NATIVE_MACHINE));
	}
}

static void look_at_mode(int fd, struct nono_exec_cause *ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || (S_ISREG(st.st_mode) && (st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH))))
		return;
	ret->kind = NONO_EXEC_CAUSE_MODE;
	(void)snprintf(ret->text, sizeof(ret->text), "%s",
		       S_ISDIR(st.st_mode) ? "it is a directory"
					   : "it is not marked as executable: chmod +x would do that");
}

void nono_run_why_exec_failed(int fd, int sys_errno, struct nono_exec_cause *ret)
{
	char head[NONO_EXEC_HEAD_BYTES];
	ssize_t got = pread(fd, head, sizeof(head), 0);
	size_t len = got > 0 ? (size_t)got : 0;

	*ret = (struct nono_exec_cause){0};
	if (sys_errno == EACCES)
		look_at_mode(fd, ret);
	if (got < 0 || ret->kind != NONO_EXEC_CAUSE_UNKNOWN)
		return;
	if (len >= 2 && memcmp(head, "#!", 2) == 0) {
		look_at_script(head, len, ret);
	} else if (len >= SELFMAG && memcmp(head, ELFMAG, SELFMAG) == 0) {
		look_at_elf(fd, (const unsigned char *)head, len, sys_errno, ret);
	} else if (sys_errno == ENOEXEC) {
		ret->kind = NONO_EXEC_CAUSE_FORMAT;
		(void)snprintf(ret->text, sizeof(ret->text), "it is neither a program nor a script");
	}
}
