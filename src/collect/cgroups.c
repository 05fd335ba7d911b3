/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/cgroups.h"

#include <dirent.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "sockeye/base/mem.h"

struct cgroups {
	const char *root; /* NULL: no cgroup2, or not looked for yet */
	bool looked;
	uint64_t id; /* of the last answer, 0 none */
	char *path;  /* the answer; NULL: not found */
};

static bool is_cgroup2(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && (unsigned long)fs.f_type == CGROUP2_SUPER_MAGIC;
}

static void find_root(struct cgroups *c)
{
	static const char *const usual[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

	for (size_t i = 0; c->root == NULL && i < ARRAY_SIZE(usual); i++)
		if (is_cgroup2(usual[i]))
			c->root = usual[i];
	c->looked = true;
}

struct cgroups *cgroups_new(const char *root)
{
	struct cgroups *c = xcalloc(1, sizeof(*c));

	c->root = root;
	c->looked = root != NULL;
	return c;
}

void cgroups_free(struct cgroups *c)
{
	if (c == NULL)
		return;
	free(c->path);
	free(c);
}

struct walk {
	const char *root;
	uint64_t id;
	char **dir; /* paths below the root, to be looked at */
	size_t n, room, at;
};

static void walk_add(struct walk *w, const char *above, const char *name)
{
	char path[PATH_MAX];

	if (w->n == CGROUPS_WALK ||
	    (size_t)snprintf(path, sizeof(path), "%s/%s", above, name) >= sizeof(path))
		return;
	if (w->n == w->room) {
		w->room = w->room > 0 ? w->room * 2 : 64;
		w->dir = xreallocarray(w->dir, w->room, sizeof(*w->dir));
	}
	w->dir[w->n++] = xstrdup(path);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Looks through one directory; true when the group is in it, which then is the last in w->dir. */
static bool walk_look(struct walk *w, const char *above)
{
	char path[PATH_MAX];
	struct dirent *e;
	bool found = false;
	DIR *d;

	if ((size_t)snprintf(path, sizeof(path), "%s%s", w->root, above) >= sizeof(path))
		return false;
	d = opendir(path);
	while (d != NULL && !found && (e = readdir(d)) != NULL) {
		size_t before = w->n;

		if (e->d_type != DT_DIR || is_dots(e->d_name))
			continue;
		walk_add(w, above, e->d_name);
		found = w->n > before && e->d_ino == w->id;
	}
	if (d != NULL)
		closedir(d);
	return found;
}

static bool is_it(const char *root, const char *below, uint64_t id)
{
	char path[PATH_MAX];
	struct stat st;

	return (size_t)snprintf(path, sizeof(path), "%s%s", root, below) < sizeof(path) &&
	       stat(path, &st) == 0 && st.st_ino == id;
}

static char *path_by_walk(const char *root, uint64_t id)
{
	struct walk w = { .root = root, .id = id };
	char *path = NULL;
	bool found;

	if (is_it(root, "/", id))
		return xstrdup("/");
	found = walk_look(&w, "");
	while (!found && w.at < w.n)
		found = walk_look(&w, w.dir[w.at++]);
	if (found)
		path = xstrdup(w.dir[w.n - 1]);
	for (size_t i = 0; i < w.n; i++)
		free(w.dir[i]);
	free(w.dir);
	return path;
}

const char *cgroups_path(struct cgroups *c, uint64_t id, const char *guess)
{
	if (!c->looked)
		find_root(c);
	if (c->root == NULL || id == 0)
		return NULL;
	if (c->id != id) {
		free(c->path);
		c->id = id;
		c->path = guess != NULL && guess[0] == '/' && is_it(c->root, guess, id)
				  ? xstrdup(guess)
				  : path_by_walk(c->root, id);
	}
	return c->path;
}
