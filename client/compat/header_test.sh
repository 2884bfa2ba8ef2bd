#!/usr/bin/env bash
# Each header of client/compat/ is whole by itself, in any order, for g++ and clang, for C and C++.
# usage: header_test.sh COMPAT_DIRECTORY
set -uo pipefail
compat=$(dirname "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

headers=() c_headers=() spellings=()
while IFS= read -r header; do
  case $header in
    layout_c.h) continue ;;
    *[[:upper:]]*)
      spellings+=("$header")
      continue
      ;;
  esac
  headers+=("$header")
  case $header in wrl* | atl* | comdef.h | comip.h | comutil.h) ;; *) c_headers+=("$header") ;; esac
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
[ ${#spellings[@]} -gt 40 ] || { echo "only ${#spellings[@]} other spellings in $compat"; exit 1; }
includes "${spellings[@]}" >"$work/spellings.cc"
compile "$work/spellings.cc" g++ -std=c++17
for header in "${spellings[@]}"; do
  small=${header,,}
  if [ "$(cat "$compat/$header")" != "#include <$small>" ] || [ ! -f "$compat/$small" ]; then
    echo "FAILED: $header"
    failed=$((failed + 1))
  fi
done

# BITS' headers bring the functions of OLE by themselves, and windows.h the messages.
for header in bits.h deliveryoptimization.h; do
  for language in c cc; do
    {
      includes windows.h "$header"
      cat <<'END'
int use(void);
int use(void) {
  VARIANT variant;
  VariantInit(&variant);
  variant.vt = VT_BSTR;
  variant.bstrVal = SysAllocString(L"text");
  PostQuitMessage(0);
  return OleInitialize(NULL) == S_OK && VariantClear(&variant) == S_OK;
}
END
    } >"$work/lean.$language"
  done
  compile "$work/lean.cc" g++ -std=c++17 -DWIN32_LEAN_AND_MEAN
  compile "$work/lean.c" gcc -std=c11 -DWIN32_LEAN_AND_MEAN
done

# A constant where Windows has one, in both languages.
cat >"$work/constant.c" <<'END'
#include <windows.h>
int is_disabled(HRESULT code);
int is_disabled(HRESULT code) {
  switch (code) {
    case HRESULT_FROM_WIN32(ERROR_SERVICE_DISABLED):
      return 1;
    default:
      return 0;
  }
}
END
cp "$work/constant.c" "$work/constant.cc"
compile "$work/constant.c" gcc -std=c11
compile "$work/constant.cc" g++ -std=c++14
compile "$work/constant.cc" clang++ -std=c++17

# The words of MIDL before arguments, text that is alike in both cases, versions, methods with names of winuser.h, and
# wprintf under each of its names.
cat >"$work/words.cc" <<'END'
#include <tchar.h>
#include <windows.h>
#include <bits.h>
#include <cwchar>
#include <string>
#include <wchar.h>
struct Stream : ISequentialStream {
  HRESULT STDMETHODCALLTYPE Read(__RPC__out_ecount_part(size, *read) void* to, ULONG size,
                                 __RPC__deref_out_opt ULONG* read) override;
  HRESULT STDMETHODCALLTYPE Write(__RPC__in_ecount_full(size) const void* from, ULONG size,
                                  __RPC__inout_opt ULONG* written) override;
};
struct Reflection { int GetMessage(__RPC__in_opt IUnknown* of); int PostMessage(); };
int use(Reflection* r) { return r->GetMessage(nullptr) + _wcsicmp(L"a", L"A") + _wcsnicmp(L"a", L"A", 1) + *_wcsdup(L"a"); }
int print() { return wprintf(L"%s", L"a") + std::wprintf(L"%s", L"a") + ::wprintf(L"%s", L"a") + std::to_wstring(1.5)[0]; }
static_assert(_WIN32_WINNT >= _WIN32_WINNT_WIN7, "");
static_assert(NTDDI_VERSION >= NTDDI_WIN7, "");
END
compile "$work/words.cc" g++ -std=c++17
compile "$work/words.cc" clang++ -std=c++17 -D_WIN32_WINNT=0x0601 -DUNICODE

# A callback in the style of ATL, which says override nowhere.
cat >"$work/atlcom.cc" <<'END'
#include <atlbase.h>
#include <atlcom.h>
#include <bits.h>
class ATL_NO_VTABLE Callback : public CComObjectRootEx<CComMultiThreadModel>, public IBackgroundCopyCallback {
 public:
  BEGIN_COM_MAP(Callback)
  COM_INTERFACE_ENTRY(IBackgroundCopyCallback)
  END_COM_MAP()
  STDMETHOD(JobTransferred)(IBackgroundCopyJob*) { return S_OK; }
  STDMETHOD(JobError)(IBackgroundCopyJob*, IBackgroundCopyError*) { return S_OK; }
  STDMETHOD(JobModification)(IBackgroundCopyJob*, DWORD) { return S_OK; }
};
HRESULT make(IUnknown** to) {
  CComObject<Callback>* made = NULL;
  const HRESULT hr = CComObject<Callback>::CreateInstance(&made);
  return FAILED(hr) ? hr : made->QueryInterface(IID_IUnknown, (void**)to);
}
END
compile "$work/atlcom.cc" g++ -std=c++17
compile "$work/atlcom.cc" clang++ -std=c++17

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

echo "${#headers[@]} headers, ${#spellings[@]} other spellings, $failed failures"
exit $((failed > 0))
