/* SPDX-License-Identifier: MIT */
/* What the process may not do, and what is not to be seen for that. */
#ifndef SOCKEYE_SRC_RIGHTS_H
#define SOCKEYE_SRC_RIGHTS_H

#include <stddef.h>

#define RIGHTS_MAX 4

/* Fills missing with a line for each right that is not there; returns how many. */
size_t rights_missing(const char *missing[RIGHTS_MAX]);

#endif
