/* SPDX-License-Identifier: MIT */
/* The prefixes of the flood view: who has half-open connections, and what else they do here. */
#include "pane.h"

#define STATE(st) (COL_STATE + ST_##st)

// clang-format off
static const struct group_column columns[] = {
	{ .title = "Prefix", .id = COL_KEY, .min = 18, .width = 20, .max = 39 },
	{ .title = "Half", .id = STATE(SYN_RECV) },
	{ .id = STATE(ESTABLISHED) },
	{ .id = COL_NEW },
	{ .id = COL_PORTS, .min = 8, .width = 9, .max = 20 },
	{ .id = COL_HALF_SHARE },
	{ .id = COL_TREND, .min = TREND_CELLS, .width = TREND_CELLS, .max = TREND_CELLS },
	{ .id = COL_SEEN },
	{ .id = COL_ADDRESSES },
	{ .id = COL_IDLE },
	{ .id = COL_SOCKETS },
	{ .id = COL_DELTA },
	{ .id = STATE(CLOSE_WAIT) },
	{ .id = STATE(TIME_WAIT) },
	{ .id = COL_RECV_Q },
	{ .id = COL_SEND_Q },
	{ .id = COL_PROCESSES },
};
// clang-format on

static void columns_of_flood(struct pane *p)
{
	pane_set_columns(p, columns, ARRAY_SIZE(columns));
}

const struct pane_kind kind_flood = {
	.by = BY_REMOTE,
	.cell = pane_group_cell,
	.marks = pane_group_marks,
	.sortable = true,
	.sort = 1,
	.natural = NATURAL_NONE,
	.columns = columns_of_flood,
	.synced = pane_set_change_title,
	.help = pane_group_help,
};
