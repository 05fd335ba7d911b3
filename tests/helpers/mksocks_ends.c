/* SPDX-License-Identifier: MIT */
/* What connections carry, and how they end. */
#include "mksocks.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void pump(int from, int to, size_t bytes)
{
	static char chunk[65536];

	while (bytes > 0) {
		const size_t some = bytes < sizeof(chunk) ? bytes : sizeof(chunk);

		if (send(from, chunk, some, MSG_NOSIGNAL) != (ssize_t)some ||
		    recv(to, chunk, some, MSG_WAITALL) != (ssize_t)some)
			fail("carry");
		bytes -= some;
	}
}

static void do_carry(struct mk *mk, const struct amount *a, const char *value)
{
	struct pair *p = mk_newest(mk, 0);

	(void)value;
	pump(p->client, p->server, a->n);
	pump(p->server, p->client, a->m);
	mk_say(mk, "client", local_port(p->client));
}

static void do_end(struct mk *mk, const struct amount *a, const char *value)
{
	(void)value;
	for (unsigned i = 0; i < a->n; i++) {
		struct pair *p = mk_newest(mk, 0);

		close(p->client);
		tcp_await(p->server, ST_CLOSE_WAIT);
		close(p->server);
		mk->n_pairs--;
	}
}

static void make_udp_brief(struct mk *mk, const struct amount *a, const char *value)
{
	const union end to = end_v4(INADDR_LOOPBACK, a->port);

	(void)value;
	for (unsigned i = 0; i < a->n; i++) {
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		if (fd < 0 || connect(fd, &to.sa, end_size(&to)) != 0)
			fail("udp-brief");
		mk_say(mk, "client", local_port(fd));
		close(fd);
	}
}

// clang-format off
const struct recipe end_recipes[] = {
	{ "carry",     do_carry,       "AxB  A bytes to the server end of the newest connection, B back" },
	{ "end",       do_end,         "N  closes the newest connections in order, their clients first" },
	{ "udp-brief", make_udp_brief, "N:P  UDP sockets that are connected to P, and closed" },
	{ 0 }
};
// clang-format on
