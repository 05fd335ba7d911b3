/* SPDX-License-Identifier: MIT */
/*
 * Sockets from /proc/net/{tcp,tcp6,udp,udp6}, for when sock_diag is refused or absent.
 *
 * These files know no cookie, no device, not the limit of an accept queue, and no TCP sockets in
 * CLOSE.
 */
#ifndef SOCKEYE_COLLECT_PROCNET_H
#define SOCKEYE_COLLECT_PROCNET_H

#include <stddef.h>
#include <stdint.h>

#include "sockeye/model/snap.h"

/*
 * Parses one line, which may hold any bytes. family is AF_INET or AF_INET6. 0, or -EBADMSG when
 * it is not the line of a socket (the head of the file is none).
 */
int procnet_parse(const char *line, size_t len, enum proto proto, int family, struct sock *s,
		  struct sock_ext *x);

/*
 * Adds the sockets of one file to b; *bad is raised by each line that is not understood.
 * root is the proc file system, NULL for /proc. 0, -ECANCELED soon after cancel_fd (-1: none)
 * became readable, or why the file cannot be read.
 */
int procnet_read(struct snap_builder *b, const char *root, enum proto proto, int family,
		 int cancel_fd, uint32_t *bad);

#endif
