// corecrt_wstdio.h.
#include <corecrt_wstdio.h>
#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "client/com/printf_format.h"
#include "client/com/utf8_scope.h"
#include "client/com/wide_text.h"

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

// As bytes: a stream of wide text takes no printf any more, and the other way
// round (fwide(3)); on Windows it takes both.
int PrintTo(FILE* to, const wchar_t* native, va_list list) {
  if (::fwide(to, 0) > 0) return std::vfwprintf(to, native, list);
  wchar_t* text = nullptr;
  std::size_t size = 0;
  FILE* const memory = ::open_wmemstream(&text, &size);
  if (memory == nullptr) return -1;
  const int result = std::vfwprintf(memory, native, list);
  std::fclose(memory);
  const std::unique_ptr<wchar_t, decltype(&std::free)> owner(text, &std::free);
  if (result < 0) return result;
  const std::string bytes = convoy::Utf8FromWide({text, size});
  return std::fwrite(bytes.data(), 1, bytes.size(), to) == bytes.size() ? result
                                                                        : -1;
}

}  // namespace

int convoy_wprintf(const wchar_t* format, ...) {
  va_list list;
  va_start(list, format);
  const int result = WithFormat(format, [&list](const wchar_t* native) {
    return PrintTo(stdout, native, list);
  });
  va_end(list);
  return result;
}

int convoy_fwprintf(FILE* to, const wchar_t* format, ...) {
  va_list list;
  va_start(list, format);
  const int result = WithFormat(format, [to, &list](const wchar_t* native) {
    return PrintTo(to, native, list);
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
