#!/usr/bin/env bash
# Runs each program with --quick; each must end well and print its rows, or that it cannot run here.
set -uo pipefail

failed=0
for program in "$@"; do
  if output=$("$program" --quick 2>&1) && grep -qE '^(\| .* \| .* \| .* \||skipped: )' <<<"$output"; then
    echo "ok  $program"
  else
    echo "FAILED  $program"
    echo "$output"
    failed=1
  fi
done
exit $failed
