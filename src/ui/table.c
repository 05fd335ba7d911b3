/* SPDX-License-Identifier: MIT */
#include "sockeye/ui/table.h"

#include <string.h>

#include "sockeye/base/index.h"

/* Columns of a line before and after its first cell: the mark, and the place for ! and ?. */
#define MARK_W  1
#define ALERT_W 1
/* The least that is left of the first column before the second one is dropped. */
#define FIRST_LEAST 8
/* The most bytes that a column takes: a character with two combining marks. */
#define CELL_BYTES 12

void table_init(struct table *t, const struct table_ops *ops, const void *pane, enum text_set set)
{
	memset(t, 0, sizeof(*t));
	t->ops = ops;
	t->pane = pane;
	t->set = set;
	t->sort = TABLE_UNSORTED;
	t->note = TEXT_LIT("");
	t->width = 1;
}

/* ---- columns ---- */

/* Below, a column is an index in t->col, and a place is where one of them is shown. */

unsigned table_column_at(const struct table *t, unsigned place)
{
	return place == 0 ? 0 : place + t->skip;
}

static unsigned sort_mark_width(const struct table *t, unsigned col)
{
	return t->sort == col ? 1 : 0;
}

/* A head is never cut: the column is at least as wide as its title with the sort mark. */
static unsigned at_least(const struct table *t, unsigned col, unsigned width)
{
	unsigned head = t->col[col].title.cells + sort_mark_width(t, col);

	return width < head ? head : width;
}

/* Blanks before a place. A number may come right after the place for ! and ?. */
static unsigned gap_before(const struct table *t, unsigned place)
{
	return place == 1 && t->col[table_column_at(t, 1)].right ? 0 : 1;
}

/* What a place takes at the least, beyond those before it. */
static unsigned place_room(const struct table *t, unsigned place)
{
	unsigned col = table_column_at(t, place);

	return gap_before(t, place) + at_least(t, col, t->col[col].min);
}

/* Gives spare cells to the columns that are shown, the first first, up to what each of them wants.
 */
static unsigned hand_out(struct table *t, unsigned spare, bool beyond_wish)
{
	for (unsigned i = 0; i < t->shown && spare > 0; i++) {
		const struct table_column *col = &t->col[table_column_at(t, i)];
		unsigned want = beyond_wish ? col->max : col->width, more;

		if (want <= t->col_width[i])
			continue;
		more = want - t->col_width[i] < spare ? want - t->col_width[i] : spare;
		t->col_width[i] = (uint8_t)(t->col_width[i] + more);
		spare -= more;
	}
	return spare;
}

static void place_columns(struct table *t)
{
	unsigned w = (unsigned)t->width, places = t->n_cols > t->skip ? t->n_cols - t->skip : 1;
	unsigned edges = MARK_W + ALERT_W, first = at_least(t, 0, t->col[0].min), used;

	/* The first number matters more than the end of a name. */
	if (places > 1 && w < edges + first + place_room(t, 1) &&
	    w >= edges + FIRST_LEAST + place_room(t, 1))
		first = w - edges - place_room(t, 1);
	if (w < edges + first)
		first = w > edges ? w - edges : 1;
	t->col_width[0] = (uint8_t)first;
	used = edges + first;
	for (t->shown = 1; t->shown < places; t->shown++) {
		unsigned i = t->shown, col = table_column_at(t, i);

		if (used + place_room(t, i) > w)
			break;
		t->col_width[i] = (uint8_t)at_least(t, col, t->col[col].min);
		used += place_room(t, i);
	}
	if (used < w)
		hand_out(t, hand_out(t, w - used, false), true);
}

static bool shows_last(const struct table *t)
{
	return t->skip + t->shown >= t->n_cols;
}

static void fit_columns(struct table *t)
{
	if (t->skip > 0 && t->skip + 1 >= t->n_cols)
		t->skip = t->n_cols > 2 ? t->n_cols - 2 : 0;
	place_columns(t);
	/* Where there is room for columns that were scrolled away they come back. */
	while (t->skip > 0 && shows_last(t)) {
		t->skip--;
		place_columns(t);
		if (shows_last(t))
			continue;
		t->skip++;
		place_columns(t);
		break;
	}
}

static void show_column(struct table *t, unsigned col)
{
	if (col > 0 && col <= t->skip)
		t->skip = col - 1;
	place_columns(t);
	while (col >= t->skip + t->shown && t->skip + 1 < col) {
		t->skip++;
		place_columns(t);
	}
}

bool table_scroll(struct table *t, int step)
{
	if (step > 0 ? shows_last(t) || t->skip + 2 >= t->n_cols : t->skip == 0)
		return false;
	if (step > 0)
		t->skip++;
	else
		t->skip--;
	place_columns(t);
	return true;
}

/* ---- rows and cursor ---- */

static uint32_t row_count(const struct table *t)
{
	return t->ops->rows(t->pane);
}

/* Lines are the rows, and one more where the item under the cursor was when it went. */
static uint32_t line_count(const struct table *t)
{
	return row_count(t) + (t->gone ? 1 : 0);
}

static uint32_t line_row(const struct table *t, uint32_t line)
{
	if (!t->gone || line < t->cursor)
		return line;
	return line == t->cursor ? IDX_NONE : line - 1;
}

static void keep_in_view(struct table *t)
{
	uint32_t lines = line_count(t), height = t->height > 0 ? (uint32_t)t->height : 1;

	if (t->centred)
		t->top = t->cursor > height / 2 ? t->cursor - height / 2 : 0;
	if (t->top + height > lines)
		t->top = lines > height ? lines - height : 0;
	if (t->cursor < t->top)
		t->top = t->cursor;
	if (t->cursor - t->top >= height)
		t->top = t->cursor - height + 1;
}

/* The text of the cursor's row is kept: it cannot be asked for once the row is gone. */
static void keep_text(struct table *t)
{
	char buf[TABLE_CELL_SIZE], cut[TABLE_CELL_SIZE + 4];
	uint32_t row = table_cursor_row(t);

	if (row == IDX_NONE)
		return;
	for (unsigned i = 0; i < t->n_cols; i++) {
		enum role role = ROLE_TEXT;
		struct clean text = t->ops->cell(t->pane, row, t->col[i].id, buf, &role);
		struct table_kept *k = &t->kept[i];

		if (text.len >= TABLE_KEPT_SIZE)
			text = text_cut(text, TABLE_KEPT_SIZE / CELL_BYTES - 1, t->set, cut,
					sizeof(cut));
		memcpy(k->text, text.s, text.len);
		k->text[text.len] = '\0';
		k->len = text.len;
	}
}

/* Puts the cursor on the row nearest to the line where it is. */
static void take_row(struct table *t)
{
	uint32_t rows = row_count(t);

	t->gone = false;
	if (t->cursor >= rows)
		t->cursor = rows > 0 ? rows - 1 : 0;
	t->cursor_id = rows > 0 ? t->ops->row_id(t->pane, t->cursor) : 0;
	keep_in_view(t);
	keep_text(t);
}

void table_fit(struct table *t, int w, int h)
{
	t->width = w > 0 ? w : 1;
	t->height = h > 1 ? h - 1 : 0;
	fit_columns(t);
	keep_in_view(t);
}

void table_sync(struct table *t)
{
	uint32_t place = t->cursor - t->top, row;

	fit_columns(t);
	if (!t->moved || t->cursor_id == 0) {
		t->cursor = 0;
		t->top = 0;
		take_row(t);
		return;
	}
	row = t->ops->find(t->pane, t->cursor_id);
	t->gone = row == IDX_NONE;
	if (!t->gone)
		t->cursor = row;
	else if (t->cursor > row_count(t))
		t->cursor = row_count(t);
	t->top = t->cursor > place ? t->cursor - place : 0;
	keep_in_view(t);
	keep_text(t);
}

void table_settle(struct table *t)
{
	if (t->gone)
		take_row(t);
}

bool table_move(struct table *t, enum action a)
{
	uint32_t rows = row_count(t), page = t->height > 1 ? (uint32_t)t->height : 1;
	uint32_t last = rows > 0 ? rows - 1 : 0, at = t->cursor;

	if (a == ACT_UP)
		t->cursor = at > 0 ? at - 1 : 0;
	else if (a == ACT_DOWN)
		t->cursor = at < last ? at + 1 : last;
	else if (a == ACT_PAGE_UP)
		t->cursor = at > page ? at - page : 0;
	else if (a == ACT_PAGE_DOWN)
		t->cursor = last - at > page ? at + page : last;
	else if (a == ACT_FIRST)
		t->cursor = 0;
	else if (a == ACT_LAST)
		t->cursor = last;
	else
		return false;
	/* A page turns the rows under the bar, as far as there are any. */
	if (a == ACT_PAGE_UP)
		t->top = t->top > page ? t->top - page : 0;
	else if (a == ACT_PAGE_DOWN)
		t->top += page;
	t->moved = true;
	take_row(t);
	return true;
}

void table_go(struct table *t, uint32_t row)
{
	uint32_t height = t->height > 0 ? (uint32_t)t->height : 1;

	if (row < t->top || row - t->top >= height)
		t->top = row > height / 2 ? row - height / 2 : 0;
	t->cursor = row;
	t->moved = true;
	take_row(t);
}

static uint32_t rolled(uint32_t at, int rows, uint32_t last)
{
	uint32_t n = (uint32_t)(rows < 0 ? -rows : rows);

	if (rows < 0)
		return at > n ? at - n : 0;
	return last - at > n ? at + n : last;
}

void table_roll(struct table *t, int rows)
{
	uint32_t n, last;

	table_settle(t);
	n = row_count(t);
	last = n > 0 ? n - 1 : 0;
	t->top = rolled(t->top, rows, last);
	t->cursor = rolled(t->cursor, rows, last);
	t->moved = true;
	take_row(t);
}

uint32_t table_row_under(const struct table *t, int y)
{
	uint32_t line = t->top + (uint32_t)(y - 1);

	if (y < 1 || y > t->height || line >= line_count(t))
		return IDX_NONE;
	return line_row(t, line);
}

struct table_place table_place(const struct table *t)
{
	return (struct table_place){ t->cursor_id, t->cursor, t->top, t->moved };
}

void table_return(struct table *t, const struct table_place *place)
{
	uint32_t row = t->ops->find(t->pane, place->id), below = place->cursor - place->top;

	t->moved = place->moved;
	if (!t->moved) {
		table_sync(t);
		return;
	}
	t->cursor = row != IDX_NONE ? row : place->cursor;
	t->top = t->cursor > below ? t->cursor - below : 0;
	take_row(t);
}

void table_hold(struct table *t)
{
	t->moved = true;
}

uint32_t table_cursor_row(const struct table *t)
{
	return t->gone || t->cursor >= row_count(t) ? IDX_NONE : t->cursor;
}

/* ---- sorting ---- */

void table_sort_by(struct table *t, unsigned col)
{
	t->sort = col;
	t->ascending = !t->col[col].right;
	show_column(t, col);
}

void table_sort_step(struct table *t, int step)
{
	unsigned n = t->n_cols, to = t->sort;

	if (t->sort == TABLE_UNSORTED)
		return;
	/* Rows can be sorted by the first column, so this ends. */
	do {
		to = (to + (step > 0 ? 1 : n - 1)) % n;
	} while (t->col[to].unsorted && to != 0);
	table_sort_by(t, to);
}

/* ---- drawing ---- */

static struct clean sort_mark(const struct table *t)
{
	if (t->set == TEXT_ASCII)
		return t->ascending ? TEXT_LIT("^") : TEXT_LIT("v");
	return t->ascending ? TEXT_LIT("\xe2\x96\xb2") : TEXT_LIT("\xe2\x96\xbc");
}

/* Where a place begins, if the one before it begins at x. */
static int next_place(const struct table *t, unsigned place, int x)
{
	if (place == 0)
		return x + MARK_W;
	return x + t->col_width[place - 1] + (place == 1 ? ALERT_W : 0) + (int)gap_before(t, place);
}

unsigned table_column_under(const struct table *t, int x)
{
	unsigned found = t->n_cols;
	int at = 0;

	for (unsigned i = 0; i < t->shown; i++) {
		at = next_place(t, i, at);
		if (x >= at && x < at + t->col_width[i])
			found = table_column_at(t, i);
	}
	return found;
}

/* Where the part begins that is never cut, a pid or a port; the whole length when there is none. */
static size_t tail_start(const struct table_column *col, struct clean text)
{
	size_t at = text.len;

	if (col->tail == NULL)
		return at;
	while (at > 0 && strchr(col->tail, text.s[at - 1]) == NULL)
		at--;
	if (at == 0)
		return text.len;
	for (at--; at > 0 && strchr(col->tail, text.s[at - 1]) != NULL; at--)
		;
	return at;
}

/* buf is of TABLE_CELL_SIZE + 4. */
static struct clean fit_text(const struct table *t, unsigned col, struct clean text, unsigned width,
			     char *buf)
{
	size_t size = TABLE_CELL_SIZE + 4, at = tail_start(&t->col[col], text);
	struct clean tail = text_own(text.s + at, text.len - at), head;

	if (text.cells <= width)
		return text;
	if (tail.cells > 0 && tail.cells + 2 <= width) {
		head = text_cut(text_own(text.s, at), width - tail.cells, t->set, buf,
				size - tail.len);
		memmove(buf, head.s, head.len);
		memcpy(buf + head.len, tail.s, tail.len);
		return text_own(buf, head.len + tail.len);
	}
	return t->col[col].middle ? text_cut_middle(text, width, t->set, buf, size)
				  : text_cut(text, width, t->set, buf, size);
}

static void put_note(const struct table *t, struct canvas *c, struct rect r, unsigned place, int x,
		     unsigned used, enum role role)
{
	const struct clean *note = &t->col[table_column_at(t, place)].note;
	unsigned spare = t->col_width[place] > used ? t->col_width[place] - used : 0;

	if (note->cells > 0 && note->cells < spare)
		canvas_put(c, r, x + (note->cells + 1 < spare ? 2 : 1), r.y, role, *note);
}

static void draw_head(const struct table *t, struct canvas *c, struct rect r, enum role role)
{
	char cut[TABLE_CELL_SIZE];
	int x = r.x, end = r.x;

	for (unsigned i = 0; i < t->shown; i++) {
		unsigned at = table_column_at(t, i), mark = sort_mark_width(t, at);
		const struct table_column *col = &t->col[at];
		struct clean title =
			text_cut(col->title, t->col_width[i], t->set, cut, sizeof(cut));

		x = next_place(t, i, x);
		end = col->right ? x + t->col_width[i] - (int)(title.cells + mark) : x;
		end += canvas_put(c, r, end, r.y, role, title);
		if (mark > 0)
			end += canvas_put(c, r, end, r.y, role, sort_mark(t));
		if (!col->right)
			put_note(t, c, r, i, end, title.cells + mark, role);
	}
	if (t->note.cells > 0 && end + 2 + (int)t->note.cells <= r.x + r.w)
		canvas_put(c, r, r.x + r.w - (int)t->note.cells, r.y, role, t->note);
	canvas_paint(c, r, role);
}

/* The word that says what "-" says: after the name, where it fits. */
static struct clean add_gone(const struct table *t, struct clean name, char *buf)
{
	static const char word[] = " gone";
	uint32_t w = sizeof(word) - 1;
	char cut[TABLE_CELL_SIZE + 4];

	if (t->col_width[0] < FIRST_LEAST + w)
		return name;
	name = fit_text(t, 0, name, t->col_width[0] - w, cut);
	memcpy(buf, name.s, name.len);
	memcpy(buf + name.len, word, w + 1);
	return text_own(buf, name.len + w);
}

struct mark_text {
	unsigned bit;
	char text[2];
	enum role role;
};

/* The first of these that is set is shown. */
static const struct mark_text row_marks[] = {
	{ MARK_GONE, "-", ROLE_DIM },
	{ MARK_PIN, "*", ROLE_PIN },
	{ MARK_NEW, "+", ROLE_NEW },
};
static const struct mark_text alert_marks[] = {
	{ MARK_CRIT, "!", ROLE_CRIT },
	{ MARK_WARN, "!", ROLE_WARN },
	{ MARK_UNKNOWN, "?", ROLE_UNKNOWN },
};

static const struct mark_text *find_mark(const struct mark_text *m, size_t n, unsigned marks)
{
	for (size_t i = 0; i < n; i++)
		if (marks & m[i].bit)
			return &m[i];
	return NULL;
}

static void put_mark(struct canvas *c, struct rect line, int x, const struct mark_text *m)
{
	if (m != NULL)
		canvas_put(c, line, x, line.y, m->role, text_own(m->text, 1));
}

static enum role row_role(unsigned marks)
{
	if (marks & MARK_GONE)
		return ROLE_DIM;
	if (marks & MARK_PIN)
		return ROLE_PIN;
	return marks & MARK_NEW ? ROLE_NEW : ROLE_TEXT;
}

/* Both buffers are of TABLE_CELL_SIZE. */
static struct clean line_text(const struct table *t, uint32_t row, unsigned col, unsigned marks,
			      char *buf, char *word, enum role *role)
{
	struct clean text;

	if (row != IDX_NONE)
		text = t->ops->cell(t->pane, row, t->col[col].id, buf, role);
	else
		text = text_own(t->kept[col].text, t->kept[col].len);
	/* A pinned row has its word in the filter. */
	return col == 0 && (marks & (MARK_GONE | MARK_PIN)) == MARK_GONE ? add_gone(t, text, word)
									 : text;
}

static void draw_cells(const struct table *t, struct canvas *c, struct rect line, uint32_t row,
		       unsigned marks)
{
	char buf[TABLE_CELL_SIZE], word[TABLE_CELL_SIZE], cut[TABLE_CELL_SIZE + 4];
	int x = line.x;

	for (unsigned i = 0; i < t->shown; i++) {
		unsigned col = table_column_at(t, i);
		enum role role = ROLE_TEXT;
		struct clean text = line_text(t, row, col, marks, buf, word, &role);

		text = fit_text(t, col, text, t->col_width[i], cut);
		if (marks & MARK_GONE || (i == 0 && role == ROLE_TEXT))
			role = row_role(marks);
		x = next_place(t, i, x);
		canvas_put(c, line, t->col[col].right ? x + t->col_width[i] - (int)text.cells : x,
			   line.y, role, text);
	}
}

static void draw_line(const struct table *t, struct canvas *c, struct rect line, uint32_t at,
		      bool focused)
{
	uint32_t row = line_row(t, at);
	unsigned marks = row == IDX_NONE ? MARK_GONE : t->ops->marks(t->pane, row);
	const struct mark_text *before = find_mark(row_marks, ARRAY_SIZE(row_marks), marks);
	const struct mark_text *after = find_mark(alert_marks, ARRAY_SIZE(alert_marks), marks);

	draw_cells(t, c, line, row, marks);
	if (at == t->cursor) {
		/* The bar takes the place of the mark, which moves to the free one. */
		canvas_put(c, line, line.x, line.y, ROLE_TEXT, TEXT_LIT(">"));
		after = after != NULL ? after : before;
	} else {
		put_mark(c, line, line.x, before);
	}
	put_mark(c, line, line.x + MARK_W + t->col_width[0], after);
	if (at != t->cursor)
		return;
	canvas_paint(c, line, focused ? ROLE_CURSOR : ROLE_CURSOR_OFF);
	if (focused) {
		c->cursor_x = line.x;
		c->cursor_y = line.y;
	}
}

void table_draw(const struct table *t, struct canvas *c, struct rect r, bool focused)
{
	uint32_t lines = line_count(t);
	struct rect line = { r.x, r.y, r.w, 1 };

	if (r.w <= 0 || r.h <= 0)
		return;
	draw_head(t, c, line, focused ? ROLE_FOCUS : ROLE_LABEL);
	for (int i = 0; i < r.h - 1 && t->top + (uint32_t)i < lines; i++) {
		line.y = r.y + 1 + i;
		draw_line(t, c, line, t->top + (uint32_t)i, focused);
	}
}
