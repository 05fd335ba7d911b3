/* SPDX-License-Identifier: MIT */
/*
 * A pane: a view, its query, a table that shows it, and the rows pinned in it. What differs between
 * panes is a struct pane_kind; none of them draws.
 *
 * Lines of the table are rows of the view, in the order of pane.order where the kind has a fixed
 * one, else in that of pane.steady, which also keeps places of items that are gone; then the pinned
 * items that are in neither.
 */
#ifndef SOCKEYE_UI_PANE_H
#define SOCKEYE_UI_PANE_H

#include "alerts.h"
#include "kept.h"
#include "pins.h"
#include "sockeye/model/namer.h"
#include "sockeye/ui/table.h"
#include "sockeye/view/view.h"
#include "steady.h"
#include "trend.h"

struct pane;

struct pane_kind {
	enum by by;
	/* As in struct table_ops; the row is never one of an item that is gone. */
	struct clean (*cell)(const void *pane, uint32_t row, unsigned id, char *buf,
			     enum role *role);
	unsigned (*marks)(const void *pane, uint32_t row);
	bool sortable; /* else the order is fixed */
	uint8_t sort;  /* the column that it is sorted by at first */
	bool ascending;
	uint8_t natural; /* id of the column by which, ascending, SORT_NATURAL is meant; or
			    NATURAL_NONE */
	void (*columns)(struct pane *p); /* fills p->table.col */
	void (*synced)(struct pane *p);  /* the view has a new result; may be NULL */
	const char *(*help)(const struct pane *p, unsigned id); /* of a column, one line */
};

#define NATURAL_NONE 0xff

extern const struct pane_kind kind_states, kind_processes, kind_programs, kind_users, kind_remotes;
extern const struct pane_kind kind_containers, kind_units; /* with want.places */
extern const struct pane_kind kind_listeners, kind_netns, kind_netns_containers, kind_sockets,
	kind_flood;

/* Rows of the pane of states: TCP's, and one for each other protocol. */
#define STATE_ROWS (ST_COUNT - 1 + PROTO_COUNT - 1)

struct pane {
	const struct pane_kind *kind;
	enum text_set set;
	const struct namer *namer; /* names for addresses and ports; NULL: none are shown */
	unsigned interval_ms;      /* for the head of the change */
	struct view *view;
	struct query query;  /* of the last pane_start(); its filter is ours */
	struct filter *next; /* of the next pane_start(), NULL: the same */
	bool awaited;        /* a key has asked for the result that comes */
	bool refiltered;     /* the result that comes is of another filter than what is shown */
	struct buf expr;     /* the text that the newest of the filters was made of */
	struct pins pins;
	const struct alerts *alerts; /* mark rows; borrowed, NULL for none */
	uint8_t missing[PINS_MAX];   /* indexes of pins that the view has no row for */
	unsigned n_missing;
	uint8_t order[STATE_ROWS]; /* rows of the view, in the order of the pane of states */
	unsigned n_order;
	struct steady steady;
	struct kept kept; /* the texts of items that are gone and keep their line */
	bool hold;        /* rows keep their places: the user moves */
	struct {
		uint32_t top, height;
		bool made, hold;
	} noted;         /* what was on the screen when steady and kept looked */
	uint64_t follow; /* the item that is to stay in the middle; 0: none */
	struct table table;
	/* Of all sockets, and of those that pass a filter; NULL where no column shows them. */
	struct trend *trend_all, *trend_some;
	bool all; /* the view is of all sockets, or on its way to them */
	/* Ids of the columns that the user chose, each once, also of other kinds; none: all. */
	uint8_t choice[COL_COUNT];
	unsigned n_choice;
	bool rates; /* bytes a second are shown, where the choice does not say so as well */
	char note[64], change[64]; /* parts of heads that are made at run time */
};

void pane_init(struct pane *p, const struct pane_kind *kind, const struct select *select,
	       enum text_set set);
void pane_free(struct pane *p);

/* Looks at these sockets from the next pane_start() on. */
void pane_select(struct pane *p, const struct select *select);

/*
 * Takes over the filter expression. True when it differs from the one before, then the view must be
 * started. An expression that does not parse leaves all as it was and fills e.
 */
bool pane_set_expr(struct pane *p, const char *expr, struct err *e);

/* Forgets what is shown and where the cursor was: the next result is of other things. */
void pane_forget(struct pane *p);
/* Starts the view on this snapshot; what is shown stays until pane_step() says that it is complete.
 */
void pane_start(struct pane *p, const struct snap *s);
/* The trend of what is shown, or NULL. */
const struct trend *pane_trend(const struct pane *p);
/* Whether its trend would go on with a snapshot of this instant. */
bool pane_trend_due(const struct pane *p, int64_t mono_ns);
/* One slice. True when a new result has come into view. */
bool pane_step(struct pane *p, uint32_t budget);
/* Room for the pane. True when the columns that are shown now need figures which the view has not.
 */
bool pane_fit(struct pane *p, int w, int h);
/*
 * Groups the same sockets by something else from the next pane_start() on. Pins, cursor and what is
 * shown are forgotten: they are of other things. The order is by the same column, where there is
 * such a one.
 */
void pane_set_kind(struct pane *p, const struct pane_kind *kind);
/* The pins have changed. */
void pane_pins_changed(struct pane *p);
/* From now on rows keep their places, or they no longer do and go where they belong. */
void pane_hold(struct pane *p, bool hold);
/* Whether this row's item is gone and only its last text is left. */
bool pane_is_gone(const struct pane *p, uint32_t row);

/* The item stays in the middle, also when it was away; 0: no more. */
void pane_follow(struct pane *p, uint64_t id);

/* The same of network namespaces: want.netns. */
bool pane_needs_netns(const struct pane *p);
/* Whether what is shown, or what a filter asks for, is made of places: want.places. */
bool pane_needs_places(const struct pane *p);
/* Whether a filter asks for what is in details only: want.details. */
bool pane_needs_details(const struct pane *p);

/* Makes the columns anew: of the kind, or of those what was chosen. */
void pane_make_columns(struct pane *p);
/* The columns that the pane can have; returns how many. */
unsigned pane_all_columns(struct pane *p, struct table_column all[TABLE_COLS]);
/* Whether a pane of this kind, of sockets of all protocols, can have that column. */
bool pane_kind_has(const struct pane_kind *kind, unsigned id);
/*
 * Shows these, by id, each once, after the first one of the kind, which names the rows. Those that
 * the kind has not are kept for another one.
 */
void pane_choose_columns(struct pane *p, const uint8_t *id, unsigned n);

/* Shows bytes a second, or no longer; what cannot have them stays as it is. */
void pane_show_rates(struct pane *p, bool on);
/* Whether a column is bytes a second. */
bool pane_is_rate(const struct pane *p, unsigned id);

/* Appends what selects the sockets of a row; *label, which is in buf of FIELD_TEXT_SIZE, names it.
 */
void pane_row_expr(const struct pane *p, uint32_t row, struct buf *expr, struct clean *label,
		   char *buf);
/* Sorts by the number of sockets, most first. */
void pane_sort_by_count(struct pane *p);

/* The time between two samples as a person reads it: what was asked for, when it is near that. */
unsigned span_ms(int64_t span_ns, unsigned interval_ms);

/* ---- for the kinds ---- */

/* A column of groups, most important first: the last are dropped as the screen shrinks. */
struct group_column {
	const char *title;       /* NULL: that of the column */
	uint8_t id;              /* enum column */
	uint8_t min, width, max; /* 0: of a figure */
	bool right;              /* aligned to the right, though it is text */
	bool spare;              /* shown only when it is chosen */
};

void pane_set_columns(struct pane *p, const struct group_column *col, size_t n);
struct clean pane_group_cell(const void *pane, uint32_t row, unsigned id, char *buf,
			     enum role *role);
unsigned pane_group_marks(const void *pane, uint32_t row);
const char *pane_group_help(const struct pane *p, unsigned id);
/* The address that a row is of and no more; NULL where there is none, or many. */
const struct addr *pane_named_addr(const struct pane *p, const struct group *g);
/* The head of the change, after a new result. */
void pane_set_change_title(struct pane *p);

/* The rows before the missing pins. */
uint32_t pane_shown_rows(const struct pane *p);
/*
 * The row of the view, or IDX_NONE: for a pinned item that the view has not, which is *pin then,
 * and where pane_is_gone().
 */
uint32_t pane_view_row(const struct pane *p, uint32_t row, const struct pin **pin);
/* "±/2s", or what of it fits. */
struct clean pane_change_title(struct pane *p);

#endif
