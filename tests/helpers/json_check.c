/* SPDX-License-Identifier: MIT */
#include "json_check.h"

#include <stdint.h>
#include <string.h>

#include "sockeye/base/text.h"

#define DEPTH_MAX 32

struct reader {
	const char *s, *end;
	unsigned depth;
};

static bool value(struct reader *r);

static bool take(struct reader *r, char c)
{
	if (r->s == r->end || *r->s != c)
		return false;
	r->s++;
	return true;
}

static bool word(struct reader *r, const char *w)
{
	size_t len = strlen(w);

	if ((size_t)(r->end - r->s) < len || memcmp(r->s, w, len) != 0)
		return false;
	r->s += len;
	return true;
}

static bool hex4(struct reader *r)
{
	for (int i = 0; i < 4; i++) {
		if (r->s == r->end || *r->s == '\0' ||
		    strchr("0123456789abcdefABCDEF", *r->s) == NULL)
			return false;
		r->s++;
	}
	return true;
}

static bool escape(struct reader *r)
{
	if (r->s == r->end)
		return false;
	if (take(r, 'u'))
		return hex4(r);
	return *r->s != '\0' && strchr("\"\\/bfnrt", *r->s++) != NULL;
}

static bool string(struct reader *r)
{
	if (!take(r, '"'))
		return false;
	while (r->s < r->end && *r->s != '"') {
		uint32_t ch;
		size_t n;

		if (take(r, '\\')) {
			if (!escape(r))
				return false;
			continue;
		}
		n = text_decode(r->s, (size_t)(r->end - r->s), &ch);
		if (n == 0 || ch < 0x20 || (ch >= 0x7f && ch < 0xa0))
			return false;
		r->s += n;
	}
	return take(r, '"');
}

static bool digits(struct reader *r)
{
	const char *from = r->s;

	while (r->s < r->end && *r->s >= '0' && *r->s <= '9')
		r->s++;
	return r->s > from;
}

static bool number(struct reader *r)
{
	take(r, '-');
	if (!take(r, '0') && !digits(r))
		return false;
	if (take(r, '.') && !digits(r))
		return false;
	if (take(r, 'e') || take(r, 'E')) {
		if (!take(r, '+'))
			take(r, '-');
		return digits(r);
	}
	return true;
}

static bool members(struct reader *r, bool named, char close)
{
	if (take(r, close))
		return true;
	do {
		if (named && (!string(r) || !take(r, ':')))
			return false;
		if (!value(r))
			return false;
	} while (take(r, ','));
	return take(r, close);
}

static bool value(struct reader *r)
{
	bool ok;

	if (++r->depth > DEPTH_MAX || r->s == r->end)
		return false;
	switch (*r->s) {
	case '{':
		r->s++;
		ok = members(r, true, '}');
		break;
	case '[':
		r->s++;
		ok = members(r, false, ']');
		break;
	case '"':
		ok = string(r);
		break;
	default:
		ok = word(r, "true") || word(r, "false") || word(r, "null") || number(r);
	}
	r->depth--;
	return ok;
}

bool json_is_valid(const char *s, size_t len)
{
	struct reader r = { s, s + len, 0 };

	return value(&r) && r.s == r.end;
}
