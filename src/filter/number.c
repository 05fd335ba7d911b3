/* SPDX-License-Identifier: MIT */
/* Numbers, ports, times and lists of them. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <string.h>

#include "sockeye/base/mem.h"

#include "check.h"

/* Each is a look into files or further away; nobody types more, and a megabyte of them must end. */
#define SERVICES_MAX 64

struct scale {
	char letter;
	uint64_t factor;
};

static const struct scale time_scale[] = { { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };
static const struct scale byte_scale[] = { { 'g', 1u << 30 },
					   { 'm', 1u << 20 },
					   { 'k', 1u << 10 } };

/* What is being read, for messages and limits. */
struct reader {
	struct tree *tree;
	const struct token *operand;
	enum unit unit;
	uint64_t max;
	struct err *err;
};

static int bad(const struct reader *r, const char *what, const char *s, size_t len)
{
	char q[QUOTE_SIZE];

	return err_at(r->err, -EINVAL, r->operand->pos, "%s: \"%s\"", what, quote_text(s, len, q));
}

static int bad_number(const struct reader *r, const char *s, size_t len)
{
	const char *what = "not a number";

	if (r->unit == UNIT_TIME)
		what = "not a time, as 90, 90s, 10m or 1h30m are";
	return bad(r, what, s, len);
}

static int too_large(const struct reader *r, const char *s, size_t len)
{
	char q[QUOTE_SIZE];

	return err_at(r->err, -EINVAL, r->operand->pos, "too large: \"%s\" (at most %" PRIu64 ")",
		      quote_text(s, len, q), r->max);
}

static int digit(char c, unsigned base)
{
	int d = -1;

	if (c >= '0' && c <= '9')
		d = c - '0';
	else if (c >= 'a' && c <= 'f')
		d = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		d = c - 'A' + 10;
	return d < (int)base ? d : -1;
}

/* Digits, decimal or behind 0x, at s. Returns how many bytes, 0 for none; *over: beyond 64 bits. */
static size_t read_digits(const char *s, size_t len, uint64_t *n, bool *over)
{
	unsigned base = 10;
	size_t i = 0, begin;

	if (len > 2 && s[0] == '0' && (s[1] | 0x20) == 'x' && digit(s[2], 16) >= 0) {
		base = 16;
		i = 2;
	}
	begin = i;
	for (*n = 0; i < len && digit(s[i], base) >= 0; i++)
		if (__builtin_mul_overflow(*n, base, n) ||
		    __builtin_add_overflow(*n, (uint64_t)digit(s[i], base), n))
			*over = true;
	return i > begin ? i : 0;
}

static uint64_t find_factor(enum unit unit, char c)
{
	const struct scale *scale = unit == UNIT_TIME ? time_scale : byte_scale;
	size_t n = unit == UNIT_TIME ? ARRAY_SIZE(time_scale) : ARRAY_SIZE(byte_scale);

	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	for (size_t i = 0; i < n; i++)
		if (scale[i].letter == c)
			return scale[i].factor;
	return 0;
}

/*
 * A number with its unit; times may be put together, largest first: 1h30m. Returns how many bytes
 * were read, 0 when there is no number at s.
 */
static size_t read_number(enum unit unit, const char *s, size_t len, uint64_t *sum, bool *over)
{
	uint64_t last = UINT64_MAX, n, factor;
	size_t at = 0, used;

	*sum = 0;
	while (at < len && (used = read_digits(s + at, len - at, &n, over)) > 0) {
		size_t next = at + used;

		factor = 1;
		if ((unit == UNIT_TIME || unit == UNIT_BYTES) && next < len && s[next] != '-') {
			factor = find_factor(unit, s[next]);
			if (factor == 0 || factor >= last)
				return at;
			next++;
		} else if (at > 0) {
			return at;
		}
		if (__builtin_mul_overflow(n, factor, &n) || __builtin_add_overflow(*sum, n, sum))
			*over = true;
		at = next;
		last = factor;
		if (unit != UNIT_TIME || factor == 1)
			break;
	}
	return at;
}

static int service_port(const char *name, const char *proto)
{
	struct servent entry, *found;
	char buf[1024];

	if (getservbyname_r(name, proto, &entry, buf, sizeof(buf), &found) != 0 || found == NULL)
		return -1;
	return ntohs((uint16_t)found->s_port);
}

static int read_service(const struct reader *r, const char *s, size_t len)
{
	char name[64];
	int tcp, udp;

	if (len == 0 || len >= sizeof(name) || r->operand->quoted)
		return bad(r, "not a port or a service", s, len);
	if (r->tree->services++ >= SERVICES_MAX)
		return bad(r, "too many names of services, write numbers from here on", s, len);
	memcpy(name, s, len);
	name[len] = '\0';
	tcp = service_port(name, "tcp");
	udp = service_port(name, "udp");
	if (tcp < 0 && udp < 0)
		return bad(r, "not a port or a service", s, len);
	if (tcp >= 0 && udp >= 0 && tcp != udp)
		return err_at(r->err, -EINVAL, r->operand->pos,
			      "\"%s\" is port %d for tcp and %d for udp: write the number", name,
			      tcp, udp);
	tree_add_range(r->tree, (uint64_t)(tcp >= 0 ? tcp : udp), (uint64_t)(tcp >= 0 ? tcp : udp));
	return 0;
}

/* One item of a list: a number, a range, * or a service. */
static int read_item(const struct reader *r, const char *s, size_t len)
{
	uint64_t lo, hi;
	bool over = false;
	size_t used;

	if (r->unit == UNIT_PORT && len > 0 && s[0] == ':') {
		s++;
		len--;
	}
	if (len == 0)
		return bad(r, "a number is missing", r->operand->raw, r->operand->raw_len);
	if (r->unit == UNIT_PORT && len == 1 && s[0] == '*') {
		tree_add_range(r->tree, 0, r->max);
		return 0;
	}
	used = read_number(r->unit, s, len, &lo, &over);
	hi = lo;
	if (used > 0 && used + 1 < len && s[used] == '-') {
		size_t more = read_number(r->unit, s + used + 1, len - used - 1, &hi, &over);

		used = more > 0 ? used + 1 + more : 0;
	}
	if (used != len || r->operand->quoted)
		return r->unit == UNIT_PORT ? read_service(r, s, len) : bad_number(r, s, len);
	if (over || lo > r->max || hi > r->max)
		return too_large(r, s, len);
	if (lo > hi)
		return bad(r, "the range runs backwards", s, len);
	tree_add_range(r->tree, lo, hi);
	return 0;
}

int numbers_read(struct tree *t, const struct token *operand, const char *text, size_t len,
		 enum unit unit, uint64_t max, struct cond *c, struct err *e)
{
	struct reader r = { .tree = t, .operand = operand, .unit = unit, .max = max, .err = e };
	size_t begin = 0;
	int rc = 0;

	c->first = t->n_range;
	for (size_t i = 0; rc == 0 && i <= len; i++) {
		if (i < len && text[i] != ',')
			continue;
		rc = read_item(&r, text + begin, i - begin);
		begin = i + 1;
	}
	if (rc != 0)
		return rc;
	c->count = tree_merge_ranges(t, c->first);
	if (c->cmp >= CMP_GT && (c->count != 1 || t->range[c->first].lo != t->range[c->first].hi))
		return bad(&r, "only = and != take more than one number", text, len);
	return 0;
}

int mark_read(struct tree *t, const struct token *operand, struct cond *c, struct err *e)
{
	struct reader r = { .tree = t, .operand = operand, .max = UINT32_MAX, .err = e };
	uint64_t n, mask = UINT32_MAX;
	bool over = false;
	size_t len = operand->len, used = read_digits(operand->s, len, &n, &over), more;

	if (used > 0 && used + 1 < len && operand->s[used] == '/') {
		more = read_digits(operand->s + used + 1, len - used - 1, &mask, &over);
		used = more > 0 ? used + 1 + more : 0;
	}
	if (used != len || operand->quoted)
		return bad(&r, "not a mark, as 5, 0x10 or 0x1/0xff are", operand->s, len);
	if (over || n > r.max || mask > r.max)
		return too_large(&r, operand->s, len);
	if ((n & ~mask) != 0)
		return bad(&r, "bits that the mask leaves out", operand->s, len);
	c->first = tree_add_range(t, n, mask);
	c->count = 1;
	return 0;
}

void mark_print(const struct range *r, struct buf *out)
{
	number_print(r->lo, UNIT_HEX, out);
	if (r->hi != UINT32_MAX) {
		buf_char(out, '/');
		number_print(r->hi, UNIT_HEX, out);
	}
}

void number_print(uint64_t n, enum unit unit, struct buf *out)
{
	const struct scale *scale = unit == UNIT_TIME ? time_scale : byte_scale;
	size_t count = unit == UNIT_TIME    ? ARRAY_SIZE(time_scale)
		       : unit == UNIT_BYTES ? ARRAY_SIZE(byte_scale)
					    : 0;

	if (unit == UNIT_HEX) {
		buf_fmt(out, "0x%" PRIx64, n);
		return;
	}
	for (size_t i = 0; n != 0 && i < count; i++)
		if (n % scale[i].factor == 0) {
			buf_fmt(out, "%" PRIu64 "%c", n / scale[i].factor, scale[i].letter);
			return;
		}
	buf_fmt(out, "%" PRIu64, n);
}

void range_print(const struct range *r, enum unit unit, struct buf *out)
{
	number_print(r->lo, unit, out);
	if (r->hi != r->lo) {
		buf_char(out, '-');
		number_print(r->hi, unit, out);
	}
}
