/* SPDX-License-Identifier: MIT */
/* AF_XDP sockets as xsk_diag tells of them (linux/xdp_diag.h). */
#include <errno.h>
#include <linux/xdp_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "attrs.h"
#include "family.h"

size_t xdp_diag_request(uint8_t body[FAMILY_REQUEST_SIZE])
{
	struct xdp_diag_req rq = {
		.sdiag_family = AF_XDP,
		.xdiag_show = XDP_SHOW_INFO | XDP_SHOW_MEMINFO,
	};

	_Static_assert(sizeof(rq) <= FAMILY_REQUEST_SIZE, "a request fits");
	memcpy(body, &rq, sizeof(rq));
	return sizeof(rq);
}

static int take_attr(const struct nlattr *a, struct family_row *r)
{
	const void *data = mnl_attr_get_payload(a);
	size_t len = mnl_attr_get_payload_len(a);
	struct xdp_diag_info info;

	switch (mnl_attr_get_type(a)) {
	case XDP_DIAG_INFO:
		if (len < sizeof(info))
			return -EBADMSG;
		memcpy(&info, data, sizeof(info));
		r->ext.ifindex = info.ifindex;
		r->sock.xdp.queue = info.queue_id;
		break;
	case XDP_DIAG_UID:
		if (len < sizeof(uint32_t))
			return -EBADMSG;
		memcpy(&r->sock.uid, data, sizeof(uint32_t));
		break;
	case XDP_DIAG_MEMINFO:
		return family_set_queues(r, data, len);
	}
	return 0;
}

int xdp_diag_decode(const void *payload, size_t len, struct family_row *r)
{
	struct xdp_diag_msg m;
	const struct nlattr *a;
	size_t left;

	if (len < sizeof(m))
		return -EBADMSG;
	memcpy(&m, payload, sizeof(m));
	if (m.xdiag_family != AF_XDP)
		return 1;
	*r = (struct family_row){
		.sock = { .ino = m.xdiag_ino,
			  .uid = UID_UNKNOWN,
			  .type = m.xdiag_type,
			  .family = AF_XDP,
			  .proto = PROTO_XDP,
			  .state = ST_CLOSE },
	};
	left = len - sizeof(m);
	for (a = (const void *)((const uint8_t *)payload + sizeof(m)); attr_ok(a, left);
	     a = attr_next(a, &left))
		if (take_attr(a, r) != 0)
			return -EBADMSG;
	family_set_cookie(r, m.xdiag_cookie);
	return 0;
}
