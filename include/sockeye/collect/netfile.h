/* SPDX-License-Identifier: MIT */
/*
 * The lines of a file in /proc/thread-self/net, bounded whatever is in it.
 *
 * thread-self, because /proc/net shows the namespace of the process's first thread; self where
 * thread-self is missing (Linux < 3.17, some emulations); never /proc/net itself, which is not
 * there in a proc mounted with subset=pid.
 */
#ifndef SOCKEYE_COLLECT_NETFILE_H
#define SOCKEYE_COLLECT_NETFILE_H

#include <stdbool.h>
#include <stddef.h>

/* A longer line is cut out. TcpExt in netstat, the longest, has some 3000 bytes. */
#define NETFILE_SIZE 32768

struct netfile {
	int fd;
	size_t at, len; /* of buf: next byte to look at, bytes read */
	bool skipping;  /* within a line that does not fit */
	char buf[NETFILE_SIZE];
};

/* root is the proc file system, NULL for /proc. 0 or a negative errno. */
int netfile_open(struct netfile *f, const char *root, const char *name);
/*
 * The next line without its newline, valid until the next call; it may hold any byte. 1; 0 at the
 * end; -EMSGSIZE for a line that was cut out (go on); another negative errno when the file cannot
 * be read.
 */
int netfile_line(struct netfile *f, const char **line, size_t *len);
void netfile_close(struct netfile *f);

#endif
