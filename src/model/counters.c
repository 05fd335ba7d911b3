/* SPDX-License-Identifier: MIT */
#include "sockeye/model/counters.h"

const struct counter_info counter_table[CTR_COUNT] = {
#define COUNTER(id, file_, prefix_, key_, gauge_, title_, help_) \
	[CTR_##id] = { .file = (file_),                          \
		       .prefix = (prefix_),                      \
		       .key = (key_),                            \
		       .title = (title_),                        \
		       .help = (help_),                          \
		       .gauge = (gauge_) },
#include "sockeye/model/counters.def"
};
