/* SPDX-License-Identifier: MIT */
/* drain [N]: times N (default 11) bare dumps of the present network namespace. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bare.h"

#define MAX_RUNS 1000

int main(int argc, char **argv)
{
	static int64_t wall[MAX_RUNS], cpu[MAX_RUNS];
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 11;
	uint32_t sockets;
	int fd = bare_open();

	if (n == 0 || n > MAX_RUNS) {
		fputs("usage: drain [N]\n", stderr);
		return 2;
	}
	/* The first one also tells the kernel how large our buffer is. */
	if (fd < 0 || bare_dump(fd, &sockets) < 0) {
		fprintf(stderr, "drain: %s\n", strerror(errno));
		return 1;
	}
	for (unsigned long i = 0; i < n; i++) {
		int64_t from = clock_ns(), cpu_from = clock_cpu_ns();

		if (bare_dump(fd, NULL) < 0) {
			fprintf(stderr, "drain: %s\n", strerror(errno));
			return 1;
		}
		wall[i] = clock_ns() - from;
		cpu[i] = clock_cpu_ns() - cpu_from;
	}
	printf("sockets=%u wall_ns=%lld cpu_ns=%lld\n", sockets,
	       (long long)median(wall, (unsigned)n), (long long)median(cpu, (unsigned)n));
	return 0;
}
