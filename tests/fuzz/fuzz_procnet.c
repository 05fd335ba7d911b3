/* SPDX-License-Identifier: MIT */
/*
 * A file of /proc/net/{tcp,tcp6,udp,udp6}: cutting it into lines, and their contents. The first
 * byte says which file it is.
 */
#include "fuzz.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sockeye/collect/netfile.h"
#include "sockeye/collect/procnet.h"

static void parse(const char *line, size_t len, enum proto proto, int family)
{
	char *copy = malloc(len > 0 ? len : 1); /* as long as the line is */
	struct sock s;
	struct sock_ext x;
	int rc;

	memcpy(copy, line, len);
	rc = procnet_parse(copy, len, proto, family, &s, &x);
	free(copy);
	REQUIRE(rc == 0 || rc == -EBADMSG);
	if (rc != 0)
		return;
	REQUIRE(s.proto == proto && s.family == family && s.state > 0 && s.state < ST_COUNT);
	REQUIRE(family == AF_INET6 || (addr_is_v4(&s.local) && addr_is_v4(&s.remote)));
	REQUIRE(s.flags == SOCK_NO_COOKIE && s.cookie >> 63 == 1 && x.expires_ms <= INT32_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct netfile f;
	unsigned which = size > 0 ? data[0] : 0;
	enum proto proto = which & 1 ? PROTO_UDP : PROTO_TCP;
	int family = which & 2 ? AF_INET6 : AF_INET;
	size_t left = size > 0 ? size - 1 : 0, len;
	const char *line;
	int rc;

	f = (struct netfile){ .fd = memfd_create("procnet", MFD_CLOEXEC) };
	REQUIRE(f.fd >= 0);
	REQUIRE(left == 0 || pwrite(f.fd, data + 1, left, 0) == (ssize_t)left);
	while ((rc = netfile_line(&f, &line, &len)) != 0) {
		REQUIRE(rc == 1 || rc == -EMSGSIZE);
		REQUIRE(len <= left && len < NETFILE_SIZE);
		left -= len;
		if (rc == 1)
			parse(line, len, proto, family);
	}
	netfile_close(&f);
	return 0;
}
