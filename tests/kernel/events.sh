#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Sockets that end: each is told of, with what it carried and who held it; what no sample has counts as
# new; and what comes faster than it is read is counted.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/feed.sh"

# connection RECIPE CARRIED: one that carries that and ends. Its client's port is in $CLIENT.
connection() {
  mk a "$1" "carry=$2"
  CLIENT=${SAID[client]}
  mk a end=1
}

# ---- what they carried --------------------------------------------------------

# both WHAT FAMILY ADDRESS PORT SENT ANSWERED: the two ends of a connection that ended, in any order.
# On a busy machine a piece is sent again now and then, which counts as sent.
# The server counts the FIN of the client, which closed first and may not have waited for the server's.
both() {
  local what=$1 family=$2 address=$3 port=$4 sent=$5 answered=$6 client=$CLIENT i
  local as_client as_server
  for i in 1 2; do
    next_event
    if [ "$(json .local.port)" = "$client" ]; then as_client=$JSON; else as_server=$JSON; fi
  done
  JSON=$as_client
  check "$what: the client" "tcp $address $client $address $port $sent" \
    "$(json '"\(.proto) \(.local.addr) \(.local.port) \(.remote.addr) \(.remote.port) \(.bytes_sent - .bytes_retrans)"')"
  check "$what: what the client got" true \
    "$(json ".bytes_received == $answered or .bytes_received == $answered + 1")"
  JSON=$as_server
  check "$what: the server" "tcp $family $address $port $address $client $answered $((sent + 1))" \
    "$(json '"\(.proto) \(.family) \(.local.addr) \(.local.port) \(.remote.addr) \(.remote.port) \(.bytes_sent - .bytes_retrans) \(.bytes_received)"')"
}

events --json
mk a comm=holder
connection established=1:7101 100000x2345
both IPv4 inet 127.0.0.1 7101 100000 2345
check "every object has a number, a time and a kind" "2 true ended 1" \
  "$(json '"\(.seq) \(.time | test("^20[0-9-]*T[0-9:.]*Z$")) \(.event) \(.schema)"')"
connection v6=1:7102 1x70000
both IPv6 inet6 ::1 7102 1 70000
connection mapped=1x1:7103 5000x5000
for i in 1 2; do
  next_event
  [ "$(json .local.port)" = 7103 ] && check "IPv4 in IPv6" \
    "inet6 127.0.0.1 127.0.1.1 $CLIENT 5000 5001" \
    "$(json '"\(.family) \(.local.addr) \(.remote.addr) \(.remote.port) \(.bytes_sent - .bytes_retrans) \(.bytes_received)"')"
done
mk a udp-brief=1:9
next_event
check "UDP" "udp inet ${SAID[client]} 9 false" \
  "$(json '"\(.proto) \(.family) \(.local.port) \(.remote.port) \(has("bytes_sent"))"')"

# ---- how long, and who ----------------------------------------------------------

# One that samples have seen. That they have is seen by what is said of it, so it may take some.
for ((try = 0; try < 20; try++)); do
  mk a established=1:$((7200 + try)) carry=10x10
  cookie=$(ss -Htne state established "sport = :$((7200 + try))" | sed -n 's/.*sk:\([0-9a-f]*\).*/0x\1/p')
  pid=${MK_PID[a]}
  eye --by state -c 4 -d 0.1
  mk a end=1
  server=
  for i in 1 2; do
    next_event
    [ "$(json .local.port)" = $((7200 + try)) ] && server=$JSON
  done
  JSON=$server
  [ "$(json .owner)" = null ] && break
done
check "its cookie is that of ss" "$cookie" "$(json .cookie)"
check "its holder" "holder $pid null ESTABLISHED true" \
  "$(json '"\(.owners[0].comm) \(.owners[0].pid) \(.owner) \(.state) \(.inode > 0)"')"
check "its listener" "127.0.0.1 $((7200 + try)) holder" \
  "$(json '"\(.listener.local.addr) \(.listener.local.port) \(.listener.owners[0].comm)"')"
check "how long it was there" true \
  "$(json '.duration_min_ms >= 200 and .duration_max_ms >= .duration_ms and .duration_ms >= .duration_min_ms and .duration_max_ms < 20000')"
events_end
events --json -d 3600
# The first sample may come late enough to see the first of them.
for ((try = 0; try < 20; try++)); do
  mk a established=1:$((7300 + try)) carry=10x10 end=1
  next_event
  next_event
  [ "$(json .owner)" = not-seen ] && break
done
check "of one that no sample saw there is no more than the most it was" "not-seen null null" \
  "$(json '"\(.owner) \(.duration_ms) \(.state)"')"

# ---- what passes ------------------------------------------------------------------

events_end
events --json -c 3 'sport = :7401 or dport = :7402 or state close-wait'
mk a established=1:7400 end=1 established=1:7401 end=1 udp-brief=1:9
next_event
check "a local port" 7401 "$(json .local.port)"
mk a established=1:7402 end=1
next_event
check "a remote port" 7402 "$(json .remote.port)"
mk a established=1:7403 end=1 udp-brief=1:7402
next_event
check "a remote port of UDP" "udp 7402" "$(json '"\(.proto) \(.remote.port)"')"
wait "$EVENTS"
check "-c ends after so many" 0 $?
events_end
events --json -u
mk a established=1:7404 end=1 udp-brief=1:9
next_event
check "-u" udp "$(json .proto)"
events_end

# ---- how it ends -------------------------------------------------------------------

# The shell has what it starts in the background ignore both.
EVENTS_AS=(env --default-signal=INT --default-signal=PIPE)
events
mk a established=1:7501 end=1
next_event
check "text has a head" "TIME PROTO LOCAL REMOTE BYTES_SENT BYTES_RECEIVED DURATION COOKIE OWNER OWNERS" \
  "$(tr -s ' ' <<<"$JSON")"
next_event
check "and as many columns" 10 "$(wc -w <<<"$JSON")"
kill -INT "$EVENTS"
wait "$EVENTS"
check "SIGINT" 130 $?
events_end
events
exec {FEED}<&-
wait "$EVENTS"
check "a reader that leaves is noticed at once" 141 $?
exec {FEED}</dev/null
events_end
EVENTS_AS=()
for wrong in "--by process" "--sort sockets" "--top 3" -s; do
  # shellcheck disable=SC2086 # words
  run_eye --events $wrong
  check "--events $wrong: exit" 2 "$STATUS"
  check "--events $wrong: one line" "1 " "$(wc -l <<<"$ERR") $OUT"
done

# ---- without rights -------------------------------------------------------------------

SOCKEYE=$(public "$SOCKEYE")
EVENTS_AS=(as_nobody)
events --json
connection established=1:7601 7x8
both "without rights" inet 127.0.0.1 7601 7 8
events_end
EVENTS_AS=()

# ---- what comes and goes between two samples --------------------------------------------

# new WHAT WANT BY FILTER PORT: what FILTER makes of the samples about a connection that comes and goes,
# summed. Each of its ends is new once, in whichever sample, whether a sample has it or not.
new() {
  local what=$1 want=$2 by=$3 filter=$4 sum=0 i
  sampler_start --by "$by" -d 0.3
  sampler_next
  sampler_next
  mk a "established=1:$5" carry=1x1 end=1
  for i in 1 2 3 4; do
    sampler_next
    sum=$((sum + $(json "$filter")))
  done
  check "$what" "$want" "$sum"
  sampler_end
}
new "of its remote" 2 remote '[.rows[]|select(.remote == "127.0.0.1").new]|add // 0' 7701
new "of all, with the listener" 3 remote .new 7702
new "of its listener" 1 listener '[.rows[]|select(.local.port == 7703).new]|add // 0' 7703
sampler_start --by process
for ((i = 0; i < 10; i++)); do
  sampler_next
  [ "$i" = 2 ] && mk a established=1:7704 carry=1x1 end=1
  [ "$i" -lt 2 ] || check "no sample has more that came and went than are new" true \
    "$(json '.brief <= .new and .brief >= 0 and .interval_ms > 0')"
done
sampler_end

# ---- a flood ------------------------------------------------------------------------------

# Nobody reads while far more end than are kept: those that are not told of are counted.
if grep -q '__[at]san_init' "$SOCKEYE" || ! command -v nstat >/dev/null; then
  echo "not tried: a flood"
  done_testing
fi
rss() {
  awk '/^VmRSS/ { print $2 }' "/proc/$EVENTS/status"
}
opened() {
  nstat -asz TcpActiveOpens | awk '/ActiveOpens/ { print $2 }'
}
flooded() {
  [ "$(opened)" -ge 50000 ] && echo yes
}
# One that ends now, until there is room for it.
tries=0
told_of_the_last() {
  mk a udp-brief=1:7999
  grep -q '"port":7999' "$DIR/told" && echo yes
}
events --json --strict
connection established=1:7801 1x1
next_event
next_event
before=$(rss) first=$(opened)
DEADLINE=$((120 * SLOW))
mk flood churn=8000:7802
await yes flooded
mk_end flood
grown=$(($(rss) - before))
check "memory grows no further than what is kept" true "$([ "$grown" -lt 30000 ] && echo true || echo "$grown KiB")"
cat <&"$FEED" >"$DIR/told" &
reader=$!
until [ "$(told_of_the_last)" = yes ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 10000 ] || die "nothing is told of any more"
done
flood=$(($(opened) - first))
ended=$(grep -c '"event":"ended"' "$DIR/told")
lost=$(jq -s '[.[] | select(.event == "lost").count] | add // 0' "$DIR/told")
check "what was not told of was counted" true \
  "$([ $((ended + lost)) -ge $((flood * 2 * 99 / 100)) ] && [ $((ended + lost)) -le $((flood * 2 + tries + 100)) ] && echo true || echo "$ended told, $lost lost, of $flood connections")"
check "some were lost" true "$([ "$lost" -gt 0 ] && echo true)"
kill "$reader"
events_end
done_testing
