/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fake_detail.h"
#include "fake_family.h"
#include "sockeye/base/buf.h"
#include "sockeye/model/names.h"

#define NS_PER_MS       INT64_C(1000000)
#define REPEAT_MS       2000
#define DEFAULT_MS      INT64_C(1795167064123) /* 2026-11-20T09:31:04.123Z */
#define MONO_OF_WALL_MS INT64_C(1795160000000) /* the machine of the fixtures was started here */

struct line {
	const char *p, *end;
};

/* A word of the fixture with its escapes taken away; may hold NUL bytes. */
struct word {
	char s[256];
	size_t len;
};

struct fix_hold {
	int32_t pid, fd;
	uint32_t ino;
};

struct fix_proc {
	struct proc proc;
	struct word comm, cgroup;
};

/* What one sample's lines said, until it is known which processes hold something. */
struct fix {
	struct snap_builder *b;
	const struct want *want;
	struct fix_proc *proc;
	struct fix_hold *hold;
	size_t n_proc, n_hold;
	int64_t wall_ms;
	enum why unfound;
	bool no_close;
	bool elsewhere; /* in a namespace that nobody wants */
	struct err *e;
};

/* ---- words ----------------------------------------------------------- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return 0;
}

static char unescape(struct line *l)
{
	static const char from[] = "nte0", to[] = "\n\t\x1b";
	char c = *l->p++;
	const char *at = strchr(from, c);

	if (c == 'x' && l->end - l->p >= 2) {
		c = (char)(hex_digit(l->p[0]) << 4 | hex_digit(l->p[1]));
		l->p += 2;
		return c;
	}
	return c != '\0' && at != NULL ? to[at - from] : c;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool next_word(struct line *l, struct word *w)
{
	bool quoted;

	w->len = 0;
	while (l->p < l->end && is_blank(*l->p))
		l->p++;
	if (l->p == l->end || *l->p == '#')
		return false;
	quoted = *l->p == '"';
	l->p += quoted;
	while (l->p < l->end && w->len < sizeof(w->s) - 1 &&
	       (quoted ? *l->p != '"' : !is_blank(*l->p))) {
		char c = *l->p++;

		w->s[w->len++] = c == '\\' && l->p < l->end ? unescape(l) : c;
	}
	w->s[w->len] = '\0';
	l->p += quoted && l->p < l->end;
	return true;
}

static bool word_is(const struct word *w, const char *s)
{
	return strcmp(w->s, s) == 0;
}

static int bad(struct fix *f, const char *what, const struct word *w)
{
	return err_set(f->e, -EINVAL, "%s \"%s\"", what, w->s);
}

static int want_word(struct fix *f, struct line *l, struct word *w, const char *what)
{
	return next_word(l, w) ? 0 : err_set(f->e, -EINVAL, "%s is missing", what);
}

static int want_number(struct fix *f, struct line *l, uint64_t max, const char *what, uint64_t *n)
{
	struct word w;
	char *end;
	int rc = want_word(f, l, &w, what);

	if (rc < 0)
		return rc;
	errno = 0;
	*n = strtoull(w.s, &end, 0);
	if (errno != 0 || end == w.s || *end != '\0' || *n > max)
		return bad(f, what, &w);
	return 0;
}

/* ---- sockets --------------------------------------------------------- */

struct fix_sock {
	struct sock s;
	struct sock_ext x;
	struct word cgroup;
	struct tcp_stat stat;
	struct word detail;
	uint64_t times;
};

/* Also of no path: a process is somewhere. */
static uint32_t add_place(struct fix *f, const struct word *path)
{
	const struct str raw = { path->s, path->len };
	struct place_text t;

	if (!f->want->places)
		return 0;
	place_parse(raw.s, raw.len, &t);
	return snap_add_place(f->b, &t, raw);
}

static bool parse_end(const struct word *w, struct addr *a, uint16_t *port, uint8_t *family)
{
	const char *colon = strrchr(w->s, ':');
	const char *from = w->s, *to = colon;
	unsigned long n;
	char *end;

	if (colon == NULL)
		return false;
	if (*from == '[' && colon > from && colon[-1] == ']') {
		from++;
		to--;
		*family = AF_INET6;
	}
	errno = 0;
	n = strtoul(colon + 1, &end, 10);
	if (errno != 0 || end == colon + 1 || *end != '\0' || n > UINT16_MAX)
		return false;
	*port = (uint16_t)n;
	return addr_parse(from, (size_t)(to - from), a);
}

static uint64_t make_cookie(const struct sock *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	uint64_t part[6] = { addr_hi(&s->local),
			     addr_lo(&s->local),
			     addr_hi(&s->remote),
			     addr_lo(&s->remote),
			     (uint64_t)s->proto << 32 | (uint64_t)s->lport << 16 | s->rport,
			     sock_has_remote(s) ? 0 : s->ino };

	for (size_t i = 0; i < ARRAY_SIZE(part); i++) {
		h = (h ^ part[i]) * UINT64_C(0x100000001b3);
		h ^= h >> 29;
	}
	return h >> 16;
}

static int parse_timer(struct fix *f, struct line *l, struct sock_ext *x)
{
	static const char *const names[] = { "off", "on", "keepalive", "timewait", "persist" };
	struct word w;
	uint64_t n = 0;
	int rc = want_word(f, l, &w, "timer");

	if (rc < 0)
		return rc;
	for (x->timer = 0; x->timer < ARRAY_SIZE(names); x->timer++)
		if (word_is(&w, names[x->timer]))
			break;
	if (x->timer == ARRAY_SIZE(names))
		return bad(f, "timer", &w);
	rc = want_number(f, l, UINT32_MAX, "milliseconds of the timer", &n);
	x->expires_ms = (uint32_t)n;
	return rc;
}

static bool is_long(const struct word *key)
{
	return word_is(key, "cookie") || word_is(key, "sent") || word_is(key, "received");
}

static int parse_sock_key(struct fix *f, struct line *l, const struct word *key, struct fix_sock *k)
{
	struct word w;
	uint64_t n = 0;
	int rc;

	if (word_is(key, "timer"))
		return parse_timer(f, l, &k->x);
	if (word_is(key, "detail"))
		return want_word(f, l, &k->detail, "name of the detail");
	if (word_is(key, "flag")) {
		rc = want_word(f, l, &w, "flag");
		if (rc == 0 && !word_is(&w, "no-cookie") && !word_is(&w, "brief"))
			return bad(f, "flag", &w);
		k->s.flags |= word_is(&w, "brief") ? SOCK_BRIEF : SOCK_NO_COOKIE;
		return rc;
	}
	if (word_is(key, "type")) {
		rc = want_word(f, l, &w, "type");
		k->s.type = fake_family_type(w.s);
		return rc;
	}
	if (word_is(key, "cgroup"))
		return want_word(f, l, &k->cgroup, "control group");
	if (word_is(key, "family")) {
		rc = want_word(f, l, &w, "family");
		k->s.family = word_is(&w, "inet6") ? AF_INET6 : AF_INET;
		return rc;
	}
	rc = want_number(f, l, is_long(key) ? UINT64_MAX : UINT32_MAX, key->s, &n);
	if (rc < 0)
		return rc;
	if (word_is(key, "cookie"))
		k->s.cookie = n;
	else if (word_is(key, "sent"))
		k->stat.sent = n;
	else if (word_is(key, "received"))
		k->stat.received = n;
	else if (word_is(key, "ino"))
		k->s.ino = (uint32_t)n;
	else if (word_is(key, "uid"))
		k->s.uid = (uint32_t)n;
	else if (word_is(key, "rq"))
		k->s.rxq = (uint32_t)n;
	else if (word_is(key, "sq"))
		k->s.txq = (uint32_t)n;
	else if (word_is(key, "if"))
		k->x.ifindex = (uint32_t)n;
	else if (word_is(key, "retrans"))
		k->x.retrans = (uint8_t)n;
	else if (word_is(key, "drops"))
		k->x.drops = (uint32_t)n;
	else if (word_is(key, "age"))
		k->x.since_s = (uint32_t)((f->wall_ms - MONO_OF_WALL_MS) / 1000 - (int64_t)n);
	else if (word_is(key, "times"))
		k->times = n;
	else
		return bad(f, "no such key", key);
	return 0;
}

static bool is_wanted(const struct fix *f, const struct sock *s)
{
	if (!(f->want->protos & 1u << s->proto))
		return false;
	return s->proto != PROTO_TCP || s->state != ST_CLOSE || (f->want->close && !f->no_close);
}

/* Of the row that was added last, as far as somebody wants it. */
static int add_beside(struct fix *f, const struct fix_sock *k)
{
	const char *path = fake_detail_path(k->detail.s);
	struct tcp_stat *stat = snap_beside(f->b, SIDE_TCP);
	unsigned char packed[DETAIL_PACKED_MAX];
	struct cgroup *cgroup;
	struct detail d;
	uint32_t n;

	if (stat != NULL)
		*stat = k->stat;
	if (k->detail.len == 0)
		return 0;
	if (!fake_detail(k->detail.s, &d))
		return bad(f, "no such detail", &k->detail);
	snap_put_detail(f->b, packed, detail_pack(&d, packed), d.cgroup_id);
	cgroup = snap_list_cgroups(f->b, &n);
	for (uint32_t i = 0; i < n && path != NULL; i++)
		if (cgroup[i].id == d.cgroup_id)
			cgroup[i].path = snap_add_str(f->b, path, strlen(path));
	return 0;
}

/* 1: it is a row now, 0: nobody wants it, or it came and went. */
static int add_sock(struct fix *f, const struct fix_sock *k)
{
	if (!is_wanted(f, &k->s))
		return 0;
	if ((k->s.flags & SOCK_BRIEF) == 0)
		return snap_add(f->b, &k->s, &k->x) == 0 ? 1 : -1;
	return f->want->brief ? snap_add_brief(f->b, &k->s, k->x.ifindex) : 0;
}

static int add_socks(struct fix *f, struct fix_sock *k)
{
	bool made = k->s.cookie == 0;
	uint32_t place = k->cgroup.len > 0 ? add_place(f, &k->cgroup) : 0, *in;
	int rc;

	if (k->s.rport + k->times > (uint64_t)UINT16_MAX + 1)
		return err_set(f->e, -EINVAL, "times %llu is beyond the last port",
			       (unsigned long long)k->times);
	for (uint64_t i = 0; i < k->times; i++) {
		if (made)
			k->s.cookie = make_cookie(&k->s);
		rc = add_sock(f, k);
		if (rc < 0)
			return err_set(f->e, -EINVAL, "a second socket with the same cookie");
		in = rc > 0 ? snap_beside(f->b, SIDE_PLACE) : NULL;
		if (in != NULL)
			*in = place;
		if (rc > 0 && add_beside(f, k) != 0)
			return -EINVAL;
		k->s.rport++;
		k->s.ino += k->s.ino != 0;
		k->s.cookie++;
	}
	return 0;
}

/* Behind the state of a socket that has no internet addresses. */
static int do_other(struct fix *f, struct line *l, struct fix_sock *k)
{
	struct word local, remote, w;
	int rc = 0;

	if (want_word(f, l, &local, "local end") < 0 || want_word(f, l, &remote, "remote end") < 0)
		return -EINVAL;
	if (!fake_family_ends(f->b, &k->s, (struct str){ local.s, local.len },
			      (struct str){ remote.s, remote.len }))
		return bad(f, "ends", &local);
	while (rc == 0 && next_word(l, &w))
		rc = parse_sock_key(f, l, &w, k);
	return rc < 0 ? rc : add_socks(f, k);
}

static int do_sock(struct fix *f, struct line *l)
{
	static const char any4[4];
	struct fix_sock k = { .s = { .family = AF_INET },
			      .stat = { .idle_ms = UINT32_MAX },
			      .times = 1 };
	struct word w;
	int n, rc = 0;

	if (f->elsewhere)
		return 0;
	if (want_word(f, l, &w, "protocol") < 0 || (n = proto_by_name(w.s, w.len)) < 0)
		return bad(f, "protocol", &w);
	k.s.proto = (uint8_t)n;
	if (want_word(f, l, &w, "state") < 0)
		return -EINVAL;
	k.s.state = (uint8_t)state_by_name(w.s, w.len);
	if (k.s.state == 0)
		return bad(f, "state", &w);
	if (!sock_is_inet(&k.s))
		return do_other(f, l, &k);
	if (want_word(f, l, &w, "local end") < 0)
		return -EINVAL;
	if (!parse_end(&w, &k.s.local, &k.s.lport, &k.s.family))
		return bad(f, "local end", &w);
	if (want_word(f, l, &w, "remote end") < 0)
		return -EINVAL;
	if (!word_is(&w, "-")) {
		if (!parse_end(&w, &k.s.remote, &k.s.rport, &k.s.family))
			return bad(f, "remote end", &w);
	} else if (k.s.family == AF_INET) {
		k.s.remote = addr_v4(any4);
	}
	while (rc == 0 && next_word(l, &w))
		rc = parse_sock_key(f, l, &w, &k);
	return rc < 0 ? rc : add_socks(f, &k);
}

/* ---- the other lines ------------------------------------------------- */

static int do_proc(struct fix *f, struct line *l)
{
	struct fix_proc p = { 0 };
	struct word key;
	uint64_t n;
	int rc;

	if (want_number(f, l, INT32_MAX, "pid", &n) < 0)
		return -EINVAL;
	p.proc.pid = (int32_t)n;
	p.proc.start = n;
	rc = want_word(f, l, &p.comm, "name of the process");
	while (rc == 0 && next_word(l, &key)) {
		if (word_is(&key, "cgroup")) {
			rc = want_word(f, l, &p.cgroup, "control group");
			continue;
		}
		rc = want_number(f, l, UINT32_MAX, key.s, &n);
		if (rc == 0 && word_is(&key, "uid"))
			p.proc.uid = (uint32_t)n;
		else if (rc == 0 && word_is(&key, "start"))
			p.proc.start = n;
		else if (rc == 0 && word_is(&key, "ppid"))
			p.proc.ppid = (int32_t)n;
		else if (rc == 0 && word_is(&key, "fds"))
			p.proc.fds = (uint32_t)n;
		else if (rc == 0 && word_is(&key, "limit"))
			p.proc.fd_limit = (uint32_t)n;
		else if (rc == 0)
			rc = bad(f, "no such key", &key);
	}
	if (rc < 0)
		return rc;
	f->proc = xreallocarray(f->proc, f->n_proc + 1, sizeof(*f->proc));
	f->proc[f->n_proc++] = p;
	return 0;
}

static int do_hold(struct fix *f, struct line *l)
{
	uint64_t pid, fd, ino, times = 1;
	struct word w;

	if (want_number(f, l, INT32_MAX, "pid", &pid) < 0 ||
	    want_number(f, l, INT32_MAX, "descriptor", &fd) < 0 ||
	    want_number(f, l, UINT32_MAX, "inode", &ino) < 0)
		return -EINVAL;
	if (next_word(l, &w) &&
	    (!word_is(&w, "times") || want_number(f, l, 1000000, "times", &times) < 0))
		return bad(f, "no such key", &w);
	f->hold = xreallocarray(f->hold, f->n_hold + times, sizeof(*f->hold));
	for (uint64_t i = 0; i < times; i++)
		f->hold[f->n_hold++] =
			(struct fix_hold){ (int32_t)pid, (int32_t)(fd + i), (uint32_t)(ino + i) };
	return 0;
}

static int do_user(struct fix *f, struct line *l)
{
	struct word w;
	uint64_t uid;

	if (want_number(f, l, UINT32_MAX, "uid", &uid) < 0 || want_word(f, l, &w, "name") < 0)
		return -EINVAL;
	snap_add_user(f->b, (uint32_t)uid, snap_add_str(f->b, w.s, w.len));
	return 0;
}

static int do_ifname(struct fix *f, struct line *l)
{
	struct word w;
	uint64_t index;

	if (want_number(f, l, UINT32_MAX, "index", &index) < 0 || want_word(f, l, &w, "name") < 0)
		return -EINVAL;
	if (!f->elsewhere)
		snap_add_ifname(f->b, (uint32_t)index, snap_add_str(f->b, w.s, w.len));
	return 0;
}

static int read_netns(struct fix *f, struct line *l, struct netns *n)
{
	uint64_t ino, first, last;
	struct word w, name;

	if (want_number(f, l, UINT64_MAX, "inode", &ino) < 0 || want_word(f, l, &name, "name") < 0)
		return -EINVAL;
	*n = (struct netns){ .ino = ino, .name = STR_NONE };
	if (!word_is(&name, "-"))
		n->name = snap_add_str(f->b, name.s, name.len);
	while (next_word(l, &w)) {
		if (word_is(&w, "own")) {
			n->own = true;
			continue;
		}
		if (!word_is(&w, "ports") || want_number(f, l, UINT16_MAX, "port", &first) < 0 ||
		    want_number(f, l, UINT16_MAX, "port", &last) < 0)
			return bad(f, "word", &w);
		n->port_first = (uint16_t)first;
		n->port_last = (uint16_t)last;
	}
	n->salt = n->own ? 0 : netns_salt(ino);
	return 0;
}

static int do_netns(struct fix *f, struct line *l)
{
	enum want_netns wanted = f->want->netns;
	struct netns n;

	if (read_netns(f, l, &n) < 0)
		return -EINVAL;
	f->elsewhere =
		wanted == NETNS_ONE ? n.ino != f->want->netns_ino : !n.own && wanted != NETNS_ALL;
	if (f->elsewhere || wanted == NETNS_UNTOLD)
		return 0;
	snap_with(f->b, SIDE_NETNS);
	return snap_enter_netns(f->b, &n) != IDX_NONE ? 0 : -ENOMEM;
}

static int do_counter(struct fix *f, struct line *l)
{
	struct counters *c = snap_counters(f->b);
	struct word w;
	uint64_t n;

	if (want_word(f, l, &w, "counter") < 0 || want_number(f, l, UINT64_MAX, w.s, &n) < 0)
		return -EINVAL;
	for (int i = 0; i < CTR_COUNT; i++) {
		if (!word_is(&w, counter_table[i].key))
			continue;
		c->value[i] = n;
		c->known[i] = true;
		return 0;
	}
	return bad(f, "no counter", &w);
}

/* A file that holds several numbers gives them in their order. */
static int do_sysctl(struct fix *f, struct line *l)
{
	struct sysctls *c = snap_sysctls(f->b);
	struct word name;
	uint64_t n;
	bool any = false;

	if (want_word(f, l, &name, "setting") < 0)
		return -EINVAL;
	for (int i = 0; i < SYS_COUNT; i++) {
		if (!word_is(&name, sysctl_table[i].name))
			continue;
		if (want_number(f, l, INT64_MAX, name.s, &n) < 0)
			return -EINVAL;
		c->value[i] = (int64_t)n;
		c->known[i] = any = true;
	}
	if (!any)
		return bad(f, "no setting", &name);
	if (c->known[SYS_PORT_FIRST])
		snap_set_local_ports(f->b, (uint16_t)c->value[SYS_PORT_FIRST],
				     (uint16_t)c->value[SYS_PORT_LAST]);
	return 0;
}

static int do_cost(struct fix *f, struct line *l)
{
	static const char *const what[] = {
		"total", "sockets", "owners", "CPU", "links", "getdents"
	};
	struct snap_cost *c = snap_cost(f->b);
	uint64_t n[ARRAY_SIZE(what)];
	int rc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(what) && rc == 0; i++)
		rc = want_number(f, l, UINT32_MAX, what[i], &n[i]);
	if (rc < 0)
		return rc;
	c->total_ns = (int64_t)n[0] * 1000;
	c->dump_ns = (int64_t)n[1] * 1000;
	c->owners_ns = (int64_t)n[2] * 1000;
	c->cpu_ns = (int64_t)n[3] * 1000;
	c->readlinks = n[4];
	c->getdents = n[5];
	return 0;
}

static bool source_wanted(const struct want *w, enum source_id id)
{
	if (id == SRC_OWNERS)
		return w->owners;
	if (id == SRC_COUNTERS || id == SRC_ENDED)
		return true;
	if (id == SRC_CGROUPS)
		return w->places;
	if (id == SRC_NETNS)
		return w->netns == NETNS_ALL;
	return (w->protos >> id & 1) != 0;
}

static int do_source(struct fix *f, struct line *l)
{
	struct word name, status, reason;

	if (want_word(f, l, &name, "source") < 0 || want_word(f, l, &status, "status") < 0 ||
	    want_word(f, l, &reason, "reason") < 0)
		return -EINVAL;
	for (enum source_id id = SRC_TCP; id < SRC_COUNT; id++) {
		if (!word_is(&name, source_name(id)))
			continue;
		if (source_wanted(f->want, id))
			snap_source_fail(f->b, id,
					 word_is(&status, "absent") ? SOURCE_ABSENT
								    : SOURCE_PARTIAL,
					 "%s", reason.s);
		return 0;
	}
	return bad(f, "no source", &name);
}

static int do_unfound(struct fix *f, struct line *l)
{
	struct word w;
	int why;

	if (want_word(f, l, &w, "reason") < 0 || (why = why_by_name(w.s, w.len)) < 0)
		return bad(f, "reason", &w);
	f->unfound = (enum why)why;
	return 0;
}

static int do_no_close(struct fix *f, struct line *l)
{
	(void)l;
	f->no_close = true;
	return 0;
}

static int do_thinned(struct fix *f, struct line *l)
{
	unsigned whole = 0;
	struct word w;

	while (next_word(l, &w)) {
		unsigned st = state_by_name(w.s, w.len);

		if (w.len > 0 && w.s[0] >= '0' && w.s[0] <= '9') {
			snap_set_choice(f->b, (uint32_t)strtoul(w.s, NULL, 10));
			continue;
		}
		if (st == 0)
			return bad(f, "state", &w);
		whole |= ST_BIT(st);
	}
	snap_set_thinned(f->b, PROTO_TCP, whole);
	return 0;
}

static int do_fail(struct fix *f, struct line *l)
{
	struct word w;

	if (want_word(f, l, &w, "reason") < 0)
		return -EINVAL;
	return err_set(f->e, -EIO, "%s", w.s);
}

static int do_sample(struct fix *f, struct line *l)
{
	uint64_t ms;

	if (want_number(f, l, INT64_MAX / NS_PER_MS, "time", &ms) < 0)
		return -EINVAL;
	f->wall_ms = (int64_t)ms;
	return 0;
}

static const struct {
	const char *word;
	int (*run)(struct fix *f, struct line *l);
} directives[] = {
	{ "sample", do_sample },   { "sock", do_sock },     { "proc", do_proc },
	{ "hold", do_hold },       { "user", do_user },     { "ifname", do_ifname },
	{ "counter", do_counter }, { "source", do_source }, { "unfound", do_unfound },
	{ "cost", do_cost },       { "fail", do_fail },     { "no-close", do_no_close },
	{ "thinned", do_thinned }, { "sysctl", do_sysctl }, { "netns", do_netns },
};

/* ---- owners ---------------------------------------------------------- */

static int cmp_proc(const void *a, const void *b)
{
	const struct fix_proc *x = a, *y = b;

	return (x->proc.pid > y->proc.pid) - (x->proc.pid < y->proc.pid);
}

static int cmp_hold(const void *a, const void *b)
{
	const struct fix_hold *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid > y->pid ? 1 : -1;
	return (x->fd > y->fd) - (x->fd < y->fd);
}

struct ino_row {
	uint32_t ino, row;
};

static int cmp_ino(const void *a, const void *b)
{
	const struct ino_row *x = a, *y = b;

	return (x->ino > y->ino) - (x->ino < y->ino);
}

static struct ino_row *rows_by_inode(const struct snap_builder *b, size_t *n)
{
	uint32_t rows;
	const struct sock *s = snap_rows(b, &rows);
	struct ino_row *map = xcalloc(rows, sizeof(*map));

	*n = 0;
	for (uint32_t i = 0; i < rows; i++)
		if (s[i].ino != 0)
			map[(*n)++] = (struct ino_row){ s[i].ino, i };
	if (*n > 1)
		qsort(map, *n, sizeof(*map), cmp_ino);
	return map;
}

/* The holds of p, which begin at h. A process of which no socket is there is not added. */
static size_t join_proc(struct fix *f, const struct fix_proc *p, const struct fix_hold *h,
			size_t n_hold, const struct ino_row *map, size_t n_map)
{
	uint32_t proc = IDX_NONE;
	size_t i;

	for (i = 0; i < n_hold && h[i].pid == p->proc.pid; i++) {
		struct ino_row key = { h[i].ino, 0 };
		const struct ino_row *at = bsearch(&key, map, n_map, sizeof(*map), cmp_ino);
		struct proc row = p->proc;

		if (at == NULL)
			continue;
		if (proc == IDX_NONE) {
			row.comm = snap_add_str(f->b, p->comm.s, p->comm.len);
			proc = snap_add_proc(f->b, &row);
			snap_set_proc_place(f->b, proc, add_place(f, &p->cgroup));
		}
		snap_add_owner(f->b, at->row, proc, h[i].fd);
	}
	return i;
}

static int join_owners(struct fix *f)
{
	size_t n_map, at = 0;
	struct ino_row *map = rows_by_inode(f->b, &n_map);
	int rc = 0;

	if (f->n_proc > 1)
		qsort(f->proc, f->n_proc, sizeof(*f->proc), cmp_proc);
	if (f->n_hold > 1)
		qsort(f->hold, f->n_hold, sizeof(*f->hold), cmp_hold);
	for (size_t i = 0; i < f->n_proc; i++)
		at += join_proc(f, &f->proc[i], f->hold + at, f->n_hold - at, map, n_map);
	if (at < f->n_hold)
		rc = err_set(f->e, -EINVAL, "no process %d to hold descriptor %d", f->hold[at].pid,
			     f->hold[at].fd);
	free(map);
	return rc;
}

/* ---- samples --------------------------------------------------------- */

static int run_line(struct fix *f, struct line l)
{
	struct word w;

	if (!next_word(&l, &w))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(directives); i++)
		if (word_is(&w, directives[i].word))
			return directives[i].run(f, &l);
	return bad(f, "no such line", &w);
}

static bool begins_sample(const char *line)
{
	return strncmp(line, "sample ", 7) == 0;
}

static const char *line_end(const char *line)
{
	return line + strcspn(line, "\n");
}

static const char *next_line(const char *line)
{
	line = line_end(line);
	return *line == '\n' ? line + 1 : line;
}

/* The lines before the first sample, and those of sample number want (0 is the first). */
static int run_sample(struct fix *f, const char *text, size_t want)
{
	size_t samples = 0;
	unsigned number = 1;
	int rc = 0;

	for (const char *p = text; *p != '\0' && rc == 0; p = next_line(p), number++) {
		samples += begins_sample(p);
		if (samples == 0 || samples == want + 1)
			rc = run_line(f, (struct line){ p, line_end(p) });
	}
	if (rc == -EINVAL && f->e != NULL) {
		struct err why = *f->e;

		err_set(f->e, rc, "line %u: %.200s", number - 1, why.msg);
	}
	return rc;
}

static size_t count_samples(const char *text)
{
	size_t n = 0;

	for (const char *p = text; *p != '\0'; p = next_line(p))
		n += begins_sample(p);
	return n;
}

static int fill(struct fix *f, const char *text, size_t sample, int64_t later_ms)
{
	int64_t ms;
	int rc;

	if (f->want->places)
		snap_with(f->b, SIDE_PLACE);
	if (f->want->tcp_stat)
		snap_with(f->b, SIDE_TCP);
	if (f->want->details != 0)
		snap_with(f->b, SIDE_DETAIL);
	if (f->want->births)
		snap_with(f->b, SIDE_BIRTH);
	rc = run_sample(f, text, sample);
	ms = f->wall_ms + later_ms;
	if (rc == 0 && f->want->owners)
		rc = join_owners(f);
	for (enum source_id id = SRC_TCP; id < SRC_COUNT; id++)
		if (source_wanted(f->want, id))
			snap_source_ok(f->b, id);
	snap_set_close(f->b, f->want->close && !f->no_close);
	snap_set_unfound(f->b, f->unfound);
	snap_set_brief(f->b, f->want->brief, 0);
	snap_set_times(f->b, ms * NS_PER_MS, (ms - MONO_OF_WALL_MS) * NS_PER_MS);
	free(f->proc);
	free(f->hold);
	return rc;
}

static const struct fix fix_empty = { .wall_ms = DEFAULT_MS, .unfound = WHY_NO_PROCESS };

/* TCP, UDP, and what else there is a socket of, or a word about its source. */
static unsigned protos_of(const char *text)
{
	unsigned protos = PROTO_BIT(PROTO_TCP) | PROTO_BIT(PROTO_UDP);
	char word[32];

	for (unsigned p = PROTO_UDP + 1; p < PROTO_COUNT; p++) {
		snprintf(word, sizeof(word), "sock %s ", proto_name(p));
		protos |= strstr(text, word) != NULL ? PROTO_BIT(p) : 0;
		snprintf(word, sizeof(word), "source %s ", proto_name(p));
		protos |= strstr(text, word) != NULL ? PROTO_BIT(p) : 0;
	}
	return protos;
}

const struct snap *fake_snap(const char *text, struct snap_pool *pool, const struct snap *prev)
{
	struct want want = { .protos = protos_of(text),
			     .close = true,
			     .owners = true,
			     .places = strstr(text, " cgroup ") != NULL,
			     .tcp_stat = strstr(text, " sent ") != NULL ||
					 strstr(text, " received ") != NULL,
			     .details = ~0u,
			     .netns = strstr(text, "netns ") != NULL ? NETNS_ALL : NETNS_UNTOLD,
			     .births = true,
			     .brief = true };
	struct fix f = fix_empty;
	struct err e = { 0 };

	f.b = snap_build(pool, prev);
	f.want = &want;
	f.e = &e;
	if (fill(&f, text, 0, 0) < 0) {
		fprintf(stderr, "fake_snap: %s\n", e.msg);
		abort();
	}
	return snap_seal(f.b);
}

/* ---- the source ------------------------------------------------------ */

struct fake {
	struct buf text;
	size_t samples, taken;
};

static int read_file(const char *path, struct buf *out, struct err *e)
{
	FILE *in = fopen(path, "re");
	char chunk[4096];
	size_t n;

	if (in == NULL)
		return err_set(e, -errno, "%s: %s", path, strerror(errno));
	while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		buf_add(out, chunk, n);
	fclose(in);
	return 0;
}

static void fake_close(void *priv)
{
	struct fake *k = priv;

	if (k == NULL)
		return;
	buf_free(&k->text);
	free(k);
}

static int fake_open(void **priv, struct err *e)
{
	const char *path = getenv(FAKE_ENV);
	struct fake *k = xcalloc(1, sizeof(*k));
	int rc;

	if (path == NULL)
		rc = err_set(e, -EINVAL, "%s is not set", FAKE_ENV);
	else
		rc = read_file(path, &k->text, e);
	if (rc == 0) {
		k->samples = count_samples(k->text.len > 0 ? k->text.s : "");
		if (k->samples == 0)
			rc = err_set(e, -EINVAL, "%s: no sample", path);
	}
	if (rc < 0) {
		fake_close(k);
		return rc;
	}
	*priv = k;
	return 0;
}

static int fake_collect(void *priv, struct snap_builder *b, const struct want *w, int cancel_fd,
			struct err *e)
{
	struct fake *k = priv;
	size_t last = k->samples - 1, sample = k->taken < last ? k->taken : last;
	struct fix f = fix_empty;

	(void)cancel_fd;
	f.b = b;
	f.want = w;
	f.e = e;
	return fill(&f, k->text.s, sample, (int64_t)(k->taken++ - sample) * REPEAT_MS);
}

const struct source_ops fake_source = {
	.name = "fake",
	.open = fake_open,
	.collect = fake_collect,
	.close = fake_close,
};
