/* SPDX-License-Identifier: MIT */
/*
 * The paths of control groups (cgroup2) by their numbers, which are the inodes of their directories.
 * One thread at a time.
 */
#ifndef SOCKEYE_COLLECT_CGROUPS_H
#define SOCKEYE_COLLECT_CGROUPS_H

#include <stdint.h>

struct cgroups;

/* Directories that are looked at in one walk, at most. */
#define CGROUPS_WALK 65536

/* root is where cgroup2 is mounted, borrowed; NULL: where it usually is. Reads nothing. */
struct cgroups *cgroups_new(const char *root);
void cgroups_free(struct cgroups *c);

/*
 * The path below the root, "/" for the root itself, raw; NULL when it is not to be found. It is
 * where guess says, NULL for no guess; else the tree is walked over once for all groups that there
 * are, and again for a number that was not there then, but not at once: a walk takes no more than a
 * twentieth of the time. A group that is gone keeps its name. Valid until the next call.
 */
const char *cgroups_path(struct cgroups *c, uint64_t id, const char *guess);

#endif
