/* SPDX-License-Identifier: MIT */
/*
 * The calls that torture.c makes fail, and the errors that the kernel may well answer with. "curses" is
 * memory that ncurses asks for, "malloc" that of all others; "save" is what else a file takes to be written;
 * "self" is what a process asks or sets of itself. tcsetattr() is in none: where the modes of the terminal
 * cannot be set there is nothing that could leave them as found.
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
	CALL(STAT, "stat", ERRNOS(EACCES, ENOMEM))          \
	CALL(SAVE, "save", ERRNOS(EIO, ENOSPC))             \
	CALL(POLL, "poll", ERRNOS(EINTR, ENOMEM))           \
	CALL(FD, "fd", ERRNOS(EMFILE))                      \
	CALL(TTY, "tty", ERRNOS(EIO, EINTR))                \
	CALL(SELF, "self", ERRNOS(EPERM))                   \
	CALL(SETNS, "setns", ERRNOS(EPERM, ENOMEM))         \
	CALL(LOOKUP, "lookup", ERRNOS(ENOMEM, EIO))         \
	CALL(BPF, "bpf", ERRNOS(EPERM, ENOMEM))             \
	CALL(SOCKET, "socket", ERRNOS(EMFILE, EACCES))      \
	CALL(SOCKOPT, "sockopt", ERRNOS(ENOBUFS, EPERM))    \
	CALL(SEND, "send", ERRNOS(ENOBUFS, EINTR))          \
	CALL(RECV, "recv", ERRNOS(ENOBUFS, EINTR))          \
	CALL(THREAD, "thread", ERRNOS(EAGAIN))
// clang-format on
#define ERRNOS_MAX 2

#endif
