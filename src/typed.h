/* SPDX-License-Identifier: MIT */
/*
 * The filters that were typed, kept from run to run in $XDG_STATE_HOME/sockeye/filters when the user
 * asks for that: one a line, the newest last. Held to the rules of own_file.h.
 */
#ifndef SOCKEYE_SRC_TYPED_H
#define SOCKEYE_SRC_TYPED_H

#include "sockeye/base/buf.h"

#define TYPED_MAX 50

/* All zero is empty. */
struct typed {
	struct buf file;
	const char *text[TYPED_MAX]; /* in file */
	size_t n;
};

/* 0, also when there are none; else none count, and e says why. */
int typed_load(struct typed *t, struct err *e);
void typed_free(struct typed *t);
/* Replaces them all. What has a control character in it is left out. */
int typed_save(const char *const *text, size_t n, struct err *e);

#endif
