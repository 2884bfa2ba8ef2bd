#include "daemon/range_check.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/field_check.h"
#include "daemon/url_check.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using Ranges = google::protobuf::RepeatedPtrField<v1::FileRange>;

constexpr char kMostKey[] = "limits.max_ranges_per_file";

absl::Status WrongRange(const std::string& field, absl::string_view what) {
  return Error(v1::ERROR_REASON_INVALID_RANGE, v1::ERROR_CONTEXT_REQUEST)
      .Field(field)
      .Status(absl::StrCat(field, " ", what));
}

// Where it ends, if it is not to the end of the file.
std::int64_t EndOf(const ByteRange& range) {
  return range.length == ByteRange::kToEnd
             ? std::numeric_limits<std::int64_t>::max()
             : range.end();
}

// The one alone, without a look at its neighbours.
absl::StatusOr<ByteRange> ReadRange(
    const v1::FileRange& range, const std::string& field,
    const std::optional<std::int64_t>& file_size) {
  const std::string offset_field = absl::StrCat(field, ".offset_bytes");
  const std::string length_field = absl::StrCat(field, ".length_bytes");
  const std::int64_t size = file_size.value_or(kMaxFileSize);
  if (range.offset_bytes() < 0 || range.offset_bytes() > kMaxFileSize) {
    return WrongRange(offset_field, "is out of range; allowed: 0 to 2^62");
  }
  if (range.has_length_bytes() && range.length_bytes() < 1) {
    return WrongRange(length_field, "is not at least 1");
  }
  const bool inside =
      range.has_length_bytes()
          ? range.offset_bytes() <= size &&
                range.length_bytes() <= size - range.offset_bytes()
          : !file_size.has_value() || range.offset_bytes() < size;
  if (!inside) {
    return WrongRange(
        field, file_size.has_value()
                   ? absl::StrCat("is not inside the file of ", size, " bytes")
                   : "ends after 2^62 bytes");
  }
  return ByteRange{range.offset_bytes(), range.has_length_bytes()
                                             ? range.length_bytes()
                                             : ByteRange::kToEnd};
}

// `field`: of all ranges.
absl::Status CheckDisjoint(const std::vector<ByteRange>& ranges,
                           absl::string_view field) {
  std::vector<std::size_t> rising(ranges.size());
  std::iota(rising.begin(), rising.end(), std::size_t{0});
  absl::c_stable_sort(rising, [&ranges](std::size_t a, std::size_t b) {
    return ranges[a].offset < ranges[b].offset;
  });
  for (std::size_t i = 1; i < rising.size(); ++i) {
    if (ranges[rising[i]].offset >= EndOf(ranges[rising[i - 1]])) continue;
    const auto [first, second] = std::minmax(rising[i - 1], rising[i]);
    const std::string wrong = absl::StrCat(field, "[", second, "]");
    return Error(v1::ERROR_REASON_OVERLAPPING_RANGES, v1::ERROR_CONTEXT_REQUEST)
        .Field(wrong)
        .Status(absl::StrCat(wrong, " and ", field, "[", first,
                             "] have bytes in common, from byte ",
                             ranges[rising[i]].offset, " on"));
  }
  return absl::OkStatus();
}

// Adds `added`, joined with those that it overlaps or touches.
void AddRange(ByteRange added, std::vector<ByteRange>* ranges) {
  std::int64_t end = EndOf(added);
  std::vector<ByteRange> joined;
  for (const ByteRange& range : *ranges) {
    if (EndOf(range) < added.offset || range.offset > end) {
      joined.push_back(range);
      continue;
    }
    added.offset = std::min(added.offset, range.offset);
    end = std::max(end, EndOf(range));
  }
  added.length = end == std::numeric_limits<std::int64_t>::max()
                     ? ByteRange::kToEnd
                     : end - added.offset;
  const auto behind = absl::c_find_if(joined, [&added](const ByteRange& range) {
    return range.offset > added.offset;
  });
  joined.insert(behind, added);
  *ranges = std::move(joined);
}

// Takes out what is not in a file of `size` bytes.
void ClipTo(std::int64_t size, std::vector<ByteRange>* ranges) {
  while (!ranges->empty() && ranges->back().offset >= size) ranges->pop_back();
  if (ranges->empty() || ranges->back().length == ByteRange::kToEnd) return;
  ByteRange& last = ranges->back();
  last.length = std::min(last.length, size - last.offset);
}

}  // namespace

absl::StatusOr<std::vector<ByteRange>> ReadRanges(
    absl::string_view field, const Ranges& ranges,
    const std::optional<std::int64_t>& file_size, const Settings& settings) {
  const int max = settings.config.limits().max_ranges_per_file();
  if (ranges.size() > max) {
    return OverQuota(
        v1::ERROR_REASON_TOO_MANY_RANGES_IN_FILE, field, kMostKey, settings,
        absl::StrCat("has ", ranges.size(), " ranges; allowed: ", max));
  }
  std::vector<ByteRange> read;
  read.reserve(static_cast<std::size_t>(ranges.size()));
  for (int i = 0; i < ranges.size(); ++i) {
    CONVOY_ASSIGN_OR_RETURN(
        ByteRange range,
        ReadRange(ranges[i], absl::StrCat(field, "[", i, "]"), file_size));
    read.push_back(range);
  }
  CONVOY_RETURN_IF_ERROR(CheckDisjoint(read, field));
  return read;
}

absl::Status ApplyRangesRequest(const v1::RequestRangesRequest& request,
                                const Settings& settings, JobFile* file) {
  if (IsFileUrl(file->remote_url) || !file->ranges.empty()) {
    return Error(v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT,
                 v1::ERROR_CONTEXT_REQUEST)
        .Field("file_index")
        .Status(
            "parts can be asked for only of http and https files that have "
            "no ranges of their own");
  }
  FileDemand demand;
  if (file->demand != nullptr) demand = *file->demand;
  // What was asked for before the size was known would fail again and again.
  if (file->size.has_value()) ClipTo(*file->size, &demand.ranges);
  for (int i = 0; i < request.ranges_size(); ++i) {
    CONVOY_ASSIGN_OR_RETURN(
        const ByteRange range,
        ReadRange(request.ranges(i), absl::StrCat("ranges[", i, "]"),
                  file->size.has_value() ? file->size : file->expected_size));
    AddRange(range, &demand.ranges);
  }
  const int max = settings.config.limits().max_ranges_per_file();
  if (demand.ranges.size() > static_cast<std::size_t>(max)) {
    return OverQuota(
        v1::ERROR_REASON_TOO_MANY_RANGES_IN_FILE, "ranges", kMostKey, settings,
        absl::StrCat("would bring the file to ", demand.ranges.size(),
                     " requested ranges; allowed: ", max));
  }
  if (request.has_position_bytes()) {
    demand.position = request.position_bytes();
    if (demand.position < 0 || demand.position > kMaxFileSize) {
      return WrongRange("position_bytes",
                        "is out of range; allowed: 0 to 2^62");
    }
  }
  file->demand = std::make_unique<FileDemand>(std::move(demand));
  return absl::OkStatus();
}

}  // namespace convoy
