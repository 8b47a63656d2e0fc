/* client.c - a program over nono.h alone, in strict C99.  SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <nono.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int failures;

static void check(int ok, const char *what)
{
	printf("%sok - %s\n", ok ? "" : "not ", what);
	failures += !ok;
}

static int errno_of_reading(const char *path)
{
	FILE *f = fopen(path, "r");

	if (!f)
		return errno;
	(void)fclose(f);
	return 0;
}

/* What reading a path ends with in a child that confines itself first, or, without a set, does not. */
static int try_in_child(const NonoCapabilitySet *caps, const char *path)
{
	int status = 0;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		_exit(caps && nono_sandbox_apply(caps) != NONO_ERROR_CODE_OK ? 99 : errno_of_reading(path));
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 98;
	return WEXITSTATUS(status);
}

static char *make(const char *dir, const char *name, int is_dir)
{
	char *path = malloc(strlen(dir) + strlen(name) + 2);
	FILE *f;

	if (!path)
		exit(2);
	(void)sprintf(path, "%s/%s", dir, name);
	if (is_dir) {
		if (mkdir(path, 0700) != 0)
			exit(2);
		return path;
	}
	f = fopen(path, "w");
	if (!f || fputs("text", f) < 0 || fclose(f) != 0)
		exit(2);
	return path;
}

static void ask(const NonoCapabilitySet *caps, const char *dir, const char *secret)
{
	NonoQueryContext *ctx = nono_query_context_new(caps);
	NonoQueryResult r;

	check(nono_query_context_query_path(ctx, dir, NONO_ACCESS_MODE_READ, &r) == NONO_ERROR_CODE_OK &&
		      r.status == NONO_QUERY_STATUS_ALLOWED && r.granted_path && strcmp(r.granted_path, dir) == 0,
	      "a granted path is allowed");
	nono_string_free(r.granted_path);
	nono_string_free(r.access);
	check(nono_query_context_query_path(ctx, secret, NONO_ACCESS_MODE_READ, &r) == NONO_ERROR_CODE_OK &&
		      r.status == NONO_QUERY_STATUS_DENIED && r.reason == NONO_QUERY_REASON_PATH_NOT_GRANTED &&
		      !r.granted_path,
	      "another one is denied");
	check(nono_query_context_query_network(ctx, &r) == NONO_ERROR_CODE_OK &&
		      r.reason == NONO_QUERY_REASON_NETWORK_BLOCKED,
	      "the network is blocked");
	nono_query_context_free(ctx);
}

static void fail(NonoCapabilitySet *caps)
{
	char *text;

	nono_clear_error();
	check(nono_last_error() == NULL, "no error at first");
	check(nono_capability_set_allow_path(caps, "/no/such/path", NONO_ACCESS_MODE_READ) ==
		      NONO_ERROR_CODE_ERR_PATH_NOT_FOUND,
	      "a missing path is an error");
	text = nono_last_error();
	check(text && strstr(text, "/no/such/path"), "which names it");
	nono_string_free(text);
	check(nono_last_diagnostic_code() == NONO_DIAGNOSTIC_CODE_CONFIGURATION_ERROR, "and means a wrong setting");
}

static void write_down(const NonoCapabilitySet *caps)
{
	NonoSandboxState *state = nono_sandbox_state_from_caps(caps);
	char *first = nono_sandbox_state_to_json(state);
	NonoSandboxState *again = nono_sandbox_state_from_json(first);
	char *second = nono_sandbox_state_to_json(again);
	NonoCapabilitySet *back = nono_sandbox_state_to_caps(again);

	check(first && second && strcmp(first, second) == 0, "a state is read as it was written");
	check(back && nono_capability_set_fs_count(back) == nono_capability_set_fs_count(caps), "and becomes a set");
	nono_capability_set_free(back);
	nono_string_free(first);
	nono_string_free(second);
	nono_sandbox_state_free(state);
	nono_sandbox_state_free(again);
}

int main(void)
{
	char base[] = "/var/tmp/nono-client-XXXXXX";
	NonoCapabilitySet *caps = nono_capability_set_new();
	char *dir, *allowed, *secret;

	if (!mkdtemp(base) || !caps)
		return 2;
	dir = make(base, "granted", 1);
	allowed = make(dir, "file", 0);
	secret = make(base, "secret", 0);
	check(nono_capability_set_allow_path(caps, dir, NONO_ACCESS_MODE_READ) == NONO_ERROR_CODE_OK, "a grant");
	check(nono_capability_set_set_network_mode(caps, NONO_NETWORK_MODE_BLOCKED) == NONO_ERROR_CODE_OK,
	      "a network mode");
	ask(caps, dir, secret);
	fail(caps);
	write_down(caps);
	check(try_in_child(NULL, secret) == 0, "without a sandbox the file can be read");
	check(try_in_child(caps, secret) == EACCES, "in one it is refused");
	check(try_in_child(caps, allowed) == 0, "and what is granted is not");
	nono_capability_set_free(caps);
	(void)remove(allowed);
	(void)remove(secret);
	(void)remove(dir);
	(void)remove(base);
	free(allowed);
	free(secret);
	free(dir);
	return failures != 0;
}
