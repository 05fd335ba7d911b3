/* SPDX-License-Identifier: MIT */
/* Sockets between virtual machines and their host as vsock_diag tells of them. */
#include <errno.h>
#include <linux/vm_sockets_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "family.h"

size_t vsock_diag_request(uint8_t body[FAMILY_REQUEST_SIZE])
{
	struct vsock_diag_req rq = {
		.sdiag_family = AF_VSOCK,
		.vdiag_states = UINT32_MAX,
	};

	_Static_assert(sizeof(rq) <= FAMILY_REQUEST_SIZE, "a request fits");
	memcpy(body, &rq, sizeof(rq));
	return sizeof(rq);
}

int vsock_diag_decode(const void *payload, size_t len, struct family_row *r)
{
	struct vsock_diag_msg m;

	if (len < sizeof(m))
		return -EBADMSG;
	memcpy(&m, payload, sizeof(m));
	if (m.vdiag_family != AF_VSOCK)
		return 1;
	if (m.vdiag_state == 0 || m.vdiag_state >= ST_COUNT)
		return -EBADMSG;
	*r = (struct family_row){
		.sock = { .vsock = { .cid = m.vdiag_src_cid,
				     .port = m.vdiag_src_port,
				     .dst_cid = m.vdiag_dst_cid,
				     .dst_port = m.vdiag_dst_port },
			  .ino = m.vdiag_ino,
			  .uid = UID_UNKNOWN,
			  .type = m.vdiag_type,
			  .family = AF_VSOCK,
			  .proto = PROTO_VSOCK,
			  .state = m.vdiag_state },
	};
	family_set_cookie(r, m.vdiag_cookie);
	return 0;
}
