/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <dirent.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ARGS_MAX 8

const char *const *program_environment(const char *fixture, const char *more)
{
	static const char name[] = "SOCKEYE_FAKE=";
	static char text[512];
	static const char *env[3];
	const char *srcdir = getenv("srcdir");

	snprintf(text, sizeof(text), "%s%s/tests/fixtures/e2e/%s", name, srcdir ? srcdir : ".",
		 fixture);
	if (access(text + sizeof(name) - 1, R_OK) < 0)
		fail_msg("srcdir is not set right: there is no %s", text + sizeof(name) - 1);
	env[0] = text;
	env[1] = more;
	return env;
}

struct vt *program_start(struct vt_cfg cfg, const char *fixture, const char *more,
			 const char *const *args)
{
	static const char *const usual[] = { "-d", "0.2", NULL };
	char words[ARGS_MAX][64] = { PROGRAM };
	char *argv[ARGS_MAX + 1] = { words[0] };

	for (size_t i = 0; i < ARGS_MAX - 1 && (args ? args : usual)[i]; i++) {
		snprintf(words[i + 1], sizeof(words[0]), "%s", (args ? args : usual)[i]);
		argv[i + 1] = words[i + 1];
	}
	cfg.env = program_environment(fixture, more);
	return vt_open(&cfg, argv);
}

struct vt *program_start_web(struct vt_cfg cfg)
{
	struct vt *v = program_start(cfg, "web.fake", NULL, NULL);

	program_wait_first_screen(v);
	return v;
}

void program_wait_first_screen(struct vt *v)
{
	assert_true(vt_wait_text(v, "CLOSE_WAIT     45", LIMIT_MS));
	assert_true(vt_wait_text(v, "java[2211]", LIMIT_MS));
}

static bool has_footer(struct vt *v, const void *ctx)
{
	int row, col;

	(void)ctx;
	return vt_find(v, "e why", &row, &col) && row == vt_rows(v) - 1;
}

void program_wait_footer(struct vt *v)
{
	assert_true(vt_wait(v, has_footer, NULL, LIMIT_MS));
}

void program_quit(struct vt *v)
{
	vt_keys(v, "q");
	assert_int_equal(tty_exit_status(v), 0);
	tty_assert_as_found(v);
	vt_free(v);
}

unsigned long program_wakeups(pid_t pid)
{
	char path[300], line[256];
	unsigned long sum = 0, n;
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	assert_non_null(dir);
	while ((d = readdir(dir))) {
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/task/%s/status", (int)pid, d->d_name);
		f = d->d_name[0] == '.' ? NULL : fopen(path, "re");
		while (f && fgets(line, sizeof(line), f))
			if (sscanf(line, "voluntary_ctxt_switches: %lu", &n) == 1)
				sum += n;
		if (f)
			fclose(f);
	}
	closedir(dir);
	return sum;
}

long program_memory(pid_t pid, const char *name)
{
	const size_t len = strlen(name);
	char path[64], line[256];
	long kb = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, name, len) == 0 && line[len] == ':')
			kb = strtol(line + len + 1, NULL, 10);
	fclose(f);
	return kb;
}

int64_t program_cpu_ms(pid_t pid)
{
	struct timespec used;
	clockid_t clock;

	assert_int_equal(clock_getcpuclockid(pid, &clock), 0);
	assert_int_equal(clock_gettime(clock, &used), 0);
	return used.tv_sec * 1000 + used.tv_nsec / 1000000;
}
