/* SPDX-License-Identifier: MIT */
/* An identity for sockets that come without the kernel's. */
#ifndef SOCKEYE_COLLECT_COOKIE_H
#define SOCKEYE_COLLECT_COOKIE_H

#include "sockeye/model/sock.h"

/*
 * Makes s->cookie of protocol, family, both ends and inode, and sets SOCK_NO_COOKIE. The top bit
 * is set: the kernel counts its cookies up from 1 and does not get there. The same socket has the
 * same cookie in another sample as long as its inode does not change.
 */
void cookie_make(struct sock *s);
/* The same of protocol, family, inode and a number, for what has no internet addresses. */
void cookie_make_of(struct sock *s, uint64_t number);

#endif
