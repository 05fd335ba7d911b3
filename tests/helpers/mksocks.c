/* SPDX-License-Identifier: MIT */
#include "mksocks.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct recipe *const all_recipes[] = { state_recipes,   socket_recipes,
						    process_recipes, trouble_recipes,
						    family_recipes,  end_recipes };

#define N_LISTS (sizeof(all_recipes) / sizeof(all_recipes[0]))

void mk_say(struct mk *mk, const char *key, long value)
{
	size_t room = sizeof(mk->said) - mk->said_len;
	int n = snprintf(mk->said + mk->said_len, room, " %s=%ld", key, value);

	if (n < 0 || (size_t)n >= room) {
		errno = ENOSPC;
		fail("answer");
	}
	mk->said_len += (size_t)n;
}

void mk_keep(struct mk *mk, int client, int server)
{
	struct pair *p = reallocarray(mk->pair, mk->n_pairs + 1, sizeof(*p));

	if (!p)
		fail("pairs");
	mk->pair = p;
	mk->pair[mk->n_pairs++] = (struct pair){ client, server };
}

struct pair *mk_newest(struct mk *mk, size_t i)
{
	if (i >= mk->n_pairs) {
		errno = ERANGE;
		fail("only %zu connections", mk->n_pairs);
	}
	return &mk->pair[mk->n_pairs - 1 - i];
}

static unsigned long number(const char **s, unsigned long max)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(*s, &end, 10);
	if (errno || end == *s || n > max) {
		errno = EINVAL;
		fail("number: %s", *s);
	}
	*s = end;
	return n;
}

/* Leaves the port where other text follows the numbers: recipes with text read it themselves. */
static struct amount amount_read(const char *s)
{
	struct amount a = { 1, 1, 0 };

	if (!s || *s < '0' || *s > '9')
		return a;
	a.n = (unsigned)number(&s, 1000000);
	if (*s == 'x') {
		s++;
		a.m = (unsigned)number(&s, 1000000);
	}
	if (*s == ':') {
		s++;
		a.port = (uint16_t)number(&s, UINT16_MAX);
	}
	return a;
}

static const struct recipe *recipe_find(const char *name, size_t len)
{
	for (size_t i = 0; i < N_LISTS; i++)
		for (const struct recipe *r = all_recipes[i]; r->name; r++)
			if (strlen(r->name) == len && !memcmp(r->name, name, len))
				return r;
	return NULL;
}

static void order(struct mk *mk, const char *word)
{
	const char *value = strchr(word, '=');
	const struct recipe *r = recipe_find(word, value ? (size_t)(value - word) : strlen(word));
	struct amount a = amount_read(value ? value + 1 : NULL);

	if (!r) {
		errno = EINVAL;
		fail("no recipe %s", word);
	}
	r->make(mk, &a, value ? value + 1 : "");
}

static void answer(struct mk *mk, const char *head)
{
	mk->said[mk->said_len] = '\0';
	printf("%s%s\n", head, mk->said);
	if (fflush(stdout) == EOF)
		fail("stdout");
	mk->said_len = 0;
}

static void usage(void)
{
	puts("usage: mksocks [--here] [RECIPE[=VALUE]]...\n"
	     "Makes sockets in a new network namespace (--here: in the present one), says\n"
	     "\"ready PID key=value...\", takes further recipes from stdin, a line each, and answers\n"
	     "\"ok key=value...\". Ends with stdin or on SIGTERM. P is a port; 0 or none: any.\n");
	for (size_t i = 0; i < N_LISTS; i++)
		for (const struct recipe *r = all_recipes[i]; r->name; r++)
			printf("  %-14s %s\n", r->name, r->help);
}

/* Children end with the life pipe, also when a signal ends us; this waits for them. */
static void end_children(struct mk *mk)
{
	close(mk->life[1]);
	for (size_t i = 0; i < mk->n_children; i++)
		kill(mk->child[i].pid, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

int main(int argc, char **argv)
{
	struct mk mk = { 0 };
	char head[32], *line = NULL;
	size_t size = 0;
	ssize_t len;
	int at = 1;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		usage();
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "--here"))
		at++;
	else
		netns_unshare();
	netns_prepare();
	fd_limit_raise();
	if (pipe(mk.life) < 0)
		fail("pipe");
	for (; at < argc; at++)
		order(&mk, argv[at]);
	snprintf(head, sizeof(head), "ready %d", (int)getpid());
	answer(&mk, head);
	while ((len = getline(&line, &size, stdin)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		order(&mk, line);
		answer(&mk, "ok");
	}
	end_children(&mk);
	free(line);
	free(mk.pair);
	return 0;
}
