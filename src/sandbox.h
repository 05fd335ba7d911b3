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

/*
 * For all threads, present and to come, for good; called when everything is open. No other program,
 * no ptrace, no network connection, no signal to others, no file that is there opened for writing:
 * src/sandbox.c has the list. bpf: calls of bpf() go on; dns: sockets for datagrams can be made, by which
 * names are asked for. 0, or -ENOTSUP where there is no filter for
 * this machine, or -errno, with the reason in words.
 */
int sandbox_enter(bool bpf, bool dns, struct err *e);

#endif
