/* SPDX-License-Identifier: MIT */
#include "bar.h"

void bar_add(struct bar *b, struct piece p)
{
	if (p.text.cells > 0 && b->n < BAR_PIECES)
		b->piece[b->n++] = p;
}

/* What a side takes; with cut, when pieces are cut that may be. */
static unsigned side_width(const struct bar *b, bool right, bool cut)
{
	unsigned w = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct piece *p = &b->piece[i];
		unsigned cells = p->text.cells;

		if (p->right != right)
			continue;
		if (cut && p->least > 0 && cells > p->least)
			cells = p->least;
		w += cells + (w > 0 ? p->gap : 0);
	}
	return w;
}

/* Both sides are parted by two blanks at least. */
#define SIDES_GAP 2

static unsigned total_width(const struct bar *b, bool cut)
{
	unsigned left = side_width(b, false, cut), right = side_width(b, true, cut);

	return left + right + (left > 0 && right > 0 ? SIDES_GAP : 0);
}

/* Takes out the pieces with the highest drop. False when nothing is left that may go. */
static bool drop_worst(struct bar *b)
{
	unsigned worst = 0;
	size_t kept = 0;

	for (size_t i = 0; i < b->n; i++)
		if (b->piece[i].drop > worst)
			worst = b->piece[i].drop;
	for (size_t i = 0; i < b->n && worst > 0; i++)
		if (b->piece[i].drop != worst)
			b->piece[kept++] = b->piece[i];
	if (worst > 0)
		b->n = kept;
	return worst > 0;
}

static int put_side(const struct bar *b, struct canvas *c, struct rect line, int x, bool right)
{
	bool first = true;

	for (size_t i = 0; i < b->n; i++) {
		const struct piece *p = &b->piece[i];

		if (p->right != right)
			continue;
		x += first ? 0 : p->gap;
		x += canvas_put(c, line, x, line.y, p->role, p->text);
		first = false;
	}
	return x;
}

static struct piece *find_cut(struct bar *b)
{
	struct piece *last = NULL;

	for (size_t i = 0; i < b->n; i++) {
		if (b->piece[i].least > 0)
			return &b->piece[i];
		if (!b->piece[i].right)
			last = &b->piece[i];
	}
	return last;
}

#define CUT_SIZE 4096

void bar_draw(struct bar *b, struct canvas *c, struct rect line, enum text_set set)
{
	char buf[CUT_SIZE];
	unsigned w = line.w > 0 ? (unsigned)line.w : 0, right, all;
	struct piece *p;

	while (total_width(b, true) > w && drop_worst(b))
		;
	p = find_cut(b);
	all = total_width(b, false);
	if (p != NULL && all > w && p->text.cells > all - w)
		p->text = text_cut(p->text, p->text.cells - (all - w), set, buf, sizeof(buf));
	right = side_width(b, true, false);
	put_side(b, c, line, line.x, false);
	if (right > 0)
		put_side(b, c, line, right < w ? line.x + (int)(w - right) : line.x, true);
}
