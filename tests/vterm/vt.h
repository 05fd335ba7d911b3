/* SPDX-License-Identifier: MIT */
/*
 * Drives a full-screen program on a pseudo-terminal and looks at its screen through libvterm.
 *
 * Every wait ends as soon as what it waits for is there; the time is a limit only, and false says
 * that it was reached.
 */
#ifndef SOCKEYE_TESTS_VT_H
#define SOCKEYE_TESTS_VT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <vterm.h>

#include "seqs.h"

struct vt_cfg {
	int rows, cols;   /* 0: 24 and 80; up to 65535, of which 1000 and 4000 are looked at */
	const char *type; /* TERM; NULL: xterm-256color */
	const char *const *env; /* "NAME=value" sets, "NAME" unsets; ends in NULL; NULL: nothing */
	const char *log;        /* file for the bytes that come, or NULL */
	bool no_sync;           /* a terminal that does not know mode 2026 */
	bool ignore_hup;        /* the program starts with SIGHUP ignored */
};

struct vt;

/*
 * Starts a program, looked up in PATH, as the leader of a session on a new terminal, with an
 * environment of PATH, HOME, LANG=C.UTF-8, TERM, an XDG_CONFIG_HOME and XDG_STATE_HOME that are not there, and what
 * sanitizers need. Without pseudo-terminals the test is skipped.
 */
struct vt *vt_open(const struct vt_cfg *cfg, char *const argv[]);
void vt_free(struct vt *v); /* kills and reaps what still runs; NULL is fine */

/* ---- what a person does ------------------------------------------------ */

void vt_write(struct vt *v, const void *bytes, size_t len);
/* Text, with <Down> <F3> <C-c> <M-x> <Enter> <Esc> <Space> ... and <lt> for "<" in it. */
void vt_keys(struct vt *v, const char *spec);
void vt_paste(struct vt *v, const char *text); /* bracketed when the program asked for that */
void vt_resize(struct vt *v, int rows, int cols);
void vt_signal(struct vt *v, int sig); /* to the program alone */
void vt_hangup(struct vt *v);          /* the terminal is gone */

/* ---- waiting ----------------------------------------------------------- */

bool vt_wait_text(struct vt *v, const char *text, int limit_ms);     /* is on one row */
bool vt_wait_gone(struct vt *v, const char *text, int limit_ms);     /* is on no row */
bool vt_wait_frames(struct vt *v, unsigned long more, int limit_ms); /* ends of mode 2026 */
bool vt_wait_alt_screen(struct vt *v, bool on, int limit_ms);
bool vt_wait_exit(struct vt *v, int limit_ms, int *status); /* status as of waitpid() */
bool vt_wait_stop(struct vt *v, int limit_ms);              /* stopped by a signal */
/* Reads nothing until the program cannot write any more. */
bool vt_wait_full(const struct vt *v, int limit_ms);
/* Anything else: stops when done(ctx) says so. It is asked after every piece of output. */
bool vt_wait(struct vt *v, bool (*done)(struct vt *v, const void *ctx), const void *ctx,
	     int limit_ms);
/* Reads for that long: for what must not happen, and for measuring. */
void vt_pump(struct vt *v, int ms);

/* ---- looking ----------------------------------------------------------- */

pid_t vt_pid(const struct vt *v);
pid_t vt_foreground(const struct vt *v); /* the process group that has the terminal */
int vt_rows(const struct vt *v);
int vt_cols(const struct vt *v);
void vt_cursor(const struct vt *v, int *row, int *col, bool *visible);
bool vt_alt_screen(const struct vt *v);
bool vt_modes_restored(const struct vt *v); /* the terminal's modes are those from before */
bool vt_cell(const struct vt *v, int row, int col, VTermScreenCell *cell);
/* UTF-8 without trailing blanks, NUL-terminated; returns the length. */
size_t vt_row_text(const struct vt *v, int row, char *buf, size_t size);
bool vt_find(const struct vt *v, const char *text, int *row, int *col); /* col in bytes */
bool vt_has(const struct vt *v, const char *text);
const struct seqs_count *vt_seqs(const struct vt *v);
unsigned long long vt_bytes(const struct vt *v); /* received so far */
int64_t vt_now_ms(void);

/* ---- pictures (vt_dump.c) ---------------------------------------------- */

size_t vt_cell_text(const VTermScreenCell *cell, char buf[32]); /* UTF-8, not terminated */
void vt_dump_text(const struct vt *v, FILE *to);
void vt_dump_attrs(const struct vt *v, FILE *to); /* a letter a cell, then what they mean */
void vt_dump_svg(const struct vt *v, FILE *to);   /* light on dark, complete in itself */

#endif
