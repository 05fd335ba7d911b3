/* SPDX-License-Identifier: MIT */
#include "sandbox.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sockeye/base/mem.h"

#if defined(__x86_64__) && defined(__LP64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#define X32_BIT  0x40000000
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#ifndef OUR_ARCH

int sandbox_enter(unsigned goes_on, struct err *e)
{
	(void)goes_on;
	return err_set(e, -ENOTSUP, "no filter for this kind of processor");
}

#else

/* Of Linux 5.3 and later, on both machines. */
#ifndef SYS_open_tree
#define SYS_open_tree  428
#define SYS_move_mount 429
#define SYS_fsopen     430
#define SYS_fsconfig   431
#define SYS_fsmount    432
#define SYS_fspick     433
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#define SYS_io_uring_setup    425
#define SYS_io_uring_enter    426
#define SYS_io_uring_register 427
#endif
#ifndef SYS_openat2
#define SYS_openat2     437
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

// clang-format off
static const int refused[] = {
	/* other programs, and a look into or a hand on other processes */
	SYS_execve, SYS_execveat,
	SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_getfd, SYS_process_madvise,
	SYS_rt_sigqueueinfo, SYS_pidfd_send_signal,
	/* the network, but for netlink */
	SYS_listen, SYS_accept, SYS_accept4,
	/* files by other ways than openat() */
	SYS_openat2, SYS_truncate, SYS_mknodat, SYS_linkat, SYS_symlinkat, SYS_open_by_handle_at,
	SYS_fchmodat, SYS_fchmod, SYS_fchownat, SYS_fchown,
	SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr,
	SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr,
	SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
#ifdef SYS_open
	SYS_creat, SYS_mknod, SYS_link, SYS_symlink, SYS_chmod, SYS_chown, SYS_lchown,
#endif
	/* the machine */
	SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_unshare,
	SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick,
	SYS_mount_setattr, SYS_swapon, SYS_swapoff, SYS_quotactl, SYS_acct,
	SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot,
	SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex,
	SYS_sethostname, SYS_setdomainname, SYS_syslog,
	SYS_add_key, SYS_request_key, SYS_keyctl,
	SYS_perf_event_open, SYS_userfaultfd, SYS_vhangup,
#ifdef SYS_kexec_file_load
	SYS_kexec_file_load,
#endif
#ifdef SYS_iopl
	SYS_iopl, SYS_ioperm, SYS_modify_ldt,
#endif
	/* other users, more rights */
	SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid,
	SYS_setfsuid, SYS_setfsgid, SYS_setgroups, SYS_capset,
#if !defined(__SANITIZE_ADDRESS__)
	SYS_ptrace, /* by which the leak checker looks at its own threads */
#endif
};
// clang-format on

/* Nothing but this process; another thread of it is signalled so by raise() and pthread_kill(). */
static const int own_only[] = { SYS_kill, SYS_tgkill, SYS_rt_tgsigqueueinfo };

#define CODE_MAX  512

/* The bits of a type that say which, beside those for flags (include/linux/net.h). */
#define SOCK_KIND 0xf

struct code {
	struct sock_filter insn[CODE_MAX];
	unsigned short n;
};

static void emit(struct code *c, struct sock_filter insn)
{
	assert(c->n < CODE_MAX);
	c->insn[c->n++] = insn;
}

static void load(struct code *c, size_t offset)
{
	emit(c, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* The low half of an argument: both machines are little-endian. */
static void load_arg(struct code *c, unsigned n)
{
	load(c, offsetof(struct seccomp_data, args) + n * sizeof(uint64_t));
}

static void answer(struct code *c, uint32_t with)
{
	emit(c, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, with));
}

/* Goes over the next so many instructions when the test op against k gives yes, or when it does not. */
static void skip(struct code *c, unsigned short op, uint32_t k, bool yes, unsigned n)
{
	emit(c, (struct sock_filter)BPF_JUMP((unsigned short)(BPF_JMP | op | BPF_K), k,
					     (uint8_t)(yes ? n : 0), (uint8_t)(yes ? 0 : n)));
}

#define REFUSE (SECCOMP_RET_ERRNO | EPERM)
#define ALLOW  SECCOMP_RET_ALLOW

/*
 * Reading is free, and so is a file that this call makes, which is how settings are saved. What is
 * there already is never opened for writing, as /proc/PID/mem, a device or a user's file.
 */
static void rule_open(struct code *c, int call, unsigned arg)
{
	skip(c, BPF_JEQ, (uint32_t)call, false, 8);
	load_arg(c, arg);
	skip(c, BPF_JSET, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, true, 1);
	answer(c, ALLOW);
	skip(c, BPF_JSET, O_CREAT, true, 1);
	answer(c, REFUSE);
	skip(c, BPF_JSET, O_EXCL, true, 1);
	answer(c, REFUSE);
	answer(c, ALLOW);
}

/* Refuses the call unless its argument is one of two values. */
static void rule_either(struct code *c, int call, unsigned arg, uint32_t a, uint32_t b)
{
	skip(c, BPF_JEQ, (uint32_t)call, false, 5);
	load_arg(c, arg);
	skip(c, BPF_JEQ, a, true, 2);
	skip(c, BPF_JEQ, b, true, 1);
	answer(c, REFUSE);
	answer(c, ALLOW);
}

/* Sockets of the network, but for no connection: a question to DNS is a datagram. */
static void rule_datagrams(struct code *c)
{
	skip(c, BPF_JEQ, SYS_socket, false, 8);
	load_arg(c, 0);
	skip(c, BPF_JEQ, AF_INET, true, 1);
	skip(c, BPF_JEQ, AF_INET6, false, 4);
	load_arg(c, 1);
	emit(c, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SOCK_KIND));
	skip(c, BPF_JEQ, SOCK_DGRAM, false, 1);
	answer(c, ALLOW);
	load(c, offsetof(struct seccomp_data, nr));
}

/* Keys put into the terminal as if somebody had typed them. */
static void rule_typed(struct code *c)
{
	skip(c, BPF_JEQ, SYS_ioctl, false, 4);
	load_arg(c, 1);
	skip(c, BPF_JEQ, TIOCSTI, false, 1);
	answer(c, REFUSE);
	answer(c, ALLOW);
}

static void rule_never(struct code *c, int call)
{
	skip(c, BPF_JEQ, (uint32_t)call, false, 1);
	answer(c, REFUSE);
}

static void make_code(struct code *c, unsigned goes_on)
{
	const uint32_t self = (uint32_t)getpid();

	load(c, offsetof(struct seccomp_data, arch));
	skip(c, BPF_JEQ, OUR_ARCH, true, 1);
	answer(c, REFUSE);
	load(c, offsetof(struct seccomp_data, nr));
#ifdef X32_BIT
	skip(c, BPF_JGE, X32_BIT, false, 1);
	answer(c, REFUSE);
#endif
	rule_open(c, SYS_openat, 2);
#ifdef SYS_open
	rule_open(c, SYS_open, 1);
#endif
	rule_typed(c);
	if ((goes_on & SANDBOX_DNS) != 0)
		rule_datagrams(c);
	/* UNIX sockets: the user database may be a daemon (sssd, nscd). */
	rule_either(c, SYS_socket, 0, AF_NETLINK, AF_UNIX);
	for (size_t i = 0; i < ARRAY_SIZE(own_only); i++)
		rule_either(c, own_only[i], 0, self, self);
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		rule_never(c, refused[i]);
	if ((goes_on & SANDBOX_BPF) == 0)
		rule_never(c, SYS_bpf);
	if ((goes_on & SANDBOX_NETNS) != 0)
		rule_either(c, SYS_setns, 1, CLONE_NEWNET, CLONE_NEWNET);
	else
		rule_never(c, SYS_setns);
	answer(c, ALLOW);
}

/*
 * Without SPEC_ALLOW kernels before 5.16 slow down all of a process that has a filter: that is meant
 * for those that run foreign code.
 */
static int install(const struct sock_fprog *prog)
{
	static const unsigned flags[] = {
		SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW,
		SECCOMP_FILTER_FLAG_TSYNC,
	};
	long rc = -1;

	for (size_t i = 0; rc != 0 && i < ARRAY_SIZE(flags); i++)
		rc = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags[i], prog);
	if (rc > 0) /* the thread that has a filter of its own */
		return -EBUSY;
	return rc == 0 ? 0 : -errno;
}

int sandbox_enter(unsigned goes_on, struct err *e)
{
	struct code c = { .n = 0 };
	struct sock_fprog prog = { .filter = c.insn };
	int rc;

	make_code(&c, goes_on);
	prog.len = c.n;
	/* Else it takes CAP_SYS_ADMIN. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_set(e, -errno, "no_new_privs: %s", strerror(errno));
	rc = install(&prog);
	return rc == 0 ? 0 : err_set(e, rc, "seccomp: %s", strerror(-rc));
}

#endif
