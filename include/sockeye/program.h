/* SPDX-License-Identifier: MIT */
/* The whole program but for the source of its data, so that tests run all of it on data of their own. */
#ifndef SOCKEYE_PROGRAM_H
#define SOCKEYE_PROGRAM_H

#include "sockeye/model/source.h"

/* Returns the exit status (sockeye(8), EXIT STATUS). */
int program_run(int argc, char **argv, const struct source_ops *source);

#endif
