/* SPDX-License-Identifier: MIT */
/* What stands for owners_bpf.c where the program is built without libbpf. */
#include <errno.h>
#include <stddef.h>

#include "owners_bpf.h"
#include "sockeye/collect/owners.h"

const char *owners_bpf_missing(void)
{
	return "not built in";
}

struct owners_bpf *owners_bpf_open(const char **why)
{
	*why = owners_bpf_missing();
	return NULL;
}

void owners_bpf_close(struct owners_bpf *b)
{
	(void)b;
}

void owners_bpf_want(struct owners_bpf *b, const uint64_t bits[OWNERS_BPF_BITS / 64])
{
	(void)b;
	(void)bits;
}

int owners_bpf_read(struct owners_bpf *b, int32_t pid,
		    int (*each)(void *ctx, const struct fd_record *r, uint32_t n), void *ctx,
		    int cancel_fd)
{
	(void)b;
	(void)pid;
	(void)each;
	(void)ctx;
	(void)cancel_fd;
	return -EOPNOTSUPP;
}
