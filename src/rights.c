/* SPDX-License-Identifier: MIT */
#include "rights.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "config.h"
#include "sockeye/base/mem.h"

#ifdef HAVE_LIBCAP_NG
#include <cap-ng.h>
#endif

/* Since Linux 5.8. */
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF     39
#endif

/*
 * Of another user's process, listing /proc/PID/fd takes the first and reading its links the second
 * (proc_fd_permission() and ptrace_may_access() of the kernel). NET_ADMIN shows a socket's mark and
 * class (inet_diag), and would also let one end it. To see
 * which network namespace it is in takes SYS_PTRACE too, and to enter that SYS_ADMIN. BPF and PERFMON
 * load an iterator over files.
 */
static const struct {
	unsigned uses;
	unsigned cap, or ; /* either will do; the first is kept where there are both */
	const char *name, *or_name;
	const char *means; /* NULL: nothing is missing without it that a user would look for */
} rights[] = {
	{ RIGHTS_OWNERS, CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE, "CAP_DAC_READ_SEARCH",
	  "CAP_DAC_OVERRIDE",
	  "CAP_DAC_READ_SEARCH: descriptors of other users' processes cannot be listed" },
	{ RIGHTS_OWNERS | RIGHTS_NETNS, CAP_SYS_PTRACE, CAP_SYS_PTRACE, "CAP_SYS_PTRACE", "",
	  "CAP_SYS_PTRACE: descriptors of other users' processes cannot be looked into" },
	{ RIGHTS_DETAILS, CAP_NET_ADMIN, CAP_NET_ADMIN, "CAP_NET_ADMIN", "", NULL },
	{ RIGHTS_NETNS, CAP_SYS_ADMIN, CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "", NULL },
	{ RIGHTS_BPF, CAP_BPF, CAP_BPF, "CAP_BPF", "", NULL },
	{ RIGHTS_BPF, CAP_PERFMON, CAP_PERFMON, "CAP_PERFMON", "", NULL },
};
_Static_assert(ARRAY_SIZE(rights) <= RIGHTS_MAX + 2, "there is room for each that is told");

/* The three sets of this thread, as the kernel has them. */
struct caps {
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
};

/* glibc has no call of its own. */
static bool get_caps(struct caps *c)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(SYS_capget, &head, c->data) == 0;
}

static bool effective(const struct caps *c, unsigned cap)
{
	return c->data[CAP_TO_INDEX(cap)].effective & CAP_TO_MASK(cap);
}

static bool permitted(const struct caps *c, unsigned cap)
{
	return c->data[CAP_TO_INDEX(cap)].permitted & CAP_TO_MASK(cap);
}

/* ---- the environment --------------------------------------------------- */

/*
 * What makes libraries read other files, or ask other servers, than the system's. ncurses and the
 * C library heed these for root too.
 */
static const char *const unsafe[] = {
	"TERMINFO",   "TERMINFO_DIRS", "TERMCAP",      "TERMPATH",    "LOCPATH",
	"GCONV_PATH", "GETCONF_DIR",   "HOSTALIASES",  "LOCALDOMAIN", "RES_OPTIONS",
	"NLSPATH",    "TZDIR",         "MALLOC_TRACE",
};

/* What is in the environment may be that of a user who has fewer rights than we have. */
static bool is_borrowed(void)
{
	static const char *const marks[] = { "SUDO_UID", "DOAS_USER", "PKEXEC_UID" };

	for (size_t i = 0; geteuid() == 0 && i < ARRAY_SIZE(marks); i++)
		if (getenv(marks[i]) != NULL)
			return true;
	return false;
}

static void unset_prefixed(const char *prefix)
{
	const size_t len = strlen(prefix);
	size_t i = 0;

	while (environ != NULL && environ[i] != NULL) {
		const char *entry = environ[i];
		const size_t name_len = strcspn(entry, "=");
		char name[64];

		if (strncmp(entry, prefix, len) != 0 || name_len >= sizeof(name)) {
			i++;
			continue;
		}
		memcpy(name, entry, name_len);
		name[name_len] = '\0';
		if (unsetenv(name) != 0) /* else the next entry is here now */
			i++;
	}
}

void rights_begin(void)
{
	umask(S_IRWXG | S_IRWXO);
	if (!is_borrowed())
		return;
	for (size_t i = 0; i < ARRAY_SIZE(unsafe); i++)
		unsetenv(unsafe[i]);
	unset_prefixed("NCURSES_");
}

/* ---- who we are --------------------------------------------------------- */

/*
 * The kernel's own mark of it is set for a change of the security module's domain as well, which
 * gives nothing; so capabilities are looked at too. Those that were handed down, as systemd does, are
 * ambient and so inheritable.
 */
static bool has_file_caps(void)
{
	struct caps c;

	if (getauxval(AT_SECURE) == 0 || getuid() == 0 || !get_caps(&c))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(c.data); i++)
		if (c.data[i].permitted & ~c.data[i].inheritable)
			return true;
	return false;
}

int rights_check(struct err *e)
{
	if (geteuid() != getuid() || getegid() != getgid())
		return err_set(e, -EPERM,
			       "installed set-user-ID or set-group-ID, which would show "
			       "every user what all others do: use sudo");
	if (has_file_caps())
		return err_set(e, -EPERM,
			       "installed with file capabilities, which would show "
			       "every user what all others do: use sudo");
	return 0;
}

/* ---- giving up ---------------------------------------------------------- */

#ifdef HAVE_LIBCAP_NG

static void keep(unsigned cap, const char *name, struct buf *kept)
{
	capng_update(CAPNG_ADD, (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED), cap);
	buf_fmt(kept, "%s%s", kept->len > 0 ? ", " : "", name);
}

/* NULL, or why nothing was given up. */
static const char *drop_caps(unsigned uses, const struct caps *have, struct buf *kept)
{
	if (capng_get_caps_process() != 0)
		return "they cannot be asked for";
	capng_clear(CAPNG_SELECT_ALL);
	for (size_t i = 0; i < ARRAY_SIZE(rights); i++) {
		if (!(rights[i].uses & uses))
			continue;
		if (permitted(have, rights[i].cap))
			keep(rights[i].cap, rights[i].name, kept);
		else if (permitted(have, rights[i].or))
			keep(rights[i].or, rights[i].or_name, kept);
	}
	/* The bounding set takes a right of its own, and is of no use without programs to run. */
	(void)capng_apply(CAPNG_SELECT_BOUNDS);
	return capng_apply(CAPNG_SELECT_CAPS) == 0 ? NULL : "the kernel refused";
}

#else

static const char *drop_caps(unsigned uses, const struct caps *have, struct buf *kept)
{
	(void)uses;
	(void)have;
	(void)kept;
	return "built without libcap-ng";
}

#endif

/* No core file and no ptrace: the memory has what others' rights were needed for. */
static void guard_memory(void)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
}

void rights_drop(unsigned uses, struct buf *kept)
{
	struct caps have = { .data = { { 0 } } };
	bool some = !get_caps(&have);
	const char *failed;

	for (size_t i = 0; i < ARRAY_SIZE(have.data); i++)
		some |= have.data[i].permitted != 0;
	failed = some ? drop_caps(uses, &have, kept) : NULL;
	if (failed != NULL) {
		kept->len = 0;
		buf_fmt(kept, "all: %s", failed);
	} else if (kept->len == 0) {
		buf_str(kept, "none");
	}
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (some || geteuid() == 0)
		guard_memory();
}

/* ---- what is missing ----------------------------------------------------- */

bool rights_have(unsigned uses)
{
	struct caps c;

	if (!get_caps(&c))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(rights); i++)
		if ((rights[i].uses & uses) != 0 && !effective(&c, rights[i].cap) &&
		    !effective(&c, rights[i].or))
			return false;
	return true;
}

size_t rights_missing(const char *missing[RIGHTS_MAX])
{
	struct caps c;
	size_t n = 0;

	/* Without an answer nothing is said. */
	if (!get_caps(&c))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(rights); i++)
		if (rights[i].means != NULL && !effective(&c, rights[i].cap) &&
		    !effective(&c, rights[i].or))
			missing[n++] = rights[i].means;
	return n;
}
