/* SPDX-License-Identifier: MIT */
#include "sockeye/program.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"
#include "config.h"
#include "events.h"
#include "rights.h"
#include "sandbox.h"
#include "sockeye/collect/hosts.h"
#include "sockeye/collect/netns.h"
#include "sockeye/collect/owners.h"
#include "sockeye/collect/protocols.h"
#include "sockeye/options.h"
#include "sockeye/ui/loop.h"

enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1, /* output, memory */
	STATUS_USAGE = 2,
	STATUS_NO_DATA = 3, /* no source of sockets, or --strict */
};

#define OVERVIEW_ROWS   10
#define FILTER_FILE_MAX (1 << 20)

/* One line on stderr. What stands in the message may come from outside. */
static int complain(const struct err *e, int status)
{
	char text[TEXT_ROOM(sizeof(e->msg))];
	struct clean msg =
		text_clean(e->msg, strnlen(e->msg, sizeof(e->msg)), TEXT_ASCII, text, sizeof(text));

	fprintf(stderr, "sockeye: %s\n", msg.s);
	return status;
}

/*
 * A descriptor that is closed at the start would be given to the first file that is opened. Output
 * to one opened for reading fails, as output to a closed one should.
 */
static void guard_standard_fds(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY) < 0)
			return;
}

static int write_all(const struct buf *b)
{
	for (size_t at = 0; at < b->len;) {
		ssize_t n = write(STDOUT_FILENO, b->s + at, b->len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += (size_t)n;
	}
	return 0;
}

static int print(struct buf *b)
{
	struct err e;
	int rc = write_all(b);

	buf_free(b);
	if (rc == 0)
		return STATUS_OK;
	err_set(&e, rc, "cannot write: %s", strerror(-rc));
	return complain(&e, STATUS_FAILED);
}

static int print_help(void)
{
	struct buf b = { .s = NULL };

	options_help(&b);
	return print(&b);
}

static int print_version(void)
{
	const char *no_bpf = owners_bpf_missing(), *no_dns = hosts_missing();
	struct buf b = { .s = NULL };

	buf_str(&b, "sockeye " PACKAGE_VERSION "\n");
	buf_str(&b, "sockets: sock_diag, else /proc/net; owners: /proc, incremental; BPF: ");
	buf_fmt(&b, "%s\n", no_bpf != NULL ? no_bpf : "for many sockets");
	buf_fmt(&b, "names: /etc, DNS: %s\n", no_dns != NULL ? no_dns : "c-ares");
	return print(&b);
}

/* ---- filter ---------------------------------------------------------- */

/* As ss: lines are joined by blanks; empty ones and those that begin with # are left out. */
static void add_lines(struct buf *filter, const struct buf *file)
{
	for (size_t at = 0; at < file->len;) {
		const char *line = file->s + at;
		const char *end = memchr(line, '\n', file->len - at);
		size_t len = end != NULL ? (size_t)(end - line) : file->len - at;

		if (len > 0 && *line != '#') {
			if (filter->len > 0)
				buf_char(filter, ' ');
			buf_add(filter, line, len);
		}
		at += len + 1;
	}
}

static int read_filter_file(struct options *o, struct err *e)
{
	bool is_stdin = strcmp(o->filter_file, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(o->filter_file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct buf file = { .s = NULL };
	char chunk[4096];
	ssize_t n = 0;
	int rc = 0;

	if (fd < 0)
		return err_set(e, -errno, "filter file %.120s: %s", o->filter_file,
			       strerror(errno));
	while (file.len <= FILTER_FILE_MAX && (n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_add(&file, chunk, (size_t)n);
	if (n < 0)
		rc = err_set(e, -errno, "filter file %.120s: %s", o->filter_file, strerror(errno));
	else if (file.len > FILTER_FILE_MAX)
		rc = err_set(e, -EFBIG, "filter file %.120s: larger than 1 MiB", o->filter_file);
	else
		add_lines(&o->filter, &file);
	buf_free(&file);
	if (!is_stdin)
		close(fd);
	return rc;
}

static struct filter *make_filter(struct options *o, struct err *e)
{
	const char *text;
	struct filter *f;
	struct err why;

	if (o->filter_file != NULL && read_filter_file(o, e) != 0)
		return NULL;
	text = o->filter.len > 0 ? o->filter.s : "";
	f = filter_parse_for(text, o->filter.len, o->select.protos, &why);
	if (f == NULL && why.pos != ERR_NO_POS)
		err_set(e, why.code, "filter, column %zu: %s", why.pos + 1, why.msg);
	else if (f == NULL)
		err_set(e, why.code, "filter: %s", why.msg);
	return f;
}

/* ---- reports --------------------------------------------------------- */

/* What the kernel has not there can be no sockets of. */
static bool is_missing(const struct options *o, enum absent a)
{
	return o->absent[a] && protocols_has(NULL, options_absent_registered(a), NULL) != 0;
}

static size_t list_missing(const struct options *o, struct missing *missing)
{
	size_t n = 0;

	for (unsigned a = 0; a < ABSENT_COUNT; a++)
		if (is_missing(o, (enum absent)a))
			missing[n++] =
				(struct missing){ .source = options_absent_name((enum absent)a),
						  .reason = "not collected by this version" };
	return n;
}

static bool is_overview(const struct options *o)
{
	return !o->has_by && !o->summary;
}

/* Processes are looked for only when the report shows or asks for them. */
static bool needs_owners(const struct options *o, const struct filter *f)
{
	if (filter_needs_owners(f))
		return true;
	return !o->summary && !(o->has_by && o->by == BY_STATE);
}

static bool needs_places(const struct options *o, const struct filter *f)
{
	bool rows = !o->summary && !(o->has_by && o->by == BY_STATE);

	return filter_needs_places(f) || (rows && o->all_netns) ||
	       (o->has_by && (by_is_place(o->by) || o->by == BY_NETNS));
}

static enum want_netns wanted_netns(const struct options *o)
{
	if (o->all_netns)
		return NETNS_ALL;
	return o->netns != NULL ? NETNS_ONE : NETNS_UNTOLD;
}

/* What is to come with each socket: details are shown of single ones. */
static unsigned details_of(const struct options *o)
{
	if (!o->has_by || o->by != BY_SOCKET || o->summary)
		return 0;
	return (o->extended ? DETAIL_PART_SOCKET : 0u) | (o->memory ? DETAIL_PART_MEMORY : 0u) |
	       (o->info ? DETAIL_PART_INFO : 0u);
}

/* Why the kernel does not tell the mark of a socket; NULL: it does. */
static const char *marks_untold(const struct options *o)
{
	if (o->read_only)
		return "fwmark is told with CAP_NET_ADMIN only, which --read-only gives up";
	return rights_have(RIGHTS_DETAILS) ? NULL : "fwmark is told with CAP_NET_ADMIN only";
}

static enum text_set report_set(const struct options *o)
{
	return o->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0 ? TEXT_ASCII : TEXT_UTF8;
}

static struct report_cfg report_config(const struct options *o, struct filter *f)
{
	return (struct report_cfg){
		.query = { .select = o->select,
			   .filter = f,
			   .by = o->by,
			   .prefix4 = o->prefix4,
			   .prefix6 = o->prefix6,
			   .sort = o->sort,
			   .ascending = o->ascending,
			   .distinct = true },
		.overview = is_overview(o),
		.summary = o->summary,
		.netns = o->all_netns || o->netns != NULL,
		.json = o->json,
		.head = !o->no_header,
		.timers = o->timers,
		.places = needs_places(o, f),
		.details = details_of(o),
		.numeric = o->numeric,
		.rates = o->rates,
		.top = o->top == UINT32_MAX && is_overview(o) ? OVERVIEW_ROWS : o->top,
		.filter_text = o->filter.len > 0 ? o->filter.s : "",
		.set = report_set(o),
	};
}

/*
 * What the kernel may leave out of a report. It takes about two nanoseconds for each instruction
 * and socket, where a socket that comes costs about eight hundred: a longer program is not worth
 * it.
 */
#define THIN_CODE_MAX 4096

/* Only listeners and what corresponds to them, as the view selects them for -l. */
static unsigned selected_states(const struct select *sel, enum proto proto)
{
	if (!sel->listening)
		return ST_ALL;
	return ST_BIT(ST_LISTEN) |
	       (proto != PROTO_TCP && proto != PROTO_MPTCP ? ST_BIT(ST_CLOSE) : 0);
}

/* Puts the program into code. */
static struct thin make_thin(const struct options *o, const struct filter *f, struct buf *code)
{
	struct thin t = { .listeners = filter_needs_listeners(f) ||
				       (o->has_by && o->by == BY_LISTENER) };

	for (unsigned p = 0; p < PROTO_COUNT; p++)
		t.states[p] = filter_states_of(f, (enum proto)p) &
			      selected_states(&o->select, (enum proto)p);
	if (filter_compile(f, code) != OFFLOAD_NONE && code->len <= THIN_CODE_MAX) {
		t.code = code->s;
		t.code_len = code->len;
	}
	return t;
}

static void sleep_until(const struct timespec *t)
{
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, t, NULL) == EINTR)
		;
}

static void advance(struct timespec *t, unsigned ms)
{
	t->tv_sec += ms / 1000;
	t->tv_nsec += (long)(ms % 1000) * 1000000;
	if (t->tv_nsec >= 1000000000) {
		t->tv_sec++;
		t->tv_nsec -= 1000000000;
	}
}

/* ---- what is given up ------------------------------------------------- */

/* For the status page. */
struct given_up {
	const struct options *o;
	unsigned goes_on; /* enum sandbox_way */
	struct buf kept;
	char sandbox[320];
};

/*
 * Before there is a second thread. NET_ADMIN is the right to end sockets as well: a run that is to
 * take no action does without what else it shows.
 */
static void give_up_rights(struct given_up *g, bool owners)
{
	unsigned uses = owners ? RIGHTS_OWNERS : 0;

	if (!g->o->read_only)
		uses |= RIGHTS_DETAILS;
	if (owners && owners_bpf_missing() == NULL) {
		g->goes_on |= SANDBOX_BPF;
		uses |= RIGHTS_BPF;
	}
	if (wanted_netns(g->o) != NETNS_UNTOLD) {
		g->goes_on |= SANDBOX_NETNS;
		uses |= RIGHTS_NETNS;
	}
	rights_drop(uses, &g->kept);
}

/* When all is open: the terminal and the sources. */
static void enter_sandbox(void *ctx)
{
	struct given_up *g = ctx;
	struct err e;

	if (g->o->no_sandbox)
		snprintf(g->sandbox, sizeof(g->sandbox), "off (--no-sandbox)");
	else if (sandbox_enter(g->goes_on, &e) != 0)
		snprintf(g->sandbox, sizeof(g->sandbox), "none: %s", e.msg);
	else
		snprintf(g->sandbox, sizeof(g->sandbox), "on");
}

/* One sample and its report. *last is the snapshot before and becomes this one. */
static int report_once(const struct source_ops *source, void *priv, struct snap_pool *pool,
		       const struct want *want, struct report *r, const struct snap **last,
		       bool *complete, struct err *e)
{
	struct snap_builder *b = snap_build(pool, *last);
	const struct snap *s;
	int rc = source->collect(priv, b, want, -1, e);

	if (rc != 0) {
		snap_abandon(b);
		return STATUS_NO_DATA;
	}
	s = snap_seal(b);
	if (s == NULL) {
		err_set(e, -ENOMEM, "not enough memory for a snapshot");
		return STATUS_FAILED;
	}
	snap_unref(*last);
	*last = s;
	return report_write(r, s, STDOUT_FILENO, complete, e) == 0 ? STATUS_OK : STATUS_FAILED;
}

/* When all was written: a full disk may say so only now. */
static int close_output(struct err *e)
{
	if (close(STDOUT_FILENO) == 0)
		return STATUS_OK;
	err_set(e, -errno, "cannot write: %s", strerror(errno));
	return STATUS_FAILED;
}

static int run_reports(const struct source_ops *source, const struct options *o, struct filter *f,
		       const struct namer *namer)
{
	uint32_t count = o->has_count ? o->count : 1;
	struct buf code = { .s = NULL };
	struct thin thin = make_thin(o, f, &code);
	struct want want = { .protos = o->select.protos,
			     .close = true,
			     .owners = needs_owners(o, f),
			     .places = needs_places(o, f),
			     .once = count == 1,
			     .netns = wanted_netns(o),
			     .netns_ino = o->netns_ino,
			     .details = details_of(o) |
					(filter_details(f) != 0 ? DETAIL_PART_SOCKET : 0u),
			     .brief = o->json && count != 1,
			     .tcp_stat = o->rates,
			     .max_sockets = o->max_sockets,
			     .thin = &thin };
	struct report_cfg cfg = report_config(o, f);
	struct given_up given_up = { .o = o, .goes_on = o->resolve ? SANDBOX_DNS : 0 };
	struct missing missing[ABSENT_COUNT];
	struct snap_pool *pool = NULL;
	const struct snap *last = NULL;
	struct report *r = NULL;
	bool all_complete = true;
	struct timespec next;
	struct err e;
	void *priv = NULL;
	int status = STATUS_OK;

	cfg.namer = o->resolve ? namer : NULL;
	if (want.netns == NETNS_UNTOLD &&
	    (filter_needs_netns(f) || (o->has_by && o->by == BY_NETNS)))
		want.netns = NETNS_OWN;
	give_up_rights(&given_up, want.owners);
	if (source->open(&priv, &e) != 0) {
		buf_free(&given_up.kept);
		buf_free(&code);
		return complain(&e, STATUS_NO_DATA);
	}
	enter_sandbox(&given_up);
	pool = snap_pool_new();
	r = report_new(&cfg);
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (uint32_t i = 0; status == STATUS_OK && (count == 0 || i < count); i++) {
		bool complete = true;

		if (i > 0) {
			advance(&next, o->interval_ms);
			sleep_until(&next);
		}
		/* A module may have come since. */
		report_set_missing(r, missing, list_missing(o, missing));
		status = report_once(source, priv, pool, &want, r, &last, &complete, &e);
		all_complete = all_complete && complete;
	}
	if (status == STATUS_OK)
		status = close_output(&e);
	if (status != STATUS_OK)
		complain(&e, status);
	else if (o->strict && !all_complete)
		status = STATUS_NO_DATA;
	report_free(r);
	snap_unref(last);
	snap_pool_free(pool);
	source->close(priv);
	buf_free(&given_up.kept);
	buf_free(&code);
	return status;
}

/* ---- events ---------------------------------------------------------- */

/* Samples have sockets of all states, as in any of them one may have begun. */
static struct thin thin_events(const struct options *o, const struct filter *f, struct buf *code)
{
	struct thin t = make_thin(o, f, code);

	t.listeners = true;
	for (unsigned p = 0; p < PROTO_COUNT; p++)
		t.states[p] = ST_ALL;
	return t;
}

static int run_events(const struct source_ops *source, const struct options *o, struct filter *f,
		      const struct namer *namer)
{
	const unsigned tell = PROTO_BIT(PROTO_TCP) | PROTO_BIT(PROTO_UDP);
	struct given_up given_up = { .o = o, .goes_on = o->resolve ? SANDBOX_DNS : 0 };
	struct buf code = { .s = NULL };
	struct thin thin = thin_events(o, f, &code);
	struct events_cfg cfg = {
		.source = source,
		.want = { .protos = o->select.protos & tell,
			  .owners = true,
			  .places = filter_needs_places(f),
			  .details = filter_details(f) != 0 ? DETAIL_PART_SOCKET : 0u,
			  .max_sockets = o->max_sockets,
			  .thin = &thin },
		.interval_ms = o->interval_ms,
		.report = { .select = o->select,
			    .filter = f,
			    .json = o->json,
			    .head = !o->no_header,
			    .limit = o->has_count ? o->count : 0,
			    .set = report_set(o),
			    .namer = o->resolve ? namer : NULL,
			    .fd = STDOUT_FILENO },
		.ready = enter_sandbox,
		.ready_ctx = &given_up,
	};
	struct err e;
	bool lost = false;
	int status;

	if (cfg.want.protos == 0) {
		err_set(&e, -ENOTSUP, "the kernel tells of the end of TCP and UDP sockets only");
		buf_free(&code);
		return complain(&e, STATUS_NO_DATA);
	}
	give_up_rights(&given_up, true);
	status = events_run(&cfg, &lost, &e);
	if (status == STATUS_OK)
		status = close_output(&e);
	if (status != STATUS_OK)
		complain(&e, status);
	else if (o->strict && lost)
		status = STATUS_NO_DATA;
	buf_free(&given_up.kept);
	buf_free(&code);
	return status;
}

/* ---- interface ------------------------------------------------------- */

static int run_interface(const struct source_ops *source, const struct options *o,
			 const struct term_cfg *term, struct conf *conf, const struct namer *namer)
{
	const char *rights[RIGHTS_MAX];
	/* Names may be switched on at any time, and the sandbox is for good. */
	struct given_up given_up = { .o = o, .goes_on = SANDBOX_DNS };
	struct utsname machine;
	char host[256] = "";
	struct loop_cfg cfg = {
		.source = source,
		.term = *term,
		.samples = o->has_count ? o->count : 0,
		.app = { .select = o->select,
			 .filter_text = o->filter.len > 0 ? o->filter.s : "",
			 .host = host,
			 .prefs = conf->settings.prefs,
			 .netns = wanted_netns(o),
			 .netns_ino = o->netns_ino,
			 .max_sockets = o->max_sockets,
			 .max_percent = o->max_percent,
			 .marks_untold = marks_untold(o),
			 .namer = namer,
			 .names = o->resolve,
			 .notice = conf->notice.len > 0 ? conf->notice.s : NULL,
			 .facts = { .version = PACKAGE_VERSION,
				    .kernel = uname(&machine) == 0 ? machine.release : NULL,
				    .rights = rights } },
		.save = conf_save,
		.save_ctx = conf,
		.ready = enter_sandbox,
		.ready_ctx = &given_up,
	};
	struct err e = { .msg = "" };
	int status;

	term_prepare();
	give_up_rights(&given_up, true);
	cfg.app.facts.kept = given_up.kept.s;
	cfg.app.facts.sandbox = given_up.sandbox;
	cfg.app.facts.n_rights = rights_missing(rights);
	cfg.app.prefs.interval_ms = o->interval_ms;
	if (gethostname(host, sizeof(host) - 1) != 0)
		host[0] = '\0';
	status = loop_run(&cfg, &e);
	if (e.msg[0] != '\0')
		complain(&e, status);
	buf_free(&given_up.kept);
	return status;
}

/*
 * Without a terminal a report is what is meant. With one that cannot show the interface a report is
 * the best that can be done, and e says so; its code is 0 when there is nothing to say.
 */
static bool wants_interface(const struct options *o, const struct term_cfg *term, struct err *e)
{
	int rc;

	err_set(e, 0, "%s", "");
	if (o->batch || o->events || o->json || o->has_by || o->summary)
		return false;
	rc = term_usable(term, e);
	if (rc == -ENOTTY)
		e->code = 0;
	return rc == 0;
}

/*
 * On the screen a filter stands for itself: what its ends owe to the one family that was chosen is
 * said in it.
 */
static void name_families(struct options *o, const struct filter *f)
{
	if ((o->select.protos & PROTOS_INET) != 0 || o->filter.len == 0)
		return;
	buf_reset(&o->filter);
	filter_print(f, &o->filter);
}

static int run_either(const struct source_ops *source, struct options *o, struct filter *f,
		      struct conf *conf)
{
	struct theme_own own = conf->settings.colors;
	struct term_cfg term = { .name = o->term, .color = o->color, .own = &own };
	struct namer namer = hosts_new(&(struct hosts_cfg){ .dir = NULL });
	struct err unusable;
	int status;

	settings_apply(&conf->settings, o);
	term.ascii = o->ascii;
	if (wants_interface(o, &term, &unusable)) {
		conf_add_colors(conf, &own);
		conf_read_typed(conf);
		name_families(o, f);
		status = run_interface(source, o, &term, conf, &namer);
	} else if (conf->bad) {
		status = complain(&conf->trouble, STATUS_USAGE);
	} else {
		if (conf->trouble.code != 0)
			complain(&conf->trouble, STATUS_OK);
		if (unusable.code != 0)
			complain(&unusable, STATUS_OK);
		status = o->events ? run_events(source, o, f, &namer)
				   : run_reports(source, o, f, &namer);
	}
	hosts_free(&namer);
	return status;
}

/*
 * Where no table was chosen and only sockets of others than the default pass the filter, these are
 * what it is about.
 */
static void choose_by_filter(struct options *o, const struct filter *f)
{
	unsigned passing = filter_protos(f);

	if (!o->chosen && passing != 0 && (passing & o->select.protos) == 0)
		o->select.protos = passing;
}

/* Before rights are given up. */
static int find_netns(struct options *o)
{
	struct err e;
	int rc = o->netns != NULL ? namespaces_resolve(o->netns, &o->netns_ino, &e) : 0;

	if (rc == 0)
		return STATUS_OK;
	return complain(&e, rc == -ENOENT ? STATUS_USAGE : STATUS_NO_DATA);
}

static int check_marks(const struct options *o, const struct filter *f)
{
	const char *why = (filter_details(f) & DETAIL_MARK) != 0 ? marks_untold(o) : NULL;
	struct err e;

	if (why == NULL)
		return STATUS_OK;
	err_set(&e, -EPERM, "filter: %s", why);
	return complain(&e, STATUS_NO_DATA);
}

/* Where nothing was chosen but what is not collected: only a kernel without that has nothing to tell. */
static int check_choice(const struct options *o)
{
	bool any = o->select.protos != 0;
	struct err e;

	for (unsigned a = 0; a < ABSENT_COUNT && o->select.protos == 0; a++) {
		any |= o->absent[a];
		if (!is_missing(o, (enum absent)a))
			continue;
		err_set(&e, -ENOTSUP, "%s sockets are not collected by this version",
			options_absent_name((enum absent)a));
		return complain(&e, STATUS_NO_DATA);
	}
	if (any)
		return STATUS_OK;
	err_set(&e, -EINVAL, "option --query leaves no sockets to look at");
	return complain(&e, STATUS_USAGE);
}

static int run(const struct source_ops *source, struct options *o)
{
	struct conf conf;
	struct filter *f;
	struct err e;
	int status;

	if (o->help)
		return print_help();
	if (o->version)
		return print_version();
	f = make_filter(o, &e);
	if (f == NULL)
		return complain(&e, STATUS_USAGE);
	status = find_netns(o);
	if (status != STATUS_OK) {
		filter_free(f);
		return status;
	}
	choose_by_filter(o, f);
	conf_read(&conf);
	status = check_choice(o);
	if (status == STATUS_OK)
		status = check_marks(o, f);
	if (status == STATUS_OK)
		status = run_either(source, o, f, &conf);
	conf_free(&conf);
	filter_free(f);
	return status;
}

int program_run(int argc, char **argv, const struct source_ops *source)
{
	struct options o;
	struct err e;
	int status;

	guard_standard_fds();
	rights_begin();
	signal(SIGXFSZ, SIG_IGN); /* a write that fails for that says so */
	setlocale(LC_CTYPE, "");
	if (rights_check(&e) != 0)
		return complain(&e, STATUS_USAGE);
	if (options_parse(&o, argc, argv, &e) != 0)
		status = complain(&e, STATUS_USAGE);
	else
		status = run(source, &o);
	options_free(&o);
	return status;
}
