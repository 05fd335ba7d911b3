/* SPDX-License-Identifier: MIT */
/*
 * A JSON writer: appends to a buffer, keeps track of commas, knows nothing of what it writes.
 * Text is valid UTF-8 with every control character (C0, DEL, C1) escaped; bytes that are not UTF-8
 * become U+FFFD. Numbers never depend on the locale. RFC 8259.
 */
#ifndef SOCKEYE_OUTPUT_JSON_H
#define SOCKEYE_OUTPUT_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "sockeye/base/buf.h"

struct json {
	struct buf *out;
	bool comma; /* one is due before the next member */
};

/* key is NULL inside an array; keys are our own words and not escaped. */
void json_open(struct json *j, const char *key, char bracket); /* '{' or '[' */
void json_close(struct json *j, char bracket);                 /* '}' or ']' */
void json_str(struct json *j, const char *key, const void *bytes, size_t len);
void json_word(struct json *j, const char *key, const char *word); /* a string of ours */
void json_uint(struct json *j, const char *key, uint64_t n);
void json_int(struct json *j, const char *key, int64_t n);
void json_real(struct json *j, const char *key, double n); /* one digit behind the point; finite */
void json_bool(struct json *j, const char *key, bool b);
void json_null(struct json *j, const char *key);

#endif
