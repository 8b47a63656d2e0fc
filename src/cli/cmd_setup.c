/* cmd_setup.c - nono setup: what this machine can enforce, and where to begin.  SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>

#include "base/json.h"
#include "base/jsontext.h"
#include "base/quote.h"
#include "base/util.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/setup_parts.h"
#include "nono_config.h"
#include "policy/groups.h"
#include "policy/profile.h"
#include "policy/vars.h"
#include "sandbox/probe.h"

#define TEXT_COLUMN 39 /* where a check's text begins */

struct setup {
	const struct arguments *args;
	char *const *env;
	char program[PATH_MAX];
	struct nono_probe *probe; /* owned */
	struct setup_written written;
	char *shell_lines; /* owned; NULL: not asked for */
};

static void setup_done(struct setup *s)
{
	free(s->probe);
	setup_written_done(&s->written);
	free(s->shell_lines);
}

static bool holds(const struct nono_probe *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->checks[i].state == NONO_PROBE_BROKEN)
			return false;
	return p->abi > 0;
}

/* What applies without any profile. */
struct base_rules {
	size_t groups, paths, commands;
};

static size_t count_list(const char *const *list)
{
	size_t n = 0;

	while (list[n])
		n++;
	return n;
}

static bool is_base(const struct nono_group *g)
{
	return g->base && (g->platform == NONO_PLATFORM_ANY || g->platform == NONO_PLATFORM_LINUX);
}

static struct base_rules count_rules(void)
{
	struct base_rules n = {0};

	for (size_t i = 0; i < nono_group_count; i++) {
		const struct nono_group *g = &nono_groups[i];

		if (!is_base(g))
			continue;
		n.groups++;
		n.paths += count_list(g->deny_access) + count_list(g->deny_write);
		n.commands += count_list(g->deny_commands);
	}
	return n;
}

/* ---- for people ---- */

static void heading(const char *text)
{
	(void)printf("\n%s%s%s\n", output_style(stdout, OUTPUT_HEADING), text, output_plain(stdout));
}

static void print_check(const struct nono_probe_check *c)
{
	static const enum output_role roles[] = {
		[NONO_PROBE_WORKS] = OUTPUT_GOOD,      [NONO_PROBE_MISSING] = OUTPUT_WARNING,
		[NONO_PROBE_UNCLEAR] = OUTPUT_WARNING, [NONO_PROBE_BROKEN] = OUTPUT_ERROR,
		[NONO_PROBE_INFO] = OUTPUT_QUIET,
	};
	_cleanup_(nono_buf_done) struct nono_buf text = {0};

	nono_quote_text(&text, c->text);
	(void)printf("  %s%-7s%s %-28s ", output_style(stdout, roles[c->state]), nono_probe_state_word(c->state),
		     output_plain(stdout), c->title);
	output_paragraph(stdout, TEXT_COLUMN, TEXT_COLUMN, text.data ? text.data : "");
}

static void print_count(const struct nono_probe *p, enum nono_probe_section section)
{
	size_t works = 0, tried = 0;

	for (size_t i = 0; i < p->count; i++) {
		if (p->checks[i].section != section || p->checks[i].state == NONO_PROBE_INFO)
			continue;
		tried++;
		works += p->checks[i].state == NONO_PROBE_WORKS;
	}
	if (works)
		(void)printf("  %sworks%s   %zu of %zu\n", output_style(stdout, OUTPUT_GOOD), output_plain(stdout),
			     works, tried);
}

static void print_checks(const struct nono_probe *p, bool all)
{
	static const char *const headings[] = {
		[NONO_PROBE_SANDBOX] = "Sandbox: tried inside a real one, against the same outside",
		[NONO_PROBE_SUPERVISOR] = "Supervisor: deciding while a command runs",
		[NONO_PROBE_NAMESPACES] = "Namespaces: a view of the system of its own",
		[NONO_PROBE_SYSTEM] = "System",
	};

	for (size_t i = 0; i < p->count; i++) {
		if (i == 0 || p->checks[i].section != p->checks[i - 1].section) {
			heading(headings[p->checks[i].section]);
			if (!all)
				print_count(p, p->checks[i].section);
		}
		if (all || p->checks[i].state != NONO_PROBE_WORKS)
			print_check(&p->checks[i]);
	}
}

static const char *const enabling[] = {
	"cat /sys/kernel/security/lsm shows what is enabled.",
	"Add landlock to the list after lsm= in the kernel's command line (with GRUB: GRUB_CMDLINE_LINUX in "
	"/etc/default/grub, then update-grub) and start the machine anew.",
	"A container uses the kernel of its host, so that is where it is enabled; in WSL2, wsl --update brings a "
	"newer kernel.",
};

static void print_verdict(const struct nono_probe *p)
{
	_cleanup_(nono_buf_done) struct nono_buf why = {0};
	const bool good = holds(p);
	const char *text = "Commands can be confined on this machine.";

	if (!p->abi)
		text = "Commands CANNOT be confined on this machine: nono run refuses to start them.";
	else if (!good)
		text = "Something does NOT hold on this machine; it is marked 'broken' above.";
	(void)printf("\n%s", output_style(stdout, good ? OUTPUT_GOOD : OUTPUT_ERROR));
	output_paragraph(stdout, 0, 0, text);
	(void)printf("%s", output_plain(stdout));
	if (p->abi)
		return;
	nono_quote_text(&why, p->no_landlock);
	output_paragraph(stdout, 0, 0, why.data ? why.data : "");
	for (size_t i = 0; i < NONO_ARRAY_SIZE(enabling); i++) {
		(void)printf("  - ");
		output_paragraph(stdout, 4, 4, enabling[i]);
	}
}

static void print_groups(bool all)
{
	struct base_rules n = count_rules();
	char text[256];

	heading("Protection without any profile");
	(void)snprintf(text, sizeof(text),
		       "%zu base groups keep %zu places with secrets and settings out of reach and refuse to start %zu "
		       "commands. nono profile groups lists them.",
		       n.groups, n.paths, n.commands);
	(void)printf("  ");
	output_paragraph(stdout, 2, 2, text);
	for (size_t i = 0; all && i < nono_group_count; i++)
		if (is_base(&nono_groups[i])) {
			(void)printf("  %-28s", nono_groups[i].name);
			output_paragraph(stdout, 30, 30, nono_groups[i].description);
		}
}

static void print_profile(const struct nono_builtin_profile *p)
{
	_cleanup_(nono_json_done) struct nono_json doc = {0};
	const char *text = NULL;

	if (nono_json_parse(p->name, p->json, p->json_len, &doc, NULL) == 0)
		text = json_string_value(json_object_get(json_object_get(doc.root, "meta"), "description"));
	(void)printf("  %-28s", p->name);
	output_paragraph(stdout, 30, 30, text ? text : "");
}

static void print_profiles(bool all)
{
	_cleanup_(nono_buf_done) struct nono_buf names = {0};

	heading("Built-in profiles");
	for (size_t i = 0; i < nono_builtin_profile_count; i++)
		if (all)
			print_profile(&nono_builtin_profiles[i]);
		else
			nono_buf_printf(&names, "%s%s", i ? ", " : "", nono_builtin_profiles[i].name);
	if (all || names.failed)
		return;
	(void)printf("  ");
	output_paragraph(stdout, 2, 2, names.data);
}

static void print_paths(const char *what, const struct nono_strv *paths)
{
	for (size_t i = 0; i < paths->len; i++) {
		_cleanup_(nono_buf_done) struct nono_buf text = {0};

		nono_quote_text(&text, paths->items[i]);
		(void)printf("  %s %s\n", what, text.data ? text.data : "");
	}
}

static void command(const char *line, const char *text)
{
	(void)printf("  %s%s%s\n      %s\n", output_style(stdout, OUTPUT_TYPE), line, output_plain(stdout), text);
}

static void print_next(const struct setup *s)
{
	heading("Next");
	command("nono run --allow-cwd -- ls", "a first command; it may use this directory and the system's programs");
	command("nono run --profile claude-code --allow-cwd -- claude", "an agent under its profile");
	if (!s->args->setup_profiles)
		command("nono setup --profiles", "examples to make profiles of your own from");
	else
		command("nono run --profile example-agent --dry-run -v -- ls", "what one of the examples grants");
	command("nono setup --shell-integration", "completion and aliases for your shell");
	command("nono setup --check-only", "each of the checks above");
}

static void print_all(const struct setup *s)
{
	const struct arguments *args = s->args;
	_cleanup_(nono_buf_done) struct nono_buf program = {0};

	nono_quote_text(&program, s->program);
	(void)printf("%snono %s%s  %s\n%s", output_style(stdout, OUTPUT_HEADING), NONO_VERSION, output_plain(stdout),
		     program.data ? program.data : "", s->probe->kernel);
	if (s->probe->abi)
		(void)printf(", Landlock ABI %d", s->probe->abi);
	(void)printf("\n");
	print_checks(s->probe, args->setup_check_only || args->verbose);
	print_verdict(s->probe);
	if (args->setup_check_only)
		return;
	print_groups(args->verbose > 0);
	print_profiles(args->verbose > 0);
	if (args->setup_profiles) {
		heading("Example profiles");
		print_paths("wrote", &s->written.wrote);
		print_paths("kept ", &s->written.kept);
	}
	print_next(s);
	if (s->shell_lines) {
		heading("For your shell");
		(void)fputs(s->shell_lines, stdout);
	}
}

/* ---- for programs ---- */

static void add_number(struct nono_buf *out, const char *key, size_t value)
{
	nono_json_key(out, key);
	nono_buf_printf(out, "%zu", value);
}

static void add_checks(struct nono_buf *out, const struct nono_probe *p)
{
	nono_json_key(out, "checks");
	nono_buf_puts(out, "[");
	for (size_t i = 0; i < p->count; i++) {
		const struct nono_probe_check *c = &p->checks[i];

		nono_buf_puts(out, i ? ",{" : "{");
		nono_json_member(out, "id", c->id);
		nono_json_member(out, "section", nono_probe_section_word(c->section));
		nono_json_member(out, "title", c->title);
		nono_json_member(out, "state", nono_probe_state_word(c->state));
		nono_json_member(out, "text", c->text);
		nono_buf_puts(out, "}");
	}
	nono_buf_puts(out, "]");
}

static void add_strings(struct nono_buf *out, const char *key, const struct nono_strv *list)
{
	nono_json_key(out, key);
	nono_buf_puts(out, "[");
	for (size_t i = 0; i < list->len; i++) {
		nono_buf_puts(out, i ? "," : "");
		nono_json_string(out, list->items[i]);
	}
	nono_buf_puts(out, "]");
}

static void add_rest(struct nono_buf *out, const struct setup *s)
{
	struct base_rules n = count_rules();

	nono_json_key(out, "protection");
	nono_buf_puts(out, "{");
	add_number(out, "groups", n.groups);
	add_number(out, "paths", n.paths);
	add_number(out, "commands", n.commands);
	nono_buf_puts(out, "}");
	nono_json_key(out, "profiles");
	nono_buf_puts(out, "[");
	for (size_t i = 0; i < nono_builtin_profile_count; i++) {
		nono_buf_puts(out, i ? "," : "");
		nono_json_string(out, nono_builtin_profiles[i].name);
	}
	nono_buf_puts(out, "]");
	if (s->args->setup_profiles) {
		add_strings(out, "wrote", &s->written.wrote);
		add_strings(out, "kept", &s->written.kept);
	}
	nono_json_member(out, "shell_lines", s->shell_lines);
}

static int print_json(const struct setup *s, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	const struct nono_probe *p = s->probe;

	nono_buf_puts(&out, "{");
	nono_json_member(&out, "version", NONO_VERSION);
	nono_json_member(&out, "program", s->program);
	nono_json_member(&out, "kernel", p->kernel);
	add_number(&out, "landlock_abi", (size_t)p->abi);
	nono_json_key(&out, "holds");
	nono_buf_puts(&out, holds(p) ? "true" : "false");
	if (!p->abi)
		nono_json_member(&out, "advice", p->no_landlock);
	add_checks(&out, p);
	if (!s->args->setup_check_only)
		add_rest(&out, s);
	nono_buf_puts(&out, "}\n");
	if (out.failed)
		return nono_nomem(err);
	(void)fputs(out.data, stdout);
	return 0;
}

/* ---- the command ---- */

static void find_program(struct setup *s)
{
	ssize_t len = readlink("/proc/self/exe", s->program, sizeof(s->program) - 1);

	s->program[len > 0 ? len : 0] = '\0';
}

static int run_probe(struct setup *s, struct nono_error *err)
{
	const char *dir = nono_environ_get(s->env, "TMPDIR", strlen("TMPDIR"));

	s->probe = calloc(1, sizeof(*s->probe));
	if (!s->probe)
		return nono_nomem(err);
	find_program(s);
	return nono_probe_machine(dir && dir[0] == '/' ? dir : "/tmp", s->probe, err);
}

static int finish(int code, struct nono_error *err)
{
	if (fflush(stdout) == EOF || ferror(stdout))
		return nono_fail(err, NONO_E_SYSTEM, errno, "cannot write the answer");
	return code;
}

int cmd_setup(struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(setup_done) struct setup s = {.args = args, .env = env};
	int rc;

	if (args->setup_check_only && (args->setup_profiles || args->setup_shell))
		return nono_fail(err, NONO_E_USAGE, 0,
				 "--check-only changes and prints nothing else: leave out --profiles and "
				 "--shell-integration");
	if (args->setup_shell) {
		s.shell_lines = setup_shell_lines(env);
		if (!s.shell_lines)
			return nono_nomem(err);
	}
	/* Alone it prints nothing but the lines, so that they can be appended to a file. */
	if (s.shell_lines && !args->setup_profiles && !args->json) {
		(void)fputs(s.shell_lines, stdout);
		return finish(0, err);
	}
	rc = run_probe(&s, err);
	if (rc == 0 && args->setup_profiles)
		rc = setup_write_examples(env, &s.written, err);
	if (rc < 0)
		return rc;
	if (!args->json)
		print_all(&s);
	else if (print_json(&s, err) < 0)
		return -NONO_E_NOMEM;
	return finish(holds(s.probe) ? 0 : 1, err);
}
