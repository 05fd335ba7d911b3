/* SPDX-License-Identifier: MIT */
#include "prompt.h"

#include <stdlib.h>
#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/ui/keymap.h"

/* Room for the text that is left before a note is left out. */
#define TEXT_LEAST 12

/* ---- history --------------------------------------------------------- */

void prompt_history_free(struct prompt_history *h)
{
	while (h->n > 0)
		free(h->text[--h->n]);
}

static void forget(struct prompt_history *h, size_t index)
{
	free(h->text[index]);
	h->n--;
	memmove(&h->text[index], &h->text[index + 1], (h->n - index) * sizeof(h->text[0]));
}

void prompt_history_add(struct prompt_history *h, const char *text)
{
	if (text[0] == '\0')
		return;
	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->text[i], text) == 0) {
			forget(h, i);
			break;
		}
	if (h->n == PROMPT_HISTORY)
		forget(h, 0);
	h->text[h->n++] = xstrdup(text);
}

/* ---- characters ------------------------------------------------------ */

/* The bytes of the character at s: one where that is none. */
static size_t char_len(const char *s, size_t len)
{
	uint32_t ch;
	size_t n = text_decode(s, len, &ch);

	return n > 0 ? n : 1;
}

/* A character and the marks that stand on it are one step. */
static bool is_mark(const struct prompt *p, size_t at)
{
	uint32_t ch;

	return text_decode(p->text + at, p->len - at, &ch) > 0 && text_width(ch) == 0;
}

static size_t char_left(const struct prompt *p, size_t at)
{
	size_t from = at;

	while (from > 0 && at - from < 4) {
		from--;
		if (((unsigned char)p->text[from] & 0xc0) != 0x80)
			break;
	}
	return at > 0 && from + char_len(p->text + from, at - from) != at ? at - 1 : from;
}

static size_t step_left(const struct prompt *p, size_t at)
{
	do {
		at = char_left(p, at);
	} while (at > 0 && is_mark(p, at));
	return at;
}

static size_t step_right(const struct prompt *p, size_t at)
{
	if (at < p->len)
		at += char_len(p->text + at, p->len - at);
	while (at < p->len && is_mark(p, at))
		at += char_len(p->text + at, p->len - at);
	return at;
}

static enum prompt_did erase(struct prompt *p, size_t from, size_t to)
{
	if (from == to)
		return PROMPT_MOVED;
	memmove(p->text + from, p->text + to, p->len - to + 1);
	p->len -= to - from;
	p->at = from;
	return PROMPT_CHANGED;
}

static enum prompt_did insert(struct prompt *p, uint32_t ch)
{
	char bytes[4];
	size_t n = text_encode(ch, bytes);

	if (n == 0 || p->len + n >= PROMPT_SIZE)
		return PROMPT_REFUSED;
	memmove(p->text + p->at + n, p->text + p->at, p->len - p->at + 1);
	memcpy(p->text + p->at, bytes, n);
	p->len += n;
	p->at += n;
	return PROMPT_CHANGED;
}

static void set_text(struct prompt *p, const char *text)
{
	size_t len = strlen(text);

	p->len = 0;
	while (p->len < len) {
		size_t n = char_len(text + p->len, len - p->len);

		if (p->len + n >= PROMPT_SIZE)
			break;
		p->len += n;
	}
	memcpy(p->text, text, p->len);
	p->text[p->len] = '\0';
	p->at = p->len;
}

/* ---- keys ------------------------------------------------------------ */

static enum prompt_did do_accept(struct prompt *p)
{
	(void)p;
	return PROMPT_ACCEPTED;
}

static enum prompt_did do_cancel(struct prompt *p)
{
	(void)p;
	return PROMPT_CANCELLED;
}

static enum prompt_did do_left(struct prompt *p)
{
	p->at = step_left(p, p->at);
	return PROMPT_MOVED;
}

static enum prompt_did do_right(struct prompt *p)
{
	p->at = step_right(p, p->at);
	return PROMPT_MOVED;
}

static enum prompt_did do_start(struct prompt *p)
{
	p->at = 0;
	return PROMPT_MOVED;
}

static enum prompt_did do_end(struct prompt *p)
{
	p->at = p->len;
	return PROMPT_MOVED;
}

static enum prompt_did do_erase_left(struct prompt *p)
{
	return erase(p, step_left(p, p->at), p->at);
}

static enum prompt_did do_erase_right(struct prompt *p)
{
	return erase(p, p->at, step_right(p, p->at));
}

static enum prompt_did do_erase_word(struct prompt *p)
{
	size_t from = p->at;

	while (from > 0 && p->text[from - 1] == ' ')
		from--;
	while (from > 0 && p->text[from - 1] != ' ')
		from--;
	return erase(p, from, p->at);
}

static enum prompt_did do_erase_line(struct prompt *p)
{
	return erase(p, 0, p->at);
}

static enum prompt_did recall(struct prompt *p, size_t index)
{
	if (p->recall == p->history->n)
		memcpy(p->draft, p->text, p->len + 1);
	p->recall = index;
	set_text(p, index < p->history->n ? p->history->text[index] : p->draft);
	return PROMPT_CHANGED;
}

static enum prompt_did do_older(struct prompt *p)
{
	return p->recall > 0 ? recall(p, p->recall - 1) : PROMPT_MOVED;
}

static enum prompt_did do_newer(struct prompt *p)
{
	return p->recall < p->history->n ? recall(p, p->recall + 1) : PROMPT_MOVED;
}

static enum prompt_did (*const edits[ACT_COUNT])(struct prompt *p) = {
	[ACT_ACCEPT] = do_accept,         [ACT_BACK] = do_cancel,
	[ACT_EDIT_LEFT] = do_left,        [ACT_EDIT_RIGHT] = do_right,
	[ACT_EDIT_START] = do_start,      [ACT_EDIT_END] = do_end,
	[ACT_ERASE_LEFT] = do_erase_left, [ACT_ERASE_RIGHT] = do_erase_right,
	[ACT_ERASE_WORD] = do_erase_word, [ACT_ERASE_LINE] = do_erase_line,
	[ACT_OLDER] = do_older,           [ACT_NEWER] = do_newer,
};

void prompt_open(struct prompt *p, const char *label, const struct prompt_history *history,
		 const char *text)
{
	p->label = label;
	p->history = history;
	p->recall = history->n;
	set_text(p, text);
}

bool prompt_replace(struct prompt *p, size_t from, const char *text)
{
	size_t len = strlen(text);

	if (p->len - (p->at - from) + len >= PROMPT_SIZE)
		return false;
	memmove(p->text + from + len, p->text + p->at, p->len - p->at + 1);
	memcpy(p->text + from, text, len);
	p->len = p->len - (p->at - from) + len;
	p->at = from + len;
	return true;
}

enum prompt_did prompt_key(struct prompt *p, struct key k)
{
	enum action act = keymap_find(CTX_PROMPT, k);

	if (edits[act] != NULL)
		return edits[act](p);
	if (act != ACT_NONE || k.code < KEYC_SPACE || k.code >= KEYC_BASE || text_width(k.code) < 0)
		return PROMPT_REFUSED;
	return insert(p, k.code);
}

/* ---- drawing --------------------------------------------------------- */

/* The text as it is shown; in buf of TEXT_ROOM(PROMPT_SIZE). */
static struct clean clean_part(const struct prompt *p, size_t from, size_t to, enum text_set set,
			       char *buf)
{
	return text_clean(p->text + from, to - from, set, buf, TEXT_ROOM(PROMPT_SIZE));
}

/* The first byte that is shown, so that the cursor has its column. */
static size_t scroll_to(const struct prompt *p, unsigned width, enum text_set set, char *buf)
{
	size_t from = 0;

	while (from < p->at && clean_part(p, from, p->at, set, buf).cells >= width)
		from = step_right(p, from);
	return from;
}

/* Where the text stands, and the first byte of it that is shown. */
struct place {
	struct rect field;
	size_t from;
	bool noted; /* there is room for the note */
};

static struct place find_place(const struct prompt *p, struct rect line, struct clean note,
			       enum text_set set)
{
	char buf[TEXT_ROOM(PROMPT_SIZE)];
	struct place at = { .field = line };

	at.field.x += (int)strlen(p->label) + 2;
	at.field.w = line.x + line.w - at.field.x;
	at.noted = note.cells > 0 && at.field.w > (int)note.cells + 1 + TEXT_LEAST;
	if (at.noted)
		at.field.w -= (int)note.cells + 1;
	if (at.field.w > 0)
		at.from = scroll_to(p, (unsigned)at.field.w, set, buf);
	return at;
}

int prompt_column(const struct prompt *p, struct rect line, struct clean note, size_t at,
		  enum text_set set)
{
	struct place place = find_place(p, line, note, set);
	char buf[TEXT_ROOM(PROMPT_SIZE)];
	int x;

	if (at < place.from || place.field.w <= 0)
		return -1;
	x = (int)clean_part(p, place.from, at, set, buf).cells;
	return x < place.field.w ? place.field.x + x : -1;
}

void prompt_draw(const struct prompt *p, struct canvas *c, struct rect line, struct clean note,
		 enum role note_role, enum text_set set)
{
	struct place place = find_place(p, line, note, set);
	char buf[TEXT_ROOM(PROMPT_SIZE)];
	int x;

	canvas_fill(c, line, ROLE_TEXT, ' ');
	x = line.x +
	    canvas_put(c, line, line.x, line.y, ROLE_LABEL, text_own(p->label, strlen(p->label)));
	canvas_put(c, line, x, line.y, ROLE_TEXT, TEXT_LIT(": "));
	if (place.noted)
		canvas_put(c, line, line.x + line.w - (int)note.cells, line.y, note_role, note);
	if (place.field.w <= 0)
		return;
	c->cursor_x = place.field.x + canvas_put(c, place.field, place.field.x, line.y, ROLE_TEXT,
						 clean_part(p, place.from, p->at, set, buf));
	c->cursor_y = line.y;
	canvas_put(c, place.field, c->cursor_x, line.y, ROLE_TEXT,
		   clean_part(p, p->at, p->len, set, buf));
}
