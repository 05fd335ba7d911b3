/* SPDX-License-Identifier: MIT */
/* Families of sockets in the interface: by a key, by a filter, and their pages. */
#include <string.h>

#include "drive.h"
#include "test.h"

#define SAMPLE                                                               \
	"sample 1795167064123\n"                                             \
	"sock tcp LISTEN 0.0.0.0:80 - ino 1\n"                               \
	"sock unix LISTEN \"/run/\\e[2Jx\" - ino 10 type stream\n"           \
	"sock unix ESTABLISHED \"/run/\\e[2Jx\" 12 ino 11 type stream\n"     \
	"sock unix ESTABLISHED - 11 ino 12 type stream\n"                    \
	"sock netlink CLOSE rtnl:4242 - ino 13 type raw\n"                   \
	"source sctp absent \"this kernel does not tell of such sockets\"\n" \
	"proc 900 server\nhold 900 3 10\nhold 900 4 11\nproc 901 client\nhold 901 3 12\n"

static void start(struct drive *d, const char *keys)
{
	drive_open(d, 100, 30, TEXT_ASCII, "");
	drive_sample(d, SAMPLE);
	drive_keys(d, keys);
}

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

static void test_app_families_come_by_a_key(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "");
	check_has(&d, " 1 sockets");
	check_has_not(&d, " UNIX ");
	drive_keys(&d, "X");
	check_has(&d, "UNIX sockets as well");
	drive_sample(&d, SAMPLE);
	check_has(&d, " UNIX            3");
	check_has(&d, "client[901]");
	check_has_not(&d, "netlink");
	drive_keys(&d, "X");
	drive_sample(&d, SAMPLE);
	check_has(&d, " netlink         1");
	/* that most kernels lack some of them is no alarm */
	check_has(&d, " SCTP            0");
	check_has_not(&d, "! sctp");
	drive_keys(&d, "X");
	drive_sample(&d, SAMPLE);
	check_has_not(&d, " UNIX ");
	check_has(&d, " 1 sockets");
	drive_close(&d);
}

static void test_app_families_come_by_a_filter(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "f p r o t o = u n i x Enter");
	drive_sample(&d, SAMPLE);
	check_has(&d, " UNIX            3");
	check_has(&d, "server[900]");
	drive_close(&d);
}

static void test_app_families_have_pages(void **state)
{
	struct drive d;

	(void)state;
	start(&d, "X");
	drive_sample(&d, SAMPLE);
	/* the row of UNIX is the last of the states */
	drive_keys(&d, "1 End Enter");
	check_has(&d, "proto = unix");
	check_has(&d, "/run/\\e[2Jx");
	drive_keys(&d, "e");
	check_has(&d, "only states of TCP are explained");
	drive_keys(&d, "Enter");
	check_has(&d, "UNIX stream ESTABLISHED");
	check_has(&d, "the other end, inode 1");
	drive_close(&d);
}

/* Its TCP socket is part of the MPTCP one, and still the one that is told of. */
static void test_app_families_keep_listeners_of_mptcp(void **state)
{
	static const char sample[] = "sample 1795167064123\n"
				     "sock tcp LISTEN 0.0.0.0:8443 - ino 1\n"
				     "sock mptcp LISTEN 0.0.0.0:8443 - ino 1\n"
				     "proc 900 server\nhold 900 3 1\n";
	struct drive d;

	(void)state;
	drive_open(&d, 100, 30, TEXT_ASCII, "");
	drive_sample(&d, sample);
	drive_keys(&d, "X X");
	drive_sample(&d, sample);
	check_has(&d, " LISTEN          0");
	check_has(&d, " MPTCP           1");
	drive_keys(&d, "L");
	check_has(&d, "0.0.0.0:8443");
	drive_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_app_families_come_by_a_key),
		cmocka_unit_test(test_app_families_come_by_a_filter),
		cmocka_unit_test(test_app_families_have_pages),
		cmocka_unit_test(test_app_families_keep_listeners_of_mptcp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
