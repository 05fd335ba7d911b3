/* SPDX-License-Identifier: MIT */
/* The part of a filter that the kernel can decide, as a program for inet_diag. */
#ifndef SOCKEYE_SRC_FILTER_OFFLOAD_H
#define SOCKEYE_SRC_FILTER_OFFLOAD_H

#include "sockeye/base/buf.h"
#include "sockeye/filter/filter.h"

#include "tree.h"

/* As filter_compile(), for the tree of a filter. */
enum offload offload_compile(const struct tree *t, struct buf *out);

#endif
