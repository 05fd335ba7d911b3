/* SPDX-License-Identifier: MIT */
/* A walk over the attributes of a netlink message that trusts none of their lengths. */
#ifndef SOCKEYE_SRC_COLLECT_ATTRS_H
#define SOCKEYE_SRC_COLLECT_ATTRS_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>

/* left: bytes from a on. libmnl 1.0.4 compares lengths as int. */
static inline bool attr_ok(const struct nlattr *a, size_t left)
{
	return left >= sizeof(*a) && a->nla_len >= sizeof(*a) && a->nla_len <= left;
}

static inline const struct nlattr *attr_next(const struct nlattr *a, size_t *left)
{
	size_t step = MNL_ALIGN(a->nla_len);

	*left -= step < *left ? step : *left;
	return (const void *)((const unsigned char *)a + step);
}

#endif
