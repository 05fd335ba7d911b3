/* SPDX-License-Identifier: MIT */
/*
 * How a screen of w x h is divided. A rectangle without height is not shown. Nothing is drawn here.
 *
 * From 72 columns and 12 rows on the panes stand side by side; from 40x8 on one at a time; below
 * that the status, what is most urgent, and as many rows as fit.
 */
#ifndef SOCKEYE_UI_LAYOUT_H
#define SOCKEYE_UI_LAYOUT_H

#include "sockeye/screen/canvas.h"

#define LAYOUT_MIN_W 40
#define LAYOUT_MIN_H 8

enum layout_form {
	FORM_TINY,  /* below LAYOUT_MIN: said in words */
	FORM_PAGES, /* one pane at a time */
	FORM_SPLIT, /* the panes side by side */
};

enum layout_pane { PANE_STATES, PANE_PROCESSES, PANE_REMOTES, PANE_COUNT };

struct layout {
	enum layout_form form;
	struct rect status, findings, filter, footer; /* one row each */
	struct rect counters;                         /* the kernel's, below the states */
	struct rect rule; /* the line between left and right, one column */
	struct rect pane[PANE_COUNT];
	struct rect list, info; /* the socket list and the row beneath it */
	struct rect head;       /* figures above the list of the flood view; info is its text */
	struct rect page;       /* of a socket, beside the list */
	struct rect prompt;     /* above the footer */
};

/* The three panes. focus (enum layout_pane) is the one that is shown where there is room for one
 * only. others: the states have so many rows more than those of TCP and UDP. */
void layout_overview(struct layout *l, int w, int h, unsigned focus, unsigned others);
/* One table over the whole screen. */
void layout_list(struct layout *l, int w, int h);
/* Figures, a table, and what they come to. */
void layout_flood(struct layout *l, int w, int h);
/* After layout_list(): the right half is for the page of a socket. */
#define LAYOUT_BESIDE_W 160 /* the least width that it is made for */
void layout_beside(struct layout *l);
/* A page of text instead of a table: status and keys stay, findings and filter do not. */
void layout_page(struct layout *l, int w, int h);
/* After layout_overview(): the pane that has the focus takes the room of all. */
void layout_zoom(struct layout *l, unsigned focus);
/* Last: takes so many rows away from what stands above the footer. */
void layout_prompt(struct layout *l, int w, int h, int rows);

#endif
