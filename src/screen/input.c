/* SPDX-License-Identifier: MIT */
#include "sockeye/screen/input.h"

#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/base/text.h"
#include "sockeye/screen/canvas.h"

#define ESC 0x1b

enum found {
	FOUND_KEY,
	FOUND_NOTHING, /* bytes that mean no key */
	FOUND_MORE,    /* the beginning of something */
};

/* What waits, and what was made of it. */
struct look {
	const unsigned char *p;
	size_t len;
	int64_t waited_ms; /* since the last byte came */
	int patience_ms;   /* how long the rest is waited for (FOUND_MORE) */
	size_t took;
	uint32_t code;
};

struct final_key {
	unsigned char final;
	uint32_t code;
};

// clang-format off
/* The last letter of CSI and SS3 sequences without parameters (ECMA-48, DEC, xterm). */
static const struct final_key final_keys[] = {
	{ 'A', KEYC_UP },     { 'B', KEYC_DOWN },   { 'C', KEYC_RIGHT },   { 'D', KEYC_LEFT },
	{ 'H', KEYC_HOME },   { 'F', KEYC_END },    { 'Z', KEYC_BACKTAB }, { 'M', KEYC_ENTER },
	{ 'P', KEYC_F1 },     { 'Q', KEYC_F1 + 1 }, { 'R', KEYC_F1 + 2 },  { 'S', KEYC_F1 + 3 },
};

/* CSI number ~ */
static const uint32_t tilde_keys[] = {
	[1] = KEYC_HOME,     [2] = KEYC_INSERT,   [3] = KEYC_DELETE,    [4] = KEYC_END,
	[5] = KEYC_PGUP,     [6] = KEYC_PGDN,     [7] = KEYC_HOME,      [8] = KEYC_END,
	[11] = KEYC_F1,      [12] = KEYC_F1 + 1,  [13] = KEYC_F1 + 2,   [14] = KEYC_F1 + 3,
	[15] = KEYC_F1 + 4,  [17] = KEYC_F1 + 5,  [18] = KEYC_F1 + 6,   [19] = KEYC_F1 + 7,
	[20] = KEYC_F1 + 8,  [21] = KEYC_F1 + 9,  [23] = KEYC_F1 + 10,  [24] = KEYC_F12,
};
// clang-format on

static const char paste_end[] = "\033[201~";
#define PASTE_END_LEN (sizeof(paste_end) - 1)
/* A number that a mouse report may hold, before its last digit. */
#define MOUSE_MOST 1000

static enum found take(struct look *l, size_t bytes, uint32_t code)
{
	l->took = bytes;
	l->code = code;
	return FOUND_KEY;
}

static enum found drop(struct look *l, size_t bytes)
{
	l->took = bytes;
	return FOUND_NOTHING;
}

/* Whether the rest may still come. */
static bool wait_for(struct look *l, int ms)
{
	l->patience_ms = ms;
	return l->waited_ms < ms;
}

/* ---- sequences of this terminal --------------------------------------- */

void input_bind(struct input *in, const char *seq, uint32_t code)
{
	size_t len = strlen(seq);

	if (len == 0 || len > INPUT_SEQ_MAX || in->n_bind == INPUT_BINDINGS)
		return;
	if (len == 1 && (unsigned char)seq[0] >= 0x20 && seq[0] != 0x7f)
		return;
	struct input_binding *b = &in->bind[in->n_bind++];

	memcpy(b->seq, seq, len);
	b->len = (uint8_t)len;
	b->code = code;
}

static enum found find_bound(const struct input *in, struct look *l)
{
	const struct input_binding *best = NULL;
	bool begun = false;

	for (size_t i = 0; i < in->n_bind; i++) {
		const struct input_binding *b = &in->bind[i];
		size_t n = b->len < l->len ? b->len : l->len;

		if (memcmp(b->seq, l->p, n) != 0)
			continue;
		if (b->len > l->len)
			begun = true;
		else if (!best || b->len > best->len)
			best = b;
	}
	if (begun && wait_for(l, INPUT_ESC_MS))
		return FOUND_MORE;
	return best ? take(l, best->len, best->code) : FOUND_NOTHING;
}

/* ---- sequences of all terminals --------------------------------------- */

static uint32_t final_code(unsigned char final)
{
	for (size_t i = 0; i < ARRAY_SIZE(final_keys); i++)
		if (final_keys[i].final == final)
			return final_keys[i].code;
	return KEYC_UNKNOWN;
}

static uint32_t tilde_code(const unsigned char *digits, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (digits[i] < '0' || digits[i] > '9' || n >= ARRAY_SIZE(tilde_keys))
			return KEYC_UNKNOWN;
		n = n * 10 + (size_t)(digits[i] - '0');
	}
	return n < ARRAY_SIZE(tilde_keys) && tilde_keys[n] ? tilde_keys[n] : KEYC_UNKNOWN;
}

/* CSI ? 2026 ; n $ y: the answer to DECRQM (a DECRPM). */
static bool note_answer(struct input *in, const unsigned char *params, size_t len)
{
	static const char sync[] = "?2026;";
	const size_t n = sizeof(sync) - 1;

	if (len != n + 2 || memcmp(params, sync, n) != 0 || params[n + 1] != '$')
		return false;
	in->answered_sync = true;
	in->sync = params[n] - '0';
	return true;
}

/* xterm's codes of buttons, less the bits of shift, meta and control. */
static bool mouse_did(unsigned button, enum mouse_did *did)
{
	static const struct {
		unsigned button;
		enum mouse_did did;
	} table[] = { { 0, MOUSE_PRESS }, { 64, MOUSE_WHEEL_UP }, { 65, MOUSE_WHEEL_DOWN } };

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if ((button & ~28u) == table[i].button) {
			*did = table[i].did;
			return true;
		}
	return false;
}

/* CSI < button ; column ; row M (mode 1006); when the button is let go the last is an m. */
static enum found decode_mouse(struct look *l, const unsigned char *params, size_t len, size_t size)
{
	unsigned n[3] = { 0 }, i = 0;
	struct mouse m = { .did = MOUSE_PRESS };

	for (size_t at = 1; at < len; at++) {
		if (params[at] == ';' && i < 2)
			i++;
		else if (params[at] >= '0' && params[at] <= '9' && n[i] < MOUSE_MOST)
			n[i] = n[i] * 10 + (unsigned)(params[at] - '0');
		else
			return drop(l, size);
	}
	if (i < 2 || n[1] < 1 || n[1] > CANVAS_MAX_W || n[2] < 1 || n[2] > CANVAS_MAX_H ||
	    !mouse_did(n[0], &m.did))
		return drop(l, size);
	m.x = (int)n[1] - 1;
	m.y = (int)n[2] - 1;
	return take(l, size, key_of_mouse(m).code);
}

/* A complete CSI sequence: len parameter bytes, then the final one. Its size is len + 3. */
static enum found decode_csi(struct input *in, struct look *l, size_t len)
{
	const unsigned char *params = l->p + 2;
	const unsigned char final = params[len];
	const size_t size = len + 3;
	const bool private = len > 0 && params[0] >= '<'; /* < = > ?: never a key */

	if (final == 'y' && note_answer(in, params, len))
		return drop(l, size);
	if (final == 'M' && len > 0 && params[0] == '<')
		return decode_mouse(l, params, len, size);
	if (private)
		return drop(l, size);
	if (len == 0 && final == 'M') { /* an old mouse report: three bytes of any value follow */
		if (l->len < size + 3)
			return wait_for(l, INPUT_TORN_MS) ? FOUND_MORE : drop(l, l->len);
		return drop(l, size + 3);
	}
	if (len == 0)
		return take(l, size, final_code(final));
	if (final == '~' && len == 3 && memcmp(params, "200", 3) == 0) {
		in->pasting = true;
		return drop(l, size);
	}
	if (final == '~' && len == 3 && memcmp(params, "201", 3) == 0)
		return drop(l, size);
	return take(l, size, final == '~' ? tilde_code(params, len) : KEYC_UNKNOWN);
}

static enum found find_csi(struct input *in, struct look *l)
{
	size_t i = 2;

	while (i < l->len && l->p[i] >= 0x20 && l->p[i] <= 0x3f)
		i++;
	if (i == l->len) {
		if (wait_for(l, i == 2 ? INPUT_ESC_MS : INPUT_TORN_MS))
			return FOUND_MORE;
		/* ESC and [ typed by hand, or a sequence that was cut off. */
		return i == 2 ? take(l, 1, KEYC_ESC) : take(l, i, KEYC_UNKNOWN);
	}
	if (l->p[i] < 0x40 || l->p[i] > 0x7e)
		return take(l, i, KEYC_UNKNOWN);
	return decode_csi(in, l, i - 2);
}

static enum found find_ss3(struct look *l)
{
	if (l->len == 2)
		return wait_for(l, INPUT_ESC_MS) ? FOUND_MORE : take(l, 1, KEYC_ESC);

	unsigned char c = l->p[2];

	if (c < 0x20 || c > 0x7e)
		return take(l, 1, KEYC_ESC);
	if (c >= 'j' && c <= 'y') /* the keypad: * + , - . / 0 to 9 */
		return take(l, 3, (uint32_t)(c - 'j') + '*');
	return take(l, 3, final_code(c));
}

static enum found find_escape(struct input *in, struct look *l)
{
	if (l->len == 1)
		return wait_for(l, INPUT_ESC_MS) ? FOUND_MORE : take(l, 1, KEYC_ESC);
	if (l->p[1] == '[')
		return find_csi(in, l);
	if (l->p[1] == 'O')
		return find_ss3(l);
	return take(l, 1, KEYC_ESC);
}

/* ---- characters ------------------------------------------------------- */

static size_t utf8_length(unsigned char lead)
{
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	return lead >= 0xf0 && lead <= 0xf4 ? 4 : 1;
}

static enum found find_char(struct look *l)
{
	uint32_t ch;
	unsigned char c = l->p[0];

	if (c == '\r' || c == '\n')
		return take(l, 1, KEYC_ENTER);
	if (c == '\b' || c == 0x7f)
		return take(l, 1, KEYC_BACKSPACE);
	if (c < 0x80)
		return take(l, 1, c ? c : KEYC_UNKNOWN);

	size_t n = text_decode(l->p, l->len, &ch);

	if (n > 0)
		return take(l, n, text_width(ch) < 0 ? KEYC_UNKNOWN : ch);
	if (l->len < utf8_length(c) && wait_for(l, INPUT_ESC_MS))
		return FOUND_MORE;
	return take(l, 1, KEYC_UNKNOWN);
}

/* ---- the whole -------------------------------------------------------- */

unsigned char *input_room(struct input *in, size_t *len)
{
	if (in->start > 0) {
		memmove(in->buf, in->buf + in->start, in->end - in->start);
		in->end -= in->start;
		in->start = 0;
	}
	*len = INPUT_SIZE - in->end;
	return in->buf + in->end;
}

void input_fed(struct input *in, size_t len, int64_t now_ms)
{
	in->end += len;
	in->fed_ms = now_ms;
}

/* Drops what is pasted. True when the paste is over. */
static bool skip_paste(struct input *in, int64_t now_ms)
{
	const unsigned char *p = in->buf + in->start;
	const size_t len = in->end - in->start;
	const unsigned char *end = memmem(p, len, paste_end, PASTE_END_LEN);

	if (end) {
		in->start += (size_t)(end - p) + PASTE_END_LEN;
		in->pasting = false;
		return true;
	}
	/* The end marker may have come by half. */
	size_t keep = len < PASTE_END_LEN ? len : PASTE_END_LEN - 1;

	while (keep > 0 && memcmp(in->buf + in->end - keep, paste_end, keep) != 0)
		keep--;
	in->start = in->end - keep;
	if (now_ms - in->fed_ms < INPUT_PASTE_MS)
		return false;
	in->start = in->end;
	in->pasting = false;
	return true;
}

static enum found find(struct input *in, struct look *l)
{
	enum found f = find_bound(in, l);

	if (f != FOUND_NOTHING)
		return f;
	return l->p[0] == ESC ? find_escape(in, l) : find_char(l);
}

bool input_next(struct input *in, int64_t now_ms, struct key *k)
{
	for (;;) {
		if (in->pasting && !skip_paste(in, now_ms))
			return false;
		if (in->start == in->end)
			return false;

		struct look l = {
			.p = in->buf + in->start,
			.len = in->end - in->start,
			.waited_ms = now_ms - in->fed_ms,
		};
		enum found f = find(in, &l);

		if (f == FOUND_MORE) {
			in->patience_ms = l.patience_ms;
			if (l.len < INPUT_SIZE)
				return false;
			f = take(&l, l.len, KEYC_UNKNOWN);
		}
		in->start += l.took;
		if (f == FOUND_KEY) {
			k->code = l.code;
			return true;
		}
	}
}

int input_wait_ms(const struct input *in, int64_t now_ms)
{
	if (!in->pasting && in->start == in->end)
		return -1;

	int64_t left = in->fed_ms + (in->pasting ? INPUT_PASTE_MS : in->patience_ms) - now_ms;

	return left > 0 ? (int)left : 0;
}
