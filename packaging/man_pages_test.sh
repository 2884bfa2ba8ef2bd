#!/usr/bin/env bash
# The manual pages of the files name keys with what the schema says of them, and are roff; each program and each command
# of convoy gets a page of its own.
set -euo pipefail

config=$1 jobs=$2 make_man_pages=$3 convoyd=$PWD/$4 broker=$PWD/$5 convoy=$PWD/$6
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
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

bash "$make_man_pages" "$convoyd" "$broker" "$convoy" 1.2.3 "$work/man"
commands=$("$convoy" --help | sed -n '/^Subcommands:/,/^[^ ]/s/^  \([a-z][a-z-]*\) .*/\1/p')
(($(wc -w <<<"$commands") >= 10)) || {
  echo "FAILED  convoy --help names few commands: $commands" >&2
  failed=1
}
pages="man8/convoyd.8 man8/convoy-broker.8 man1/convoy.1"
for command in $commands; do pages+=" man1/convoy-$command.1"; done
for page in $pages; do
  [ -s "$work/man/$page" ] || {
    echo "FAILED  there is no $page" >&2
    failed=1
  }
done
[ "$(find "$work/man" -type f | wc -l)" = "$(wc -w <<<"$pages")" ] || {
  echo "FAILED  there are pages of no command:" "$work"/man/*/* >&2
  failed=1
}

# Without the heading the commands would be found nowhere.
printf '#!/bin/sh\nexec %q "$@" | sed s/^Subcommands:/COMMANDS/\n' "$convoy" >"$work/other"
chmod 755 "$work/other"
if bash "$make_man_pages" "$convoyd" "$broker" "$work/other" 1.2.3 "$work/none" 2>"$work/says" ||
  ! grep -q 'no heading' "$work/says"; then
  echo "FAILED  make_man_pages does not miss the heading" >&2
  failed=1
fi
exit "$failed"
