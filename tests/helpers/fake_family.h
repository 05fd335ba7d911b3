/* SPDX-License-Identifier: MIT */
/*
 * Ends of sockets that have no internet addresses, in a fixture:
 *
 *	sock unix LISTEN "/run/x" - ino 5              a name, or -; remote: the peer's inode, ? or -
 *	sock packet CLOSE ip - if 2
 *	sock netlink CLOSE rtnl:4242 -                 remote: the same, or -
 *	sock vsock ESTABLISHED 2:1024 3:99             * for any
 *	sock xdp CLOSE 4 - if 2                        the queue
 */
#ifndef SOCKEYE_TESTS_FAKE_FAMILY_H
#define SOCKEYE_TESTS_FAKE_FAMILY_H

#include "sockeye/model/snap.h"

/* Sets family and ends of s, of its protocol. False: they are none of it. */
bool fake_family_ends(struct snap_builder *b, struct sock *s, struct str local, struct str remote);
/* SOCK_STREAM for "stream"; 0 for no type. */
uint16_t fake_family_type(const char *name);

#endif
