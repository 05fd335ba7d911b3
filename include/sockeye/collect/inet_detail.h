/* SPDX-License-Identifier: MIT */
/* One TCP or UDP socket with all that inet_diag has to tell of it (linux/inet_diag.h). */
#ifndef SOCKEYE_COLLECT_INET_DETAIL_H
#define SOCKEYE_COLLECT_INET_DETAIL_H

#include <stddef.h>

#include "sockeye/collect/nl.h"
#include "sockeye/model/detail.h"
#include "sockeye/model/sock.h"

/*
 * Decodes the payload of one message, at a 4-aligned address, into d, whose cookie says of which
 * socket. Keys of TCP-MD5, which the kernel sends along, are passed over. 0; 1 for another
 * socket, with d as it was; -EBADMSG when it is too short.
 */
int inet_detail_decode(const void *payload, size_t len, struct detail *d);
/* The same of a message whose socket is known: what it has is put into d. */
void inet_detail_take(const void *payload, size_t len, struct detail *d);
/* What a dump asks for to be told these parts (enum detail_part): idiag_ext. */
uint8_t inet_detail_ext(unsigned parts);

/*
 * Asks the kernel for socket s, bound to device ifindex, and fills d. A socket that cannot be
 * looked up (bound and no more, or one of several on a port, or of another protocol) is searched by its port. 0; -ENOENT
 * when it is gone; -ECANCELED; else as nl_get().
 */
int inet_detail_ask(struct nl *nl, const struct sock *s, uint32_t ifindex, struct detail *d,
		    int cancel_fd);

#endif
