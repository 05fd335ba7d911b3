/* SPDX-License-Identifier: MIT */
/*
 * The kernel's settings that decide what happens to sockets, as they are on this host now. Which
 * ones: sysctls.def. Where a file holds several numbers, each has an entry of its own.
 */
#ifndef SOCKEYE_MODEL_SYSCTLS_H
#define SOCKEYE_MODEL_SYSCTLS_H

#include <stdbool.h>
#include <stdint.h>

enum sysctl_id {
#define SYSCTL(id, name, field, unit, help) SYS_##id,
#include "sockeye/model/sysctls.def"
	SYS_COUNT
};

struct sysctl_info {
	const char *name;    /* "net.ipv4.tcp_fin_timeout" */
	unsigned char field; /* which of the numbers in the file, from 0 */
	const char *unit;    /* "s", "pages", "" */
	const char *help;    /* one line */
};

extern const struct sysctl_info sysctl_table[SYS_COUNT];

struct sysctls {
	int64_t value[SYS_COUNT];
	bool known[SYS_COUNT];
};

#endif
