#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Network namespaces: all of them are found with their sockets and processes, named and nameless, and
# gone when they go, which looking at them does not put off; what cannot be looked into is said.
. "$(dirname "$0")/lib.sh"

mount -t tmpfs tmpfs /run || skip "no right to mount"
ip netns add probe 2>/dev/null || skip "no right to make named namespaces"
ip netns del probe
mask_unreadable
HOME_INO=$(stat -Lc %i /proc/self/ns/net)
EACH=50 # sockets in each of the twenty: one listens, 23 connections have two ends, and three are of UDP

inode_of() {
  stat -Lc %i "/proc/$1/ns/net"
}

# OTHERS FILTER: of the rows of namespaces that are not ours.
others() {
  json "[.rows[] | select(.netns.inode != $HOME_INO) | $1] | unique | map(tostring) | join(\" \")"
}
count_of() {
  echo "[.rows[] | select(.netns.inode == $1) | .sockets] | add // 0"
}

# Ten have a name, and ten are known by their processes alone.
declare -A INO
for i in {1..20}; do
  if [ "$i" -le 10 ]; then
    ip netns add "blue$i"
    MK_AS=(ip netns exec "blue$i")
  else
    MK_AS=(unshare --net)
  fi
  mk_start "n$i"
  MK_AS=()
  INO[$i]=$(inode_of "${MK_PID[n$i]}")
  nsenter --net="/proc/${MK_PID[n$i]}/ns/net" ip link set lo up
  mk "n$i" comm="work$i" established=23:4000 udp=1:4001
done

eye --all-netns --by netns
check "twenty namespaces" 20 "$(json "[.rows[] | select(.netns.inode != $HOME_INO)] | length")"
check "fifty sockets in each" "$EACH" "$(others .sockets)"
check "of one process each" 1 "$(others .processes)"
check "states" '{"ESTABLISHED":46,"LISTEN":1}' "$(others .states)"
check "it is complete" "true 0" "$(json '"\(.complete) \(.problems | length)"')"
check "names of ip netns" \
  "blue1 blue10 blue2 blue3 blue4 blue5 blue6 blue7 blue8 blue9" \
  "$(json '[.rows[].netns.name | select(. != null and startswith("blue"))] | sort | join(" ")')"
for i in 1 20; do
  check "namespace $i by inode" "$EACH" "$(json "$(count_of "${INO[$i]}")")"
done

eye --all-netns --by process
for i in {1..20}; do
  check "process of namespace $i" "$EACH ${INO[$i]}" \
    "$(json ".rows[] | select(.comm == \"work$i\") | \"\\(.sockets) \\(.netns.inode)\"")"
done
eye --all-netns --by listener
check "equal listeners are apart, each with its own connections" "20 23" \
  "$(json '[.rows[] | select(.local.port == 4000)]
    | "\(length) \(map(.sockets) | unique | map(tostring) | join(" "))"')"
eye --all-netns --by socket netns = blue3
check "a filter by name" "$EACH" "$(json .matched)"
eye --all-netns --by socket "netns = ${INO[15]}"
check "a filter by inode" "$EACH" "$(json .matched)"
eye --by netns
check "without --all-netns: our own" "" "$(others .netns.inode)"

# One of them, by each of its names, against ss in it.
for how in blue4 "${MK_PID[n4]}" "${INO[4]}"; do
  eye -N "$how" --by socket
  check "-N $how" "$EACH ${INO[4]}" "$(json .matched) $(others .netns.inode)"
done
check "as ss there" "$(ip netns exec blue4 ss -Htun -a | wc -l)" "$(json .matched)"
for how in nosuch 999999999 ../netns/blue4 '' . 4026531839; do
  "$SOCKEYE" -b -N "$how" >"$DIR/out" 2>"$DIR/err"
  check "-N '$how': exit" 2 $?
  check "-N '$how': one line" "0 1" "$(wc -l <"$DIR/out") $(wc -l <"$DIR/err")"
done
ip netns exec blue4 sysctl -qw net.ipv4.tcp_max_tw_buckets=777 2>/dev/null
ip -n blue4 link add veth0 type veth peer name veth1
ip -n blue4 link set veth0 up
ip -n blue4 link set veth1 up

# Names of interfaces and the range of ports are of the place.
if command -v python3 >/dev/null; then
  ip netns exec blue4 sysctl -qw net.ipv4.ip_local_port_range="10000 10100"
  mkfifo "$DIR/link"
  nsenter --net=/run/netns/blue4 python3 -c '
import socket, sys
u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
u.setsockopt(socket.SOL_SOCKET, 25, b"veth0\0")
u.bind(("::", 7777))
c = socket.create_connection(("127.0.0.1", 4000))
print(c.getsockname()[1], flush=True)
sys.stdin.read()' <"$DIR/link" >"$DIR/port" &
  LINKER=$!
  exec {LINK}>"$DIR/link"
  for ((i = 0; i < 100; i++)); do
    eye --all-netns --by socket netns = blue4 and sport = :7777
    [ -s "$DIR/port" ] && [ "$(json .matched)" = 1 ] && break
  done
  check "interface of another namespace" veth0 "$(json '.rows[0].if')"
  eye --all-netns --by socket dev = veth0
  check "and a filter for it" 1 "$(json .matched)"
  eye --all-netns --by socket autobound and netns = blue4
  check "ports that are given out there" "$(cat "$DIR/port")" "$(json '.rows[].local.port')"
  exec {LINK}>&-
  wait "$LINKER"
fi

# Without rights: our own, and it says so.
PUBLIC=$(public "$SOCKEYE")
as_nobody "$PUBLIC" -b --json --all-netns --by netns >"$DIR/out" 2>"$DIR/err"
check "without rights: exit" 0 $?
JSON=$(cat "$DIR/out")
check "without rights: it is said" "netns " \
  "$(json '[.problems[].source | select(. == "netns")] | join(" ")') $(others .netns.inode)"
as_nobody "$PUBLIC" -b --json --all-netns --by netns --strict >/dev/null
check "without rights: --strict" 3 $?
as_nobody "$PUBLIC" -b -N "${MK_PID[n4]}" >"$DIR/out" 2>"$DIR/err"
check "without rights: -N" "3 0 1" "$? $(wc -l <"$DIR/out") $(wc -l <"$DIR/err")"

# Names that cannot be read, whatever the reason, are said to be missing.
nameless() {
  unshare --mount "$BASH" -c \
    'mount -t tmpfs tmpfs /run && mkdir /run/netns && ln -s loop /run/netns/loop && exec "$@"' - \
    "$SOCKEYE" -b --json --by netns "$@" 2>"$DIR/err"
}
for how in --all-netns "-N ${MK_PID[n4]}"; do
  # shellcheck disable=SC2086 # words
  JSON=$(nameless $how)
  check "no names with $how" "false netns true" \
    "$(json '"\(.complete) \(.problems[].source) \(any(.rows[]; .netns.name == "blue4") | not)"')"
done

# Few descriptors: whatever they are enough for, or words.
for limit in 4 5 6 7 8 9 10 12 16 24; do
  (ulimit -n "$limit" && exec "$SOCKEYE" -b --json --all-netns --by netns --strict) \
    >"$DIR/out" 2>"$DIR/err"
  rc=$?
  if [ "$rc" = 0 ]; then
    JSON=$(cat "$DIR/out")
    check "$limit descriptors" 20 "$(json "[.rows[] | select(.netns.inode != $HOME_INO)] | length")"
  else
    check "$limit descriptors: exit" 3 "$rc"
    check "$limit descriptors: it is said" true \
      "$([ -s "$DIR/err" ] || grep -q '"complete":false' "$DIR/out" && echo true)"
  fi
done

# While it looks, namespaces come and go. A device whose other end is in one of them goes with it.
until_sample() {
  local what=$1 want=$2 filter=$3 i
  for ((i = 0; i < 200; i++)); do
    sampler_next
    [ "$(json "$filter")" = "$want" ] && break
  done
  check "$what" "$want" "$(json "$filter")"
}
entries() {
  find "/proc/$SAMPLER/$1" -mindepth 1 -maxdepth 1 | wc -l
}
# While it takes a sample it has some more for a moment: what has leaked stays.
comes_down_to() {
  local i
  for ((i = 0; i < 50; i++)); do
    [ "$(entries "$1")" -le "$2" ] && echo yes && return
    sampler_next
  done
}
mkfifo "$DIR/samples"
"$SOCKEYE" -b --json -c 0 -d 0.1 --all-netns --by netns >"$DIR/samples" &
SAMPLER=$!
exec {SAMPLES}<"$DIR/samples"
sampler_next
ip link add seen0 type veth peer name seen1 netns blue1
fds=$(entries fd)
threads=$(entries task)
check "no descriptor of another namespace is kept" "net:[$HOME_INO]" \
  "$(find "/proc/$SAMPLER/fd" -lname 'net:*' -printf '%l\n' | sort -u)"
mk_end n1
ip netns del blue1
until_sample "gone when it goes" 0 "$(count_of "${INO[1]}")"
for ((i = 0; i < 200; i++)); do
  ip link show seen0 >/dev/null 2>&1 || break
  sampler_next
done
check "nobody keeps it alive" gone "$(ip link show seen0 >/dev/null 2>&1 || echo gone)"
mk_end n20
until_sample "a nameless one goes with its process" 0 "$(count_of "${INO[20]}")"
for round in 1 2 3; do
  MK_AS=(unshare --net)
  mk_start "again$round"
  MK_AS=()
  mk "again$round" comm=again udp=3:5000
  until_sample "a new one comes ($round)" 7 \
    "$(count_of "$(inode_of "${MK_PID[again$round]}")")"
  mk_end "again$round"
done
check "descriptors do not grow" yes "$(comes_down_to fd "$fds")"
check "threads do not grow" yes "$(comes_down_to task "$threads")"
sampler_end

# The one that is looked at goes.
mkfifo "$DIR/one"
"$SOCKEYE" -b --json -c 0 -d 0.1 -N blue2 --by netns >"$DIR/one" 2>"$DIR/err" &
SAMPLER=$!
exec {SAMPLES}<"$DIR/one"
sampler_next
check "-N: its sockets" "$EACH" "$(json '.rows[0].sockets')"
mk_end n2
ip netns del blue2
while read -r -t "$DEADLINE" -u "$SAMPLES" _; do :; done
wait "$SAMPLER"
check "-N: it ends when that is gone" "3 1" "$? $(wc -l <"$DIR/err")"
SAMPLER=

done_testing
