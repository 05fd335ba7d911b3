/* SPDX-License-Identifier: MIT */
/*
 * The program's own files, NAME in the folder "sockeye" of a directory that the environment names:
 * found, trusted, read, and replaced as a whole.
 */
#ifndef SOCKEYE_SRC_OWN_FILE_H
#define SOCKEYE_SRC_OWN_FILE_H

#include <stdbool.h>

#include "sockeye/base/buf.h"

#define OWN_FILE_MAX (1 << 20) /* bytes of a file */
#define OWN_NAME_MAX 32

/*
 * Appends the directory: what the variable says, else what is below HOME. False when neither is a
 * path from the root; *why, a constant, says what is missing. The environment of a setuid program
 * names none.
 */
bool own_dir(const char *variable, const char *below_home, struct buf *out, const char **why);
/*
 * Appends the file, if there is one. An error: it does not count, and e says why. It counts only if
 * nobody but root and the effective user can have written it.
 */
int own_read(const char *dir, const char *name, struct buf *text, struct err *e);
/*
 * Replaces the file as a whole, or leaves it as it was and fills e. Makes the directories that are
 * missing, so many parts of dir at most, but not in those of another user, and replaces no file that
 * own_read() refuses. dir is a path from the root.
 */
int own_save(const char *dir, unsigned missing, const char *name, const struct buf *text,
	     struct err *e);

#endif
