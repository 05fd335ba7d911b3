/* SPDX-License-Identifier: MIT */
/* The list of network namespaces: one row each, by its name, its container or its inode. */
#include "pane.h"

#define STATE(st) (COL_STATE + ST_##st)

// clang-format off
static const struct group_column columns[] = {
	{ "Namespace", COL_KEY, 15, 20, 40, false, false },
	{ NULL, COL_INODE, 10, 10, 10, true, false },
	{ .id = COL_SOCKETS },
	{ .id = COL_DELTA },
	{ .id = COL_PROCESSES },
	{ .id = STATE(ESTABLISHED) },
	{ .id = STATE(CLOSE_WAIT) },
	{ .title = "Half", .id = STATE(SYN_RECV) },
	{ .id = STATE(LISTEN) },
	{ .id = STATE(TIME_WAIT) },
	{ .id = COL_UDP },
	{ .id = COL_PEERS },
	{ .id = COL_RECV_Q },
	{ .id = COL_SEND_Q },
	{ .id = COL_NEW },
	{ .id = COL_OLDEST },
};
// clang-format on

static void columns_of_netns(struct pane *p)
{
	pane_set_columns(p, columns, ARRAY_SIZE(columns));
}

const struct pane_kind kind_netns = {
	.by = BY_NETNS,
	.cell = pane_group_cell,
	.marks = pane_group_marks,
	.sortable = true,
	.sort = 2,
	.natural = NATURAL_NONE,
	.columns = columns_of_netns,
	.synced = pane_set_change_title,
	.help = pane_group_help,
};
