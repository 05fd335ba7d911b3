#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Sockets that stay are in each snapshot once, with their process, while others come and go; also where
# the kernel's table is so small that its dumps leave some out.
. "$(dirname "$0")/lib.sh"

sockets=20000 churn=1000 refreshes=20
[ -z "${SOCKEYE_LONG-}" ] || sockets=100000 churn=5000 refreshes=100
churn=$((churn / SLOW))
timeout $((250 * SLOW)) "$HELPERS/churn-check" $sockets $churn $refreshes
check "$sockets sockets, $churn connections a second, $refreshes snapshots" 0 $?

# A table of its own is for the namespaces that are made from now on.
if echo 1024 2>/dev/null >/proc/sys/net/ipv4/tcp_child_ehash_entries; then
  timeout $((100 * SLOW)) unshare --net bash -c 'ip link set lo up && "$0" 20000 $1 20' "$HELPERS/churn-check" $((3000 / SLOW))
  check "in chains of twenty" 0 $?
else
  echo "not tried with a small table: this kernel has one for all"
fi

done_testing
