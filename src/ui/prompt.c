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

/* A character and the marks that stand on it are one step. */
static bool is_mark(const struct prompt *p, size_t at)
{
	uint32_t ch;

	return text_decode(p->text + at, p->len - at, &ch) > 0 && text_width(ch) == 0;
}

static size_t step_left(const struct prompt *p, size_t at)
{
	do {
		while (at > 0 && ((unsigned char)p->text[--at] & 0xc0) == 0x80)
			;
	} while (at > 0 && is_mark(p, at));
	return at;
}

static size_t step_right(const struct prompt *p, size_t at)
{
	uint32_t ch;

	if (at < p->len)
		at += text_decode(p->text + at, p->len - at, &ch);
	while (at < p->len && is_mark(p, at))
		at += text_decode(p->text + at, p->len - at, &ch);
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
	p->len = 0;
	while (text[p->len] != '\0') {
		uint32_t ch;
		size_t n = text_decode(text + p->len, strlen(text + p->len), &ch);

		if (n == 0 || p->len + n >= PROMPT_SIZE)
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

void prompt_draw(const struct prompt *p, struct canvas *c, struct rect line, struct clean note,
		 enum role note_role, enum text_set set)
{
	char buf[TEXT_ROOM(PROMPT_SIZE)];
	struct rect field = line;
	size_t from;

	canvas_fill(c, line, ROLE_TEXT, ' ');
	field.x += canvas_put(c, line, line.x, line.y, ROLE_LABEL,
			      text_own(p->label, strlen(p->label)));
	field.x += canvas_put(c, line, field.x, line.y, ROLE_TEXT, TEXT_LIT(": "));
	field.w = line.x + line.w - field.x;
	if (note.cells > 0 && field.w > (int)note.cells + 1 + TEXT_LEAST) {
		canvas_put(c, line, line.x + line.w - (int)note.cells, line.y, note_role, note);
		field.w -= (int)note.cells + 1;
	}
	if (field.w <= 0)
		return;
	from = scroll_to(p, (unsigned)field.w, set, buf);
	c->cursor_x = field.x + canvas_put(c, field, field.x, line.y, ROLE_TEXT,
					   clean_part(p, from, p->at, set, buf));
	c->cursor_y = line.y;
	canvas_put(c, field, c->cursor_x, line.y, ROLE_TEXT,
		   clean_part(p, p->at, p->len, set, buf));
}
