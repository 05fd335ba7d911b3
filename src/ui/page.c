/* SPDX-License-Identifier: MIT */
#include "page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sockeye/base/mem.h"

#define HEAD_X 1
#define TERM_X 2
/* Narrower than this texts are cut by the edge: a word a line is no text. */
#define TEXT_LEAST_W 16
/* A term is cut here at the latest. */
#define TERM_SIZE 128

/* ---- making ---------------------------------------------------------- */

void page_free(struct page *p)
{
	buf_free(&p->text);
	free(p->item);
	*p = (struct page){ .n = 0 };
}

void page_reset(struct page *p)
{
	buf_reset(&p->text);
	p->n = 0;
}

static size_t keep(struct page *p, struct clean text)
{
	size_t at = p->text.len;

	buf_add(&p->text, text.s, text.len);
	buf_char(&p->text, '\0');
	return at;
}

static struct page_item *add(struct page *p, struct clean term, struct clean text)
{
	struct page_item *it;

	if (p->n == p->room) {
		p->room = p->room > 0 ? p->room * 2 : 64;
		p->item = xreallocarray(p->item, p->room, sizeof(p->item[0]));
	}
	it = &p->item[p->n++];
	*it = (struct page_item){ .term_x = TERM_X, .text_x = PAGE_TEXT_X };
	it->term = keep(p, term);
	it->text = keep(p, text);
	return it;
}

void page_blank(struct page *p)
{
	add(p, TEXT_LIT(""), TEXT_LIT(""));
}

void page_head(struct page *p, struct clean title)
{
	struct page_item *it;

	if (p->n > 0)
		page_blank(p);
	it = add(p, title, TEXT_LIT(""));
	it->term_role = ROLE_LABEL;
	it->term_x = HEAD_X;
	it->head = true;
}

void page_term(struct page *p, unsigned term_w, enum role role, struct clean term,
	       enum role text_role, struct clean text)
{
	struct page_item *it = add(p, term, text);

	it->term_role = role;
	it->text_role = text_role;
	it->text_x = (uint8_t)(TERM_X + term_w + 1);
}

void page_text(struct page *p, struct clean mark, enum role role, struct clean text)
{
	struct page_item *it = add(p, mark, text);

	it->text_role = role;
	it->term_x = PAGE_TEXT_X;
	if (mark.cells > 0)
		it->text_x = (uint8_t)(PAGE_TEXT_X + mark.cells + 1);
}

void page_line(struct page *p, enum role role, struct clean text)
{
	struct page_item *it = add(p, TEXT_LIT(""), text);

	it->text_role = role;
	it->text_x = HEAD_X;
}

/* ---- wrapping -------------------------------------------------------- */

/* How much goes into width columns: whole words, if one fits at all. */
static size_t words_that_fit(const char *text, unsigned width)
{
	size_t len = strlen(text), at = 0, blank = 0;
	unsigned cells = 0;

	while (at < len) {
		uint32_t ch;
		size_t size = text_decode(text + at, len - at, &ch);
		int w = text_width(ch);

		if (ch == ' ')
			blank = at;
		if (cells + (unsigned)w > width)
			return blank > 0 ? blank : at > 0 ? at : size;
		cells += (unsigned)w;
		at += size;
	}
	return len;
}

void page_walk(const struct page *p, int w, void (*row)(void *ctx, const struct page_row *r),
	       void *ctx)
{
	for (unsigned i = 0; i < p->n; i++) {
		const struct page_item *it = &p->item[i];
		const char *term = p->text.s + it->term, *at = p->text.s + it->text;
		/* A blank stays at the right end. */
		int room = w - it->text_x - 1;
		unsigned width = room > TEXT_LEAST_W ? (unsigned)room : TEXT_LEAST_W;
		struct page_row r = { .item = it, .term = text_own(term, strlen(term)) };

		do {
			size_t len = words_that_fit(at, width);

			r.text = text_own(at, len);
			row(ctx, &r);
			r.term = TEXT_LIT("");
			at += len;
			while (*at == ' ')
				at++;
		} while (*at != '\0');
	}
}

static void count_row(void *ctx, const struct page_row *r)
{
	(void)r;
	++*(unsigned *)ctx;
}

unsigned page_lines(const struct page *p, int w)
{
	unsigned n = 0;

	page_walk(p, w, count_row, &n);
	return n;
}

/* ---- scrolling ------------------------------------------------------- */

static unsigned rows_of(int h)
{
	return h > 0 ? (unsigned)h : 1;
}

static unsigned last_top(unsigned lines, int h)
{
	return lines > rows_of(h) ? lines - rows_of(h) : 0;
}

unsigned page_last_top(const struct page *p, int w, int h)
{
	return last_top(page_lines(p, w), h);
}

struct clean page_where(const struct page *p, int w, int h, unsigned top, char buf[PAGE_WHERE_SIZE])
{
	unsigned lines = page_lines(p, w), last = last_top(lines, h), end;

	if (last == 0)
		return TEXT_LIT("");
	top = top < last ? top : last;
	end = top + rows_of(h);
	snprintf(buf, PAGE_WHERE_SIZE, "lines %u-%u of %u", top + 1, end < lines ? end : lines,
		 lines);
	return text_own(buf, strlen(buf));
}

bool page_scroll(unsigned *top, enum action act, unsigned last, int h)
{
	unsigned at = *top < last ? *top : last, page = h > 2 ? (unsigned)h - 1 : 1;

	if (act == ACT_DOWN)
		at = at < last ? at + 1 : last;
	else if (act == ACT_UP)
		at = at > 0 ? at - 1 : 0;
	else if (act == ACT_PAGE_DOWN)
		at = last - at > page ? at + page : last;
	else if (act == ACT_PAGE_UP)
		at = at > page ? at - page : 0;
	else if (act == ACT_FIRST)
		at = 0;
	else if (act == ACT_LAST)
		at = last;
	else
		return false;
	*top = at;
	return true;
}

/* ---- drawing --------------------------------------------------------- */

void page_put(const struct page_row *r, struct canvas *c, struct rect line, enum text_set set)
{
	const struct page_item *it = r->item;
	/* A head has the line for itself; a term leaves a blank before its text. */
	uint32_t room = it->text_x > it->term_x ? it->text_x - it->term_x - 1u : 0;
	char cut[TERM_SIZE];
	struct clean term = it->head ? r->term : text_cut(r->term, room, set, cut, sizeof(cut));

	canvas_put(c, line, line.x + it->term_x, line.y, it->term_role, term);
	canvas_put(c, line, line.x + it->text_x, line.y, it->text_role, r->text);
}

struct drawing {
	struct canvas *c;
	struct rect area;
	unsigned top, at;
	enum text_set set;
};

static void draw_row(void *ctx, const struct page_row *r)
{
	struct drawing *d = ctx;
	unsigned at = d->at++;
	struct rect line = { d->area.x, d->area.y, d->area.w, 1 };

	if (at < d->top || at - d->top >= (unsigned)d->area.h)
		return;
	line.y += (int)(at - d->top);
	page_put(r, d->c, line, d->set);
}

void page_draw(const struct page *p, struct canvas *c, struct rect area, unsigned top,
	       enum text_set set)
{
	unsigned last = page_last_top(p, area.w, area.h);
	struct drawing d = { .c = c, .area = area, .top = top < last ? top : last, .set = set };

	if (area.h > 0)
		page_walk(p, area.w, draw_row, &d);
}
