/* SPDX-License-Identifier: MIT */
#include "drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "sockeye/base/mem.h"

#define INTERVAL_MS 2000

void drive_open(struct drive *d, int w, int h, enum text_set set, const char *filter)
{
	static const char *const rights[] = { "CAP_SYS_PTRACE: descriptors cannot be looked into" };
	const struct app_cfg cfg = {
		.select = { .protos = 1u << PROTO_TCP | 1u << PROTO_UDP, .v4 = true, .v6 = true },
		.filter_text = filter,
		.host = "web-07",
		.prefs = { .interval_ms = INTERVAL_MS },
		.max_percent = 10,
		.facts = { .version = "1.2.3",
			   .kernel = "6.8.0-web\x1b[31m",
			   .rights = rights,
			   .n_rights = 1,
			   .kept = "CAP_DAC_READ_SEARCH, CAP_NET_ADMIN",
			   .sandbox = "on" },
		.set = set,
		.utc = true,
	};

	*d = (struct drive){ .pool = snap_pool_new(), .now_ms = 1000, .interval_ms = INTERVAL_MS };
	d->app = app_new(&cfg);
	canvas_init(&d->canvas);
	drive_resize(d, w, h);
}

void drive_close(struct drive *d)
{
	app_free(d->app);
	canvas_free(&d->canvas);
	snap_unref(d->last);
	snap_pool_free(d->pool);
	buf_free(&d->screen);
}

void drive_work(struct drive *d)
{
	while (app_busy(d->app))
		app_work(d->app);
}

void drive_wait(struct drive *d, int64_t ms)
{
	d->now_ms += ms;
	app_tick(d->app, d->now_ms);
}

void drive_sample_only(struct drive *d, const char *fixture)
{
	const struct snap *s = fake_snap(fixture, d->pool, d->last);

	const struct app_self self = { .mono_ns = s->mono_ns,
				       .cpu_ns = s->mono_ns / 250,
				       .rss_bytes = 12345678 };

	app_self(d->app, &self);
	app_snap(d->app, s);
	snap_unref(d->last);
	d->last = s;
	drive_wait(d, d->interval_ms);
}

void drive_sample(struct drive *d, const char *fixture)
{
	drive_sample_only(d, fixture);
	drive_work(d);
}

void drive_keys_only(struct drive *d, const char *keys)
{
	while (*keys != '\0') {
		size_t len = strcspn(keys, " ");
		char *name = xmemdup(keys, len);
		struct key k;

		if (!key_parse(name, &k)) {
			fprintf(stderr, "no key is called \"%s\"\n", name);
			abort();
		}
		app_key(d->app, k, d->now_ms);
		free(name);
		keys += len + strspn(keys + len, " ");
	}
}

void drive_keys(struct drive *d, const char *keys)
{
	drive_keys_only(d, keys);
	drive_work(d);
}

void drive_resize(struct drive *d, int w, int h)
{
	canvas_resize(&d->canvas, w, h);
	app_resize(d->app, w, h);
	drive_work(d);
}

const char *drive_screen(struct drive *d)
{
	app_draw(d->app, &d->canvas);
	buf_reset(&d->screen);
	canvas_text(&d->canvas, &d->screen);
	return d->screen.s;
}

const char *drive_screen_and_roles(struct drive *d)
{
	drive_screen(d);
	buf_str(&d->screen, "--\n");
	canvas_roles(&d->canvas, &d->screen);
	return d->screen.s;
}

/* ---- goldens ---- */

static bool read_all(const char *path, struct buf *out)
{
	FILE *in = fopen(path, "r");
	char piece[4096];
	size_t len;

	buf_str(out, "");
	if (in == NULL)
		return false;
	while ((len = fread(piece, 1, sizeof(piece), in)) > 0)
		buf_add(out, piece, len);
	fclose(in);
	return true;
}

static bool write_all(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");
	bool fine = out != NULL && fputs(text, out) >= 0;

	if (out != NULL && fclose(out) != 0)
		fine = false;
	if (!fine)
		perror(path);
	return fine;
}

bool drive_golden(const char *dir, const char *name, const char *text)
{
	struct buf path = { 0 }, expected = { 0 };
	bool same;

	buf_fmt(&path, "%s/%s.txt", dir, name);
	if (getenv(DRIVE_UPDATE) != NULL) {
		same = write_all(path.s, text);
	} else {
		same = read_all(path.s, &expected) && strcmp(expected.s, text) == 0;
		if (!same)
			fprintf(stderr, "%s\n---- expected ----\n%s---- got ----\n%s", path.s,
				expected.s, text);
	}
	buf_free(&path);
	buf_free(&expected);
	return same;
}
