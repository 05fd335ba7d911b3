/* SPDX-License-Identifier: MIT */
/*
 * Where a process lives, as the path of its control group tells: the container, the pod and the unit
 * of systemd. One table of the forms that runtimes give their paths; no runtime is ever asked.
 */
#ifndef SOCKEYE_MODEL_PLACE_H
#define SOCKEYE_MODEL_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "sockeye/base/strpool.h"

enum runtime {
	RUNTIME_NONE, /* no container, or one of a runtime that its path does not name */
	RUNTIME_DOCKER,
	RUNTIME_PODMAN,
	RUNTIME_CONTAINERD,
	RUNTIME_CRIO,
	RUNTIME_KUBERNETES, /* in a pod, by which runtime its path does not say */
	RUNTIME_ECS,
	RUNTIME_LXC,
	RUNTIME_MACHINED, /* systemd-nspawn, and whatever else registers a machine */
	RUNTIME_COUNT
};

const char *runtime_name(enum runtime r); /* "docker", ...; "" for RUNTIME_NONE */

#define PLACE_POD_MAX 40

/* What one path says. Parts are of the path, raw; len 0: there is none. */
struct place_text {
	enum runtime runtime;
	struct str container; /* an id is cut to its first 12 digits; or a name, as escaped */
	struct str unit;      /* service, scope, ...; escapes of systemd as they are */
	char pod[PLACE_POD_MAX];
	size_t pod_len;
};

/* The innermost of each. The path may hold any bytes, be relative, and begin with "..". */
void place_parse(const char *path, size_t len, struct place_text *out);

/*
 * The same of all that /proc/PID/cgroup says: lines of cgroup v1 and v2. What names a container goes
 * before what does not; else v2, then systemd's hierarchy. *path, for people: the line that was taken.
 */
void place_parse_proc(const char *text, size_t len, struct place_text *out, struct str *path);

/* Takes the escapes of systemd (\x2d) away, for showing. Returns the bytes written, at most len. */
size_t place_unescape(const char *name, size_t len, char *out);

#endif
