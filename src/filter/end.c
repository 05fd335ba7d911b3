/* SPDX-License-Identifier: MIT */
/*
 * The ends of sockets that have no internet addresses, in ss's forms: unix:GLOB, link:PROTOCOL:DEVICE,
 * netlink:PROTOCOL:PORTID, vsock:CID:PORT. A star, or nothing, is any.
 */
#include <errno.h>
#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/model/ends.h"
#include "sockeye/model/names.h"

#include "check.h"
#include "prog.h"

static int bad(const struct token *operand, struct err *e, const char *what)
{
	char q[QUOTE_SIZE];

	return err_at(e, -EINVAL, operand->pos, "%s: \"%s\"", what, token_quote(operand, q));
}

static bool is_any(const char *s, size_t len)
{
	return len == 0 || (len == 1 && *s == '*');
}

/* The rest of a word behind its first len bytes, which are plain. */
static struct token behind(const struct token *operand, size_t len)
{
	struct token t = *operand;

	t.s += len;
	t.len -= len;
	/* Where a part of these bytes is in quotes, all of it is taken as it is. */
	if (t.raw_len >= len && memcmp(t.raw, operand->s, len) == 0) {
		t.raw += len;
		t.raw_len -= len;
	} else {
		t.raw = t.s;
		t.raw_len = t.len;
	}
	return t;
}

static int read_number(const struct token *operand, const char *s, size_t len, struct end_number *n,
		       struct err *e)
{
	uint64_t v = 0;

	n->any = is_any(s, len);
	if (n->any)
		return 0;
	for (size_t i = 0; i < len && v <= UINT32_MAX; i++) {
		if (s[i] < '0' || s[i] > '9')
			return bad(operand, e, "expected a number");
		v = v * 10 + (uint64_t)(s[i] - '0');
	}
	if (v > UINT32_MAX)
		return bad(operand, e, "expected a number");
	n->n = (uint32_t)v;
	return 0;
}

static int read_protocol(const struct token *operand, const char *s, size_t len,
			 int (*by_name)(const char *s, size_t len), struct end_number *n,
			 struct err *e)
{
	int v;

	n->any = is_any(s, len);
	if (n->any)
		return 0;
	v = by_name(s, len);
	if (v < 0)
		return bad(operand, e, "not a protocol");
	n->n = (uint32_t)v;
	return 0;
}

/* Compared by the bytes of the whole name, without regard to case, as ss does. */
static int read_name(struct tree *t, const struct token *operand, size_t skip, bool fold,
		     struct host *h, struct err *e)
{
	struct token rest = behind(operand, skip);
	struct cond c = { .cmp = CMP_EQ };
	int rc;

	h->second.any = is_any(rest.s, rest.len);
	if (h->second.any)
		return 0;
	rc = name_read(t, &rest, &c, e);
	if (rc != 0)
		return rc;
	t->name[c.arg]->fold = fold;
	h->name = c.arg;
	h->named = true;
	return 0;
}

static int read_device(struct tree *t, const struct token *operand, size_t skip, struct host *h,
		       struct err *e)
{
	const char *s = operand->s + skip;
	size_t len = operand->len - skip;

	if (len > 0 && all_of(s, len, "0123456789"))
		return read_number(operand, s, len, &h->second, e);
	return read_name(t, operand, skip, false, h, e);
}

int end_read(struct tree *t, const struct token *operand, size_t skip, uint8_t family,
	     struct host *h, struct err *e)
{
	const char *s = operand->s + skip, *end = operand->s + operand->len;
	const char *colon = memchr(s, ':', (size_t)(end - s)), *second;
	size_t len = (size_t)((colon != NULL ? colon : end) - s);
	int rc;

	h->only = family;
	if (family == AF_UNIX)
		return read_name(t, operand, skip, true, h, e);
	second = colon != NULL ? colon + 1 : end;
	if (family == AF_PACKET) {
		rc = read_protocol(operand, s, len, ends_ether_by_name, &h->first, e);
		return rc != 0 ? rc : read_device(t, operand, (size_t)(second - operand->s), h, e);
	}
	if (family == AF_VSOCK) {
		rc = read_number(operand, s, len, &h->first, e);
	} else {
		rc = read_protocol(operand, s, len, ends_netlink_by_name, &h->first, e);
		if (rc == 0 && name_equal(second, (size_t)(end - second), "kernel")) {
			h->second.n = PORTID_KERNEL;
			return 0;
		}
	}
	return rc != 0 ? rc : read_number(operand, second, (size_t)(end - second), &h->second, e);
}

static void print_number(const struct end_number *n, struct buf *out)
{
	if (n->any)
		buf_char(out, '*');
	else
		buf_fmt(out, "%u", n->n);
}

void end_print(const struct tree *t, const struct host *h, struct buf *out)
{
	char word[ENDS_WORD];

	buf_fmt(out, "%s:", family_name(h->only));
	if (h->only != AF_UNIX) {
		if (h->first.any || h->only == AF_VSOCK)
			print_number(&h->first, out);
		else
			buf_str(out, h->only == AF_PACKET ? ends_ether_name(h->first.n, word)
							  : ends_netlink_name(h->first.n, word));
		buf_char(out, ':');
	}
	if (h->named)
		name_print(t->name[h->name], out);
	else if (h->only == AF_NETLINK && !h->second.any && h->second.n == PORTID_KERNEL)
		buf_str(out, "kernel");
	else
		print_number(&h->second, out);
}

/* ---- running --------------------------------------------------------- */

static bool is_number(const struct end_number *want, uint32_t have)
{
	return want->any || want->n == have;
}

static bool is_named(const struct op_end *end, struct str have)
{
	return end->name == NULL || name_matches(end->name, have.s, have.len);
}

static bool unix_holds(const struct op_end *end, const struct snap *s, uint32_t row, bool remote)
{
	if (remote)
		row = end->name != NULL ? snap_peer(s, row) : row;
	return row != IDX_NONE && is_named(end, ends_unix_name(s, row));
}

static bool device_holds(const struct op_end *end, const struct snap *s, uint32_t row)
{
	uint32_t ifindex = s->ext[row].ifindex;

	if (end->name == NULL)
		return is_number(&end->host->second, ifindex);
	return ifindex != 0 &&
	       is_named(end, strpool_get(s->str, snap_if_name(s, snap_netns(s, row), ifindex)));
}

bool end_holds(const struct op_end *end, const struct snap *s, uint32_t row, bool remote)
{
	const struct host *h = end->host;
	const struct sock *k = &s->sock[row];

	if (k->family != h->only)
		return false;
	if (k->proto == PROTO_UNIX)
		return unix_holds(end, s, row, remote);
	if (k->proto == PROTO_PACKET)
		return (!remote && is_number(&h->first, k->packet.protocol) &&
			device_holds(end, s, row)) ||
		       (remote && h->first.any && h->second.any && !h->named);
	if (remote && !ends_has_remote(k))
		return h->first.any && h->second.any;
	if (k->proto == PROTO_NETLINK)
		return is_number(&h->first, k->netlink.protocol) &&
		       is_number(&h->second, remote ? k->netlink.dst_portid : k->netlink.portid);
	return k->proto == PROTO_VSOCK &&
	       is_number(&h->first, remote ? k->vsock.dst_cid : k->vsock.cid) &&
	       is_number(&h->second, remote ? k->vsock.dst_port : k->vsock.port);
}
