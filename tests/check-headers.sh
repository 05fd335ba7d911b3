#!/bin/sh
# SPDX-License-Identifier: MIT
# Each header compiles alone, and twice; each source and header says its licence first.
set -eu
srcdir=${srcdir:-$(dirname "$0")/..}
cd "$srcdir"
: "${CC:=cc}"

# CC may be a compiler with arguments.
# shellcheck disable=SC2086
if ! echo 'int x;' | $CC -fsyntax-only -x c - 2> /dev/null; then
  echo "no compiler: $CC"
  exit 77
fi

status=0
count=$(find include src -name '*.h' | wc -l)

# As many at a time as there are processors. CFLAGS and CPPFLAGS are lists of words.
# shellcheck disable=SC2016
find include src -name '*.h' | sort | CC=$CC xargs -P "$(nproc)" -n 1 sh -c '
  name=${1#include/}
  printf "#include \"%s\"\n#include \"%s\"\n" "$name" "$name" |
    $CC -std=c11 -D_GNU_SOURCE -Iinclude -I. ${HEADER_CFLAGS:-} -Wall -Wextra -Wpedantic -Werror \
      -fsyntax-only -x c - || { echo "$1 does not stand alone"; exit 1; }' header || status=1

# No name in the tree has blanks.
# shellcheck disable=SC2046
awk '
FNR == 1 { licensed[FILENAME] = $0 == "/* SPDX-License-Identifier: MIT */" }
END {
	for (i = 1; i < ARGC; i++)
		if (!licensed[ARGV[i]]) {
			print ARGV[i] " does not begin with its licence"
			status = 1
		}
	exit status
}
' $(find include src tests -name '*.[ch]' -o -name '*.def' | sort) || status=1

if [ "$count" -eq 0 ]; then
  echo "no headers to look at"
  exit 1
fi
[ "$status" -ne 0 ] || echo "$count headers stand alone"
exit "$status"
