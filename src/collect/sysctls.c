/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/sysctls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sockeye/base/mem.h"
#include "sockeye/collect/clock.h"

/* More than any file of these holds: three numbers of 64 bits. */
#define TEXT_SIZE 128

/* What moves by itself: read with each sample where it is there at all. */
static const enum sysctl_id moving[] = { SYS_CONNTRACK_COUNT };

/* The file of a setting: its name with slashes for the dots. */
static int open_setting(const char *root, const char *name)
{
	char path[PATH_MAX];
	int at = snprintf(path, sizeof(path), "%s/sys/", root != NULL ? root : "/proc");

	if (at < 0 || (size_t)at + strlen(name) >= sizeof(path))
		return -ENAMETOOLONG;
	for (char *p = path + at;; p++, name++) {
		*p = *name == '.' ? '/' : *name;
		if (*name == '\0')
			break;
	}
	at = open(path, O_RDONLY | O_CLOEXEC);
	return at < 0 ? -errno : at;
}

/* False when there is no such number in the text, which is NUL-terminated. */
static bool parse_field(const char *text, unsigned field, int64_t *value)
{
	for (;;) {
		char *end;

		errno = 0;
		*value = strtoll(text, &end, 10);
		if (end == text || errno != 0)
			return false;
		if (field-- == 0)
			return true;
		text = end;
	}
}

static void read_setting(struct sysctls *s, enum sysctl_id id, const char *root)
{
	const struct sysctl_info *info = &sysctl_table[id];
	char text[TEXT_SIZE];
	int fd = open_setting(root, info->name);
	ssize_t len;

	s->known[id] = false;
	if (fd < 0)
		return;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	s->known[id] = parse_field(text, info->field, &s->value[id]);
	if (!s->known[id])
		s->value[id] = 0;
}

void sysctls_read(struct sysctls_kept *k, struct snap_builder *b, const char *root, int64_t now_ns)
{
	if (k->until_ns == 0 || now_ns >= k->until_ns) {
		for (unsigned id = 0; id < SYS_COUNT; id++)
			read_setting(&k->values, (enum sysctl_id)id, root);
		k->until_ns = now_ns + SYSCTLS_PERIOD_S * NS_PER_SEC;
	} else {
		for (size_t i = 0; i < ARRAY_SIZE(moving); i++)
			if (k->values.known[moving[i]])
				read_setting(&k->values, moving[i], root);
	}
	*snap_sysctls(b) = k->values;
}
