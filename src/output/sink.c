/* SPDX-License-Identifier: MIT */
#include "sink.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define PIECE ((size_t)64 << 10)

/* A descriptor that another process has set to non-blocking is waited for all the same. */
static int wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

static int write_some(int fd, const char *s, size_t len, size_t *done)
{
	ssize_t n = write(fd, s, len);

	*done = n > 0 ? (size_t)n : 0;
	if (n >= 0 || errno == EINTR)
		return 0;
	return errno == EAGAIN ? wait_writable(fd) : -errno;
}

int sink_flush(struct sink *k)
{
	size_t at = 0, done;

	while (k->rc == 0 && at < k->text.len) {
		k->rc = write_some(k->fd, k->text.s + at, k->text.len - at, &done);
		at += done;
	}
	buf_reset(&k->text);
	return k->rc;
}

bool sink_row(struct sink *k)
{
	return (k->text.len < PIECE ? k->rc : sink_flush(k)) == 0;
}
