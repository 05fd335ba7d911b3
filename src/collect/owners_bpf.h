/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that are sockets, as an iterator in the kernel tells of them: ten times faster than
 * reading links, and of all processes, whatever their rights. Takes CAP_BPF, CAP_PERFMON, a kernel
 * with BTF (>= 5.11, for one process alone >= 6.1) and libbpf; where the program is built without,
 * owners_nobpf.c stands in. One thread.
 */
#ifndef SOCKEYE_SRC_COLLECT_OWNERS_BPF_H
#define SOCKEYE_SRC_COLLECT_OWNERS_BPF_H

#include <stdint.h>

/* pid and tid as our pid namespace has them; tid other than pid: a thread with a table of its own. */
struct fd_record {
	uint32_t pid, tid, fd, ino;
};

struct owners_bpf;

/*
 * Loads the program: some 20 ms, and for that time 10 MiB. NULL with *why, a constant text, where it
 * cannot be. What owners_bpf_missing() says is not tried.
 */
struct owners_bpf *owners_bpf_open(const char **why);
void owners_bpf_close(struct owners_bpf *b); /* NULL is fine */

/*
 * From the next reading on only sockets whose inode, modulo this number, has its bit set are told of,
 * which saves most of the time if these are few. Copied; NULL: all sockets again.
 */
#define OWNERS_BPF_BITS 65536
void owners_bpf_want(struct owners_bpf *b, const uint64_t bits[OWNERS_BPF_BITS / 64]);

/*
 * Hands over all descriptors, or those of one process (pid > 0), those of one table one after
 * another by number, in portions, until each() returns other than 0. Returns that, 0 at the end,
 * -ECANCELED, or why the kernel does not tell (-EOPNOTSUPP: not of one process).
 */
int owners_bpf_read(struct owners_bpf *b, int32_t pid,
		    int (*each)(void *ctx, const struct fd_record *r, uint32_t n), void *ctx,
		    int cancel_fd);

#endif
