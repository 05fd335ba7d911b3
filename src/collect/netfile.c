/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/netfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "sockeye/base/mem.h"

int netfile_open(struct netfile *f, const char *root, const char *name)
{
	static const char *const self[] = { "thread-self", "self" };
	char path[512];
	int rc = 0;

	f->at = f->len = 0;
	f->skipping = false;
	for (size_t i = 0; i < ARRAY_SIZE(self); i++) {
		int n = snprintf(path, sizeof(path), "%s/%s/net/%s", root != NULL ? root : "/proc",
				 self[i], name);

		if (n < 0 || (size_t)n >= sizeof(path))
			return -ENAMETOOLONG;
		f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (f->fd >= 0)
			return 0;
		rc = -errno;
		if (rc != -ENOENT)
			break;
	}
	return rc;
}

void netfile_close(struct netfile *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

/* Reads more behind what is there; 1, 0 at the end of the file, or -errno. */
static int fill(struct netfile *f)
{
	ssize_t n;

	if (f->at > 0) {
		f->len -= f->at;
		memmove(f->buf, f->buf + f->at, f->len);
		f->at = 0;
	}
	do {
		n = read(f->fd, f->buf + f->len, sizeof(f->buf) - f->len);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	f->len += (size_t)n;
	return n > 0;
}

int netfile_line(struct netfile *f, const char **line, size_t *len)
{
	for (;;) {
		char *start = f->buf + f->at;
		char *end = f->len > f->at ? memchr(start, '\n', f->len - f->at) : NULL;
		int rc;

		if (end != NULL) {
			bool skipped = f->skipping;

			f->at = (size_t)(end + 1 - f->buf);
			f->skipping = false;
			*line = start;
			*len = (size_t)(end - start);
			return skipped ? -EMSGSIZE : 1;
		}
		if (f->len - f->at == sizeof(f->buf)) {
			f->skipping = true;
			f->at = f->len;
		}
		rc = fill(f);
		if (rc < 0)
			return rc;
		if (rc == 0)
			break;
	}
	/* What stands behind the last newline is a line too. */
	*line = f->buf + f->at;
	*len = f->len - f->at;
	f->at = f->len;
	if (f->skipping) {
		f->skipping = false;
		return -EMSGSIZE;
	}
	return *len > 0;
}
