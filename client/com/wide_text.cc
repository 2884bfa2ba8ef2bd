#include "client/com/wide_text.h"

#include <combaseapi.h>

#include <cstddef>
#include <cstring>

namespace convoy {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool IsCharacter(char32_t c) {
  return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

// Reads the character at `text[*at]` and moves `*at` behind it; behind one byte
// of what is none (RFC 3629).
char32_t NextCharacter(std::string_view text, std::size_t* at, bool* valid) {
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const unsigned char first = byte(*at);
  if (first < 0x80) {
    ++*at;
    return first;
  }
  const int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  char32_t c = first & (0x7F >> length);
  bool whole = first >= 0xC2 && first <= 0xF4 && *at + length <= text.size();
  for (int i = 1; whole && i < length; ++i) {
    whole = (byte(*at + i) & 0xC0) == 0x80;
    c = c << 6 | (byte(*at + i) & 0x3F);
  }
  static constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (!whole || c < kLeast[length] || !IsCharacter(c)) {
    ++*at;
    *valid = false;
    return kReplacement;
  }
  *at += length;
  return c;
}

void Append(char32_t c, std::string& to) {
  if (c < 0x80) {
    to += static_cast<char>(c);
    return;
  }
  const int length = c >= 0x10000 ? 4 : c >= 0x800 ? 3 : 2;
  const int lead = 0xF0 << (4 - length) & 0xFF;
  to += static_cast<char>(lead | (c >> (6 * (length - 1))));
  for (int i = length - 2; i >= 0; --i) {
    to += static_cast<char>(0x80 | (c >> (6 * i) & 0x3F));
  }
}

}  // namespace

std::wstring WideFromUtf8(std::string_view utf8, bool* valid) {
  *valid = true;
  std::wstring wide;
  wide.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    wide += static_cast<wchar_t>(NextCharacter(utf8, &at, valid));
  }
  return wide;
}

std::string Utf8FromWide(std::wstring_view wide, bool* valid) {
  *valid = true;
  std::string utf8;
  utf8.reserve(wide.size());
  for (const wchar_t w : wide) {
    const auto c = static_cast<char32_t>(w);
    *valid = *valid && IsCharacter(c);
    Append(IsCharacter(c) ? c : kReplacement, utf8);
  }
  return utf8;
}

std::wstring WideFromUtf8(std::string_view utf8) {
  bool valid;
  return WideFromUtf8(utf8, &valid);
}

std::string Utf8FromWide(std::wstring_view wide) {
  bool valid;
  return Utf8FromWide(wide, &valid);
}

std::string Utf8FromWide(LPCWSTR wide) {
  return wide == nullptr ? std::string()
                         : Utf8FromWide(std::wstring_view(wide));
}

HRESULT CopyToTaskMemory(std::wstring_view text, LPWSTR* to) {
  *to =
      static_cast<LPWSTR>(CoTaskMemAlloc((text.size() + 1) * sizeof(wchar_t)));
  if (*to == nullptr) {
    return E_OUTOFMEMORY;
  }
  text.copy(*to, text.size());
  (*to)[text.size()] = L'\0';
  return S_OK;
}

HRESULT CopyToTaskMemory(std::string_view utf8, LPWSTR* to) {
  return CopyToTaskMemory(std::wstring_view(WideFromUtf8(utf8)), to);
}

}  // namespace convoy
