#ifndef CONVOY_CLIENT_BACKGROUND_COPY_WIDE_TEXT_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_WIDE_TEXT_H_

#include <windows.h>

#include <optional>
#include <string>
#include <string_view>

namespace convoy::background_copy {

// Nothing if `text` holds what is no character. REQUIRES: not NULL.
std::optional<std::string> Utf8Of(LPCWSTR text);

// Writes `text` to `*out` as memory that the caller frees with CoTaskMemFree.
// E_INVALIDARG if `out` is NULL; E_OUTOFMEMORY.
HRESULT GiveText(std::string_view text, LPWSTR* out);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_WIDE_TEXT_H_
