/* SPDX-License-Identifier: MIT */
/* Internet addresses: one form for both families, so that there is one comparison and one prefix match. */
#ifndef SOCKEYE_MODEL_ADDR_H
#define SOCKEYE_MODEL_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct addr {
	uint8_t b[16]; /* network order; IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2) */
};

#define ADDR_TEXT_SIZE 48 /* fits any address with a prefix length */

struct addr addr_v4(const void *four_bytes); /* network order */
struct addr addr_v6(const void *sixteen_bytes);

static inline uint64_t addr_hi(const struct addr *a)
{
	uint64_t w;

	memcpy(&w, a->b, 8);
	return w;
}

static inline uint64_t addr_lo(const struct addr *a)
{
	uint64_t w;

	memcpy(&w, a->b + 8, 8);
	return w;
}

static inline bool addr_equal(const struct addr *a, const struct addr *b)
{
	return addr_hi(a) == addr_hi(b) && addr_lo(a) == addr_lo(b);
}

bool addr_is_v4(const struct addr *a);                    /* ::ffff:0:0/96 */
bool addr_is_any(const struct addr *a);                   /* 0.0.0.0 or :: */
bool addr_is_loopback(const struct addr *a);              /* 127.0.0.0/8 or ::1 */
bool addr_is_link_local(const struct addr *a);            /* fe80::/10 */
int addr_cmp(const struct addr *a, const struct addr *b); /* by number; IPv4 before IPv6 proper */

/* The first bits of a, the rest zero. bits counts from the family's start: 0..32 for IPv4, 0..128. */
struct addr addr_prefix(const struct addr *a, unsigned bits);
bool addr_in(const struct addr *a, const struct addr *net, unsigned bits); /* families must agree */

/* RFC 5952; IPv4 and IPv4-mapped as a.b.c.d. Returns the length. */
size_t addr_text(char buf[ADDR_TEXT_SIZE], const struct addr *a);

/* Parses a complete IPv4 or IPv6 address, no port, no prefix, no brackets. */
bool addr_parse(const char *s, size_t len, struct addr *out);

#endif
