#ifndef CONVOY_CLIENT_BACKGROUND_COPY_GUID_TEXT_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_GUID_TEXT_H_

#include <guiddef.h>

#include <string>

#include "absl/strings/string_view.h"

namespace convoy::background_copy {

// A job's id as the contract writes it: 8-4-4-4-12 lower-case digits, in the
// order in which Windows prints a GUID.
std::string TextOfGuid(const GUID& guid);
// All zero if `text` is none.
GUID GuidOfText(absl::string_view text);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_GUID_TEXT_H_
