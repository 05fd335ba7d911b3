/* SPDX-License-Identifier: MIT */
/*
 * The calls that torture.c makes fail, and the errors that the kernel may well answer with. "curses" is
 * memory that ncurses asks for, "malloc" that of all others.
 */
#ifndef SOCKEYE_TESTS_TORTURE_H
#define SOCKEYE_TESTS_TORTURE_H

#include <errno.h>

// clang-format off
#define ERRNOS(...) { __VA_ARGS__ }
#define TORTURE_CALLS                                       \
	CALL(MALLOC, "malloc", ERRNOS(ENOMEM))              \
	CALL(CURSES, "curses", ERRNOS(ENOMEM))              \
	CALL(MMAP, "mmap", ERRNOS(ENOMEM))                  \
	CALL(OPEN, "open", ERRNOS(EMFILE, EACCES))          \
	CALL(READ, "read", ERRNOS(EIO, EINTR))              \
	CALL(WRITE, "write", ERRNOS(EIO, EINTR))            \
	CALL(READLINK, "readlink", ERRNOS(EACCES, ENOMEM))  \
	CALL(GETDENTS, "getdents", ERRNOS(EIO, ENOMEM))     \
	CALL(POLL, "poll", ERRNOS(EINTR, ENOMEM))           \
	CALL(FD, "fd", ERRNOS(EMFILE))                      \
	CALL(SOCKET, "socket", ERRNOS(EMFILE, EACCES))      \
	CALL(SEND, "send", ERRNOS(ENOBUFS, EINTR))          \
	CALL(RECV, "recv", ERRNOS(ENOBUFS, EINTR))          \
	CALL(THREAD, "thread", ERRNOS(EAGAIN))
// clang-format on
#define ERRNOS_MAX 2

#endif
