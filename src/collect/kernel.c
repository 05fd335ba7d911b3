/* SPDX-License-Identifier: MIT */
#include "kernel.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

bool kernel_since(unsigned major, unsigned minor)
{
	struct utsname u;
	unsigned long first, second;
	char *dot;

	if (uname(&u) != 0)
		return false;
	first = strtoul(u.release, &dot, 10);
	second = *dot == '.' ? strtoul(dot + 1, NULL, 10) : 0;
	return first > major || (first == major && second >= minor);
}

uint32_t kernel_buckets(const char *root)
{
	char path[4096], text[32];
	ssize_t len;
	long n;
	int fd;

	n = snprintf(path, sizeof(path), "%s/sys/net/ipv4/tcp_ehash_entries",
		     root != NULL ? root : "/proc");
	if (n < 0 || (size_t)n >= sizeof(path))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return 0;
	text[len] = '\0';
	/* Of a namespace that shares the table of the first one it is negative. */
	n = strtol(text, NULL, 10);
	n = n < 0 ? -n : n;
	return n > 0 && n < INT32_MAX ? (uint32_t)n : 0;
}
