/* SPDX-License-Identifier: MIT */
/* Explanations as pages: foreign text cleaned, lists numbered, figures in columns. */
#ifndef SOCKEYE_SRC_UI_EXPLAIN_PAGE_H
#define SOCKEYE_SRC_UI_EXPLAIN_PAGE_H

#include "page.h"
#include "sockeye/insight/explain.h"

/* Appends it to the page. */
void explain_page(struct page *p, const struct explanation *x, enum text_set set);

#endif
