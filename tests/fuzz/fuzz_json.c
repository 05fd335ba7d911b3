/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a string of JSON: what is written is read back and must be the same, but for bytes that
 * are not UTF-8. Then a tree, whose form is what the bytes say, which must be JSON.
 */
#include "fuzz.h"

#include <string.h>

#include "json_check.h"
#include "sockeye/base/text.h"
#include "sockeye/output/json.h"

#define DEPTH_MAX 16

/* The character at *s, of what stands in quotation marks. */
static uint32_t read_back(const char **s, const char *end)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;
	uint32_t ch = 0;
	char hex[5] = "";
	size_t n;

	if (**s != '\\') {
		n = text_decode(*s, (size_t)(end - *s), &ch);
		REQUIRE(n > 0);
		*s += n;
		return ch;
	}
	REQUIRE(end - *s >= 2);
	if ((*s)[1] == 'u') {
		REQUIRE(end - *s >= 6);
		memcpy(hex, *s + 2, 4);
		*s += 6;
		return (uint32_t)strtoul(hex, NULL, 16);
	}
	at = strchr(from, (*s)[1]);
	REQUIRE(at != NULL && *at != '\0');
	*s += 2;
	return (uint32_t)to[at - from];
}

static void check_string(const uint8_t *data, size_t size)
{
	struct buf b = { .s = NULL };
	struct json j = { .out = &b };
	const char *s, *end;

	json_str(&j, NULL, data, size);
	REQUIRE(json_is_valid(b.s, b.len));
	s = b.s + 1;
	end = b.s + b.len - 1;
	for (size_t at = 0; at < size;) {
		uint32_t want;
		size_t n = text_decode(data + at, size - at, &want);

		REQUIRE(s < end);
		REQUIRE(read_back(&s, end) == (n > 0 ? want : 0xfffd));
		at += n > 0 ? n : 1;
	}
	REQUIRE(s == end);
	buf_free(&b);
}

static void add_value(struct json *j, const char *key, const uint8_t *at, size_t left)
{
	int64_t n = 0;

	memcpy(&n, at, left < sizeof(n) ? left : sizeof(n));
	switch (*at % 6) {
	case 0:
		json_str(j, key, at, left < 20 ? left : 20);
		break;
	case 1:
		json_uint(j, key, (uint64_t)n);
		break;
	case 2:
		json_int(j, key, n);
		break;
	case 3:
		json_bool(j, key, n & 256);
		break;
	case 4:
		json_null(j, key);
		break;
	default:
		json_word(j, key, "word");
	}
}

static void check_tree(const uint8_t *data, size_t size)
{
	struct buf b = { .s = NULL };
	struct json j = { .out = &b };
	char close[DEPTH_MAX];
	int depth = 1;

	close[0] = ']';
	json_open(&j, NULL, '[');
	for (size_t i = 0; i < size; i++) {
		const char *key = close[depth - 1] == '}' ? "key" : NULL;
		unsigned what = data[i] >> 5;

		if (what == 0 && depth < DEPTH_MAX) {
			close[depth++] = data[i] & 1 ? '}' : ']';
			json_open(&j, key, data[i] & 1 ? '{' : '[');
		} else if (what == 1 && depth > 1) {
			json_close(&j, close[--depth]);
		} else {
			add_value(&j, key, data + i, size - i);
		}
	}
	while (depth > 0)
		json_close(&j, close[--depth]);
	REQUIRE(json_is_valid(b.s, b.len));
	buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_string(data, size);
	check_tree(data, size);
	return 0;
}
