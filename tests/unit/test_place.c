/* SPDX-License-Identifier: MIT */
/* Containers, pods and units out of paths: every form that the runtimes give them. */
#include <stdio.h>
#include <string.h>

#include "sockeye/model/place.h"
#include "test.h"

#define ID    "3f4e5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081"
#define OTHER "aaaaaaaaaaaabbbbbbbbbbbbccccccccccccddddddddddddeeeeeeeeeeeeffff"
#define SHORT "3f4e5a6b7c8d"
#define UID   "0c1f3e6a-7d0e-4b0e-9c43-21d6a9d6f0ab"
#define UID_  "0c1f3e6a_7d0e_4b0e_9c43_21d6a9d6f0ab"

struct expected {
	const char *path;
	enum runtime runtime;
	const char *container, *pod, *unit;
};

static const struct expected forms[] = {
	/* no container */
	{ "", RUNTIME_NONE, "", "", "" },
	{ "/", RUNTIME_NONE, "", "", "" },
	{ "/init.scope", RUNTIME_NONE, "", "", "init.scope" },
	{ "/system.slice/nginx.service", RUNTIME_NONE, "", "", "nginx.service" },
	{ "/system.slice/system-getty.slice/getty@tty1.service", RUNTIME_NONE, "", "",
	  "getty@tty1.service" },
	{ "/system.slice/postgres.service/worker", RUNTIME_NONE, "", "", "postgres.service" },
	{ "/system.slice/cups.socket", RUNTIME_NONE, "", "", "cups.socket" },
	{ "/system.slice/dev-mqueue.mount", RUNTIME_NONE, "", "", "dev-mqueue.mount" },
	{ "/system.slice/odd:name.service", RUNTIME_NONE, "", "", "odd:name.service" },
	{ "/user.slice/user-1000.slice/session-3.scope", RUNTIME_NONE, "", "", "session-3.scope" },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/dbus.service", RUNTIME_NONE, "",
	  "", "dbus.service" },
	{ "/user.slice/user-1000.slice/user@1000.service/init.scope", RUNTIME_NONE, "", "",
	  "user@1000.service" },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-Alacritty\\x2d7.scope",
	  RUNTIME_NONE, "", "", "app-gnome-Alacritty\\x2d7.scope" },
	{ "/user.slice", RUNTIME_NONE, "", "", "" },
	{ "/.service", RUNTIME_NONE, "", "", "" },
	/* docker */
	{ "/docker/" ID, RUNTIME_DOCKER, SHORT, "", "" },
	{ "/docker/" ID "/sub", RUNTIME_DOCKER, SHORT, "", "" },
	{ "/system.slice/docker-" ID ".scope", RUNTIME_DOCKER, SHORT, "", "docker-" ID ".scope" },
	{ "/system.slice/docker-" ID ".scope/init.scope", RUNTIME_DOCKER, SHORT, "",
	  "docker-" ID ".scope" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope",
	  RUNTIME_DOCKER, SHORT, "", "docker-" ID ".scope" },
	{ "/docker/" OTHER "/docker/" ID, RUNTIME_DOCKER, SHORT, "", "" },
	{ "/docker/" OTHER "/system.slice/nginx.service", RUNTIME_DOCKER, "aaaaaaaaaaaa", "",
	  "nginx.service" },
	{ "/system.slice:docker:" ID, RUNTIME_DOCKER, SHORT, "", "" },
	/* podman */
	{ "/machine.slice/libpod-" ID ".scope", RUNTIME_PODMAN, SHORT, "", "libpod-" ID ".scope" },
	{ "/machine.slice/libpod-" ID ".scope/container", RUNTIME_PODMAN, SHORT, "",
	  "libpod-" ID ".scope" },
	{ "/machine.slice/libpod-conmon-" ID ".scope", RUNTIME_NONE, "", "",
	  "libpod-conmon-" ID ".scope" },
	{ "/libpod_parent/libpod-" ID, RUNTIME_PODMAN, SHORT, "", "" },
	{ "/libpod_parent/" OTHER "/libpod-" ID, RUNTIME_PODMAN, SHORT, "", "" },
	{ "/libpod_parent/conmon", RUNTIME_NONE, "", "", "" },
	{ "/machine.slice/machine-libpod_pod_" OTHER ".slice/libpod-" ID ".scope", RUNTIME_PODMAN,
	  SHORT, "", "libpod-" ID ".scope" },
	{ "/system.slice/web.service/libpod-payload-" ID, RUNTIME_PODMAN, SHORT, "",
	  "web.service" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container",
	  RUNTIME_PODMAN, SHORT, "", "libpod-" ID ".scope" },
	/* containerd and cri-o without kubernetes */
	{ "/default/" ID, RUNTIME_CONTAINERD, SHORT, "", "" },
	{ "/system.slice/nerdctl-" ID ".scope", RUNTIME_CONTAINERD, SHORT, "",
	  "nerdctl-" ID ".scope" },
	{ "/system.slice/crio-" ID ".scope", RUNTIME_CRIO, SHORT, "", "crio-" ID ".scope" },
	{ "/system.slice/crio-conmon-" ID ".scope", RUNTIME_NONE, "", "",
	  "crio-conmon-" ID ".scope" },
	/* kubernetes, cgroup driver systemd */
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_
	  ".slice/cri-containerd-" ID ".scope",
	  RUNTIME_CONTAINERD, SHORT, UID, "cri-containerd-" ID ".scope" },
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_ ".slice/crio-" ID
	  ".scope/container",
	  RUNTIME_CRIO, SHORT, UID, "crio-" ID ".scope" },
	{ "/kubepods.slice/kubepods-pod" UID_ ".slice/docker-" ID ".scope", RUNTIME_DOCKER, SHORT,
	  UID, "docker-" ID ".scope" },
	{ "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/"
	  "kubelet-kubepods-besteffort-pod" UID_ ".slice/cri-containerd-" ID ".scope",
	  RUNTIME_CONTAINERD, SHORT, UID, "cri-containerd-" ID ".scope" },
	{ "/docker/" OTHER "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" UID_
	  ".slice/cri-containerd-" ID ".scope",
	  RUNTIME_CONTAINERD, SHORT, UID, "cri-containerd-" ID ".scope" },
	{ "/system.slice/containerd.service/kubepods-besteffort-pod" UID_
	  ".slice:cri-containerd:" ID,
	  RUNTIME_CONTAINERD, SHORT, UID, "containerd.service" },
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_ ".slice",
	  RUNTIME_NONE, "", UID, "" },
	/* kubernetes, cgroupfs */
	{ "/kubepods/besteffort/pod" UID "/" ID, RUNTIME_KUBERNETES, SHORT, UID, "" },
	{ "/kubepods/pod" UID "/" ID, RUNTIME_KUBERNETES, SHORT, UID, "" },
	{ "/kubepods/burstable/pod" UID "/crio-" ID, RUNTIME_CRIO, SHORT, UID, "" },
	{ "/kubepods/burstable/pod0c1f3e6a7d0e4b0e9c4321d6a9d6f0ab/" ID, RUNTIME_KUBERNETES, SHORT,
	  "0c1f3e6a7d0e4b0e9c4321d6a9d6f0ab", "" },
	{ "/kubepods/besteffort/podium/" ID, RUNTIME_NONE, SHORT, "", "" },
	{ "/elsewhere/pod" UID "/" ID, RUNTIME_NONE, SHORT, "", "" },
	/* LXC, LXD, Proxmox */
	{ "/lxc.payload.web", RUNTIME_LXC, "web", "", "" },
	{ "/lxc.payload.web/system.slice/nginx.service", RUNTIME_LXC, "web", "", "nginx.service" },
	{ "/lxc.payload/web", RUNTIME_LXC, "web", "", "" },
	{ "/lxc.monitor.web", RUNTIME_NONE, "", "", "" },
	{ "/lxc/101/ns/init.scope", RUNTIME_LXC, "101", "", "init.scope" },
	{ "/lxc", RUNTIME_NONE, "", "", "" },
	{ "/lxc/101/ns/docker/" ID, RUNTIME_DOCKER, SHORT, "", "" },
	/* machined */
	{ "/machine.slice/machine-web.scope", RUNTIME_MACHINED, "web", "", "machine-web.scope" },
	{ "/machine.slice/machine-web\\x2d1.scope/payload/system.slice/nginx.service",
	  RUNTIME_MACHINED, "web\\x2d1", "", "nginx.service" },
	{ "/machine.slice/systemd-nspawn@web.service/payload/init.scope", RUNTIME_MACHINED, "web",
	  "", "systemd-nspawn@web.service" },
	{ "/machine.slice/machine-.scope", RUNTIME_NONE, "", "", "machine-.scope" },
	/* ECS */
	{ "/ecs/0123456789abcdef0123456789abcdef/" ID, RUNTIME_NONE, SHORT, "", "" },
	{ "/ecs/0123456789abcdef0123456789abcdef/0123456789abcdef0123456789abcdef-1234567890",
	  RUNTIME_ECS, "0123456789ab", "", "" },
	{ "/ecs/0123456789abcdef0123456789abcdef/0123456789abcdef0123456789abcdef-", RUNTIME_NONE,
	  "", "", "" },
	/* from within a cgroup namespace */
	{ "/../../system.slice/nginx.service", RUNTIME_NONE, "", "", "nginx.service" },
	{ "/../docker-" ID ".scope", RUNTIME_DOCKER, SHORT, "", "docker-" ID ".scope" },
	{ "/..", RUNTIME_NONE, "", "", "" },
	/* what is none of it */
	{ "/docker/3f4e5a6b7c8d", RUNTIME_NONE, "", "", "" },
	{ "/docker/" ID "0", RUNTIME_NONE, "", "", "" },
	{ "/docker/3F4E5A6B7C8D9E0F1A2B3C4D5E6F708192A3B4C5D6E7F8091A2B3C4D5E6F7081", RUNTIME_NONE,
	  "", "", "" },
	{ "/system.slice/docker-" ID ".service", RUNTIME_NONE, "", "", "docker-" ID ".service" },
	{ "relative/web.service", RUNTIME_NONE, "", "", "web.service" },
	{ "///a//b.scope//", RUNTIME_NONE, "", "", "b.scope" },
};

static void check_text(const struct place_text *t, const struct expected *x)
{
	if (t->runtime != x->runtime)
		fail_msg("%s: runtime %s, not %s", x->path, runtime_name(t->runtime),
			 runtime_name(x->runtime));
	if (t->container.len != strlen(x->container) ||
	    memcmp(t->container.s, x->container, t->container.len) != 0)
		fail_msg("%s: container %.*s", x->path, (int)t->container.len, t->container.s);
	if (t->pod_len != strlen(x->pod) || memcmp(t->pod, x->pod, t->pod_len) != 0)
		fail_msg("%s: pod %.*s", x->path, (int)t->pod_len, t->pod);
	if (t->unit.len != strlen(x->unit) || memcmp(t->unit.s, x->unit, t->unit.len) != 0)
		fail_msg("%s: unit %.*s", x->path, (int)t->unit.len, t->unit.s);
}

static void test_place_of_every_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct place_text t;

		place_parse(forms[i].path, strlen(forms[i].path), &t);
		check_text(&t, &forms[i]);
	}
}

/* The same by way of /proc/PID/cgroup, as cgroup v2 gives it. */
static void test_place_of_every_form_in_proc(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		char text[512];
		struct place_text t;
		struct str path;
		int len = snprintf(text, sizeof(text), "0::%s\n", forms[i].path);

		place_parse_proc(text, (size_t)len, &t, &path);
		check_text(&t, &forms[i]);
		assert_int_equal(path.len, strlen(forms[i].path));
	}
}

static void check_proc(const char *text, const char *path, const struct expected *x)
{
	struct place_text t;
	struct str taken;

	place_parse_proc(text, strlen(text), &t, &taken);
	check_text(&t, x);
	assert_int_equal(taken.len, strlen(path));
	assert_memory_equal(taken.s, path, taken.len);
}

static void test_place_of_many_hierarchies(void **state)
{
	const struct expected docker = { "v1", RUNTIME_DOCKER, SHORT, "", "" };
	const struct expected unit = { "hybrid", RUNTIME_NONE, "", "", "nginx.service" };
	const struct expected user = { "systemd", RUNTIME_NONE, "", "", "session-1.scope" };
	const struct expected none = { "none", RUNTIME_NONE, "", "", "" };

	(void)state;
	check_proc("12:pids:/docker/" ID "\n1:name=systemd:/docker/" ID "\n", "/docker/" ID,
		   &docker);
	/* A container in one hierarchy goes before a unit in the other. */
	check_proc("4:memory:/docker/" ID "\n1:name=systemd:/\n0::/system.slice/containerd.service",
		   "/docker/" ID, &docker);
	check_proc("9:name=systemd:/\n4:memory:/\n0::/system.slice/nginx.service\n",
		   "/system.slice/nginx.service", &unit);
	check_proc("9:name=systemd:/user.slice/user-0.slice/session-1.scope\n"
		   "4:memory:/user.slice\n0::/\n",
		   "/user.slice/user-0.slice/session-1.scope", &user);
	check_proc("4:memory:/\n0::/a/b\n", "/a/b", &none);
	/* Of a process that has ended. */
	check_proc("0::/system.slice/nginx.service (deleted)\n", "/system.slice/nginx.service",
		   &unit);
	/* A path may hold a colon, but no line. */
	check_proc("0::/a:b/nginx.service\n", "/a:b/nginx.service", &unit);
	check_proc("", "", &none);
	check_proc("nonsense\n\n::\n0:\n0::\n:", "", &none);
}

static void test_place_takes_any_bytes(void **state)
{
	static const char odd[] = "/a\0b\xff\x1b[2J.service/\x01.scope";
	struct place_text t;

	(void)state;
	place_parse(odd, sizeof(odd) - 1, &t);
	assert_int_equal(t.unit.len, 7);
	place_parse("/pod/kubepods/pod", 17, &t);
	assert_int_equal(t.pod_len, 0);
}

static void check_unescaped(const char *name, const char *expected)
{
	char out[64];
	size_t len = place_unescape(name, strlen(name), out);

	assert_int_equal(len, strlen(expected));
	assert_memory_equal(out, expected, len);
}

static void test_place_unescapes_for_showing(void **state)
{
	(void)state;
	check_unescaped("web.service", "web.service");
	check_unescaped("web\\x2d1.service", "web-1.service");
	check_unescaped("\\x2d\\x2D", "--");
	check_unescaped("a\\x2", "a\\x2");
	check_unescaped("a\\xzz\\x4", "a\\xzz\\x4");
	check_unescaped("\\\\x41", "\\A");
	check_unescaped("\\x1b[2J", "\x1b[2J");
	check_unescaped("", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_place_of_every_form),
		cmocka_unit_test(test_place_of_every_form_in_proc),
		cmocka_unit_test(test_place_of_many_hierarchies),
		cmocka_unit_test(test_place_takes_any_bytes),
		cmocka_unit_test(test_place_unescapes_for_showing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
