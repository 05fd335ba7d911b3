#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Containers and units out of real control groups, with the paths that runtimes and systemd give them.
. "$(dirname "$0")/lib.sh"

CGROUP=
for root in /sys/fs/cgroup /sys/fs/cgroup/unified; do
  [ "$(stat -f -c %T "$root" 2>/dev/null)" != cgroup2fs ] || CGROUP=$root
done
[ -n "$CGROUP" ] || skip "needs cgroup2"
TOP=$CGROUP/sockeye-test-$$
mkdir "$TOP" 2>/dev/null || skip "no right to make control groups"

ID=3f4e5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081
OTHER=aaaaaaaaaaaabbbbbbbbbbbbccccccccccccddddddddddddeeeeeeeeeeeeffff

remove_groups() {
  cleanup
  find "$TOP" -depth -type d -exec rmdir {} +
}
trap remove_groups EXIT

# group PATH: the next maker runs in it.
group() {
  mkdir -p "$TOP/$1"
  MK_AS=("$BASH" -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$TOP/$1")
}

group "docker/$ID"
mk web established=3:3001
group 'system.slice/my\x2dapp.service'
mk svc established=2:3002
group lxc/db/system.slice/mysql.service
mk db listen=1:3003
MK_AS=()
mk none established=1:3004

eye --by container
check "by container" '[null,null,null,8,2] ["3f4e5a6b7c8d","docker",null,7,1] ["db","lxc",null,1,1]' \
  "$(json '.rows | map([.container, .runtime, .owner, .sockets, .processes]) | sort | .[]' | paste -sd' ')"
check "complete" true "$(json .complete)"
eye --by unit
check "by unit: with its escapes" 5 "$(json '.rows[] | select(.unit == "my\\x2dapp.service").sockets')"
check "by unit: within a container" 1 "$(json '.rows[] | select(.unit == "mysql.service").sockets')"
run_eye --by unit -H
check "by unit: text without them" 1 "$(grep -c '^my-app\.service ' <<<"$OUT")"

for filter in "container = 3f4e5a6b7c8d" "container = $ID" "container ~ ^3f4e"; do
  eye --by socket "$filter"
  check "filter: $filter" '[7,["3f4e5a6b7c8d"]]' "$(json '[.matched, ([.rows[].container] | unique)]')"
done
eye --by process "unit = my-app.service"
check "filter: unit as shown" '[5,"my\\x2dapp.service"]' "$(json '[.matched, .rows[0].unit]')"
eye --by socket "container = $OTHER"
check "filter: another container" 0 "$(json .matched)"

# The group of the socket itself, as ss has it.
for path in "docker/$ID" lxc/db/system.slice/mysql.service; do
  group=$TOP/$path
  eye --by socket "cgroup = ${group#"$CGROUP"}"
  check "filter: group $path" "$(ss -Hta "cgroup = $group" | wc -l)" "$(json .matched)"
  eye --by socket cgroup "$group/"
  check "filter: the same by its directory" "$(ss -Hta "cgroup = $group" | wc -l)" "$(json .matched)"
  eye -t --by socket "cgroup != ${group#"$CGROUP"}"
  check "filter: not in $path" "$(ss -Hta "cgroup != $group" | wc -l)" "$(json .matched)"
done
eye --by socket "cgroup = ${TOP#"$CGROUP"}/*"
check "filter: all below it" 13 "$(json .matched)"

# What nobody holds is where the group says that it was made in: it waits to be accepted.
group "docker/$OTHER"
mk queue unaccepted=3:3005
eye --by container "owner = not-accepted"
check "not accepted" '["aaaaaaaaaaaa",3]' "$(json '.rows[0] | [.container, .sockets]')"

# The group of the processes that were moved is another one, that of their sockets is not.
mkdir -p "$TOP/elsewhere"
echo "${MK_PID[web]}" >"$TOP/elsewhere/cgroup.procs"
eye --by container "sport = :3001 or dport = :3001"
check "moved: the sockets were made in it" '["3f4e5a6b7c8d"]' "$(json '[.rows[].container]')"

# One that is made while it runs is found.
sampler_start --by container
sampler_next
group lxc/late
mk late listen=2:3006
found() {
  sampler_next
  json '[.rows[] | select(.container == "late").sockets] | add // 0'
}
await 2 found
sampler_end

done_testing
