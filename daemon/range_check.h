#ifndef CONVOY_DAEMON_RANGE_CHECK_H_
#define CONVOY_DAEMON_RANGE_CHECK_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/job.h"
#include "daemon/settings.h"
#include "google/protobuf/repeated_field.h"
#include "peer/byte_range.h"

namespace convoy {

// Ranges of files in requests. Errors: INVALID_ARGUMENT (INVALID_RANGE,
// OVERLAPPING_RANGES) and RESOURCE_EXHAUSTED (limits.max_ranges_per_file), with
// the path of the field from the request's root.

constexpr std::int64_t kMaxFileSize = std::int64_t{1} << 62;

// In the order given, without overlap, inside a file of `file_size` bytes,
// where that is known. `field` is their path.
absl::StatusOr<std::vector<ByteRange>> ReadRanges(
    absl::string_view field,
    const google::protobuf::RepeatedPtrField<v1::FileRange>& ranges,
    const std::optional<std::int64_t>& file_size, const Settings& settings);

// Adds what the request asks for to the file's demand; on an error nothing.
// INSUFFICIENT_RANGE_SUPPORT: nothing can be asked for of this file.
absl::Status ApplyRangesRequest(const v1::RequestRangesRequest& request,
                                const Settings& settings, JobFile* file);

}  // namespace convoy

#endif  // CONVOY_DAEMON_RANGE_CHECK_H_
