/* SPDX-License-Identifier: MIT */
/*
 * Sockets of the families beside TCP and UDP: one message of sock_diag, or one line of a file of
 * /proc/net. The first byte says of which family, and from where.
 */
#include "fuzz.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "family.h"

static void check_row(const struct family *f, const struct family_row *r)
{
	REQUIRE(r->sock.proto == f->proto);
	REQUIRE(r->sock.state > 0 && r->sock.state < ST_COUNT);
	REQUIRE(r->sock.cookie != 0 && r->sock.cookie != UINT64_MAX);
	REQUIRE(r->name_len <= UNIX_NAME_SIZE);
	REQUIRE(r->name_len == 0 || f->proto == PROTO_UNIX);
	REQUIRE(memchr(r->name, '\0', r->name_len) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t which = size > 0 ? data[0] : 0, len = size > 0 ? size - 1 : 0;
	const struct family *f = &family_table[which / 2 % N_FAMILIES];
	bool line = which % 2 != 0;
	struct family_row r;
	void *bytes;
	int rc;

	if (line ? f->parse == NULL : f->decode == NULL)
		return 0;
	bytes = malloc(len > 0 ? len : 1); /* aligned, and as long as they are */
	if (len > 0)
		memcpy(bytes, data + 1, len);
	rc = line ? f->parse(bytes, len, &r) : f->decode(bytes, len, &r);
	REQUIRE(rc == 0 || rc == -EBADMSG || (rc == 1 && !line));
	if (rc == 0)
		check_row(f, &r);
	free(bytes);
	return 0;
}
