/* SPDX-License-Identifier: MIT */
#include "rights.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sockeye/base/mem.h"

/*
 * Of another user's process, listing /proc/PID/fd takes the first and reading its links the second
 * (proc_fd_permission() and ptrace_may_access() of the kernel).
 */
static const struct {
	unsigned cap, or ; /* either will do */
	const char *means;
} rights[] = {
	{ CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE,
	  "CAP_DAC_READ_SEARCH: descriptors of other users' processes cannot be listed" },
	{ CAP_SYS_PTRACE, CAP_SYS_PTRACE,
	  "CAP_SYS_PTRACE: descriptors of other users' processes cannot be looked into" },
};
_Static_assert(ARRAY_SIZE(rights) <= RIGHTS_MAX, "there is room for each");

static bool has(const struct __user_cap_data_struct *data, unsigned cap)
{
	return data[CAP_TO_INDEX(cap)].effective & CAP_TO_MASK(cap);
}

size_t rights_missing(const char *missing[RIGHTS_MAX])
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	size_t n = 0;

	/* glibc has no call of its own. Without an answer nothing is said. */
	if (syscall(SYS_capget, &head, data) != 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(rights); i++)
		if (!has(data, rights[i].cap) && !has(data, rights[i].or))
			missing[n++] = rights[i].means;
	return n;
}
