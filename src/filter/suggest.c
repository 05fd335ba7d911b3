/* SPDX-License-Identifier: MIT */
/* "did you mean": the nearest of some words. */
#include <string.h>

#include "check.h"

#define WORD_MAX 24 /* longer texts are no misspelt words of ours */

static char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	if (c == '_')
		return '-';
	return c;
}

static unsigned min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that make one of the other. */
static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned row[3][WORD_MAX + 1];

	for (unsigned j = 0; j <= b_len; j++)
		row[0][j] = j;
	for (unsigned i = 1; i <= a_len; i++) {
		unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = i;
		for (unsigned j = 1; j <= b_len; j++) {
			char x = fold(a[i - 1]), y = fold(b[j - 1]);

			now[j] = min(last[j - 1] + (x != y), min(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && x == fold(b[j - 2]) && fold(a[i - 2]) == y)
				now[j] = min(now[j], before[j - 2] + 1);
		}
	}
	return row[a_len % 3][b_len];
}

static bool begins_with(const char *word, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (word[i] == '\0' || fold(word[i]) != fold(s[i]))
			return false;
	return true;
}

const char *suggest(const char *s, size_t len, const char *(*next)(unsigned i))
{
	const char *best = NULL, *word;
	unsigned least = len < 4 ? 2 : 3; /* what is this far is not meant */

	if (len < 2 || len > WORD_MAX)
		return NULL;
	for (unsigned i = 0; (word = next(i)) != NULL; i++) {
		size_t n = strlen(word);
		unsigned d = n <= WORD_MAX ? distance(s, len, word, n) : least;

		if (d < least) {
			least = d;
			best = word;
		}
	}
	for (unsigned i = 0; best == NULL && (word = next(i)) != NULL; i++)
		if (begins_with(word, s, len))
			best = word;
	return best;
}
