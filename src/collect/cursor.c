/* SPDX-License-Identifier: MIT */
#include "cursor.h"

void skip_blanks(struct cursor *c)
{
	while (c->at < c->end && *c->at == ' ')
		c->at++;
}

bool skip_word(struct cursor *c)
{
	const char *start;

	skip_blanks(c);
	start = c->at;
	while (c->at < c->end && *c->at != ' ')
		c->at++;
	return c->at > start;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool read_hex(struct cursor *c, int width, uint64_t *value)
{
	const char *start = c->at;

	*value = 0;
	for (int digit; c->at < c->end && c->at - start < width; c->at++) {
		digit = hex_digit(*c->at);
		if (digit < 0)
			break;
		*value = *value << 4 | (uint64_t)digit;
	}
	return c->at > start;
}

bool read_hex32(struct cursor *c, int width, uint32_t *value)
{
	uint64_t v;
	bool ok = read_hex(c, width, &v);

	*value = (uint32_t)v;
	return ok;
}

bool read_dec(struct cursor *c, uint32_t *value)
{
	const char *start;
	uint64_t v = 0;

	skip_blanks(c);
	start = c->at;
	for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
		v = v * 10 + (uint64_t)(*c->at - '0');
		if (v > UINT32_MAX)
			return false;
	}
	*value = (uint32_t)v;
	return c->at > start;
}

bool read_char(struct cursor *c, char want)
{
	if (c->at == c->end || *c->at != want)
		return false;
	c->at++;
	return true;
}
