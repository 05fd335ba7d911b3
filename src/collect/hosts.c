/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/hosts.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "config.h"
#include "sockeye/base/index.h"
#include "sockeye/base/mem.h"
#include "sockeye/collect/clock.h"
#include "sockeye/collect/etc.h"

#ifdef HAVE_CARES
#include <ares.h>
#endif

#define TIMEOUT_MS 1500
#define TRIES      2

/* A host may get another name any time, a missing one sooner; a server may be back at once. */
#define KEEP_NAME_NS    (600 * NS_PER_SEC)
#define KEEP_NOTHING_NS (300 * NS_PER_SEC)
#define KEEP_FAILED_NS  (60 * NS_PER_SEC)

struct entry {
	struct addr addr;
	bool asked;         /* and not answered */
	int64_t expires_ns; /* CLOCK_MONOTONIC; the name stays until another one comes */
	char *name;         /* NULL: none */
	size_t len;
};

struct hosts {
	struct hosts_cfg cfg;
	struct etc *etc; /* NULL: not read yet */
	struct index ix; /* rows of entry */
	struct entry *entry;
	uint32_t n;
	unsigned asked;
	bool news;
	bool opened; /* it was tried: without a channel there will be none */
	int epoll, timer;
#ifdef HAVE_CARES
	ares_channel channel; /* NULL: not opened, or it could not be */
#endif
};

static const struct etc *etc_of(struct hosts *h)
{
	if (h->etc == NULL)
		h->etc = etc_read(h->cfg.dir);
	return h->etc;
}

/* ---- what is kept ------------------------------------------------------- */

static uint64_t hash_addr(const struct index *ix, const struct addr *a)
{
	return index_hash2(ix, addr_hi(a), addr_lo(a));
}

static struct entry *find(const struct hosts *h, const struct addr *a, uint32_t *at)
{
	uint32_t row;

	for (*at = index_first(&h->ix, hash_addr(&h->ix, a));
	     (row = index_row(&h->ix, *at)) != IDX_NONE; *at = index_next(&h->ix, *at))
		if (addr_equal(&h->entry[row].addr, a))
			return &h->entry[row];
	return NULL;
}

static struct str host(void *priv, const struct addr *a)
{
	struct hosts *h = priv;
	struct str name = etc_host(etc_of(h), a);
	const struct entry *e;
	uint32_t at;

	if (name.len > 0)
		return name;
	e = find(h, a, &at);
	return e != NULL && e->name != NULL ? (struct str){ e->name, e->len }
					    : (struct str){ "", 0 };
}

static struct str service(void *priv, unsigned proto, uint16_t port)
{
	return etc_service(etc_of(priv), (enum proto)proto, port);
}

#ifdef HAVE_CARES

static uint64_t hash_entry(const struct index *ix, const void *ctx, uint32_t row)
{
	const struct entry *entry = ctx;

	return hash_addr(ix, &entry[row].addr);
}

/* Makes room by forgetting all that is not under way: what is still on the screen comes again. */
static void forget(struct hosts *h)
{
	uint32_t kept = 0;

	(void)index_reset(&h->ix, 0);
	for (uint32_t i = 0; i < h->n; i++) {
		uint32_t at;

		if (!h->entry[i].asked) {
			free(h->entry[i].name);
			continue;
		}
		h->entry[kept] = h->entry[i];
		(void)find(h, &h->entry[kept].addr, &at);
		index_put(&h->ix, at, kept++);
	}
	h->n = kept;
}

/* The entry of an address, new if need be; NULL without memory. */
static struct entry *make(struct hosts *h, const struct addr *a)
{
	struct entry *e;
	uint32_t at;

	if (h->n == HOSTS_KEPT)
		forget(h);
	if (h->entry == NULL)
		h->entry = xcalloc(HOSTS_KEPT, sizeof(*h->entry));
	if (index_full(&h->ix) && index_grow(&h->ix, hash_entry, h->entry) != 0)
		return NULL;
	e = find(h, a, &at);
	if (e != NULL)
		return e;
	index_put(&h->ix, at, h->n);
	h->entry[h->n] = (struct entry){ .addr = *a };
	return &h->entry[h->n++];
}

/* ---- asking ------------------------------------------------------------- */

struct question {
	struct hosts *h;
	struct addr addr;
};

static void note_answer(struct hosts *h, struct entry *e, int status, const char *name)
{
	size_t len = name != NULL ? strlen(name) : 0;
	int64_t keep_ns = KEEP_FAILED_NS;

	/* The dot of the root. */
	if (len > 1 && name[len - 1] == '.')
		len--;
	e->asked = false;
	if (status == ARES_SUCCESS || status == ARES_ENOTFOUND || status == ARES_ENODATA) {
		free(e->name);
		e->name = NULL;
		e->len = 0;
		keep_ns = KEEP_NOTHING_NS;
	}
	if (status == ARES_SUCCESS && namer_is_host(name, len)) {
		e->name = xmemdup(name, len);
		e->len = len;
		keep_ns = KEEP_NAME_NS;
		h->news = true;
	}
	e->expires_ns = clock_ns(CLOCK_MONOTONIC) + keep_ns;
}

static void answered(void *arg, int status, int timeouts, struct hostent *found)
{
	struct question *q = arg;
	struct hosts *h = q->h;
	uint32_t at;
	struct entry *e = find(h, &q->addr, &at);

	(void)timeouts;
	h->asked--;
	/* When all ends there are entries, but nobody to tell. */
	if (e != NULL && status != ARES_EDESTRUCTION)
		note_answer(h, e, status, found != NULL ? found->h_name : NULL);
	free(q);
}

static void socket_changed(void *data, ares_socket_t fd, int readable, int writable)
{
	struct hosts *h = data;
	struct epoll_event event = { .data.fd = fd };

	if (readable)
		event.events |= EPOLLIN;
	if (writable)
		event.events |= EPOLLOUT;
	if (event.events == 0)
		epoll_ctl(h->epoll, EPOLL_CTL_DEL, fd, NULL);
	else if (epoll_ctl(h->epoll, EPOLL_CTL_MOD, fd, &event) != 0)
		epoll_ctl(h->epoll, EPOLL_CTL_ADD, fd, &event);
}

/* Only datagrams: the sandbox lets nothing else through, and a name is never too long for one. */
static bool open_channel(struct hosts *h)
{
	char order[] = "b"; /* no files: they are read by us, once */
	struct ares_options options = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_IGNTC,
		.timeout = h->cfg.timeout_ms > 0 ? h->cfg.timeout_ms : TIMEOUT_MS,
		.tries = TRIES,
		.lookups = order,
		.sock_state_cb = socket_changed,
		.sock_state_cb_data = h,
	};
	struct epoll_event event = { .events = EPOLLIN };

	h->opened = true;
	h->epoll = epoll_create1(EPOLL_CLOEXEC);
	h->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	event.data.fd = h->timer;
	if (h->epoll < 0 || h->timer < 0 ||
	    epoll_ctl(h->epoll, EPOLL_CTL_ADD, h->timer, &event) != 0)
		return false;
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		return false;
	if (ares_init_options(&h->channel, &options,
			      ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
				      ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB) != ARES_SUCCESS) {
		h->channel = NULL;
		return false;
	}
	return h->cfg.servers == NULL ||
	       ares_set_servers_ports_csv(h->channel, h->cfg.servers) == ARES_SUCCESS;
}

/* When the next question takes too long, at the latest. */
static void set_timer(struct hosts *h)
{
	struct itimerspec when = { .it_value = { 0, 0 } };
	struct timeval left, *next = ares_timeout(h->channel, NULL, &left);

	if (next != NULL) {
		when.it_value.tv_sec = next->tv_sec;
		when.it_value.tv_nsec = next->tv_usec * 1000;
		/* Zero would be never. */
		if (next->tv_sec == 0 && next->tv_usec == 0)
			when.it_value.tv_nsec = 1;
	}
	timerfd_settime(h->timer, 0, &when, NULL);
}

static void begin(struct hosts *h, const struct addr *a)
{
	struct question *q = xcalloc(1, sizeof(*q));
	bool v4 = addr_is_v4(a);

	q->h = h;
	q->addr = *a;
	h->asked++;
	ares_gethostbyaddr(h->channel, v4 ? a->b + 12 : a->b, v4 ? 4 : 16, v4 ? AF_INET : AF_INET6,
			   answered, q);
	set_timer(h);
}

/* What no server can know of. */
static bool is_local(const struct addr *a)
{
	static const uint8_t loopback6[16] = { [15] = 1 };

	if (addr_is_v4(a))
		return a->b[12] == 127 || a->b[12] >= 224 || (a->b[12] == 169 && a->b[13] == 254);
	return memcmp(a->b, loopback6, sizeof(loopback6)) == 0 || a->b[0] == 0xff ||
	       addr_is_link_local(a);
}

static void ask(void *priv, const struct addr *a)
{
	struct hosts *h = priv;
	struct entry *e;
	uint32_t at;

	if (h->asked >= HOSTS_ASKED || is_local(a) || etc_host(etc_of(h), a).len > 0)
		return;
	e = find(h, a, &at);
	if (e != NULL && (e->asked || clock_ns(CLOCK_MONOTONIC) < e->expires_ns))
		return;
	if (!h->opened && !open_channel(h)) {
		if (h->channel != NULL)
			ares_destroy(h->channel);
		h->channel = NULL;
	}
	e = h->channel != NULL ? make(h, a) : NULL;
	if (e == NULL)
		return;
	e->asked = true;
	begin(h, a);
}

static bool step(void *priv)
{
	struct hosts *h = priv;
	struct epoll_event event[16];
	bool news;
	int n;

	if (h->channel == NULL)
		return false;
	n = epoll_wait(h->epoll, event, ARRAY_SIZE(event), 0);
	for (int i = 0; i < n; i++) {
		uint64_t times;
		int fd = event[i].data.fd;

		if (fd == h->timer) {
			if (read(fd, &times, sizeof(times)) > 0)
				ares_process_fd(h->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
			continue;
		}
		ares_process_fd(h->channel,
				event[i].events & ~(uint32_t)EPOLLOUT ? fd : ARES_SOCKET_BAD,
				event[i].events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
	}
	if (n > 0)
		set_timer(h);
	news = h->news;
	h->news = false;
	return news;
}

const char *hosts_missing(void)
{
	return NULL;
}

static void close_channel(struct hosts *h)
{
	if (h->channel != NULL)
		ares_destroy(h->channel);
	if (h->opened)
		ares_library_cleanup();
}

#else

static void ask(void *priv, const struct addr *a)
{
	(void)priv;
	(void)a;
}

static bool step(void *priv)
{
	(void)priv;
	return false;
}

const char *hosts_missing(void)
{
	return "built without c-ares";
}

static void close_channel(struct hosts *h)
{
	(void)h;
}

#endif

static int fd_of(void *priv)
{
	const struct hosts *h = priv;

	return h->epoll;
}

static bool waiting(void *priv)
{
	const struct hosts *h = priv;

	return h->asked > 0;
}

/* ---- life --------------------------------------------------------------- */

static void close_hosts(void *priv)
{
	struct hosts *h = priv;

	close_channel(h);
	if (h->epoll >= 0)
		close(h->epoll);
	if (h->timer >= 0)
		close(h->timer);
	for (uint32_t i = 0; i < h->n; i++)
		free(h->entry[i].name);
	free(h->entry);
	index_free(&h->ix);
	etc_free(h->etc);
	free(h);
}

struct namer hosts_new(const struct hosts_cfg *cfg)
{
	static const struct namer_ops ops = {
		.host = host,
		.service = service,
		.ask = ask,
		.fd = fd_of,
		.step = step,
		.waiting = waiting,
		.close = close_hosts,
	};
	struct hosts *h = xcalloc(1, sizeof(*h));

	h->cfg = *cfg;
	h->epoll = h->timer = -1;
	index_init(&h->ix);
	return (struct namer){ &ops, h };
}

void hosts_free(struct namer *n)
{
	n->ops->close(n->priv);
	n->priv = NULL;
}
