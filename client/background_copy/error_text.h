#ifndef CONVOY_CLIENT_BACKGROUND_COPY_ERROR_TEXT_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_ERROR_TEXT_H_

#include <bits.h>

#include <string>

namespace convoy::background_copy {

// What a result code means, as an English sentence. For a code that is not
// known: its number.
std::string DescriptionOf(HRESULT code);

std::string ContextText(BG_ERROR_CONTEXT context);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_ERROR_TEXT_H_
