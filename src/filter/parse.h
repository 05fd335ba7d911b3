/* SPDX-License-Identifier: MIT */
/* From text to a tree. */
#ifndef SOCKEYE_SRC_FILTER_PARSE_H
#define SOCKEYE_SRC_FILTER_PARSE_H

#include "sockeye/base/err.h"

#include "tree.h"

/* Fills *t, which must be all zero; on error (-EINVAL, -EOPNOTSUPP, -E2BIG) it is to be freed too.
 */
int parse_filter(const char *text, size_t len, struct tree *t, struct err *e);

#endif
