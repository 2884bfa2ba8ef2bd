#!/usr/bin/env bash
# Programs as a newcomer builds them: with the packages' files alone, by pkg-config, as the READMEs say. Each
# downloads a file from the packages' daemon.
# usage: pkg_config_test.sh PROGRAM.c… PROGRAM.cc… CLIENT_README.md CONVOY.deb CONVOY_DEV.deb
set -euo pipefail
for tool in dpkg-deb pkg-config; do
  command -v "$tool" >/dev/null || {
    echo "SKIPPED: there is no $tool"
    exit 0
  }
done

# Short: a socket's path has 107 bytes.
work=$(mktemp -d /tmp/pkg-config.XXXXXX)
daemon=
finish() {
  [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

programs=()
for file in "$@"; do
  case $file in
    *.deb) dpkg-deb -x "$file" "$work/root" ;;
    *.md) readme=$(realpath "$file") ;;
    *) programs+=("$(realpath "$file")") ;;
  esac
done

libraries=$(dirname "$(find "$work/root/usr" -name 'libconvoy-client.so.0')")
export LD_LIBRARY_PATH=$libraries PKG_CONFIG_PATH=$libraries/pkgconfig
prefix=--define-variable=prefix=$work/root/usr
bits=$(pkg-config "$prefix" --cflags --libs convoy-bits)
client=$(pkg-config "$prefix" --cflags --libs convoy-client)

export CONVOY_SOCKET=$work/socket
: >"$work/convoyd.yaml"
"$work/root/usr/sbin/convoyd" --config="$work/convoyd.yaml" --state-dir="$work/state" --socket="$CONVOY_SOCKET" \
  >"$work/log" 2>&1 &
daemon=$!
for ((i = 0; ; ++i)); do
  "$work/root/usr/bin/convoy" jobs >/dev/null 2>&1 && break
  ((i < 1500)) || {
    cat "$work/log"
    echo "FAILED: the daemon does not answer"
    exit 1
  }
  sleep 0.1
done
head -c 300000 /dev/urandom >"$work/source"

failed=0
check() {
  local name=$1 program=$2
  if "$program" "file://$work/source" "$work/got" >"$work/says" 2>&1 && cmp "$work/source" "$work/got"; then
    echo "ok  $name"
  else
    echo "FAILED  $name"
    cat "$work/says"
    failed=$((failed + 1))
  fi
  rm -f "$work/got"
}

for source in "${programs[@]}"; do
  name=${source##*/}
  compiler="g++ -std=c++17"
  case $name in
    *.c) compiler="gcc -std=c11" ;;
  esac
  flags=$bits
  case $name in
    job_client* | read_along*) flags=$client ;;
  esac
  # shellcheck disable=SC2086  # flags are words
  if $compiler -Wall -Wextra -Werror "$source" $flags -o "$work/program"; then
    check "$name" "$work/program"
  else
    echo "FAILED  $name does not build"
    failed=$((failed + 1))
  fi
done

# wmain in C, which gcc links without the library of C++, and neither main nor wmain.
cat >"$work/wide.c" <<'END'
#include <tchar.h>
int _tmain(int argc, _TCHAR** argv) { return argc == 2 && _tcscmp(argv[1], _T("\u20ac")) == 0 ? 0 : 1; }
END
# shellcheck disable=SC2086
if gcc -std=c11 -DUNICODE -Wall -Wextra -Werror "$work/wide.c" $bits -o "$work/program" &&
  "$work/program" $'\xe2\x82\xac'; then
  echo "ok  wmain in C"
else
  echo "FAILED  wmain in C"
  failed=$((failed + 1))
fi
echo 'int neither;' >"$work/neither.c"
# shellcheck disable=SC2086
if gcc "$work/neither.c" $bits -o "$work/program" 2>"$work/says" || ! grep -q 'undefined reference to .*wmain' "$work/says"; then
  echo "FAILED  a program without main and wmain"
  cat "$work/says"
  failed=$((failed + 1))
else
  echo "ok  a program without main and wmain is refused"
fi

# do-client's API, as a device's agent uses it.
cat >"$work/agent.cc" <<'END'
#include <do_download.h>
int main(int, char** argv) {
  namespace deliveryoptimization = microsoft::deliveryoptimization;
  const auto error = deliveryoptimization::download::download_url_to_path(argv[1], argv[2]);
  return error ? 1 : 0;
}
END
# shellcheck disable=SC2086
if g++ -std=c++17 -Wall -Wextra -Werror "$work/agent.cc" $bits -o "$work/program"; then
  check "an agent on do_download.h" "$work/program"
else
  failed=$((failed + 1))
fi

# The README's example, as it stands there.
sed -n '/^```c++$/,/^```$/p' "$readme" | grep -v '^```' >"$work/example"
{
  grep '^#include' "$work/example"
  echo 'int Documented(const convoy::v1::CreateJobRequest& request) {'
  grep -v '^#include' "$work/example"
  echo '  return job.ok() ? 0 : 1;'
  echo '}'
  # Without files there is no such job, and the daemon says so.
  cat <<'END'
int main() {
  if (Documented(convoy::v1::CreateJobRequest()) != 1) return 1;
  const auto refused = convoy::JobClient().CreateJob(convoy::v1::CreateJobRequest());
  const auto detail = convoy::GetErrorDetail(refused.status());
  return detail.has_value() && !detail->field().empty() ? 0 : 1;
}
END
} >"$work/documented.cc"
# shellcheck disable=SC2086
if g++ -std=c++17 -Wall -Wextra -Werror -Wno-unused-variable -Wno-unused-but-set-variable "$work/documented.cc" $client \
  -o "$work/program" && "$work/program"; then
  echo "ok  the README's example"
else
  echo "FAILED  the README's example"
  failed=$((failed + 1))
fi

# Both libraries in one process: what they have in common is there once.
# shellcheck disable=SC2086
if g++ -std=c++17 "${programs[1]}" -Wl,--no-as-needed $client $bits -o "$work/program"; then
  check "both libraries together" "$work/program"
else
  failed=$((failed + 1))
fi

# The client's library has none of Windows' functions; the other one has them.
exports() {
  nm -D --defined-only "$libraries/$1.so.0" | awk '{print $3}' | sed 's/@.*//' | grep -E '^[A-Z][A-Za-z0-9_]*$' | grep -v '^_' | sort -u
}
exports libconvoy-bits >"$work/windows"
exports libconvoy-client >"$work/plain" || true
for name in CloseHandle CoCreateInstance CoTaskMemFree Sleep SysAllocString; do
  if ! grep -qx "$name" "$work/windows" || grep -qx "$name" "$work/plain"; then
    echo "FAILED  $name is in the wrong library"
    failed=$((failed + 1))
  fi
done
if [ -s "$work/plain" ]; then
  echo "FAILED  libconvoy-client exports"
  cat "$work/plain"
  failed=$((failed + 1))
else
  echo "ok  the C++ client's library exports no function of Windows"
fi

# Who uses the C++ client alone sees nothing of Windows.
for header in job_client job_watcher file_reader admin_client swarm_client; do
  echo "#include \"client/$header.h\""
done >"$work/client.cc"
# shellcheck disable=SC2046
g++ -std=c++17 -E $(pkg-config "$prefix" --cflags convoy-client) "$work/client.cc" >"$work/preprocessed"
if grep -qw 'class JobClient' "$work/preprocessed" && ! grep -qwE 'HRESULT|DWORD|IUnknown' "$work/preprocessed"; then
  echo "ok  the C++ client's headers are free of Windows' names"
else
  echo "FAILED  names of Windows in the C++ client's headers"
  failed=$((failed + 1))
fi
exit $((failed > 0))
