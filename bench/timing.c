/* timing.c - how long each of several commands takes, alternating.  SPDX-License-Identifier: Apache-2.0
 *
 * usage: timing ROUNDS COMMAND [ARGUMENT...] [-- ]... separated by the word ::
 * Prints the median of each in microseconds, one a line.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS 16

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double once(char **command, const posix_spawn_file_actions_t *actions)
{
	struct timespec start, end;
	int status;
	pid_t pid;

	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	if (posix_spawn(&pid, command[0], actions, NULL, command, environ) != 0 || waitpid(pid, &status, 0) < 0 ||
	    status) {
		(void)fprintf(stderr, "timing: %s failed\n", command[0]);
		exit(1);
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	return (double)(end.tv_sec - start.tv_sec) * 1e6 + (double)(end.tv_nsec - start.tv_nsec) / 1e3;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? (int)strtoul(argv[1], NULL, 10) : 0, count = 0;
	char **commands[COMMANDS] = {NULL};
	double *times[COMMANDS];
	posix_spawn_file_actions_t actions;

	for (int i = 2; i < argc && count < COMMANDS; i++)
		if (i == 2 || !argv[i - 1])
			commands[count++] = &argv[i];
		else if (strcmp(argv[i], "::") == 0)
			argv[i] = NULL;
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	(void)posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	for (int c = 0; c < count; c++)
		times[c] = calloc((size_t)rounds + 1, sizeof(double));
	for (int r = -10; r < rounds; r++)
		for (int c = 0; c < count; c++) {
			double t = once(commands[c], &actions);

			if (r >= 0)
				times[c][r] = t;
		}
	for (int c = 0; c < count; c++) {
		qsort(times[c], (size_t)rounds, sizeof(double), by_value);
		printf("%.1f\n", times[c][rounds / 2]);
	}
	return 0;
}
