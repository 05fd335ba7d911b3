/* SPDX-License-Identifier: MIT */
/*
 * A calm order between a view and the table that shows it.
 *
 * The view sorts each sample anew; read as it comes, rows with nearly the same number would dance.
 * Here two neighbours change places only when their numbers differ by more than 5 % or when they
 * have stood the other way round in two samples. While the user moves nothing changes places at
 * all: items that are new come after those that are held, those that went stay where they were.
 *
 * Only a window of lines around what is on the screen is held; the others stand in the order of the
 * view before and behind it. So the cost is bounded whatever the number of rows is: STEADY_ROWS for
 * a new result, its logarithm for a line.
 */
#ifndef SOCKEYE_SRC_UI_STEADY_H
#define SOCKEYE_SRC_UI_STEADY_H

#include <stdbool.h>
#include <stdint.h>

/* Lines that are held at the most. More than a screen has: CANVAS_MAX_H. */
#define STEADY_ROWS 1024

/* The rows in their true order; row numbers are ranks. */
struct steady_ops {
	uint32_t (*rows)(const void *source);
	uint64_t (*row_id)(const void *source, uint32_t row); /* never 0 */
	uint32_t (*find)(const void *source, uint64_t id);    /* its row, or IDX_NONE */
	/* The number that the rows are sorted by; false when it is none that wavers. */
	bool (*number)(const void *source, uint32_t row, double *n);
};

enum steady_how {
	STEADY_ANEW, /* other rows, or another order of them: as the view has it */
	STEADY_CALM,
	STEADY_HOLD, /* rows keep their places */
};

#define STEADY_UNSEEN UINT32_MAX

struct steady_item {
	uint64_t id;
	uint32_t row;    /* of the view; IDX_NONE: the item is gone */
	uint32_t before; /* its row in the sample before */
	uint32_t seen;   /* how far below the top of the screen it was noted, or STEADY_UNSEEN */
	double number;   /* that it is sorted by; NaN for none */
};

struct steady {
	const struct steady_ops *ops;
	const void *source;       /* borrowed; given to ops */
	struct steady_item *item; /* the window, line by line */
	uint32_t *rank;           /* the rows of the window, ascending */
	uint32_t n, n_rank;       /* items; those of them that are not gone */
	uint32_t base;            /* the line of the first */
	uint32_t rows;            /* of the view */
	struct steady_item *note; /* what steady_note() saw */
	uint32_t n_note, note_base;
};

void steady_init(struct steady *s, const struct steady_ops *ops, const void *source);
void steady_free(struct steady *s);

/*
 * Notes what stands around the lines top to top + height - 1: before the view has a new result, and
 * again when other lines are on the screen by then.
 */
void steady_note(struct steady *s, uint32_t top, uint32_t height);
/*
 * The view has a result: of the next sample, or with same of the one that it had. Lines are others
 * now. With STEADY_HOLD an item that is gone keeps its line if it was noted on the screen.
 */
void steady_update(struct steady *s, enum steady_how how, bool same);

uint32_t steady_lines(const struct steady *s);
/* The row of the view, or IDX_NONE when the item is gone: that is *gone then. */
uint32_t steady_row(const struct steady *s, uint32_t line, const struct steady_item **gone);
/* The line of an item, or IDX_NONE. */
uint32_t steady_find(const struct steady *s, uint64_t id);

#endif
