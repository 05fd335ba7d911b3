/* SPDX-License-Identifier: MIT */
#include "fakenl.h"

#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

void fakenl_open(struct fakenl *k)
{
	int size = 1 << 20, fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
		die("socketpair");
	if (setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) != 0)
		die("SO_SNDBUF");
	k->nl = nl_adopt(fds[0], FAKENL_PORT);
	k->fd = fds[1];
	k->seq = 1;
	k->flags = NLM_F_MULTI;
	k->len = 0;
}

void fakenl_close(struct fakenl *k)
{
	nl_close(k->nl);
	if (k->fd >= 0)
		close(k->fd);
}

struct nlmsghdr *fakenl_add(struct fakenl *k, uint16_t type, const void *payload, size_t len)
{
	size_t room = NLMSG_ALIGN(NLMSG_HDRLEN + len);
	struct nlmsghdr *h = (void *)(k->buf + k->len);

	if (k->len + room > sizeof(k->buf))
		die("fakenl_add");
	memset(h, 0, room);
	*h = (struct nlmsghdr){
		.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + len),
		.nlmsg_type = type,
		.nlmsg_flags = k->flags,
		.nlmsg_seq = k->seq,
		.nlmsg_pid = FAKENL_PORT,
	};
	if (len > 0)
		memcpy(h + 1, payload, len);
	k->len += room;
	return h;
}

void fakenl_add_code(struct fakenl *k, uint16_t type, int code)
{
	fakenl_add(k, type, &code, sizeof(code));
}

void fakenl_send(struct fakenl *k)
{
	if (send(k->fd, k->buf, k->len, MSG_DONTWAIT) != (ssize_t)k->len)
		die("send");
	k->len = 0;
}

void fakenl_done(struct fakenl *k, int code)
{
	fakenl_add_code(k, NLMSG_DONE, code);
	fakenl_send(k);
}

void fakenl_replay(struct fakenl *k, const char *name)
{
	const char *srcdir = getenv("srcdir");
	struct nlmsghdr h;
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/fixtures/nl/%s.bin", srcdir ? srcdir : ".", name);
	f = fopen(path, "rb");
	if (f == NULL)
		die(path);
	while (fread(&h, sizeof(h), 1, f) == 1) {
		unsigned char payload[1024];
		size_t len = h.nlmsg_len - NLMSG_HDRLEN;

		if (len > sizeof(payload) || fread(payload, NLMSG_ALIGN(len), 1, f) != 1)
			die(path);
		fakenl_add(k, h.nlmsg_type, payload, len);
	}
	fclose(f);
	fakenl_send(k);
}

size_t fakenl_request(struct fakenl *k, void *buf, size_t size)
{
	ssize_t n = recv(k->fd, buf, size, MSG_DONTWAIT);

	if (n < 0)
		die("recv");
	return (size_t)n;
}
