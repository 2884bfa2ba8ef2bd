#include "daemon/publish_plan.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "daemon/field_check.h"
#include "daemon/url_check.h"
#include "peer/base/status_macros.h"
#include "peer/base/url_text.h"
#include "peer/manifest_maker.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr int kMaxPaths = 1000;
// Of a job's remote_url and of its manifest's.
constexpr std::size_t kMaxUrl = 2200;
// What `convoy publish` writes besides manifests.
constexpr absl::string_view kChecksums = "SHA256SUMS";
constexpr absl::string_view kNginxSnippet = "convoy-publish.conf";

absl::Status Wrong(const std::string& field, absl::string_view what) {
  return InvalidField(field, absl::StrCat(field, " ", what));
}

bool IsProduct(absl::string_view name) {
  return absl::EndsWith(name, kManifestSuffix) || name == kChecksums ||
         name == kNginxSnippet;
}

std::string UrlOf(absl::string_view prefix, absl::string_view relative) {
  std::string url = EncodedUrl(prefix);
  for (const absl::string_view part : absl::StrSplit(relative, '/')) {
    absl::StrAppend(&url, "/", EncodedPathComponent(part));
  }
  return url;
}

// Files of one call, each once.
class Planner {
 public:
  absl::Status Add(const std::string& field, PlannedFile file) {
    if (file.url.size() + kManifestSuffix.size() > kMaxUrl) {
      return Wrong(field, absl::StrCat("leads to ", file.path,
                                       ", whose URL is too long for a job"));
    }
    const auto [known, is_new] = urls_.emplace(file.path, file.url);
    if (!is_new && known->second == file.url) return absl::OkStatus();
    if (!is_new) {
      return Wrong(field, absl::StrCat("gives ", file.path,
                                       " a second URL: publish one folder at a "
                                       "time, each with its own url_prefix"));
    }
    if (const auto [other, is_free] = paths_.emplace(file.url, file.path);
        !is_free) {
      return Wrong(field, absl::StrCat("gives ", file.path, " the URL of ",
                                       other->second,
                                       ": publish one folder at a time, each "
                                       "with its own url_prefix"));
    }
    files_.push_back(std::move(file));
    return absl::OkStatus();
  }

  std::vector<PlannedFile> Take() && { return std::move(files_); }

 private:
  std::vector<PlannedFile> files_;
  absl::flat_hash_map<std::string, std::string> urls_;   // By path.
  absl::flat_hash_map<std::string, std::string> paths_;  // By URL.
};

}  // namespace

std::string PlannedFile::manifest_path() const {
  return absl::StrCat(path, kManifestSuffix);
}

absl::Status CheckPublishRequest(const v1::PublishRequest& request) {
  if (request.paths().empty()) {
    return Wrong("paths", "is required: at least one file or folder");
  }
  if (request.paths_size() > kMaxPaths) {
    return Wrong("paths", absl::StrCat("has ", request.paths_size(),
                                       " entries; allowed: ", kMaxPaths));
  }
  for (int i = 0; i < request.paths_size(); ++i) {
    CONVOY_RETURN_IF_ERROR(
        CheckAbsolutePath(absl::StrCat("paths[", i, "]"), request.paths(i)));
  }
  CONVOY_RETURN_IF_ERROR(CheckMirrorUrl("url_prefix", request.url_prefix()));
  if (request.url_prefix().find_first_of("?#") != std::string::npos) {
    return Wrong("url_prefix", "has a query or a fragment");
  }
  if (request.piece_length_bytes() == 0) return absl::OkStatus();
  const absl::Status length = CheckPieceLength(request.piece_length_bytes());
  return length.ok() ? length
                     : InvalidField("piece_length_bytes", length.message());
}

absl::StatusOr<std::vector<PlannedFile>> PlanPublish(
    const v1::PublishRequest& request, const JobOwner& owner,
    OwnerFiles& files) {
  absl::string_view prefix = request.url_prefix();
  while (absl::ConsumeSuffix(&prefix, "/")) {
  }
  Planner planner;
  std::size_t left = kMaxPublishedFiles;
  for (int i = 0; i < request.paths_size(); ++i) {
    const std::string& path = request.paths(i);
    CONVOY_ASSIGN_OR_RETURN(const std::vector<FoundFile> found,
                            files.ListFiles(owner, path, left));
    left -= found.size();
    for (const FoundFile& file : found) {
      const absl::string_view whole = file.path;
      const absl::string_view name = whole.substr(whole.rfind('/') + 1);
      if (IsProduct(name)) continue;
      const absl::string_view relative =
          whole == path ? name : whole.substr(path.size() + 1);
      CONVOY_RETURN_IF_ERROR(
          planner.Add(absl::StrCat("paths[", i, "]"),
                      {file.path, file.size, UrlOf(prefix, relative)}));
    }
  }
  std::vector<PlannedFile> plan = std::move(planner).Take();
  if (plan.empty()) return Wrong("paths", "leads to no file to publish");
  return plan;
}

}  // namespace convoy
