#!/bin/sh
# SPDX-License-Identifier: MIT
# Calls that the program does not make, and words that nothing in it may bear.
#
# What stands in strings and comments is not a call, so both are blanked out before the search.
set -eu
srcdir=${srcdir:-$(dirname "$0")/..}
cd "$srcdir"

# No bound on the bytes, no error on bad digits, or state behind the caller's back.
unbounded='strcpy|stpcpy|strcat|sprintf|vsprintf|gets|alloca|strtok|sscanf|fscanf|scanf|atoi|atol|atoll|atof'
# sockeye runs no other program.
programs='system|popen|execl|execle|execlp|execv|execve|execvp|execvpe|fexecve|execveat|posix_spawn|posix_spawnp'
# Format strings for the screen: text goes through the canvas.
screen='printw|wprintw|mvprintw|mvwprintw|vw_printw'
# The locale decides about characters only: numbers are the same everywhere.
locale='LC_ALL|LC_NUMERIC'

# No name in the tree has blanks.
# shellcheck disable=SC2046
code=$(awk '
function blank(from, len) {
	line = substr(line, 1, from - 1) " " substr(line, from + len)
}

FNR == 1 { in_comment = 0; files++ }

{
	line = $0
	if (in_comment) {
		if (!(end = index(line, "*/")))
			next
		blank(1, end + 1)
		in_comment = 0
	}
	while (match(line, /"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047|\/\*|\/\//)) {
		what = substr(line, RSTART, 2)
		if (what == "//") {
			line = substr(line, 1, RSTART - 1)
		} else if (what == "/*") {
			start = RSTART
			end = index(substr(line, start + 2), "*/")
			if (!end) {
				in_comment = 1
				line = substr(line, 1, start - 1)
			} else {
				blank(start, end + 3)
			}
		} else {
			blank(RSTART, RLENGTH)
		}
	}
	print FILENAME ":" FNR ":" line
}
' $(find src include -name '*.[ch]' -o -name '*.def' | sort))

if [ -z "$code" ]; then
  echo "no files to look at"
  exit 1
fi

status=0
calls=$(printf '%s\n' "$code" |
  grep -E -e "(^|[^[:alnum:]_>.])($unbounded|$programs|$screen)[[:space:]]*\\(" \
    -e "(^|[^[:alnum:]_])($locale)([^[:alnum:]_]|\$)" || true)
# Threads of ours have a stack for their faults: thread_start().
threads=$(printf '%s\n' "$code" | grep -v '^src/base/thread\.c:' |
  grep -E '(^|[^[:alnum:]_])pthread_create[[:space:]]*\(' || true)
calls=$(printf '%s\n%s\n' "$calls" "$threads" | sed '/^$/d')
if [ -n "$calls" ]; then
  echo "banned in this program:"
  printf '%s\n' "$calls"
  status=1
fi

# Work that is left open belongs to the tracker. The words are split here, or this file would be found.
open_work=$(grep -rnE "\\b(TO""DO|FIX""ME|X""XX)\\b" src include tests/*.sh tests/*/*.c tests/*/*.h man \
  completion quickstart README.md HACKING.md 2> /dev/null || true)
if [ -n "$open_work" ]; then
  echo "left open:"
  printf '%s\n' "$open_work"
  status=1
fi
[ "$status" -ne 0 ] || echo "nothing banned"
exit "$status"
