#ifndef CONVOY_CLIENT_COM_PRINTF_FORMAT_H_
#define CONVOY_CLIENT_COM_PRINTF_FORMAT_H_

#include <optional>
#include <string>
#include <string_view>

namespace convoy {

// A format of Windows' printf (char) or wprintf (wchar_t) as this machine's
// vfprintf or vfwprintf takes it, with the same arguments: which texts are
// wide, and how many bits a number has, differs. nullopt: it has %n, or ends in
// a conversion.
std::optional<std::string> NativeFormat(std::string_view format);
std::optional<std::wstring> NativeFormat(std::wstring_view format);

}  // namespace convoy

#endif  // CONVOY_CLIENT_COM_PRINTF_FORMAT_H_
