/* SPDX-License-Identifier: MIT */
#include "sockeye/screen/theme.h"

#include <assert.h>

#define B STYLE_BOLD
#define U STYLE_UNDERLINE
#define R STYLE_REVERSE

enum {
	DEF = STYLE_DEFAULT,
	RED = 1,
	MAGENTA = 5,
	/*
	 * Of the 256: each has a contrast of at least 3.8 (WCAG) on black and on white, so nobody
	 * has to guess the background. Yellow, cyan, white and plain blue vanish on one of the two.
	 */
	TEAL = 31,
	VIOLET = 98,
	ORANGE = 166,
	SCARLET = 196,
	GREY = 243,
};

// clang-format off
static const struct style styles[ROLE_COUNT][THEME_COUNT] = {
	/*                     mono            8 colours         256 */
	[ROLE_TEXT]        = { { 0,     DEF }, { 0, DEF },       { 0, DEF } },
	[ROLE_DIM]         = { { 0,     DEF }, { 0, DEF },       { 0, GREY } },
	[ROLE_LABEL]       = { { U,     DEF }, { U, DEF },       { U, DEF } },
	[ROLE_FOCUS]       = { { R,     DEF }, { R, DEF },       { R, DEF } },
	[ROLE_CURSOR]      = { { R,     DEF }, { R, DEF },       { R, DEF } },
	[ROLE_CURSOR_OFF]  = { { B,     DEF }, { B, DEF },       { B, DEF } },
	[ROLE_PIN]         = { { B | U, DEF }, { B, MAGENTA },   { B, VIOLET } },
	[ROLE_NEW]         = { { B,     DEF }, { B, DEF },       { B, TEAL } },
	[ROLE_WARN]        = { { B,     DEF }, { 0, MAGENTA },   { B, ORANGE } },
	[ROLE_CRIT]        = { { B | R, DEF }, { B, RED },       { B, SCARLET } },
	[ROLE_KEY]         = { { B,     DEF }, { B, DEF },       { B, TEAL } },
	[ROLE_PAST]        = { { R,     DEF }, { R, MAGENTA },   { R, VIOLET } },
	[ROLE_DANGER]      = { { B,     DEF }, { B, RED },       { B, SCARLET } },
	[ROLE_UNKNOWN]     = { { 0,     DEF }, { 0, DEF },       { 0, GREY } },
};
// clang-format on

enum theme theme_choose(int colors, bool mono)
{
	if (mono || colors < 8)
		return THEME_MONO;
	return colors == 256 ? THEME_256 : THEME_8;
}

struct style theme_style(enum theme theme, enum role role)
{
	assert((unsigned)theme < THEME_COUNT && (unsigned)role < ROLE_COUNT);
	return styles[role][theme];
}
