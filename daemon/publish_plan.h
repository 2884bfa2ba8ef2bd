#ifndef CONVOY_DAEMON_PUBLISH_PLAN_H_
#define CONVOY_DAEMON_PUBLISH_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/swarm_service.pb.h"
#include "daemon/owner_files.h"

namespace convoy {

// Which files a Publish call is about, and the URLs that they get.

inline constexpr absl::string_view kManifestSuffix = ".torrent";
// Of one call.
inline constexpr std::size_t kMaxPublishedFiles = 100000;

// INVALID_ARGUMENT that names the field.
absl::Status CheckPublishRequest(const v1::PublishRequest& request);

struct PlannedFile {
  std::string path;
  std::int64_t size = 0;
  std::string url;

  std::string name() const { return path.substr(path.rfind('/') + 1); }
  std::string manifest_path() const;
};

// The files in the order of the request. Left out: manifests and the other
// products of `convoy publish`. REQUIRES: CheckPublishRequest was OK.
// INVALID_ARGUMENT: two files would have one URL, or one would have two; a URL
// is too long for a job; there are too many files, or none. Errors of
// OwnerFiles::ListFiles. Blocks.
absl::StatusOr<std::vector<PlannedFile>> PlanPublish(
    const v1::PublishRequest& request, const JobOwner& owner,
    OwnerFiles& files);

}  // namespace convoy

#endif  // CONVOY_DAEMON_PUBLISH_PLAN_H_
