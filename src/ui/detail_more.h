/* SPDX-License-Identifier: MIT */
/* Parts of the page of a socket that only some of them have, and every number of tcp_info. */
#ifndef SOCKEYE_SRC_UI_DETAIL_MORE_H
#define SOCKEYE_SRC_UI_DETAIL_MORE_H

#include "page.h"
#include "sockeye/model/detail.h"
#include "sockeye/model/sock.h"

/* What congestion control tells of itself, TLS, the path of an MPTCP connection. */
void detail_page_more(struct page *p, unsigned term_w, const struct detail *d);
/* The fields of tcp_info or mptcp_info that this kernel has, each with what it means. */
void detail_page_numbers(struct page *p, enum proto proto, const struct detail *d);

#endif
