/* SPDX-License-Identifier: MIT */
/*
 * Drives a program by a script: one command a line, from stdin. For trying things by hand and for
 * the picture in the README. Ends with 1 at the first command that fails.
 *
 *	size ROWS COLS, type TERM, env NAME[=VALUE], log FILE, nosync	before run
 *	run COMMAND			through sh -c exec
 *	wait TEXT, gone TEXT, frames N	within LIMIT_MS
 *	keys SPEC, paste TEXT, resize ROWS COLS, signal N, hangup
 *	pump MS				lets time pass
 *	exit STATUS			the program ends with it (128+n: by signal n)
 *	text, attrs, counts		what is on the screen, what came
 *	svg FILE			a picture
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "sockeye/base/mem.h"
#include "vt.h"

#define LIMIT_MS 5000
#define ENV_MAX  32

struct drive {
	struct vt_cfg cfg;
	struct vt *vt;
	const char *env[ENV_MAX + 1];
	size_t n_env;
	char *kept[ENV_MAX + 8]; /* words that cfg points to */
	size_t n_kept;
};

static const char *keep(struct drive *d, const char *word)
{
	if (d->n_kept == ARRAY_SIZE(d->kept))
		return NULL;
	return d->kept[d->n_kept++] = xstrdup(word);
}

static bool two_numbers(const char *arg, int *a, int *b)
{
	return sscanf(arg, "%d %d", a, b) == 2;
}

static bool do_size(struct drive *d, const char *arg)
{
	return two_numbers(arg, &d->cfg.rows, &d->cfg.cols);
}

static bool do_type(struct drive *d, const char *arg)
{
	d->cfg.type = keep(d, arg);
	return d->cfg.type;
}

static bool do_env(struct drive *d, const char *arg)
{
	if (d->n_env == ENV_MAX)
		return false;
	d->env[d->n_env] = keep(d, arg);
	d->cfg.env = d->env;
	return d->env[d->n_env++];
}

static bool do_log(struct drive *d, const char *arg)
{
	d->cfg.log = keep(d, arg);
	return d->cfg.log;
}

static bool do_nosync(struct drive *d, const char *arg)
{
	(void)arg;
	d->cfg.no_sync = true;
	return true;
}

static bool do_run(struct drive *d, const char *arg)
{
	const size_t size = strlen(arg) + sizeof("exec ");
	char *command = xmalloc(size);
	char sh[] = "/bin/sh", dash_c[] = "-c";
	char *argv[] = { sh, dash_c, command, NULL };

	snprintf(command, size, "exec %s", arg);
	vt_free(d->vt);
	d->vt = vt_open(&d->cfg, argv);
	free(command);
	return true;
}

static bool do_wait(struct drive *d, const char *arg)
{
	return vt_wait_text(d->vt, arg, LIMIT_MS);
}

static bool do_gone(struct drive *d, const char *arg)
{
	return vt_wait_gone(d->vt, arg, LIMIT_MS);
}

static bool do_frames(struct drive *d, const char *arg)
{
	return vt_wait_frames(d->vt, strtoul(arg, NULL, 10), LIMIT_MS);
}

static bool do_keys(struct drive *d, const char *arg)
{
	vt_keys(d->vt, arg);
	return true;
}

static bool do_paste(struct drive *d, const char *arg)
{
	vt_paste(d->vt, arg);
	return true;
}

static bool do_resize(struct drive *d, const char *arg)
{
	int rows, cols;

	if (!two_numbers(arg, &rows, &cols))
		return false;
	vt_resize(d->vt, rows, cols);
	return true;
}

static bool do_signal(struct drive *d, const char *arg)
{
	vt_signal(d->vt, (int)strtol(arg, NULL, 10));
	return true;
}

static bool do_hangup(struct drive *d, const char *arg)
{
	(void)arg;
	vt_hangup(d->vt);
	return true;
}

static bool do_pump(struct drive *d, const char *arg)
{
	vt_pump(d->vt, (int)strtol(arg, NULL, 10));
	return true;
}

static bool do_exit(struct drive *d, const char *arg)
{
	int status;

	if (!vt_wait_exit(d->vt, LIMIT_MS, &status)) {
		fputs("still running\n", stderr);
		return false;
	}
	status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	fprintf(stderr, "ended with %d\n", status);
	return status == (int)strtol(arg, NULL, 10);
}

static bool do_text(struct drive *d, const char *arg)
{
	(void)arg;
	vt_dump_text(d->vt, stdout);
	return true;
}

static bool do_attrs(struct drive *d, const char *arg)
{
	(void)arg;
	vt_dump_attrs(d->vt, stdout);
	return true;
}

static bool do_counts(struct drive *d, const char *arg)
{
	const struct seqs_count *n = vt_seqs(d->vt);

	(void)arg;
	printf("bytes %llu text %lu control %lu c1 %lu escape %lu csi %lu osc %lu dcs %lu\n",
	       vt_bytes(d->vt), n->text, n->control, n->c1, n->escape, n->csi, n->osc, n->dcs);
	printf("colour %lu alt-screen %lu mouse %lu frames %lu clear %lu\n", n->colour,
	       n->alt_screen, n->mouse, n->frame_end, n->clear);
	printf("modes %s, alternate screen %s, paste %s\n",
	       vt_modes_restored(d->vt) ? "as found" : "changed",
	       vt_alt_screen(d->vt) ? "on" : "off", n->paste ? "on" : "off");
	return true;
}

static bool do_svg(struct drive *d, const char *arg)
{
	FILE *to = fopen(arg, "we");

	if (!to)
		return false;
	vt_dump_svg(d->vt, to);
	return fclose(to) == 0;
}

// clang-format off
static const struct {
	const char *name;
	bool (*run)(struct drive *d, const char *arg);
	bool before;	/* needs no program */
} commands[] = {
	{ "size", do_size, true },      { "type", do_type, true },      { "env", do_env, true },
	{ "log", do_log, true },        { "nosync", do_nosync, true },  { "run", do_run, true },
	{ "wait", do_wait, false },     { "gone", do_gone, false },     { "frames", do_frames, false },
	{ "keys", do_keys, false },     { "paste", do_paste, false },   { "resize", do_resize, false },
	{ "signal", do_signal, false }, { "hangup", do_hangup, false }, { "pump", do_pump, false },
	{ "exit", do_exit, false },     { "text", do_text, false },     { "attrs", do_attrs, false },
	{ "counts", do_counts, false }, { "svg", do_svg, false },
};
// clang-format on

static bool command(struct drive *d, char *line)
{
	char *arg = line + strcspn(line, " ");

	if (*arg)
		*arg++ = '\0';
	if (*line == '\0' || *line == '#')
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(line, commands[i].name) == 0)
			return (d->vt || commands[i].before) && commands[i].run(d, arg);
	return false;
}

int main(void)
{
	struct drive d = { 0 };
	char line[4096];
	unsigned n = 0;
	int status = 0;

	while (status == 0 && fgets(line, sizeof(line), stdin)) {
		n++;
		line[strcspn(line, "\n")] = '\0';
		if (!command(&d, line)) {
			fprintf(stderr, "vtdrive: line %u failed: %s\n", n, line);
			if (d.vt)
				vt_dump_text(d.vt, stderr);
			status = 1;
		}
	}
	vt_free(d.vt);
	for (size_t i = 0; i < d.n_kept; i++)
		free(d.kept[i]);
	return status;
}
