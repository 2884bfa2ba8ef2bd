#include "peer/cached_content.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"

namespace convoy {

std::optional<ContentKey> ContentKey::Of(absl::string_view id) {
  if (id.size() != kSize) return std::nullopt;
  ContentKey key;
  std::copy(id.begin(), id.end(), key.bytes_.begin());
  return key;
}

std::string ContentKey::ToHex() const {
  return absl::BytesToHexString(bytes());
}

CachedContent::CachedContent(const CacheRow& row)
    : identity_(row.identity),
      create_ns_(absl::ToUnixNanos(row.create_time)),
      last_use_ns_(absl::ToUnixNanos(row.last_use_time)),
      piece_length_(static_cast<std::int32_t>(row.piece_length)),
      url_size_(static_cast<std::uint32_t>(row.source_url.size())),
      path_size_(static_cast<std::uint32_t>(row.local_path.size())),
      name_size_(static_cast<std::uint32_t>(row.name.size())),
      owner_(row.owner),
      owner_group_(row.owner_group),
      holding_(row.holding),
      pinned_(row.pinned) {
  const std::uint32_t both = url_size_ + path_size_;
  bool own_name = false;
  if (absl::EndsWith(row.source_url, row.name)) {
    name_offset_ = url_size_ - name_size_;
  } else if (absl::EndsWith(row.local_path, row.name)) {
    name_offset_ = both - name_size_;
  } else {
    name_offset_ = both;
    own_name = true;
  }
  texts_ = std::make_unique<char[]>(both + (own_name ? name_size_ : 0));
  char* end =
      std::copy(row.source_url.begin(), row.source_url.end(), texts_.get());
  end = std::copy(row.local_path.begin(), row.local_path.end(), end);
  if (own_name) std::copy(row.name.begin(), row.name.end(), end);
}

}  // namespace convoy
