/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <assert.h>
#include <string.h>

#include "sockeye/base/fmt.h"

/* Longer than any name that the kernel or a user database gives. */
#define NAME_SIZE TEXT_ROOM(256)

void table_begin_line(struct table *t)
{
	buf_reset(&t->line);
	t->n = 0;
}

static size_t cell_start(const struct table *t, unsigned i)
{
	return i > 0 ? t->cell[i - 1].end : 0;
}

void table_end_cell(struct table *t)
{
	size_t from = cell_start(t, t->n);

	assert(t->n < TABLE_COLUMNS);
	if (t->line.len == from)
		buf_char(&t->line, '-');
	t->cell[t->n].end = t->line.len;
	t->cell[t->n].cells = text_own(t->line.s + from, t->line.len - from).cells;
	t->n++;
}

void table_word(struct table *t, const char *word)
{
	buf_str(&t->line, word);
	table_end_cell(t);
}

void table_number(struct table *t, uint64_t n)
{
	char text[FMT_SIZE];

	assert(t->n < TABLE_COLUMNS);
	t->right[t->n] = true;
	buf_add(&t->line, text, fmt_plain(text, n));
	table_end_cell(t);
}

void table_piece(struct table *t, struct clean text)
{
	bool first = t->line.len == cell_start(t, t->n);

	for (uint32_t i = 0; i < text.len; i++) {
		char c = text.s[i];

		if (c == ' ' || c == ',' || (c == '#' && first && i == 0))
			buf_fmt(&t->line, "\\x%02x", (unsigned char)c);
		else
			buf_char(&t->line, c);
	}
}

void table_piece_name(struct table *t, const void *bytes, size_t len, enum text_set set)
{
	char buf[NAME_SIZE];

	table_piece(t, text_clean(bytes, len, set, buf, sizeof(buf)));
}

void table_name(struct table *t, const void *bytes, size_t len, enum text_set set)
{
	table_piece_name(t, bytes, len, set);
	table_end_cell(t);
}

void table_measure(struct table *t)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->cell[i].cells > t->width[i])
			t->width[i] = t->cell[i].cells;
}

/* No blanks at the end of a line. */
void table_print(const struct table *t, struct buf *out)
{
	for (unsigned i = 0; i < t->n; i++) {
		size_t from = cell_start(t, i);
		uint32_t pad = t->width[i] - t->cell[i].cells;

		if (i > 0)
			buf_char(out, ' ');
		if (t->right[i])
			buf_fill(out, ' ', pad);
		buf_add(out, t->line.s + from, t->cell[i].end - from);
		if (!t->right[i] && i + 1 < t->n)
			buf_fill(out, ' ', pad);
	}
	buf_char(out, '\n');
}

void table_free(struct table *t)
{
	buf_free(&t->line);
}
