#!/usr/bin/env bash
# Each form of wmain is called with what main was given, and a program's own main comes first.
# usage: wmain_test.sh PROGRAM…
set -uo pipefail
failed=0
for program in "$@"; do
  CONVOY_WIDE=$'\xc3\xa4' "$program" $'z\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80' ''
  code=$?
  if [ "$code" -eq 7 ]; then
    echo "ok  ${program##*/}"
  else
    echo "FAILED  ${program##*/}: exit code $code"
    failed=$((failed + 1))
  fi
done
[ "$#" -eq 6 ] || {
  echo "FAILED  $# programs"
  exit 1
}
exit $((failed > 0))
