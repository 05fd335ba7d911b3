/* SPDX-License-Identifier: MIT */
/* The payload of one message of sock_diag, from which everything about one socket is taken. */
#include "fuzz.h"

#include <linux/inet_diag.h>
#include <string.h>

#include "sockeye/collect/inet_detail.h"

/* What is packed comes out as it was: but what holds of the socket alone. */
static void check_packed(const struct detail *d)
{
	unsigned char packed[DETAIL_PACKED_MAX], again[DETAIL_PACKED_MAX], *exact;
	size_t len = detail_pack(d, packed);
	struct detail out;

	REQUIRE(len % 4 == 0 && len <= sizeof(packed));
	exact = malloc(len); /* so that reading behind it is seen */
	memcpy(exact, packed, len);
	detail_unpack(exact, &out);
	free(exact);
	REQUIRE(out.has == d->has && out.tcp_len == d->tcp_len && out.mark == d->mark);
	REQUIRE(strcmp(out.congestion, d->congestion) == 0 && strcmp(out.ulp, d->ulp) == 0);
	REQUIRE(memcmp(out.tcp, d->tcp, sizeof(out.tcp)) == 0);
	REQUIRE(detail_pack(&out, again) == len && memcmp(again, packed, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct detail d = { .has = 0 };
	struct inet_diag_msg m;
	void *payload = malloc(size > 0 ? size : 1); /* aligned, and as long as the payload is */
	uint64_t value;
	int rc;

	if (size > 0)
		memcpy(payload, data, size);
	if (size >= sizeof(m)) {
		memcpy(&m, data, sizeof(m));
		d.cookie = (uint64_t)m.id.idiag_cookie[1] << 32 | m.id.idiag_cookie[0];
	}
	rc = inet_detail_decode(payload, size, &d);
	REQUIRE((rc == 0) == (size >= sizeof(m)));
	REQUIRE(memchr(d.congestion, '\0', sizeof(d.congestion)) != NULL);
	REQUIRE(memchr(d.ulp, '\0', sizeof(d.ulp)) != NULL);
	for (unsigned id = 0; id < TCPI_COUNT; id++)
		REQUIRE(!detail_tcp(&d, (enum tcpi_id)id, &value) ||
			tcpi_table[id].offset + tcpi_table[id].bytes <= d.tcp_len);
	check_packed(&d);
	free(payload);
	return 0;
}
