/* SPDX-License-Identifier: MIT */
#include "chooser.h"

#include <stdio.h>
#include <string.h>

#include "sockeye/base/index.h"

enum chooser_column { SHOWN_TITLE, SHOWN_STATE, SHOWN_HELP };

static uint32_t chooser_rows(const void *chooser)
{
	return ((const struct chooser *)chooser)->n;
}

/* 0 is no id. */
static uint64_t chooser_row_id(const void *chooser, uint32_t row)
{
	return ((const struct chooser *)chooser)->row[row].id + UINT64_C(1);
}

static uint32_t chooser_find(const void *chooser, uint64_t id)
{
	const struct chooser *ch = chooser;

	for (uint32_t i = 0; i < ch->n; i++)
		if (ch->row[i].id + UINT64_C(1) == id)
			return i;
	return IDX_NONE;
}

static struct clean chooser_cell(const void *chooser, uint32_t row, unsigned id, char *buf,
				 enum role *role)
{
	const struct chooser_row *r = &((const struct chooser *)chooser)->row[row];

	switch ((enum chooser_column)id) {
	case SHOWN_TITLE:
		return r->title;
	case SHOWN_STATE:
		if (!r->on)
			*role = ROLE_DIM;
		if (row == 0)
			return TEXT_LIT("always");
		return r->on ? TEXT_LIT("yes") : TEXT_LIT("no");
	case SHOWN_HELP:
		return text_own(buf, (size_t)snprintf(buf, TABLE_CELL_SIZE, "%s", r->help));
	}
	return TEXT_LIT("");
}

static unsigned chooser_marks(const void *chooser, uint32_t row)
{
	(void)chooser;
	(void)row;
	return 0;
}

static const struct table_ops chooser_ops = {
	.rows = chooser_rows,
	.row_id = chooser_row_id,
	.find = chooser_find,
	.cell = chooser_cell,
	.marks = chooser_marks,
};

static void fill(struct chooser *ch, struct pane *p)
{
	struct table_column all[TABLE_COLS];
	unsigned n = pane_all_columns(p, all);

	ch->n = 0;
	for (unsigned i = 0; i < n; i++)
		ch->row[ch->n++] = (struct chooser_row){
			.title = all[i].title,
			.help = p->kind->help(p, all[i].id),
			.id = all[i].id,
			.spare = all[i].spare,
		};
}

void chooser_reset(struct chooser *ch, struct pane *p)
{
	fill(ch, p);
	for (unsigned i = 0; i < ch->n; i++)
		ch->row[i].on = !ch->row[i].spare;
	table_sync(&ch->table);
}

/* What is shown, in its order, comes before the rest. */
static void sort_shown_first(struct chooser *ch, const struct table *shown)
{
	for (unsigned i = 0; i < shown->n_cols; i++) {
		unsigned at = i;
		struct chooser_row r;

		while (at + 1 < ch->n && ch->row[at].id != shown->col[i].id)
			at++;
		r = ch->row[at];
		r.on = true;
		memmove(&ch->row[i + 1], &ch->row[i], (at - i) * sizeof(r));
		ch->row[i] = r;
	}
}

void chooser_open(struct chooser *ch, struct pane *p, enum text_set set)
{
	// clang-format off
	static const struct table_column columns[] = {
		{ .id = SHOWN_TITLE, .min = 12, .width = 14, .max = 20 },
		{ .id = SHOWN_STATE, .min = 6,  .width = 6,  .max = 6 },
		{ .id = SHOWN_HELP,  .min = 16, .width = 40, .max = 120 },
	};
	// clang-format on
	fill(ch, p);
	sort_shown_first(ch, &p->table);
	table_init(&ch->table, &chooser_ops, ch, set);
	memcpy(ch->table.col, columns, sizeof(columns));
	ch->table.col[SHOWN_TITLE].title = TEXT_LIT("Column");
	ch->table.col[SHOWN_STATE].title = TEXT_LIT("Shown");
	ch->table.col[SHOWN_HELP].title = TEXT_LIT("What it tells");
	ch->table.n_cols = sizeof(columns) / sizeof(columns[0]);
	table_sync(&ch->table);
}

bool chooser_toggle(struct chooser *ch)
{
	uint32_t row = table_cursor_row(&ch->table);

	if (row == 0 || row == IDX_NONE)
		return false;
	ch->row[row].on = !ch->row[row].on;
	return true;
}

bool chooser_shift(struct chooser *ch, int step)
{
	uint32_t row = table_cursor_row(&ch->table), to;
	struct chooser_row r;

	if (row == 0 || row == IDX_NONE || (step < 0 ? row == 1 : row + 1 == ch->n))
		return false;
	to = step < 0 ? row - 1 : row + 1;
	r = ch->row[row];
	ch->row[row] = ch->row[to];
	ch->row[to] = r;
	table_go(&ch->table, to);
	return true;
}

unsigned chooser_count(const struct chooser *ch)
{
	unsigned n = 0;

	for (unsigned i = 0; i < ch->n; i++)
		n += ch->row[i].on;
	return n;
}

void chooser_apply(const struct chooser *ch, struct pane *p)
{
	uint8_t id[TABLE_COLS];
	unsigned n = 0;

	for (unsigned i = 0; i < ch->n; i++)
		if (ch->row[i].on)
			id[n++] = ch->row[i].id;
	pane_choose_columns(p, id, n);
}
