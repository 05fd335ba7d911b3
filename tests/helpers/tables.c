/* SPDX-License-Identifier: MIT */
/*
 * Prints the tables that the manual, the help and the completions are held to (check-docs.sh): one
 * entry a line, its kind first, the columns separated by tabs.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sockeye/base/mem.h"
#include "sockeye/insight/findings.h"
#include "sockeye/model/counters.h"
#include "sockeye/model/field.h"
#include "sockeye/model/names.h"
#include "sockeye/screen/theme.h"
#include "sockeye/ui/keymap.h"
#include "sockeye/view/view.h"

static void print_options(void)
{
	static const struct {
		char brief;
		const char *name, *arg, *help;
	} options[] = {
#define OPTION(id, brief, name, arg, help) { brief, name, arg, help },
#include "sockeye/options.def"
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		char brief[] = { options[i].brief ? options[i].brief : '-', '\0' };

		printf("option\t%s\t%s\t%s\t%s\n", brief, options[i].name ? options[i].name : "-",
		       options[i].arg ? options[i].arg : "-", options[i].help);
	}
}

static void print_settings(void)
{
#define SETTING(id, name, value, help) printf("setting\t%s\t%s\t%s\n", name, value, help);
#include "sockeye/settings.def"
	for (unsigned r = 0; r < ROLE_COUNT; r++)
		printf("role\t%s\n", role_name((enum role)r));
}

static void print_names(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(state_life); i++) {
		unsigned st = state_life[i];

		printf("state\t%s\t%s\t%s\n", state_name(st), state_word(st), state_help(st));
	}
	for (unsigned why = WHY_OWNED + 1; why < WHY_COUNT; why++)
		printf("why\t%s\t%s\t%s\n", why_name(why), why_title(why), why_help(why));
}

static void print_columns(void)
{
	for (unsigned by = 0; by < BY_COUNT; by++)
		printf("by\t%s\n", by_name((enum by)by));
	for (unsigned c = 0; c < COL_STATE; c++) {
		const struct column_info *info = column_info((enum column)c);

		printf("column\t%s\t%s\t%s\n", info->name, *info->title ? info->title : "-",
		       info->help);
		if (column_sorts((enum column)c))
			printf("sort\t%s\n", info->name);
	}
	for (unsigned f = 0; f < F_COUNT; f++)
		printf("field\t%s\t%s\t%s\n", field_table[f].name, field_table[f].title,
		       field_table[f].help);
	for (unsigned c = 0; c < CTR_COUNT; c++)
		if (*counter_table[c].title)
			printf("counter\t%s\t%s\n", counter_table[c].title, counter_table[c].help);
}

static bool has_word(const char *words, const char *word, size_t len)
{
	while (*words != '\0') {
		size_t n = strcspn(words, " ");

		if (n == len && memcmp(words, word, n) == 0)
			return true;
		words += n + (words[n] == ' ');
	}
	return false;
}

/* The keys that do it on the overview, then those that do it elsewhere only. */
static void print_keys(void)
{
	static const enum context places[] = { CTX_OVERVIEW, CTX_LISTENERS, CTX_SOCKETS,
					       CTX_COLUMNS,  CTX_PROMPT,    CTX_FLOOD,
					       CTX_EXPLAIN,  CTX_DETAIL,    CTX_FILTER,
					       CTX_NETNS };

	for (unsigned a = ACT_NONE + 1; a < ACT_COUNT; a++) {
		char all[ARRAY_SIZE(places) * KEYMAP_TEXT_SIZE] = "";

		for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
			char keys[KEYMAP_TEXT_SIZE];
			size_t n;

			keymap_keys(places[i], (enum action)a, SIZE_MAX, keys);
			for (const char *key = keys; *key != '\0'; key += n + (key[n] == ' ')) {
				size_t len = strlen(all);

				n = strcspn(key, " ");
				if (!has_word(all, key, n))
					snprintf(all + len, sizeof(all) - len, "%s%.*s",
						 len > 0 ? " " : "", (int)n, key);
			}
		}
		printf("key\t%s\t%s\n", all, action_table[a].help);
	}
}

/* A file that holds several numbers is one setting here. */
static void print_findings(void)
{
	for (unsigned k = 0; k < FINDING_COUNT; k++)
		printf("finding\t%s\t%s\n", finding_table[k].name, finding_table[k].help);
	for (unsigned i = 0; i < SYS_COUNT; i++)
		if (i == 0 || strcmp(sysctl_table[i].name, sysctl_table[i - 1].name) != 0)
			printf("sysctl\t%s\n", sysctl_table[i].name);
}

int main(void)
{
	print_options();
	print_settings();
	print_names();
	print_columns();
	print_keys();
	print_findings();
	return 0;
}
