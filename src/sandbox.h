/* SPDX-License-Identifier: MIT */
/*
 * System calls that sockeye never makes are refused by the kernel, so that a mistake in it, or code
 * that somebody has got into it, cannot make them either. Refused means EPERM: a rule that is wrong
 * must not end the program in the middle of an incident.
 */
#ifndef SOCKEYE_SRC_SANDBOX_H
#define SOCKEYE_SRC_SANDBOX_H

#include <stdbool.h>

#include "sockeye/base/err.h"

/* What goes on because it was asked for. */
enum sandbox_way {
	SANDBOX_BPF = 1 << 0,   /* calls of bpf() */
	SANDBOX_DNS = 1 << 1,   /* sockets for datagrams, by which names are asked for */
	SANDBOX_NETNS = 1 << 2, /* setns() into network namespaces, and into no others */
};

/*
 * For all threads, present and to come, for good; called when everything is open. No other program,
 * no ptrace, no network connection, no signal to others, no file that is there opened for writing:
 * src/sandbox.c has the list. goes_on: of enum sandbox_way. 0, or -ENOTSUP where there is no filter for
 * this machine, or -errno, with the reason in words.
 */
int sandbox_enter(unsigned goes_on, struct err *e);

#endif
