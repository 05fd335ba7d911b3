# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# A run of --events whose lines come one by one. Sourced behind lib.sh.
#
#   events ARG...   starts it, by EVENTS_AS if that is not empty, and waits until it listens
#   next_event      the next object, in $JSON
#   events_end      ends it

EVENTS=
EVENTS_AS=()

events() {
  mkfifo "$DIR/events"
  "${EVENTS_AS[@]}" "$SOCKEYE" --events -d 0.1 "$@" >"$DIR/events" 2>"$DIR/events.err" &
  EVENTS=$!
  exec {FEED}<"$DIR/events"
  await yes listens
}

# Groups of sock_diag (protocol 4), by a socket of any process here: there is no other.
listens() {
  awk '$2 == 4 && $4 != "00000000" { found = 1 } END { print found ? "yes" : "no" }' /proc/net/netlink
}

next_event() {
  read -r -t "$DEADLINE" -u "$FEED" JSON || die "no event: $(cat "$DIR/events.err")"
}

events_end() {
  kill "$EVENTS" 2>/dev/null
  wait "$EVENTS" 2>/dev/null
  exec {FEED}<&-
  rm -f "$DIR/events"
  EVENTS=
}
trap '[ -z "$EVENTS" ] || events_end; cleanup' EXIT
