/* SPDX-License-Identifier: MIT */
/* Starts the whole program on a pseudo-terminal, on a fixture instead of the kernel. */
#ifndef SOCKEYE_TESTS_PROGRAM_H
#define SOCKEYE_TESTS_PROGRAM_H

#include "tty.h"

#define PROGRAM "./sockeye-fake"

/* The environment with the fixture of that name, and one more word; valid until the next call. */
const char *const *program_environment(const char *fixture, const char *more);
/* args ends in NULL and may be NULL: the interval is short then. */
struct vt *program_start(struct vt_cfg cfg, const char *fixture, const char *more,
			 const char *const *args);
/* On web.fake, until its sample is on the screen. */
struct vt *program_start_web(struct vt_cfg cfg);
/* Until the sample of web.fake is on the screen. */
void program_wait_first_screen(struct vt *v);
/* Until the keys of the overview stand on the last row, and on no other one. */
void program_wait_footer(struct vt *v);
/* Asks it to, and holds it to a clean end; frees v. */
void program_quit(struct vt *v);
/* How often the threads of the process have slept and been woken. */
unsigned long program_wakeups(pid_t pid);
long program_memory(pid_t pid, const char *name); /* KiB, as proc(5) names it: VmRSS, RssAnon */
int64_t program_cpu_ms(pid_t pid);                /* of all of its threads, so far */

#endif
