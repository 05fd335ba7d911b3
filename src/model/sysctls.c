/* SPDX-License-Identifier: MIT */
#include "sockeye/model/sysctls.h"

const struct sysctl_info sysctl_table[SYS_COUNT] = {
#define SYSCTL(id, name_, field_, unit_, help_) \
	[SYS_##id] = { .name = (name_), .field = (field_), .unit = (unit_), .help = (help_) },
#include "sockeye/model/sysctls.def"
};
