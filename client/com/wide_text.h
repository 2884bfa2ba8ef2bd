#ifndef CONVOY_CLIENT_COM_WIDE_TEXT_H_
#define CONVOY_CLIENT_COM_WIDE_TEXT_H_

#include <winnt.h>

#include <string>
#include <string_view>

namespace convoy {

// UTF-8 and wide characters. U+FFFD stands for each part that is neither.
std::wstring WideFromUtf8(std::string_view utf8);
std::string Utf8FromWide(std::wstring_view wide);
// As above; nullptr is the empty text.
std::string Utf8FromWide(LPCWSTR wide);

// As above; `*valid` tells whether all of it was well-formed.
std::wstring WideFromUtf8(std::string_view utf8, bool* valid);
std::string Utf8FromWide(std::wstring_view wide, bool* valid);

// Gives a text to a caller, who frees it with CoTaskMemFree. E_OUTOFMEMORY and
// nullptr when there is no memory.
HRESULT CopyToTaskMemory(std::wstring_view text, LPWSTR* to);
HRESULT CopyToTaskMemory(std::string_view utf8, LPWSTR* to);

}  // namespace convoy

#endif  // CONVOY_CLIENT_COM_WIDE_TEXT_H_
