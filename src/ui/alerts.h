/* SPDX-License-Identifier: MIT */
/*
 * What was found, for the screen: in an order that does not dance, and whom it marks. Findings whose
 * weights are nearly the same would change places with each sample; here one overtakes another only
 * when it is clearly worse.
 */
#ifndef SOCKEYE_SRC_UI_ALERTS_H
#define SOCKEYE_SRC_UI_ALERTS_H

#include "sockeye/insight/findings.h"
#include "sockeye/screen/canvas.h"
#include "sockeye/ui/table.h"

/* All zero is empty. */
struct alerts {
	struct findings found; /* the calm order */
};

/* The findings of the next sample, worst first. */
void alerts_take(struct alerts *a, const struct findings *f);

bool finding_same(const struct finding *a, const struct finding *b); /* of two samples */
/* The state that it is about; 0 for none. */
unsigned finding_state(const struct finding *f);
enum role finding_role(const struct finding *f);

/* MARK_CRIT, MARK_WARN or 0. a may be NULL. */
unsigned alerts_of_state(const struct alerts *a, unsigned state);
unsigned alerts_of_process(const struct alerts *a, int32_t pid);
/* What is about this prefix, or one around it. */
unsigned alerts_of_remote(const struct alerts *a, const struct addr *net, unsigned bits);

/*
 * The first findings as far as they fit whole into the line, three at most, and how many more there
 * are; the first is cut at a word where there is no room for it. Returns the columns it took. None:
 * nothing, 0.
 */
int alerts_draw(const struct alerts *a, struct canvas *c, struct rect line, enum text_set set);

/* Whole words of a text, and a mark that there were more: half a number is another number. */
struct clean alerts_cut(struct clean text, int room, enum text_set set, char *buf, size_t size);

#define ALERT_HEAD_SIZE TEXT_ROOM(FINDING_TEXT_SIZE)
/* What the first one is and how much of it: "CLOSE_WAIT 1,204". There must be one. */
struct clean alerts_head(const struct alerts *a, enum text_set set, char buf[ALERT_HEAD_SIZE]);

#endif
