#!/usr/bin/env bash
# Each form of wmain is called with what main was given, and a program's own main comes first. Wide text is printed, in
# any locale.
# usage: wmain_test.sh PROGRAM…
set -uo pipefail
text=$'z\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80'
failed=0
for program in "$@"; do
  name=${program##*/}
  output=$(LC_ALL=C CONVOY_WIDE=$'\xc3\xa4' "$program" "$text" '')
  code=$?
  expected=
  [ "$name" = wmain_of_arguments ] && expected=$text
  if [ "$code" -eq 7 ] && [ "$output" = "$expected" ]; then
    echo "ok  $name"
  else
    echo "FAILED  $name: exit code $code, output $output"
    failed=$((failed + 1))
  fi
done
[ "$#" -eq 6 ] || {
  echo "FAILED  $# programs"
  exit 1
}
exit $((failed > 0))
