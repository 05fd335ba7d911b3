/* SPDX-License-Identifier: MIT */
/*
 * The list of network namespaces: one row each, by its name, its container or its inode; and that of
 * containers, with the namespaces that they are in.
 */
#include "pane.h"

#define STATE(st) (COL_STATE + ST_##st)

// clang-format off
#define RATES                                  \
	{ .id = COL_IN_RATE, .spare = true },  \
	{ .id = COL_OUT_RATE, .spare = true }

/* What counts in either. */
#define FIGURES                                          \
	{ .id = COL_SOCKETS },                           \
	{ .id = COL_DELTA },                             \
	RATES,                                           \
	{ .id = COL_PROCESSES },                         \
	{ .id = STATE(ESTABLISHED) },                    \
	{ .id = STATE(CLOSE_WAIT) },                     \
	{ .title = "Half", .id = STATE(SYN_RECV) },      \
	{ .id = STATE(LISTEN) },                         \
	{ .id = STATE(TIME_WAIT) },                      \
	{ .id = COL_UDP },                               \
	{ .id = COL_PEERS },                             \
	{ .id = COL_RECV_Q },                            \
	{ .id = COL_SEND_Q },                            \
	{ .id = COL_NEW },                               \
	{ .id = COL_OLDEST }

static const struct group_column netns_columns[] = {
	{ "Namespace", COL_KEY, 15, 20, 40, false, false },
	{ NULL, COL_CONTAINER, 12, 12, 24, false, false },
	FIGURES,
	{ NULL, COL_INODE, 10, 10, 10, true, false },
};

static const struct group_column container_columns[] = {
	{ "Container", COL_KEY, 15, 18, 32, false, false },
	{ NULL, COL_NETNS, 12, 12, 24, false, false },
	FIGURES,
	{ NULL, COL_RUNTIME, 10, 10, 10, false, false },
	{ NULL, COL_LISTENS, 18, 18, 40, false, false },
	{ NULL, COL_POD, 36, 36, 36, false, true },
};
// clang-format on

static void columns_of_netns(struct pane *p)
{
	pane_set_columns(p, netns_columns, ARRAY_SIZE(netns_columns));
}

static void columns_of_containers(struct pane *p)
{
	pane_set_columns(p, container_columns, ARRAY_SIZE(container_columns));
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

const struct pane_kind kind_netns_containers = {
	.by = BY_CONTAINER,
	.cell = pane_group_cell,
	.marks = pane_group_marks,
	.sortable = true,
	.sort = 2,
	.natural = NATURAL_NONE,
	.columns = columns_of_containers,
	.synced = pane_set_change_title,
	.help = pane_group_help,
};
