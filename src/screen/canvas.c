/* SPDX-License-Identifier: MIT */
#include "sockeye/screen/canvas.h"

#include <stdlib.h>

#include "sockeye/base/mem.h"

#define BLANK ' '

static const char role_letter[ROLE_COUNT] = {
	[ROLE_TEXT] = '.',   [ROLE_DIM] = '-',        [ROLE_LABEL] = 'l', [ROLE_FOCUS] = 'f',
	[ROLE_CURSOR] = 'c', [ROLE_CURSOR_OFF] = 'o', [ROLE_PIN] = 'p',   [ROLE_NEW] = 'n',
	[ROLE_WARN] = 'w',   [ROLE_CRIT] = 'C',       [ROLE_KEY] = 'k',   [ROLE_PAST] = 'h',
	[ROLE_DANGER] = 'D', [ROLE_UNKNOWN] = '?',
};

static int clamp(int n, int low, int high)
{
	return n < low ? low : n > high ? high : n;
}

void canvas_init(struct canvas *c)
{
	*c = (struct canvas){ .cursor_x = -1, .cursor_y = -1 };
	canvas_resize(c, 1, 1);
}

void canvas_free(struct canvas *c)
{
	free(c->cell);
	*c = (struct canvas){ .cursor_x = -1, .cursor_y = -1 };
}

void canvas_resize(struct canvas *c, int w, int h)
{
	w = clamp(w, 1, CANVAS_MAX_W);
	h = clamp(h, 1, CANVAS_MAX_H);
	if (w != c->w || h != c->h) {
		c->cell = xreallocarray(c->cell, (size_t)w * (size_t)h, sizeof(*c->cell));
		c->w = w;
		c->h = h;
	}
	canvas_clear(c);
}

void canvas_clear(struct canvas *c)
{
	canvas_fill(c, (struct rect){ 0, 0, c->w, c->h }, ROLE_TEXT, BLANK);
	c->cursor_x = -1;
	c->cursor_y = -1;
}

/* The part of r that is on the canvas; w or h is 0 when there is none. No int overflows. */
static struct rect visible(const struct canvas *c, struct rect r)
{
	struct rect v;
	int right = r.w <= 0 || r.x >= c->w ? 0 : r.w > c->w - r.x ? c->w : r.x + r.w;
	int bottom = r.h <= 0 || r.y >= c->h ? 0 : r.h > c->h - r.y ? c->h : r.y + r.h;

	v.x = r.x < 0 ? 0 : r.x;
	v.y = r.y < 0 ? 0 : r.y;
	v.w = right > v.x ? right - v.x : 0;
	v.h = bottom > v.y ? bottom - v.y : 0;
	return v;
}

static struct cell *cell_at(struct canvas *c, int x, int y)
{
	return &c->cell[y * c->w + x];
}

static void blank_cell(struct cell *cell)
{
	*cell = (struct cell){ .ch = BLANK, .role = cell->role, .width = 1 };
}

/* Before x..x+w of row y is overwritten: what would be left of a wide character becomes blank. */
static void break_halves(struct canvas *c, int x, int y, int w)
{
	if (w <= 0)
		return;
	if (x > 0 && cell_at(c, x, y)->width == 0)
		blank_cell(cell_at(c, x - 1, y));
	if (x + w < c->w && cell_at(c, x + w, y)->width == 0)
		blank_cell(cell_at(c, x + w, y));
}

void canvas_fill(struct canvas *c, struct rect r, enum role role, uint32_t ch)
{
	struct rect v = visible(c, r);

	for (int y = v.y; y < v.y + v.h; y++) {
		break_halves(c, v.x, y, v.w);
		for (int x = v.x; x < v.x + v.w; x++)
			*cell_at(c, x, y) =
				(struct cell){ .ch = ch, .role = (uint8_t)role, .width = 1 };
	}
}

void canvas_paint(struct canvas *c, struct rect r, enum role role)
{
	struct rect v = visible(c, r);

	for (int y = v.y; y < v.y + v.h; y++)
		for (int x = v.x; x < v.x + v.w; x++)
			cell_at(c, x, y)->role = (uint8_t)role;
}

static void add_mark(struct cell *base, uint32_t ch)
{
	if (base->mark[0] == 0)
		base->mark[0] = ch;
	else if (base->mark[1] == 0)
		base->mark[1] = ch;
}

static void put_char(struct canvas *c, int x, int y, enum role role, uint32_t ch, int width)
{
	break_halves(c, x, y, width);
	*cell_at(c, x, y) =
		(struct cell){ .ch = ch, .role = (uint8_t)role, .width = (uint8_t)width };
	if (width == 2)
		*cell_at(c, x + 1, y) = (struct cell){ .role = (uint8_t)role };
}

int canvas_put(struct canvas *c, struct rect clip, int x, int y, enum role role, struct clean text)
{
	struct rect v = visible(c, clip);
	struct cell *base = NULL;
	int taken = 0;

	if (v.w == 0 || y < v.y || y >= v.y + v.h || x >= v.x + v.w)
		return 0;
	for (size_t at = 0, step; at < text.len; at += step) {
		uint32_t ch;
		int width, right = v.x + v.w - x - taken;

		step = text_decode(text.s + at, text.len - at, &ch);
		width = step > 0 ? text_width(ch) : -1;
		if (width < 0)
			return taken;
		if (width == 0) {
			if (base != NULL)
				add_mark(base, ch);
			continue;
		}
		if (right <= 0)
			return taken;
		base = NULL;
		if (x + taken >= v.x && width <= right) {
			put_char(c, x + taken, y, role, ch, width);
			base = cell_at(c, x + taken, y);
		} else if (x + taken + width > v.x) {
			/* Half of a wide character would show: a blank stands for it. */
			put_char(c, width <= right ? v.x : x + taken, y, role, BLANK, 1);
			width = width <= right ? width : 1;
		}
		taken += width;
	}
	return taken;
}

static void add_char(struct buf *out, uint32_t ch)
{
	char bytes[4];

	buf_add(out, bytes, text_encode(ch, bytes));
}

void canvas_text(const struct canvas *c, struct buf *out)
{
	for (int y = 0; y < c->h; y++) {
		int end = c->w;

		while (end > 0 && canvas_at(c, end - 1, y)->ch == BLANK)
			end--;
		for (int x = 0; x < end; x++) {
			const struct cell *cell = canvas_at(c, x, y);

			if (cell->width == 0)
				continue;
			add_char(out, cell->ch);
			for (size_t i = 0; i < ARRAY_SIZE(cell->mark) && cell->mark[i] != 0; i++)
				add_char(out, cell->mark[i]);
		}
		buf_char(out, '\n');
	}
}

void canvas_roles(const struct canvas *c, struct buf *out)
{
	for (int y = 0; y < c->h; y++) {
		for (int x = 0; x < c->w; x++)
			buf_char(out, role_letter[canvas_at(c, x, y)->role]);
		buf_char(out, '\n');
	}
}
