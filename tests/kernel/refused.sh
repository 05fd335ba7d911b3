#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Kernels and containers that refuse something: what is left is shown, and what is missing is said.
. "$(dirname "$0")/lib.sh"

mk a comm=busy established=8:2001 close-wait=5:2002 time-wait=3:2003 syn-recv=2:2004 v6=4:2005 \
  mapped=1x2:2006 udp=3:2007 udp6=2:2008 unaccepted=2:2009 orphans=2:2010
await 2 ss_count syn-recv

# What /proc/net can tell of a report: all but bound sockets.
comparable() {
  json '{tcp: (.protocols.tcp - (.states.CLOSE // 0)), udp: .protocols.udp, states: (.states|del(.CLOSE))}'
}
eye --by state
full=$(comparable)
eye --by process sport = :2002 state close-wait
owners=$(json .rows)

# sock_diag refused with various errors.
for errno in 93 13 1 97; do # EPROTONOSUPPORT, EACCES, EPERM, EAFNOSUPPORT
  "$HELPERS/seccomp-run" $errno "$SOCKEYE" -b --json --by state >"$DIR/out" 2>"$DIR/err"
  status=$?
  [ "$status" != 77 ] || skip "no seccomp filters here"
  check "errno $errno: exit" 0 "$status"
  JSON=$(cat "$DIR/out")
  check "errno $errno: the same counts from /proc/net" "$full" "$(comparable)"
  check "errno $errno: labelled" false "$(json .complete)"
  check "errno $errno: for tcp and udp" "tcp udp" "$(json '[.problems[].source]|sort|join(" ")')"
  check "errno $errno: CLOSE is not known there" null "$(json .states.CLOSE)"
done
refused() {
  "$HELPERS/seccomp-run" 93 "$SOCKEYE" "$@"
}
JSON=$(refused -b --json --by process sport = :2002 state close-wait)
check "refused: owners are found" "$owners" "$(json .rows)"
JSON=$(refused -b --json --by remote sport = :2006)
check "refused: mapped addresses" "127.0.1.1 2" "$(json '.rows[]|"\(.remote) \(.sockets)"')"
JSON=$(refused -b --json --by socket sport = :2005 state established)
check "refused: IPv6 addresses" "::1 4" "$(json '"\(.rows[0].local.addr) \(.matched)"')"
JSON=$(refused -b --json --by process dport = :2010)
check "refused: orphans" "orphan 2" "$(json '.rows[]|select(.pid==null)|"\(.owner) \(.sockets)"')"
refused -b --json --strict --by state >"$DIR/out"
check "refused: --strict" 3 $?
check "refused: in text as well" 1 "$(refused -b --by state | grep -ci 'sock_diag\|/proc/net' |
  awk '{ print ($1 > 0) }')"
check "refused: -t asks for tcp only" tcp \
  "$(refused -b --json -t --by state | jq -r '[.problems[].source]|join(" ")')"

# Neither sock_diag nor /proc: there is nothing to show. /proc alone missing: no owners.
in_mounts() {
  unshare --mount "$BASH" -c "$1" bash "$HELPERS/seccomp-run" "$SOCKEYE"
}
without_proc() {
  # shellcheck disable=SC2016 # the inner shell expands it
  in_mounts 'mount -t tmpfs none /proc && exec "$1" 93 "$2" -b --json --by state' \
    >"$DIR/out" 2>"$DIR/err"
  check "no source at all: exit" 3 $?
  check "no source at all: nothing on stdout" "" "$(cat "$DIR/out")"
  check "no source at all: one line" "1 sockeye:" \
    "$(wc -l <"$DIR/err") $(cut -d' ' -f1 "$DIR/err" | head -n 1)"

  # shellcheck disable=SC2016
  JSON=$(in_mounts 'mount -t tmpfs none /proc && exec "$2" -b --json --by process')
  check "no /proc: sockets" true "$(json '.matched > 0')"
  check "no /proc: no owner is known" 0 "$(json '[.rows[]|select(.pid)]|length')"
  check "no /proc: labelled" "false true" \
    "$(json '"\(.complete) \([.problems[].source]|any(. == "owners"))"')"
}
if grep -q __asan_init "$SOCKEYE"; then
  echo "not tried without /proc: the address sanitizer needs it"
else
  without_proc
fi

# proc mounted with hidepid: processes of others are not there for nobody.
eye=$(public "$SOCKEYE")
hidden() {
  # shellcheck disable=SC2016
  unshare --mount "$BASH" -c 'mount -t proc -o "hidepid=$1" proc /proc || exit 77
    shift
    exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all "$@"' \
    bash "$@"
}
for mode in 1 2 4; do
  hidden $mode "$eye" -b --json --by process sport = :2002 state close-wait >"$DIR/out"
  status=$?
  [ "$status" != 77 ] || { echo "hidepid=$mode cannot be mounted here"; continue; }
  JSON=$(cat "$DIR/out")
  check "hidepid=$mode: exit" 0 "$status"
  check "hidepid=$mode: not permitted, never no process" "not-permitted 5" \
    "$(json '.rows[]|"\(.owner) \(.sockets)"')"
  check "hidepid=$mode: labelled" "false owners" \
    "$(json '"\(.complete) \([.problems[].source]|join(" "))"')"
done
# shellcheck disable=SC2016
JSON=$(unshare --mount "$BASH" -c 'mount -t proc -o hidepid=2 proc /proc && exec "$@"' bash \
  "$SOCKEYE" -b --json --by process sport = :2002 state close-wait)
check "hidepid is no bar to root" "$owners" "$(json .rows)"

# /proc with subset=pid has no /proc/net; thread-self has it.
# shellcheck disable=SC2016
JSON=$(unshare --mount "$BASH" -c 'mount -t proc -o subset=pid proc /proc && exec "$@"' bash \
  "$HELPERS/seccomp-run" 93 "$SOCKEYE" -b --json --by state)
check "subset=pid: sockets by way of thread-self" "$full" "$(comparable)"

# Few descriptors.
JSON=$(prlimit --nofile=16 "$SOCKEYE" -b --json --by process sport = :2002 state close-wait)
check "16 descriptors are enough" "$owners" "$(json .rows)"

# honest WHAT COMMAND...: the owners, or a word about it in the report, or one line and a status that
# says so. Never status 0 and owners that are missing in silence.
honest() {
  local what=$1 status
  shift
  timeout -k 1 "$DEADLINE" "$@" -b --json --by process sport = :2002 state close-wait \
    >"$DIR/out" 2>"$DIR/err"
  status=$?
  JSON=$(cat "$DIR/out")
  case $status in
    0) check "$what: the owners, or a word about it" true \
      "$(json '(.complete and .rows[0].pid != null) or ((.complete|not) and (.problems|length) > 0)')" ;;
    1 | 3)
      check "$what: nothing on stdout" "" "$JSON"
      check "$what: one line" "1 sockeye:" "$(wc -l <"$DIR/err") $(cut -d' ' -f1 "$DIR/err")"
      ;;
    *) check "$what: status" "0, 1 or 3" "$status" ;;
  esac
}
for n in 4 5 6 7 {8..24}; do
  honest "$n descriptors" prlimit --nofile=$n "$SOCKEYE"
done

# Little memory. What is too little for the loader to start the program is not its business.
if grep -q __asan_init "$SOCKEYE"; then
  echo "not tried with little memory: the address sanitizer wants much"
else
  for mib in 12 14 16 20 24 32 48 64; do
    prlimit --as=$((mib << 20)) "$SOCKEYE" --version >/dev/null 2>&1 || continue
    honest "$mib MiB of address space" prlimit --as=$((mib << 20)) "$SOCKEYE"
  done
  check "64 MiB are enough" "$owners" "$(json .rows)"
fi

# Root's user, and nothing else of root.
eye=$(public "$SOCKEYE")
honest "root without rights" setpriv --inh-caps=-all --bounding-set=-all "$eye"
honest "nobody" setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
  --bounding-set=-all "$eye"
check "nobody: the hint names both rights" 1 \
  "$(json '.problems[]|select(.source == "owners").reason' |
    grep -c 'CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH')"

# A terminal that can nothing, and a language without letters beyond ASCII.
JSON=$(TERM=dumb "$SOCKEYE" -b --json --by process sport = :2002 state close-wait)
check "TERM=dumb" "$owners" "$(json .rows)"
JSON=$(LC_ALL=C "$SOCKEYE" -b --json --by process sport = :2002 state close-wait)
check "LC_ALL=C" "$owners" "$(json .rows)"
check "LC_ALL=C: text in ASCII alone" 0 \
  "$(LC_ALL=C "$SOCKEYE" -b | LC_ALL=C grep -c '[^ -~]')"
check "LC_ALL=nosuch" 0 "$(LC_ALL=nosuch "$SOCKEYE" -b >/dev/null 2>"$DIR/err"; echo $?)"

done_testing
