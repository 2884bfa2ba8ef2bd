#!/usr/bin/env bash
# The same files make the same packages, at another time and in another folder; and
# nothing in them tells where they were built.
set -euo pipefail

declare -A first
compared=0
for deb in "$@"; do
  name=${deb##*/}
  if [ -z "${first[$name]:-}" ]; then
    first[$name]=$deb
    tree=$(mktemp -d)
    dpkg-deb -R "$deb" "$tree"
    if grep -rlE "/execroot/|/sandbox/|/tmp/tmp\\." "$tree"; then
      echo "FAILED  $name tells where it was built" >&2
      exit 1
    fi
    rm -r "$tree"
    continue
  fi
  cmp "${first[$name]}" "$deb"
  sha256sum "$deb"
  compared=$((compared + 1))
done
[ "$compared" -eq 2 ] || {
  echo "FAILED  $compared packages were there twice, not 2" >&2
  exit 1
}
