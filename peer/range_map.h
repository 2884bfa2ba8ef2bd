#ifndef CONVOY_PEER_RANGE_MAP_H_
#define CONVOY_PEER_RANGE_MAP_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "peer/byte_range.h"

namespace convoy {

// Which remote byte goes where in the local file: the local file is the chosen
// ranges of the remote one, one after another.
class RangeMap {
 public:
  // The whole of a remote file of `size` bytes.
  static RangeMap Whole(std::int64_t size);
  // `ranges` as in TransferSpec. `complete_length` is the remote file's size,
  // if known. INVALID_RANGE: a range is reversed, overlaps another, or reaches
  // beyond the end; or one goes to the end, which is not known.
  static absl::StatusOr<RangeMap> Make(
      const std::vector<ByteRange>& ranges,
      std::optional<std::int64_t> complete_length);

  // Of the local file.
  std::int64_t size() const { return size_; }
  // The remote bytes that belong at local `offset` and after it, as far as they
  // are neighbours in both files. REQUIRES: 0 <= offset < size().
  ByteRange RemoteFrom(std::int64_t offset) const;

 private:
  struct Segment {
    std::int64_t local = 0;
    ByteRange remote;
  };

  std::vector<Segment> segments_;
  std::int64_t size_ = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_RANGE_MAP_H_
