#!/bin/sh
# SPDX-License-Identifier: MIT
# Holds the manuals, --help and the completions to the tables of the program: every option, column,
# field, state, counter, key, exit status and setting is in them, in the words of the tables, and no
# other.
#
# TABLES and SOCKEYE are the programs that print the tables and the help.
set -eu
srcdir=${srcdir:-$(dirname "$0")/..}
: "${TABLES:=tests/helpers/tables}" "${SOCKEYE:=./sockeye}"
man=$srcdir/man/sockeye.8
status=0

for program in "$TABLES" "$SOCKEYE"; do
  if [ ! -x "$program" ]; then
    echo "not built: $program"
    exit 1
  fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tab=$(printf '\t')
{
  "$TABLES"
  sed -n "s/^${tab}STATUS_[A-Z_]* = \([0-9]*\),.*/exit$tab\1/p" "$srcdir/src/program.c"
  printf 'exit\t128+n\n'
  # { "mark", "mark in ASCII" or NULL, "what it means" }
  sed -n -e "s/^${tab}{ \"[^\"]*\", \"\([^\"]*\)\", \"\([^\"]*\)\" },\$/mark$tab\1$tab\2/p" \
    -e "s/^${tab}{ \"\(.\)\", NULL, \"\([^\"]*\)\" },\$/mark$tab\1$tab\2/p" "$srcdir/src/ui/help.c"
} > "$work/tables"

# same WHAT WANTED FOUND: compares two files as sets of lines.
same() {
  sort -u "$2" > "$work/wanted"
  sort -u "$3" > "$work/found"
  if [ ! -s "$work/wanted" ]; then
    echo "$1: the table is empty"
    status=1
  fi
  comm -23 "$work/wanted" "$work/found" | sed "s|^|$1 lacks: |" > "$work/differ"
  comm -13 "$work/wanted" "$work/found" | sed "s|^|$1 has beyond the tables: |" >> "$work/differ"
  if [ -s "$work/differ" ]; then
    cat "$work/differ"
    status=1
  fi
}

# The entries that a section of the manual must have, each as its .It line, a tab and its first
# sentence; nothing after the tab where the manual uses words of its own.
wanted_in_manual() {
  awk -F '\t' -v kind="$1" '
  function sentence(text) {
    return toupper(substr(text, 1, 1)) substr(text, 2) "."
  }

  function flag(name, arg) {
    return "Fl " name (arg == "-" ? "" : " Ar " arg)
  }

  function title(text) {
    sub(/\302\261/, "\\(+-", text)
    if (text ~ /^[A-Z][a-z]$/)  # may be the name of a macro
      text = "\\&" text
    return text == "-" ? "" : " Pq " text
  }

  $1 != kind { next }
  kind == "option" {
    line = $2 == "-" ? "" : flag($2, $4)
    if ($3 != "-")
      line = line (line == "" ? "" : " , ") flag("-" $3, $4)
    print ".It " line "\t"
  }
  kind == "state" { print ".It Cm " $2 " Pq Cm " $3 "\t" sentence($4) }
  kind == "why" { print ".It " $3 " Pq Cm " $2 "\t" sentence($4) }
  kind == "column" || kind == "field" { print ".It Cm " $2 title($3) "\t" sentence($4) }
  kind == "mark" {
    gsub(/~/, "\\(ti", $2)
    gsub(/\^/, "\\(ha", $2)
    print ".It Sq " ($2 ~ /^[!?]$/ ? "\\&" : "") $2 "\t" sentence($3)
  }
  kind == "counter" { print ".It " $2 "\t" sentence($3) }
  kind == "key" {
    n = split($2, name, " ")
    line = ".It"
    for (i = 1; i <= n; i++)
      line = line (i > 1 ? " ," : "") " Ic " (name[i] ~ /^[[:punct:]]$/ ? "\\&" : "") name[i]
    print line "\t" sentence($3)
  }
  kind == "finding" { print ".It Cm " $2 "\t" sentence($3) }
  kind == "sysctl" { print ".It Va " $2 "\t" }
  kind == "setting" { print ".It Cm " $2 " = Ar " $3 "\t" sentence($4) }
  kind == "role" { print ".It Cm " $2 "\t" }
  kind == "exit" { print ".It " $2 "\t" }
  ' "$work/tables"
}

# The same of what the manual has in a section, a .Sh with all in it or one .Ss.
found_in_manual() {
  awk -v section="$1" -v words="$2" '
  /^\.Sh / { chapter = inside = substr($0, 5) == section; next }
  /^\.Ss / { inside = chapter || substr($0, 5) == section; next }
  !inside { next }
  item != "" { print item "\t" (words == "own" ? "" : $0); item = "" }
  /^\.It / { item = $0 }
  ' "$man"
}

# manual KIND SECTION [own]
manual() {
  wanted_in_manual "$1" > "$work/a"
  found_in_manual "$2" "${3:-}" > "$work/b"
  same "man/${man##*/}, $2" "$work/a" "$work/b"
}

manual option OPTIONS own
manual state STATES
manual why 'SOCKETS WITHOUT A PROCESS'
manual column 'Columns of groups'
manual field 'Columns of sockets'
manual counter 'Kernel counters'
manual key KEYS
manual finding 'What is found'
manual sysctl 'Settings that matter' own
manual mark Marks
manual exit 'EXIT STATUS' own
man=$srcdir/man/sockeye.conf.5
manual setting SETTINGS
manual role Roles own

# One line an option, as "  -c, --count N   words".
"$SOCKEYE" --help > "$work/help"
awk -F '\t' '$1 == "option" {
  print ($2 == "-" ? "" : "-" $2) ($2 == "-" || $3 == "-" ? "" : ", ") \
    ($3 == "-" ? "" : "--" $3) ($4 == "-" ? "" : " " $4) "\t" $5
}' "$work/tables" > "$work/a"
sed -n "s/^ *\\(-[^ ].*[^ ]\\)  *  \\([^ ].*\\)/\\1$tab\\2/p" "$work/help" > "$work/b"
same '--help' "$work/a" "$work/b"

# ---- completions ---------------------------------------------------------------

# words NAME: the words of one list in either script.
words() {
  awk -v name="$2" '
  !inside && match($0, "^[ \t]*(local )?" name "=[\047(]") {
    inside = 1
    $0 = substr($0, RSTART + RLENGTH)
  }
  inside {
    ended = match($0, /[\047)]/)
    n = split(ended ? substr($0, 1, RSTART - 1) : $0, word, /[ \t]+/)
    for (i = 1; i <= n; i++)
      if (word[i] != "")
        print word[i]
    if (ended)
      exit
  }' "$1"
}

# table KIND COLUMN
table() {
  awk -F '\t' -v kind="$1" -v column="$2" '$1 == kind { print $column }' "$work/tables"
}

awk -F '\t' '$1 == "option" {
  if ($2 != "-") print "-" $2
  if ($3 != "-") print "--" $3
}' "$work/tables" > "$work/options"

# What a filter can ask for: the entries of the section, but for those that it says are to come.
awk '
/^\.Sh / { inside = $2 == "FIELDS"; next }
inside && /^\.It Cm / { field = $3; next }
field != "" { if (!/^Not collected yet/) print "filter\t" field; field = "" }
' "$srcdir/man/sockeye-filter.7" >> "$work/tables"

for script in completion/sockeye.bash completion/_sockeye; do
  for list in by:by:2 columns:sort:2 states:state:3 whys:why:2 filter:filter:2; do
    kind=${list#*:}
    table "${kind%:*}" "${kind#*:}" > "$work/a"
    words "$srcdir/$script" "${list%%:*}" > "$work/b"
    same "$script, ${list%%:*}" "$work/a" "$work/b"
  done
done
words "$srcdir/completion/sockeye.bash" options > "$work/b"
same completion/sockeye.bash "$work/options" "$work/b"
# 'spec'{-b,--batch}'[...' or '--by[...'
sed -n -e "s/^${tab}'[^']*'{\\(-.\\),\\(--[^}]*\\)}'\\[.*/\\1 \\2/p" \
  -e "s/^${tab}'\\(--*[a-z0-9-]*\\)\\[.*/\\1/p" "$srcdir/completion/_sockeye" |
  tr ' ' '\n' > "$work/b"
same completion/_sockeye "$work/options" "$work/b"

# What SECURITY.md says shows a promise is there.
# shellcheck disable=SC2016 # backquotes of the page
grep -o '`test[a-z]*_[a-z_]*`\|`tests/[^` ]*`' "$srcdir/SECURITY.md" | tr -d '`' | sort -u \
  > "$work/proofs"
[ -s "$work/proofs" ] || { echo 'SECURITY.md names no tests'; status=1; }
while read -r proof; do
  case $proof in
    tests/*) [ -e "$srcdir/$proof" ] ;;
    *) grep -rqs "static void $proof(" "$srcdir/tests" ;;
  esac || { echo "SECURITY.md has a test that is not there: $proof"; status=1; }
done < "$work/proofs"

if command -v mandoc > /dev/null; then
  for page in "$srcdir"/man/*.[1-9]; do
    mandoc -T lint -W warning "$page" || status=1
  done
fi

[ "$status" -ne 0 ] || echo "manual, help and completions say what the tables say"
exit "$status"
