#ifndef CONVOY_PEER_CACHED_CONTENT_H_
#define CONVOY_PEER_CACHED_CONTENT_H_

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/cache_index.h"
#include "peer/contents.h"
#include "peer/file_identity_stamp.h"

namespace convoy {

// A content's id as a key: sorted as its hexadecimal digits are.
class ContentKey {
 public:
  static constexpr std::size_t kSize = 20;

  // Nothing: `id` does not have kSize bytes.
  static std::optional<ContentKey> Of(absl::string_view id);

  absl::string_view bytes() const {
    return absl::string_view(reinterpret_cast<const char*>(bytes_.data()),
                             kSize);
  }
  std::string ToString() const { return std::string(bytes()); }
  // 40 hexadecimal digits.
  std::string ToHex() const;

  friend bool operator==(const ContentKey& a, const ContentKey& b) {
    return a.bytes_ == b.bytes_;
  }
  friend bool operator<(const ContentKey& a, const ContentKey& b) {
    return a.bytes_ < b.bytes_;
  }
  template <typename H>
  friend H AbslHashValue(H h, const ContentKey& key) {
    return H::combine(std::move(h), key.bytes_);
  }

 private:
  std::array<std::uint8_t, kSize> bytes_ = {};
};

// A content of the cache in memory, small: one block for all its texts, and a
// name that ends the URL or the path, as most do, takes no bytes of its own.
class CachedContent {
 public:
  explicit CachedContent(const CacheRow& row);

  absl::string_view source_url() const { return Text(0, url_size_); }
  absl::string_view local_path() const { return Text(url_size_, path_size_); }
  absl::string_view name() const { return Text(name_offset_, name_size_); }
  uid_t owner() const { return owner_; }
  gid_t owner_group() const { return owner_group_; }
  ContentHolding holding() const { return holding_; }
  const FileIdentityStamp& identity() const { return identity_; }
  std::int64_t size() const { return identity_.size; }
  std::int64_t piece_length() const { return piece_length_; }
  absl::Time create_time() const { return absl::FromUnixNanos(create_ns_); }

  absl::Time last_use_time() const { return absl::FromUnixNanos(last_use_ns_); }
  void set_last_use_time(absl::Time time) {
    last_use_ns_ = absl::ToUnixNanos(time);
  }
  bool pinned() const { return pinned_; }
  void set_pinned(bool pinned) { pinned_ = pinned; }

 private:
  absl::string_view Text(std::uint32_t offset, std::uint32_t size) const {
    return absl::string_view(texts_.get() + offset, size);
  }

  FileIdentityStamp identity_;
  std::int64_t create_ns_;
  std::int64_t last_use_ns_;
  // The URL, the path, and the name where it ends neither.
  std::unique_ptr<char[]> texts_;
  std::int32_t piece_length_;
  std::uint32_t url_size_;
  std::uint32_t path_size_;
  std::uint32_t name_offset_;
  std::uint32_t name_size_;
  uid_t owner_;
  gid_t owner_group_;
  ContentHolding holding_ : 8;
  bool pinned_ : 8;
};

}  // namespace convoy

#endif  // CONVOY_PEER_CACHED_CONTENT_H_
