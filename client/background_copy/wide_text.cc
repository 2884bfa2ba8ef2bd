#include "client/background_copy/wide_text.h"

#include <string_view>

#include "client/com/wide_text.h"

namespace convoy::background_copy {

std::optional<std::string> Utf8Of(LPCWSTR text) {
  bool valid = false;
  std::string utf8 = Utf8FromWide(std::wstring_view(text), &valid);
  if (!valid) return std::nullopt;
  return utf8;
}

HRESULT GiveText(std::string_view text, LPWSTR* out) {
  return out == nullptr ? E_INVALIDARG : CopyToTaskMemory(text, out);
}

}  // namespace convoy::background_copy
