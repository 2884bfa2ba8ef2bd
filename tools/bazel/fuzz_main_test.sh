#!/bin/sh
# fuzz_main.cc: its seed decides, and mutants are mutated.
set -eu
echo_inputs=$PWD/tools/bazel/fuzz_echo

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

first=$(CONVOY_FUZZ_SEED=7 "$echo_inputs")
again=$(CONVOY_FUZZ_SEED=7 "$echo_inputs")
other=$(CONVOY_FUZZ_SEED=8 "$echo_inputs")
[ "$first" = "$again" ] || fail "one seed gave other inputs"
[ "$first" != "$other" ] || fail "two seeds gave the same inputs"
case "$first" in
  CONVOY_FUZZ_SEED=7*) ;;
  *) fail "the seed is not told first" ;;
esac

# Of the clock: never the same.
by_clock=$("$echo_inputs")
[ "$by_clock" != "$("$echo_inputs")" ] || fail "the clock gives no seed"

# One generation of nothing: 8 steps, of which each doubles it or adds 15 bytes.
longest=$(echo "$first" | sed -n 's/^input \([0-9]*\) .*/\1/p' | sort -n | tail -1)
[ "$longest" -gt 61 ] || fail "no mutant of a mutant: at most $longest bytes"
