/* SPDX-License-Identifier: MIT */
#include "find.h"

#include <string.h>

#include "sockeye/base/text.h"

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

void find_set(struct find *f, const char *pattern, enum text_set set)
{
	text_clean(pattern, strlen(pattern), set, f->pattern, sizeof(f->pattern));
	f->running = false;
	f->any_case = true;
	for (; *pattern != '\0'; pattern++)
		if (lower(*pattern) != *pattern)
			f->any_case = false;
}

void find_begin(struct find *f, const struct table *t, uint32_t row, int step)
{
	f->left = t->ops->rows(t->pane);
	f->next = row < f->left ? row : 0;
	f->step = step;
	f->wrapped = false;
	f->running = f->pattern[0] != '\0';
}

/* The next row to look at. */
static void advance(struct find *f, uint32_t rows)
{
	uint32_t last = rows > 0 ? rows - 1 : 0, end = f->step > 0 ? last : 0;

	f->left--;
	if (f->next == end) {
		f->next = last - end;
		f->wrapped = true;
	} else if (f->step > 0) {
		f->next++;
	} else {
		f->next--;
	}
}

void find_begin_after(struct find *f, const struct table *t, uint32_t row, int step)
{
	uint32_t rows = t->ops->rows(t->pane);

	find_begin(f, t, row, step);
	if (rows > 0)
		advance(f, rows);
	f->left = rows;
}

static bool begins_with(const char *text, const char *pattern, bool any_case)
{
	for (; *pattern != '\0'; text++, pattern++)
		if (*text != *pattern && !(any_case && lower(*text) == lower(*pattern)))
			return false;
	return true;
}

static bool contains(const struct find *f, const char *text)
{
	for (; *text != '\0'; text++)
		if (begins_with(text, f->pattern, f->any_case))
			return true;
	return false;
}

static bool matches(const struct find *f, const struct table *t, uint32_t row)
{
	char text[TABLE_COLS * (TABLE_CELL_SIZE + 1)], buf[TABLE_CELL_SIZE];
	size_t len = 0;

	for (unsigned i = 0; i < t->shown; i++) {
		enum role role = ROLE_TEXT;
		struct clean cell =
			t->ops->cell(t->pane, row, t->col[table_column_at(t, i)].id, buf, &role);

		/* What a cell borrows may be longer than what it makes. */
		if (cell.len == 0 || cell.len >= TABLE_CELL_SIZE)
			continue;
		if (len > 0)
			text[len++] = ' ';
		memcpy(text + len, cell.s, cell.len);
		len += cell.len;
	}
	text[len] = '\0';
	return contains(f, text);
}

enum find_result find_step(struct find *f, const struct table *t, uint32_t budget, uint32_t *row)
{
	uint32_t rows = t->ops->rows(t->pane);

	for (; f->running && f->left > 0 && f->next < rows; budget--) {
		bool wrapped = f->wrapped;

		if (budget == 0)
			return FIND_MORE;
		*row = f->next;
		if (matches(f, t, *row)) {
			f->running = false;
			f->wrapped = wrapped;
			return FIND_HIT;
		}
		advance(f, rows);
	}
	f->running = false;
	return FIND_NONE;
}
