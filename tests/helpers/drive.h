/* SPDX-License-Identifier: MIT */
/* The application in a test: samples from text, keys by name, time by hand, the screen as text. */
#ifndef SOCKEYE_TESTS_DRIVE_H
#define SOCKEYE_TESTS_DRIVE_H

#include "sockeye/ui/app.h"

struct drive {
	struct app *app;
	struct canvas canvas;
	struct snap_pool *pool;
	const struct snap *last; /* the newest sample */
	int64_t now_ms;
	unsigned interval_ms;
	struct buf screen; /* of the last drive_screen() */
};

/* filter is the user's, "" for none. The host is "web-07", the interval two seconds. */
void drive_open(struct drive *d, int w, int h, enum text_set set, const char *filter);
void drive_close(struct drive *d);

/* A sample comes from this fixture (fake.h), one interval after the last, and is worked up. */
void drive_sample(struct drive *d, const char *fixture);
/* Only hands the sample over; no view is worked on. */
void drive_sample_only(struct drive *d, const char *fixture);
/* Keys by name, parted by blanks: "1 j j Space". No view is worked on. */
void drive_keys_only(struct drive *d, const char *keys);
/* The same, and then all views are brought to their end. */
void drive_keys(struct drive *d, const char *keys);
void drive_work(struct drive *d);
void drive_wait(struct drive *d, int64_t ms);
void drive_resize(struct drive *d, int w, int h);

/* The text of the screen; borrowed until the next call. */
const char *drive_screen(struct drive *d);
/* The same with a letter for the role of each cell after it. */
const char *drive_screen_and_roles(struct drive *d);

/*
 * Compares with the file of that name in the folder of goldens, where DRIVE_UPDATE is set writes
 * it. False, and both on stderr, when they differ.
 */
bool drive_golden(const char *dir, const char *name, const char *text);

#define DRIVE_UPDATE "UPDATE_GOLDEN"

#endif
