#!/usr/bin/env bash
# The manual pages of the files name keys with what the schema says of them, and are roff.
set -euo pipefail

config=$1 jobs=$2
failed=0
# has PAGE TEXT: in a page, as it is read.
has() {
  local text
  text=$(MANWIDTH=10000 man --nh --nj -l "$1" | col -b)
  grep -qF -- "$2" <<<"$text" || {
    echo "FAILED  $1 does not say: $2" >&2
    failed=1
  }
}
has "$config" "http.max_redirects"
has "$config" "(number, 0 to 50; default: 10)"
has "$config" "swarm.min_free_disk_bytes"
has "$jobs" "check_seconds"
has "$jobs" "(number, 1 to 2592000; default: 3600)"
has "$jobs" "(keep, cancel, delete; default: cancel)"
has "$jobs" "KEYS OF A FILE"
has "$jobs" "sha256"
for page in "$config" "$jobs"; do
  says=$(man --warnings=w -l "$page" 2>&1 >/dev/null)
  [ -z "$says" ] || {
    echo "FAILED  $page: $says" >&2
    failed=1
  }
done
exit "$failed"
