/* SPDX-License-Identifier: MIT */
/* The ends of sockets that have no internet addresses, in words. */
#ifndef SOCKEYE_MODEL_ENDS_H
#define SOCKEYE_MODEL_ENDS_H

#include "sockeye/base/text.h"
#include "sockeye/model/snap.h"

/* Fits the name of any of both, or its number. */
#define ENDS_WORD 16

#define ETHER_NONE 0 /* bound to no protocol: gets nothing */
#define ETHER_ALL  3

/* "ip", "arp", "0x88b5"; "none" and "all" for the two above. */
const char *ends_ether_name(unsigned protocol, char buf[ENDS_WORD]);
/* "rtnl", "genl", "30" */
const char *ends_netlink_name(unsigned protocol, char buf[ENDS_WORD]);
/* A name, or a number, decimal or hexadecimal with 0x; -1 for none of both. */
int ends_ether_by_name(const char *s, size_t len);
int ends_netlink_by_name(const char *s, size_t len);

/* The name of a UNIX socket, raw; empty where it has none, and of any other socket. */
struct str ends_unix_name(const struct snap *s, uint32_t row);

/*
 * Whether a socket that is neither of the internet nor UNIX has an other end. The one of UNIX is a
 * socket: see snap_peer().
 */
bool ends_has_remote(const struct sock *k);

/*
 * One end of a socket for which sock_is_inet() does not hold, in buf of FIELD_TEXT_SIZE bytes: a path,
 * "@name", "*:4711" for a UNIX socket without a name, with its inode; "ip:eth0", "all:*", "rtnl:4242",
 * "rtnl:kernel", "3:1024", "eth0:q2"; "-" where there is no remote end.
 */
struct clean ends_text(const struct snap *s, uint32_t row, bool remote, enum text_set set,
		       char *buf);

/* Keys that sort by one end, at most ENDS_KEYS, most significant first. Returns how many. */
#define ENDS_KEYS 4
unsigned ends_keys(const struct snap *s, uint32_t row, bool remote, uint64_t key[ENDS_KEYS]);

#endif
