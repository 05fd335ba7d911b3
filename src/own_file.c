/* SPDX-License-Identifier: MIT */
#include "own_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIR_NAME "sockeye"

#define READ_FLAGS (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
#define DIR_FLAGS  (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* A path from the root: anything else would be looked for in the working directory. */
static const char *absolute(const char *variable)
{
	const char *path = secure_getenv(variable);

	return path != NULL && *path == '/' ? path : NULL;
}

bool own_dir(const char *variable, const char *below_home, struct buf *out, const char **why)
{
	const char *dir = absolute(variable), *home = absolute("HOME");

	if (dir != NULL)
		buf_str(out, dir);
	else if (home != NULL)
		buf_fmt(out, "%s/%s", home, below_home);
	else
		*why = "HOME names no directory";
	return dir != NULL || home != NULL;
}

/* ---- reading ------------------------------------------------------------ */

/* Why what is open here is not to be believed, or NULL. */
static const char *distrust(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "it is not a regular file";
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return "it belongs to another user";
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return "others may write to it";
	if (st.st_size > OWN_FILE_MAX)
		return "it is larger than 1 MiB";
	return NULL;
}

static const char *open_failure(int code)
{
	return code == ELOOP ? "it is a symbolic link" : strerror(code);
}

/* It may grow meanwhile: then it is cut off, and the line that is cut is most likely wrong. */
static int read_file(int fd, struct buf *text, struct err *e)
{
	char chunk[4096];
	ssize_t n = 1;

	while (n > 0 && text->len <= OWN_FILE_MAX) {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0)
			buf_add(text, chunk, (size_t)n);
		else if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			return err_set(e, -errno, "%s", strerror(errno));
	}
	if (text->len > OWN_FILE_MAX)
		return err_set(e, -EFBIG, "it is larger than 1 MiB");
	return 0;
}

/*
 * No file, or none that could be seen: behind a directory that this user may not enter, as another
 * user's home after su or setpriv, nothing is ours.
 */
static bool is_missing(const char *path, int error)
{
	struct stat st;

	return error == ENOENT || error == ENOTDIR ||
	       (error == EACCES && lstat(path, &st) != 0 && errno == EACCES);
}

int own_read(const char *dir, const char *name, struct buf *text, struct err *e)
{
	struct buf path = { .s = NULL };
	const char *why;
	int fd, rc = 0;

	err_set(e, 0, "%s", "");
	buf_fmt(&path, "%s/" DIR_NAME "/%s", dir, name);
	fd = open(path.s, READ_FLAGS);
	if (fd < 0) {
		int error = errno;

		if (!is_missing(path.s, error))
			rc = err_set(e, -EPERM, "%s", open_failure(error));
		goto out;
	}
	why = distrust(fd);
	if (why != NULL)
		rc = err_set(e, -EPERM, "%s", why);
	else
		rc = read_file(fd, text, e);
	close(fd);
out:
	buf_free(&path);
	return rc;
}

/* ---- writing ------------------------------------------------------------ */

static int fail(struct err *e, const char *what)
{
	int code = errno;

	return err_set(e, -code, "%s: %s", what, strerror(code));
}

static bool is_ours(int dir)
{
	struct stat st;

	return fstat(dir, &st) == 0 && st.st_uid == geteuid() &&
	       !(st.st_mode & (S_IWGRP | S_IWOTH));
}

/* Opens a directory in one that is open, and makes it first if it is missing. */
static int enter(int parent, const char *name, int flags, struct err *e)
{
	int fd = openat(parent, name, DIR_FLAGS | flags);

	if (fd >= 0 || errno != ENOENT)
		return fd >= 0 ? fd : fail(e, name);
	if (!is_ours(parent))
		return err_set(e, -EPERM,
			       "%s: the directory for it belongs to another user, or others may "
			       "write to it",
			       name);
	if (mkdirat(parent, name, S_IRWXU) != 0 && errno != EEXIST)
		return fail(e, name);
	fd = openat(parent, name, DIR_FLAGS | flags);
	return fd >= 0 ? fd : fail(e, name);
}

/* The last so many parts of the path may be missing. */
static int enter_path(const char *dir, unsigned missing, struct err *e)
{
	struct buf parent = { .s = NULL };
	const char *name = strrchr(dir, '/') + 1;
	int fd = open(dir, DIR_FLAGS), around;

	if (fd >= 0 || errno != ENOENT || *name == '\0' || missing == 0)
		return fd >= 0 ? fd : fail(e, dir);
	/* The root keeps its slash. */
	buf_add(&parent, dir, name - dir > 1 ? (size_t)(name - dir) - 1 : 1);
	around = enter_path(parent.s, missing - 1, e);
	fd = around >= 0 ? enter(around, name, 0, e) : around;
	if (around >= 0)
		close(around);
	buf_free(&parent);
	return fd;
}

/* What we would not read we do not replace either: it is not what the user takes it for. */
static int check_old(int dir, const char *name, struct err *e)
{
	int fd = openat(dir, name, READ_FLAGS);
	const char *why;

	if (fd < 0 && errno == ENOENT)
		return 0;
	why = fd >= 0 ? distrust(fd) : open_failure(errno);
	if (fd >= 0)
		close(fd);
	return why != NULL ? err_set(e, -EPERM, "%s is not replaced: %s", name, why) : 0;
}

static int write_all(int fd, const struct buf *text)
{
	for (size_t at = 0; at < text->len;) {
		ssize_t n = write(fd, text->s + at, text->len - at);

		if (n < 0 && errno != EINTR)
			return -1;
		at += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* A file of that name can only be ours, from a run that ended in the middle. */
static int create(int dir, const char *name)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir, name, flags, S_IRUSR | S_IWUSR);

	if (fd >= 0 || errno != EEXIST)
		return fd;
	unlinkat(dir, name, 0);
	return openat(dir, name, flags, S_IRUSR | S_IWUSR);
}

static int replace(int dir, const char *name, const struct buf *text, struct err *e)
{
	char temporary[OWN_NAME_MAX + 16];
	int fd, rc = 0;

	snprintf(temporary, sizeof(temporary), "%s.%d", name, (int)getpid());
	fd = create(dir, temporary);
	if (fd < 0)
		return fail(e, name);
	if (write_all(fd, text) != 0 || fsync(fd) != 0)
		rc = fail(e, name);
	if (close(fd) != 0 && rc == 0)
		rc = fail(e, name);
	if (rc == 0 && renameat(dir, temporary, dir, name) != 0)
		rc = fail(e, name);
	if (rc != 0)
		unlinkat(dir, temporary, 0);
	else
		fsync(dir); /* the name; without it the old file may come back after a crash */
	return rc;
}

int own_save(const char *dir, unsigned missing, const char *name, const struct buf *text,
	     struct err *e)
{
	int around = enter_path(dir, missing, e), ours, rc;

	if (around < 0)
		return around;
	ours = enter(around, DIR_NAME, O_NOFOLLOW, e);
	close(around);
	if (ours < 0)
		return ours;
	rc = is_ours(ours)
		     ? check_old(ours, name, e)
		     : err_set(e, -EPERM, "%s belongs to another user, or others may write to it",
			       DIR_NAME);
	if (rc == 0)
		rc = replace(ours, name, text, e);
	close(ours);
	return rc;
}
