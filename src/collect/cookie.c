/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/cookie.h"

#define TOP_BIT (UINT64_C(1) << 63)

/* One round of splitmix64: each bit of the input moves about half of the output. */
static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) + UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ h >> 27) * UINT64_C(0x94d049bb133111eb);
	return h ^ h >> 31;
}

void cookie_make(struct sock *s)
{
	uint64_t h = mix((uint64_t)s->proto << 8 | s->family, s->ino);

	h = mix(h, addr_hi(&s->local));
	h = mix(h, addr_lo(&s->local));
	h = mix(h, addr_hi(&s->remote));
	h = mix(h, addr_lo(&s->remote));
	h = mix(h, (uint64_t)s->lport << 16 | s->rport);
	s->cookie = h | TOP_BIT;
	s->flags |= SOCK_NO_COOKIE;
}

void cookie_make_of(struct sock *s, uint64_t number)
{
	uint64_t h = mix((uint64_t)s->proto << 8 | s->family, s->ino);

	s->cookie = mix(h, number) | TOP_BIT;
	s->flags |= SOCK_NO_COOKIE;
}
