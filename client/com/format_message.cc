#include <winbase.h>

#include <algorithm>
#include <string>

#include "client/com/error_text.h"
#include "client/com/wide_text.h"

namespace {

const char* AsText(LPCVOID source, char) {
  return static_cast<const char*>(source);
}
const wchar_t* AsText(LPCVOID source, wchar_t) {
  return static_cast<const wchar_t*>(source);
}

std::string Convert(const std::string& text, char) { return text; }
std::wstring Convert(const std::string& text, wchar_t) {
  return convoy::WideFromUtf8(text);
}

template <typename Char>
DWORD Format(DWORD flags, LPCVOID source, DWORD message, Char* to, DWORD size) {
  std::basic_string<Char> text;
  if ((flags & FORMAT_MESSAGE_FROM_STRING) != 0 && source != nullptr) {
    text = AsText(source, Char{});
  } else {
    const std::string known = convoy::ErrorText(static_cast<HRESULT>(message));
    if (known.empty()) {
      SetLastError(ERROR_MRM_MAP_NOT_FOUND);
      return 0;
    }
    text = Convert(known + "\r\n", Char{});
  }
  Char* buffer = to;
  if ((flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) != 0) {
    const SIZE_T room = std::max<SIZE_T>(size, text.size() + 1);
    buffer = static_cast<Char*>(LocalAlloc(LPTR, room * sizeof(Char)));
    *reinterpret_cast<Char**>(to) = buffer;
    if (buffer == nullptr) {
      SetLastError(ERROR_NOT_ENOUGH_MEMORY);
      return 0;
    }
  } else if (text.size() + 1 > size) {
    SetLastError(ERROR_INSUFFICIENT_BUFFER);
    return 0;
  }
  text.copy(buffer, text.size());
  buffer[text.size()] = 0;
  return static_cast<DWORD>(text.size());
}

}  // namespace

DWORD FormatMessageW(DWORD flags, LPCVOID source, DWORD message, DWORD,
                     LPWSTR to, DWORD size, va_list*) {
  return Format(flags, source, message, to, size);
}

DWORD FormatMessageA(DWORD flags, LPCVOID source, DWORD message, DWORD,
                     LPSTR to, DWORD size, va_list*) {
  return Format(flags, source, message, to, size);
}
