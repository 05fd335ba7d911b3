/* SPDX-License-Identifier: MIT */
/*
 * A page of text: heads, terms with what is said of them, paragraphs. It is made once, without
 * knowing how wide the screen will be; wrapped and scrolled when it is drawn.
 */
#ifndef SOCKEYE_SRC_UI_PAGE_H
#define SOCKEYE_SRC_UI_PAGE_H

#include "sockeye/screen/canvas.h"
#include "sockeye/ui/action.h"

#define PAGE_TEXT_X 3 /* where paragraphs begin */

struct page_item {
	size_t term, text; /* in page.text, each ended by NUL; clean */
	enum role term_role, text_role;
	uint8_t term_x, text_x;
	bool head; /* begins a block */
};

/* All zero is empty. */
struct page {
	struct buf text;
	struct page_item *item;
	unsigned n, room;
};

void page_free(struct page *p);
void page_reset(struct page *p); /* empty, keeps the memory */

/* A head, with a blank line before it unless it is the first line. */
void page_head(struct page *p, struct clean title);
void page_blank(struct page *p);
/*
 * A term in its column of term_w, which cuts it, and what is said of it. Without a term it is said of
 * the one before.
 */
void page_term(struct page *p, unsigned term_w, enum role role, struct clean term,
	       enum role text_role, struct clean text);
/* A paragraph; with a mark ("1.", "-") before it, which may be empty. */
void page_text(struct page *p, struct clean mark, enum role role, struct clean text);
/* The same at the left edge, for lines that are heads of their own. */
void page_line(struct page *p, enum role role, struct clean text);

/* One line of the page as wide as w: how much of the text of an item stands in it. */
struct page_row {
	const struct page_item *item;
	struct clean term; /* empty but on the first line of the item */
	struct clean text;
};

/* Calls row() for each line, wrapped to w columns. */
void page_walk(const struct page *p, int w, void (*row)(void *ctx, const struct page_row *r),
	       void *ctx);
/* Draws one line at the left end of this one. */
void page_put(const struct page_row *r, struct canvas *c, struct rect line, enum text_set set);

unsigned page_lines(const struct page *p, int w);
/* The largest top that leaves no rows empty. */
unsigned page_last_top(const struct page *p, int w, int h);
/* A top beyond the last shows the last lines. */
void page_draw(const struct page *p, struct canvas *c, struct rect area, unsigned top,
	       enum text_set set);
/* "lines 3-24 of 31", or nothing when all are shown. */
#define PAGE_WHERE_SIZE 64
struct clean page_where(const struct page *p, int w, int h, unsigned top,
			char buf[PAGE_WHERE_SIZE]);

/* Does ACT_UP to ACT_LAST for a page of h rows whose last top is last; false for any other action.
 */
bool page_scroll(unsigned *top, enum action act, unsigned last, int h);

#endif
