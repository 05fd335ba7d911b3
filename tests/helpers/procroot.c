/* SPDX-License-Identifier: MIT */
#include "procroot.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void path_of(const struct procroot *r, const char *inner, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", r->path, inner);
}

void procroot_make(struct procroot *r)
{
	char path[128];

	strncpy(r->path, "procroot.XXXXXX", sizeof(r->path));
	if (mkdtemp(r->path) == NULL)
		die(r->path);
	path_of(r, "self", path, sizeof(path));
	if (mkdir(path, 0700) != 0)
		die(path);
	path_of(r, "self/net", path, sizeof(path));
	if (mkdir(path, 0700) != 0)
		die(path);
}

void procroot_put(const struct procroot *r, const char *name, const void *bytes, size_t len)
{
	char inner[64], path[128];
	FILE *f;

	snprintf(inner, sizeof(inner), "self/net/%s", name);
	path_of(r, inner, path, sizeof(path));
	if (bytes == NULL) {
		unlink(path);
		return;
	}
	f = fopen(path, "wb");
	if (f == NULL || fwrite(bytes, 1, len, f) != len || fclose(f) != 0)
		die(path);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

void procroot_remove(const struct procroot *r)
{
	if (nftw(r->path, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0)
		die(r->path);
}
