/* SPDX-License-Identifier: MIT */
#ifndef SOCKEYE_SRC_COLLECT_KERNEL_H
#define SOCKEYE_SRC_COLLECT_KERNEL_H

#include <stdbool.h>

/* Whether the kernel says that it is of this release or a later one. */
bool kernel_since(unsigned major, unsigned minor);

#endif
