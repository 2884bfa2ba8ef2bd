#!/usr/bin/env bash
# The same files make the same packages, at another time and in another folder; and
# nothing in them tells where they were built.
set -euo pipefail

usage() {
  echo "usage: reproducible_test.sh [--without TEXT]… DEB…
Of each package there are two. --without: a path that must be in none."
}

places=(-e /execroot/ -e /sandbox/ -e /tmp/tmp.)
while (($#)); do
  case $1 in
    --without)
      places+=(-e "$2")
      shift 2
      ;;
    -*)
      usage >&2
      exit 2
      ;;
    *) break ;;
  esac
done

declare -A first
compared=0 failed=0
for deb in "$@"; do
  name=${deb##*/}
  if [ -z "${first[$name]:-}" ]; then
    first[$name]=$deb
    tree=$(mktemp -d)
    dpkg-deb -R "$deb" "$tree"
    find "$tree" -name '*.gz' -type f -exec gunzip {} +
    if grep -rlF "${places[@]}" "$tree"; then
      echo "FAILED  $name tells where it was built" >&2
      failed=1
    fi
    rm -r "$tree"
    continue
  fi
  compared=$((compared + 1))
  cmp "${first[$name]}" "$deb" || failed=1
  sha256sum "$deb"
done
[ "$compared" -eq 2 ] || {
  echo "FAILED  $compared packages were there twice, not 2" >&2
  failed=1
}
exit "$failed"
