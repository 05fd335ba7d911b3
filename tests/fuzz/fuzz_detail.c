/* SPDX-License-Identifier: MIT */
/* The answer to an exact query about one socket: a message of inet_diag with its attributes. */
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "sockeye/collect/inet_detail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct detail d;
	void *payload = malloc(size > 0 ? size : 1); /* aligned, and as long as the payload is */
	uint64_t cookie = 0;
	int rc;

	/* The socket that the message is about, so that the rest is looked at (struct inet_diag_msg). */
	if (size >= 52)
		memcpy(&cookie, data + 44, sizeof(cookie));
	if (size > 0)
		memcpy(payload, data, size);
	d = (struct detail){ .cookie = cookie };
	rc = inet_detail_decode(payload, size, &d);
	REQUIRE(rc == 0 || rc == 1 || rc == -EBADMSG);
	REQUIRE(d.cookie == cookie);
	free(payload);
	return 0;
}
