#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The bash completion offers what fits where the cursor is. Its words are held by check-docs.sh.
set -eu
srcdir=${srcdir:-$(dirname "$0")/..}
# shellcheck source=completion/sockeye.bash
. "$srcdir/completion/sockeye.bash"

status=0

# offers WANTED WORD...: the last word is the one that is being typed.
offers() {
  local wanted=$1
  shift
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  _sockeye
  if [ "${COMPREPLY[*]}" != "$wanted" ]; then
    echo "after \"$*\": offers \"${COMPREPLY[*]}\", wanted \"$wanted\""
    status=1
  fi
}

offers '--prefix4 --prefix6' sockeye --pre
offers 'process program' sockeye --by p
offers 'state socket' sockeye --by = s
offers 'close-wait' sockeye -b state close-
offers 'sockets shared send_q seen syn-sent syn-recv' sockeye --sort s
offers 'not-accepted not-permitted no-process' sockeye owner n
offers 'sport' sockeye -t sp
offers 'auto always' sockeye --color a
offers '' sockeye --count 1
cd "$srcdir"
offers 'man/sockeye.8' sockeye -F man/sockeye.8

[ "$status" -ne 0 ] || echo "completions fit"
exit "$status"
