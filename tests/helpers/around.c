/* SPDX-License-Identifier: MIT */
#include "around.h"

#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define EVERY_US      2000
#define PORT_DOMAIN   53
#define PORT_DISCARD  9
#define DATAGRAM_SIZE 512
#define HEADER_SIZE   12

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* A socket that is bound to the port, 0 for any; -1 where it cannot be. */
static int bound(int type, uint16_t port)
{
	const struct sockaddr_in at = loopback(port);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd >= 0 && bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* In a process of its own. */
static pid_t start(void (*run)(int fd), int fd)
{
	const pid_t parent = getpid(), pid = fd >= 0 ? fork() : -1;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			run(fd);
		_exit(1);
	}
	if (fd >= 0)
		close(fd);
	return pid;
}

void around_end(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ---- traffic ------------------------------------------------------------- */

static int connected(int type, const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)to, sizeof(*to)) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Ends by a reset: nothing of it stays in TIME_WAIT. */
static void one_connection(int listener, const struct sockaddr_in *at)
{
	const struct linger none = { .l_onoff = 1, .l_linger = 0 };
	int client = connected(SOCK_STREAM, at), server;

	if (client < 0)
		return;
	server = accept(listener, NULL, NULL);
	setsockopt(client, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	close(client);
	if (server >= 0)
		close(server);
}

static void come_and_go(int listener)
{
	const struct sockaddr_in discard = loopback(PORT_DISCARD);
	struct sockaddr_in at;
	socklen_t len = sizeof(at);

	if (listen(listener, 1) != 0 || getsockname(listener, (struct sockaddr *)&at, &len) != 0)
		return;
	for (;;) {
		int udp = connected(SOCK_DGRAM, &discard);

		if (udp >= 0)
			close(udp);
		one_connection(listener, &at);
		usleep(EVERY_US);
	}
}

pid_t around_traffic(void)
{
	return start(come_and_go, bound(SOCK_STREAM, 0));
}

/* ---- names --------------------------------------------------------------- */

/* The question with the answer behind it: its name again, PTR, IN, 60 s, and the name in labels. */
static void answer(int fd)
{
	static const unsigned char head[] = { 0xc0, HEADER_SIZE, 0, 12, 0, 1, 0, 0, 0, 60, 0, 11 };
	static const unsigned char name[] = "\1a\7example"; /* with the root */
	unsigned char m[DATAGRAM_SIZE + sizeof(head) + sizeof(name)];
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(fd, m, DATAGRAM_SIZE, 0, (struct sockaddr *)&from, &len);

	_Static_assert(sizeof(name) == 11, "the length that head tells");
	/* What EDNS may have put behind the question would have to be left out. */
	if (n <= HEADER_SIZE || m[11] != 0)
		return;
	m[2] |= 0x80; /* an answer */
	m[7] = 1;     /* with one record */
	memcpy(m + n, head, sizeof(head));
	memcpy(m + n + sizeof(head), name, sizeof(name));
	sendto(fd, m, (size_t)n + sizeof(head) + sizeof(name), 0, (struct sockaddr *)&from, len);
}

static void serve_names(int fd)
{
	for (;;)
		answer(fd);
}

pid_t around_name_server(void)
{
	return start(serve_names, bound(SOCK_DGRAM, PORT_DOMAIN));
}
