/* SPDX-License-Identifier: MIT */
#include "sockeye/base/text.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

/* Two are as many as living scripts stack; more is only ever done to overwrite the next line. */
#define MARKS_MAX 2

/* One character of a result: itself, or an escape; "\u{10ffff}" is the longest. */
struct piece {
	char s[12];
	size_t len;
	uint32_t cells;
};

/* A result that is being made. keep is where it ends if "..." has to be put behind it. */
struct draft {
	char *s;
	size_t size, len, keep_len;
	uint32_t cells, keep_cells;
};

static const char hex_digit[] = "0123456789abcdef";

size_t text_decode(const void *s, size_t len, uint32_t *ch)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = s;
	size_t need;
	uint32_t value;

	if (!len)
		return 0;
	if (p[0] < 0x80) {
		*ch = p[0];
		return 1;
	}
	if (p[0] < 0xc0 || p[0] > 0xf7)
		return 0;
	need = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (len < need)
		return 0;
	value = p[0] & (0x7fu >> need);
	for (size_t i = 1; i < need; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (p[i] & 0x3f);
	}
	if (value < least[need] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
		return 0;
	*ch = value;
	return need;
}

size_t text_encode(uint32_t ch, char out[4])
{
	if (ch < 0x80) {
		out[0] = (char)ch;
		return 1;
	}
	if (ch < 0x800) {
		out[0] = (char)(0xc0 | ch >> 6);
		out[1] = (char)(0x80 | (ch & 0x3f));
		return 2;
	}
	if (ch > 0x10ffff || (ch >= 0xd800 && ch < 0xe000))
		return 0;
	if (ch < 0x10000) {
		out[0] = (char)(0xe0 | ch >> 12);
		out[1] = (char)(0x80 | (ch >> 6 & 0x3f));
		out[2] = (char)(0x80 | (ch & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | ch >> 18);
	out[1] = (char)(0x80 | (ch >> 12 & 0x3f));
	out[2] = (char)(0x80 | (ch >> 6 & 0x3f));
	out[3] = (char)(0x80 | (ch & 0x3f));
	return 4;
}

static void piece_char(struct piece *to, char c)
{
	to->s[to->len++] = c;
	to->cells++;
}

static void piece_escape_byte(struct piece *to, unsigned char byte)
{
	piece_char(to, '\\');
	switch (byte) {
	case '\n':
		piece_char(to, 'n');
		return;
	case '\t':
		piece_char(to, 't');
		return;
	case 0x1b:
		piece_char(to, 'e');
		return;
	}
	piece_char(to, 'x');
	piece_char(to, hex_digit[byte >> 4]);
	piece_char(to, hex_digit[byte & 0xf]);
}

static void piece_escape(struct piece *to, uint32_t ch)
{
	unsigned shift = 20;

	if (ch < 0x80) {
		piece_escape_byte(to, (unsigned char)ch);
		return;
	}
	while (!(ch >> shift))
		shift -= 4;
	piece_char(to, '\\');
	piece_char(to, 'u');
	piece_char(to, '{');
	for (;; shift -= 4) {
		piece_char(to, hex_digit[ch >> shift & 0xf]);
		if (!shift)
			break;
	}
	piece_char(to, '}');
}

/*
 * What stands for the character at p, of which len > 0 bytes are left. marks: how many more
 * combining marks may follow what was shown last. Returns the bytes that were taken.
 */
static size_t piece_next(struct piece *to, const unsigned char *p, size_t len, enum text_set set,
			 unsigned *marks)
{
	uint32_t ch;
	size_t taken = text_decode(p, len, &ch);
	int width;

	to->len = 0;
	to->cells = 0;
	if (!taken) {
		piece_escape_byte(to, *p);
		*marks = 0;
		return 1;
	}
	width = text_width(ch);
	if (width < 0 || (!width && !*marks) || (ch >= 0x80 && set == TEXT_ASCII)) {
		piece_escape(to, ch);
		*marks = 0;
		return taken;
	}
	memcpy(to->s, p, taken);
	to->len = taken;
	to->cells = (uint32_t)width;
	*marks = width ? MARKS_MAX : *marks - 1;
	return taken;
}

/* Remembers the end as a place to cut, if the dots fit behind it. */
static void draft_keep(struct draft *d)
{
	if (d->len + 3 < d->size) {
		d->keep_len = d->len;
		d->keep_cells = d->cells;
	}
}

static bool draft_add(struct draft *d, const struct piece *piece)
{
	/* Not between a base and its mark. */
	if (piece->cells)
		draft_keep(d);
	if (d->len + piece->len >= d->size)
		return false;
	memcpy(d->s + d->len, piece->s, piece->len);
	d->len += piece->len;
	d->cells += piece->cells;
	return true;
}

static struct clean draft_end(struct draft *d)
{
	d->s[d->len] = '\0';
	return (struct clean){ d->s, (uint32_t)d->len, d->cells };
}

static struct clean draft_end_cut(struct draft *d)
{
	d->len = d->keep_len;
	d->cells = d->keep_cells;
	for (int dots = 0; dots < 3 && d->len + 1 < d->size; dots++) {
		d->s[d->len++] = '.';
		d->cells++;
	}
	return draft_end(d);
}

static size_t ascii_run(const unsigned char *p, size_t len)
{
	size_t i = 0;

	while (i < len && p[i] >= 0x20 && p[i] < 0x7f)
		i++;
	return i;
}

struct clean text_clean(const void *bytes, size_t len, enum text_set set, char *buf, size_t size)
{
	const unsigned char *p = bytes;
	struct draft d = { .s = buf, .size = size };
	unsigned marks = 0;
	struct piece piece;
	size_t at = 0;

	if (!size)
		return (struct clean){ "", 0, 0 };
	/* Names are short and ASCII nearly always. */
	if (len < size && len <= TEXT_MAX && ascii_run(p, len) == len) {
		if (len)
			memcpy(buf, p, len);
		d.len = len;
		d.cells = (uint32_t)len;
		return draft_end(&d);
	}
	while (at < len && at < TEXT_MAX) {
		at += piece_next(&piece, p + at, len - at, set, &marks);
		if (!draft_add(&d, &piece))
			return draft_end_cut(&d);
	}
	if (at == len)
		return draft_end(&d);
	draft_keep(&d);
	return draft_end_cut(&d);
}

/* The first character of text that is clean already: its columns, and returns its bytes. */
static size_t clean_char(const char *s, size_t len, uint32_t *cells)
{
	uint32_t ch = 0;
	size_t n = text_decode(s, len, &ch);
	int width = n ? text_width(ch) : -1;

	assert(width >= 0);
	*cells = width > 0 ? (uint32_t)width : 0;
	return n ? n : 1;
}

/* The same with the marks that stand on it. */
static size_t clean_cell(const char *s, size_t len, uint32_t *cells)
{
	size_t at = clean_char(s, len, cells);

	while (at < len) {
		uint32_t more;
		size_t n = clean_char(s + at, len - at, &more);

		if (more)
			break;
		at += n;
	}
	return at;
}

struct clean text_own(const char *s, size_t len)
{
	struct clean t = { s, (uint32_t)len, 0 };

	for (size_t at = 0; at < len;) {
		uint32_t cells;

		at += clean_char(s + at, len - at, &cells);
		t.cells += cells;
	}
	return t;
}

/* The longest beginning of t within so many columns and bytes. */
static struct clean head_of(struct clean t, uint32_t max_cells, size_t max_len)
{
	struct clean head = { t.s, 0, 0 };

	while (head.len < t.len) {
		uint32_t cells;
		size_t n = clean_cell(t.s + head.len, t.len - head.len, &cells);

		if (head.cells + cells > max_cells || head.len + n > max_len)
			break;
		head.len += (uint32_t)n;
		head.cells += cells;
	}
	return head;
}

/* The longest end of t within so many columns and bytes. */
static struct clean tail_of(struct clean t, uint32_t max_cells, size_t max_len)
{
	while (t.cells > max_cells || t.len > max_len) {
		uint32_t cells;
		size_t n = clean_cell(t.s, t.len, &cells);

		t.s += n;
		t.len -= (uint32_t)n;
		t.cells -= cells;
	}
	return t;
}

static struct clean cut(struct clean t, uint32_t cells, bool middle, enum text_set set, char *buf,
			size_t size)
{
	static const struct clean ellipsis[] = {
		[TEXT_UTF8] = { "\xe2\x80\xa6", 3, 1 },
		[TEXT_ASCII] = { "~", 1, 1 },
	};
	struct clean mark = ellipsis[set], head, tail = { "", 0, 0 };
	size_t room;

	if (t.cells <= cells)
		return t;
	if (!cells || size < mark.len + 1u)
		return (struct clean){ "", 0, 0 };
	room = size - mark.len - 1;
	cells -= mark.cells;
	head = head_of(t, middle ? cells - cells / 2 : cells, room);
	if (middle)
		tail = tail_of(t, cells - head.cells, room - head.len);
	memcpy(buf, head.s, head.len);
	memcpy(buf + head.len, mark.s, mark.len);
	memcpy(buf + head.len + mark.len, tail.s, tail.len);
	buf[head.len + mark.len + tail.len] = '\0';
	return (struct clean){ buf, head.len + mark.len + tail.len,
			       head.cells + mark.cells + tail.cells };
}

struct clean text_cut(struct clean t, uint32_t cells, enum text_set set, char *buf, size_t size)
{
	return cut(t, cells, false, set, buf, size);
}

struct clean text_cut_middle(struct clean t, uint32_t cells, enum text_set set, char *buf,
			     size_t size)
{
	return cut(t, cells, true, set, buf, size);
}
