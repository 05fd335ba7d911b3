#!/bin/sh
# SPDX-License-Identifier: MIT
# Every command that README and manual show works, once and as a report.
set -eu
srcdir=${srcdir:-$(dirname "$0")/..}
: "${SOCKEYE:=./sockeye}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{
  # In README between backquotes, and there a bar inside a table is \|.
  awk -F '`' '{ for (i = 2; i <= NF; i += 2) print $i }' "$srcdir/README.md" |
    sed -n 's/\\|/|/g; /\.\.\./d; s/^sockeye \(.*\)/\1/p'
  sed -n 's/^\.Dl sockeye \(.*\)/\1/p' "$srcdir/man/sockeye.8"
} > "$work/examples"

status=0
count=0
while IFS= read -r arguments; do
  count=$((count + 1))
  # What a person types goes through a shell. One sample, not those of an example without an end.
  if ! eval "\"\$SOCKEYE\" $arguments -c 1" > "$work/out" 2> "$work/err" < /dev/null; then
    echo "fails: sockeye $arguments"
    cat "$work/err"
    status=1
  fi
done < "$work/examples"

if [ "$count" -lt 10 ]; then
  echo "only $count examples found"
  status=1
fi
[ "$status" -ne 0 ] || echo "$count examples work"
exit "$status"
