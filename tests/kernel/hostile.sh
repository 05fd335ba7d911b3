#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Names that want to be more than names: the output is clean and the rows are exact.
. "$(dirname "$0")/lib.sh"

# Lines of the last output with a control character: C0 but the newline, DEL, C1.
controls() {
  LC_ALL=C grep -c -e $'[\x01-\x09\x0b-\x1f\x7f]' -e $'\xc2[\x80-\x9f]' "$DIR/out"
}

# name on the process, as mksocks takes it; the same in JSON; a part of it as the text shows it
hostile() {
  local name=$1 in_json=$2 in_text=$3 port=$4
  mk "h$port" "comm=$name" established="3:$port"
  eye --by process sport = ":$port"
  check "one exact row: $name" "${MK_PID[h$port]} 4" "$(json '.rows[]|"\(.pid) \(.sockets)"')"
  check "the name in JSON: $name" true "$(json ".rows[0].comm == $in_json")"
  check "no control character in JSON: $name" 0 "$(controls)"
  eye --by program sport = ":$port"
  check "by program: $name" "4 1" "$(json '.rows[]|"\(.sockets) \(.processes)"')"
  for by in process program listener socket; do
    run_eye -b --by $by sport = ":$port"
    check "text by $by has no control character: $name" 0 "$(controls)"
    check "text by $by is valid UTF-8: $name" 0 "$(iconv -f UTF-8 -t UTF-8 "$DIR/out" >/dev/null; echo $?)"
    check "text by $by shows it: $name" true \
      "$(grep -qF -- "$in_text" "$DIR/out" && echo true)"
  done
  run_eye -b --by process sport = ":$port"
  check "text: one row: $name" 1 "$(grep -c "${MK_PID[h$port]}" <<<"$OUT")"
}

hostile 'a) (b' '"a) (b"' 'a)\x20(b' 1001
hostile 'x S 1 1 1' '"x S 1 1 1"' 'x\x20S\x201\x201\x201' 1002
hostile '\x1b[31mred' '"\u001b[31mred"' '\e[31mred' 1003
hostile 'two\x0alines' '"two\nlines"' 'two\nlines' 1004
hostile 'tab\x09cr\x0d' '"tab\tcr\r"' 'tab\tcr\x0d' 1005
# shellcheck disable=SC1003 # a backslash, no escape
hostile '"quote\x5c' '"\"quote\\"' '"quote\' 1006
hostile 'bad\xff\xc3' '"bad\ufffd\ufffd"' 'bad\xff\xc3' 1007
hostile '\xc2\x9b31mC1' '"\u009b31mC1"' '\u{9b}31mC1' 1008
hostile 'del\x7f' '"del\u007f"' 'del\x7f' 1009
hostile '\xe2\x80\xaertl' '"\u202ertl"' '\u{202e}rtl' 1010
hostile '\xe6\x97\xa5\xe6\x9c\xac' '"日本"' '日本' 1011
hostile '-b --json' '"-b --json"' '-b\x20--json' 1012
hostile '  ' '"  "' '\x20\x20' 1013

hostile '\x1b]0;x\x07\x0a) R 1' '"\u001b]0;x\u0007\n) R 1"' '\e]0;x\x07\n)\x20R\x201' 1014

# What it says of a command line that came from somewhere.
evil=$'\e]0;x\a\n\xff\xc2\x9b31m'
complains() {
  run_eye "$@"
  check "a complaint is one clean line: ${*@Q}" "2 1 0" \
    "$STATUS $(wc -l <"$DIR/err") $(LC_ALL=C grep -c '[^ -~]' "$DIR/err")"
}
complains -b "$evil"
complains -b state "$evil"
complains -b sport = "$evil"
complains -b "comm ~ \"($evil\""
complains -b "--$evil"
complains -b --by "$evil"
complains -b --sort "$evil"
complains -b -c "$evil"
complains -b -F "/nosuch/$evil"
mkdir -p "$DIR/$evil/sockeye"
printf 'interval = %s\n%s = 1\n' "$evil" "$evil" >"$DIR/$evil/sockeye/sockeye.conf"
XDG_CONFIG_HOME=$DIR/$evil complains -b

# With --ascii nothing else comes out.
mk ascii 'comm=\xe6\x97\xa5' established=1:1020
run_eye -b --ascii --by process sport = :1020
check "--ascii" 0 "$(LC_ALL=C grep -c '[^ -~]' "$DIR/out")"
check "--ascii: escaped" 1 "$(grep -cF '\u{65e5}' <<<"$OUT")"

# All of them at once, JSON lines.
eye --by process
check "JSON is one line" 1 "$(wc -l <"$DIR/out")"
check "each process is there" 15 "$(json '[.rows[]|select(.pid)]|length')"

done_testing
