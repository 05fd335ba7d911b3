/* SPDX-License-Identifier: MIT */
/* Details of sockets by name, for fixtures: what the kernel might have told. */
#ifndef SOCKEYE_TESTS_FAKE_DETAIL_H
#define SOCKEYE_TESTS_FAKE_DETAIL_H

#include <stdbool.h>

#include "sockeye/model/detail.h"

/*
 * "full": of a long connection with all that Linux 6.18 tells; "old": of Linux 3.2; "bbr", "dctcp",
 * "fallback", "vegas", "tls", "subflow", "listen", "udp"; "hostile": names that are none. False for
 * another name.
 */
bool fake_detail(const char *name, struct detail *d);
/* The path of its control group. */
const char *fake_detail_path(const char *name);

#endif
