#ifndef CONVOY_PEER_BASE_URL_PATTERN_H_
#define CONVOY_PEER_BASE_URL_PATTERN_H_

#include "absl/strings/string_view.h"

namespace convoy {

// The whole of `url` matches `pattern`, in which "*" stands for any text, also
// an empty one, and "?" for one character. Letters match in either case, and
// what the URL escapes without need (RFC 3986 section 6.2.2.2) is read as what
// it means: a pattern that blocks shall not be got round by another spelling.
bool MatchesUrlPattern(absl::string_view pattern, absl::string_view url);

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_URL_PATTERN_H_
