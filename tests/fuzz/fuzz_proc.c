/* SPDX-License-Identifier: MIT */
/*
 * Files of /proc but for the tables of sockets: who a process is, its limits, the kernel's counters and
 * settings. The first byte says which; the rest is its text.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fdtable.h"
#include "sockeye/collect/counters.h"

#define PID 77

static const char *const files[] = { "stat",     "limits",       "net/netstat",
				     "net/snmp", "net/sockstat", "net/sockstat6" };

#define FILES (sizeof(files) / sizeof(files[0]))

static struct {
	char path[64];
	int fd[FILES];
	struct procfs proc;
} root;

static void remove_root(void)
{
	char path[128];

	for (size_t i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), "%s/77/%s", root.path, files[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/self", root.path);
	unlink(path);
	snprintf(path, sizeof(path), "%s/77/net", root.path);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/77", root.path);
	rmdir(path);
	rmdir(root.path);
	procfs_close(&root.proc);
}

static void make_root(void)
{
	char path[128];

	/* In memory, if that may be: a file system on a disk is not made for this. */
	snprintf(root.path, sizeof(root.path), "/dev/shm/fuzz_proc.XXXXXX");
	if (mkdtemp(root.path) == NULL) {
		snprintf(root.path, sizeof(root.path), "/tmp/fuzz_proc.XXXXXX");
		REQUIRE(mkdtemp(root.path) != NULL);
	}
	snprintf(path, sizeof(path), "%s/77", root.path);
	REQUIRE(mkdir(path, 0700) == 0);
	snprintf(path, sizeof(path), "%s/77/net", root.path);
	REQUIRE(mkdir(path, 0700) == 0);
	snprintf(path, sizeof(path), "%s/self", root.path);
	REQUIRE(symlink("77", path) == 0);
	for (size_t i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), "%s/77/%s", root.path, files[i]);
		root.fd[i] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		REQUIRE(root.fd[i] >= 0);
	}
	REQUIRE(procfs_open(&root.proc, root.path) == 0);
	REQUIRE(root.proc.self == PID);
	atexit(remove_root);
}

static void read_process(size_t len)
{
	struct fdtable *t = fdtable_new(PID, PID, 1);
	int rc = fdtable_name(&root.proc, t, 1);

	REQUIRE(rc == 0 || rc == -ESRCH);
	REQUIRE(t->comm_len <= COMM_SIZE && t->comm_len <= len);
	fdtable_limit(&root.proc, t, 1);
	fdtable_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t which = size > 0 ? data[0] % FILES : 0, len = size > 0 ? size - 1 : 0;
	struct counters c;

	if (root.path[0] == '\0')
		make_root();
	REQUIRE(ftruncate(root.fd[which], 0) == 0);
	REQUIRE(len == 0 || pwrite(root.fd[which], data + 1, len, 0) == (ssize_t)len);
	if (which < 2)
		read_process(which == 0 ? len : SIZE_MAX);
	else
		counters_fill(&c, root.path);
	REQUIRE(ftruncate(root.fd[which], 0) == 0);
	return 0;
}
