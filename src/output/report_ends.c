/* SPDX-License-Identifier: MIT */
/* The ends of a socket in JSON, by what they are made of. */
#include <stdio.h>

#include "report_parts.h"
#include "sockeye/model/ends.h"

static void put_name(struct json *j, const char *key, struct str name)
{
	if (name.len > 0)
		json_str(j, key, name.s, name.len);
	else
		json_null(j, key);
}

void report_put_addr(struct json *j, const char *key, const struct addr *a, uint16_t port,
		     const struct namer *n, unsigned proto)
{
	char text[ADDR_TEXT_SIZE];
	size_t len = addr_text(text, a);

	json_open(j, key, '{');
	json_str(j, "addr", text, len);
	json_uint(j, "port", port);
	if (n != NULL) {
		put_name(j, "host", namer_host(n, a));
		put_name(j, "service", namer_service(n, proto, port));
	}
	json_close(j, '}');
}

void report_put_if(struct json *j, const struct snap *s, uint32_t row)
{
	uint32_t ifindex = s->ext[row].ifindex;
	struct str name = strpool_get(s->str, snap_if_name(s, snap_netns(s, row), ifindex));
	char number[16];

	if (name.len == 0 && ifindex != 0) {
		int len = snprintf(number, sizeof(number), "%u", ifindex);

		name = (struct str){ number, (size_t)len };
	}
	put_name(j, "if", name);
}

static void put_number(struct json *j, const char *key, uint32_t n)
{
	if (n == VSOCK_ANY)
		json_null(j, key);
	else
		json_uint(j, key, n);
}

static void put_unix(struct json *j, const struct snap *s, uint32_t row)
{
	json_open(j, "local", '{');
	put_name(j, "path", ends_unix_name(s, row));
	json_close(j, '}');
	json_null(j, "remote");
}

static void put_packet(struct json *j, const struct snap *s, uint32_t row)
{
	char word[ENDS_WORD];

	json_open(j, "local", '{');
	report_put_if(j, s, row);
	json_word(j, "protocol", ends_ether_name(s->sock[row].packet.protocol, word));
	json_close(j, '}');
	json_null(j, "remote");
}

static void put_netlink_end(struct json *j, const char *key, const struct sock *k, uint32_t portid)
{
	char word[ENDS_WORD];

	json_open(j, key, '{');
	json_word(j, "netlink", ends_netlink_name(k->netlink.protocol, word));
	json_uint(j, "portid", portid);
	json_close(j, '}');
}

static void put_netlink(struct json *j, const struct snap *s, uint32_t row)
{
	const struct sock *k = &s->sock[row];

	put_netlink_end(j, "local", k, k->netlink.portid);
	if (ends_has_remote(k))
		put_netlink_end(j, "remote", k, k->netlink.dst_portid);
	else
		json_null(j, "remote");
}

static void put_vsock_end(struct json *j, const char *key, uint32_t cid, uint32_t port)
{
	json_open(j, key, '{');
	put_number(j, "cid", cid);
	put_number(j, "port", port);
	json_close(j, '}');
}

static void put_vsock(struct json *j, const struct snap *s, uint32_t row)
{
	const struct sock *k = &s->sock[row];

	put_vsock_end(j, "local", k->vsock.cid, k->vsock.port);
	if (ends_has_remote(k))
		put_vsock_end(j, "remote", k->vsock.dst_cid, k->vsock.dst_port);
	else
		json_null(j, "remote");
}

static void put_xdp(struct json *j, const struct snap *s, uint32_t row)
{
	json_open(j, "local", '{');
	report_put_if(j, s, row);
	json_uint(j, "queue", s->sock[row].xdp.queue);
	json_close(j, '}');
	json_null(j, "remote");
}

static void put_inet(const struct report *r, struct json *j, const struct snap *s, uint32_t row)
{
	const struct sock *k = &s->sock[row];

	report_put_addr(j, "local", &k->local, k->lport, r->cfg.namer, k->proto);
	if (sock_has_remote(k))
		report_put_addr(j, "remote", &k->remote, k->rport, r->cfg.namer, k->proto);
	else
		json_null(j, "remote");
}

void report_put_ends(const struct report *r, struct json *j, const struct snap *s, uint32_t row)
{
	static void (*const put[PROTO_COUNT])(struct json * j, const struct snap *s,
					      uint32_t row) = {
		[PROTO_UNIX] = put_unix,       [PROTO_PACKET] = put_packet,
		[PROTO_NETLINK] = put_netlink, [PROTO_VSOCK] = put_vsock,
		[PROTO_XDP] = put_xdp,
	};
	unsigned proto = s->sock[row].proto;

	if (put[proto] != NULL)
		put[proto](j, s, row);
	else
		put_inet(r, j, s, row);
}

void report_put_peer(struct json *j, const struct snap *s, uint32_t row)
{
	const struct sock *k = &s->sock[row];
	uint32_t peer = snap_peer(s, row);
	const struct owner *o = NULL;
	size_t n = 0;

	if (k->un.peer_ino == INO_NONE) {
		json_null(j, "peer");
		return;
	}
	json_open(j, "peer", '{');
	json_uint(j, "inode", k->un.peer_ino == INO_PENDING ? 0 : k->un.peer_ino);
	if (peer != IDX_NONE) {
		o = s->owner + s->ext[peer].owner;
		n = s->ext[peer].n_owners;
		put_name(j, "path", ends_unix_name(s, peer));
	} else {
		json_null(j, "path");
	}
	report_put_owners(j, s, o, n);
	json_close(j, '}');
}
