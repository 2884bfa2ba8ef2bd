#include "client/wmain/wide_text.h"

#include <stringapiset.h>

#include <cstdlib>

namespace convoy {
namespace {

wchar_t* Widen(const char* text) {
  const int size = MultiByteToWideChar(CP_UTF8, 0, text, -1, nullptr, 0);
  auto* const wide = static_cast<wchar_t*>(std::calloc(size, sizeof(wchar_t)));
  if (wide != nullptr) MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, size);
  return wide;
}

}  // namespace

wchar_t** WidenTexts(char** texts) {
  std::size_t count = 0;
  while (texts[count] != nullptr) ++count;
  auto** const wide =
      static_cast<wchar_t**>(std::calloc(count + 1, sizeof(wchar_t*)));
  for (std::size_t i = 0; wide != nullptr && i < count; ++i) {
    wide[i] = Widen(texts[i]);
    if (wide[i] == nullptr) return nullptr;
  }
  return wide;
}

}  // namespace convoy
