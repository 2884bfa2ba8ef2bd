#ifndef CONVOY_CLIENT_DELIVERY_OPTIMIZATION_DOWNLOAD_STATUS_H_
#define CONVOY_CLIENT_DELIVERY_OPTIMIZATION_DOWNLOAD_STATUS_H_

#include <deliveryoptimization.h>

#include "absl/strings/string_view.h"
#include "convoy/v1/job.pb.h"

namespace convoy::delivery_optimization {

// Notes of a job (background_copy/job_notes.h) that is a download.
inline constexpr absl::string_view kDownloadQueue =
    "delivery_optimization_download";
inline constexpr absl::string_view kContentIdNote =
    "delivery_optimization.content_id";
inline constexpr absl::string_view kCorrelationVectorNote =
    "delivery_optimization.correlation_vector";
inline constexpr absl::string_view kCostPolicyNote =
    "delivery_optimization.cost_policy";
inline constexpr absl::string_view kCellularNote =
    "delivery_optimization.disallow_on_cellular";
inline constexpr absl::string_view kNonVolatileNote =
    "delivery_optimization.non_volatile";
inline constexpr absl::string_view kHeadersTextNote =
    "delivery_optimization.headers";
// Present: the download goes to a stream, and its file is never named.
inline constexpr absl::string_view kStreamNote = "delivery_optimization.stream";
// Present: the stream has got all, and Finalize was called.
inline constexpr absl::string_view kFinalizedNote =
    "delivery_optimization.finalized";

// What a download's job says of it. A transient error is PAUSED with
// ExtendedError alone, a fatal one PAUSED with Error and ExtendedError. A total
// that is not known is 0.
DO_DOWNLOAD_STATUS StatusOfJob(const v1::Job& job);

}  // namespace convoy::delivery_optimization

#endif  // CONVOY_CLIENT_DELIVERY_OPTIMIZATION_DOWNLOAD_STATUS_H_
