/* SPDX-License-Identifier: MIT */
/*
 * What names things: /proc/PID/cgroup, /etc/services, /etc/hosts and what DNS answers. The first byte
 * says which; the rest is its text.
 */
#include "fuzz.h"

#include <string.h>

#include "sockeye/collect/etc.h"
#include "sockeye/model/namer.h"

static bool within(struct str part, const char *text, size_t size)
{
	return part.len == 0 || (part.s >= text && part.s + part.len <= text + size);
}

static void try_place(const char *text, size_t size)
{
	char *plain = malloc(size + 1);
	struct place_text t;
	struct str path;

	REQUIRE(plain != NULL);
	place_parse_proc(text, size, &t, &path);
	REQUIRE(within(path, text, size));
	REQUIRE(within(t.container, text, size) && within(t.unit, text, size));
	REQUIRE(t.pod_len < PLACE_POD_MAX && t.runtime < RUNTIME_COUNT);
	REQUIRE(t.runtime == RUNTIME_NONE || t.container.len > 0);
	REQUIRE(place_unescape(text, size, plain) <= size);
	free(plain);
}

/* The number that begins there; of more than a port has, what is left of it. */
static uint16_t number_at(const char *text, size_t size)
{
	unsigned n = 0;

	for (size_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; i++)
		n = n * 10 + (unsigned)(text[i] - '0');
	return (uint16_t)n;
}

/* Every name that comes out may be shown. */
static void try_etc(const char *text, size_t size)
{
	struct etc *e = etc_parse(text, size, text, size);

	for (size_t i = 0; i < size; i++) {
		struct str s = etc_service(e, PROTO_TCP, number_at(text + i, size - i));

		REQUIRE(s.len == 0 || namer_is_service(s.s, s.len));
	}
	for (unsigned i = 0; i < 256; i++) {
		struct addr a = addr_v4((const uint8_t[]){ 10, 0, 0, (uint8_t)i });
		struct str s = etc_host(e, &a);

		REQUIRE(s.len == 0 || namer_is_host(s.s, s.len));
	}
	etc_free(e);
}

/* What passes is ASCII, no address, and stays as it is when it is cleaned. */
static void try_host(const char *text, size_t size)
{
	char buf[TEXT_ROOM(253)];
	struct addr a;
	struct clean clean;

	if (!namer_is_host(text, size))
		return;
	REQUIRE(!addr_parse(text, size, &a));
	clean = text_clean(text, size, TEXT_ASCII, buf, sizeof(buf));
	REQUIRE(clean.len == size && memcmp(clean.s, text, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;

	if (size == 0)
		return 0;
	switch (data[0] % 3) {
	case 0:
		try_place(text, size - 1);
		break;
	case 1:
		try_etc(text, size - 1);
		break;
	case 2:
		try_host(text, size - 1);
		break;
	}
	return 0;
}
