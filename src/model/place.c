/* SPDX-License-Identifier: MIT */
#include "sockeye/model/place.h"

#include <stdbool.h>
#include <string.h>

#include "sockeye/base/mem.h"

#define ID_DIGITS   64 /* of a container's id in a path */
#define ID_SHORT    12 /* that people know it by */
#define TASK_DIGITS 32 /* of a task in ECS */

/* What stands for the container in a part of a path. */
enum id_kind {
	ID_HEX,  /* an id */
	ID_TASK, /* a task's id and a number: 32 digits, -, and digits */
	ID_NAME, /* a name that a person gave it */
};

struct pattern {
	const char *above; /* the part before; NULL: any */
	const char *head, *tail;
	enum id_kind kind;
	enum runtime runtime;
};

/*
 * The first that fits counts. With cgroup drivers of the runtimes' own an id stands alone below a
 * folder of theirs; with systemd's it is in a scope. What watches a container (libpod-conmon-ID.scope,
 * lxc.monitor.NAME) is outside of it, and fits none.
 */
// clang-format off
static const struct pattern patterns[] = {
	{ NULL, "docker-", ".scope", ID_HEX, RUNTIME_DOCKER },
	{ "docker", "", "", ID_HEX, RUNTIME_DOCKER },
	{ NULL, "libpod-payload-", "", ID_HEX, RUNTIME_PODMAN },
	{ NULL, "libpod-", ".scope", ID_HEX, RUNTIME_PODMAN },
	{ NULL, "libpod-", "", ID_HEX, RUNTIME_PODMAN },
	{ NULL, "cri-containerd-", ".scope", ID_HEX, RUNTIME_CONTAINERD },
	{ NULL, "nerdctl-", ".scope", ID_HEX, RUNTIME_CONTAINERD },
	{ "cri-containerd", "", "", ID_HEX, RUNTIME_CONTAINERD },
	{ "default", "", "", ID_HEX, RUNTIME_CONTAINERD },
	{ NULL, "crio-", ".scope", ID_HEX, RUNTIME_CRIO },
	{ NULL, "crio-", "", ID_HEX, RUNTIME_CRIO },
	{ "crio", "", "", ID_HEX, RUNTIME_CRIO },
	{ NULL, "lxc.payload.", "", ID_NAME, RUNTIME_LXC },
	{ "lxc.payload", "", "", ID_NAME, RUNTIME_LXC },
	{ "lxc", "", "", ID_NAME, RUNTIME_LXC },
	{ NULL, "machine-", ".scope", ID_NAME, RUNTIME_MACHINED },
	{ NULL, "systemd-nspawn@", ".service", ID_NAME, RUNTIME_MACHINED },
	{ NULL, "", "", ID_HEX, RUNTIME_NONE },
	{ NULL, "", "", ID_TASK, RUNTIME_ECS },
};

/* Kinds of units that processes are in. Slices only hold other units. */
static const char *const unit_kinds[] = { ".service", ".scope", ".socket", ".mount", ".swap" };
// clang-format on

static const char *const runtimes[RUNTIME_COUNT] = {
	[RUNTIME_NONE] = "",
	[RUNTIME_DOCKER] = "docker",
	[RUNTIME_PODMAN] = "podman",
	[RUNTIME_CONTAINERD] = "containerd",
	[RUNTIME_CRIO] = "cri-o",
	[RUNTIME_KUBERNETES] = "kubernetes",
	[RUNTIME_ECS] = "ecs",
	[RUNTIME_LXC] = "lxc",
	[RUNTIME_MACHINED] = "machined",
};

const char *runtime_name(enum runtime r)
{
	return runtimes[r];
}

/* ---- parts ------------------------------------------------------------ */

static bool str_is(struct str s, const char *word)
{
	return s.len == strlen(word) && memcmp(s.s, word, s.len) == 0;
}

static bool begins(struct str s, const char *head)
{
	size_t len = strlen(head);

	return s.len >= len && memcmp(s.s, head, len) == 0;
}

static bool ends(struct str s, const char *tail)
{
	size_t len = strlen(tail);

	return s.len >= len && memcmp(s.s + s.len - len, tail, len) == 0;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static size_t hex_digits(struct str s)
{
	size_t n = 0;

	while (n < s.len && is_hex(s.s[n]))
		n++;
	return n;
}

static bool is_task(struct str s)
{
	size_t at = TASK_DIGITS + 1;

	if (s.len <= at || hex_digits(s) != TASK_DIGITS || s.s[TASK_DIGITS] != '-')
		return false;
	while (at < s.len && s.s[at] >= '0' && s.s[at] <= '9')
		at++;
	return at == s.len;
}

/* Whether the part between head and tail is what it should be; *id is what is shown of it. */
static bool take_id(struct str part, const struct pattern *p, struct str *id)
{
	size_t head = strlen(p->head), tail = strlen(p->tail);
	struct str s = part;

	if (!begins(part, p->head) || !ends(part, p->tail) || part.len <= head + tail)
		return false;
	s.s += head;
	s.len -= head + tail;
	if (p->kind == ID_NAME) {
		*id = s;
		return true;
	}
	if (p->kind == ID_TASK ? !is_task(s) : s.len != ID_DIGITS || hex_digits(s) != s.len)
		return false;
	*id = (struct str){ s.s, ID_SHORT };
	return true;
}

static void look_for_container(struct str above, struct str part, struct place_text *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		const struct pattern *p = &patterns[i];

		if (p->above != NULL && !str_is(above, p->above))
			continue;
		if (!take_id(part, p, &out->container))
			continue;
		out->runtime = p->runtime;
		return;
	}
}

/*
 * "pod" and the uid, alone or at the end of a slice, which has _ where the uid has -. Pods of files
 * on the node have 32 digits without any.
 */
static void look_for_pod(struct str part, struct place_text *out)
{
	static const char head[] = "pod", tail[] = ".slice", mark[] = "-pod";
	char uid[PLACE_POD_MAX];
	struct str s = part;
	size_t digits = 0;

	if (ends(s, tail)) {
		s.len -= strlen(tail);
		for (size_t i = s.len; i-- > 0;) {
			struct str rest = { s.s + i, s.len - i };

			if (begins(rest, mark)) {
				s = (struct str){ rest.s + 1, rest.len - 1 };
				break;
			}
		}
	}
	if (!begins(s, head) || s.len - strlen(head) >= sizeof(uid))
		return;
	s.s += strlen(head);
	s.len -= strlen(head);
	for (size_t i = 0; i < s.len; i++) {
		uid[i] = s.s[i] == '_' ? '-' : s.s[i];
		if (uid[i] != '-' && !is_hex(uid[i]))
			return;
		digits += uid[i] != '-';
	}
	if (digits != 32)
		return;
	memcpy(out->pod, uid, s.len);
	out->pod_len = s.len;
}

/* The first process of a machine or of a user is in a scope that says nothing of its own. */
static void look_for_unit(struct str part, struct place_text *out)
{
	if (str_is(part, "init.scope") && out->unit.len > 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(unit_kinds); i++)
		if (ends(part, unit_kinds[i]) && part.len > strlen(unit_kinds[i]))
			out->unit = part;
}

/* ---- paths ------------------------------------------------------------ */

/*
 * The next part at *at. Parts stand between slashes; a colon parts as well behind a slice, where a
 * runtime was told the form of systemd and did not know it: "kubepods.slice:cri-containerd:ID".
 */
static bool next_part(const char *path, size_t len, size_t *at, bool *colons, struct str *part)
{
	size_t end;

	while (*at < len && (path[*at] == '/' || (*colons && path[*at] == ':'))) {
		if (path[*at] == '/')
			*colons = false;
		++*at;
	}
	end = *at;
	while (end < len && path[end] != '/') {
		struct str before = { path + *at, end - *at };

		if (path[end] == ':' && (*colons || ends(before, ".slice"))) {
			*colons = true;
			break;
		}
		end++;
	}
	*part = (struct str){ path + *at, end - *at };
	*at = end;
	return part->len > 0;
}

void place_parse(const char *path, size_t len, struct place_text *out)
{
	struct str above = { "", 0 }, part;
	bool colons = false, kubernetes = false;
	size_t at = 0;

	*out = (struct place_text){ .container = { "", 0 }, .unit = { "", 0 } };
	while (next_part(path, len, &at, &colons, &part)) {
		kubernetes =
			kubernetes || begins(part, "kubepods") || begins(part, "kubelet-kubepods");
		look_for_container(above, part, out);
		look_for_unit(part, out);
		if (kubernetes)
			look_for_pod(part, out);
		above = part;
	}
	if (out->runtime == RUNTIME_NONE && out->container.len > 0 && out->pod_len > 0)
		out->runtime = RUNTIME_KUBERNETES;
}

/* ---- /proc/PID/cgroup -------------------------------------------------- */

/* The line without its number: "CONTROLLERS:PATH". False for what is no such line. */
static bool split_line(const char *line, size_t len, struct str *names, struct str *path)
{
	static const char deleted[] = " (deleted)";
	const char *first = memchr(line, ':', len), *second;

	if (first == NULL)
		return false;
	first++;
	second = memchr(first, ':', len - (size_t)(first - line));
	if (second == NULL)
		return false;
	*names = (struct str){ first, (size_t)(second - first) };
	second++;
	*path = (struct str){ second, len - (size_t)(second - line) };
	/* Of a process that outlives its group, as one that has ended but was not waited for. */
	if (ends(*path, deleted))
		path->len -= strlen(deleted);
	return path->len > 0;
}

/* Which lines say more of where a process lives. */
static int line_weight(struct str names, const struct place_text *t)
{
	int weight = t->container.len > 0 ? 8 : 0;

	if (t->unit.len > 0)
		weight += 4;
	if (names.len == 0)
		weight += 2;
	else if (str_is(names, "name=systemd"))
		weight += 1;
	return weight;
}

void place_parse_proc(const char *text, size_t len, struct place_text *out, struct str *path)
{
	const char *end = text + len;
	int best = -1;

	*out = (struct place_text){ .container = { "", 0 }, .unit = { "", 0 } };
	*path = (struct str){ "", 0 };
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		struct place_text found;
		struct str names, at;

		if (stop == NULL)
			stop = end;
		if (split_line(text, (size_t)(stop - text), &names, &at)) {
			place_parse(at.s, at.len, &found);
			if (line_weight(names, &found) > best) {
				best = line_weight(names, &found);
				*out = found;
				*path = at;
			}
		}
		text = stop + 1;
	}
}

/* ---- showing ----------------------------------------------------------- */

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

size_t place_unescape(const char *name, size_t len, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++, n++) {
		out[n] = name[i];
		if (len - i < 4 || name[i] != '\\' || name[i + 1] != 'x' ||
		    hex_value(name[i + 2]) < 0 || hex_value(name[i + 3]) < 0)
			continue;
		out[n] = (char)(hex_value(name[i + 2]) << 4 | hex_value(name[i + 3]));
		i += 3;
	}
	return n;
}
