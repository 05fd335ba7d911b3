/* SPDX-License-Identifier: MIT */
#include "kept.h"

#include <stdlib.h>
#include <string.h>

#include "sockeye/base/mem.h"

static void page_free(struct kept_page *p)
{
	buf_free(&p->text);
	free(p->start);
}

void kept_free(struct kept *k)
{
	page_free(&k->page);
	page_free(&k->note);
}

static void make_room(struct kept_page *p, uint32_t rows)
{
	if (rows <= p->n_room)
		return;
	p->start = xreallocarray(p->start, rows, TABLE_COLS * sizeof(*p->start));
	p->n_room = rows;
}

static void add_cell(struct kept_page *p, const struct table *t, uint32_t row, unsigned col)
{
	char buf[TABLE_CELL_SIZE];
	enum role role = ROLE_TEXT;
	struct clean text = t->ops->cell(t->pane, row, t->col[col].id, buf, &role);

	p->start[p->n_rows * TABLE_COLS + col] = (uint32_t)p->text.len;
	buf_add(&p->text, text.s, text.len);
	buf_char(&p->text, '\0');
}

void kept_note(struct kept *k, const struct table *t, uint32_t end)
{
	struct kept_page *p = &k->note;
	uint32_t height = t->height > 0 ? (uint32_t)t->height : 0;

	buf_reset(&p->text);
	p->n_rows = 0;
	p->n_cols = t->n_cols;
	make_room(p, height);
	for (unsigned i = 0; i < t->n_cols; i++)
		p->column[i] = t->col[i].id;
	for (uint32_t row = t->top; row < end && p->n_rows < height; row++, p->n_rows++)
		for (unsigned i = 0; i < t->n_cols; i++)
			add_cell(p, t, row, i);
}

void kept_take(struct kept *k)
{
	struct kept_page old = k->page;

	k->page = k->note;
	k->note = old;
	k->note.n_rows = 0;
}

struct clean kept_cell(const struct kept *k, uint32_t row, unsigned column)
{
	const struct kept_page *p = &k->page;

	for (unsigned i = 0; i < p->n_cols && row < p->n_rows; i++)
		if (p->column[i] == column) {
			const char *s = p->text.s + p->start[row * TABLE_COLS + i];

			return text_own(s, strlen(s));
		}
	return TEXT_LIT("");
}
