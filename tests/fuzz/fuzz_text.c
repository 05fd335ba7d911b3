/* SPDX-License-Identifier: MIT */
/* Cleaned and cut text. Three bytes choose the room, the columns and the set; the text follows. */
#include "fuzz.h"

#include <string.h>

#include "sockeye/base/text.h"

static void check_clean(struct clean t, enum text_set set)
{
	uint32_t cells = 0, marks = 2, ch;

	REQUIRE(strlen(t.s) == t.len);
	for (size_t at = 0, n; at < t.len; at += n) {
		n = text_decode(t.s + at, t.len - at, &ch);
		REQUIRE(n && text_width(ch) >= 0 && (set == TEXT_UTF8 || ch < 0x80));
		marks = text_width(ch) ? 0 : marks + 1;
		REQUIRE(marks <= 2);
		cells += (uint32_t)text_width(ch);
	}
	REQUIRE(cells == t.cells);
}

/* Both ends of t stand around the ellipsis, and not a column is lost but half a wide character. */
static void check_cut(struct clean t, struct clean cut, uint32_t cells, enum text_set set)
{
	const char *mark = set == TEXT_ASCII ? "~" : "\xe2\x80\xa6";
	size_t head = 0, tail = cut.len - strlen(mark);

	check_clean(cut, set);
	REQUIRE(cut.cells <= cells && (t.cells > cells || cut.s == t.s));
	if (t.cells <= cells || !cells)
		return;
	while (tail && (memcmp(cut.s + head, mark, strlen(mark)) != 0 ||
			memcmp(cut.s + head + strlen(mark), t.s + t.len - tail, tail) != 0))
		head++, tail--;
	REQUIRE(cut.cells + 1 >= cells && !memcmp(cut.s, t.s, head));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum text_set set = size > 2 && data[2] % 2 ? TEXT_ASCII : TEXT_UTF8;
	size_t len = size > 2 ? size - 3 : 0, room = TEXT_ROOM(len), few = len ? data[0] + 1u : 1;
	char *buf = malloc(room), *other = malloc(room), *less = malloc(few);
	uint32_t cells = len ? data[1] : 0;
	struct clean t = text_clean(data + (size - len), len, set, buf, room);
	struct clean u = text_clean(t.s, t.len, set, other, room);

	check_clean(t, set);
	REQUIRE(t.len > TEXT_MAX || (u.len == t.len && !memcmp(u.s, t.s, t.len)));
	u = text_clean(data + (size - len), len, set, less, few);
	check_clean(u, set);
	REQUIRE(u.len < few && (u.len == t.len || few < 5 || !memcmp(u.s, t.s, u.len - 3)));
	check_cut(t, text_cut(t, cells, set, other, room), cells, set);
	check_cut(t, text_cut_middle(t, cells, set, other, room), cells, set);
	check_clean(text_cut(t, cells, set, less, few), set);
	check_clean(text_cut_middle(t, cells, set, less, few), set);
	free(buf);
	free(other);
	free(less);
	return 0;
}
