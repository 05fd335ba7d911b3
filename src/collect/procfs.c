/* SPDX-License-Identifier: MIT */
#include "procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sockeye/base/mem.h"

#define BUF_SIZE 65536

/* Offsets in what getdents64 writes: linux/dirent.h. */
#define ENTRY_LEN  16
#define ENTRY_NAME 19

/* -1 for a name that is no number, such as the dots. */
static int32_t parse_number(const char *name)
{
	int32_t n = 0;

	for (; *name >= '0' && *name <= '9' && n < INT32_MAX / 10; name++)
		n = n * 10 + (*name - '0');
	return *name == '\0' ? n : -1;
}

int procfs_open(struct procfs *p, const char *root)
{
	char self[16];
	struct stat st;
	ssize_t len;

	*p = (struct procfs){ .fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
	if (p->fd < 0)
		return -errno;
	if (fstatat(p->fd, "self/stat", &st, 0) != 0) {
		procfs_close(p);
		return -ENOENT;
	}
	len = readlinkat(p->fd, "self", self, sizeof(self) - 1);
	self[len > 0 ? len : 0] = '\0';
	p->self = len > 0 ? parse_number(self) : 0;
	p->counts = fstatat(p->fd, "self/fd", &st, 0) == 0 && st.st_size > 0;
	p->buf = xmalloc(BUF_SIZE);
	return 0;
}

void procfs_close(struct procfs *p)
{
	if (p->fd >= 0)
		close(p->fd);
	free(p->buf);
	*p = (struct procfs){ .fd = -1 };
}

int procfs_numbers(struct procfs *p, int dir, int (*each)(void *ctx, int32_t number), void *ctx)
{
	for (;;) {
		long got = syscall(SYS_getdents64, dir, p->buf, BUF_SIZE);

		if (got <= 0)
			return got == 0 ? 0 : -errno;
		for (long at = 0; at < got;) {
			int32_t number = parse_number(p->buf + at + ENTRY_NAME);
			uint16_t len;
			int rc;

			memcpy(&len, p->buf + at + ENTRY_LEN, sizeof(len));
			at += len;
			rc = number < 0 ? 0 : each(ctx, number);
			if (rc != 0)
				return rc;
		}
	}
}
