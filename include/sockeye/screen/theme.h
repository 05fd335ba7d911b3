/* SPDX-License-Identifier: MIT */
/* How roles look: a table, so that it is tested without a terminal. */
#ifndef SOCKEYE_SCREEN_THEME_H
#define SOCKEYE_SCREEN_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "sockeye/screen/canvas.h"

enum theme {
	THEME_MONO,	/* attributes only */
	THEME_8,	/* the eight ANSI colours: also where sixteen or direct colours are */
	THEME_256,	/* the palette of xterm */
	THEME_COUNT
};

enum style_attr {
	STYLE_BOLD = 1 << 0,
	STYLE_UNDERLINE = 1 << 1,
	STYLE_REVERSE = 1 << 2,
};

#define STYLE_DEFAULT (-1)

struct style {
	uint8_t attrs;	/* enum style_attr */
	int16_t fg;	/* index of a colour, or STYLE_DEFAULT; the background is never set */
};

/*
 * The theme for a terminal with that many colours. A count that is not 256 but above it means direct
 * colours, where only the first eight numbers are sure to be a palette.
 */
enum theme theme_choose(int colors, bool mono);
struct style theme_style(enum theme theme, enum role role);

#endif
