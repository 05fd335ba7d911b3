/* SPDX-License-Identifier: MIT */
#include "sockeye/output/json.h"

#include <string.h>

#include "sockeye/base/fmt.h"
#include "sockeye/base/text.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* What stands before every value. */
static void begin_value(struct json *j, const char *key)
{
	if (j->comma)
		buf_char(j->out, ',');
	j->comma = true;
	if (key == NULL)
		return;
	buf_char(j->out, '"');
	buf_str(j->out, key);
	buf_str(j->out, "\":");
}

void json_open(struct json *j, const char *key, char bracket)
{
	begin_value(j, key);
	buf_char(j->out, bracket);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	buf_char(j->out, bracket);
	j->comma = true;
}

static bool is_control(uint32_t ch)
{
	return ch < 0x20 || (ch >= 0x7f && ch < 0xa0);
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void put_escaped(struct buf *out, uint32_t ch)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = ch != 0 && ch < 0x80 ? strchr(from, (int)ch) : NULL;

	if (at != NULL) {
		buf_char(out, '\\');
		buf_char(out, to[at - from]);
	} else {
		buf_fmt(out, "\\u%04x", (unsigned)ch);
	}
}

/* One character; returns how many bytes it took. */
static size_t put_char(struct buf *out, const unsigned char *s, size_t len)
{
	uint32_t ch;
	size_t n = text_decode(s, len, &ch);

	if (n == 0) {
		buf_str(out, REPLACEMENT);
		return 1;
	}
	if (is_control(ch) || ch == '"' || ch == '\\')
		put_escaped(out, ch);
	else
		buf_add(out, s, n);
	return n;
}

void json_str(struct json *j, const char *key, const void *bytes, size_t len)
{
	const unsigned char *s = bytes;

	begin_value(j, key);
	buf_char(j->out, '"');
	for (size_t at = 0; at < len;) {
		size_t run = 0;

		while (at + run < len && is_plain(s[at + run]))
			run++;
		buf_add(j->out, s + at, run);
		at += run;
		if (at < len)
			at += put_char(j->out, s + at, len - at);
	}
	buf_char(j->out, '"');
}

void json_word(struct json *j, const char *key, const char *word)
{
	json_str(j, key, word, strlen(word));
}

void json_uint(struct json *j, const char *key, uint64_t n)
{
	char text[FMT_SIZE];

	begin_value(j, key);
	buf_add(j->out, text, fmt_plain(text, n));
}

void json_int(struct json *j, const char *key, int64_t n)
{
	char text[FMT_SIZE];

	begin_value(j, key);
	if (n < 0)
		buf_char(j->out, '-');
	buf_add(j->out, text, fmt_plain(text, n < 0 ? 0 - (uint64_t)n : (uint64_t)n));
}

/* printf() would ask the locale for the point. */
void json_real(struct json *j, const char *key, double n)
{
	uint64_t tenths = (uint64_t)((n < 0 ? -n : n) * 10 + 0.5);
	char text[FMT_SIZE];

	begin_value(j, key);
	if (n < 0 && tenths > 0)
		buf_char(j->out, '-');
	buf_add(j->out, text, fmt_plain(text, tenths / 10));
	buf_char(j->out, '.');
	buf_char(j->out, (char)('0' + tenths % 10));
}

void json_bool(struct json *j, const char *key, bool b)
{
	begin_value(j, key);
	buf_str(j->out, b ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
	begin_value(j, key);
	buf_str(j->out, "null");
}
