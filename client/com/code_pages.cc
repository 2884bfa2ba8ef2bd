#include <errhandlingapi.h>
#include <stringapiset.h>
#include <winbase.h>
#include <winnls.h>

#include <cstring>
#include <cwchar>
#include <string>

#include "client/com/wide_text.h"

namespace {

thread_local DWORD last_error = 0;

int Fail(DWORD code) {
  last_error = code;
  return 0;
}

bool IsUtf8(UINT code_page) {
  return code_page == CP_UTF8 || code_page == CP_ACP ||
         code_page == CP_THREAD_ACP;
}

// The characters of `text`; with the length -1 including the zero.
template <typename Char>
std::basic_string_view<Char> View(const Char* text, int length) {
  return {text, length < 0 ? std::char_traits<Char>::length(text) + 1
                           : static_cast<std::size_t>(length)};
}

template <typename Char>
int Give(const std::basic_string<Char>& text, Char* to, int size) {
  const int length = static_cast<int>(text.size());
  if (size == 0) {
    return length;
  }
  if (length > size) {
    return Fail(ERROR_INSUFFICIENT_BUFFER);
  }
  text.copy(to, text.size());
  return length;
}

bool AreArgumentsRight(UINT code_page, const void* from, int length,
                       const void* to, int size) {
  return IsUtf8(code_page) && from != nullptr && length != 0 && length >= -1 &&
         size >= 0 && (to != nullptr || size == 0);
}

}  // namespace

DWORD GetLastError() { return last_error; }
void SetLastError(DWORD code) { last_error = code; }

int MultiByteToWideChar(UINT code_page, DWORD flags, LPCSTR from, int length,
                        LPWSTR to, int size) {
  if (!AreArgumentsRight(code_page, from, length, to, size)) {
    return Fail(ERROR_INVALID_PARAMETER);
  }
  bool valid;
  const std::wstring wide = convoy::WideFromUtf8(View(from, length), &valid);
  if (!valid && (flags & MB_ERR_INVALID_CHARS) != 0) {
    return Fail(ERROR_NO_UNICODE_TRANSLATION);
  }
  return Give(wide, to, size);
}

int WideCharToMultiByte(UINT code_page, DWORD flags, LPCWSTR from, int length,
                        LPSTR to, int size, LPCSTR, BOOL* used_default_char) {
  if (!AreArgumentsRight(code_page, from, length, to, size)) {
    return Fail(ERROR_INVALID_PARAMETER);
  }
  bool valid;
  const std::string utf8 = convoy::Utf8FromWide(View(from, length), &valid);
  if (!valid && (flags & WC_ERR_INVALID_CHARS) != 0) {
    return Fail(ERROR_NO_UNICODE_TRANSLATION);
  }
  if (used_default_char != nullptr) {
    *used_default_char = valid ? FALSE : TRUE;
  }
  return Give(utf8, to, size);
}

LCID GetThreadLocale() {
  return MAKELCID(MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), SORT_DEFAULT);
}
LANGID GetUserDefaultLangID() { return LANGIDFROMLCID(GetThreadLocale()); }
LANGID GetSystemDefaultLangID() { return GetUserDefaultLangID(); }
LANGID GetUserDefaultUILanguage() { return GetUserDefaultLangID(); }

int lstrlenW(LPCWSTR text) {
  return text == nullptr ? 0 : static_cast<int>(std::wcslen(text));
}
int lstrlenA(LPCSTR text) {
  return text == nullptr ? 0 : static_cast<int>(std::strlen(text));
}
int lstrcmpiW(LPCWSTR a, LPCWSTR b) { return wcscasecmp(a, b); }
int lstrcmpW(LPCWSTR a, LPCWSTR b) { return std::wcscmp(a, b); }
