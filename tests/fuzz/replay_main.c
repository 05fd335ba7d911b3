/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target over files, and over all files of directories, that are given as arguments.
 * Without arguments: over its corpus, $srcdir/tests/fuzz/corpus/NAME for a program fuzz_NAME.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#define PREFIX "fuzz_"

static void fail(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	exit(1);
}

static void replay_file(const char *path, size_t size)
{
	/* Exactly as large as the input: a sanitizer sees a read past its end. */
	uint8_t *data = malloc(size ? size : 1);
	FILE *f = fopen(path, "rb");

	if (!data || !f || fread(data, 1, size, f) != size)
		fail(path);
	fclose(f);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Returns how many files there were. */
static unsigned replay(const char *path)
{
	struct dirent **entry;
	unsigned files = 0;
	struct stat st;
	int count;

	if (stat(path, &st) < 0)
		fail(path);
	if (!S_ISDIR(st.st_mode)) {
		replay_file(path, (size_t)st.st_size);
		return 1;
	}
	count = scandir(path, &entry, visible, alphasort);
	if (count < 0)
		fail(path);
	for (int i = 0; i < count; i++) {
		char inner[PATH_MAX];

		snprintf(inner, sizeof(inner), "%s/%s", path, entry[i]->d_name);
		files += replay(inner);
		free(entry[i]);
	}
	free(entry);
	return files;
}

static unsigned replay_corpus(const char *program)
{
	const char *srcdir = getenv("srcdir"), *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;
	char path[PATH_MAX];

	if (!strncmp(name, PREFIX, strlen(PREFIX)))
		name += strlen(PREFIX);
	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", name);
	return replay(path);
}

int main(int argc, char **argv)
{
	unsigned files = 0;

	for (int i = 1; i < argc; i++)
		files += replay(argv[i]);
	if (argc == 1)
		files = replay_corpus(argv[0]);
	printf("%u inputs\n", files);
	return files ? 0 : 1;
}
