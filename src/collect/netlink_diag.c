/* SPDX-License-Identifier: MIT */
/*
 * Netlink sockets as netlink_diag tells of them (linux/netlink_diag.h). One that is subscribed to a
 * group comes twice; its cookie tells that it is the same.
 */
#include <errno.h>
#include <linux/netlink_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "attrs.h"
#include "family.h"

size_t netlink_diag_request(uint8_t body[FAMILY_REQUEST_SIZE])
{
	struct netlink_diag_req rq = {
		.sdiag_family = AF_NETLINK,
		.sdiag_protocol = NDIAG_PROTO_ALL,
		.ndiag_show = NDIAG_SHOW_MEMINFO,
	};

	_Static_assert(sizeof(rq) <= FAMILY_REQUEST_SIZE, "a request fits");
	memcpy(body, &rq, sizeof(rq));
	return sizeof(rq);
}

int netlink_diag_decode(const void *payload, size_t len, struct family_row *r)
{
	struct netlink_diag_msg m;
	const struct nlattr *a;
	size_t left;

	if (len < sizeof(m))
		return -EBADMSG;
	memcpy(&m, payload, sizeof(m));
	if (m.ndiag_family != AF_NETLINK)
		return 1;
	if (m.ndiag_state == 0 || m.ndiag_state >= ST_COUNT)
		return -EBADMSG;
	*r = (struct family_row){
		.sock = { .netlink = { .portid = m.ndiag_portid,
				       .dst_portid = m.ndiag_dst_portid,
				       .dst_group = m.ndiag_dst_group,
				       .protocol = m.ndiag_protocol },
			  .ino = m.ndiag_ino,
			  .uid = UID_UNKNOWN,
			  .type = m.ndiag_type,
			  .family = AF_NETLINK,
			  .proto = PROTO_NETLINK,
			  .state = m.ndiag_state },
	};
	left = len - sizeof(m);
	for (a = (const void *)((const uint8_t *)payload + sizeof(m)); attr_ok(a, left);
	     a = attr_next(a, &left))
		if (mnl_attr_get_type(a) == NETLINK_DIAG_MEMINFO &&
		    family_set_queues(r, mnl_attr_get_payload(a), mnl_attr_get_payload_len(a)) != 0)
			return -EBADMSG;
	family_set_cookie(r, m.ndiag_cookie);
	return 0;
}
