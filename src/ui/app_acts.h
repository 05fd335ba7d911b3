/* SPDX-License-Identifier: MIT */
/* What keys do, beyond app_keys.c. */
#ifndef SOCKEYE_SRC_UI_APP_ACTS_H
#define SOCKEYE_SRC_UI_APP_ACTS_H

#include "sockeye/ui/action.h"
#include "sockeye/ui/app.h"

struct pane;

void app_act_find(struct app *a);
void app_act_find_next(struct app *a);
void app_act_find_prev(struct app *a);
void app_act_filter(struct app *a);
void app_act_ss(struct app *a);
void app_act_columns(struct app *a);
void app_act_rates(struct app *a);
void app_act_prefixes(struct app *a);
void app_act_own(struct app *a);
void app_act_families(struct app *a);
/* Shows these as well, if none of them is: a filter is about them. */
void app_families_for(struct app *a, unsigned protos);
void app_act_names(struct app *a);
void app_act_scroll_left(struct app *a);
void app_act_scroll_right(struct app *a);

/* A key at the prompt. False: it does nothing there. */
bool app_prompt_key(struct app *a, struct key k);
/* The same at the prompt of the filter. */
bool app_filter_key(struct app *a, struct key k);
/* A key on the page that shows the filter as a command. */
void app_ss_key(struct app *a, struct key k);
/* An action in the choice of columns. False: it is not one of those. */
bool app_columns_act(struct app *a, enum action act);

void app_act_explain(struct app *a);
void app_act_detail(struct app *a);
/* The next length of the prefixes of the flood view. */
void app_flood_prefixes(struct app *a);
void app_act_copy(struct app *a);
/* A key while lines to be copied have the screen. */
void app_copy_key(struct app *a, struct key k);
/* An action on the page that is open. False: it is not one of those of pages. */
bool app_page_act(struct app *a, enum action act);

void app_act_mouse(struct app *a);
/* What the mouse did. True: it is as if this key had been pressed. */
bool app_mouse(struct app *a, struct mouse m, struct key *k);

/* One slice of a search that runs. */
void app_find_work(struct app *a);
/* The search to its end: a key is meant for what it finds. */
void app_find_await(struct app *a);

#endif
