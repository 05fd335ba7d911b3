#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the kernel leaves out of its dumps for a filter is what nobody looks at: random filters over
# varied sockets, and the reports themselves.
. "$(dirname "$0")/lib.sh"

ip addr add 10.1.2.3/32 dev lo
mk a states=20 established=30:4001 v6=20:4002 remotes=20x3:4003 remotes6=10x3:443 mapped=20x4:80 \
  wildcard=10x3:22 udp=20:53 udp6=20:4004 listen=30:4005 reuseport=5:4006 close=10 unaccepted=5:4007

"$HELPERS/thin-check" 200 3000 ${SOCKEYE_TEST_SEED:+"$SOCKEYE_TEST_SEED"} >"$DIR/thin"
check "kernel, program and filter agree" 0 $?
cat "$DIR/thin"
# The generator makes some of each.
check "kinds of filters and programs" 5 "$(grep -oE '[1-9][0-9]* (exact|superset|not|taken|refused)' \
  "$DIR/thin" | wc -l)"

# Reports with and without: an inode cannot be left to the kernel, and no socket has this one.
other="or inode = 4294967295"
# What a full listener drops goes on being counted; and of CLOSE_WAITs that have become old nothing is
# found where they were left out.
report() {
  eye "$@"
  REPORT=$(json 'del(.seq, .time, .total, .filter) | del(.rows[]?.drops) |
    del(.findings[]|select(.kind == "close-wait-leak"))')
}
# Where a timer of the kernel has ended between the two, the one is as the other is now.
compare() {
  local filter=$1 whole thin
  shift
  report "$@" "( $filter ) $other"
  whole=$REPORT
  check "total of all: $filter" number "$(json '.total|type')"
  report "$@" "$filter"
  thin=$REPORT
  check "no total: $filter" null "$(json '.total|type')"
  if [ "$thin" != "$whole" ]; then
    report "$@" "( $filter ) $other"
    whole=$REPORT
  fi
  check "$* $filter" "$whole" "$thin"
}
mk a time-wait=5:4008 # those of before may be over
for filter in "state time-wait" "state close-wait" "state listening" "exclude established" "dport = 4001" \
  "not ( sport = 80 or dport = 80 )" "src 127.0.1.0/24" "dst [fd00::/16]" \
  "sport = 53,4004 or sport = 22 state connected" "state connected dport 22,443 and uid = 0" "proto = udp"; do
  compare "$filter" --by socket
  compare "$filter" --by process
  compare "$filter" --by listener
  compare "$filter" -s
done
compare "listener = :4003 state established" --by socket
compare "listener = :80 dport > 1024" --by process
compare "listener = :4007 state connected" --by listener

# A choice by options is what the total is of.
eye -l --by socket
check "-l" "$(ss -Htuln | wc -l) true" "$(json '"\(.total) \(.total == .matched)"')"

# The owners of a choice of sockets stay right from sample to sample.
sampler_start --by process state close-wait
mk b close-wait=7:4011
sampler_settles "new sockets in the state" 7 \
  "[.rows[]|select(.pid == ${MK_PID[b]}).sockets]|add"
mk b drop=3
sampler_settles "some have left it" 4 "[.rows[]|select(.pid == ${MK_PID[b]}).sockets]|add"
mk b close-wait=2:4012
sampler_settles "others have come" 6 "[.rows[]|select(.pid == ${MK_PID[b]}).sockets]|add"
sampler_end

done_testing
