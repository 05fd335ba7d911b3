/* SPDX-License-Identifier: MIT */
/*
 * The families of sockets beside those of TCP and UDP: how each is asked for and decoded. A decoder
 * is pure: bytes to one row. What a family has no bytes for stays zero.
 */
#ifndef SOCKEYE_SRC_COLLECT_FAMILY_H
#define SOCKEYE_SRC_COLLECT_FAMILY_H

#include <stddef.h>
#include <stdint.h>

#include "sockeye/model/sock.h"

#define UNIX_NAME_SIZE 108 /* of sun_path */

struct family_row {
	struct sock sock;
	struct sock_ext ext;
	/* UNIX: the path, or @ and the abstract name with @ for each NUL; raw bytes, but no NUL. */
	char name[UNIX_NAME_SIZE];
	size_t name_len; /* 0: unnamed */
};

#define FAMILY_REQUEST_SIZE 24

struct family {
	enum proto proto;
	const char *registered; /* as protocols_has() knows it */
	bool counted;           /* its sockets are counted there, in all kernels that have it */
	/*
	 * Writes the request of a dump of all of them and returns its length. NULL: an inet protocol,
	 * which inet_diag.h knows.
	 */
	size_t (*request)(uint8_t body[FAMILY_REQUEST_SIZE]);
	/*
	 * Decodes the payload of one message, at a 4-aligned address. 0; 1 for a socket of another
	 * family; -EBADMSG when it does not hold together.
	 */
	int (*decode)(const void *payload, size_t len, struct family_row *r);
	/* The file in /proc/net; NULL: none, or files as those of UDP, which procnet.h knows. */
	const char *file;
	/* One of its lines, which may hold any bytes. 0, or -EBADMSG for one that is no socket's. */
	int (*parse)(const char *line, size_t len, struct family_row *r);
	const char *lacks; /* what the file does not tell */
};

/* In the order of enum proto from PROTO_UDPLITE on. */
#define N_FAMILIES (PROTO_COUNT - PROTO_UDPLITE)
extern const struct family family_table[N_FAMILIES];

/* unix_diag.c, packet_diag.c, netlink_diag.c, vsock_diag.c, xdp_diag.c */
size_t unix_diag_request(uint8_t body[FAMILY_REQUEST_SIZE]);
int unix_diag_decode(const void *payload, size_t len, struct family_row *r);
size_t packet_diag_request(uint8_t body[FAMILY_REQUEST_SIZE]);
int packet_diag_decode(const void *payload, size_t len, struct family_row *r);
size_t netlink_diag_request(uint8_t body[FAMILY_REQUEST_SIZE]);
int netlink_diag_decode(const void *payload, size_t len, struct family_row *r);
size_t vsock_diag_request(uint8_t body[FAMILY_REQUEST_SIZE]);
int vsock_diag_decode(const void *payload, size_t len, struct family_row *r);
size_t xdp_diag_request(uint8_t body[FAMILY_REQUEST_SIZE]);
int xdp_diag_decode(const void *payload, size_t len, struct family_row *r);

/* procnet_other.c: /proc/net/unix, /proc/net/packet, /proc/net/netlink */
int procnet_unix(const char *line, size_t len, struct family_row *r);
int procnet_packet(const char *line, size_t len, struct family_row *r);
int procnet_netlink(const char *line, size_t len, struct family_row *r);

/*
 * The path or the abstract name of a UNIX socket from the bytes that it was bound to: behind a path
 * there may be a NUL, and what is behind that says nothing; an abstract name begins with one.
 */
void family_set_name(struct family_row *r, const void *bytes, size_t len);

/* The kernel's cookie, which comes as two words; one of our own where it counts none. */
void family_set_cookie(struct family_row *r, const uint32_t words[2]);

/* Memory of its queues, an array by SK_MEMINFO_*. 0, or -EBADMSG where it is too short. */
int family_set_queues(struct family_row *r, const void *meminfo, size_t len);

#endif
