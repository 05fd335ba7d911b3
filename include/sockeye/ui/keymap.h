/* SPDX-License-Identifier: MIT */
/*
 * Which key does what, where. A context falls back on the one beneath it, so that a binding stands
 * once; footer and help are made from the same table and cannot lie.
 */
#ifndef SOCKEYE_UI_KEYMAP_H
#define SOCKEYE_UI_KEYMAP_H

#include <stddef.h>

#include "sockeye/base/text.h"
#include "sockeye/screen/key.h"
#include "sockeye/ui/action.h"

enum context {
	CTX_GLOBAL,
	CTX_TABLE,    /* anything with rows; falls back on CTX_GLOBAL */
	CTX_PANE,     /* a list of things; falls back on CTX_TABLE */
	CTX_OVERVIEW, /* falls back on CTX_PANE, like the next four */
	CTX_LISTENERS,
	CTX_NETNS,
	CTX_SOCKETS,
	CTX_FLOOD,
	CTX_HELP,    /* falls back on CTX_TABLE, like the next three */
	CTX_EXPLAIN, /* the page of a state or a finding */
	CTX_DETAIL,  /* the page of a socket */
	CTX_COLUMNS, /* the choice of columns */
	CTX_PROMPT,  /* falls back on nothing: characters are text */
	CTX_FILTER,  /* falls back on CTX_PROMPT */
	CTX_COUNT
};

/* What the key does in this context, or ACT_NONE. */
enum action keymap_find(enum context ctx, struct key k);

#define KEYMAP_TEXT_SIZE 64

/* The keys of an action in this context, "Up k": at most so many of them. Empty when it has none.
 */
struct clean keymap_keys(enum context ctx, enum action a, size_t most, char buf[KEYMAP_TEXT_SIZE]);

/*
 * The actions that the footer tells of in this context, ended by ACT_NONE. The last is always
 * shown, the others as far as there is room, the first first.
 */
const uint8_t *keymap_footer(enum context ctx);

#endif
