#ifndef CONVOY_CLIENT_CLI_PUBLISH_PLAN_H_
#define CONVOY_CLIENT_CLI_PUBLISH_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Which files `convoy publish` is about, and the URLs that they get.
namespace convoy {

// The products of `convoy publish` beside the files.
inline constexpr absl::string_view kManifestSuffix = ".torrent";
inline constexpr absl::string_view kChecksumsName = "SHA256SUMS";
inline constexpr absl::string_view kSnippetName = "convoy-publish.conf";

// What stands before the files' paths in their URLs.
struct UrlPrefix {
  std::string url;   // As in a request, without a slash at its end.
  std::string path;  // Its path, decoded: "" or "/a/b c".
};

// INVALID_ARGUMENT: no http or https URL that files can stand below.
absl::StatusOr<UrlPrefix> ParseUrlPrefix(absl::string_view text);

struct PublishFile {
  std::string path;  // Absolute.
  std::int64_t size = 0;
  std::string url;
  // The URL's path, decoded: what nginx compares locations with.
  std::string location;

  std::string folder() const;
  std::string name() const;
};

struct PublishPlan {
  // The folder named first, or that of the file named first. Absolute.
  std::string first_folder;
  // In the order in which they were named, those of a folder by path.
  std::vector<PublishFile> files;
};

// The plain files among `paths`, and those in and below the folders among them.
// Left out: the products of `convoy publish`, `snippet_path`, and what has a
// name that begins with a dot; in folders also links. INVALID_ARGUMENT: a path
// that is not there, or of another kind; two files that would have one URL, or
// one that would have two; a URL that is too long for a job; no file at all.
absl::StatusOr<PublishPlan> PlanPublish(const std::vector<std::string>& paths,
                                        const UrlPrefix& prefix,
                                        const std::string& snippet_path);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_PUBLISH_PLAN_H_
