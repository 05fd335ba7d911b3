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

#include "sockeye/base/index.h"
#include "sockeye/base/mem.h"
#include "sockeye/collect/clock.h"

/* Groups come and go with their containers; beyond so many that are known all is forgotten. */
#define GROUPS_MAX (2 * CGROUPS_WALK)
/* After a walk there is none for so long, or for so many times as it took. */
#define CALM_NS    NS_PER_SEC
#define CALM_TIMES 20

struct group {
	uint64_t id;
	char *path; /* NULL: looked for and not found, which stays so, as numbers are given once */
};

struct cgroups {
	const char *root; /* NULL: no cgroup2, or not looked for yet */
	bool looked;
	struct index ix; /* rows of group */
	struct group *group;
	uint32_t n, room;
	int64_t calm_until_ns; /* CLOCK_MONOTONIC */
	char *guessed;
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
	index_init(&c->ix);
	return c;
}

static void forget(struct cgroups *c)
{
	for (uint32_t i = 0; i < c->n; i++)
		free(c->group[i].path);
	c->n = 0;
	index_release(&c->ix);
}

void cgroups_free(struct cgroups *c)
{
	if (c == NULL)
		return;
	forget(c);
	free(c->group);
	free(c->guessed);
	index_free(&c->ix);
	free(c);
}

/* ---- the table -------------------------------------------------------- */

static uint64_t hash_group(const struct index *ix, const void *ctx, uint32_t row)
{
	const struct group *group = ctx;

	return index_hash(ix, group[row].id);
}

static uint32_t find(const struct cgroups *c, uint64_t id, uint32_t *at)
{
	uint32_t row;

	for (*at = index_first(&c->ix, index_hash(&c->ix, id));
	     (row = index_row(&c->ix, *at)) != IDX_NONE; *at = index_next(&c->ix, *at))
		if (c->group[row].id == id)
			break;
	return row;
}

/* Takes path. Its row, or IDX_NONE without memory. */
static uint32_t put(struct cgroups *c, uint64_t id, char *path)
{
	uint32_t at, row;

	if (index_full(&c->ix) && index_grow(&c->ix, hash_group, c->group) != 0) {
		free(path);
		return IDX_NONE;
	}
	row = find(c, id, &at);
	if (row == IDX_NONE) {
		if (c->n == c->room) {
			c->room = c->room > 0 ? c->room * 2 : 64;
			c->group = xreallocarray(c->group, c->room, sizeof(*c->group));
		}
		row = c->n++;
		c->group[row] = (struct group){ .id = id };
		index_put(&c->ix, at, row);
	}
	free(c->group[row].path);
	c->group[row].path = path;
	return row;
}

/* ---- the tree --------------------------------------------------------- */

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* The rows of groups that are to be looked through, in the order in which they were found. */
struct walk {
	uint32_t *row;
	uint32_t n, room;
};

static void walk_add(struct walk *w, uint32_t row)
{
	if (w->n == w->room) {
		w->room = w->room > 0 ? w->room * 2 : 64;
		w->row = xreallocarray(w->row, w->room, sizeof(*w->row));
	}
	w->row[w->n++] = row;
}

/* Adds the groups in one directory, whose path below the root is above: "" for the root. */
static void look(struct cgroups *c, struct walk *w, const char *above)
{
	char path[PATH_MAX], below[PATH_MAX];
	struct dirent *e;
	DIR *d;

	if ((size_t)snprintf(path, sizeof(path), "%s%s", c->root, above) >= sizeof(path))
		return;
	d = opendir(path);
	while (d != NULL && w->n < CGROUPS_WALK && (e = readdir(d)) != NULL) {
		uint32_t row;

		if (e->d_type != DT_DIR || is_dots(e->d_name))
			continue;
		if ((size_t)snprintf(below, sizeof(below), "%s/%s", above, e->d_name) >=
		    sizeof(below))
			continue;
		row = put(c, e->d_ino, xstrdup(below));
		if (row != IDX_NONE)
			walk_add(w, row);
	}
	if (d != NULL)
		closedir(d);
}

static void walk_tree(struct cgroups *c)
{
	int64_t begin_ns = clock_ns(CLOCK_MONOTONIC), took_ns;
	struct walk w = { .n = 0 };
	struct stat st;

	if (c->n > GROUPS_MAX)
		forget(c);
	if (stat(c->root, &st) == 0)
		(void)put(c, st.st_ino, xstrdup("/"));
	look(c, &w, "");
	for (uint32_t i = 0; i < w.n; i++) {
		char above[PATH_MAX];

		/* What is looked at moves while more is added. */
		snprintf(above, sizeof(above), "%s", c->group[w.row[i]].path);
		look(c, &w, above);
	}
	free(w.row);
	took_ns = clock_ns(CLOCK_MONOTONIC) - begin_ns;
	c->calm_until_ns = begin_ns + took_ns + CALM_NS + took_ns * CALM_TIMES;
}

/*
 * A group above the root of our namespace begins with "/..", which would be a place outside of the
 * tree, where a file system may not answer.
 */
static bool is_it(const char *root, const char *below, uint64_t id)
{
	char path[PATH_MAX];
	struct stat st;

	return strncmp(below, "/..", 3) != 0 &&
	       (size_t)snprintf(path, sizeof(path), "%s%s", root, below) < sizeof(path) &&
	       stat(path, &st) == 0 && st.st_ino == id;
}

const char *cgroups_path(struct cgroups *c, uint64_t id, const char *guess)
{
	uint32_t at, row;

	if (!c->looked)
		find_root(c);
	if (c->root == NULL || id == 0)
		return NULL;
	row = find(c, id, &at);
	if (row == IDX_NONE && guess != NULL && guess[0] == '/' && is_it(c->root, guess, id)) {
		free(c->guessed);
		return c->guessed = xstrdup(guess);
	}
	if (row == IDX_NONE && clock_ns(CLOCK_MONOTONIC) >= c->calm_until_ns) {
		walk_tree(c);
		row = find(c, id, &at);
		if (row == IDX_NONE)
			row = put(c, id, NULL);
	}
	return row != IDX_NONE ? c->group[row].path : NULL;
}
