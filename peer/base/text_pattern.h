#ifndef CONVOY_PEER_BASE_TEXT_PATTERN_H_
#define CONVOY_PEER_BASE_TEXT_PATTERN_H_

#include "absl/strings/string_view.h"

namespace convoy {

// The whole of `text` matches `pattern`, in which "*" is any text, also an
// empty one, and "?" any character. Quadratic at worst.
bool MatchesPattern(absl::string_view pattern, absl::string_view text);

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_TEXT_PATTERN_H_
