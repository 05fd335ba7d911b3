/* SPDX-License-Identifier: MIT */
#include "outlet.h"

#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

/* A descriptor that may block is given so much at a time: a terminal that takes a byte takes that. */
#define PIECE 256

int outlet_open(struct outlet *o, int tty)
{
	int fd = memfd_create("screen", MFD_CLOEXEC), code;

	*o = (struct outlet){ .tty = tty };
	if (fd < 0)
		return -errno;
	o->file = fdopen(fd, "w+");
	if (o->file == NULL) {
		code = -errno;
		close(fd);
		return code;
	}
	return 0;
}

void outlet_close(struct outlet *o)
{
	if (o->file != NULL)
		fclose(o->file);
	buf_free(&o->waiting);
	*o = (struct outlet){ .tty = -1 };
}

/* Curses flushes the file, or writes past it. */
static void take(struct outlet *o)
{
	const int fd = fileno(o->file);
	char piece[4096];
	ssize_t n;

	fflush(o->file);
	if (lseek(fd, 0, SEEK_CUR) <= 0)
		return;
	for (off_t at = 0; (n = pread(fd, piece, sizeof(piece), at)) > 0; at += n)
		buf_add(&o->waiting, piece, (size_t)n);
	if (lseek(fd, 0, SEEK_SET) == 0 && ftruncate(fd, 0) != 0)
		outlet_drop(o);
}

void outlet_put(struct outlet *o, const char *s)
{
	take(o);
	buf_str(&o->waiting, s);
}

static bool takes_more(const struct outlet *o)
{
	struct pollfd p = { .fd = o->tty, .events = POLLOUT };

	return poll(&p, 1, 0) > 0 && (p.revents & POLLOUT);
}

bool outlet_flush(struct outlet *o)
{
	take(o);
	while (o->sent < o->waiting.len && takes_more(o)) {
		size_t left = o->waiting.len - o->sent;
		ssize_t n = write(o->tty, o->waiting.s + o->sent, left < PIECE ? left : PIECE);

		if (n > 0)
			o->sent += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			return false;
		else if (n < 0 && errno != EINTR)
			outlet_drop(o); /* reading tells that it is gone */
	}
	if (o->sent < o->waiting.len)
		return false;
	outlet_drop(o);
	return true;
}

void outlet_drop(struct outlet *o)
{
	o->sent = 0;
	buf_reset(&o->waiting);
}
