/* SPDX-License-Identifier: MIT */
/* What the tests on a pseudo-terminal ask of every end of a program. */
#ifndef SOCKEYE_TESTS_TTY_H
#define SOCKEYE_TESTS_TTY_H

#include "test.h"

#include <sys/wait.h>

#include "vt.h"

#define LIMIT_MS (10000 * test_slow())

/* As a shell has it: 128+n for signal n. */
static inline int tty_exit_status(struct vt *v)
{
	int status;

	assert_true(vt_wait_exit(v, LIMIT_MS, &status));
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Modes, screen, cursor, paste and mouse are as before the program came. */
static inline void tty_assert_as_found(const struct vt *v)
{
	const struct seqs_count *n = vt_seqs(v);
	int row, col;
	bool visible;

	vt_cursor(v, &row, &col, &visible);
	assert_true(vt_modes_restored(v));
	assert_false(vt_alt_screen(v));
	assert_true(visible);
	assert_false(n->paste);
	assert_true(n->frame_begin <= n->frame_end);
	assert_int_equal(n->mouse_on, 0);
}

#endif
