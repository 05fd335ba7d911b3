/* SPDX-License-Identifier: MIT */
/* A history told in fixtures: samples one after the other, noted as the program does it. */
#ifndef SOCKEYE_TESTS_STORY_H
#define SOCKEYE_TESTS_STORY_H

#include "fake.h"
#include "sockeye/base/buf.h"
#include "sockeye/insight/findings.h"

struct story {
	struct snap_pool *pool;
	const struct snap *snap; /* the newest */
	struct history *history;
	struct findings found;
	int64_t ms;
};

void story_open(struct story *t);
void story_close(struct story *t);
/* What the fixture says, so many seconds after the sample before; fills found. */
void story_tell(struct story *t, double after_s, const char *fixture);
/* The same n times. */
void story_repeat(struct story *t, unsigned n, double every_s, const char *fixture);

/* The only finding, which must be of this kind. */
const struct finding *story_only(const struct story *t, enum finding_kind kind);
/* Evidence as a number; fails where there is none. */
double story_number(const struct finding *x, const char *key);
const char *story_text(const struct finding *x, const char *key);

#endif
