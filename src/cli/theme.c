/* theme.c - colours: six palettes, and what the terminal can show.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/theme.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <strings.h>

#include "base/util.h"

/* 24-bit colours by role. PLAIN is never set: only the terminal knows what is readable on its background. */
struct palette {
	const char *name;
	bool plain; /* no colours but for errors and warnings */
	bool light; /* for a light background */
	uint32_t rgb[OUTPUT_ROLES];
};

/*
 * After Tokyo Night and the flavours of Catppuccin: mauve or magenta, red, yellow, green, teal, blue, overlay; where
 * those are too pale for text on their own background (less than 4.5:1), darker or lighter.
 */
static const struct palette palettes[] = {
	{"mocha", false, false, {0, 0xcba6f7, 0xf38ba8, 0xf9e2af, 0xa6e3a1, 0x94e2d5, 0x89b4fa, 0x9399b2}},
	{"latte", false, true, {0, 0x8839ef, 0xd20f39, 0x985900, 0x2f7d1f, 0x10727a, 0x195ce0, 0x66697e}},
	{"frappe", false, false, {0, 0xca9ee6, 0xe78284, 0xe5c890, 0xa6d189, 0x81c8be, 0x8caaee, 0x9aa2c1}},
	{"macchiato", false, false, {0, 0xc6a0f6, 0xed8796, 0xeed49f, 0xa6da95, 0x8bd5ca, 0x8aadf4, 0x939ab7}},
	{"tokyo-night", false, false, {0, 0xbb9af7, 0xf7768e, 0xe0af68, 0x9ece6a, 0x73daca, 0x7aa2f7, 0x7f88b0}},
	{"minimal", true, false, {0}},
};

static const struct {
	const char *other, *name;
} other_names[] = {
	{"catppuccin", "mocha"},
	{"catppuccin-mocha", "mocha"},
	{"catppuccin-latte", "latte"},
	{"catppuccin-frappe", "frappe"},
	{"catppuccin-macchiato", "macchiato"},
	{"tokyo", "tokyo-night"},
	{"tokyonight", "tokyo-night"},
	{"plain", "minimal"},
};

/*
 * With sixteen colours their shades are the terminal's. Yellow, green and cyan are pale in most sets, so a theme for a
 * light background does without them.
 */
static const char *const sixteen_dark[] = {"", "1;35", "31", "33", "32", "36", "36", "2"},
			 *const sixteen_light[] = {"", "1;35", "31", "35", "1", "34", "34", "2"},
			 *const sixteen_minimal[] = {"", "1", "1;31", "1", "", "", "1", "2"};

static const struct palette *find(const char *name)
{
	for (size_t i = 0; i < NONO_ARRAY_SIZE(other_names); i++)
		if (strcasecmp(other_names[i].other, name) == 0)
			name = other_names[i].name;
	for (size_t i = 0; i < NONO_ARRAY_SIZE(palettes); i++)
		if (strcasecmp(palettes[i].name, name) == 0)
			return &palettes[i];
	return NULL;
}

bool theme_known(const char *name)
{
	return find(name) != NULL;
}

const char *theme_names(void)
{
	return "mocha, latte, frappe, macchiato, tokyo-night, minimal";
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

bool theme_wants_colour(int fd)
{
	const char *force = variable("CLICOLOR_FORCE"), *term = variable("TERM");

	if (*variable("NO_COLOR"))
		return false;
	if (*force && strcmp(force, "0") != 0)
		return true;
	return strcmp(variable("CLICOLOR"), "0") != 0 && *term && strcmp(term, "dumb") != 0 && isatty(fd);
}

enum depth { SIXTEEN, CUBE, TRUE_COLOUR };

static enum depth terminal_depth(void)
{
	const char *colorterm = variable("COLORTERM"), *term = variable("TERM");

	if (strcasecmp(colorterm, "truecolor") == 0 || strcasecmp(colorterm, "24bit") == 0 || strstr(term, "-direct"))
		return TRUE_COLOUR;
	return strstr(term, "256color") ? CUBE : SIXTEEN;
}

/* "15;0" or "0;default;15": the last field is the background, of sixteen colours. -1: not told. */
static int background(void)
{
	const char *last = strrchr(variable("COLORFGBG"), ';');

	if (!last || last[1] < '0' || last[1] > '9')
		return -1;
	return last[2] ? 10 + last[2] - '0' : last[1] - '0';
}

static const struct palette *default_palette(enum depth *depth)
{
	int colour = background();

	if (colour < 0)
		*depth = SIXTEEN;
	return find(colour == 7 || colour == 15 ? "latte" : "mocha");
}

static int distance(int a, int b)
{
	return (a - b) * (a - b);
}

/* How bright a colour looks, near enough to compare: the square stands for the exponent of a screen's. */
static int64_t brightness(const int rgb[3])
{
	static const int weights[] = {2126, 7152, 722};
	int64_t sum = 0;

	for (size_t channel = 0; channel < 3; channel++)
		sum += (int64_t)weights[channel] * rgb[channel] * rgb[channel];
	return sum;
}

/* What one of the 256 colours from 16 on is: of the 6x6x6 cube, or of the 24 greys after it. */
static void indexed_colour(int index, int ret[3])
{
	static const int levels[] = {0, 95, 135, 175, 215, 255};

	for (int channel = 2, rest = index - 16; channel >= 0; channel--, rest /= 6)
		ret[channel] = index < 232 ? levels[rest % 6] : 8 + 10 * (index - 232);
}

/* The nearest of the 256 colours that is no paler on its background than what was wanted. */
static int cube_index(uint32_t rgb, bool light)
{
	const int want[3] = {(int)(rgb >> 16 & 0xff), (int)(rgb >> 8 & 0xff), (int)(rgb & 0xff)};
	int best = light ? 16 : 231, best_off = INT_MAX;

	for (int index = 16; index < 256; index++) {
		int found[3], off = 0;

		indexed_colour(index, found);
		if (light ? brightness(found) > brightness(want) : brightness(found) < brightness(want))
			continue;
		for (size_t channel = 0; channel < 3; channel++)
			off += distance(found[channel], want[channel]);
		if (off < best_off) {
			best = index;
			best_off = off;
		}
	}
	return best;
}

static const char *sixteen_code(const struct palette *p, enum output_role role)
{
	if (p->plain)
		return sixteen_minimal[role];
	return p->light ? sixteen_light[role] : sixteen_dark[role];
}

static void make_role(const struct palette *p, enum output_role role, enum depth depth, char *ret, size_t size)
{
	uint32_t rgb = p->rgb[role];
	const char *bold = role == OUTPUT_HEADING ? "1;" : "", *code = sixteen_code(p, role);

	if (p->plain || depth == SIXTEEN)
		(void)snprintf(ret, size, *code ? "\033[%sm" : "%s", code);
	else if (depth == CUBE)
		(void)snprintf(ret, size, "\033[%s38;5;%dm", bold, cube_index(rgb, p->light));
	else
		(void)snprintf(ret, size, "\033[%s38;2;%u;%u;%um", bold, rgb >> 16 & 0xff, rgb >> 8 & 0xff, rgb & 0xff);
}

void theme_make(const char *name, struct theme *ret)
{
	enum depth depth = terminal_depth();
	const struct palette *p = name ? find(name) : default_palette(&depth);

	if (!p)
		p = &palettes[0];
	*ret = (struct theme){.stop = "\033[0m"};
	for (int role = OUTPUT_PLAIN + 1; role < OUTPUT_ROLES; role++)
		make_role(p, (enum output_role)role, depth, ret->start[role], sizeof(ret->start[role]));
}
