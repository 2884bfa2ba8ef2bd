#ifndef CONVOY_PEER_BASE_URL_TEXT_H_
#define CONVOY_PEER_BASE_URL_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace convoy {

// A file's name as a part of a URL's path: all but RFC 3986's unreserved
// characters become %XX.
std::string EncodedPathComponent(absl::string_view name);

// `url` with %XX for each byte that stands in no URL: controls, blanks, quotes,
// <>\^`{|} and what is not ASCII. What is encoded already stays so.
std::string EncodedUrl(absl::string_view url);

// Host and port of a URL, as they stand there, without user name and password.
absl::string_view HostOfUrl(absl::string_view url);

// `text` with each %XX as the byte it stands for; other "%" stay.
std::string PercentDecoded(absl::string_view text);

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_URL_TEXT_H_
