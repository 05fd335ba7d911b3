/* SPDX-License-Identifier: MIT */
/*
 * The settings of model/sysctls.def, read from /proc/sys: those of the network namespace that the
 * calling thread is in, where a setting has one of its own.
 */
#ifndef SOCKEYE_COLLECT_SYSCTLS_H
#define SOCKEYE_COLLECT_SYSCTLS_H

#include <stdint.h>

#include "sockeye/model/snap.h"

/* What was read and until when it holds: people change settings, but not each second. */
struct sysctls_kept {
	struct sysctls values;
	int64_t until_ns; /* CLOCK_MONOTONIC; 0: nothing was read yet */
};

#define SYSCTLS_PERIOD_S 30

/*
 * Puts the settings into the builder; now_ns is CLOCK_MONOTONIC. They are read again once
 * SYSCTLS_PERIOD_S have passed, the ones that count something each time. root is the proc file
 * system, NULL for /proc. What this kernel does not have, or does not let us read, is not known.
 */
void sysctls_read(struct sysctls_kept *k, struct snap_builder *b, const char *root, int64_t now_ns);

#endif
