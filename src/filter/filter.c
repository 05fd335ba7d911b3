/* SPDX-License-Identifier: MIT */
#include "sockeye/filter/filter.h"

#include <assert.h>
#include <stdlib.h>

#include "sockeye/base/mem.h"

#include "check.h"
#include "offload.h"
#include "parse.h"
#include "prog.h"
#include "ss.h"

struct filter {
	struct tree tree;
	struct prog prog;
	const struct snap *bound; /* compared, never followed */
};

struct filter *filter_parse(const char *text, size_t len, struct err *e)
{
	return filter_parse_for(text, len, 0, e);
}

static uint8_t family_of(unsigned protos)
{
	switch (protos) {
	case PROTO_BIT(PROTO_UNIX):
		return AF_UNIX;
	case PROTO_BIT(PROTO_PACKET):
		return AF_PACKET;
	case PROTO_BIT(PROTO_NETLINK):
		return AF_NETLINK;
	case PROTO_BIT(PROTO_VSOCK):
		return AF_VSOCK;
	}
	return 0;
}

struct filter *filter_parse_for(const char *text, size_t len, unsigned protos, struct err *e)
{
	struct filter *f = xcalloc(1, sizeof(*f));

	f->tree.family = family_of(protos);
	if (parse_filter(text, len, &f->tree, e) != 0) {
		filter_free(f);
		return NULL;
	}
	prog_compile(&f->prog, &f->tree);
	return f;
}

void filter_free(struct filter *f)
{
	if (f == NULL)
		return;
	prog_free(&f->prog);
	tree_free(&f->tree);
	free(f);
}

void filter_bind(struct filter *f, const struct snap *s)
{
	f->bound = s;
	prog_bind(&f->prog, s);
}

bool filter_match(const struct filter *f, const struct snap *s, uint32_t row)
{
	assert(f->prog.n_bound == 0 || f->bound == s);
	return prog_run(&f->prog, s, row);
}

bool filter_match_told(const struct filter *f, const struct snap *s, const struct sock *k,
		       const struct sock_ext *x)
{
	assert(f->prog.n_bound == 0 || f->bound == s);
	return prog_run_told(&f->prog, s, k, x);
}

bool filter_is_all(const struct filter *f)
{
	return f->tree.n_node == 0;
}

static uint32_t passing_pairs(const struct filter *f)
{
	return f->tree.n_node > 0 ? f->tree.node[f->tree.n_node - 1].yes : PAIRS_ALL;
}

static unsigned passing_protos(const struct filter *f)
{
	return f->tree.n_node > 0 ? f->tree.node[f->tree.n_node - 1].protos_yes : PROTOS_ALL;
}

unsigned filter_states(const struct filter *f)
{
	uint32_t pairs = passing_pairs(f);

	return (pairs | pairs >> 16) & ST_ALL;
}

unsigned filter_protos(const struct filter *f)
{
	uint32_t pairs = passing_pairs(f);
	unsigned rest = PROTOS_ALL & ~PROTO_BIT(PROTO_TCP);

	return (((pairs & PAIRS_TCP) != 0 ? PROTO_BIT(PROTO_TCP) : 0) |
		((pairs & PAIRS_REST) != 0 ? rest : 0)) &
	       passing_protos(f);
}

unsigned filter_states_of(const struct filter *f, enum proto proto)
{
	uint32_t pairs = passing_pairs(f);

	if ((passing_protos(f) >> proto & 1) == 0)
		return 0;
	return (proto == PROTO_TCP ? pairs : pairs >> 16) & ST_ALL;
}

bool filter_needs_owners(const struct filter *f)
{
	for (uint32_t i = 0; i < f->tree.n_cond; i++)
		if (subject_table[f->tree.cond[i].subject].owners)
			return true;
	return false;
}

bool filter_needs_places(const struct filter *f)
{
	for (uint32_t i = 0; i < f->tree.n_cond; i++)
		if (subject_table[f->tree.cond[i].subject].places)
			return true;
	return false;
}

unsigned filter_details(const struct filter *f)
{
	unsigned details = 0;

	for (uint32_t i = 0; i < f->tree.n_cond; i++)
		details |= subject_table[f->tree.cond[i].subject].details;
	return details;
}

bool filter_needs_netns(const struct filter *f)
{
	for (uint32_t i = 0; i < f->tree.n_cond; i++)
		if (f->tree.cond[i].subject == SUBJ_NETNS)
			return true;
	return false;
}

bool filter_needs_listeners(const struct filter *f)
{
	for (uint32_t i = 0; i < f->tree.n_cond; i++)
		if (f->tree.cond[i].subject == SUBJ_LISTENER)
			return true;
	return false;
}

enum offload filter_compile(const struct filter *f, struct buf *out)
{
	return offload_compile(&f->tree, out);
}

int filter_print_ss(const struct filter *f, unsigned protos, struct buf *out, struct err *e)
{
	return ss_print(&f->tree, protos, out, e);
}

const char *filter_remark(const struct filter *f)
{
	return f->tree.remark;
}

void filter_print(const struct filter *f, struct buf *out)
{
	tree_print(&f->tree, out);
}
