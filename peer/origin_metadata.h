#ifndef CONVOY_PEER_ORIGIN_METADATA_H_
#define CONVOY_PEER_ORIGIN_METADATA_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "peer/http_settings.h"

// What the headers of an origin's answer say about the file besides HTTP's own,
// as pure functions. What they read was written by strangers: anything not
// well-formed is absent, never guessed, and never keeps others from being read.
namespace convoy {

// One link of a Link header (RFC 8288) whose context is the file itself.
struct WebLink {
  std::string target;  // As sent: absolute, or relative to the answer's URL.
  std::vector<std::string> relations;  // Lower case.
  std::string media_type;  // Lower case, without parameters; may be empty.
  // RFC 6249: 1 is the best; kNoPriority: none given.
  std::int32_t priority = kNoPriority;

  static constexpr std::int32_t kNoPriority = 999'999;
  static constexpr std::size_t kMaxTarget = 2200;

  bool Is(absl::string_view relation) const;
};

// The first kMaxLinks of a header's value. Links about other resources (with an
// `anchor`) are left out.
constexpr std::size_t kMaxLinks = 64;
std::vector<WebLink> ParseLinks(absl::string_view value);

struct OriginMetadata {
  static constexpr std::size_t kMaxMirrors = 16;

  // Of the first link "describedby" to application/x-bittorrent (RFC 6249), as
  // sent. Empty: none.
  std::string manifest;
  // Of the links "duplicate", best first, as sent.
  std::vector<std::string> mirrors;
  // Of Repr-Digest (RFC 9530) or Digest (RFC 3230): of the whole remote file,
  // 32 bytes. Empty: none, or several that differ.
  std::string sha256;
};
OriginMetadata ReadOriginMetadata(const std::vector<HttpHeader>& headers);

}  // namespace convoy

#endif  // CONVOY_PEER_ORIGIN_METADATA_H_
