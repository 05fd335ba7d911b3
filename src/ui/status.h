/* SPDX-License-Identifier: MIT */
/*
 * The status page: what every source has given, how many sockets have an owner, what sockeye itself
 * costs, and what it may not do here.
 */
#ifndef SOCKEYE_UI_STATUS_H
#define SOCKEYE_UI_STATUS_H

#include "pace.h"
#include "sockeye/screen/canvas.h"
#include "sockeye/ui/action.h"
#include "sockeye/ui/app.h"

struct status {
	const struct snap *snap; /* NULL before the first */
	const struct err *trouble;
	const struct app_facts *facts;
	struct app_self now, then; /* of the newest sample, and of one some time before */
	const struct pace *pace;
	enum text_set set;
	unsigned top; /* the line that is uppermost; more than there are shows the last page */
};

/* Does ACT_UP to ACT_LAST on a screen of w x h; false for any other action. */
bool status_scroll(struct status *s, enum action act, int w, int h);
/* The whole of c. */
void status_draw(const struct status *s, struct canvas *c);

#endif
