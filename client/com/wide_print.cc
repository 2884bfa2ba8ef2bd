// corecrt_wstdio.h.
#include <corecrt_wstdio.h>
#include <stdarg.h>

#include <cerrno>
#include <optional>
#include <string>

#include "client/com/printf_format.h"
#include "client/com/utf8_scope.h"

namespace {

// Calls `print` with the format of this machine.
template <typename Print>
int WithFormat(const wchar_t* format, const Print& print) {
  const std::optional<std::wstring> native =
      convoy::NativeFormat(std::wstring_view(format));
  if (!native.has_value()) {
    errno = EINVAL;
    return -1;
  }
  const convoy::Utf8Scope utf8;
  return print(native->c_str());
}

}  // namespace

int convoy_wprintf(const wchar_t* format, ...) {
  va_list list;
  va_start(list, format);
  const int result = WithFormat(format, [&list](const wchar_t* native) {
    return std::vwprintf(native, list);
  });
  va_end(list);
  return result;
}

int convoy_fwprintf(FILE* to, const wchar_t* format, ...) {
  va_list list;
  va_start(list, format);
  const int result = WithFormat(format, [to, &list](const wchar_t* native) {
    return std::vfwprintf(to, native, list);
  });
  va_end(list);
  return result;
}

int convoy_swprintf(wchar_t* to, size_t size, const wchar_t* format, ...) {
  va_list list;
  va_start(list, format);
  const int result =
      WithFormat(format, [to, size, &list](const wchar_t* native) {
        return std::vswprintf(to, size, native, list);
      });
  va_end(list);
  return result;
}
