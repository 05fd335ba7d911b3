/* SPDX-License-Identifier: MIT */
/* UNIX sockets as unix_diag tells of them (linux/unix_diag.h). */
#include <errno.h>
#include <linux/unix_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "attrs.h"
#include "family.h"

/*
 * Never UDIAG_SHOW_ICONS: a listener with more waiting connections than fit a datagram would end the
 * dump, and the sockets behind it would be missing without a word.
 */
#define SHOW (UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN | UDIAG_SHOW_UID)

size_t unix_diag_request(uint8_t body[FAMILY_REQUEST_SIZE])
{
	struct unix_diag_req rq = {
		.sdiag_family = AF_UNIX,
		.udiag_states = UINT32_MAX,
		.udiag_show = SHOW,
	};

	_Static_assert(sizeof(rq) <= FAMILY_REQUEST_SIZE, "a request fits");
	memcpy(body, &rq, sizeof(rq));
	return sizeof(rq);
}

static int take_attr(const struct nlattr *a, struct family_row *r)
{
	const void *data = mnl_attr_get_payload(a);
	size_t len = mnl_attr_get_payload_len(a);
	struct unix_diag_rqlen q;

	switch (mnl_attr_get_type(a)) {
	case UNIX_DIAG_NAME:
		family_set_name(r, data, len);
		break;
	case UNIX_DIAG_PEER:
		if (len < sizeof(uint32_t))
			return -EBADMSG;
		memcpy(&r->sock.un.peer_ino, data, sizeof(uint32_t));
		if (r->sock.un.peer_ino == 0)
			r->sock.un.peer_ino = INO_PENDING;
		break;
	case UNIX_DIAG_RQLEN:
		if (len < sizeof(q))
			return -EBADMSG;
		memcpy(&q, data, sizeof(q));
		r->sock.rxq = q.udiag_rqueue;
		r->sock.txq = q.udiag_wqueue;
		break;
	case UNIX_DIAG_UID:
		if (len < sizeof(uint32_t))
			return -EBADMSG;
		memcpy(&r->sock.uid, data, sizeof(uint32_t));
		break;
	}
	return 0;
}

int unix_diag_decode(const void *payload, size_t len, struct family_row *r)
{
	struct unix_diag_msg m;
	const struct nlattr *a;
	size_t left;

	if (len < sizeof(m))
		return -EBADMSG;
	memcpy(&m, payload, sizeof(m));
	if (m.udiag_family != AF_UNIX)
		return 1;
	if (m.udiag_state == 0 || m.udiag_state >= ST_COUNT)
		return -EBADMSG;
	*r = (struct family_row){
		.sock = { .ino = m.udiag_ino,
			  .uid = UID_UNKNOWN, /* until Linux 5.3 */
			  .type = m.udiag_type,
			  .family = AF_UNIX,
			  .proto = PROTO_UNIX,
			  .state = m.udiag_state },
	};
	left = len - sizeof(m);
	for (a = (const void *)((const uint8_t *)payload + sizeof(m)); attr_ok(a, left);
	     a = attr_next(a, &left))
		if (take_attr(a, r) != 0)
			return -EBADMSG;
	family_set_cookie(r, m.udiag_cookie);
	return 0;
}
