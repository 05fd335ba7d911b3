/* SPDX-License-Identifier: MIT */
#include "kernel.h"

#include <stdlib.h>
#include <sys/utsname.h>

bool kernel_since(unsigned major, unsigned minor)
{
	struct utsname u;
	unsigned long first, second;
	char *dot;

	if (uname(&u) != 0)
		return false;
	first = strtoul(u.release, &dot, 10);
	second = *dot == '.' ? strtoul(dot + 1, NULL, 10) : 0;
	return first > major || (first == major && second >= minor);
}
