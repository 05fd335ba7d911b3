/* SPDX-License-Identifier: MIT */
/* The help screen: made of the key table, the marks and the columns of a pane, so it cannot lie. */
#ifndef SOCKEYE_UI_HELP_H
#define SOCKEYE_UI_HELP_H

#include "pane.h"
#include "sockeye/ui/keymap.h"

struct help {
	enum context ctx;        /* whose keys */
	const struct pane *pane; /* whose columns; NULL: there are none */
	enum text_set set;
	unsigned page; /* from 0 on; more than there are shows the last */
};

unsigned help_pages(const struct help *h, int w, int rows);
/* The whole of c. */
void help_draw(const struct help *h, struct canvas *c);

#endif
