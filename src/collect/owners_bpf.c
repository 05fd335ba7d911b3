/* SPDX-License-Identifier: MIT */
#include "owners_bpf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "sockeye/collect/owners.h"

/* Made of owners.bpf.c by bpftool. */
#include <owners.skel.h>

/* Since Linux 5.8. */
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF     39
#endif

#define BTF "/sys/kernel/btf/vmlinux"
/* The kernel gathers no more before it lets us read. */
#define PORTION 2048

struct owners_bpf {
	struct owners_bpf_prog *prog;
	struct bpf_link *all; /* the iterator over all tasks */
	bool not_one;         /* the kernel knows none over one */
	struct fd_record portion[PORTION];
};

static bool has_caps(void)
{
	static const unsigned need[] = { CAP_BPF, CAP_PERFMON };
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &head, data) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(need); i++)
		if (!(data[CAP_TO_INDEX(need[i])].effective & CAP_TO_MASK(need[i])))
			return false;
	return true;
}

const char *owners_bpf_missing(void)
{
	if (!has_caps())
		return "needs CAP_BPF and CAP_PERFMON";
	return access(BTF, R_OK) == 0 ? NULL : "no " BTF;
}

/* What libbpf has to say is for its developers. */
static int say_nothing(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level;
	(void)fmt;
	(void)args;
	return 0;
}

struct owners_bpf *owners_bpf_open(const char **why)
{
	struct owners_bpf *b;

	*why = owners_bpf_missing();
	if (*why != NULL)
		return NULL;
	libbpf_set_print(say_nothing);
	b = xcalloc(1, sizeof(*b));
	b->prog = owners_bpf_prog__open_and_load();
	if (b->prog != NULL)
		b->all = bpf_program__attach_iter(b->prog->progs.list_sockets, NULL);
	/* Before libbpf 1.0 an error could be a pointer. */
	if (libbpf_get_error(b->all) != 0)
		b->all = NULL;
	if (b->all == NULL) {
		*why = b->prog == NULL ? "the kernel refuses the program"
				       : "the kernel has no iterator over files";
		owners_bpf_close(b);
		return NULL;
	}
	return b;
}

void owners_bpf_close(struct owners_bpf *b)
{
	if (b == NULL)
		return;
	bpf_link__destroy(b->all);
	owners_bpf_prog__destroy(b->prog);
	free(b);
}

void owners_bpf_want(struct owners_bpf *b, const uint64_t bits[OWNERS_BPF_BITS / 64])
{
	struct owners_bpf_prog__bss *bss = b->prog->bss;

	_Static_assert(sizeof(bss->wanted) == OWNERS_BPF_BITS / 8, "the program has as many bits");
	bss->choosy = bits != NULL;
	if (bits != NULL)
		memcpy(bss->wanted, bits, sizeof(bss->wanted));
}

static bool cancelled(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return fd >= 0 && poll(&p, 1, 0) > 0;
}

/* The kernel says EAGAIN when it went over a million descriptors of which none is a socket. */
static int read_all(struct owners_bpf *b, int fd,
		    int (*each)(void *ctx, const struct fd_record *r, uint32_t n), void *ctx,
		    int cancel_fd)
{
	int rc = 0;

	while (rc == 0) {
		ssize_t n = read(fd, b->portion, sizeof(b->portion));

		if (cancelled(cancel_fd))
			return -ECANCELED;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n == 0)
			return 0;
		if (n > 0)
			rc = each(ctx, b->portion, (uint32_t)((size_t)n / sizeof(b->portion[0])));
	}
	return rc;
}

/* An iterator over the descriptors of one process. */
static struct bpf_link *attach_one(struct owners_bpf *b, int32_t pid)
{
	union bpf_iter_link_info info = { .task.pid = (uint32_t)pid };
	struct bpf_iter_attach_opts opts = { .sz = sizeof(opts),
					     .link_info = &info,
					     .link_info_len = sizeof(info) };
	struct bpf_link *link = bpf_program__attach_iter(b->prog->progs.list_sockets, &opts);

	return libbpf_get_error(link) == 0 ? link : NULL;
}

int owners_bpf_read(struct owners_bpf *b, int32_t pid,
		    int (*each)(void *ctx, const struct fd_record *r, uint32_t n), void *ctx,
		    int cancel_fd)
{
	struct bpf_link *one = NULL;
	int fd, rc;

	if (pid > 0) {
		one = b->not_one ? NULL : attach_one(b, pid);
		b->not_one = one == NULL;
		if (one == NULL)
			return -EOPNOTSUPP;
	}
	fd = bpf_iter_create(bpf_link__fd(one != NULL ? one : b->all));
	if (fd >= 0) {
		rc = read_all(b, fd, each, ctx, cancel_fd);
		close(fd);
	} else {
		rc = -errno;
	}
	bpf_link__destroy(one);
	return rc;
}
