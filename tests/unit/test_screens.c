/* SPDX-License-Identifier: MIT */
/* Every screen at every size, against goldens; and what must hold on any of them. */
#include "test.h"

#include <string.h>

#include "drive.h"
#include "fake.h"
#include "sockeye/base/mem.h"

/* The build says where the goldens are; a run by hand starts at the top of the tree. */
static const char *golden_dir(struct buf *path)
{
	const char *srcdir = getenv("srcdir");

	buf_fmt(path, "%s/tests/golden/screen", srcdir != NULL ? srcdir : ".");
	return path->s;
}

/* ---- a busy web server, twice, two seconds apart ---- */

#define FIRST_MS 1795167064123

/* The minute before, a step of the trends at a time: what is there grows towards now. */
#define STEPS   8
#define STEP_MS 6000

static void add_sockets(struct buf *b, int64_t when_ms, bool later)
{
	buf_fmt(b, "sample %lld\n", (long long)when_ms);
	buf_fmt(b,
		"sock tcp ESTABLISHED 10.4.0.7:8080 10.4.1.17:20000 ino 1000 uid 998 rq 70 times %d\n",
		later ? 490 : 471);
	buf_fmt(b,
		"sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:30000 ino 2000 uid 998 rq 1 times %d\n",
		later ? 115 : 77);
	buf_str(b, "sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.18:30000 ino 3000 rq 3812 times 3\n");
	buf_str(b,
		"sock tcp ESTABLISHED 10.4.0.7:443 203.0.113.9:2000 family inet6 ino 4000 uid 33 times 200\n");
	buf_fmt(b, "sock tcp SYN_RECV 10.4.0.7:443 203.0.113.77:3000 family inet6 times %d\n",
		later ? 512 : 411);
	buf_fmt(b, "sock tcp TIME_WAIT 10.4.0.7:443 198.51.100.23:3000 family inet6 times %d\n",
		later ? 148 : 160);
	buf_str(b, "sock tcp FIN_WAIT2 10.4.0.7:443 198.51.100.24:3000 times 4\n");
	buf_str(b, "sock tcp LAST_ACK 10.4.0.7:8080 10.4.1.17:60000 times 2\n");
	buf_str(b, "sock tcp LISTEN 0.0.0.0:8080 - ino 50 uid 998 rq 0 sq 100\n");
	buf_str(b, "sock tcp LISTEN [::]:443 - ino 51 uid 33 rq 129 sq 128\n");
	buf_str(b, "sock tcp ESTABLISHED [2001:db8:40::7]:443 [2001:db8:40:1:2:3:4:1f]:44300 "
		   "ino 52 sq 1300000\n");
	buf_str(b, "sock udp CLOSE 127.0.0.53:53 - ino 53\n");
	buf_str(b, "sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.99:1 ino 54\n");
	for (int i = 1; i <= 30; i++)
		buf_fmt(b, "sock tcp ESTABLISHED 10.4.0.7:5432 10.5.0.%d:4000 ino %d uid 26\n", i,
			9000 + i);
	if (later)
		buf_str(b, "sock tcp ESTABLISHED 10.4.0.7:22 192.0.2.77:4000 ino 55\n");
}

static void add_processes(struct buf *b, bool later)
{
	buf_str(b, "proc 612 systemd-resolve uid 101\nhold 612 12 53\n");
	buf_str(b,
		"proc 901 nginx uid 33\nhold 901 6 51\nhold 901 9 52\nhold 901 10 4000 times 200\n");
	buf_str(b, "proc 902 nginx uid 33\nhold 902 6 51\n");
	buf_fmt(b, "proc 2211 java uid 998\nhold 2211 7 50\nhold 2211 100 1000 times %d\n",
		later ? 490 : 471);
	buf_fmt(b, "hold 2211 800 2000 times %d\nhold 2211 950 3000 times 3\n", later ? 115 : 77);
	buf_str(b, "proc 4410 b\\xff\\e[1m uid 1000\nhold 4410 3 54\n");
	for (int i = 1; i <= 15; i++)
		buf_fmt(b, "proc %d postgres uid 26\nhold %d 8 %d times 2\n", 5000 + i, 5000 + i,
			9000 + 2 * i - 1);
	if (later)
		buf_str(b, "proc 6000 sshd uid 0\nhold 6000 4 55\n");
	buf_str(b, "user 0 root\nuser 26 postgres\nuser 33 www-data\nuser 101 systemd-resolve\n"
		   "user 998 tomcat\n");
}

static void add_counters(struct buf *b, bool later)
{
	buf_fmt(b, "counter ListenDrops %d\n", later ? 182 : 100);
	buf_fmt(b, "counter SyncookiesSent %d\n", later ? 202 : 10);
	buf_fmt(b, "counter RetransSegs %d\n", later ? 1024 : 1000);
	buf_str(b, "counter EstabResets 5\ncounter TCPTimeWaitOverflow 0\n");
	buf_fmt(b, "counter RcvbufErrors %d\n", later ? 1 : 0);
	buf_str(b, "cost 4120 1240 2810 3900 1187 63\n");
}

static char *make_sample(int64_t when_ms, bool later)
{
	struct buf b = { 0 };

	add_sockets(&b, when_ms, later);
	add_processes(&b, later);
	add_counters(&b, later);
	return b.s;
}

static void open_server(struct drive *d, int w, int h, enum text_set set)
{
	char *first = make_sample(FIRST_MS, false), *second = make_sample(FIRST_MS + 2000, true);

	drive_open(d, w, h, set, "");
	for (int step = 0; step < STEPS; step++) {
		struct buf b = { 0 };

		buf_fmt(&b, "sample %lld\n", FIRST_MS - (STEPS - step) * (long long)STEP_MS);
		buf_fmt(&b,
			"sock tcp SYN_RECV 10.4.0.7:443 203.0.113.77:3000 family inet6 times %d\n",
			step * step * 8 + 1);
		buf_str(&b, "sock tcp LISTEN 0.0.0.0:8080 - ino 50 uid 998 rq 0 sq 100\n");
		buf_fmt(&b, "sock tcp CLOSE_WAIT 10.4.0.7:8080 10.4.1.17:30000 ino 2000 times %d\n",
			5 + step * 9);
		buf_str(&b, "proc 2211 java uid 998\nhold 2211 7 50\n");
		buf_fmt(&b, "hold 2211 800 2000 times %d\n", 5 + step * 9);
		drive_sample(d, b.s);
		buf_free(&b);
	}
	drive_sample(d, first);
	drive_sample(d, second);
	free(first);
	free(second);
}

/* ---- a host with a container in a namespace of its own, and one beside a service ---- */

#define ID_REST "9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081"

static const char containers[] =
	"netns 4026531840 host own\n"
	"sock tcp LISTEN 0.0.0.0:80 - ino 1 sq 128\n"
	"sock tcp ESTABLISHED 10.4.0.7:80 10.4.1.17:20000 ino 100 rq 70 times 40\n"
	"netns 4026532001 blue\n"
	"sock tcp LISTEN 0.0.0.0:80 - ino 2 sq 128\n"
	"sock tcp CLOSE_WAIT 10.4.0.7:80 10.4.1.17:20000 ino 300 rq 1 times 1200\n"
	"sock tcp SYN_RECV 10.4.0.7:80 10.4.1.18:20000 times 3\n"
	"netns 4026532002 \"e\\e[2Jvil \\xe4\\xb8\\x80\"\n"
	"sock udp CLOSE 0.0.0.0:53 - ino 4\n"
	"sock udp CLOSE 0.0.0.0:54 - ino 5\n"
	"proc 612 nginx cgroup /system.slice/nginx.service\nhold 612 3 1\n"
	"hold 612 4 100 times 40\n"
	"proc 700 web cgroup /docker/3f4e5a6b7c8d" ID_REST
	"\nhold 700 3 2\nhold 700 4 300 times 1200\n"
	"proc 800 dns cgroup /machine.slice/machine-db\\x5cx2d1.scope\nhold 800 3 4\n"
	"proc 900 dns cgroup /system.slice/dns.service\nhold 900 3 5\n";

static void open_containers(struct drive *d, int w, int h, enum text_set set)
{
	drive_open(d, w, h, set, "");
	drive_sample(d, containers);
	drive_sample(d, containers);
}

/* ---- what holds on any screen ---- */

static bool row_has(const struct canvas *c, int y, uint32_t ch)
{
	for (int x = 0; x < c->w; x++)
		if (canvas_at(c, x, y)->ch == ch)
			return true;
	return false;
}

static bool row_has_role(const struct canvas *c, int y, enum role role)
{
	for (int x = 0; x < c->w; x++)
		if (canvas_at(c, x, y)->role == role)
			return true;
	return false;
}

static void check_cells(const struct canvas *c, enum text_set set)
{
	for (int y = 0; y < c->h; y++)
		for (int x = 0; x < c->w; x++) {
			const struct cell *cell = canvas_at(c, x, y);

			assert_true(cell->role < ROLE_COUNT);
			assert_true(cell->width == 1 || (cell->width == 2 && x + 1 < c->w) ||
				    (cell->width == 0 && x > 0 && cell[-1].width == 2));
			if (cell->width > 0)
				assert_int_equal(text_width(cell->ch), cell->width);
			if (set == TEXT_ASCII)
				assert_in_range(cell->ch, ' ', '~');
		}
}

static void check_marks(const struct canvas *c)
{
	for (int y = 0; y < c->h; y++)
		if (row_has_role(c, y, ROLE_WARN) || row_has_role(c, y, ROLE_CRIT))
			if (!row_has(c, y, '!'))
				fail_msg("row %d is coloured and has no mark", y);
}

/* On the row that keys act on, or in the line that is typed. */
static void check_cursor(const struct canvas *c)
{
	if (c->cursor_x < 0)
		return;
	assert_in_range(c->cursor_x, 0, c->w - 1);
	assert_in_range(c->cursor_y, 0, c->h - 1);
	if (canvas_at(c, 0, c->cursor_y)->ch == 'F' &&
	    canvas_at(c, 0, c->cursor_y)->role == ROLE_LABEL)
		return;
	assert_int_equal(canvas_at(c, c->cursor_x, c->cursor_y)->ch, '>');
	assert_int_equal(canvas_at(c, c->cursor_x, c->cursor_y)->role, ROLE_CURSOR);
}

static void check_screen(struct drive *d, enum text_set set)
{
	drive_screen(d);
	check_cells(&d->canvas, set);
	check_marks(&d->canvas);
	check_cursor(&d->canvas);
}

static unsigned count_sort_marks(const struct canvas *c)
{
	unsigned n = 0;

	for (int y = 0; y < c->h; y++)
		for (int x = 0; x < c->w; x++)
			n += canvas_at(c, x, y)->ch == 0x25b2 || canvas_at(c, x, y)->ch == 0x25bc;
	return n;
}

/* ---- goldens ---- */

static const struct {
	int w, h;
} sizes[] = { { 200, 50 }, { 120, 40 }, { 80, 24 }, { 60, 20 }, { 40, 10 }, { 20, 5 }, { 1, 1 } };

static void check_goldens_of(void (*open)(struct drive *d, int w, int h, enum text_set set),
			     const char *screen, const char *keys)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (int ascii = 0; ascii <= 1; ascii++) {
			enum text_set set = ascii ? TEXT_ASCII : TEXT_UTF8;
			struct buf name = { 0 }, dir = { 0 };
			struct drive d;

			buf_fmt(&name, "%s-%dx%d-%s", screen, sizes[i].w, sizes[i].h,
				ascii ? "ascii" : "utf8");
			open(&d, sizes[i].w, sizes[i].h, set);
			drive_keys(&d, keys);
			check_screen(&d, set);
			wrong +=
				!drive_golden(golden_dir(&dir), name.s, drive_screen_and_roles(&d));
			drive_close(&d);
			buf_free(&name);
			buf_free(&dir);
		}
	if (wrong > 0)
		fail_msg("%u screens differ; %s=1 takes them over", wrong, DRIVE_UPDATE);
}

static void check_goldens(const char *screen, const char *keys)
{
	check_goldens_of(open_server, screen, keys);
}

static void test_screens_overview(void **state)
{
	(void)state;
	check_goldens("overview", "");
}

static void test_screens_pinned(void **state)
{
	(void)state;
	check_goldens("pinned", "1 j j j j j j Space 2");
}

static void test_screens_states(void **state)
{
	(void)state;
	check_goldens("states", "1 j j j j j j");
}

static void test_screens_sockets(void **state)
{
	(void)state;
	check_goldens("sockets", "1 j j j j j j Enter s s s s j j");
}

static void test_screens_programs(void **state)
{
	(void)state;
	check_goldens("programs", "u");
}

static void test_screens_users(void **state)
{
	(void)state;
	check_goldens("users", "u u");
}

static void test_screens_listeners(void **state)
{
	(void)state;
	check_goldens("listeners", "L");
}

static void test_screens_listener_sockets(void **state)
{
	(void)state;
	check_goldens("listener-sockets", "L Enter");
}

static void test_screens_namespaces(void **state)
{
	(void)state;
	check_goldens_of(open_containers, "namespaces", "C");
}

static void test_screens_containers(void **state)
{
	(void)state;
	check_goldens_of(open_containers, "containers", "C C");
}

static void test_screens_status(void **state)
{
	(void)state;
	check_goldens("status", "I");
}

static void test_screens_find(void **state)
{
	(void)state;
	check_goldens("find", "/ n g i n x [");
}

static void test_screens_find_nothing(void **state)
{
	(void)state;
	check_goldens("find-nothing", "Enter / X Y");
}

static void test_screens_filter(void **state)
{
	(void)state;
	check_goldens("filter", "f s t a t e Space e s t a b l i s h e d Space");
}

static void test_screens_filter_completing(void **state)
{
	(void)state;
	check_goldens("filter-completing", "f c o m m Space = Space Tab Tab");
}

static void test_screens_filter_error(void **state)
{
	(void)state;
	check_goldens("filter-error",
		      "1 Space f C-u d p o r t = 4 4 3 Space a n d Space s t a t Space c l o s e");
}

static void test_screens_ss(void **state)
{
	(void)state;
	check_goldens("ss", "1 j j j j j j ! 3 Space Y");
}

static void test_screens_columns(void **state)
{
	(void)state;
	check_goldens("columns", "Enter c j Space j j > >");
}

static void test_screens_columns_chosen(void **state)
{
	(void)state;
	check_goldens("columns-chosen",
		      "Enter c j Space G Space < < < < < < < < < < < < < < < Enter");
}

static void test_screens_zoom(void **state)
{
	(void)state;
	check_goldens("zoom", "3 z");
}

static void test_screens_state_explained(void **state)
{
	(void)state;
	check_goldens("explained", "1 j j j j j j e");
}

static void test_screens_finding_explained(void **state)
{
	(void)state;
	check_goldens("finding", "3 e");
}

static void test_screens_socket(void **state)
{
	(void)state;
	check_goldens("socket", "1 j j j j j j Enter s s s s Enter");
}

static void test_screens_flood(void **state)
{
	(void)state;
	check_goldens("flood", "d");
}

static void test_screens_lines_to_copy(void **state)
{
	(void)state;
	check_goldens("copy", "d y");
}

static void test_screens_help(void **state)
{
	(void)state;
	check_goldens("help", "?");
}

/* ---- properties ---- */

static void test_screens_have_one_sort_mark_a_pane(void **state)
{
	static const struct {
		int w, h;
		const char *keys;
		unsigned marks;
	} cases[] = {
		{ 80, 24, "", 2 },          { 200, 50, "s s s", 2 },  { 80, 24, "3 s S", 2 },
		{ 60, 20, "2", 1 },         { 60, 20, "1", 0 },       { 40, 10, "3 s s", 1 },
		{ 80, 24, "Enter", 1 },     { 80, 24, "Enter S", 1 }, { 120, 40, "Enter > > >", 1 },
		{ 80, 24, "u", 2 },         { 200, 50, "u u s", 2 },  { 80, 24, "L", 1 },
		{ 200, 50, "L s s", 1 },    { 80, 24, "L Enter", 1 }, { 40, 10, "Enter", 1 },
		{ 80, 24, "1 Space s", 2 }, { 20, 5, "2", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct drive d;

		open_server(&d, cases[i].w, cases[i].h, TEXT_UTF8);
		drive_keys(&d, cases[i].keys);
		drive_screen(&d);
		if (count_sort_marks(&d.canvas) != cases[i].marks)
			fail_msg("\"%s\" at %dx%d:\n%s", cases[i].keys, cases[i].w, cases[i].h,
				 d.screen.s);
		drive_close(&d);
	}
}

/* At every size, each screen draws, and from 40x8 on the cursor is there to see. */
static void test_screens_hold_at_every_size(void **state)
{
	static const char *const keys[] = {
		"",
		"1 G",
		"Enter G",
		"u",
		"u u G",
		"L G",
		"C G",
		"C C G",
		"?",
		"I",
		"/ [ _",
		"Enter c G",
		"3 z G",
		"d G",
		"f c o m m Space = Space Tab",
		"Enter f s t a t Space x",
		"Space Y",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		struct drive d;

		(keys[i][0] == 'C' ? open_containers : open_server)(&d, 80, 24, TEXT_UTF8);
		drive_keys(&d, keys[i]);
		for (int h = 1; h <= 40; h += h < 16 ? 1 : 7)
			for (int w = 1; w <= 240; w += w < 130 ? 1 : 13) {
				drive_resize(&d, w, h);
				check_screen(&d, TEXT_UTF8);
				if (w >= 40 && h >= 8 && strpbrk(keys[i], "?IY") == NULL)
					assert_true(d.canvas.cursor_x >= 0);
			}
		drive_close(&d);
	}
}

/* The same for pages, which have no cursor: scrolled to their end, and wherever keys lead from there. */
static void test_screens_pages_hold_at_every_size(void **state)
{
	static const char *const keys[] = {
		"e",   "1 e G", "e Right Right Right G", "Enter Enter", "Enter Enter G n e",
		"d e", "d y",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		struct drive d;

		open_server(&d, 80, 24, TEXT_UTF8);
		drive_keys(&d, keys[i]);
		for (int h = 1; h <= 40; h += h < 16 ? 1 : 7)
			for (int w = 1; w <= 240; w += w < 130 ? 3 : 13) {
				drive_resize(&d, w, h);
				check_screen(&d, TEXT_UTF8);
			}
		drive_close(&d);
	}
}

/* No number is cut: with figures of every length, each row's figures are whole or left out. */
static void test_screens_never_cut_a_number(void **state)
{
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_UTF8, "");
	drive_sample(&d, "sock tcp ESTABLISHED 10.0.0.1:65535 255.255.255.255:65535 ino 4294967295 "
			 "uid 4294967295 rq 4294967295 sq 4294967295\n"
			 "proc 4194304 123456789012345\nhold 4194304 2147483647 4294967295\n");
	for (int w = 40; w < 260; w++) {
		drive_resize(&d, w, 24);
		drive_keys(&d, "2 Enter");
		drive_screen(&d);
		assert_non_null(strstr(d.screen.s, "255.255.255.255:65535"));
		if (strstr(d.screen.s, "Process") != NULL)
			assert_non_null(strstr(d.screen.s, "[4194304]"));
		for (const char *p = d.screen.s; (p = strstr(p, "429496")) != NULL; p++)
			assert_memory_equal(p, "4294967295", 10);
		drive_keys(&d, "Esc");
	}
	drive_close(&d);
}

/* What is wide or combines in a name moves none of the figures behind it. */
static void test_screens_names_of_any_width_keep_the_columns(void **state)
{
	static const char *const names[] = {
		"plain",
		"\xe4\xb8\x80\xe4\xba\x8c\xe4\xb8\x89",
		"e\xcc\x81o\xcc\x88\xcc\x81x",
		"\xe4\xb8\x80\xe4\xba\x8c\xe4\xb8\x89\xe5\x9b\x9b\xe4\xba\x94",
	};
	static const char *const keys[] = { "", "u" };

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
		for (int set = TEXT_UTF8; set <= TEXT_ASCII; set++) {
			struct buf b = { 0 };
			struct drive d;

			for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
				buf_fmt(&b,
					"sock tcp ESTABLISHED 10.0.0.1:80 10.0.0.2:%u ino %u times 7777\n"
					"proc %u %s\nhold %u 3 %u times 7777\n",
					1000 + i * 10000, 1 + i * 10000, 1 + i, names[i], 1 + i,
					1 + i * 10000);
			drive_open(&d, 80, 24, (enum text_set)set, "");
			drive_sample(&d, b.s);
			drive_keys(&d, keys[k]);
			check_screen(&d, (enum text_set)set);
			for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
				/* "7,777" ends where the head of the column does. */
				assert_int_equal(canvas_at(&d.canvas, 51, 4 + (int)i)->ch, '7');
				assert_int_equal(canvas_at(&d.canvas, 47, 4 + (int)i)->ch, '7');
				assert_int_equal(canvas_at(&d.canvas, 46, 4 + (int)i)->ch, ' ');
			}
			drive_close(&d);
			buf_free(&b);
		}
}

/* ---- the monkey ---- */

static struct key random_key(uint64_t *rng)
{
	static const uint32_t likely[] = {
		'j',          'k',        'g',       'G',          ' ',         ' ',
		'1',          '2',        '3',       's',          'S',         '<',
		'>',          'p',        'i',       '?',          'x',         'q',
		'L',          'I',        '/',       'n',          'N',         'F',
		'c',          'z',        KEYC_LEFT, KEYC_RIGHT,   'e',         'e',
		'd',          'a',        'y',       'W',          'e',         KEYC_ENTER,
		'f',          'f',        '!',       'Y',          'C',         'C',
		'u',          KEYC_ENTER, 'u',       KEYC_ENTER,   KEYC_ENTER,  KEYC_ESC,
		KEYC_ESC,     KEYC_TAB,   KEYC_UP,   KEYC_DOWN,    KEYC_PGUP,   KEYC_PGDN,
		KEYC_HOME,    KEYC_END,   KEYC_F1,   KEYC_BACKTAB, KEYC_DELETE, KEYC_BACKSPACE,
		KEYC_UNKNOWN, 0x202e,
	};
	uint64_t n = test_random(rng);

	if (n % 20 == 1)
		return key_of_mouse((struct mouse){ (enum mouse_did)(n >> 8 & 3) % 3,
						    (int)(n >> 10 & 127), (int)(n >> 17 & 31) });
	if (n % 20 == 0)
		return (struct key){ (uint32_t)(n >> 8) % (KEYC_UNKNOWN + 1) };
	return (struct key){ likely[(n >> 8) % ARRAY_SIZE(likely)] };
}

static void random_sample(struct drive *d, uint64_t *rng, int64_t turn)
{
	struct buf b = { 0 };

	buf_fmt(&b, "sample %lld\n", FIRST_MS + (long long)turn * 2000);
	for (uint64_t i = test_random(rng) % 40; i > 0; i--)
		buf_fmt(&b, "sock tcp %s 10.0.0.1:80 10.0.%u.%u:%u ino %u rq %u\n",
			test_random(rng) % 2 ? "ESTABLISHED" : "CLOSE_WAIT",
			(unsigned)(test_random(rng) % 2), (unsigned)(test_random(rng) % 6),
			(unsigned)(1000 + i), (unsigned)(1 + i),
			(unsigned)(test_random(rng) % 3 * 70000));
	for (unsigned pid = 1; pid < 1 + test_random(rng) % 8; pid++)
		buf_fmt(&b, "proc %u p\\xe4\\xb8\\x80%u\nhold %u 3 %u times 5\n", pid, pid, pid,
			(unsigned)(1 + test_random(rng) % 40));
	if (test_random(rng) % 4 == 0)
		buf_str(&b, "source owners partial half\nunfound not-permitted\n");
	drive_sample_only(d, b.s);
	buf_free(&b);
}

#define MONKEY_TURNS 10000

static void test_screens_survive_a_monkey(void **state)
{
	uint64_t rng = test_seed();
	struct err trouble = { .code = -1, .msg = "trouble\x1b" };
	struct drive d;

	(void)state;
	drive_open(&d, 80, 24, TEXT_ASCII, "sport = :80");
	for (int turn = 0; turn < MONKEY_TURNS; turn++) {
		unsigned what = (unsigned)(test_random(&rng) % 40);

		if (what == 0)
			drive_resize(&d, (int)(test_random(&rng) % 130),
				     (int)(test_random(&rng) % 45));
		else if (what < 4)
			random_sample(&d, &rng, turn);
		else if (what == 4)
			app_trouble(d.app, test_random(&rng) % 2 ? &trouble : NULL);
		else if (what < 8)
			drive_wait(&d, (int64_t)(test_random(&rng) % 9000));
		else if (what < 14)
			app_work(d.app);
		else
			app_key(d.app, random_key(&rng), d.now_ms);
		assert_true(app_wake_ms(d.app) >= d.now_ms);
		check_screen(&d, TEXT_ASCII);
	}
	drive_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screens_overview),
		cmocka_unit_test(test_screens_pinned),
		cmocka_unit_test(test_screens_states),
		cmocka_unit_test(test_screens_sockets),
		cmocka_unit_test(test_screens_programs),
		cmocka_unit_test(test_screens_users),
		cmocka_unit_test(test_screens_listeners),
		cmocka_unit_test(test_screens_listener_sockets),
		cmocka_unit_test(test_screens_namespaces),
		cmocka_unit_test(test_screens_containers),
		cmocka_unit_test(test_screens_status),
		cmocka_unit_test(test_screens_find),
		cmocka_unit_test(test_screens_find_nothing),
		cmocka_unit_test(test_screens_filter),
		cmocka_unit_test(test_screens_filter_completing),
		cmocka_unit_test(test_screens_filter_error),
		cmocka_unit_test(test_screens_ss),
		cmocka_unit_test(test_screens_columns),
		cmocka_unit_test(test_screens_columns_chosen),
		cmocka_unit_test(test_screens_zoom),
		cmocka_unit_test(test_screens_state_explained),
		cmocka_unit_test(test_screens_finding_explained),
		cmocka_unit_test(test_screens_socket),
		cmocka_unit_test(test_screens_flood),
		cmocka_unit_test(test_screens_lines_to_copy),
		cmocka_unit_test(test_screens_help),
		cmocka_unit_test(test_screens_have_one_sort_mark_a_pane),
		cmocka_unit_test(test_screens_hold_at_every_size),
		cmocka_unit_test(test_screens_pages_hold_at_every_size),
		cmocka_unit_test(test_screens_never_cut_a_number),
		cmocka_unit_test(test_screens_names_of_any_width_keep_the_columns),
		cmocka_unit_test(test_screens_survive_a_monkey),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
