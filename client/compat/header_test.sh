#!/usr/bin/env bash
# Each header of client/compat/ is whole by itself, in any order, for g++ and clang, for C and C++.
# usage: header_test.sh COMPAT_DIRECTORY
set -uo pipefail
compat=$(dirname "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

headers=() c_headers=()
while IFS= read -r header; do
  case $header in layout_c.h) continue ;; esac
  headers+=("$header")
  case $header in wrl* | atl*) ;; *) c_headers+=("$header") ;; esac
done < <(cd "$compat" && find . -name '*.h' -printf '%P\n' | sort)
[ ${#headers[@]} -gt 40 ] || { echo "only ${#headers[@]} headers in $compat"; exit 1; }

includes() { printf '#include <%s>\n' "$@"; }

# compile FILE COMPILER...: prints what is wrong.
failed=0
compile() {
  local file=$1
  shift
  if ! "$@" -I"$compat" -Wall -Wextra -Werror -fsyntax-only "$file" 2>"$work/errors"; then
    echo "FAILED: $* of"
    cat "$file"
    head -n 20 "$work/errors"
    failed=$((failed + 1))
  fi
}

# Alone.
for header in "${headers[@]}"; do
  includes "$header" >"$work/alone.cc"
  compile "$work/alone.cc" g++ -std=c++17
  compile "$work/alone.cc" clang++ -std=c++17
done
for header in "${c_headers[@]}"; do
  includes "$header" >"$work/alone.c"
  compile "$work/alone.c" gcc -std=c11
  compile "$work/alone.c" clang -std=c11
done

# In alphabetical order, backwards, twice, and with GUIDs defined.
reversed=() c_reversed=()
for header in "${headers[@]}"; do reversed=("$header" "${reversed[@]}"); done
for header in "${c_headers[@]}"; do c_reversed=("$header" "${c_reversed[@]}"); done
includes "${headers[@]}" "${reversed[@]}" >"$work/order.cc"
includes "${reversed[@]}" "${headers[@]}" >"$work/reverse.cc"
includes initguid.h "${reversed[@]}" >"$work/guids.cc"
includes "${c_headers[@]}" "${c_reversed[@]}" >"$work/order.c"
includes "${c_reversed[@]}" >"$work/reverse.c"
includes initguid.h "${c_headers[@]}" >"$work/guids.c"
for name in order reverse guids; do
  for compiler in "g++ -std=c++17" "g++ -std=c++14 -DUNICODE -D_UNICODE" "clang++ -std=c++17" \
    "clang++ -std=c++20 -DCOBJMACROS"; do
    # shellcheck disable=SC2086
    compile "$work/$name.cc" $compiler
  done
  for compiler in "gcc -std=c11" "gcc -std=gnu99 -DCOBJMACROS" "clang -std=c11 -DCOBJMACROS -DCONST_VTABLE"; do
    # shellcheck disable=SC2086
    compile "$work/$name.c" $compiler
  done
done

# Other spellings bring what they stand for.
printf '%s\n' '#include <Bits.h>' 'IBackgroundCopyManager* manager; HANDLE handle;' >"$work/bits.cc"
printf '%s\n' '#include <Windows.h>' 'HANDLE handle; VARIANT variant;' >"$work/windows.cc"
printf '%s\n' '#include <OAIdl.h>' 'VARIANT variant;' >"$work/oaidl.cc"
for name in bits windows oaidl; do compile "$work/$name.cc" g++ -std=c++17; done

# A program may define the GUIDs of a header itself, also in many files.
includes initguid.h deliveryoptimization.h >"$work/own.cc"
cat >"$work/again.cc" <<'END'
#include <initguid.h>
DEFINE_GUID(IID_IDOManager, 0x400e2d4a, 0x1431, 0x4c1a, 0xa7, 0x48, 0x39, 0xca, 0x47, 0x2c, 0xfd,
            0xb1);
int main() { return IID_IDOManager.Data1 == 0x400e2d4a ? 0 : 1; }
END
if ! g++ -I"$compat" -Wall -Wextra -Werror -o "$work/own" "$work/own.cc" "$work/again.cc" ||
  ! "$work/own"; then
  echo "FAILED: GUIDs defined twice"
  failed=$((failed + 1))
fi

echo "${#headers[@]} headers, $failed failures"
exit $((failed > 0))
