/* SPDX-License-Identifier: MIT */
/* How roles look: a table, so that it is tested without a terminal. */
#ifndef SOCKEYE_SCREEN_THEME_H
#define SOCKEYE_SCREEN_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "sockeye/base/err.h"
#include "sockeye/screen/canvas.h"

enum theme {
	THEME_MONO, /* attributes only */
	THEME_8,    /* the eight ANSI colours: also where sixteen or direct colours are */
	THEME_256,  /* the palette of xterm */
	THEME_COUNT
};

enum style_attr {
	STYLE_BOLD = 1 << 0,
	STYLE_UNDERLINE = 1 << 1,
	STYLE_REVERSE = 1 << 2,
};

#define STYLE_DEFAULT (-1)

struct style {
	uint8_t attrs; /* enum style_attr */
	int16_t fg;    /* index of a colour, or STYLE_DEFAULT; the background is never set */
};

/*
 * The theme for a terminal with that many colours. A count that is not 256 but above it means direct
 * colours, where only the first eight numbers are sure to be a palette.
 */
enum theme theme_choose(int colors, bool mono);
struct style theme_style(enum theme theme, enum role role);
/* How many of its colours can be asked for by their numbers, from 0 on. */
int theme_palette(int colors, bool mono);

const char *role_name(enum role role); /* "cursor-off": as it is written in SOCKEYE_COLORS */

/* Looks of the user's own. All zero: none. */
struct theme_own {
	bool given[ROLE_COUNT];
	struct style style[ROLE_COUNT];
};

/*
 * Takes "crit=bold,196:warn=166": of each role its whole look, which is a colour from 0 to 255 or
 * "default", and any of "bold", "underline" and "reverse"; what is not named is off. Of a role that
 * stands there twice the last look counts. An entry that is not understood is left out and the others
 * are taken; -EINVAL then, and e has the first of them, without a word of it, and where it begins.
 */
int theme_own_add(struct theme_own *own, const char *text, struct err *e);
/* Appends the entry of a role that has one: "crit=bold,196". */
void theme_own_print(const struct theme_own *own, enum role role, struct buf *out);
/* The user's look, or the theme's where there is none or the terminal has not that colour. */
struct style theme_own_style(const struct theme_own *own, enum theme theme, enum role role,
			     int palette);

#endif
