/* SPDX-License-Identifier: MIT */
#include "sockeye/ui/keymap.h"

#include <stdbool.h>
#include <string.h>

#include "sockeye/base/mem.h"

struct binding {
	uint8_t ctx, action;
	uint32_t code;
};

/*
 * The first key of an action is the one that the footer names. [ and O stay free: a slow link may
 * tear ESC [ A apart, and then they come as keys.
 */
// clang-format off
static const struct binding bindings[] = {
	{ CTX_GLOBAL, ACT_HELP, '?' },
	{ CTX_GLOBAL, ACT_HELP, KEYC_F1 },
	{ CTX_GLOBAL, ACT_HELP, 'h' },
	{ CTX_GLOBAL, ACT_STATUS, 'I' },
	{ CTX_GLOBAL, ACT_QUIT, 'q' },
	{ CTX_GLOBAL, ACT_BACK, KEYC_ESC },
	{ CTX_GLOBAL, ACT_BACK, KEYC_BACKSPACE },
	{ CTX_GLOBAL, ACT_CLEAR, 'x' },
	{ CTX_GLOBAL, ACT_PAUSE, 'p' },
	{ CTX_GLOBAL, ACT_INTERVAL, 'i' },
	{ CTX_GLOBAL, ACT_SAVE, 'W' },
	{ CTX_GLOBAL, ACT_MOUSE, 'm' },
	{ CTX_GLOBAL, ACT_REDRAW, KEYC_CTRL('L') },
	{ CTX_GLOBAL, ACT_SUSPEND, KEYC_CTRL('Z') },

	{ CTX_TABLE, ACT_UP, KEYC_UP },
	{ CTX_TABLE, ACT_UP, 'k' },
	{ CTX_TABLE, ACT_DOWN, KEYC_DOWN },
	{ CTX_TABLE, ACT_DOWN, 'j' },
	{ CTX_TABLE, ACT_PAGE_UP, KEYC_PGUP },
	{ CTX_TABLE, ACT_PAGE_DOWN, KEYC_PGDN },
	{ CTX_TABLE, ACT_FIRST, KEYC_HOME },
	{ CTX_TABLE, ACT_FIRST, 'g' },
	{ CTX_TABLE, ACT_LAST, KEYC_END },
	{ CTX_TABLE, ACT_LAST, 'G' },

	{ CTX_PANE, ACT_FIND, '/' },
	{ CTX_PANE, ACT_FIND_NEXT, 'n' },
	{ CTX_PANE, ACT_FIND_PREV, 'N' },
	{ CTX_PANE, ACT_FILTER, 'f' },
	{ CTX_PANE, ACT_SS, 'Y' },
	{ CTX_PANE, ACT_FOLLOW, 'F' },
	{ CTX_PANE, ACT_EXPLAIN, 'e' },
	{ CTX_PANE, ACT_COLUMNS, 'c' },
	{ CTX_PANE, ACT_FAMILIES, 'X' },
	{ CTX_PANE, ACT_RATES, 'B' },
	{ CTX_PANE, ACT_NAMES, 'r' },
	{ CTX_PANE, ACT_SCROLL_LEFT, KEYC_LEFT },
	{ CTX_PANE, ACT_SCROLL_RIGHT, KEYC_RIGHT },

	{ CTX_OVERVIEW, ACT_NEXT_PANE, KEYC_TAB },
	{ CTX_OVERVIEW, ACT_PREV_PANE, KEYC_BACKTAB },
	{ CTX_OVERVIEW, ACT_PANE_STATES, '1' },
	{ CTX_OVERVIEW, ACT_PANE_PROCESSES, '2' },
	{ CTX_OVERVIEW, ACT_PANE_REMOTES, '3' },
	{ CTX_OVERVIEW, ACT_LISTENERS, 'L' },
	{ CTX_OVERVIEW, ACT_NETNS, 'C' },
	{ CTX_OVERVIEW, ACT_FLOOD, 'd' },
	{ CTX_OVERVIEW, ACT_GROUP_BY, 'u' },
	{ CTX_OVERVIEW, ACT_PREFIXES, 'a' },
	{ CTX_OVERVIEW, ACT_OWN, 'o' },
	{ CTX_OVERVIEW, ACT_PIN, KEYC_SPACE },
	{ CTX_OVERVIEW, ACT_PIN_NOT, '!' },
	{ CTX_OVERVIEW, ACT_OPEN, KEYC_ENTER },
	{ CTX_OVERVIEW, ACT_SORT_NEXT, 's' },
	{ CTX_OVERVIEW, ACT_SORT_REVERSE, 'S' },
	{ CTX_OVERVIEW, ACT_ZOOM, 'z' },

	{ CTX_LISTENERS, ACT_OPEN, KEYC_ENTER },
	{ CTX_LISTENERS, ACT_SORT_NEXT, 's' },
	{ CTX_LISTENERS, ACT_SORT_NEXT, '>' },
	{ CTX_LISTENERS, ACT_SORT_PREV, '<' },
	{ CTX_LISTENERS, ACT_SORT_REVERSE, 'S' },

	{ CTX_NETNS, ACT_OPEN, KEYC_ENTER },
	{ CTX_NETNS, ACT_CONTAINERS, 'C' },
	{ CTX_NETNS, ACT_CONTAINERS, 'u' },
	{ CTX_NETNS, ACT_SORT_NEXT, 's' },
	{ CTX_NETNS, ACT_SORT_NEXT, '>' },
	{ CTX_NETNS, ACT_SORT_PREV, '<' },
	{ CTX_NETNS, ACT_SORT_REVERSE, 'S' },

	{ CTX_SOCKETS, ACT_DETAIL, KEYC_ENTER },
	{ CTX_SOCKETS, ACT_SORT_NEXT, 's' },
	{ CTX_SOCKETS, ACT_SORT_NEXT, '>' },
	{ CTX_SOCKETS, ACT_SORT_PREV, '<' },
	{ CTX_SOCKETS, ACT_SORT_REVERSE, 'S' },

	{ CTX_FLOOD, ACT_OPEN, KEYC_ENTER },
	{ CTX_FLOOD, ACT_PIN, KEYC_SPACE },
	{ CTX_FLOOD, ACT_PIN_NOT, '!' },
	{ CTX_FLOOD, ACT_PREFIXES, 'a' },
	{ CTX_FLOOD, ACT_COPY, 'y' },
	{ CTX_FLOOD, ACT_SORT_NEXT, 's' },
	{ CTX_FLOOD, ACT_SORT_NEXT, '>' },
	{ CTX_FLOOD, ACT_SORT_PREV, '<' },
	{ CTX_FLOOD, ACT_SORT_REVERSE, 'S' },
	{ CTX_FLOOD, ACT_FLOOD, 'd' },

	{ CTX_EXPLAIN, ACT_OPEN, KEYC_ENTER },
	{ CTX_EXPLAIN, ACT_NEXT_ITEM, KEYC_RIGHT },
	{ CTX_EXPLAIN, ACT_NEXT_ITEM, 'n' },
	{ CTX_EXPLAIN, ACT_PREV_ITEM, KEYC_LEFT },
	{ CTX_EXPLAIN, ACT_PREV_ITEM, 'N' },
	{ CTX_EXPLAIN, ACT_EXPLAIN, 'e' },

	{ CTX_DETAIL, ACT_NEXT_ITEM, 'n' },
	{ CTX_DETAIL, ACT_NEXT_ITEM, KEYC_RIGHT },
	{ CTX_DETAIL, ACT_PREV_ITEM, 'N' },
	{ CTX_DETAIL, ACT_PREV_ITEM, KEYC_LEFT },
	{ CTX_DETAIL, ACT_EXPLAIN, 'e' },
	{ CTX_DETAIL, ACT_NAMES, 'r' },
	{ CTX_DETAIL, ACT_ZOOM, 'z' },

	{ CTX_COLUMNS, ACT_TOGGLE, KEYC_SPACE },
	{ CTX_COLUMNS, ACT_EARLIER, '<' },
	{ CTX_COLUMNS, ACT_LATER, '>' },
	{ CTX_COLUMNS, ACT_ACCEPT, KEYC_ENTER },
	{ CTX_COLUMNS, ACT_RESET, 'x' },

	{ CTX_PROMPT, ACT_ACCEPT, KEYC_ENTER },
	{ CTX_PROMPT, ACT_BACK, KEYC_ESC },
	{ CTX_PROMPT, ACT_OLDER, KEYC_UP },
	{ CTX_PROMPT, ACT_OLDER, KEYC_CTRL('P') },
	{ CTX_PROMPT, ACT_NEWER, KEYC_DOWN },
	{ CTX_PROMPT, ACT_NEWER, KEYC_CTRL('N') },
	{ CTX_PROMPT, ACT_EDIT_LEFT, KEYC_LEFT },
	{ CTX_PROMPT, ACT_EDIT_LEFT, KEYC_CTRL('B') },
	{ CTX_PROMPT, ACT_EDIT_RIGHT, KEYC_RIGHT },
	{ CTX_PROMPT, ACT_EDIT_RIGHT, KEYC_CTRL('F') },
	{ CTX_PROMPT, ACT_EDIT_START, KEYC_HOME },
	{ CTX_PROMPT, ACT_EDIT_START, KEYC_CTRL('A') },
	{ CTX_PROMPT, ACT_EDIT_END, KEYC_END },
	{ CTX_PROMPT, ACT_EDIT_END, KEYC_CTRL('E') },
	{ CTX_PROMPT, ACT_ERASE_LEFT, KEYC_BACKSPACE },
	{ CTX_PROMPT, ACT_ERASE_RIGHT, KEYC_DELETE },
	{ CTX_PROMPT, ACT_ERASE_RIGHT, KEYC_CTRL('D') },
	{ CTX_PROMPT, ACT_ERASE_WORD, KEYC_CTRL('W') },
	{ CTX_PROMPT, ACT_ERASE_LINE, KEYC_CTRL('U') },
	{ CTX_PROMPT, ACT_HELP, KEYC_F1 },
	{ CTX_PROMPT, ACT_REDRAW, KEYC_CTRL('L') },
	{ CTX_PROMPT, ACT_SUSPEND, KEYC_CTRL('Z') },

	{ CTX_FILTER, ACT_APPLY, KEYC_ENTER },
	{ CTX_FILTER, ACT_COMPLETE, KEYC_TAB },
	{ CTX_FILTER, ACT_COMPLETE_BACK, KEYC_BACKTAB },
};

static const enum context fallback[CTX_COUNT] = {
	[CTX_GLOBAL] = CTX_GLOBAL,
	[CTX_TABLE] = CTX_GLOBAL,
	[CTX_PANE] = CTX_TABLE,
	[CTX_OVERVIEW] = CTX_PANE,
	[CTX_LISTENERS] = CTX_PANE,
	[CTX_NETNS] = CTX_PANE,
	[CTX_SOCKETS] = CTX_PANE,
	[CTX_FLOOD] = CTX_PANE,
	[CTX_HELP] = CTX_TABLE,
	[CTX_EXPLAIN] = CTX_TABLE,
	[CTX_DETAIL] = CTX_TABLE,
	[CTX_COLUMNS] = CTX_TABLE,
	[CTX_PROMPT] = CTX_PROMPT,
	[CTX_FILTER] = CTX_PROMPT,
};
// clang-format on

enum action keymap_find(enum context ctx, struct key k)
{
	for (;;) {
		for (size_t i = 0; i < ARRAY_SIZE(bindings); i++)
			if (bindings[i].ctx == ctx && bindings[i].code == k.code)
				return (enum action)bindings[i].action;
		if (fallback[ctx] == ctx)
			return ACT_NONE;
		ctx = fallback[ctx];
	}
}

static bool falls_back(enum context ctx, unsigned on)
{
	while (ctx != on && fallback[ctx] != ctx)
		ctx = fallback[ctx];
	return ctx == on;
}

struct clean keymap_keys(enum context ctx, enum action a, size_t most, char buf[KEYMAP_TEXT_SIZE])
{
	size_t len = 0, found = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(bindings) && found < most; i++) {
		const struct binding *b = &bindings[i];
		char name[KEY_NAME_SIZE];
		size_t n;

		/* A key that means another thing nearer by is none of this action. */
		if (b->action != a || !falls_back(ctx, b->ctx) ||
		    keymap_find(ctx, (struct key){ b->code }) != a)
			continue;
		n = key_name((struct key){ b->code }, name);
		if (len + n + 2 > KEYMAP_TEXT_SIZE)
			break;
		if (found++ > 0)
			buf[len++] = ' ';
		memcpy(buf + len, name, n + 1);
		len += n;
	}
	return text_own(buf, len);
}

const uint8_t *keymap_footer(enum context ctx)
{
	static const uint8_t overview[] = {
		ACT_NEXT_PANE,    ACT_OPEN,     ACT_PIN,       ACT_FILTER,   ACT_SORT_NEXT,
		ACT_FIND,         ACT_EXPLAIN,  ACT_QUIT,      ACT_PAUSE,    ACT_FLOOD,
		ACT_ZOOM,         ACT_GROUP_BY, ACT_LISTENERS, ACT_COLUMNS,  ACT_PREFIXES,
		ACT_FAMILIES,     ACT_OWN,      ACT_PIN_NOT,   ACT_INTERVAL, ACT_FOLLOW,
		ACT_SORT_REVERSE, ACT_NAMES,    ACT_NETNS,     ACT_STATUS,   ACT_SS,
		ACT_HELP,         ACT_NONE,
	};
	static const uint8_t listeners[] = {
		ACT_BACK,    ACT_OPEN,         ACT_FILTER, ACT_EXPLAIN,  ACT_SORT_NEXT, ACT_FIND,
		ACT_COLUMNS, ACT_SORT_REVERSE, ACT_PAUSE,  ACT_INTERVAL, ACT_HELP,      ACT_NONE,
	};
	static const uint8_t netns[] = {
		ACT_BACK,      ACT_OPEN, ACT_CONTAINERS, ACT_FILTER,       ACT_EXPLAIN,
		ACT_SORT_NEXT, ACT_FIND, ACT_COLUMNS,    ACT_SORT_REVERSE, ACT_PAUSE,
		ACT_INTERVAL,  ACT_HELP, ACT_NONE,
	};
	static const uint8_t sockets[] = {
		ACT_BACK,      ACT_DETAIL,       ACT_FILTER,    ACT_EXPLAIN, ACT_COLUMNS,
		ACT_SORT_NEXT, ACT_FIND,         ACT_FIND_NEXT, ACT_PAUSE,   ACT_FOLLOW,
		ACT_CLEAR,     ACT_SORT_REVERSE, ACT_INTERVAL,  ACT_HELP,    ACT_NONE,
	};
	static const uint8_t flood[] = {
		ACT_BACK,    ACT_OPEN,      ACT_PIN,  ACT_PREFIXES, ACT_COPY,
		ACT_EXPLAIN, ACT_SORT_NEXT, ACT_FIND, ACT_COLUMNS,  ACT_SORT_REVERSE,
		ACT_PAUSE,   ACT_INTERVAL,  ACT_HELP, ACT_NONE,
	};
	static const uint8_t explain[] = {
		ACT_BACK, ACT_OPEN, ACT_NEXT_ITEM, ACT_PREV_ITEM, ACT_PAUSE, ACT_HELP, ACT_NONE,
	};
	static const uint8_t detail[] = {
		ACT_BACK,  ACT_NEXT_ITEM, ACT_PREV_ITEM, ACT_EXPLAIN,
		ACT_PAUSE, ACT_NAMES,     ACT_HELP,      ACT_NONE,
	};
	static const uint8_t columns[] = {
		ACT_TOGGLE, ACT_EARLIER, ACT_LATER, ACT_ACCEPT, ACT_RESET, ACT_BACK, ACT_NONE,
	};
	static const uint8_t prompt[] = {
		ACT_ACCEPT, ACT_OLDER, ACT_ERASE_LINE, ACT_ERASE_WORD, ACT_BACK, ACT_NONE,
	};
	static const uint8_t filter[] = {
		ACT_APPLY,      ACT_COMPLETE, ACT_OLDER, ACT_ERASE_LINE,
		ACT_ERASE_WORD, ACT_HELP,     ACT_BACK,  ACT_NONE,
	};
	static const uint8_t none[] = { ACT_NONE };
	static const uint8_t *const lists[CTX_COUNT] = {
		[CTX_GLOBAL] = none,       [CTX_TABLE] = none,          [CTX_PANE] = none,
		[CTX_OVERVIEW] = overview, [CTX_LISTENERS] = listeners, [CTX_SOCKETS] = sockets,
		[CTX_NETNS] = netns,       [CTX_HELP] = none,           [CTX_FLOOD] = flood,
		[CTX_EXPLAIN] = explain,   [CTX_DETAIL] = detail,       [CTX_COLUMNS] = columns,
		[CTX_PROMPT] = prompt,     [CTX_FILTER] = filter,
	};

	return lists[ctx];
}
