/* SPDX-License-Identifier: MIT */
#include "seqs.h"

#include <stdlib.h>
#include <vterm.h>

#include "sockeye/base/mem.h"

struct seqs {
	VTerm *parser;
	struct seqs_count n;
};

/* The parser hands over all that is left; text reaches to the next control character. */
static int on_text(const char *bytes, size_t len, void *user)
{
	struct seqs *s = user;
	size_t i;

	for (i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)bytes[i];

		if (c < 0x20 || c == 0x7f)
			break;
		if (c == 0xc2 && i + 1 < len && (unsigned char)bytes[i + 1] >= 0x80 &&
		    (unsigned char)bytes[i + 1] <= 0x9f)
			s->n.c1++;
	}
	s->n.text += i;
	return (int)i;
}

static int on_control(unsigned char c, void *user)
{
	struct seqs *s = user;

	s->n.control++;
	if (c >= 0x80)
		s->n.c1++;
	return 1;
}

static int on_escape(const char *bytes, size_t len, void *user)
{
	struct seqs *s = user;

	(void)bytes;
	(void)len;
	s->n.escape++;
	return 1;
}

static void count_sgr(struct seqs *s, const long args[], int n)
{
	for (int i = 0; i < n; i++) {
		const long arg = CSI_ARG(args[i]);

		if (arg == 39 || arg == 49 ||
		    !((arg >= 30 && arg <= 48) || (arg >= 90 && arg <= 107)))
			continue;
		s->n.colour++;
		if (arg == 38 || arg == 48)
			return;
	}
}

static void count_mode(struct seqs *s, long mode, bool on)
{
	if (mode == 47 || mode == 1047 || mode == 1049)
		s->n.alt_screen++;
	if ((mode >= 1000 && mode <= 1006) || mode == 1015) {
		const unsigned bit = 1u << (mode - 1000);

		s->n.mouse += on;
		s->n.mouse_on = on ? s->n.mouse_on | bit : s->n.mouse_on & ~bit;
	}
	if (mode == 2004)
		s->n.paste = on;
	if (mode == 2026)
		*(on ? &s->n.frame_begin : &s->n.frame_end) += 1;
}

static int on_csi(const char *leader, const long args[], int n, const char *intermediate,
		  char command, void *user)
{
	struct seqs *s = user;
	const bool private = leader && leader[0] == '?';

	(void)intermediate;
	s->n.csi++;
	if (command == 'm' && !leader)
		count_sgr(s, args, n);
	if (command == 'J' && !leader && n > 0 && CSI_ARG(args[0]) == 2)
		s->n.clear++;
	if (private && (command == 'h' || command == 'l'))
		for (int i = 0; i < n; i++)
			count_mode(s, CSI_ARG(args[i]), command == 'h');
	return 1;
}

/* Strings come whole in libvterm 0.1, in pieces later. */
#if VTERM_VERSION_MAJOR == 0 && VTERM_VERSION_MINOR < 2
static int on_osc(const char *bytes, size_t len, void *user)
{
	struct seqs *s = user;

	(void)bytes;
	(void)len;
	s->n.osc++;
	return 1;
}

static int on_dcs(const char *bytes, size_t len, void *user)
{
	struct seqs *s = user;

	(void)bytes;
	(void)len;
	s->n.dcs++;
	return 1;
}
#else
static int on_osc(int command, VTermStringFragment frag, void *user)
{
	struct seqs *s = user;

	(void)command;
	s->n.osc += frag.initial;
	return 1;
}

static int on_dcs(const char *command, size_t len, VTermStringFragment frag, void *user)
{
	struct seqs *s = user;

	(void)command;
	(void)len;
	s->n.dcs += frag.initial;
	return 1;
}
#endif

static const VTermParserCallbacks callbacks = {
	.text = on_text,
	.control = on_control,
	.escape = on_escape,
	.csi = on_csi,
	.osc = on_osc,
	.dcs = on_dcs,
};

struct seqs *seqs_new(void)
{
	struct seqs *s = xcalloc(1, sizeof(*s));

	s->parser = vterm_new(1, 1);
	vterm_set_utf8(s->parser, 1);
	vterm_parser_set_callbacks(s->parser, &callbacks, s);
	return s;
}

void seqs_free(struct seqs *s)
{
	if (!s)
		return;
	vterm_free(s->parser);
	free(s);
}

void seqs_feed(struct seqs *s, const char *bytes, size_t len)
{
	vterm_input_write(s->parser, bytes, len);
}

const struct seqs_count *seqs_counts(const struct seqs *s)
{
	return &s->n;
}
