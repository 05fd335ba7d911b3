#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Real trouble gives its finding, with the right numbers, and no other; a healthy server gives none.
. "$(dirname "$0")/lib.sh"

# watch N SECONDS: the last report of a run of so many samples, in $JSON; all of them in $ALL.
watch() {
  run_eye -b --json -c "$1" -d "$2"
  check "exit status" 0 "$STATUS"
  ALL=$OUT
  JSON=$(tail -n 1 <<<"$ALL")
}

kinds() {
  json '[.findings[].kind]|join(" ")'
}

# of KIND FILTER: of each finding of the kind.
of() {
  json ".findings[]|select(.kind == \"$1\")|$2"
}

set_sysctl() {
  echo "$2" >"/proc/sys/net/$1"
}

# The filter of each finding is one, and selects what the finding counts.
check_filters() {
  local filter
  while read -r filter; do
    [ -z "$filter" ] && continue
    run_eye -b --json --by socket "$filter"
    check "filter: $filter" "0 " "$STATUS $ERR"
  done < <(json '.findings[].filter')
}

queue_of() {
  ss -Htln sport = ":$1" | awk '{ print $2, $3 }'
}

enough_half_open() {
  [ "$(ss_count syn-recv)" -gt 300 ] && echo yes
}

# ---- TIME_WAIT at its limit ----------------------------------------------------------------

mk closer comm=closer listen=1:8208
set_sysctl ipv4/tcp_max_tw_buckets 5
mk closer serve=50x0:8209
await 5 ss_count time-wait
watch 4 0.3
check "TIME_WAIT" timewait-limit "$(kinds)"
check "its numbers" "5 5 true" \
  "$(of timewait-limit '.evidence|"\(.count) \(.limit) \(.not_kept_per_s > 0)"')"
check_filters
mk_end closer
set_sysctl ipv4/tcp_max_tw_buckets 100000

# ---- a healthy server: 2,000 idle, 100 a second opened and closed --------------------------

mk idle comm=idle established=2000:8201
mk busy comm=busy serve=100x500:8202
watch 60 0.1
check "samples" 60 "$(wc -l <<<"$ALL")"
check "a healthy server has no findings" 0 "$(jq -s '[.[].findings[]]|length' <<<"$ALL")"
mk_end idle
mk_end busy

# ---- CLOSE_WAIT: read to the end and never closed; and not even read ---------------------

mk forgets comm=forgets leak=5x0:8203
forgets=${SAID[child]}
mk hangs comm=hangs leak=8x100:8204
hangs=${SAID[child]}
watch 16 0.5
check "two leaks and nothing else" "close-wait-leak close-wait-leak" "$(kinds)"
check "both named" "$(printf '%s\n' "$forgets" "$hangs" | sort)" \
  "$(of close-wait-leak .evidence.process | sort)"
check "rate of one, within a fifth" true \
  "$(of close-wait-leak 'select(.evidence.comm == "forgets").evidence.rate_per_s|. > 4 and . < 6')"
check "rate of the other" true \
  "$(of close-wait-leak 'select(.evidence.comm == "hangs").evidence.rate_per_s|. > 6.4 and . < 9.6')"
check "one has read to the end" true "$(of close-wait-leak \
  'select(.evidence.comm == "forgets").evidence|.read_to_end == .count and .not_reading == 0')"
check "the other does not read" true "$(of close-wait-leak \
  'select(.evidence.comm == "hangs").evidence|.not_reading == .count and .read_to_end == 0')"
check "they came in" true "$(of close-wait-leak '.evidence|.inbound == .count and .outbound == 0' | sort -u)"
check "by these ports" "8203 8204" "$(of close-wait-leak .evidence.local_port | sort | tr '\n' ' ' | sed 's/ $//')"
check "from there" 127.0.0.1 "$(of close-wait-leak .evidence.peer | sort -u)"
check "the text names it" true \
  "$(of close-wait-leak ".text|test(\"^CLOSE_WAIT [0-9]+, growing [0-9.]+/s: [0-9]+% (forgets|hangs)\\\\[[0-9]+\\\\]$\")" | sort -u)"
check_filters
run_eye -b -s
check "text of a summary: one sample knows no growth" "" "$(grep '^# finding' <<<"$OUT")"
mk_end forgets
mk_end hangs

# ---- CLOSE_WAIT: fork() copied the descriptor, and only the child has closed it -------------

mk forks comm=forks fork-leak=5:8213
forks=${SAID[child]}
watch 18 0.5
check "the leak" close-wait-leak "$(kinds)"
check "the parent's, not a child's" "$forks" "$(of close-wait-leak .evidence.process)"
check "most are left to it" true "$(of close-wait-leak '.evidence|.only_parent * 2 > .count')"
check "the text says so" true "$(of close-wait-leak '.text|test("which its child has closed$")')"
mk_end forks

# ---- a listener that does not accept --------------------------------------------------------

mk deaf comm=deaf unaccepted=3x2:8205
await "3 2" queue_of 8205
watch 1 0.1
check "the queue" accept-queue "$(kinds)"
check "its numbers" "3 2 :8205 deaf" "$(of accept-queue \
  '.evidence|"\(.accept_queue) \(.accept_max) \(.listener|sub("127.0.0.1";"")) \(.comm)"')"
check "who" "${MK_PID[deaf]}" "$(of accept-queue .evidence.process)"
check_filters
mk_end deaf

# ---- a SYN flood: rows without cookies, counters with them -----------------------------------

# Nothing on lo answers for these addresses.
ip route add 203.0.113.0/24 dev lo
mk target comm=target unaccepted=1x4000:8206
mk flood syn-flood=600:8206
await yes enough_half_open
watch 3 0.3
check "half-open" half-open-flood "$(kinds)"
check "from there" "203.0.113.0/24 8206" \
  "$(of half-open-flood '.evidence|"\(.prefix) \(.local_port)"')"
check "as many as ss has" true "$(of half-open-flood \
  ".evidence.half_open|. >= 300 and . <= $(ss -Htan state syn-recv | wc -l)")"
check_filters
mk_end flood
mk_end target

# Half-open connections outlive their listener, until they are to be answered again.
await 0 ss_count syn-recv
mk target2 comm=target unaccepted=1x1000:8207
mk flood2 comm=flood
set_sysctl ipv4/tcp_syncookies 2
mk flood2 syn-flood=400:8207
await 0 ss_count syn-recv
watch 6 0.3
check "with cookies" half-open-flood "$(kinds)"
check "the rate of the cookies" true \
  "$(of half-open-flood '.evidence.cookies_per_s|. > 320 and . < 480')"
check "the text says that there are no rows" true "$(of half-open-flood '.text|test("leaves no rows")')"
mk_end flood2
mk_end target2

# ---- ports ---------------------------------------------------------------------------------------

mk ports comm=ports listen=1:8210
set_sysctl ipv4/ip_local_port_range "30001 30100"
mk ports established=94:8211
watch 1 0.1
check "ports" ephemeral-ports "$(kinds)"
check "its numbers" "127.0.0.1:8211 94 100" \
  "$(of ephemeral-ports '.evidence|"\(.remote) \(.used) \(.ports)"')"
check "its text" "ephemeral ports to 127.0.0.1:8211 94% used" "$(of ephemeral-ports .text)"
check_filters
mk_end ports

# ---- data that nobody reads ----------------------------------------------------------------------

mk sleepy comm=sleepy unread=6x5000:8212
watch 13 0.5
check "unread" slow-reader "$(kinds)"
check "its numbers" "${MK_PID[sleepy]} 6 30000" \
  "$(of slow-reader '.evidence|"\(.process) \(.count) \(.unread_bytes)"')"
check_filters

done_testing
