/* SPDX-License-Identifier: MIT */
/* The database of terminals, asked without opening one. */
#ifndef SOCKEYE_SCREEN_TERMINFO_H
#define SOCKEYE_SCREEN_TERMINFO_H

#include "sockeye/base/err.h"

/* Whether a terminal of this type is known, can move its cursor and clear. 0, or -ENOTSUP. */
int terminfo_check(const char *type, struct err *e);

#endif
