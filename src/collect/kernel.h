/* SPDX-License-Identifier: MIT */
#ifndef SOCKEYE_SRC_COLLECT_KERNEL_H
#define SOCKEYE_SRC_COLLECT_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the kernel says that it is of this release or a later one. */
bool kernel_since(unsigned major, unsigned minor);

/*
 * Buckets of the table of connections that this network namespace uses, which may be that of the first
 * one (tcp_ehash_entries, Linux >= 6.1); 0 when that is not known. root: the proc file system, NULL for
 * /proc.
 */
uint32_t kernel_buckets(const char *root);

#endif
