/* SPDX-License-Identifier: MIT */
/* Pictures of a screen: as text, as letters for the attributes, as SVG. */
#include "vt.h"

#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/base/text.h"

#define ROW_SIZE 16384

size_t vt_cell_text(const VTermScreenCell *cell, char buf[32])
{
	size_t len = 0;

	for (int i = 0;
	     i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] && cell->chars[i] != UINT32_MAX; i++)
		len += text_encode(cell->chars[i], buf + len);
	if (len == 0)
		buf[len++] = ' ';
	return len;
}

void vt_dump_text(const struct vt *v, FILE *to)
{
	char line[ROW_SIZE];

	for (int row = 0; row < vt_rows(v); row++) {
		vt_row_text(v, row, line, sizeof(line));
		fprintf(to, "%s\n", line);
	}
}

/* ---- attributes --------------------------------------------------------- */

#define LOOKS_MAX 62

static void color_name(const VTermColor *c, bool is_default, char buf[16])
{
	if (is_default)
		snprintf(buf, 16, "-");
	else if (VTERM_COLOR_IS_INDEXED(c))
		snprintf(buf, 16, "%u", c->indexed.idx);
	else
		snprintf(buf, 16, "#%02x%02x%02x", c->rgb.red, c->rgb.green, c->rgb.blue);
}

static void look_name(const VTermScreenCell *cell, char *buf, size_t size)
{
	char fg[16], bg[16];

	color_name(&cell->fg, VTERM_COLOR_IS_DEFAULT_FG(&cell->fg), fg);
	color_name(&cell->bg, VTERM_COLOR_IS_DEFAULT_BG(&cell->bg), bg);
	snprintf(buf, size, "%s on %s%s%s%s", fg, bg, cell->attrs.bold ? " bold" : "",
		 cell->attrs.underline ? " underline" : "", cell->attrs.reverse ? " reverse" : "");
}

void vt_dump_attrs(const struct vt *v, FILE *to)
{
	static const char letters[LOOKS_MAX + 1] =
		".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012345678";
	char looks[LOOKS_MAX][64] = { "- on -" };
	size_t n = 1;

	for (int row = 0; row < vt_rows(v); row++) {
		for (int col = 0; col < vt_cols(v); col++) {
			VTermScreenCell cell;
			char look[sizeof(looks[0])];
			size_t i;

			vt_cell(v, row, col, &cell);
			look_name(&cell, look, sizeof(look));
			for (i = 0; i < n && strcmp(look, looks[i]) != 0; i++)
				;
			if (i == n && n < LOOKS_MAX)
				memcpy(looks[n++], look, sizeof(look));
			fputc(i < LOOKS_MAX ? letters[i] : '?', to);
		}
		fputc('\n', to);
	}
	for (size_t i = 0; i < n; i++)
		fprintf(to, "%c = %s\n", letters[i], looks[i]);
}

/* ---- SVG ---------------------------------------------------------------- */

#define CELL_W    8.4 /* of the usual monospaced fonts at FONT_SIZE; textLength makes it so */
#define CELL_H    18
#define FONT_SIZE 14
#define ASCENT    13
#define MARGIN    12
#define LIGHT     0xd8d8d8u
#define DARK      0x16181cu

static const unsigned ansi[16] = {
	0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
	0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
};

/* xterm's palette: 16 colours, a cube of 6 x 6 x 6, 24 greys. */
static unsigned palette(unsigned i)
{
	static const unsigned level[6] = { 0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff };

	if (i < 16)
		return ansi[i];
	if (i >= 232)
		return (8 + 10 * (i - 232)) * 0x010101u;
	i -= 16;
	return level[i / 36] << 16 | level[i / 6 % 6] << 8 | level[i % 6];
}

static unsigned rgb(const VTermColor *c)
{
	if (VTERM_COLOR_IS_INDEXED(c))
		return palette(c->indexed.idx);
	return (unsigned)c->rgb.red << 16 | (unsigned)c->rgb.green << 8 | c->rgb.blue;
}

/* What a run of cells has in common. */
struct look {
	unsigned fg, bg;
	bool bold, underline;
};

static struct look cell_look(const VTermScreenCell *cell)
{
	struct look l = {
		.fg = VTERM_COLOR_IS_DEFAULT_FG(&cell->fg) ? LIGHT : rgb(&cell->fg),
		.bg = VTERM_COLOR_IS_DEFAULT_BG(&cell->bg) ? DARK : rgb(&cell->bg),
		.bold = cell->attrs.bold,
		.underline = cell->attrs.underline != 0,
	};

	if (cell->attrs.reverse) {
		const unsigned fg = l.fg;

		l.fg = l.bg;
		l.bg = fg;
	}
	return l;
}

static bool same_look(const struct look *a, const struct look *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->bold == b->bold &&
	       a->underline == b->underline;
}

static void put_escaped(const char *s, size_t len, FILE *to)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] == '&')
			fputs("&amp;", to);
		else if (s[i] == '<')
			fputs("&lt;", to);
		else if (s[i] == '>')
			fputs("&gt;", to);
		else
			fputc(s[i], to);
}

/* The columns from first to end of a row look alike. Blank ones on the ground need nothing. */
static void put_run(const struct vt *v, int row, int first, int end, const struct look *l, FILE *to)
{
	const double x = MARGIN + first * CELL_W, w = (end - first) * CELL_W;
	const int y = MARGIN + row * CELL_H;
	char line[ROW_SIZE];
	size_t len = 0;
	bool blank = true;

	for (int col = first; col < end && len + 32 < sizeof(line); col++) {
		VTermScreenCell cell;

		vt_cell(v, row, col, &cell);
		if (cell.chars[0] == UINT32_MAX)
			continue;
		const size_t n = vt_cell_text(&cell, line + len);

		blank = blank && n == 1 && line[len] == ' ';
		len += n;
	}
	if (l->bg != DARK)
		fprintf(to,
			"<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#%06x\"/>\n",
			x, y, w, CELL_H, l->bg);
	if (blank && !l->underline)
		return;
	fprintf(to,
		"<text x=\"%.1f\" y=\"%d\" textLength=\"%.1f\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#%06x\"%s%s>",
		x, y + ASCENT, w, l->fg, l->bold ? " font-weight=\"bold\"" : "",
		l->underline ? " text-decoration=\"underline\"" : "");
	put_escaped(line, len, to);
	fputs("</text>\n", to);
}

void vt_dump_svg(const struct vt *v, FILE *to)
{
	const double w = 2 * MARGIN + vt_cols(v) * CELL_W;
	const int h = 2 * MARGIN + vt_rows(v) * CELL_H;

	fprintf(to,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%d\" viewBox=\"0 0 %.0f %d\">\n",
		w, h, w, h);
	fprintf(to, "<rect width=\"100%%\" height=\"100%%\" rx=\"6\" fill=\"#%06x\"/>\n", DARK);
	fprintf(to,
		"<g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"%d\" xml:space=\"preserve\">\n",
		FONT_SIZE);
	for (int row = 0; row < vt_rows(v); row++) {
		struct look run = { 0 };
		int first = 0;

		for (int col = 0; col < vt_cols(v); col++) {
			VTermScreenCell cell;
			struct look l;

			vt_cell(v, row, col, &cell);
			l = cell_look(&cell);
			if (col > first && !same_look(&l, &run)) {
				put_run(v, row, first, col, &run, to);
				first = col;
			}
			if (col == first)
				run = l;
		}
		put_run(v, row, first, vt_cols(v), &run, to);
	}
	fputs("</g>\n</svg>\n", to);
}
