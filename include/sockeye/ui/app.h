/* SPDX-License-Identifier: MIT */
/*
 * The application behind the screen: what is shown, what has the focus, what a key does. Pure: it
 * gets snapshots, keys and the time, and draws on a canvas. loop.c connects it to the world.
 */
#ifndef SOCKEYE_UI_APP_H
#define SOCKEYE_UI_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "sockeye/model/namer.h"
#include "sockeye/model/source.h"
#include "sockeye/screen/canvas.h"
#include "sockeye/screen/key.h"
#include "sockeye/view/view.h"

/* The lists that can be sorted and whose columns can be chosen. */
enum pref_list {
	LIST_PROCESSES,
	LIST_REMOTES,
	LIST_LISTENERS,
	LIST_NAMESPACES,
	LIST_SOCKETS,
	LIST_COUNT
};

struct app_sort {
	bool given;     /* else as built in */
	uint8_t column; /* enum column; LIST_SOCKETS: enum field_id */
	bool ascending;
};

/* The columns of a list, in their order; none: all, as built in. */
struct app_columns {
	uint8_t n;
	uint8_t id[COL_COUNT]; /* enum column; LIST_SOCKETS: enum field_id; each once */
};

/* What a row of the list of remotes is. */
enum remotes_by {
	REMOTES_MIXED, /* an address, or a prefix where there are many: query.rollup */
	REMOTES_ADDRESS,
	REMOTES_24_48, /* prefixes of IPv4 and of IPv6 */
	REMOTES_16_32,
	REMOTES_COUNT
};

/* What the user changes in the interface and may want again the next time. */
struct app_prefs {
	unsigned interval_ms;
	enum by group[LIST_COUNT]; /* where app_can_group(), else as built in */
	enum remotes_by remotes;
	bool show_own; /* this host's own addresses have rows among the remotes */
	struct app_columns columns[LIST_COUNT];
	struct app_sort sort[LIST_COUNT];
	/* The filters that were typed, the newest last; borrowed, from the app until its next key. */
	const char *const *filters;
	size_t n_filters;
};

/* Of the program and the machine, for the status page; borrowed for as long as the app lives. */
struct app_facts {
	const char *version, *kernel; /* kernel: raw; NULL: not known */
	const char *const *rights;    /* what is missing, in words of ours, and what that means */
	size_t n_rights;
	const char *kept;    /* rights, or "none"; NULL: not known */
	const char *sandbox; /* how it is with the filter of system calls; NULL: not known */
};

/* What the process itself has used up to now. */
struct app_self {
	int64_t mono_ns, cpu_ns; /* when, and of all threads */
	uint64_t rss_bytes;      /* 0: not known */
};

struct app_cfg {
	struct select select;
	const char *filter_text;   /* checked already; copied */
	const char *host;          /* raw; copied */
	struct app_prefs prefs;    /* where they start; the interval must be given */
	uint32_t max_sockets;      /* that are looked at; 0: all */
	enum want_netns netns;     /* NETNS_UNTOLD, NETNS_ONE or NETNS_ALL */
	uint64_t netns_ino;        /* with NETNS_ONE */
	unsigned max_percent;      /* of one core that sockeye may use on average; 100: no matter */
	const char *marks_untold;  /* why no filter can ask for fwmark; static; NULL: it can */
	const struct namer *namer; /* borrowed; NULL: names cannot be had */
	bool names;                /* they are shown from the start */
	const char *notice; /* for the status row until the first key; raw, copied; or NULL */
	enum text_set set;
	struct app_facts facts;
	bool utc; /* the clock in UTC: for tests */
};

struct app;

struct app *app_new(const struct app_cfg *cfg);
void app_free(struct app *a);

void app_snap(struct app *a, const struct snap *s);        /* a new sample; references it */
void app_pulse(struct app *a, const struct pulse *p);      /* counters, between samples */
void app_self(struct app *a, const struct app_self *self); /* with each sample */
void app_trouble(struct app *a, const struct err *e); /* the last sample failed; NULL: it is over */
void app_key(struct app *a, struct key k, int64_t now_ms);
void app_resize(struct app *a, int w, int h);
void app_tick(struct app *a,
	      int64_t now_ms); /* time passes: messages go away, data becomes stale */

bool app_busy(const struct app *a); /* views are not complete yet */
void app_work(struct app *a);       /* one slice of them */
void app_draw(struct app *a, struct canvas *c);
int64_t app_wake_ms(const struct app *a); /* when app_tick() is due, INT64_MAX for never */

bool app_done(const struct app *a);            /* q was pressed */
bool app_wants_suspend(struct app *a);         /* Ctrl-Z as a key; clears it */
bool app_wants_redraw(struct app *a);          /* Ctrl-L; clears it */
bool app_wants_mouse(struct app *a, bool *on); /* m: switched; clears it */
bool app_wants_save(struct app *a);            /* W: keep the preferences; clears it */
bool app_wants_now(struct app *a);             /* a sample without delay; clears it */
/* After app_draw(): asks for the names of what is shown, if the user wants them. */
void app_ask_names(struct app *a);
/* What is wanted of the collector has changed; clears it. pulse_ms: as collector_pulse_every(). */
bool app_wants_sample(struct app *a, unsigned *interval_ms, unsigned *pulse_ms, struct want *w);

/* The preferences as they are now. */
void app_get_prefs(struct app *a, struct app_prefs *p);
/* Says in the status row how something went that the app asked for; raw. */
void app_tell(struct app *a, const char *text);

/* The column that the list shows under this name, as --sort has it; -1 when it has none. */
int app_sort_by_name(enum pref_list list, const char *s, size_t len);
const char *app_column_name(enum pref_list list, uint8_t column);
/*
 * Appends columns of the list by their names, with commas and maybe blanks between them. -EINVAL
 * with the reason, which repeats no name, and nothing is changed.
 */
int app_add_columns(struct app_columns *c, enum pref_list list, const char *names, struct err *e);
/* Whether there is a choice of what the list is of, and this is one. */
bool app_can_group(enum pref_list list, enum by by);
/* "mixed", "address", "24", "16"; -1 for any other name. */
const char *app_remotes_name(enum remotes_by by);
int app_remotes_by_name(const char *s);

#endif
