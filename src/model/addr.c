/* SPDX-License-Identifier: MIT */
#include "sockeye/model/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

struct addr addr_v4(const void *four_bytes)
{
	struct addr a;

	memcpy(a.b, mapped, sizeof(mapped));
	memcpy(a.b + 12, four_bytes, 4);
	return a;
}

struct addr addr_v6(const void *sixteen_bytes)
{
	struct addr a;

	memcpy(a.b, sixteen_bytes, sizeof(a.b));
	return a;
}

bool addr_is_v4(const struct addr *a)
{
	return memcmp(a->b, mapped, sizeof(mapped)) == 0;
}

bool addr_is_any(const struct addr *a)
{
	static const uint8_t zero[16];

	return memcmp(a->b, zero, 16) == 0 || (addr_is_v4(a) && memcmp(a->b + 12, zero, 4) == 0);
}

bool addr_is_loopback(const struct addr *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return memcmp(a->b, one, 16) == 0 || (addr_is_v4(a) && a->b[12] == 127);
}

bool addr_is_link_local(const struct addr *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

int addr_cmp(const struct addr *a, const struct addr *b)
{
	bool a4 = addr_is_v4(a), b4 = addr_is_v4(b);

	if (a4 != b4)
		return a4 ? -1 : 1;
	return memcmp(a->b, b->b, sizeof(a->b));
}

struct addr addr_prefix(const struct addr *a, unsigned bits)
{
	struct addr p = *a;
	unsigned from = addr_is_v4(a) ? 96 + bits : bits;

	for (unsigned i = from / 8; i < sizeof(p.b); i++) {
		unsigned keep = i == from / 8 ? from % 8 : 0;

		p.b[i] = (uint8_t)(p.b[i] & ~(0xffu >> keep));
	}
	return p;
}

bool addr_in(const struct addr *a, const struct addr *net, unsigned bits)
{
	struct addr pa, pn;

	if (addr_is_v4(a) != addr_is_v4(net))
		return false;
	pa = addr_prefix(a, bits);
	pn = addr_prefix(net, bits);
	return addr_equal(&pa, &pn);
}

size_t addr_text(char buf[ADDR_TEXT_SIZE], const struct addr *a)
{
	static const uint8_t zero[12];

	if (addr_is_v4(a))
		inet_ntop(AF_INET, a->b + 12, buf, ADDR_TEXT_SIZE);
	else if (memcmp(a->b, zero, sizeof(zero)) == 0 && (a->b[12] | a->b[13]) != 0)
		/* glibc would write these as IPv4-compatible, a form that RFC 4291 has given up */
		snprintf(buf, ADDR_TEXT_SIZE, "::%x:%x", a->b[12] << 8 | a->b[13],
			 a->b[14] << 8 | a->b[15]);
	else
		inet_ntop(AF_INET6, a->b, buf, ADDR_TEXT_SIZE);
	return strlen(buf);
}

bool addr_parse(const char *s, size_t len, struct addr *out)
{
	char text[ADDR_TEXT_SIZE];
	uint8_t bytes[16];

	if (len == 0 || len >= sizeof(text) || memchr(s, '\0', len) != NULL)
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, bytes) == 1)
		*out = addr_v4(bytes);
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		*out = addr_v6(bytes);
	else
		return false;
	return true;
}
