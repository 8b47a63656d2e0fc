/* cmd_profile_show.c - nono profile show.  SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/jsontext.h"
#include "base/quote.h"
#include "base/util.h"
#include "cli/commands.h"
#include "cli/profile_view.h"

static int show_profile(struct context *ctx, const struct profile_view *v, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	int rc;

	if (ctx->args->json)
		rc = profile_view_json(v, &out, err);
	else
		rc = profile_view_text(ctx, v, screen_width(), &out, err);
	if (rc < 0)
		return rc;
	return ctx->args->json ? screen_json(&out, err) : screen_put(&out, err);
}

/* What run --config takes: the set as a run here would have it, but for the working directory. Nothing is made for it.
 */
static int show_manifest(struct context *ctx, const struct profile_view *v, struct nono_error *err)
{
	_cleanup_(context_done) struct context run = {0};
	_cleanup_(nono_freep) char *text = NULL;
	_cleanup_(nono_buf_done) struct nono_buf out = {0};
	int rc;

	ctx->args->profile = v->name;
	rc = context_init(&run, ctx->args, ctx->env, false, err);
	if (rc == 0)
		rc = nono_capset_seal(&run.compose, &run.set, err);
	/* No manifest holds what nono cannot enforce: it would be lost without a word. */
	if (rc == 0)
		rc = context_check_built(&run, err);
	if (rc == 0)
		rc = nono_manifest_write(&run.set, &run.vars, &text, err);
	if (rc < 0)
		return rc;
	output_notes(&run.set, 0, false);
	nono_buf_puts(&out, text);
	return screen_put(&out, err);
}

static const struct {
	const char *name;
	int (*show)(struct context *ctx, const struct profile_view *v, struct nono_error *err);
} formats[] = {{"profile", show_profile}, {"manifest", show_manifest}};

static int show(struct context *ctx, const char *which, struct nono_error *err)
{
	_cleanup_(profile_view_done) struct profile_view view = {0};
	const char *format = ctx->args->profiles.format;
	size_t i = 0;
	int rc;

	while (format && i < NONO_ARRAY_SIZE(formats) && strcmp(formats[i].name, format) != 0)
		i++;
	if (i == NONO_ARRAY_SIZE(formats))
		return nono_fail(err, NONO_E_USAGE, 0, "--format '%s': say profile or manifest", format);
	rc = profile_view_load(ctx, which, &view, err);
	return rc == 0 ? formats[i].show(ctx, &view, err) : rc;
}

/* A terminal is shown no control characters but line ends and tabs. */
static void escape_lines(struct nono_buf *out, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		_cleanup_(nono_freep) char *part = NULL;
		const char *next = text;

		while (next < end && *next != '\n' && *next != '\t')
			next++;
		part = strndup(text, (size_t)(next - text));
		out->failed |= !part;
		nono_quote_text(out, part ? part : "");
		if (next < end)
			nono_buf_add(out, next++, 1);
		text = next;
	}
}

/* A file or a program gets a file's every byte. */
static int put_raw(const struct nono_profile_text *text, struct nono_error *err)
{
	_cleanup_(nono_buf_done) struct nono_buf out = {0};

	if (text->builtin)
		nono_json_pretty(&out, text->text);
	else if (isatty(STDOUT_FILENO))
		escape_lines(&out, text->text, text->len);
	else
		nono_buf_add(&out, text->text, text->len);
	return screen_put(&out, err);
}

static int show_raw(struct context *ctx, const char *which, struct nono_error *err)
{
	const struct nono_profile_lookup lookup = context_lookup(ctx);
	_cleanup_(nono_profile_text_done) struct nono_profile_text text = {0};
	int rc = nono_profile_find(&lookup, which, &text, err);

	return rc == 0 ? put_raw(&text, err) : rc;
}

int cmd_profile_show(struct arguments *args, char *const *env, struct nono_error *err)
{
	_cleanup_(context_done) struct context ctx = {0};
	int rc = context_start(&ctx, args, env, err);

	if (rc == 0)
		rc = args->profiles.raw ? show_raw(&ctx, args->operands[0], err) : show(&ctx, args->operands[0], err);
	return rc;
}
