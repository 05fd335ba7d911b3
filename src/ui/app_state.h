/* SPDX-License-Identifier: MIT */
/* What the application knows: shared by app.c (data), app_keys.c (what keys do) and app_draw.c. */
#ifndef SOCKEYE_UI_APP_STATE_H
#define SOCKEYE_UI_APP_STATE_H

#include "alerts.h"
#include "chooser.h"
#include "detail_page.h"
#include "find.h"
#include "pace.h"
#include "pane.h"
#include "prompt.h"
#include "rates.h"
#include "sockeye/filter/complete.h"
#include "sockeye/insight/flood.h"
#include "sockeye/ui/app.h"
#include "sockeye/ui/keymap.h"
#include "sockeye/ui/layout.h"
#include "status.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

/* No pane: the expression leaves no pane's pins out. */
#define PANE_NONE (PANE_COUNT + 1)
/* Beside those of the overview the flood view has pins. */
#define PANE_FLOOD   PANE_COUNT
#define PINNED_PANES (PANE_COUNT + 1)

enum app_screen {
	SCREEN_OVERVIEW,
	SCREEN_LISTENERS,
	SCREEN_NETNS,
	SCREEN_SOCKETS,
	SCREEN_FLOOD,
};

/* What keys are meant for before the screen gets them. */
enum app_asked {
	ASKED_NOTHING,
	ASKED_FIND,
	ASKED_COLUMNS,
	ASKED_FILTER,
};

/* The prompt of the filter, beyond its line. */
struct ask {
	struct prompt_history history;
	struct buf opened;    /* the text that it began with */
	struct buf canonical; /* of the last text that was a filter */
	struct err err;       /* of the text; code 0: it is a filter */
	int64_t due_ms;       /* when the lists follow it; INT64_MAX: they need not */
	struct completer *completer;
	const struct completion *found; /* of the text, borrowed from it; NULL: not looked for */
	size_t pick;                    /* the candidate that Tab has put in, or PICK_NONE */
};

#define PICK_NONE SIZE_MAX

/* What the kernel may leave out of samples, because of the user's filter. */
struct thinning {
	struct thin thin; /* its choice counts up; 0: there was none yet */
	struct buf code;
	bool on;        /* it is worth it */
	bool asked_now; /* a sample of it is wanted at once */
	uint32_t asked; /* the choice that was asked for last; 0: all */
	bool placed;    /* where things are was asked for as well */
	bool detailed;  /* and what is in details only */
};

struct total { /* how many sockets there were at one instant */
	uint32_t sockets;
	int64_t mono_ns; /* 0: not known */
	bool thinned;    /* how many were left out is not known */
};

/* The page that says why; over whatever screen. */
struct explained {
	bool open;
	bool over;           /* the finding was not made again */
	unsigned state;      /* enum tcp_state; 0: it is the finding */
	struct finding what; /* a copy */
	struct page page;
	unsigned top;
};

/* The page of one socket, over the socket list. */
struct watched {
	bool open, gone;
	bool whole;       /* over the whole screen, also where there is room beside the list */
	bool detailed;    /* the page has what only the exact query tells */
	bool now;         /* a sample is wanted at once, as it is the first with the details */
	struct sock sock; /* as it was last */
	uint32_t ifindex;
	int64_t there_ms; /* when it was last there */
	struct detail_seen seen[DETAIL_SEEN];
	unsigned n_seen;
	struct page page;
	unsigned top;
};

#define MESSAGE_SIZE 256
#define SELF_SAMPLES 16

struct app {
	struct pane pane[PANE_COUNT];
	struct pane listeners, netns, sockets, flood;
	struct layout layout;
	int w, h;
	char *host; /* clean */
	enum text_set set;
	struct pace pace;
	uint32_t max_sockets;
	const char *marks_untold;     /* of struct app_cfg */
	enum want_netns netns_looked; /* what the options ask for */
	uint64_t netns_ino;
	bool netns_asked; /* at least which one is ours was asked for */
	struct select select;
	unsigned chosen;   /* select.protos at the start */
	unsigned families; /* how many of the steps of app_families.c were taken */

	/* What is looked at. */
	enum app_screen screen, parent; /* parent: where the socket list was opened */
	unsigned focus;                 /* enum layout_pane */
	unsigned help_page, status_top;
	unsigned drill_pane; /* where Enter was pressed; its pins do not count, or PANE_NONE */
	struct buf drill;    /* what it was pressed on */
	struct buf filter;   /* the user's expression; "" for none */
	struct buf whole;    /* the expression of what is shown, clean; "" for everything */
	struct buf trial; /* what is typed for a filter, in the place of filter, drill and pins */
	bool trying;      /* there is one */
	uint64_t pin_order;
	enum remotes_by remotes;
	bool show_own;
	bool measures_asked; /* the collector is asked for what these columns need */

	/* What is asked. */
	enum app_asked asked;
	struct prompt prompt;
	struct prompt_history finds;
	struct ask ask;
	struct buf ss; /* the filter as a command, or why there is none; clean, ASCII */
	bool has_ss;   /* the former */
	struct find find;
	struct table_place found_from; /* where the cursor was before */
	bool find_missed;              /* what stands in the prompt is not there */
	struct chooser chooser;

	/* What was found, and what is read of it. */
	struct history *history;   /* ask app_history() for it */
	const struct snap *noting; /* the sample that is on its way into it, or NULL */
	struct alerts alerts;
	unsigned due; /* what of it the newest sample has not been asked yet: see app_pages.c */
	struct explained explained;
	struct watched watched;
	struct flood flooded; /* of the flood view, while that is open */
	unsigned flood_step;  /* how long its prefixes are */
	struct buf copied;    /* lines to be selected, each ended by \n */
	bool copying;         /* they have the screen */

	/* Samples. */
	const struct snap *shown;  /* the views are of it, or on their way to it */
	const struct snap *latest; /* newer than shown while paused or busy; else the same */
	struct pulse pulse;        /* the newest counters that were looked at, also of a snapshot */
	struct rates rates;
	struct thinning thinning;
	const struct namer *namer; /* NULL: nobody knows names */
	bool names;                /* they are shown */
	struct total now, before;
	struct err trouble; /* code 0: none */
	unsigned behind;    /* samples that came while paused */

	/* Time. */
	int64_t now_ms;
	int64_t sample_ms; /* when the last sample came, INT64_MIN for never */
	int64_t message_until_ms;
	int64_t hold_until_ms;      /* rows keep their places until then; INT64_MIN: they do not */
	char message[MESSAGE_SIZE]; /* clean; "" for none */
	char remark[MESSAGE_SIZE];  /* on the user's filter, until the first key; clean; "" for none
				     */

	struct app_facts facts;
	struct app_self self[SELF_SAMPLES]; /* the newest last */
	unsigned n_self;

	bool utc, help, on_ss, status, zoom, paused,
		sample_came; /* the last: since the last tick */
	bool mouse, mouse_changed;
	struct mouse pressed; /* last, and when */
	int64_t pressed_ms;
	bool done, suspend, redraw, save, want_changed;
};

/* The pane that has the keyboard. */
struct pane *app_focus(struct app *a);
/* Those whose rows are pinned, below PINNED_PANES. */
struct pane *app_pinned(struct app *a, unsigned i);
/* The one that has the whole screen; NULL on the overview. */
struct pane *app_list(struct app *a);
enum context app_context(const struct app *a);
void app_layout(struct app *a);

/* The user's expression, checked already; pins and drill go. May leave a remark on it. */
void app_set_filter(struct app *a, const char *text);
/* Appends the expression of what is shown, in the filter's own words; "" for everything. Raw. */
void app_print_filter(const struct app *a, struct buf *out);
/*
 * Whether the user's filter lets the kernel leave out most sockets of a large machine. Looks at the
 * newest sample if that is whole, else at none: then there is nothing to be left out.
 */
void app_thin_decide(struct app *a);
/* What is to be left out of the next sample, or NULL. */
const struct thin *app_thin(const struct app *a);
/* Nothing is missing in the snapshot that a screen or a page would need now. */
bool app_suits(const struct app *a, const struct snap *s);
/* How many sockets pass it. */
uint32_t app_matched(const struct app *a);

/*
 * Filters or pins have changed: makes the expressions anew and starts the views that look
 * different. An expression that does not parse leaves its pane as it is and fills e.
 */
int app_refilter(struct app *a, struct err *e);
/* Starts the views of the panes that are on the screen. */
void app_start_views(struct app *a);
/* The same for one pane, because a key asks for it. */
void app_start_pane(struct app *a, struct pane *p);
/* Keys typed ahead are meant for what the keys before them have asked for. */
void app_await(struct app *a, struct pane *p);
/* The user moves: rows keep their places for a while. */
void app_hold(struct app *a);
bool app_holds(const struct app *a);
/* Goes over to the newest sample. */
void app_adopt(struct app *a);

/* Opens the list of the sockets that this selects; pins of one pane may be left out. */
void app_open_sockets(struct app *a, const char *expr, unsigned drill_pane);
/* There is a newer sample: what was found and the pages that are open are due. */
void app_note(struct app *a,
	      const struct snap *s); /* a sample for the history, a slice at a time */
/* The history, with the newest sample in it. */
const struct history *app_history(struct app *a);
void app_notice(struct app *a);
/* The same while the picture is paused: only a page of a socket that waits for its first answer. */
void app_notice_paused(struct app *a);
/* Makes the page of a socket anew, if it is open, of the sample that it is of. */
void app_watched_remake(struct app *a);
/* Makes one of them, a slice of work. */
void app_notice_step(struct app *a);
/* The figures of the flood view, if that is open; how long its prefixes are. */
void app_flood_make(struct app *a);
void app_flood_set(struct app *a, unsigned step);
/* Whether a page is over the screen; draws it. */
bool app_reads(const struct app *a);
void app_draw_page(const struct app *a, struct canvas *c);
/* Whether there is room for the page of a socket beside the list; draws it there. */
bool app_reads_beside(const struct app *a);
void app_draw_beside(const struct app *a, struct canvas *c);
void app_flood_draw(const struct app *a, struct canvas *c);
void app_copy_draw(const struct app *a, struct canvas *c);
/* Of every screen: the row at the top, the keys at the bottom. */
void app_draw_status(const struct app *a, struct canvas *c);
void app_draw_footer(const struct app *a, struct canvas *c);
/* The rows that the prompt of the filter would have. */
int app_filter_rows(const struct app *a);
void app_filter_draw(const struct app *a, struct canvas *c);
/* The lists follow what is typed. */
void app_filter_follow(struct app *a);
/* There is another sample to count candidates in. */
void app_filter_recount(struct app *a);
void app_ss_draw(const struct app *a, struct canvas *c);

/* What the status page shows; borrowed from the app. */
struct status app_status(const struct app *a);

/* A hint in the status row for a few seconds. Foreign text in it must be clean. */
void app_say(struct app *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Whether what is on the screen is made of measures of each TCP socket: bytes a second, idle ones. */
bool app_shows_measures(struct app *a);
/* Whether names are shown in the place of addresses and ports. */
void app_set_names(struct app *a, bool on);
/* Whether what is shown has to know which network namespace sockets are in: want.netns. */
bool app_needs_netns(const struct app *a);
/* Whether what is shown has to know where things are: want.places. */
bool app_needs_places(const struct app *a);
/* The same of what is in the details of each socket: want.details. */
bool app_needs_details(const struct app *a);
/* Whether the rows of the list of network namespaces are containers. */
bool app_by_containers(const struct app *a);
/* How the user gets to see the other network namespaces; NULL when all are looked into. */
const char *app_other_netns(const struct app *a);
/* How the list that is grouped like this is grouped after it. */
const struct pane_kind *app_next_kind(const struct pane_kind *k);
/* What the pane of remotes has rows for, from its next start on. */
void app_set_remotes(struct app *a, enum remotes_by by, bool show_own);

/*
 * Groups, shows and sorts the lists as it is wished, but for the interval. What a list has not in
 * this grouping is left out.
 */
void app_apply_prefs(struct app *a, const struct app_prefs *p);

/* The sample on the screen is too old to be called live. */
bool app_stale(const struct app *a);

#endif
