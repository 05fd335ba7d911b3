#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What is given up: capabilities, the way to get more, the memory, the environment of sudo, calls that
# are never made. And what works with which capability.
. "$(dirname "$0")/lib.sh"

SOCKEYE=$(public "$SOCKEYE")
mk a comm=busy established=2:2001
DAC_OVERRIDE=1 PERFMON=38 BPF=39 DAC_READ_SEARCH=2 NET_ADMIN=12 SYS_PTRACE=19 SYS_ADMIN=21

# mask BIT...: as the kernel prints it.
mask() {
  local bit sum=0
  for bit; do
    sum=$((sum | 1 << bit))
  done
  printf '%016x' "$sum"
}

# of FIELD: of the sampler's status.
of() {
  awk -v field="$1:" '$1 == field { print $2 }' "/proc/$SAMPLER/status"
}

# look ARG...: starts the sampler, as whom SAMPLER_AS says (a command that becomes the program), and
# waits for its first report.
SAMPLER_AS=()
look() {
  mkfifo "$DIR/samples"
  "${SAMPLER_AS[@]}" "$SOCKEYE" -b --json -c 0 -d 0.1 "$@" >"$DIR/samples" &
  SAMPLER=$!
  exec {SAMPLES}<"$DIR/samples"
  sampler_next
}

skip_without_libcap_ng() {
  grep -q 'built without libcap-ng' "$SOCKEYE" || return 0
  sampler_end
  skip "built without libcap-ng"
}

# Where owners can come by BPF, its rights are kept as well.
for_bpf=()
"$SOCKEYE" -V | grep -q 'BPF: for many sockets' && for_bpf=("$PERFMON" "$BPF")
look --by process
skip_without_libcap_ng
check "root keeps" "$(mask $DAC_READ_SEARCH $NET_ADMIN $SYS_PTRACE "${for_bpf[@]}")" "$(of CapPrm)"
check "and has them at hand" "$(of CapPrm)" "$(of CapEff)"
for set in CapInh CapAmb CapBnd; do
  check "$set is empty" "$(mask)" "$(of $set)"
done
check "no rights by running programs" 1 "$(of NoNewPrivs)"
check "the filter is in place" 2 "$(of Seccomp)"
check "no core" "0 0" "$(awk '/^Max core/ { print $5, $6 }' "/proc/$SAMPLER/limits")"
check "files for us alone" 0077 "$(of Umask)"
check "with what is left, all owners are found" true \
  "$(json '[.rows[] | select(.comm == "busy")] | length == 1')"
sampler_end

look --by process --read-only
check "--read-only gives up NET_ADMIN" "$(mask $DAC_READ_SEARCH $SYS_PTRACE "${for_bpf[@]}")" \
  "$(of CapPrm)"
sampler_end
look --by state
check "no owners, no rights to find them" "$(mask $NET_ADMIN)" "$(of CapPrm)"
sampler_end
look --by state --all-netns
check "other network namespaces" "$(mask $NET_ADMIN $SYS_PTRACE $SYS_ADMIN)" "$(of CapPrm)"
sampler_end
look --by state --no-sandbox
check "--no-sandbox" 0 "$(of Seccomp)"
sampler_end

# A process of nobody with exactly these capabilities, handed down as systemd does.
sampler_with() {
  SAMPLER_AS=(setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set="-all,$1"
    --inh-caps="-all,$1" --ambient-caps="-all,$1")
}
found() {
  json '[.rows[] | select(.comm == "busy")] | length'
}
cap_case() {
  local list=$1 owners=$2 kept=$3
  sampler_with "$list"
  look --by process sport = :2001
  check "$list: kept" "$kept" "$(of CapPrm)"
  check "$list: owners found" "$owners" "$(found)"
  [ "$owners" = 1 ] || check "$list: what is missing is said" "false owners not-permitted" \
    "$(json '"\(.complete) \(.problems[0].source) \(.rows[0].owner)"')"
  sampler_end
}
sampler_with +chown
if "${SAMPLER_AS[@]}" true 2>/dev/null; then
  cap_case +dac_read_search,+sys_ptrace 1 "$(mask $DAC_READ_SEARCH $SYS_PTRACE)"
  cap_case +dac_override,+sys_ptrace 1 "$(mask $DAC_OVERRIDE $SYS_PTRACE)"
  cap_case +dac_override,+dac_read_search,+sys_ptrace 1 "$(mask $DAC_READ_SEARCH $SYS_PTRACE)"
  cap_case +dac_read_search 0 "$(mask $DAC_READ_SEARCH)"
  cap_case +sys_ptrace 0 "$(mask $SYS_PTRACE)"
  cap_case +net_admin 0 "$(mask $NET_ADMIN)"
  cap_case +kill 0 "$(mask)"
else
  echo "not tried with single capabilities: this setpriv cannot"
fi

SAMPLER_AS=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all)
look --by process
check "without rights nothing is kept" "$(mask)" "$(of CapPrm)"
check "the user may look into an own process without rights" 65534 \
  "$(stat -c %u "/proc/$SAMPLER/environ")"
sampler_end
SAMPLER_AS=(setpriv --bounding-set=-all --inh-caps=-all)
look --by process
check "root's process is not looked into, with or without rights" 0 \
  "$(as_nobody cat "/proc/$SAMPLER/environ" 2>/dev/null | wc -c)"
sampler_end

# Installed in ways that give every user our rights.
refuses() {
  local what=$1 program=$2
  setpriv --reuid=65534 --regid=65534 --clear-groups "$program" -b --json >"$DIR/out" 2>"$DIR/err"
  check "$what: exit" 2 $?
  check "$what: prints nothing" "" "$(cat "$DIR/out")"
  check "$what: one line" "1 sockeye:" "$(wc -l <"$DIR/err") $(cut -d' ' -f1 "$DIR/err")"
}
installed() {
  install -m "$1" "$SOCKEYE" "$DIR/installed"
}
if findmnt -no OPTIONS --target "$DIR" | grep -q nosuid; then
  echo "not tried set-user-ID: mounted nosuid"
elif grep -q __asan_init "$SOCKEYE"; then
  echo "not tried set-user-ID: the leak checker does not work there"
else
  installed 4755
  refuses set-user-ID "$DIR/installed"
  installed 2755
  refuses set-group-ID "$DIR/installed"
  installed 755
  if command -v setcap >/dev/null && setcap cap_sys_ptrace+ep "$DIR/installed" 2>/dev/null; then
    refuses "file capabilities" "$DIR/installed"
  fi
fi

done_testing
