/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a program, makes one of its calls fail once.
 *
 *	TORTURE=CALL:SITE:N:ERRNO	the N-th call (from 1) of that kind from that site fails with that
 *					error number
 *	TORTURE_LOG=FILE		gets a line "fired" when that has happened; without an order it
 *					gets a line "CALL SITE COUNT" for each site at the end of the
 *					process
 *
 * A site is a chain of callers, up to main(): what happens a thousand times in one loop is one site, the same
 * function called for two purposes is two. It is told by their return addresses, of which only the place in
 * their page is taken: where the pages are differs from run to run.
 *
 * Calls that libraries make count as well, but for those that the C library makes to itself: it does
 * not survive all of them (looking up a user without memory ends in an assertion of its own). Neither
 * does ncurses, whose memory is a kind of its own.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/capability.h>
#include <locale.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <regex.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>
#include <unwind.h>

#include "torture.h"

#define EXPORT __attribute__((visibility("default")))

static const char *const names[] = {
#define CALL(id, name, errnos) name,
	TORTURE_CALLS
#undef CALL
};

enum call {
#define CALL(id, name, errnos) C_##id,
	TORTURE_CALLS
#undef CALL
		CALL_COUNT
};

#define SITES         16384 /* a power of two, several times what any program has */
#define CALLERS_MAX   48
#define PLACE_IN_PAGE 0xfff

/* Open addressing; key 0: free. The kind is part of the key. */
static struct {
	atomic_ulong key, count;
} sites[SITES];

static int chosen = -1, with_errno;
static unsigned long chosen_site, chosen_n;
static atomic_ulong chosen_count;
static int log_fd = -1;
static bool begun;

/* Where the code of a library is. */
struct range {
	const char *name;
	uintptr_t begin, end;
};

static struct range libc = { .name = "/libc." };
static struct range sanitizer = { .name = "/libasan." };
static struct range curses[] = { { .name = "/libncurses" }, { .name = "/libtinfo" } };

/* Through the kernel: write() may be what is to fail. */
static void say(const char *text)
{
	if (log_fd >= 0)
		syscall(SYS_write, log_fd, text, strlen(text));
}

struct callers {
	unsigned long hash;
	int n;
};

static _Unwind_Reason_Code add_caller(struct _Unwind_Context *frame, void *ctx)
{
	struct callers *c = ctx;

	c->hash = (c->hash ^ (_Unwind_GetIP(frame) & PLACE_IN_PAGE)) * 0x9e3779b97f4a7c15u;
	c->hash ^= c->hash >> 29;
	return ++c->n < CALLERS_MAX ? _URC_NO_REASON : _URC_END_OF_STACK;
}

/* Never 0; its remainder by CALL_COUNT is the kind. */
static unsigned long site_of(enum call c)
{
	struct callers callers = { .hash = 1 };

	_Unwind_Backtrace(add_caller, &callers);
	return (callers.hash / CALL_COUNT | 1) * CALL_COUNT + c;
}

static void count_site(unsigned long key)
{
	unsigned long none;

	for (unsigned long i = key;; i++) {
		none = 0;
		if (atomic_compare_exchange_strong(&sites[i % SITES].key, &none, key) ||
		    none == key) {
			atomic_fetch_add(&sites[i % SITES].count, 1);
			return;
		}
	}
}

/* Whether this call is the one. */
static bool fails(enum call c)
{
	unsigned long site;

	if (!begun || (chosen >= 0 && (int)c != chosen))
		return false;
	site = site_of(c);
	if (chosen < 0)
		count_site(site);
	if (site != chosen_site || atomic_fetch_add(&chosen_count, 1) + 1 != chosen_n)
		return false;
	say("fired\n");
	errno = with_errno;
	return true;
}

static void read_order(const char *order)
{
	const char *colon = order != NULL ? strchr(order, ':') : NULL;
	char *end;

	for (int c = 0; colon != NULL && c < CALL_COUNT; c++) {
		if (strlen(names[c]) != (size_t)(colon - order) ||
		    strncmp(names[c], order, (size_t)(colon - order)) != 0)
			continue;
		chosen_site = strtoul(colon + 1, &end, 16);
		chosen_n = *end == ':' ? strtoul(end + 1, &end, 10) : 1;
		with_errno = *end == ':' ? atoi(end + 1) : EIO;
		chosen = c;
	}
}

static void note_range(struct range *r, const struct dl_phdr_info *info)
{
	const char *slash = strrchr(info->dlpi_name, '/');

	if (slash == NULL || strncmp(slash, r->name, strlen(r->name)) != 0)
		return;
	r->begin = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && info->dlpi_addr + p->p_vaddr + p->p_memsz > r->end)
			r->end = info->dlpi_addr + p->p_vaddr + p->p_memsz;
	}
}

static int note_library(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	(void)ctx;
	note_range(&libc, info);
	note_range(&sanitizer, info);
	note_range(&curses[0], info);
	note_range(&curses[1], info);
	return 0;
}

static bool is_in(const struct range *r, const void *code)
{
	return (uintptr_t)code >= r->begin && (uintptr_t)code < r->end;
}

/* caller: who wants memory. */
static bool memory_fails(const void *caller)
{
	if (is_in(&libc, caller))
		return false;
	return fails(is_in(&curses[0], caller) || is_in(&curses[1], caller) ? C_CURSES : C_MALLOC);
}

__attribute__((constructor)) static void begin(void)
{
	const char *log = getenv("TORTURE_LOG");

	if (log != NULL) {
		int fd = (int)syscall(SYS_openat, AT_FDCWD, log,
				      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

		/* Out of the way of a program that counts its descriptors. */
		log_fd = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 200);
		syscall(SYS_close, fd);
	}
	dl_iterate_phdr(note_library, NULL);
	read_order(getenv("TORTURE"));
	begun = true;
}

__attribute__((destructor)) static void end(void)
{
	char line[96];

	begun = false;
	for (size_t i = 0; i < SITES; i++) {
		const unsigned long key = atomic_load(&sites[i].key);

		if (key == 0)
			continue;
		snprintf(line, sizeof(line), "%s %lx %lu\n", names[key % CALL_COUNT], key,
			 atomic_load(&sites[i].count));
		say(line);
	}
}

/* The function of that name in the next library. */
#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name)
{
	void *p = dlsym(RTLD_NEXT, name);

	if (p == NULL)
		abort();
	return p;
}

/* ---- memory ------------------------------------------------------------- */

/* dlsym() may want memory itself, and gets it from here. */
static char early[65536];
static size_t early_used;
static _Thread_local bool looking;

static void *early_alloc(size_t size)
{
	void *p = early + early_used;

	early_used += (size + 15) & ~(size_t)15;
	return early_used <= sizeof(early) ? p : NULL;
}

static bool is_early(const void *p)
{
	return (const char *)p >= early && (const char *)p < early + sizeof(early);
}

#define LOOK_UP(to, name)                \
	do {                             \
		if (to == NULL) {        \
			looking = true;  \
			to = REAL(name); \
			looking = false; \
		}                        \
	} while (0)

EXPORT void *malloc(size_t size)
{
	static void *(*next)(size_t);

	if (looking)
		return early_alloc(size);
	LOOK_UP(next, malloc);
	return memory_fails(__builtin_return_address(0)) ? NULL : next(size);
}

EXPORT void *calloc(size_t n, size_t size)
{
	static void *(*next)(size_t, size_t);

	if (looking)
		return early_alloc(n * size);
	LOOK_UP(next, calloc);
	return memory_fails(__builtin_return_address(0)) ? NULL : next(n, size);
}

EXPORT void *realloc(void *old, size_t size)
{
	static void *(*next)(void *, size_t);

	LOOK_UP(next, realloc);
	return memory_fails(__builtin_return_address(0)) ? NULL : next(old, size);
}

EXPORT void free(void *p)
{
	static void (*next)(void *);

	if (is_early(p))
		return;
	LOOK_UP(next, free);
	next(p);
}

EXPORT void *mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
	return fails(C_MMAP) ? MAP_FAILED : REAL(mmap)(at, len, prot, flags, fd, offset);
}

EXPORT void *mremap(void *old, size_t old_len, size_t len, int flags, ...)
{
	return fails(C_MMAP) ? MAP_FAILED : REAL(mremap)(old, old_len, len, flags);
}

/* ---- files ---------------------------------------------------------------- */

static mode_t mode_of(int flags, va_list args)
{
	return flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(args, int) : 0;
}

EXPORT int open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = mode_of(flags, args);
	va_end(args);
	return fails(C_OPEN) ? -1 : REAL(open)(path, flags, mode);
}

EXPORT int openat(int dir, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = mode_of(flags, args);
	va_end(args);
	return fails(C_OPEN) ? -1 : REAL(openat)(dir, path, flags, mode);
}

EXPORT FILE *fopen(const char *path, const char *mode)
{
	return fails(C_OPEN) ? NULL : REAL(fopen)(path, mode);
}

EXPORT DIR *opendir(const char *path)
{
	return fails(C_OPEN) ? NULL : REAL(opendir)(path);
}

EXPORT struct dirent *readdir(DIR *dir)
{
	return fails(C_GETDENTS) ? NULL : REAL(readdir)(dir);
}

EXPORT ssize_t read(int fd, void *to, size_t size)
{
	return fails(C_READ) ? -1 : REAL(read)(fd, to, size);
}

EXPORT ssize_t pread(int fd, void *to, size_t size, off_t at)
{
	return fails(C_READ) ? -1 : REAL(pread)(fd, to, size, at);
}

EXPORT ssize_t write(int fd, const void *from, size_t size)
{
	return fails(C_WRITE) ? -1 : REAL(write)(fd, from, size);
}

EXPORT ssize_t readlinkat(int dir, const char *path, char *to, size_t size)
{
	return fails(C_READLINK) ? -1 : REAL(readlinkat)(dir, path, to, size);
}

/* What a hardened program calls in the place of those. */
int __open_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
ssize_t __read_chk(int fd, void *to, size_t size, size_t room);
ssize_t __pread_chk(int fd, void *to, size_t size, off_t at, size_t room);
ssize_t __readlinkat_chk(int dir, const char *path, char *to, size_t size, size_t room);

EXPORT int __open_2(const char *path, int flags)
{
	return fails(C_OPEN) ? -1 : REAL(__open_2)(path, flags);
}

EXPORT int __openat_2(int dir, const char *path, int flags)
{
	return fails(C_OPEN) ? -1 : REAL(__openat_2)(dir, path, flags);
}

EXPORT ssize_t __read_chk(int fd, void *to, size_t size, size_t room)
{
	return fails(C_READ) ? -1 : REAL(__read_chk)(fd, to, size, room);
}

EXPORT ssize_t __pread_chk(int fd, void *to, size_t size, off_t at, size_t room)
{
	return fails(C_READ) ? -1 : REAL(__pread_chk)(fd, to, size, at, room);
}

EXPORT ssize_t __readlinkat_chk(int dir, const char *path, char *to, size_t size, size_t room)
{
	return fails(C_READLINK) ? -1 : REAL(__readlinkat_chk)(dir, path, to, size, room);
}

EXPORT int access(const char *path, int mode)
{
	return fails(C_STAT) ? -1 : REAL(access)(path, mode);
}

EXPORT int stat(const char *path, struct stat *st)
{
	return fails(C_STAT) ? -1 : REAL(stat)(path, st);
}

EXPORT int lstat(const char *path, struct stat *st)
{
	return fails(C_STAT) ? -1 : REAL(lstat)(path, st);
}

EXPORT int fstat(int fd, struct stat *st)
{
	return fails(C_STAT) ? -1 : REAL(fstat)(fd, st);
}

EXPORT int fstatat(int dir, const char *path, struct stat *st, int flags)
{
	return fails(C_STAT) ? -1 : REAL(fstatat)(dir, path, st, flags);
}

EXPORT int statfs(const char *path, struct statfs *fs)
{
	return fails(C_STAT) ? -1 : REAL(statfs)(path, fs);
}

/* getdents64() and others that the C library of that time has no name for. */
EXPORT long syscall(long no, ...)
{
	va_list args;
	long a[6];

	va_start(args, no);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (no == SYS_getdents64 && fails(C_GETDENTS))
		return -1;
	if (no == SYS_bpf && fails(C_BPF))
		return -1;
	if ((no == SYS_capget || no == SYS_kcmp || no == SYS_seccomp) && fails(C_SELF))
		return -1;
	return REAL(syscall)(no, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* ---- files that are written -------------------------------------------------- */

EXPORT int mkdirat(int dir, const char *path, mode_t mode)
{
	return fails(C_SAVE) ? -1 : REAL(mkdirat)(dir, path, mode);
}

EXPORT int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return fails(C_SAVE) ? -1 : REAL(renameat)(from_dir, from, to_dir, to);
}

EXPORT int unlinkat(int dir, const char *path, int flags)
{
	return fails(C_SAVE) ? -1 : REAL(unlinkat)(dir, path, flags);
}

EXPORT int fsync(int fd)
{
	return fails(C_SAVE) ? -1 : REAL(fsync)(fd);
}

EXPORT int ftruncate(int fd, off_t len)
{
	return fails(C_SAVE) ? -1 : REAL(ftruncate)(fd, len);
}

EXPORT off_t lseek(int fd, off_t at, int whence)
{
	return fails(C_SAVE) ? -1 : REAL(lseek)(fd, at, whence);
}

EXPORT FILE *fdopen(int fd, const char *mode)
{
	return fails(C_SAVE) ? NULL : REAL(fdopen)(fd, mode);
}

/* Only of a file that was written does it say anything; and it is closed all the same. */
EXPORT int close(int fd)
{
	const long flags = syscall(SYS_fcntl, fd, F_GETFL);
	const bool file = flags >= 0 && (flags & O_ACCMODE) == O_WRONLY &&
			  syscall(SYS_lseek, fd, 0, SEEK_CUR) > 0;
	const int rc = REAL(close)(fd);

	return file && fails(C_SAVE) ? -1 : rc;
}

/* ---- descriptors, and waiting for them ---------------------------------------- */

EXPORT int poll(struct pollfd *fds, nfds_t n, int ms)
{
	return fails(C_POLL) ? -1 : REAL(poll)(fds, n, ms);
}

EXPORT int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *left, const sigset_t *mask)
{
	return fails(C_POLL) ? -1 : REAL(ppoll)(fds, n, left, mask);
}

EXPORT int epoll_wait(int fd, struct epoll_event *event, int n, int ms)
{
	return fails(C_POLL) ? -1 : REAL(epoll_wait)(fd, event, n, ms);
}

EXPORT int pipe2(int fd[2], int flags)
{
	return fails(C_FD) ? -1 : REAL(pipe2)(fd, flags);
}

EXPORT int eventfd(unsigned n, int flags)
{
	return fails(C_FD) ? -1 : REAL(eventfd)(n, flags);
}

EXPORT int epoll_create1(int flags)
{
	return fails(C_FD) ? -1 : REAL(epoll_create1)(flags);
}

EXPORT int epoll_ctl(int fd, int op, int which, struct epoll_event *event)
{
	return fails(C_FD) ? -1 : REAL(epoll_ctl)(fd, op, which, event);
}

EXPORT int timerfd_create(int clock, int flags)
{
	return fails(C_FD) ? -1 : REAL(timerfd_create)(clock, flags);
}

EXPORT int memfd_create(const char *name, unsigned flags)
{
	return fails(C_FD) ? -1 : REAL(memfd_create)(name, flags);
}

EXPORT int dup2(int from, int to)
{
	return fails(C_FD) ? -1 : REAL(dup2)(from, to);
}

EXPORT int fcntl(int fd, int what, ...)
{
	va_list args;
	long arg;

	va_start(args, what);
	arg = va_arg(args, long);
	va_end(args);
	if ((what == F_DUPFD || what == F_DUPFD_CLOEXEC) && fails(C_FD))
		return -1;
	return REAL(fcntl)(fd, what, arg);
}

/* ---- the terminal --------------------------------------------------------------- */

EXPORT int tcgetattr(int fd, struct termios *modes)
{
	return fails(C_TTY) ? -1 : REAL(tcgetattr)(fd, modes);
}

EXPORT int tcflow(int fd, int action)
{
	return fails(C_TTY) ? -1 : REAL(tcflow)(fd, action);
}

EXPORT pid_t tcgetpgrp(int fd)
{
	return fails(C_TTY) ? -1 : REAL(tcgetpgrp)(fd);
}

EXPORT int isatty(int fd)
{
	return fails(C_TTY) ? 0 : REAL(isatty)(fd);
}

EXPORT int ttyname_r(int fd, char *name, size_t size)
{
	return fails(C_TTY) ? with_errno : REAL(ttyname_r)(fd, name, size);
}

EXPORT int ioctl(int fd, unsigned long what, ...)
{
	va_list args;
	void *arg;

	va_start(args, what);
	arg = va_arg(args, void *);
	va_end(args);
	return fails(C_TTY) ? -1 : REAL(ioctl)(fd, what, arg);
}

/* ---- the process itself ----------------------------------------------------------- */

int capget(cap_user_header_t head, cap_user_data_t data);
int capset(cap_user_header_t head, const cap_user_data_t data);

EXPORT int capget(cap_user_header_t head, cap_user_data_t data)
{
	return fails(C_SELF) ? -1 : REAL(capget)(head, data);
}

EXPORT int capset(cap_user_header_t head, const cap_user_data_t data)
{
	return fails(C_SELF) ? -1 : REAL(capset)(head, data);
}

EXPORT int prctl(int what, ...)
{
	va_list args;
	long a[4];

	va_start(args, what);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	return fails(C_SELF) ? -1 : REAL(prctl)(what, a[0], a[1], a[2], a[3]);
}

EXPORT int setrlimit(__rlimit_resource_t what, const struct rlimit *limit)
{
	return fails(C_SELF) ? -1 : REAL(setrlimit)(what, limit);
}

EXPORT int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	return fails(C_SELF) ? -1 : REAL(sched_getaffinity)(pid, size, set);
}

EXPORT int uname(struct utsname *u)
{
	return fails(C_SELF) ? -1 : REAL(uname)(u);
}

EXPORT int gethostname(char *name, size_t size)
{
	return fails(C_SELF) ? -1 : REAL(gethostname)(name, size);
}

EXPORT ssize_t getrandom(void *to, size_t size, unsigned flags)
{
	return fails(C_SELF) ? -1 : REAL(getrandom)(to, size, flags);
}

/* The sanitizer gives each thread one, and takes no refusal. */
EXPORT int sigaltstack(const stack_t *now, stack_t *old)
{
	if (is_in(&sanitizer, __builtin_return_address(0)))
		return REAL(sigaltstack)(now, old);
	return fails(C_SELF) ? -1 : REAL(sigaltstack)(now, old);
}

EXPORT int sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
	return fails(C_SELF) ? -1 : REAL(sigwaitinfo)(set, info);
}

EXPORT int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *limit)
{
	return fails(C_SELF) ? -1 : REAL(sigtimedwait)(set, info, limit);
}

EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
			  void *arg)
{
	return fails(C_THREAD) ? with_errno : REAL(pthread_create)(thread, attr, run, arg);
}

EXPORT int pthread_getcpuclockid(pthread_t thread, clockid_t *clock)
{
	return fails(C_SELF) ? with_errno : REAL(pthread_getcpuclockid)(thread, clock);
}

EXPORT int setns(int fd, int what)
{
	return fails(C_SETNS) ? -1 : REAL(setns)(fd, what);
}

/* ---- what the C library looks up ---------------------------------------------------- */

EXPORT int getpwuid_r(uid_t uid, struct passwd *pw, char *buf, size_t size, struct passwd **found)
{
	if (!fails(C_LOOKUP))
		return REAL(getpwuid_r)(uid, pw, buf, size, found);
	*found = NULL;
	return with_errno;
}

EXPORT int getservbyname_r(const char *name, const char *proto, struct servent *entry, char *buf,
			   size_t size, struct servent **found)
{
	if (!fails(C_LOOKUP))
		return REAL(getservbyname_r)(name, proto, entry, buf, size, found);
	*found = NULL;
	return with_errno;
}

EXPORT char *if_indextoname(unsigned index, char name[IF_NAMESIZE])
{
	return fails(C_LOOKUP) ? NULL : REAL(if_indextoname)(index, name);
}

EXPORT int regcomp(regex_t *regex, const char *text, int flags)
{
	return fails(C_LOOKUP) ? REG_ESPACE : REAL(regcomp)(regex, text, flags);
}

EXPORT locale_t newlocale(int mask, const char *name, locale_t base)
{
	return fails(C_LOOKUP) ? (locale_t)0 : REAL(newlocale)(mask, name, base);
}

/* ---- sockets ---------------------------------------------------------------------------- */

EXPORT int socket(int domain, int type, int protocol)
{
	return fails(C_SOCKET) ? -1 : REAL(socket)(domain, type, protocol);
}

EXPORT int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	return fails(C_SOCKET) ? -1 : REAL(bind)(fd, addr, len);
}

EXPORT int connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	return fails(C_SOCKET) ? -1 : REAL(connect)(fd, addr, len);
}

EXPORT int getsockname(int fd, struct sockaddr *addr, socklen_t *len)
{
	return fails(C_SOCKOPT) ? -1 : REAL(getsockname)(fd, addr, len);
}

EXPORT int getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	return fails(C_SOCKOPT) ? -1 : REAL(getsockopt)(fd, level, name, value, len);
}

EXPORT int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	return fails(C_SOCKOPT) ? -1 : REAL(setsockopt)(fd, level, name, value, len);
}

EXPORT ssize_t send(int fd, const void *from, size_t size, int flags)
{
	return fails(C_SEND) ? -1 : REAL(send)(fd, from, size, flags);
}

EXPORT ssize_t sendto(int fd, const void *from, size_t size, int flags, const struct sockaddr *addr,
		      socklen_t len)
{
	return fails(C_SEND) ? -1 : REAL(sendto)(fd, from, size, flags, addr, len);
}

EXPORT ssize_t recv(int fd, void *to, size_t size, int flags)
{
	return fails(C_RECV) ? -1 : REAL(recv)(fd, to, size, flags);
}

EXPORT ssize_t recvfrom(int fd, void *to, size_t size, int flags, struct sockaddr *addr,
			socklen_t *len)
{
	return fails(C_RECV) ? -1 : REAL(recvfrom)(fd, to, size, flags, addr, len);
}

EXPORT ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	return fails(C_RECV) ? -1 : REAL(recvmsg)(fd, m, flags);
}

EXPORT int recvmmsg(int fd, struct mmsghdr *m, unsigned n, int flags, struct timespec *limit)
{
	return fails(C_RECV) ? -1 : REAL(recvmmsg)(fd, m, n, flags, limit);
}
