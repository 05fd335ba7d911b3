#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A dump by two threads tells of the same sockets as one by one thread: about many pivots, and in the
# program itself, where there are enough sockets for it.
. "$(dirname "$0")/lib.sh"

ip addr add 10.1.2.3/32 dev lo
mk a states=20 established=30:4001 v6=20:4002 remotes=20x3:4003 remotes6=10x3:443 mapped=20x4:80 \
  wildcard=10x3:22 udp=20:53 listen=30:4005 reuseport=5:4006 close=10 unaccepted=5:4007
"$HELPERS/halves-check" >"$DIR/halves"
check "two halves are the whole" 0 $?
cat "$DIR/halves"

# Enough for the program to take two threads, from the first sample on.
mk b established=5500:5001
mk c v6=5500:5002
halves() {
  cat "/proc/$SAMPLER/task/"*/comm 2>/dev/null | grep -c '^sockeye-half$'
}
of_tcp='[.rows[]|select(.state != "CLOSE" and .proto != "udp").sockets]|add'
ss_all() {
  ss -Htan state all | wc -l
}
# With one processor there is nothing to share.
threads=$(($(nproc) > 1))
sampler_start --by state
sampler_next
check "the first sample" "$(ss_all)" "$(json "$of_tcp")"
check "by two threads" $threads "$(halves)"
sampler_next
check "the second" "$(ss_all)" "$(json "$of_tcp")"
# Only so many of them, said at once and in later samples.
for n in 100 21000; do
  JSON=$("$SOCKEYE" -b --json -c 2 -d 0.1 --by state --max-sockets $n | tail -n 1)
  check "--max-sockets $n" "$n false" "$(json '"\([.rows[].sockets]|add) \(.complete)"')"
  check "--max-sockets $n is said" true \
    "$(json '.problems[0].reason | test("only the first '$n' of some [0-9]+ sockets")')"
done
mk b drop=5000
mk c drop=5000
sampler_settles "other sockets" "$(ss_all)" "$of_tcp"
check "the same thread" $threads "$(halves)"
sampler_end

done_testing
