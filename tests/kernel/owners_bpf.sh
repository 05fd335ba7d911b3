#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Owners by BPF: the same as by the links of /proc while processes hand sockets around; in the program
# from many sockets on; and with no other rights than those for BPF.
. "$(dirname "$0")/lib.sh"

rounds=25
[ -z "${SOCKEYE_LONG-}" ] || rounds=400
"$HELPERS/owners-check" $rounds ${SOCKEYE_TEST_SEED:+"$SOCKEYE_TEST_SEED"} >"$DIR/owners"
status=$?
cat "$DIR/owners"
[ $status != 77 ] || skip "$(tail -n 1 "$DIR/owners")"
check "links, BPF and /proc agree" 0 $status

mk a comm=many established=9000:5001
mk b comm=many established=9000:5002
mk c comm=many established=8000:5003
mk d comm=few established=3:5004
bpf_calls() {
  strace -f -qq -e trace=bpf -o "$DIR/trace" "$SOCKEYE" "$@" >"$DIR/out" 2>"$DIR/err"
  grep -q 'BPF_ITER_CREATE' "$DIR/trace" && echo yes || echo no
}
held='[.rows | sort_by(-.sockets)[] | select(.comm == "many" or .comm == "few") | .sockets]'
if command -v strace >/dev/null && strace -qq -o /dev/null true 2>/dev/null &&
  ! grep -q __asan_init "$SOCKEYE"; then
  check "the first picture" yes "$(bpf_calls -b --json --by process)"
  JSON=$(cat "$DIR/out")
  check "its owners" '[18001,18001,16001,7]' "$(json "$held")"
  check "a few of many" yes "$(bpf_calls -b --json --by process sport = 5004 or dport = 5004)"
  JSON=$(cat "$DIR/out")
  check "the owner of these alone" '[{"comm":"few","sockets":7}]' \
    "$(json '[.rows[]|{comm,sockets}]')"
  mk c drop=7500
  check "few sockets" no "$(bpf_calls -b --json --by process)"
fi

# Of another user, and without the right to read links.
# shellcheck disable=SC2054
only_bpf=(setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all,+bpf,+perfmon
  --inh-caps=-all,+bpf,+perfmon --ambient-caps=-all,+bpf,+perfmon)
JSON=$("${only_bpf[@]}" "$(public "$SOCKEYE")" -b --json --by process -c 2 -d 0.1 | tail -n 1)
check "with CAP_BPF and CAP_PERFMON alone" true "$(json "$held | add > 30000")"

done_testing
