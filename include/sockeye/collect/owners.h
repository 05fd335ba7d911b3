/* SPDX-License-Identifier: MIT */
/*
 * Who holds which socket: the map from descriptors to inodes, kept from sample to sample.
 *
 * Reading every descriptor of the machine costs four times the dump of the sockets, so it is done once. From
 * then on only what changed is read: slots whose socket went away (their numbers are used again
 * first), processes whose number of descriptors moved, new processes; and, for inodes that are
 * still without a holder, a slice of the rest at each sample. Links are read, never followed.
 * One thread.
 */
#ifndef SOCKEYE_COLLECT_OWNERS_H
#define SOCKEYE_COLLECT_OWNERS_H

#include "sockeye/model/snap.h"

struct owners;

/* root is the proc file system, NULL for /proc. */
struct owners *owners_new(const char *root);
void owners_free(struct owners *o);

/*
 * Why descriptors cannot be told of by a program in the kernel (BPF), as far as that is known before
 * it is tried; a constant text, NULL when nothing stands against it.
 */
const char *owners_bpf_missing(void);
/*
 * Before a dump, with the number of sockets that there are, told of or not: says that the program is to
 * be used if that is worth it. It is loaded when there are owners to be found, or, if that will be
 * soon, from now on, besides the dump, in a thread that also draws the first picture. Where no other
 * sample follows this one (once), it only tells of the sockets in the dump if these are few. Without this
 * call it is not used. cancel_fd must stay open until owners_update() or owners_free().
 */
void owners_prepare(struct owners *o, uint64_t sockets, bool soon, bool once, int cancel_fd);

/*
 * Finds the holders of the rows in b and adds them; says in b how complete that is (SRC_OWNERS).
 * Until there is a row that can have one, nothing is read. Rows may be all that the kernel has or a
 * choice of them, but the same choice each time: who left it is taken for gone and read again.
 * Returns 0, or -ECANCELED soon after cancel_fd (-1: none) became readable.
 */
int owners_update(struct owners *o, struct snap_builder *b, int cancel_fd);

#endif
