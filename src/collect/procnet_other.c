/* SPDX-License-Identifier: MIT */
/*
 * Sockets from /proc/net/unix, packet and netlink, for when sock_diag is refused or absent.
 *
 * The names in the first are raw: one with a newline in it makes lines of its own, which say nothing
 * that can be trusted more than anything else in that file.
 */
#include <errno.h>
#include <sys/socket.h>

#include "sockeye/base/mem.h"
#include "sockeye/collect/cookie.h"

#include "cursor.h"
#include "family.h"

#define ACCEPTS 0x10000 /* the kernel's __SO_ACCEPTCON */

/* "ffff8a3c5d2e1c00: 00000002 00000000 00010000 0001 01 23456 /run/x.sock" */
int procnet_unix(const char *line, size_t len, struct family_row *r)
{
	/* The kernel's socket_state, from SS_UNCONNECTED on. */
	static const uint8_t states[] = { ST_CLOSE, ST_CLOSE, ST_SYN_SENT, ST_ESTABLISHED,
					  ST_CLOSING };
	struct cursor c = { line, line + len };
	uint32_t flags, type, state;
	uint64_t where;

	*r = (struct family_row){
		.sock = { .uid = UID_UNKNOWN, .family = AF_UNIX, .proto = PROTO_UNIX },
	};
	skip_blanks(&c);
	if (!read_hex(&c, 16, &where) || !read_char(&c, ':') || !skip_word(&c) || !skip_word(&c))
		return -EBADMSG;
	skip_blanks(&c);
	if (!read_hex32(&c, 8, &flags))
		return -EBADMSG;
	skip_blanks(&c);
	if (!read_hex32(&c, 4, &type))
		return -EBADMSG;
	skip_blanks(&c);
	if (!read_hex32(&c, 2, &state) || state >= ARRAY_SIZE(states) ||
	    !read_dec(&c, &r->sock.ino))
		return -EBADMSG;
	r->sock.type = (uint16_t)type;
	r->sock.state = (flags & ACCEPTS) != 0 ? ST_LISTEN : states[state];
	if (read_char(&c, ' '))
		family_set_name(r, c.at, (size_t)(c.end - c.at));
	/* What nobody has accepted has no inode; where it is in memory tells it from others. */
	cookie_make_of(&r->sock, r->sock.ino != 0 ? 0 : where);
	return 0;
}

/* "ffff8a3c5d2e1c00 3      3    0003   2     1 0      0      23456" */
int procnet_packet(const char *line, size_t len, struct family_row *r)
{
	struct cursor c = { line, line + len };
	uint32_t type, protocol;

	*r = (struct family_row){
		.sock = { .family = AF_PACKET, .proto = PROTO_PACKET, .state = ST_CLOSE },
	};
	/* The address of the socket in the kernel, and how many refer to it. */
	for (int i = 0; i < 2; i++)
		if (!skip_word(&c))
			return -EBADMSG;
	if (!read_dec(&c, &type))
		return -EBADMSG;
	skip_blanks(&c);
	if (!read_hex32(&c, 4, &protocol) || !read_dec(&c, &r->ext.ifindex) || !skip_word(&c) ||
	    !read_dec(&c, &r->sock.rxq) || !read_dec(&c, &r->sock.uid) ||
	    !read_dec(&c, &r->sock.ino))
		return -EBADMSG;
	r->sock.type = (uint16_t)type;
	r->sock.packet.protocol = (uint16_t)protocol;
	cookie_make_of(&r->sock, 0);
	return 0;
}

/* "ffff8a3c5d2e1c00 0   4242       00000011 0        0        0     2        0        23456" */
int procnet_netlink(const char *line, size_t len, struct family_row *r)
{
	struct cursor c = { line, line + len };
	uint32_t protocol;

	*r = (struct family_row){
		.sock = { .uid = UID_UNKNOWN,
			  .type = SOCK_RAW,
			  .family = AF_NETLINK,
			  .proto = PROTO_NETLINK,
			  .state = ST_CLOSE },
	};
	if (!skip_word(&c) || !read_dec(&c, &protocol) || protocol > UINT8_MAX ||
	    !read_dec(&c, &r->sock.netlink.portid) || !skip_word(&c) ||
	    !read_dec(&c, &r->sock.rxq) || !read_dec(&c, &r->sock.txq) || !skip_word(&c) ||
	    !skip_word(&c) || !skip_word(&c) || !read_dec(&c, &r->sock.ino))
		return -EBADMSG;
	r->sock.netlink.protocol = (uint8_t)protocol;
	cookie_make_of(&r->sock, 0);
	return 0;
}
