/* SPDX-License-Identifier: MIT */
#include "tally.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "check.h"

/* Pairs of protocol and state, families, reasons: what a vocabulary has bits for. */
#define BITS 32

void tally_init(struct tally *t)
{
	*t = (struct tally){ .made = false };
	index_init(&t->ix);
}

void tally_free(struct tally *t)
{
	arena_free(&t->item);
	index_free(&t->ix);
}

static struct tally_item *items(struct tally *t)
{
	return (void *)t->item.base;
}

static uint64_t item_hash(const struct index *ix, const void *ctx, uint32_t row)
{
	const struct tally_item *item = ctx;

	return index_hash2(ix, item[row].hi, item[row].lo);
}

/* Its item, added if it is new; NULL without memory. */
static struct tally_item *find(struct tally *t, uint64_t hi, uint64_t lo)
{
	uint64_t h = index_hash2(&t->ix, hi, lo);
	struct tally_item *item;
	uint32_t at;

	for (at = index_first(&t->ix, h); index_row(&t->ix, at) != IDX_NONE;
	     at = index_next(&t->ix, at)) {
		item = &items(t)[index_row(&t->ix, at)];
		if (item->hi == hi && item->lo == lo)
			return item;
	}
	if (index_full(&t->ix)) {
		if (index_grow(&t->ix, item_hash, items(t)) != 0)
			return NULL;
		for (at = index_first(&t->ix, h); index_row(&t->ix, at) != IDX_NONE;
		     at = index_next(&t->ix, at))
			;
	}
	item = arena_push(&t->item, sizeof(*item));
	if (item == NULL)
		return NULL;
	*item = (struct tally_item){ .hi = hi, .lo = lo };
	index_put(&t->ix, at, t->n++);
	return item;
}

/* Each row once, however often it comes with this value: one after the other. */
static void count(struct tally *t, uint64_t hi, uint64_t lo, uint32_t row)
{
	struct tally_item *item = find(t, hi, lo);

	if (item == NULL || item->last == row + 1)
		return;
	item->count++;
	item->last = row + 1;
}

/* ---- closed sets of words -------------------------------------------- */

/* The bit of the row in the masks of the vocabulary. */
static unsigned bit_of(enum subject_id subject, const struct snap *s, uint32_t row)
{
	const struct sock *k = &s->sock[row];

	if (subject == SUBJ_PROTO)
		return k->proto;
	if (subject == SUBJ_FAMILY)
		return family_bit(k);
	if (subject == SUBJ_TYPE)
		return sock_is_inet(k) ? 0 : k->type;
	if (subject == SUBJ_OWNER)
		return snap_why(s, row);
	return (k->state & 15u) + (k->proto == PROTO_TCP ? 0 : 16);
}

/* A word for what most people never look at is offered only where there is something of it. */
static bool is_rare(enum subject_id subject, unsigned word)
{
	return subject == SUBJ_TYPE ||
	       ((subject == SUBJ_PROTO || subject == SUBJ_FAMILY) && word > 1);
}

static void count_words(struct tally *t, enum subject_id subject, const struct snap *s)
{
	const struct vocabulary *words = subject_table[subject].words;
	uint32_t rows[BITS] = { 0 };
	const char *word;

	for (uint32_t row = 0; row < s->n_sock; row++)
		rows[bit_of(subject, s, row) % BITS]++;
	for (unsigned i = 0; (word = words->word(i)) != NULL; i++) {
		uint32_t mask = words->mask(word, strlen(word)), n = 0;
		struct tally_item *item;

		for (unsigned bit = 0; bit < BITS; bit++)
			n += (mask >> bit & 1) != 0 ? rows[bit] : 0;
		if (n == 0 && is_rare(subject, i))
			continue;
		item = find(t, 0, i);
		if (item != NULL)
			item->count = n;
	}
}

/* ---- what is different on each machine ------------------------------- */

static void count_addresses(struct tally *t, enum subject_id subject, const struct snap *s)
{
	for (uint32_t row = 0; row < s->n_sock; row++) {
		const struct sock *k = &s->sock[row];
		const struct addr *a = subject == SUBJ_SRC ? &k->local : &k->remote;

		if (!sock_is_inet(k))
			continue;
		if (subject == SUBJ_SRC || sock_has_remote(k))
			count(t, be64toh(addr_hi(a)), be64toh(addr_lo(a)), row);
	}
}

static void count_ports(struct tally *t, enum subject_id subject, const struct snap *s)
{
	for (uint32_t row = 0; row < s->n_sock; row++) {
		uint16_t port = subject == SUBJ_SPORT ? s->sock[row].lport : s->sock[row].rport;

		if (port != 0 && sock_is_inet(&s->sock[row]))
			count(t, 0, port, row);
	}
}

/* By the name that its process has, or by the process. */
static void count_owners(struct tally *t, enum subject_id subject, const struct snap *s)
{
	for (uint32_t row = 0; row < s->n_sock; row++) {
		const struct owner *o = &s->owner[s->ext[row].n_owners > 0 ? s->ext[row].owner : 0];

		for (unsigned i = 0; i < s->ext[row].n_owners; i++) {
			const struct proc *p = &s->proc[o[i].proc];

			if (subject == SUBJ_PID)
				count(t, 0, (uint64_t)p->pid, row);
			else if (i == 0 || o[i].proc != o[i - 1].proc)
				count(t, 0, p->comm, row);
		}
	}
}

static void count_users(struct tally *t, const struct snap *s)
{
	for (uint32_t row = 0; row < s->n_sock; row++)
		count(t, 0, s->sock[row].uid, row);
}

static void count_places(struct tally *t, enum subject_id subject, const struct snap *s)
{
	for (uint32_t row = 0; row < s->n_sock; row++) {
		const struct place *p = snap_place(s, row);
		uint32_t name = subject == SUBJ_UNIT ? p->unit : p->container;

		if (name != STR_NONE)
			count(t, 0, name, row);
	}
}

static void count_cgroups(struct tally *t, const struct snap *s)
{
	for (uint32_t row = 0; row < s->n_sock; row++) {
		uint32_t at = snap_row_cgroup(s, row);

		if (at != IDX_NONE && s->cgroup[at].path != STR_NONE)
			count(t, 0, s->cgroup[at].path, row);
	}
}

static void count_marks(struct tally *t, const struct snap *s)
{
	uint32_t mark;

	for (uint32_t row = 0; row < s->n_sock; row++)
		if (snap_row_mark(s, row, &mark))
			count(t, 0, mark, row);
}

static void count_devices(struct tally *t, const struct snap *s)
{
	for (uint32_t row = 0; row < s->n_sock; row++)
		if (s->ext[row].ifindex != 0)
			count(t, snap_netns(s, row), s->ext[row].ifindex, row);
}

/* By the row of the namespace. */
static void count_netns(struct tally *t, const struct snap *s)
{
	for (uint32_t row = 0; s->in_netns != NULL && row < s->n_sock; row++)
		count(t, 0, s->in_netns[row], row);
}

/* A listening row, and what came in by it. */
static void count_listeners(struct tally *t, const struct snap *s)
{
	for (uint32_t row = 0; row < s->n_sock; row++) {
		const struct sock *k = &s->sock[row];

		if (k->proto == PROTO_TCP && k->state == ST_LISTEN)
			count(t, 0, row, row);
		else if (snap_listener(s, row) != IDX_NONE)
			count(t, 0, snap_listener(s, row), row);
	}
}

static void count_all(struct tally *t, enum subject_id subject, const struct snap *s)
{
	switch (subject) {
	case SUBJ_STATE:
	case SUBJ_EXCLUDE:
	case SUBJ_OWNER:
	case SUBJ_PROTO:
	case SUBJ_FAMILY:
	case SUBJ_TYPE:
		count_words(t, subject, s);
		break;
	case SUBJ_SRC:
	case SUBJ_DST:
		count_addresses(t, subject, s);
		break;
	case SUBJ_LISTENER:
		count_listeners(t, s);
		break;
	case SUBJ_SPORT:
	case SUBJ_DPORT:
		count_ports(t, subject, s);
		break;
	case SUBJ_DEV:
		count_devices(t, s);
		break;
	case SUBJ_NETNS:
		count_netns(t, s);
		break;
	case SUBJ_COMM:
	case SUBJ_PID:
		count_owners(t, subject, s);
		break;
	case SUBJ_USER:
	case SUBJ_UID:
		count_users(t, s);
		break;
	case SUBJ_CONTAINER:
	case SUBJ_UNIT:
		count_places(t, subject, s);
		break;
	case SUBJ_FWMARK:
		count_marks(t, s);
		break;
	case SUBJ_CGROUP:
		count_cgroups(t, s);
		break;
	case SUBJ_AUTOBOUND:
	case SUBJ_FD:
	case SUBJ_INODE:
	case SUBJ_COOKIE:
	case SUBJ_RECV_Q:
	case SUBJ_SEND_Q:
	case SUBJ_AGE:
	case SUBJ_RETRANS:
	case SUBJ_COUNT:
		break;
	}
}

/* Equal ones by value, so that the list does not dance. */
static int cmp_item(const void *a, const void *b)
{
	const struct tally_item *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	if (x->hi != y->hi)
		return x->hi < y->hi ? -1 : 1;
	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

void tally_make(struct tally *t, enum subject_id subject, const struct snap *s)
{
	if (t->made && t->subject == subject && t->snap == s && t->seq == s->seq)
		return;
	arena_reset(&t->item);
	t->n = 0;
	t->made = index_reset(&t->ix, 0) == 0;
	t->subject = subject;
	t->snap = s;
	t->seq = s->seq;
	if (!t->made)
		return;
	count_all(t, subject, s);
	if (t->n > 1)
		qsort(items(t), t->n, sizeof(struct tally_item), cmp_item);
}
