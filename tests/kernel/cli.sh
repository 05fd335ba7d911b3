#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Exit codes, error lines, and output that does not want to be written. cli.md of the manual's part
# EXIT STATUS: 0 fine, 1 output, 2 usage, 3 nothing to show, 128+n signals.
. "$(dirname "$0")/lib.sh"

mk a comm=busy established=30:3001

# Usage errors: one line that names the culprit, nothing on stdout.
wrong() {
  local named=$1
  shift
  run_eye "$@"
  check "exit of: $*" 2 "$STATUS"
  check "stdout of: $*" "" "$OUT"
  check "one line for: $*" 1 "$(wc -l <"$DIR/err")"
  check "that begins with the program: $*" "sockeye: " "${ERR:0:9}"
  [[ $ERR == *"$named"* ]] || check "it names the culprit: $*" "*$named*" "$ERR"
  check "no full stop: $*" "" "$(grep '\.$' <<<"$ERR")"
}
wrong nosuch --nosuch
wrong Y -Y
wrong nosuch -b --by nosuch
wrong by -b --by
wrong nosuch -b --sort nosuch
wrong nosuch -b --by process --sort -nosuch
for n in -1 1x x "" 99999999999999999999 0x10; do
  wrong "$n" -b -c "$n"
  wrong "$n" -b --by state --top "$n"
done
for s in 0 0.05 3601 -1 abc "" nan inf 1e9 "2 s" 0x1p3; do
  wrong "$s" -b -d "$s"
done
wrong 33 -b --by remote --prefix4 33
wrong 129 -b --by remote --prefix6 129
wrong x -b --by remote --prefix4 x
wrong nosuch -b -A nosuch
wrong nosuch -b -f nosuch
wrong sometimes --color sometimes -b
wrong /nosuch/file -b -F /nosuch/file
for reserved in --csv --record --replay --check -K; do
  wrong "$reserved" $reserved x
done

# Wrong filters: the column, counted from 1 in the words joined by one blank.
wrong_filter() {
  local column=$1
  shift
  wrong "" -b --by state "$@"
  check "column of the filter: $*" "$column" "$(grep -o 'column [0-9]*' <<<"$ERR" | cut -d' ' -f2)"
}
wrong_filter 7 state nosuch
wrong_filter 1 nosuch = 1
wrong_filter 9 sport = :nosuchport
wrong_filter 9 sport = :65536
wrong_filter 5 dst 300.1.2.3
wrong_filter 5 dst 10.0.0.0/33
wrong_filter 29 state close-wait and sport =
wrong_filter 1 '( state close-wait'
wrong_filter 18 'state close-wait )'
wrong_filter 1 'and state close-wait'
check "a filter that is hostile to the terminal" 0 "$(
  run_eye -b $'state \e[31mred\n'
  LC_ALL=C grep -c $'[\x01-\x09\x0b-\x1f\x7f]' <<<"$ERR"
)"
check "it is one line all the same" 1 "$(wc -l <"$DIR/err")"
head -c 100000 /dev/zero | tr '\0' '(' >"$DIR/deep"
wrong "" -b -F "$DIR/deep"

# Help and version.
run_eye -h
check "help" "0 0" "$STATUS $(wc -l <"$DIR/err")"
for option in --batch --count --delay --by --prefix4 --prefix6 --sort --top --json --strict --summary; do
  check "help names $option" true "$(grep -q -e "$option" <<<"$OUT" && echo true)"
done
run_eye -V
check "version" "0 sockeye" "$STATUS ${OUT%% *}"

# Output that fails.
"$SOCKEYE" -b --json --by socket >/dev/full 2>"$DIR/err"
check "a full disk" 1 $?
check "a full disk, one line" 1 "$(grep -c '^sockeye: ' "$DIR/err")"
"$SOCKEYE" -b --by socket >&- 2>"$DIR/err"
check "closed stdout" 1 $?
check "closed stdout, one line" 1 "$(grep -c '^sockeye: ' "$DIR/err")"
"$SOCKEYE" -h >/dev/full 2>"$DIR/err"
check "help on a full disk" 1 $?
timeout -k 1 "$DEADLINE" "$SOCKEYE" -b --json -c 0 -d 0.1 2>"$DIR/err" | head -n 1 >"$DIR/out"
check "| head: ended by SIGPIPE" "$((128 + 13)) 0" "${PIPESTATUS[*]}"
check "| head: without a word" "" "$(cat "$DIR/err")"
check "| head: the line is whole" 1 "$(jq -r .seq "$DIR/out")"
(
  trap '' PIPE
  timeout -k 1 "$DEADLINE" "$SOCKEYE" -b --json -c 0 -d 0.1 2>"$DIR/err"
  echo $? >"$DIR/status"
) | head -n 1 >"$DIR/out"
check "with SIGPIPE ignored: an error" 1 "$(cat "$DIR/status")"
check "a closed stderr is no harm" 0 "$("$SOCKEYE" -b --by state 2>&- >"$DIR/out"; echo $?)"
check "a closed stdin is no harm" 0 "$("$SOCKEYE" -b --by state <&- >"$DIR/out"; echo $?)"
check "three closed: nothing lands in a socket" 1 "$("$SOCKEYE" -b --by state <&- >&- 2>&-; echo $?)"

# Signals.
sampler_start --by state
sampler_next
kill -TERM "$SAMPLER"
wait "$SAMPLER"
check "SIGTERM" $((128 + 15)) $?
SAMPLER= && exec {SAMPLES}<&- && rm "$DIR/samples"

# Several samples.
run_eye --json -c 3 -d 0.1 --by state
check "three lines" 3 "$(wc -l <"$DIR/out")"
check "numbered" "1 2 3" "$(jq -r .seq "$DIR/out" | xargs)"
check "in the order of time" true "$(jq -s 'map(.time)|. == (sort|unique)' "$DIR/out")"
check "each with schema and host" "1 $(uname -n)" \
  "$(jq -r '"\(.schema) \(.host)"' "$DIR/out" | sort -u)"
run_eye -b -c 2 -d 0.1 --by state state listening
check "text, twice" 2 "$(grep -c '^ *LISTEN  *1$' <<<"$OUT")"

# No terminal: one plain report, without being asked for.
run_eye
check "no terminal" 0 "$STATUS"
check "no escape sequences" 0 "$(LC_ALL=C grep -c $'\e' <<<"$OUT")"
check "names the process" 1 "$(grep -c "busy.*${MK_PID[a]}\|${MK_PID[a]}.*busy" <<<"$OUT")"

# Numbers are not localised, and any locale will do.
for locale in de_DE.UTF-8 C nosuch; do
  check "JSON under $locale" "$(eye --by state && json .states)" \
    "$(LC_ALL=$locale "$SOCKEYE" --json --by state | jq -c .states)"
done

done_testing
