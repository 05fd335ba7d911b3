/* SPDX-License-Identifier: MIT */
/* Names in the interface: for what is shown, when they are there, and only if somebody wants them. */
#include "test.h"

#include <string.h>

#include "drive.h"
#include "fake.h"

#define SOCKS                                                                       \
	"sock tcp LISTEN 0.0.0.0:443 - ino 1\n"                                     \
	"sock tcp ESTABLISHED 10.4.0.7:443 10.4.1.1:1000 ino 10 times 300\n"        \
	"sock tcp ESTABLISHED 10.4.0.7:443 10.4.1.2:1000 ino 1000 times 200\n"      \
	"sock tcp ESTABLISHED 10.4.0.7:443 [2001:db8::5]:1000 ino 2000 times 100\n" \
	"proc 7 nginx\nhold 7 3 1\nhold 7 4 10 times 300\n"

/* Knows one host, once it was asked and has had time, and one service. */
struct known {
	unsigned asked, of_host;
	bool there;
};

static struct str host(void *priv, const struct addr *a)
{
	const struct known *k = priv;
	struct addr one = addr_v4((const uint8_t[]){ 10, 4, 1, 1 });

	return k->there && addr_equal(a, &one) ? (struct str){ "web-01.example", 14 }
					       : (struct str){ "", 0 };
}

static struct str service(void *priv, unsigned proto, uint16_t port)
{
	(void)priv;
	return proto == PROTO_TCP && port == 443 ? (struct str){ "https", 5 }
						 : (struct str){ "", 0 };
}

static void ask(void *priv, const struct addr *a)
{
	struct known *k = priv;
	struct addr one = addr_v4((const uint8_t[]){ 10, 4, 1, 1 });

	k->asked++;
	k->of_host += addr_equal(a, &one);
}

static const struct namer_ops ops = { .host = host, .service = service, .ask = ask };

static void check_has(struct drive *d, const char *text)
{
	if (strstr(drive_screen(d), text) == NULL)
		fail_msg("\"%s\" is not on the screen:\n%s", text, d->screen.s);
}

static void check_has_not(struct drive *d, const char *text)
{
	if (strstr(drive_screen(d), text) != NULL)
		fail_msg("\"%s\" is on the screen:\n%s", text, d->screen.s);
}

static void start(struct drive *d, const struct namer *n)
{
	const struct app_cfg cfg = {
		.select = { .protos = 1u << PROTO_TCP | 1u << PROTO_UDP, .v4 = true, .v6 = true },
		.prefs = { .interval_ms = 2000 },
		.max_percent = 10,
		.namer = n,
		.set = TEXT_UTF8,
		.utc = true,
	};

	drive_open(d, 120, 40, TEXT_UTF8, "");
	app_free(d->app);
	d->app = app_new(&cfg);
	drive_resize(d, 120, 40);
	drive_sample(d, SOCKS);
}

static void test_names_are_off_until_they_are_asked_for(void **state)
{
	struct known k = { .there = true };
	const struct namer n = { &ops, &k };
	struct drive d;

	(void)state;
	start(&d, &n);
	drive_screen(&d);
	app_ask_names(d.app);
	assert_int_equal(k.asked, 0);
	check_has(&d, "10.4.1.1 ");
	check_has_not(&d, "web-01");
	drive_keys(&d, "r");
	check_has(&d, "web-01.example");
	check_has(&d, "10.4.1.2 ");
	drive_keys(&d, "r");
	check_has(&d, "10.4.1.1 ");
	check_has_not(&d, "web-01");
	drive_close(&d);
}

/* The address is shown until its name is there, and those rows are asked for that are shown. */
static void test_names_of_what_is_shown(void **state)
{
	struct known k = { .there = false };
	const struct namer n = { &ops, &k };
	struct drive d;

	(void)state;
	start(&d, &n);
	drive_keys(&d, "r");
	check_has(&d, "10.4.1.1 ");
	assert_int_equal(k.asked, 0);
	app_ask_names(d.app);
	/* The three rows of the pane of remotes; no other has addresses. */
	assert_int_equal(k.asked, 3);
	assert_int_equal(k.of_host, 1);
	k.there = true;
	check_has(&d, "web-01.example");
	/* A list of 601: both ends of as many as there are lines. */
	drive_keys(&d, "2 Enter");
	k.asked = 0;
	app_ask_names(d.app);
	assert_in_range(k.asked, 20, 80);
	check_has(&d, "web-01.example:1000");
	check_has(&d, ":https");
	/* Looking through all rows asks for none. */
	k.asked = 0;
	drive_keys(&d, "/ 1 2 9 9 Enter");
	assert_int_equal(k.asked, 0);
	drive_close(&d);
}

static void test_names_of_listeners(void **state)
{
	struct known k = { .there = true };
	const struct namer n = { &ops, &k };
	struct drive d;

	(void)state;
	start(&d, &n);
	drive_keys(&d, "L r");
	check_has(&d, "0.0.0.0:https");
	drive_close(&d);
}

/* The page of a socket keeps the numbers: names are said besides, where there are any. */
static void test_names_of_one_socket(void **state)
{
	struct known k = { .there = true };
	const struct namer n = { &ops, &k };
	struct drive d;

	(void)state;
	start(&d, &n);
	drive_resize(&d, 80, 24);
	drive_keys(&d, "3 Enter Enter");
	check_has(&d, "10.4.0.7:443  \xe2\x86\x90  10.4.1.1:1000");
	check_has_not(&d, "web-01");
	drive_keys(&d, "r");
	check_has(&d, "10.4.0.7:443  \xe2\x86\x90  10.4.1.1:1000");
	check_has(&d, "10.4.0.7:https  \xe2\x86\x90  web-01.example:1000");
	drive_keys(&d, "p r");
	check_has_not(&d, "web-01");
	drive_keys(&d, "r");
	check_has(&d, "web-01.example:1000");
	drive_close(&d);
}

static void test_names_of_nobody(void **state)
{
	struct drive d;

	(void)state;
	start(&d, NULL);
	drive_keys(&d, "r");
	check_has(&d, "nobody to ask for names");
	app_ask_names(d.app);
	drive_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_off_until_they_are_asked_for),
		cmocka_unit_test(test_names_of_what_is_shown),
		cmocka_unit_test(test_names_of_listeners),
		cmocka_unit_test(test_names_of_one_socket),
		cmocka_unit_test(test_names_of_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
