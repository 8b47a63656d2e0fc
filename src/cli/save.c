/* save.c - the offer to save what was refused.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/save.h"

#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/quote.h"
#include "base/util.h"
#include "cli/output.h"
#include "cli/prompt.h"
#include "policy/build.h"
#include "policy/path.h"

#define SHOWN_BYTES 200 /* a longer path is not offered: nobody would read it to its end */
#define LINE_BYTES 160	/* a longer command is not repeated */
#define TRIES 3
#define NAMES_TRIED 99

static void rows_done(struct save_rows *rows)
{
	for (size_t i = 0; i < rows->len; i++) {
		nono_remedy_done(&rows->items[i].remedy);
		free(rows->items[i].text);
		free(rows->items[i].object);
	}
}

bool save_is_unwanted(const struct context *ctx)
{
	static const char *const words[] = {"1", "true", "yes"};
	const char *value = nono_environ_get(ctx->env, "NONO_NO_SAVE_PROMPT", 19);

	for (size_t i = 0; value && i < NONO_ARRAY_SIZE(words); i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return false;
}

/* ---- rows ---- */

/* Is @real what this entry names, or below it? */
static bool is_below_entry(const struct context *ctx, enum nono_source_kind kind, const char *entry, const char *real)
{
	const struct nono_builder b = {.vars = &ctx->vars, .fs = &nono_fs_host};
	_cleanup_(nono_resolved_done) struct nono_resolved at = {.node = {.fd = -1}};
	_cleanup_(nono_freep) char *path = NULL;

	if (nono_build_path(&b, kind, entry, &path, NULL) < 0)
		return false;
	if (nono_path_is_within(real, path))
		return true;
	return nono_path_resolve(&nono_fs_host, path, &at, NULL) == 0 && nono_path_is_within(real, at.real);
}

static bool is_suppressed(const struct context *ctx, const char *real)
{
	const struct nono_entries *entries = &ctx->profile.filesystem.suppress_save_prompt;
	const struct nono_strv *flags = &ctx->args->flags.suppress;

	for (size_t i = 0; i < entries->len; i++)
		if (is_below_entry(ctx, NONO_SOURCE_PROFILE, entries->items[i].text, real))
			return true;
	for (size_t i = 0; i < flags->len; i++)
		if (is_below_entry(ctx, NONO_SOURCE_USER, flags->items[i], real))
			return true;
	return false;
}

/* A path as a profile writes it, or NULL where a profile cannot say it, or a person not read it. */
static char *profile_form(const struct context *ctx, const char *path)
{
	const char *home = ctx->vars.home;
	_cleanup_(nono_buf_done) struct nono_buf shown = {0};
	_cleanup_(nono_freep) char *text = NULL;
	_cleanup_(nono_freep) char *means = NULL;

	text = home[1] && nono_path_is_below(path, home) ? nono_path_join("~", path + strlen(home) + 1) : strdup(path);
	if (!text || nono_vars_expand(&ctx->vars, text, &means, NULL) < 0 || strcmp(means, path) != 0)
		return NULL;
	nono_quote_text(&shown, text);
	/* Escapes stand for what no name of a person's file has. */
	if (shown.failed || shown.len > SHOWN_BYTES || strcmp(shown.data, text) != 0 || strpbrk(text, "$*"))
		return NULL;
	return TAKE(text);
}

static void add_row(const struct context *ctx, const struct nono_refusal *refusal, struct save_rows *rows)
{
	struct save_row row = {.refusal = refusal};

	if (is_suppressed(ctx, refusal->answer.real) ||
	    nono_answer_remedy(&refusal->answer, refusal->op, &row.remedy, NULL) < 0)
		return;
	row.text = row.remedy.path ? profile_form(ctx, row.remedy.path) : NULL;
	row.object = profile_form(ctx, refusal->answer.real);
	if (row.text && row.object && save_would_allow(ctx, &row)) {
		rows->items[rows->len++] = row;
		return;
	}
	nono_remedy_done(&row.remedy);
	free(row.text);
	free(row.object);
}

/* ---- a name ---- */

static bool is_usable(const struct context *ctx, const char *name)
{
	return !save_is_taken(ctx, name) || save_can_extend(ctx, name);
}

/* Letters, digits and dashes of a text; "local" where there are none. */
static void plain_name(const char *text, char *room, size_t size)
{
	size_t len = 0;

	for (; *text && len + 1 < size; text++) {
		bool letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
			      (*text >= '0' && *text <= '9');

		if (letter || (*text == '-' && len))
			room[len++] = *text;
	}
	while (len && room[len - 1] == '-')
		len--;
	room[len] = '\0';
	if (!len)
		(void)snprintf(room, size, "local");
}

/* The profile that was used, if it can be added to; else a new one, named after it or after the command. */
static void suggest_name(const struct context *ctx, char *room, size_t size)
{
	const char *profile = ctx->args->profile;
	char stem[NONO_NAME_BYTES / 2];

	if (profile && save_can_extend(ctx, profile)) {
		(void)snprintf(room, size, "%s", profile);
		return;
	}
	plain_name(profile ? profile : nono_path_base(ctx->args->words[0]), stem, sizeof(stem));
	(void)snprintf(room, size, "%s%s", stem, profile || nono_builtin_profile_find(stem) ? "-local" : "");
	for (int n = 2; n <= NAMES_TRIED && !is_usable(ctx, room); n++)
		(void)snprintf(room, size, "%s-local-%d", stem, n);
}

/* Why a name will not do, or NULL. */
static const char *name_problem(const struct context *ctx, const char *name)
{
	if (!nono_profile_name_ok(name))
		return "A name has letters, digits and dashes only.";
	if (save_is_taken(ctx, name) && !save_can_extend(ctx, name))
		return nono_builtin_profile_find(name)
			       ? "That name is built in."
			       : "That profile has a form of its own (comments, a layout, a link) that would be lost.";
	return NULL;
}

static bool ask_name(const struct context *ctx, char *room, size_t size)
{
	_cleanup_(nono_buf_done) struct nono_buf question = {0};
	char suggestion[NONO_NAME_BYTES];

	suggest_name(ctx, suggestion, sizeof(suggestion));
	nono_buf_printf(&question, "Name of the profile [%s]: ", suggestion);
	for (int tries = 0; tries < TRIES && !question.failed; tries++) {
		const char *problem;

		if (!prompt_line(question.data, room, size))
			return false;
		if (!*room)
			(void)snprintf(room, size, "%s", suggestion);
		problem = name_problem(ctx, room);
		if (!problem)
			return true;
		(void)fprintf(stderr, "%s\n", problem);
	}
	return false;
}

/* ---- all of it ---- */

/* A pager at the other end of a pipe has the terminal for itself. */
static bool feeds_a_pipe(void)
{
	struct stat st;

	return fstat(STDOUT_FILENO, &st) < 0 || S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode);
}

/* A profile that extends another one can only name it. */
static bool can_be_extended(const struct context *ctx)
{
	return !ctx->args->profile || nono_profile_name_ok(ctx->args->profile);
}

/* Flags that are not repeated: lists may be long. */
static bool has_more_flags(const struct nono_flags *f)
{
	const struct nono_strv *const lists[] = {&f->allow,	      &f->read,
						 &f->write,	      &f->allow_file,
						 &f->read_file,	      &f->write_file,
						 &f->unix_socket,     &f->unix_socket_bind,
						 &f->unix_socket_dir, &f->unix_socket_dir_bind,
						 &f->bypass,	      &f->allow_command,
						 &f->block_command};

	for (size_t i = 0; i < NONO_ARRAY_SIZE(lists); i++)
		if (lists[i]->len)
			return true;
	return f->open_port.len || f->listen_port.len || f->connect_port.len;
}

/* With the command that it is for, where that is short. What flags said is not in the profile. */
static void say_how_to_use(const struct context *ctx, const char *name)
{
	const struct arguments *args = ctx->args;
	_cleanup_(nono_buf_done) struct nono_buf line = {0};

	nono_buf_puts(&line, " --");
	for (char **word = args->words; *word && line.len <= LINE_BYTES; word++) {
		nono_buf_puts(&line, " ");
		nono_quote_shell(&line, *word);
	}
	output_part(OUTPUT_PLAIN, "From now on: ");
	output_part(OUTPUT_TYPE, "nono run --profile %s%s%s%s", name, args->allow_cwd ? " --allow-cwd" : "",
		    args->block_net   ? " --block-net"
		    : args->allow_net ? " --allow-net"
				      : "",
		    line.failed || line.len > LINE_BYTES ? " -- COMMAND" : line.data);
	output_end();
	if (has_more_flags(&args->flags))
		output_line("The other options of this run are not in it: add them again.");
}

static void save(const struct context *ctx, const struct save_rows *rows)
{
	_cleanup_(nono_freep) char *path = NULL;
	struct nono_error err = {0};
	char name[NONO_NAME_BYTES];

	if (!ask_name(ctx, name, sizeof(name))) {
		(void)fputs("Nothing was saved.\n", stderr);
		return;
	}
	if (save_write(ctx, name, rows, &path, &err) < 0) {
		(void)nono_fail_in(&err, 0, "nothing was saved");
		output_error(&err);
		return;
	}
	output_line("Saved %s", path);
	say_how_to_use(ctx, name);
}

bool save_can_ask(const struct context *ctx)
{
	const struct arguments *args = ctx->args;

	return !args->config && !args->diagnostics_json && prompt_possible() && !feeds_a_pipe() &&
	       !save_is_unwanted(ctx) && can_be_extended(ctx);
}

void save_offer(const struct context *ctx, const struct nono_refusals *refused)
{
	_cleanup_(rows_done) struct save_rows rows = {0};

	if (!refused->len || !save_can_ask(ctx))
		return;
	for (size_t i = 0; i < refused->len; i++)
		add_row(ctx, &refused->items[i], &rows);
	if (rows.len && save_choose(&rows))
		save(ctx, &rows);
}
