/* SPDX-License-Identifier: MIT */
/* The bare limit: a dump of all TCP sockets that is received and not looked at. */
#ifndef SOCKEYE_BENCH_BARE_H
#define SOCKEYE_BENCH_BARE_H

#include <stdint.h>

/* A diag socket for the present network namespace, or -1. */
int bare_open(void);
/*
 * One dump by the cheapest request there is: TCPDIAG_GETSOCK, both families in one walk, no
 * attributes asked for. Returns 0 or -1. Counts the sockets (a look at each header) unless NULL.
 */
int bare_dump(int fd, uint32_t *sockets);

int64_t clock_ns(void);     /* CLOCK_MONOTONIC */
int64_t clock_cpu_ns(void); /* of the whole process */
/* Sorts the values and returns the middle one. */
int64_t median(int64_t *v, unsigned n);

#endif
