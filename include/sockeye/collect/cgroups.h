/* SPDX-License-Identifier: MIT */
/*
 * The path of a control group (cgroup2) by its number, which is the inode of its directory. One
 * thread.
 */
#ifndef SOCKEYE_COLLECT_CGROUPS_H
#define SOCKEYE_COLLECT_CGROUPS_H

#include <stdint.h>

struct cgroups;

/* Directories that are looked at for one group at most. */
#define CGROUPS_WALK 4096

/* root is where cgroup2 is mounted, borrowed; NULL: where it usually is. Reads nothing. */
struct cgroups *cgroups_new(const char *root);
void cgroups_free(struct cgroups *c);

/*
 * The path below the root, "/" for the root itself, raw; NULL when it is not to be found. It is
 * where guess says, NULL for no guess, or is looked for. Valid until the next call. The last answer
 * is kept, whatever it was.
 */
const char *cgroups_path(struct cgroups *c, uint64_t id, const char *guess);

#endif
