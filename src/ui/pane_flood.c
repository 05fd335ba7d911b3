/* SPDX-License-Identifier: MIT */
/* The prefixes of the flood view: who has half-open connections, and what else they do here. */
#include <stdio.h>
#include <string.h>

#include "pane.h"

#define STATE(st) (COL_STATE + ST_##st)

/* Beyond the columns of groups: the share of connections that are half-open. */
#define COL_HALF_SHARE COL_COUNT
#define SHARE_W        5

// clang-format off
static const struct group_column columns[] = {
	{ "Prefix", COL_KEY, 18, 20, 39, false, false },
	{ .title = "Half", .id = STATE(SYN_RECV) },
	{ .id = STATE(ESTABLISHED) },
	{ .id = COL_NEW },
	{ NULL, COL_PORTS, 8, 9, 20, false, false },
	{ NULL, COL_TREND, TREND_CELLS, TREND_CELLS, TREND_CELLS, false, false },
	{ .id = COL_OLDEST },
	{ .id = COL_ADDRESSES },
	{ .id = COL_SOCKETS },
	{ .id = COL_DELTA },
	{ .id = STATE(CLOSE_WAIT) },
	{ .id = STATE(TIME_WAIT) },
	{ .id = COL_RECV_Q },
	{ .id = COL_SEND_Q },
	{ .id = COL_PROCESSES },
};
// clang-format on

/* Where the share stands. */
#define SHARE_AT 5

static void columns_of_flood(struct pane *p)
{
	struct table *t = &p->table;

	pane_set_columns(p, columns, ARRAY_SIZE(columns));
	memmove(&t->col[SHARE_AT + 1], &t->col[SHARE_AT],
		(t->n_cols - SHARE_AT) * sizeof(t->col[0]));
	t->col[SHARE_AT] = (struct table_column){ .title = TEXT_LIT("Half%"),
						  .id = COL_HALF_SHARE,
						  .min = SHARE_W,
						  .width = SHARE_W,
						  .max = SHARE_W,
						  .right = true,
						  .unsorted = true };
	t->n_cols++;
}
_Static_assert(ARRAY_SIZE(columns) < TABLE_COLS, "there is room for the share");
_Static_assert(COL_HALF_SHARE <= UINT8_MAX, "its number is that of a column");

static struct clean share_text(const struct group *g, char *buf, enum role *role)
{
	uint32_t half = g->state[ST_SYN_RECV], tcp = g->sockets - g->udp;

	if (half == 0 || tcp == 0) {
		*role = ROLE_DIM;
		return TEXT_LIT("0%");
	}
	return text_own(buf, (size_t)snprintf(buf, FIELD_TEXT_SIZE, "%u%%",
					      (unsigned)((uint64_t)half * 100 / tcp)));
}

static struct clean flood_cell(const void *pane, uint32_t row, unsigned id, char *buf,
			       enum role *role)
{
	const struct pane *p = pane;
	const struct pin *pin;
	uint32_t at;

	if (id != COL_HALF_SHARE)
		return pane_group_cell(pane, row, id, buf, role);
	at = pane_view_row(p, row, &pin);
	return pin != NULL ? TEXT_LIT("") : share_text(view_group(p->view, at), buf, role);
}

static const char *help_of(const struct pane *p, unsigned id)
{
	if (id == COL_HALF_SHARE)
		return "of its connections, the share that is half-open";
	return pane_group_help(p, id);
}

const struct pane_kind kind_flood = {
	.by = BY_REMOTE,
	.cell = flood_cell,
	.marks = pane_group_marks,
	.sortable = true,
	.sort = 1,
	.natural = NATURAL_NONE,
	.columns = columns_of_flood,
	.synced = pane_set_change_title,
	.help = help_of,
};
