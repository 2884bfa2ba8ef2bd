// strsafe.h.
#include <stdio.h>
#include <strsafe.h>

#include <algorithm>
#include <cstdlib>
#include <cwchar>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "client/com/printf_format.h"
#include "client/com/utf8_scope.h"

namespace {

constexpr std::size_t kNoBound = std::numeric_limits<std::size_t>::max();

bool IsSize(std::size_t size) { return size > 0 && size <= STRSAFE_MAX_CCH; }

// The place of the zero; nullopt: there is none.
template <typename Char>
std::optional<std::size_t> FindZero(const Char* text, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] == 0) return i;
  }
  return std::nullopt;
}

// Writes `from`, at most `most` characters of it, to to[at] and after it.
template <typename Char>
HRESULT Write(Char* to, std::size_t size, std::size_t at, const Char* from,
              std::size_t most) {
  for (; most > 0 && *from != 0; --most, ++from, ++at) {
    if (at + 1 >= size) {
      to[at] = 0;
      return STRSAFE_E_INSUFFICIENT_BUFFER;
    }
    to[at] = *from;
  }
  to[at] = 0;
  return S_OK;
}

template <typename Char>
HRESULT Copy(Char* to, std::size_t size, const Char* from, std::size_t most) {
  return IsSize(size) ? Write(to, size, 0, from, most)
                      : STRSAFE_E_INVALID_PARAMETER;
}

template <typename Char>
HRESULT Append(Char* to, std::size_t size, const Char* from, std::size_t most) {
  if (!IsSize(size)) return STRSAFE_E_INVALID_PARAMETER;
  const std::optional<std::size_t> end = FindZero(to, size);
  return end.has_value() ? Write(to, size, *end, from, most)
                         : STRSAFE_E_INVALID_PARAMETER;
}

template <typename Char>
HRESULT Length(const Char* text, std::size_t size, std::size_t* length) {
  std::optional<std::size_t> end;
  if (text != nullptr && size <= STRSAFE_MAX_CCH) end = FindZero(text, size);
  if (length != nullptr) *length = end.value_or(0);
  return end.has_value() ? S_OK : STRSAFE_E_INVALID_PARAMETER;
}

std::FILE* Open(char** text, std::size_t* size) {
  return ::open_memstream(text, size);
}
std::FILE* Open(wchar_t** text, std::size_t* size) {
  return ::open_wmemstream(text, size);
}
int Print(std::FILE* to, const char* format, va_list list) {
  return std::vfprintf(to, format, list);
}
int Print(std::FILE* to, const wchar_t* format, va_list list) {
  return std::vfwprintf(to, format, list);
}

template <typename Char>
HRESULT Format(Char* to, std::size_t size, const Char* format, va_list list) {
  if (!IsSize(size)) return STRSAFE_E_INVALID_PARAMETER;
  to[0] = 0;
  const auto native =
      convoy::NativeFormat(std::basic_string_view<Char>(format));
  if (!native.has_value()) return STRSAFE_E_INVALID_PARAMETER;
  Char* text = nullptr;
  std::size_t length = 0;
  std::FILE* const stream = Open(&text, &length);
  if (stream == nullptr) return STRSAFE_E_INVALID_PARAMETER;
  const convoy::Utf8Scope utf8;
  const bool printed = Print(stream, native->c_str(), list) >= 0;
  const bool closed = std::fclose(stream) == 0;
  const HRESULT result = printed && closed ? Write(to, size, 0, text, kNoBound)
                                           : STRSAFE_E_INVALID_PARAMETER;
  std::free(text);
  return result;
}

}  // namespace

// Both kinds of text. Cb sizes are bytes.
#define CONVOY_BOTH(letter, Char)                                             \
  HRESULT StringCchCopy##letter(Char* to, size_t size, const Char* from) {    \
    return Copy(to, size, from, kNoBound);                                    \
  }                                                                           \
  HRESULT StringCbCopy##letter(Char* to, size_t size, const Char* from) {     \
    return Copy(to, size / sizeof(Char), from, kNoBound);                     \
  }                                                                           \
  HRESULT StringCchCopyN##letter(Char* to, size_t size, const Char* from,     \
                                 size_t most) {                               \
    return Copy(to, size, from, most);                                        \
  }                                                                           \
  HRESULT StringCbCopyN##letter(Char* to, size_t size, const Char* from,      \
                                size_t most) {                                \
    return Copy(to, size / sizeof(Char), from, most / sizeof(Char));          \
  }                                                                           \
  HRESULT StringCchCat##letter(Char* to, size_t size, const Char* from) {     \
    return Append(to, size, from, kNoBound);                                  \
  }                                                                           \
  HRESULT StringCbCat##letter(Char* to, size_t size, const Char* from) {      \
    return Append(to, size / sizeof(Char), from, kNoBound);                   \
  }                                                                           \
  HRESULT StringCchCatN##letter(Char* to, size_t size, const Char* from,      \
                                size_t most) {                                \
    return Append(to, size, from, most);                                      \
  }                                                                           \
  HRESULT StringCchLength##letter(const Char* text, size_t size,              \
                                  size_t* length) {                           \
    return Length(text, size, length);                                        \
  }                                                                           \
  HRESULT StringCbLength##letter(const Char* text, size_t size,               \
                                 size_t* length) {                            \
    const HRESULT result = Length(text, size / sizeof(Char), length);         \
    if (length != nullptr) *length *= sizeof(Char);                           \
    return result;                                                            \
  }                                                                           \
  HRESULT StringCchVPrintf##letter(Char* to, size_t size, const Char* format, \
                                   va_list list) {                            \
    return Format(to, size, format, list);                                    \
  }                                                                           \
  HRESULT StringCbVPrintf##letter(Char* to, size_t size, const Char* format,  \
                                  va_list list) {                             \
    return Format(to, size / sizeof(Char), format, list);                     \
  }                                                                           \
  HRESULT StringCchPrintf##letter(Char* to, size_t size, const Char* format,  \
                                  ...) {                                      \
    va_list list;                                                             \
    va_start(list, format);                                                   \
    const HRESULT result = Format(to, size, format, list);                    \
    va_end(list);                                                             \
    return result;                                                            \
  }                                                                           \
  HRESULT StringCbPrintf##letter(Char* to, size_t size, const Char* format,   \
                                 ...) {                                       \
    va_list list;                                                             \
    va_start(list, format);                                                   \
    const HRESULT result = Format(to, size / sizeof(Char), format, list);     \
    va_end(list);                                                             \
    return result;                                                            \
  }

CONVOY_BOTH(A, char)
CONVOY_BOTH(W, wchar_t)
