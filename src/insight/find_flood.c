/* SPDX-License-Identifier: MIT */
/*
 * Half-open connections and new ones, told from what is usual. With SYN cookies a flood leaves no
 * rows: only the counters show it.
 */
#include "find.h"

static bool is_half_open(const struct snap *s, uint32_t row)
{
	const struct sock *k = &s->sock[row];

	return k->proto == PROTO_TCP && k->state == ST_SYN_RECV;
}

/* One that has come in since the sample before. */
static bool is_new(const struct snap *s, uint32_t row)
{
	const struct sock *k = &s->sock[row];

	return k->proto == PROTO_TCP && (k->flags & SOCK_NEW) && s->ext[row].listener != IDX_NONE &&
	       k->state != ST_LISTEN;
}

/* Cookies a second that were sent and never came back; 0 where that is no flood. */
static double lost_cookies(const struct history *h, double *sent)
{
	double recv = history_rate(h, CTR_COOKIES_RECV);

	*sent = history_rate(h, CTR_COOKIES_SENT);
	if (recv < 0)
		recv = 0;
	if (*sent < COOKIES_PER_S || *sent - recv < *sent * COOKIES_LOST)
		return 0;
	return *sent - recv;
}

static void put_crowd(struct finding *x, const struct crowd *c, const char *state)
{
	char buf[FIND_TEXT];

	text_net(buf, &c->net, c->bits);
	find_word(x, "prefix", buf);
	find_uint(x, "prefix_count", c->count);
	find_uint(x, "addresses", c->addresses);
	if (c->port != 0)
		find_uint(x, "local_port", c->port);
	if (*state != '\0')
		find_expr(x, "%s and ", state);
	find_expr(x, "dst %s", buf);
	if (c->port != 0)
		find_expr(x, " and sport = :%u", c->port);
}

static void put_source(struct finding *x, const struct crowd *c)
{
	char buf[FIND_TEXT], net[FIND_TEXT];

	find_text(x, ", %s from %s", text_count(buf, c->count), text_net(net, &c->net, c->bits));
	if (c->port != 0)
		find_text(x, " to :%u", c->port);
}

static void put_usual(struct finding *x, double now, double usual)
{
	if (usual < 0)
		return;
	find_real(x, "usual", usual);
	if (usual >= 1 && now >= 2 * usual)
		find_text(x, ", %.0fx usual", now / usual);
	else if (usual < 1)
		find_text(x, ", usually none");
}

static bool too_many_half_open(uint32_t count, double usual)
{
	if (usual < 0)
		return count >= HALF_OPEN_ALONE;
	return count >= HALF_OPEN_MIN && count >= usual * HALF_OPEN_TIMES;
}

static void put_half_open(struct finding *x, struct find *f, uint32_t count, double usual)
{
	char buf[FIND_TEXT];
	struct crowd c;

	find_text(x, "half-open %s", text_count(buf, count));
	find_uint(x, "half_open", count);
	put_usual(x, count, usual);
	if (crowd_find(&c, f->s, is_half_open) && c.count >= c.all * PREFIX_SHARE) {
		put_source(x, &c);
		put_crowd(x, &c, "state syn-recv");
	} else {
		find_expr(x, "state syn-recv");
	}
}

/* Cookies keep no rows, and a queue that drops has no more than it had. */
static void put_counters(struct finding *x, double sent, double lost, double drops)
{
	char buf[FIND_TEXT];

	if (lost > 0) {
		find_text(x, "%sSYN cookies %s, %.0f%% never come back%s",
			  x->text[0] != '\0' ? ", " : "", text_rate(buf, sent), lost * 100 / sent,
			  x->text[0] == '\0' ? ": a flood that leaves no rows" : "");
		find_real(x, "cookies_per_s", sent);
		find_real(x, "cookies_lost_per_s", lost);
	}
	if (drops >= SYN_DROPS_PER_S) {
		find_text(x, "%sSYN queue full, %s dropped", x->text[0] != '\0' ? ", " : "",
			  text_rate(buf, drops));
		find_real(x, "syn_drops_per_s", drops);
	}
}

void find_half_open_flood(struct find *f)
{
	uint32_t count = f->now->state[ST_SYN_RECV];
	double usual = history_usual(f->h, ST_SYN_RECV), sent;
	double lost = lost_cookies(f->h, &sent), drops = history_rate(f->h, CTR_REQQ_DROP);
	bool many = find_whole(f->s, ST_SYN_RECV) && too_many_half_open(count, usual);
	struct finding *x;

	if (!many && lost <= 0 && drops < SYN_DROPS_PER_S)
		return;
	x = find_new(f, FINDING_HALF_OPEN_FLOOD,
		     drops >= SYN_DROPS_PER_S ? SEVERITY_CRIT : SEVERITY_WARN,
		     60 + find_size(1 + count + sent));
	if (x == NULL)
		return;
	if (many)
		put_half_open(x, f, count, usual);
	put_counters(x, sent, lost, drops);
}

/*
 * Many connections are no flood by themselves: it takes more than is usual, or, as long as nothing
 * is, that the kernel could not take them all.
 */
static bool too_many_new(const struct history *h, double per_s, double usual)
{
	if (per_s < NEW_PER_S)
		return false;
	if (usual >= 0)
		return per_s >= usual * NEW_TIMES;
	return history_rate(h, CTR_LISTEN_OVERFLOWS) >= OVERFLOWS_PER_S ||
	       history_rate(h, CTR_COOKIES_SENT) >= COOKIES_PER_S;
}

void find_connection_flood(struct find *f)
{
	double per_s = history_new_rate(f->h), usual = history_usual_new(f->h);
	struct finding *x;
	char buf[FIND_TEXT];
	struct crowd c;

	if (!find_whole(f->s, ST_ESTABLISHED) || !find_whole(f->s, ST_LISTEN) ||
	    !too_many_new(f->h, per_s, usual))
		return;
	if (!crowd_find(&c, f->s, is_new) || c.count < c.all * PREFIX_SHARE)
		return;
	x = find_new(f, FINDING_CONNECTION_FLOOD, SEVERITY_WARN, 45 + find_size(per_s));
	if (x == NULL)
		return;
	find_text(x, "new connections %s", text_rate(buf, per_s));
	find_real(x, "new_per_s", per_s);
	put_usual(x, per_s, usual);
	find_text(x, ", %u%%", (unsigned)(c.count * 100.0 / c.all));
	find_text(x, " from %s", text_net(buf, &c.net, c.bits));
	if (c.port != 0)
		find_text(x, " to :%u", c.port);
	find_real(x, "share", (double)c.count / c.all);
	put_crowd(x, &c, "");
}
