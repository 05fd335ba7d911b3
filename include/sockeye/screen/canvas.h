/* SPDX-License-Identifier: MIT */
/*
 * The canvas: a grid of cells that widgets draw on and the terminal shows. It knows no terminal, so
 * every screen can be tested as text.
 */
#ifndef SOCKEYE_SCREEN_CANVAS_H
#define SOCKEYE_SCREEN_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "sockeye/base/buf.h"
#include "sockeye/base/text.h"

/* What a cell means; theme.c says how that looks. Each meaning is also told by a mark or a word. */
enum role {
	ROLE_TEXT,
	ROLE_DIM,
	ROLE_LABEL,
	ROLE_FOCUS,
	ROLE_CURSOR,
	ROLE_CURSOR_OFF,
	ROLE_PIN,
	ROLE_NEW,
	ROLE_WARN,
	ROLE_CRIT,
	ROLE_KEY,
	ROLE_PAST,
	ROLE_DANGER,
	ROLE_UNKNOWN,
	ROLE_COUNT
};

struct cell {
	uint32_t ch;         /* 0: the right half of the wide character before it */
	uint32_t mark[2];    /* combining marks, 0 none */
	uint8_t role, width; /* width 1 or 2; 0 for a right half */
};

struct rect {
	int x, y, w, h;
};

struct canvas {
	int w, h;
	struct cell *cell;      /* row by row */
	int cursor_x, cursor_y; /* where the terminal's own cursor goes; -1: hidden */
};

#define CANVAS_MAX_W 1000 /* larger terminals are used up to here */
#define CANVAS_MAX_H 500

void canvas_init(struct canvas *c);
void canvas_free(struct canvas *c);
void canvas_resize(struct canvas *c, int w, int h); /* clamped to 1..CANVAS_MAX; cleared */
void canvas_clear(struct canvas *c);

/* Writes text at x, y of the canvas, cut at the edges of clip. Returns the columns it took. */
int canvas_put(struct canvas *c, struct rect clip, int x, int y, enum role role, struct clean text);
void canvas_fill(struct canvas *c, struct rect r, enum role role, uint32_t ch);
/* Changes the role of cells that are there. */
void canvas_paint(struct canvas *c, struct rect r, enum role role);

static inline const struct cell *canvas_at(const struct canvas *c, int x, int y)
{
	return &c->cell[y * c->w + x];
}

/* For tests and pictures: one line a row, trailing blanks cut. */
void canvas_text(const struct canvas *c, struct buf *out);
/* One letter a cell: its role ('.' text, '-' dim, 'l', 'f', 'c', 'o', 'p', 'n', 'w', 'C', 'k', 'h', 'D', '?'). */
void canvas_roles(const struct canvas *c, struct buf *out);

#endif
