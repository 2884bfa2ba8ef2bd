#!/usr/bin/env bash
# Installs, uses, upgrades, removes and purges the packages in a machine of its own: a
# clean root that systemd boots in a container.
set -euo pipefail
# Bazel's tests have no sbin.
export PATH="$PATH:/usr/sbin:/sbin"

usage() {
  cat <<END
usage: packaging/install_test.sh [--debootstrap] [DEB…]
Tests the packages DEB…; without any, those that "bazel build //packaging:deb_as_configured" makes.
The root is a copy of this machine's, without its services and changes thrown away, or with
  --debootstrap  one of the distribution's essential packages and what the packages depend on (mmdebstrap)
Exit code 0: all held, or SKIPPED and the reason were printed: it needs root, systemd-nspawn, nginx, lintian,
and a machine where containers can be made.
END
}

kind=overlay debs=()
for arg in "$@"; do
  case $arg in
    --debootstrap) kind=debootstrap ;;
    -h | --help)
      usage
      exit
      ;;
    -*)
      usage >&2
      exit 2
      ;;
    *) debs+=("$(realpath "$arg")") ;;
  esac
done

skip() {
  echo "SKIPPED  $*"
  # For tools/test, which counts.
  [ -z "${XML_OUTPUT_FILE:-}" ] ||
    echo '<testsuite><testcase name="install_test"><skipped/></testcase></testsuite>' >"$XML_OUTPUT_FILE"
  exit 0
}
[ "$(id -u)" -eq 0 ] || skip "needs root"
for program in systemd-nspawn nsenter nginx lintian systemd-analyze; do
  command -v "$program" >/dev/null || skip "there is no $program; run tools/setup"
done

work=$(mktemp -d)
container="" leader="" lintian=""
cleanup() {
  [ -z "$lintian" ] || kill "$lintian" 2>/dev/null || true
  # The first process of the container takes all others with it.
  [ -z "$leader" ] || kill -KILL "$leader" 2>/dev/null || true
  [ -z "$container" ] || [ -n "$leader" ] || kill -TERM "$container" 2>/dev/null || true
  [ -z "$container" ] || wait "$container" 2>/dev/null || true
  umount -R "$work/root" 2>/dev/null || true
  umount -R "$work/layers" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT

if ((${#debs[@]} == 0)); then
  cd "$(dirname "${BASH_SOURCE[0]}")/.."
  bazel build //packaging:deb_as_configured
  debs=(bazel-bin/packaging/deb_as_configured/convoy*.deb)
fi
main="" dev=""
for deb in "${debs[@]}"; do
  case ${deb##*/} in
    convoy_*) main=$deb ;;
    convoy-dev_*) dev=$deb ;;
  esac
done
[ -n "$main" ] && [ -n "$dev" ] || {
  echo "both packages are needed: convoy and convoy-dev" >&2
  exit 2
}

checks=0
ok() {
  checks=$((checks + 1))
  echo "ok  $*"
}
fail() {
  echo "FAILED  $*" >&2
  if [ -n "$leader" ]; then
    inside journalctl --no-pager -u convoyd -n 40 >&2 || true
  fi
  exit 1
}
# check WHAT COMMAND…
check() {
  local what=$1 out
  shift
  out=$("$@" 2>&1) || {
    printf '%s\n' "$out" >&2
    fail "$what"
  }
  ok "$what"
}
# wait_for SECONDS WHAT COMMAND…
wait_for() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || fail "$what"
    sleep 0.2
  done
  ok "$what"
}

# The root.
mkdir "$work/root" "$work/layers"
if [ "$kind" = overlay ]; then
  mount -t tmpfs -o mode=755 convoy-test "$work/layers" || skip "nothing can be mounted"
  mkdir "$work/layers/upper" "$work/layers/work"
  mount -t overlay -o "lowerdir=/,upperdir=$work/layers/upper,workdir=$work/layers/work" convoy-test "$work/root" ||
    skip "no overlay can be mounted"
  # Its own services, and none of this machine's.
  find "$work/root/etc/systemd/system" -mindepth 1 -delete
  rm -f "$work/root/usr/sbin/policy-rc.d"
  # All of this machine's manual pages need not be indexed.
  rm -f "$work/root/var/lib/man-db/auto-update"
  mkdir -p "$work/root/tmp" && find "$work/root/tmp" -mindepth 1 -maxdepth 1 -exec rm -rf {} +
else
  command -v mmdebstrap >/dev/null || skip "there is no mmdebstrap"
  # shellcheck disable=SC1091
  . /etc/os-release
  depends=$(dpkg-deb -f "$main" Depends | sed 's/([^)]*)//g; s/|[^,]*//g; s/ //g')
  mmdebstrap --quiet --variant=essential \
    --include="$depends,systemd,systemd-sysv,nginx-light,g++,pkg-config,libabsl-dev,libprotobuf-dev" \
    "$VERSION_CODENAME" "$work/root"
  # The test begins an nginx of its own, and compares what is in /run.
  rm -f "$work/root/etc/systemd/system/multi-user.target.wants/nginx.service"
fi
mkdir -p "$work/root/srv/origin"
# What stands in the way of a second run of a machine's name.
: >"$work/root/etc/machine-id"
systemd-nspawn --quiet --directory="$work/root" --register=no --keep-unit --private-network \
  --console=pipe true </dev/null >"$work/console" 2>&1 ||
  skip "there can be no containers here: $(tail -n 1 "$work/console")"
cp "$main" "$work/root/srv/"

# Newer packages: the same files under another version.
version=$(dpkg-deb -f "$main" Version)
for deb in "$main" "$dev"; do
  name=${deb##*/} name=${name%%_*}
  dpkg-deb -R "$deb" "$work/$name"
  sed -i "s/^Version: .*/&+upgrade/; s/(= ${version//./\\.})/(= $version+upgrade)/" "$work/$name/DEBIAN/control"
  dpkg-deb --root-owner-group -b "$work/$name" "$work/root/srv/newer-$name.deb" >/dev/null
done

# It takes its time.
lintian --fail-on error --allow-root "$main" "$dev" >"$work/lintian" 2>&1 &
lintian=$!
exposure() {
  check "systemd rates the exposure of $1 as $2 or less" systemd-analyze security --offline=true \
    --threshold="${2/./}" "$work/convoy/lib/systemd/system/$1.service"
}
exposure convoyd 1.4
exposure convoy-broker 1.9
exposure convoy-commands 3.0

# The machine.
systemd-nspawn --quiet --directory="$work/root" --register=no --keep-unit --private-network \
  --console=pipe --boot systemd.unit=multi-user.target </dev/null >"$work/console" 2>&1 &
container=$!
find_leader() {
  leader=$(pgrep -P "$container" -x systemd)
}
inside() {
  nsenter -t "$leader" -m -u -i -n -p -C -r -w -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
}
wait_for 120 "a container starts" find_leader
wait_for 240 "systemd boots" inside systemctl is-active multi-user.target

# Where packages put files; not what the running system itself makes.
files_inside() {
  inside find /etc /run /usr /var \( -path /run/systemd -o -path /run/log -o -path /run/udev -o -path /var/log \
    -o -path /var/cache -o -path /var/tmp -o -path /var/lib/dpkg -o -path /var/lib/nginx \
    -o -path /var/lib/systemd \) -prune -o -print | LC_ALL=C sort
}
files_inside >"$work/before"
inside getent passwd >"$work/users_before"
inside getent group >"$work/groups_before"

# Install.
check "the package installs" inside dpkg -i "/srv/${main##*/}"
wait_for 120 "the socket and the daemon are up" inside systemctl is-active convoyd.socket convoyd.service
check "nothing is left to configure" inside dpkg --audit
check "the example configuration is right" inside convoyd --check-config
check "the manual pages are there" inside test -s /usr/share/man/man8/convoyd.8.gz -a \
  -s /usr/share/man/man8/convoy-broker.8.gz -a -s /usr/share/man/man1/convoy.1.gz -a \
  -s /usr/share/man/man5/convoyd.yaml.5.gz -a -s /usr/share/man/man5/convoy-jobs.yaml.5.gz
check "each command has a manual page" inside bash -euc '
  commands=$(convoy --help | sed -n "/^Subcommands:/,/^[^ ]/s/^  \([a-z][a-z-]*\) .*/\1/p")
  (($(wc -w <<<"$commands") >= 10))
  for command in $commands; do test -s "/usr/share/man/man1/convoy-$command.1.gz"; done'
main_pid() { inside systemctl show -P MainPID convoyd.service; }
check "the daemon can gain no privilege" inside grep -q '^NoNewPrivs:.*1' "/proc/$(main_pid)/status"
check "the daemon has no capability" inside grep -q '^CapBnd:.*0000000000000000' "/proc/$(main_pid)/status"
check "the daemon has a user of its own" inside test "$(inside stat -c %U "/proc/$(main_pid)")" = convoyd
check "users exist" inside useradd --create-home alice
as_alice() { inside runuser -u alice -- "$@"; }

# Use.
head -c 3000000 /dev/urandom >"$work/root/srv/origin/small.bin"
head -c 20000000 /dev/urandom >"$work/root/srv/origin/slow.bin"
head -c 20000000 /dev/zero >"$work/root/srv/origin/unfinished.bin"
cat >"$work/root/srv/nginx.conf" <<'END'
pid /run/origin.pid;
events {}
http {
  access_log off;
  server {
    listen 127.0.0.1:8099;
    root /srv/origin;
    location /slow.bin { limit_rate 30k; }
    location /unfinished.bin { limit_rate 50k; }
  }
}
END
# It stays; so it must not hold the pipe of check.
check "an origin starts" inside sh -c "nginx -c /srv/nginx.conf >/dev/null 2>&1"
check "root publishes a file" inside convoy publish /srv/origin/small.bin --url-prefix http://127.0.0.1:8099/
check "a user fetches a file" as_alice convoy get http://127.0.0.1:8099/small.bin -o /home/alice/small.bin
check "it is the origin's" inside cmp /srv/origin/small.bin /home/alice/small.bin
check "it is the user's" inside test "$(inside stat -c %U:%a /home/alice/small.bin)" = alice:644
cat >"$work/root/srv/tell" <<'END'
#!/bin/sh
id -un >/home/alice/told
END
chmod 755 "$work/root/srv/tell"
check "a user fetches with a command" as_alice convoy get --notify-command /srv/tell \
  http://127.0.0.1:8099/small.bin -o /home/alice/again.bin
wait_for 30 "the command runs as the user" inside grep -qx alice /home/alice/told
cat >"$work/root/srv/declared" <<'END'
#!/bin/sh
id -un >/home/alice/declared_by
END
chmod 755 "$work/root/srv/declared"
cat >"$work/root/etc/convoy/jobs.d/small.yaml" <<'END'
small:
  url: http://127.0.0.1:8099/small.bin
  path: /home/alice/declared.bin
  owner: alice
  mode: 0640
  on_complete: [/srv/declared]
END
wait_for 60 "a declared job's command runs as its owner" inside grep -qx alice /home/alice/declared_by
check "its file is the owner's" inside test "$(inside stat -c %U:%a /home/alice/declared.bin)" = alice:640
check "and the origin's" inside cmp /srv/origin/small.bin /home/alice/declared.bin
rm "$work/root/etc/convoy/jobs.d/small.yaml"
inside systemctl stop convoyd.service 2>/dev/null
check "the socket starts the daemon again" as_alice convoy jobs

# Upgrade while a job runs.
job=$(as_alice convoy get --detach --quiet http://127.0.0.1:8099/slow.bin -o /home/alice/slow.bin)
job_state() { as_alice convoy show --json "$job" | sed -n 's/.*"state":"\([A-Z_]*\)".*/\1/p'; }
has_bytes() {
  local bytes
  bytes=$(as_alice convoy show --json "$job" | grep -o '"transferred_bytes":"[0-9]*"' | head -n 1 | tr -dc 0-9)
  ((bytes > 300000))
}
wait_for 120 "a slow job has its first bytes" has_bytes
contents() { inside convoy cache --json | grep -oE '"id":"[0-9a-f]{40}"' | sort; }
contents >"$work/contents"
[ -s "$work/contents" ] || fail "nothing is kept for peers"
before=$(main_pid)
# As one that ran as root left it; what is in the cache is the user's.
inside find /var/lib/convoy -user convoyd -exec chown root:root {} +
check "a newer package installs over it" inside dpkg -i /srv/newer-convoy.deb
check "the state is the daemon's again" inside test "$(inside find /var/lib/convoy -user root -not -path '*/cache/*')" = ""
wait_for 120 "the daemon of the newer package runs" inside systemctl is-active convoyd.service
[ "$(main_pid)" != "$before" ] || fail "the daemon was not restarted"
check "the job is still there, with its bytes" has_bytes
diff <(contents) "$work/contents" || fail "the upgrade does not keep the cache"
ok "what is kept for peers is still there"
[ ! -e "$work/root/home/alice/slow.bin" ] || fail "the file has its name before it is whole"
# From here on the origin is fast.
sed -i '/slow.bin/s/limit_rate [^;]*;//' "$work/root/srv/nginx.conf"
check "the origin becomes fast" inside nginx -c /srv/nginx.conf -s reload
inside sh -c "kill -KILL $(main_pid)"
wait_for 120 "systemd starts a killed daemon again" inside systemctl is-active convoyd.service
wait_for 240 "the job of before ends" as_alice cmp /srv/origin/slow.bin /home/alice/slow.bin
job_is() { [ "$(job_state)" = "$1" ]; }
wait_for 120 "and is acknowledged" job_is JOB_STATE_ACKNOWLEDGED

# Build against the -dev package.
check "the -dev package installs" inside dpkg -i /srv/newer-convoy-dev.deb
cat >"$work/root/srv/program.cc" <<'END'
#include <cstdio>
#include "client/job_client.h"
int main() {
  convoy::JobClient client;
  const auto jobs = client.ListJobs({});
  std::printf("%s\n", jobs.ok() ? "reached" : jobs.status().ToString().c_str());
  return jobs.ok() ? 0 : 1;
}
END
# shellcheck disable=SC2016  # for the shell inside
check "a program builds with pkg-config" inside sh -c \
  'cd /srv && g++ -std=c++17 program.cc $(pkg-config --cflags --libs convoy-client) -o program'
check "and reaches the daemon" as_alice /srv/program
for shell in bash-completion/completions/convoy fish/vendor_completions.d/convoy.fish zsh/vendor-completions/_convoy; do
  check "there is completion: ${shell%%/*}" inside test -s "/usr/share/$shell"
done

# Remove, purge.
as_alice convoy get --detach --quiet http://127.0.0.1:8099/unfinished.bin -o /home/alice/unfinished.bin >"$work/unfinished"
temporaries() { inside find /home/alice -name '.convoy-*' | grep .; }
wait_for 120 "a job is half done" temporaries
check "the packages are removed" inside dpkg -r convoy-dev convoy
inside systemctl is-active convoyd.service convoyd.socket convoy-{broker,commands}.{socket,service} >/dev/null && fail "the daemon still runs"
check "jobs and configuration stay" inside test -e /var/lib/convoy/jobs.db -a -e /etc/convoy/convoyd.yaml
check "the package is purged" inside dpkg -P convoy convoy-dev
files_inside >"$work/after"
left=$(LC_ALL=C comm -13 "$work/before" "$work/after" |
  grep -Ev '^/etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$|^/etc/\.pwd\.lock$|^/var/(spool/mail|mail)/|^/run/(origin.pid|nologin|user)' || true)
[ -z "$left" ] || fail "files are left: $left"
if temporaries; then fail "a file of a job that is not whole is left"; fi
ok "no file is left"
inside userdel alice
diff <(inside getent passwd) "$work/users_before" >/dev/null || fail "a user is left"
diff <(inside getent group) "$work/groups_before" >/dev/null || fail "a group is left"
ok "no user and no group is left"
wait "$lintian" || {
  cat "$work/lintian" >&2
  fail "lintian finds errors"
}
ok "lintian finds no error"
echo "$checks checks passed"
