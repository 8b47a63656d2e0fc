/* theme.c - colours: six palettes, and what the terminal can show.  SPDX-License-Identifier: Apache-2.0 */
#include "cli/theme.h"

#include <stdint.h>
#include <stdio.h>
#include <strings.h>

#include "base/util.h"

/* 24-bit colours by role. PLAIN is never set: only the terminal knows what is readable on its background. */
struct palette {
	const char *name;
	bool plain; /* no colours but for errors and warnings */
	uint32_t rgb[OUTPUT_ROLES];
};

/*
 * After Tokyo Night and the flavours of Catppuccin: mauve or magenta, red, yellow, green, teal, blue, overlay; where
 * those are too pale for text on their own background (less than 4.5:1), darker or lighter.
 */
static const struct palette palettes[] = {
	{"mocha", false, {0, 0xcba6f7, 0xf38ba8, 0xf9e2af, 0xa6e3a1, 0x94e2d5, 0x89b4fa, 0x9399b2}},
	{"latte", false, {0, 0x8839ef, 0xd20f39, 0x985900, 0x2f7d1f, 0x10727a, 0x195ce0, 0x66697e}},
	{"frappe", false, {0, 0xca9ee6, 0xe78284, 0xe5c890, 0xa6d189, 0x81c8be, 0x8caaee, 0x9aa2c1}},
	{"macchiato", false, {0, 0xc6a0f6, 0xed8796, 0xeed49f, 0xa6da95, 0x8bd5ca, 0x8aadf4, 0x939ab7}},
	{"tokyo-night", false, {0, 0xbb9af7, 0xf7768e, 0xe0af68, 0x9ece6a, 0x73daca, 0x7aa2f7, 0x7f88b0}},
	{"minimal", true, {0}},
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

/* With sixteen colours their shades are the terminal's; [minimal]. */
static const char *const sixteen[2][OUTPUT_ROLES] = {
	{"", "1;35", "31", "33", "32", "36", "36", "2"},
	{"", "1", "1;31", "1", "", "", "1", "2"},
};

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

/* The nearest of the 256 colours: of the 6x6x6 cube, or of the 24 greys. */
static int cube_index(uint32_t rgb)
{
	static const int levels[] = {0, 95, 135, 175, 215, 255};
	const int want[3] = {(int)(rgb >> 16 & 0xff), (int)(rgb >> 8 & 0xff), (int)(rgb & 0xff)};
	int best = 16, grey = (want[0] + want[1] + want[2]) / 3, cube_off = 0, grey_off = 0, step;

	for (size_t channel = 0, weight = 36; channel < 3; channel++, weight /= 6) {
		size_t nearest = 0;

		for (size_t i = 1; i < NONO_ARRAY_SIZE(levels); i++)
			if (distance(levels[i], want[channel]) < distance(levels[nearest], want[channel]))
				nearest = i;
		best += (int)(nearest * weight);
		cube_off += distance(levels[nearest], want[channel]);
	}
	step = grey < 8 ? 0 : grey > 238 ? 23 : (grey - 3) / 10;
	for (size_t channel = 0; channel < 3; channel++)
		grey_off += distance(8 + 10 * step, want[channel]);
	return grey_off < cube_off ? 232 + step : best;
}

static void make_role(const struct palette *p, enum output_role role, enum depth depth, char *ret, size_t size)
{
	uint32_t rgb = p->rgb[role];
	const char *bold = role == OUTPUT_HEADING ? "1;" : "", *code = sixteen[p->plain][role];

	if (p->plain || depth == SIXTEEN)
		(void)snprintf(ret, size, *code ? "\033[%sm" : "%s", code);
	else if (depth == CUBE)
		(void)snprintf(ret, size, "\033[%s38;5;%dm", bold, cube_index(rgb));
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
