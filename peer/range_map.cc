#include "peer/range_map.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

absl::Status InvalidRange(absl::string_view message) {
  return Error(v1::ERROR_REASON_INVALID_RANGE, v1::ERROR_CONTEXT_REMOTE_FILE)
      .Status(message);
}

bool Overlap(std::vector<ByteRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const ByteRange& a, const ByteRange& b) {
              return a.offset < b.offset;
            });
  return std::adjacent_find(ranges.begin(), ranges.end(),
                            [](const ByteRange& a, const ByteRange& b) {
                              return b.offset < a.end();
                            }) != ranges.end();
}

}  // namespace

RangeMap RangeMap::Whole(std::int64_t size) {
  RangeMap map;
  map.size_ = size;
  map.segments_.push_back({0, ByteRange{0, size}});
  return map;
}

absl::StatusOr<RangeMap> RangeMap::Make(
    const std::vector<ByteRange>& ranges,
    std::optional<std::int64_t> complete_length) {
  RangeMap map;
  std::vector<ByteRange> taken;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    ByteRange range = ranges[i];
    const bool to_end = range.length == ByteRange::kToEnd;
    if (to_end && !complete_length) {
      return InvalidRange(
          "a range to the end is wanted, and the origin does not tell where "
          "the file ends");
    }
    if (to_end) range.length = *complete_length - range.offset;
    if (range.offset < 0 || range.length <= 0 ||
        range.length > INT64_MAX - range.offset ||
        (complete_length && range.end() > *complete_length)) {
      return InvalidRange(absl::StrCat(
          "range ", i, " (", range.length, " bytes from ", range.offset,
          ") is not inside the file",
          complete_length ? absl::StrCat(" of ", *complete_length, " bytes")
                          : ""));
    }
    taken.push_back(range);
    if (!map.segments_.empty() &&
        map.segments_.back().remote.end() == range.offset) {
      map.segments_.back().remote.length += range.length;
    } else {
      map.segments_.push_back({map.size_, range});
    }
    map.size_ += range.length;
  }
  if (Overlap(std::move(taken))) {
    return InvalidRange("two ranges have bytes in common");
  }
  return map;
}

ByteRange RangeMap::RemoteFrom(std::int64_t offset) const {
  const auto after =
      std::upper_bound(segments_.begin(), segments_.end(), offset,
                       [](std::int64_t at, const Segment& segment) {
                         return at < segment.local;
                       });
  const Segment& segment = *(after - 1);
  const std::int64_t skip = offset - segment.local;
  return ByteRange{segment.remote.offset + skip, segment.remote.length - skip};
}

}  // namespace convoy
