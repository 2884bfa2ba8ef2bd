#!/usr/bin/env bash
# The table of README.md names every method of the interfaces, and none that does not exist.
# usage: interface_table_test.sh README.md shapes.inc
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# "INTERFACE METHOD", a line each. An empty first cell continues the interface above it.
sed -n '/^### Interfaces of Windows/,/^#\{2,3\} The/p' "$1" | awk -F'|' '
  /^\| (I[A-Za-z0-9]+)? ?\| / {
    gsub(/ /, "", $2)
    if ($2 != "") interface = $2
    count = split($3, methods, /[ ,]+/)
    for (i = 1; i <= count; ++i) if (methods[i] != "") print interface, methods[i]
  }' | sort >"$work/table"
sed -n 's/^SLOT(\(I[A-Za-z0-9]*\), [0-9]*, \([A-Za-z0-9]*\))$/\1 \2/p' "$2" |
  grep -E '^I(Enum)?(BackgroundCopy|DeliveryOptimization|DO|Bits(Token|Peer)|Unknown)' |
  grep -Ev '^IUnknown ' | sort >"$work/headers"

[ "$(wc -l <"$work/headers")" -gt 120 ] || {
  echo "FAILED: only $(wc -l <"$work/headers") methods in $2"
  exit 1
}
failed=0
missing=$(comm -13 "$work/table" "$work/headers")
[ -z "$missing" ] || {
  echo "FAILED: the table lacks"
  echo "$missing"
  failed=1
}
twice=$(uniq -d "$work/table")
unknown=$(comm -23 "$work/table" "$work/headers" | grep -Ev '^IStream (Write|Commit)$' || true)
[ -z "$twice$unknown" ] || {
  echo "FAILED: not in the headers, or named twice:"
  echo "$twice$unknown"
  failed=1
}
echo "$(wc -l <"$work/table") methods"
exit "$failed"
