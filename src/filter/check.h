/* SPDX-License-Identifier: MIT */
/* From words to typed conditions: what there is to ask for, and how each operand is read. */
#ifndef SOCKEYE_SRC_FILTER_CHECK_H
#define SOCKEYE_SRC_FILTER_CHECK_H

#include "lex.h"
#include "tree.h"

enum unit {
	UNIT_NONE,
	UNIT_PORT,  /* services, *, a colon in front */
	UNIT_TIME,  /* seconds: s m h d */
	UNIT_BYTES, /* k m g, by 1024 */
	UNIT_HEX,   /* printed that way */
};

/* A closed set of words, as states or protocols are. */
struct vocabulary {
	uint32_t (*mask)(const char *s, size_t len); /* 0: no such word */
	const char *(*word)(unsigned i);             /* NULL behind the last */
};

struct subject {
	const char *name;
	const char *alias[2];
	enum operand operand;
	enum unit unit;                 /* OPERAND_NUMBER */
	uint64_t max;                   /* OPERAND_NUMBER */
	const struct vocabulary *words; /* OPERAND_SET */
	const char *wants;              /* "expected a port after ..." */
	const char *help;               /* a few words */
	bool bare;                      /* printed without "=" */
	bool owners;                    /* asks for processes */
	bool places;                    /* asks where they are */
	unsigned details;               /* asks for these: enum detail_has */
};

extern const struct subject subject_table[SUBJ_COUNT];

/* The subject that the word names; or -1. */
int subject_by_name(const struct token *t);

/* Fills *e for a word that is no subject. -EINVAL. */
int subject_unknown(const struct token *t, struct err *e);

/* Whether the operator goes with the subject: 0, or -EINVAL at the operator. */
int check_operator(enum subject_id id, const struct token *op, enum cmp cmp, struct err *e);

/* Reads the operand of subject c->subject, and of c->cmp, into the rest of c. 0 or -EINVAL. */
int check_operand(struct tree *t, const struct token *operand, struct cond *c, struct err *e);

/* The mask of a list of words; 0 with the error filled. */
uint32_t set_read(enum subject_id id, const struct token *operand, struct err *e);

/* host.c: ADDRESS[:PORT] */
int host_read(struct tree *t, const struct token *operand, struct cond *c, struct err *e);

/* end.c: the same of families without internet addresses, behind the first skip bytes. */
int end_read(struct tree *t, const struct token *operand, size_t skip, uint8_t family,
	     struct host *h, struct err *e);
void end_print(const struct tree *t, const struct host *h, struct buf *out);

/*
 * number.c: a list of numbers and ranges, or with an ordering c->cmp one number. text is a part of
 * the operand or all of it.
 */
int numbers_read(struct tree *t, const struct token *operand, const char *text, size_t len,
		 enum unit unit, uint64_t max, struct cond *c, struct err *e);
void range_print(const struct range *r, enum unit unit, struct buf *out);
/* NUMBER[/MASK], of 32 bits. */
int mark_read(struct tree *t, const struct token *operand, struct cond *c, struct err *e);
void mark_print(const struct range *r, struct buf *out);
void number_print(uint64_t n, enum unit unit, struct buf *out);

/* name.c: names, globs and regular expressions */
int name_read(struct tree *t, const struct token *operand, struct cond *c, struct err *e);
bool name_matches(const struct name *n, const char *s, size_t len); /* s[len] is a NUL */
void name_print(const struct name *n, struct buf *out);

/*
 * suggest.c: of the words that next() gives until NULL, the one that the text was probably meant
 * to be, or NULL.
 */
const char *suggest(const char *s, size_t len, const char *(*next)(unsigned i));

#endif
