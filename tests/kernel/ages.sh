#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Since when a socket is in its state, where the kernel tells: a program that has only just begun
# knows it of CLOSE_WAIT and TIME_WAIT, whoever else is on the machine. And what listeners dropped.
. "$(dirname "$0")/lib.sh"

mk a close-wait=2 time-wait=2 established=2

# The last ACK came with the FIN.
seconds_since_fin() {
  ss -HOtin state close-wait | sed -n 's/.*lastack:\([0-9]*\).*/\1/p' | sort -n | head -1 |
    awk '{ print ($1 >= 2100 ? "old" : "young") }'
}
await old seconds_since_fin

matched() {
  eye "$1"
  json .matched
}

check "CLOSE_WAITs of two seconds" 2 "$(matched 'state close-wait and age >= 2s')"
check "none of a minute" 0 "$(matched 'state close-wait and age >= 1m')"
check "all are younger than a minute" 2 "$(matched 'state close-wait and age < 1m')"
check "TIME_WAITs of two seconds" 2 "$(matched 'state time-wait and age >= 2s')"
check "none older than their timer" 0 "$(matched 'state time-wait and age > 1m')"
# How old these are, nobody tells.
check "ESTABLISHED of two seconds" 0 "$(matched 'state established and age >= 2s')"
check "ESTABLISHED of less" 0 "$(matched 'state established and age < 2s')"

# The same where all sockets are asked for.
check "all of two seconds" 4 "$(matched 'age >= 2s')"

# One that is never seen in another state than CLOSE_WAIT is asked for later.
mk b close-wait=1
await old seconds_since_fin
sampler_start 'state close-wait and age >= 2s'
for ((i = 0; i < 100; i++)); do
  sampler_next
  [ "$(json .matched)" != 3 ] || break
done
check "all three" 3 "$(json .matched)"
sampler_end

done_testing
