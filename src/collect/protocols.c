/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/protocols.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "cursor.h"
#include "sockeye/collect/netfile.h"

static bool begins(const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);

	return len >= n && memcmp(line, name, n) == 0;
}

/* "XDP       1088      0      -1 ...": name, size, sockets. A line that has no number counts many. */
static uint32_t count_of(const char *line, size_t len)
{
	struct cursor c = { .at = line, .end = line + len };
	uint32_t size, n;

	return skip_word(&c) && read_dec(&c, &size) && read_dec(&c, &n) ? n : UINT32_MAX;
}

int protocols_has(const char *root, const char *name, uint64_t *sockets)
{
	bool found = false, complete = false;
	struct netfile f;
	uint64_t n = 0;
	const char *line;
	size_t len;
	int rc = netfile_open(&f, root, "protocols");

	if (rc != 0)
		return rc;
	while ((rc = netfile_line(&f, &line, &len)) > 0) {
		complete |= begins(line, len, "TCP ");
		if (!begins(line, len, name))
			continue;
		found = true;
		n += count_of(line, len);
	}
	netfile_close(&f);
	if (rc < 0)
		return rc;
	if (sockets != NULL)
		*sockets = n;
	return found ? 1 : complete ? 0 : -ENODATA;
}
