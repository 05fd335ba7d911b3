/* SPDX-License-Identifier: MIT */
/*
 * Counts what kinds of sequences a program sends to its terminal. A parser without a screen: what
 * must not come (OSC, DCS, C1, on some terminals colour) is seen even where a screen ignores it.
 */
#ifndef SOCKEYE_TESTS_SEQS_H
#define SOCKEYE_TESTS_SEQS_H

#include <stdbool.h>
#include <stddef.h>

struct seqs_count {
	unsigned long text;        /* bytes of it */
	unsigned long control, c1; /* C0 and C1 characters; C1 also in UTF-8 */
	unsigned long escape, csi, osc, dcs;
	unsigned long colour;                 /* SGR that sets a colour: 30 to 48, 90 to 107 */
	unsigned long alt_screen, mouse;      /* modes set or reset; mouse modes set */
	unsigned mouse_on;                    /* bit n: mode 1000+n is on */
	unsigned long frame_begin, frame_end; /* mode 2026 */
	unsigned long clear;                  /* ED of the whole screen */
	bool paste;                           /* mode 2004 is on */
};

struct seqs;

struct seqs *seqs_new(void);
void seqs_free(struct seqs *s);
void seqs_feed(struct seqs *s, const char *bytes, size_t len);
const struct seqs_count *seqs_counts(const struct seqs *s);

#endif
