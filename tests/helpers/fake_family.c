/* SPDX-License-Identifier: MIT */
#include "fake_family.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "sockeye/model/ends.h"
#include "sockeye/model/names.h"

static bool is(struct str s, const char *word)
{
	return s.len == strlen(word) && memcmp(s.s, word, s.len) == 0;
}

/* Behind a colon, where there is one. */
static struct str second(struct str s)
{
	const char *colon = memchr(s.s, ':', s.len);

	if (colon == NULL)
		return (struct str){ "", 0 };
	return (struct str){ colon + 1, s.len - (size_t)(colon + 1 - s.s) };
}

static uint32_t number(struct str s)
{
	char text[16] = "";

	if (s.len == 1 && s.s[0] == '*')
		return VSOCK_ANY;
	memcpy(text, s.s, s.len < sizeof(text) ? s.len : sizeof(text) - 1);
	return (uint32_t)strtoul(text, NULL, 10);
}

static size_t first_len(struct str s)
{
	return s.len - second(s).len - (memchr(s.s, ':', s.len) != NULL);
}

static bool unix_ends(struct snap_builder *b, struct sock *s, struct str local, struct str remote)
{
	s->un.name = is(local, "-") ? STR_NONE : snap_add_str(b, local.s, local.len);
	s->un.peer_ino = is(remote, "-")   ? INO_NONE
			 : is(remote, "?") ? INO_PENDING
					   : number(remote);
	return true;
}

static bool netlink_ends(struct sock *s, struct str local, struct str remote)
{
	int protocol = ends_netlink_by_name(local.s, first_len(local));

	s->netlink.protocol = (uint8_t)protocol;
	s->netlink.portid = number(second(local));
	s->netlink.dst_portid = is(remote, "-") ? 0 : number(second(remote));
	return protocol >= 0;
}

static bool vsock_ends(struct sock *s, struct str local, struct str remote)
{
	s->vsock.cid = number((struct str){ local.s, first_len(local) });
	s->vsock.port = number(second(local));
	s->vsock.dst_cid = s->vsock.dst_port = VSOCK_ANY;
	if (!is(remote, "-")) {
		s->vsock.dst_cid = number((struct str){ remote.s, first_len(remote) });
		s->vsock.dst_port = number(second(remote));
	}
	return true;
}

bool fake_family_ends(struct snap_builder *b, struct sock *s, struct str local, struct str remote)
{
	static const uint8_t families[PROTO_COUNT] = {
		[PROTO_UNIX] = AF_UNIX,   [PROTO_PACKET] = AF_PACKET, [PROTO_NETLINK] = AF_NETLINK,
		[PROTO_VSOCK] = AF_VSOCK, [PROTO_XDP] = AF_XDP,
	};
	int protocol;

	s->family = families[s->proto];
	if (s->proto == PROTO_UNIX)
		return unix_ends(b, s, local, remote);
	if (s->proto == PROTO_NETLINK)
		return netlink_ends(s, local, remote);
	if (s->proto == PROTO_VSOCK)
		return vsock_ends(s, local, remote);
	if (s->proto == PROTO_XDP) {
		s->xdp.queue = number(local);
		return true;
	}
	protocol = ends_ether_by_name(local.s, local.len);
	s->packet.protocol = (uint16_t)protocol;
	return protocol >= 0;
}

uint16_t fake_family_type(const char *name)
{
	static const uint16_t types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(name, type_name(types[i])) == 0)
			return types[i];
	return 0;
}
