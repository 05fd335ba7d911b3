/* SPDX-License-Identifier: MIT */
/*
 * ADDRESS[:PORT] in ss's forms: 10.0.0.5 10/8 192.168.1/24:443 *:80 :80 [2001:db8::5]:443
 * [2001:db8::/32] 2001:db8::/32 ::1, and inet: or inet6: in front.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/model/names.h"

#include "check.h"

#define PORT_MAX 65535

static const char digits[] = "0123456789";

struct slice {
	const char *s; /* NULL: not there */
	size_t len;
};

/* An operand taken apart. */
struct parts {
	struct slice addr, bits, port;
	bool bracketed;
};

/* Without internet addresses; 0: not collected. */
static const struct {
	const char *name;
	uint8_t family;
} other_families[] = {
	{ "unix", AF_UNIX },
	{ "link", AF_PACKET },
	{ "packet", AF_PACKET },
	{ "netlink", AF_NETLINK },
	{ "vsock", AF_VSOCK },
	{ "tipc", 0 },
	{ "xdp", 0 },
};

static struct slice slice(const char *from, const char *to)
{
	return (struct slice){ .s = from, .len = (size_t)(to - from) };
}

static int bad(const struct token *operand, struct err *e, const char *what)
{
	char q[QUOTE_SIZE];

	return err_at(e, -EINVAL, operand->pos, "%s: \"%s\"", what, token_quote(operand, q));
}

/* inet:, unix: and so on, which only hold for sockets of that family. Moves *s behind it. */
static int read_family(const struct token *operand, const char **s, const char *end, struct host *h,
		       struct err *e)
{
	const char *colon = memchr(*s, ':', (size_t)(end - *s));
	size_t len = colon != NULL ? (size_t)(colon - *s) : 0;

	if (len == 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(other_families); i++) {
		if (!name_equal(*s, len, other_families[i].name))
			continue;
		if (other_families[i].family == 0)
			return err_at(e, -EOPNOTSUPP, operand->pos,
				      "ends of %s sockets cannot be asked for",
				      other_families[i].name);
		h->only = other_families[i].family;
		*s = colon + 1;
		return 0;
	}
	if (name_equal(*s, len, family_name(AF_INET)))
		h->only = AF_INET;
	else if (name_equal(*s, len, family_name(AF_INET6)))
		h->only = AF_INET6;
	else
		return 0;
	*s = colon + 1;
	return 0;
}

static int split_bracketed(const struct token *operand, const char *s, const char *end,
			   struct parts *p, struct err *e)
{
	const char *close = memchr(s, ']', (size_t)(end - s)), *slash;

	if (close == NULL)
		return bad(operand, e, "expected a \"]\"");
	p->bracketed = true;
	p->addr = slice(s + 1, close);
	slash = memchr(s, '/', (size_t)(close - s));
	if (slash != NULL) {
		p->addr = slice(s + 1, slash);
		p->bits = slice(slash + 1, close);
	}
	s = close + 1;
	if (s < end && *s == '/' && slash == NULL) {
		const char *colon = memchr(s, ':', (size_t)(end - s));

		p->bits = slice(s + 1, colon != NULL ? colon : end);
		s = colon != NULL ? colon : end;
	}
	if (s < end && *s == ':')
		p->port = slice(s + 1, end);
	else if (s < end)
		return bad(operand, e, "expected \":\" and a port after \"]\"");
	return 0;
}

/*
 * Without brackets: what is an IPv6 address as a whole is one; else the last colon is before the
 * port, which ss always takes it for.
 */
static void split_colons(struct tree *t, const char *s, const char *end, struct parts *p)
{
	const char *last = memrchr(s, ':', (size_t)(end - s));
	struct addr a;

	p->addr = slice(s, end);
	if (last == NULL || memchr(s, '%', (size_t)(end - s)) != NULL)
		return;
	if (!addr_parse(s, (size_t)(end - s), &a)) {
		p->addr = slice(s, last);
		p->port = slice(last + 1, end);
	} else if (addr_parse(s, (size_t)(last - s), &a) &&
		   all_of(last + 1, (size_t)(end - last - 1), digits) && t->remark == NULL) {
		t->remark = "an IPv6 address without brackets is taken as a whole; "
			    "write [::1]:80 for an address and a port";
	}
}

static int split(struct tree *t, const struct token *operand, const char *s, const char *end,
		 struct parts *p, struct err *e)
{
	const char *slash = memchr(s, '/', (size_t)(end - s)), *colon;

	if (s < end && *s == '[')
		return split_bracketed(operand, s, end, p, e);
	if (slash == NULL) {
		split_colons(t, s, end, p);
		return 0;
	}
	p->addr = slice(s, slash);
	colon = memchr(slash, ':', (size_t)(end - slash));
	p->bits = slice(slash + 1, colon != NULL ? colon : end);
	if (colon != NULL)
		p->port = slice(colon + 1, end);
	return 0;
}

/* One to four decimal bytes with points between. Returns how many, 0 for anything else. */
static unsigned read_v4(struct slice a, uint8_t b[4])
{
	unsigned n = 0;
	size_t at = 0;

	memset(b, 0, 4);
	while (n < 4) {
		unsigned value = 0;
		size_t begin = at;

		while (at < a.len && at < begin + 3 && a.s[at] >= '0' && a.s[at] <= '9')
			value = value * 10 + (unsigned)(a.s[at++] - '0');
		if (at == begin || value > 255 || (at > begin + 1 && a.s[begin] == '0'))
			return 0;
		b[n++] = (uint8_t)value;
		if (at == a.len)
			return n;
		if (a.s[at++] != '.')
			return 0;
	}
	return 0;
}

static int read_bits(const struct token *operand, struct slice bits, unsigned max, uint8_t *out,
		     struct err *e)
{
	unsigned n = 0;

	if (bits.s == NULL) {
		*out = (uint8_t)max;
		return 0;
	}
	if (!all_of(bits.s, bits.len, digits))
		n = max + 1;
	for (size_t i = 0; i < bits.len && n <= max; i++)
		n = n * 10 + (unsigned)(bits.s[i] - '0');
	if (bits.len == 0 || n > max)
		return err_at(
			e, -EINVAL, operand->pos, "a prefix of IPv%c has 0 to %u bits: \"/%.*s\"",
			max == 32 ? '4' : '6', max, bits.len > 20 ? 20 : (int)bits.len, bits.s);
	*out = (uint8_t)n;
	return 0;
}

static void clear_behind(struct addr *a, unsigned bits)
{
	for (unsigned i = 0; i < sizeof(a->b); i++) {
		unsigned keep = bits >= 8 * (i + 1) ? 8 : bits <= 8 * i ? 0 : bits - 8 * i;

		a->b[i] = (uint8_t)(a->b[i] & ~(0xffu >> keep));
	}
}

static int not_an_address(const struct token *operand, struct slice a, unsigned v4_bytes,
			  struct err *e)
{
	char q[QUOTE_SIZE];

	quote_text(a.s, a.len, q);
	if (v4_bytes > 1)
		return err_at(e, -EINVAL, operand->pos,
			      "not a whole address: \"%s\"; did you mean \"%s/%u\"?", q, q,
			      8 * v4_bytes);
	if (a.len > 0 && all_of(a.s, a.len, digits))
		return err_at(e, -EINVAL, operand->pos,
			      "not an address: \"%s\"; did you mean \":%s\"?", q, q);
	if (memchr(a.s, '%', a.len) != NULL)
		return err_at(e, -EINVAL, operand->pos,
			      "not an address: \"%s\"; an interface is asked for by \"dev = NAME\"",
			      q);
	return err_at(e, -EINVAL, operand->pos, "not an address: \"%s\" (names are not looked up)",
		      q);
}

static int read_addr(const struct token *operand, const struct parts *p, struct host *h,
		     struct err *e)
{
	struct slice a = p->addr;
	uint8_t v4[4];
	unsigned bytes;
	int rc;

	if (!p->bracketed && p->bits.s == NULL && (a.len == 0 || (a.len == 1 && a.s[0] == '*')))
		return 0;
	if (p->bracketed || memchr(a.s, ':', a.len) != NULL) {
		if (memchr(a.s, ':', a.len) == NULL || !addr_parse(a.s, a.len, &h->addr))
			return not_an_address(operand, a, 0, e);
		h->v6 = true;
		rc = read_bits(operand, p->bits, 128, &h->bits, e);
	} else {
		bytes = read_v4(a, v4);
		if (bytes == 0 || (bytes < 4 && p->bits.s == NULL))
			return not_an_address(operand, a, bytes, e);
		h->addr = addr_v4(v4);
		h->v4 = true;
		rc = read_bits(operand, p->bits, 32, &h->bits, e);
		h->bits = (uint8_t)(h->bits + 96);
	}
	if (rc == 0 && ((h->v4 && h->only == AF_INET6) || (h->v6 && h->only == AF_INET)))
		return bad(operand, e, "the address is not of that family");
	clear_behind(&h->addr, h->bits);
	return rc;
}

/*
 * A path and an abstract name can be nothing else, but /8 is more likely half of an address; the rest
 * is of what was chosen.
 */
static uint8_t implied_family(const struct tree *t, const struct token *operand)
{
	const char *s = operand->s;

	if (operand->len > 0 &&
	    (s[0] == '@' || (s[0] == '/' && !all_of(s + 1, operand->len - 1, digits))))
		return AF_UNIX;
	return t->family;
}

int host_read(struct tree *t, const struct token *operand, struct cond *c, struct err *e)
{
	const char *s = operand->s, *end = s + operand->len;
	struct parts p = { 0 };
	struct host h = { 0 };
	int rc;

	rc = read_family(operand, &s, end, &h, e);
	if (rc == 0 && h.only == 0)
		h.only = implied_family(t, operand);
	if (rc == 0 && host_is_other(&h)) {
		if (c->subject == SUBJ_LISTENER)
			return bad(operand, e, "connections of this family have no listener here");
		rc = end_read(t, operand, (size_t)(s - operand->s), h.only, &h, e);
		c->arg = tree_add_host(t, &h);
		c->first = t->n_range;
		c->count = 0;
		return rc;
	}
	if (rc == 0)
		rc = split(t, operand, s, end, &p, e);
	if (rc == 0)
		rc = read_addr(operand, &p, &h, e);
	if (rc != 0)
		return rc;
	if (p.addr.len == 0 && p.port.s == NULL)
		return bad(operand, e, "expected an address or a port");
	if (p.port.s != NULL && p.port.len > 0 && p.port.s[0] == ':')
		return bad(operand, e, "two colons before the port");
	c->arg = tree_add_host(t, &h);
	c->first = t->n_range;
	c->count = 0;
	if (p.port.s == NULL)
		return 0;
	rc = numbers_read(t, operand, p.port.s, p.port.len, UNIT_PORT, PORT_MAX, c, e);
	if (rc == 0 && t->range[c->first].lo == 0 && t->range[c->first].hi == PORT_MAX)
		c->count = 0;
	return rc;
}
