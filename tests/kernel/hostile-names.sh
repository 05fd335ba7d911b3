#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Names that a local user may choose beside those of processes: of interfaces, control groups, users and
# settings. Whatever is printed is clean, and is what it is called for whoever reads JSON.
. "$(dirname "$0")/lib.sh"

# Lines of the last output with a control character: C0 but the newline, DEL, C1.
controls() {
  LC_ALL=C grep -c -e $'[\x01-\x09\x0b-\x1f\x7f]' -e $'\xc2[\x80-\x9f]' "$DIR/$1"
}

# Every report and every kind of row: clean, of one line where it is JSON, which jq takes.
all_clean() {
  local what=$1 by
  shift
  for by in state process program user remote listener container unit socket; do
    run_eye -b --by $by -A all "$@"
    check "$what: text by $by" "0 0 0" "$STATUS $(controls out) $(controls err)"
    check "$what: text by $by is UTF-8" 0 "$(iconv -f UTF-8 -t UTF-8 "$DIR/out" >/dev/null; echo $?)"
    run_eye -b --json --by $by -A all "$@"
    check "$what: JSON by $by" "0 0 1" "$STATUS $(controls out) $(wc -l <"$DIR/out")"
    check "$what: JSON by $by is JSON" object "$(jq -r type "$DIR/out")"
  done
}

# ---- interfaces -----------------------------------------------------------------

mk a link-local=1:4001 bind-device=1:4002
evil=$'l\e]0;x\a\xc2\x9b"'
ip link set lo down
ip link set lo name "$evil" || skip 'this kernel takes no such name'
ip link set "$evil" up
eye --by socket sport = :4001
check 'rows of a hostile interface' 2 "$(json '.rows|length')"
check 'its name in JSON' '["l\u001b]0;x\u0007\u009b\""]' "$(jq -ac '[.rows[].if]|unique' <<<"$JSON")"
run_eye -b --by socket sport = :4001
check 'rows as text' 3 "$(wc -l <"$DIR/out")"
check 'its name as text' 2 "$(grep -cF '%l\e]0;x\x07\u{9b}"]:4001' <<<"$OUT")"
all_clean 'an interface'
all_clean 'an interface, all of it' -e -m -i -o
ip link set "$evil" down
ip link set "$evil" name lo
ip link set lo up

# ---- users ------------------------------------------------------------------------

sed '/:4711:/d' /etc/passwd >"$DIR/passwd"
printf 'e\e]0;x\a\xff\xc2\x9b:x:4711:4711:::\n' >>"$DIR/passwd"
chmod 644 "$DIR/passwd"
if mount --bind "$DIR/passwd" /etc/passwd; then
  MK_AS=(setpriv --reuid=4711 --regid=4711 --clear-groups)
  mk user established=1:4003
  MK_AS=()
  eye --by user sport = :4003
  check 'a row of a hostile user' '["e\u001b]0;x\u0007\ufffd\u009b"]' "$(jq -ac '[.rows[].user]' <<<"$JSON")"
  all_clean 'a user'
  umount /etc/passwd
fi

# ---- control groups -----------------------------------------------------------------

mkdir "$DIR/cgroups"
if mount -t cgroup2 none "$DIR/cgroups" 2>"$DIR/why"; then
  group=$DIR/cgroups/$'x\e]0;x\a\xff\xc2\x9b.service'
  mk group established=1:4004
  if mkdir "$group" && echo "${MK_PID[group]}" >"$group/cgroup.procs"; then
    eye --by socket -e sport = :4004
    check 'rows of a hostile control group' 2 "$(json '.rows|length')"
    eye --by unit sport = :4004
    check 'a row of its unit' '["x\u001b]0;x\u0007\ufffd\u009b.service"]' \
      "$(jq -ac '[.rows[]|select(.sockets > 0)|.unit]' <<<"$JSON")"
    all_clean 'a control group'
    all_clean 'a control group, all of it' -e
    echo "${MK_PID[group]}" >"$DIR/cgroups/cgroup.procs"
  fi
  rmdir "$group"
  umount "$DIR/cgroups"
fi

# ---- settings -------------------------------------------------------------------------

# Not one byte of what is said of it is foreign, and it is one line.
home=$DIR/$'h\e]0;x\a\n\xff\xc2\x9b'
mkdir -p "$home/sockeye"
for line in $'interval = \e]0;x\a' $'\e]0;x\a = 1' $'[\e]0;x\a]' $'filter = \e\n\xff' "$evil"; do
  printf '%s\n' "$line" >"$home/sockeye/sockeye.conf"
  XDG_CONFIG_HOME=$home run_eye -b
  check "a complaint is clean: ${line@Q}" 0 "$(LC_ALL=C grep -c '[^ -~]' "$DIR/err")"
  check "and is one line, with nothing else: ${line@Q}" "2 1 0" \
    "$STATUS $(wc -l <"$DIR/err") $(wc -c <"$DIR/out")"
done

done_testing
