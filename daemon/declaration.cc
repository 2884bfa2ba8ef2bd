#include "daemon/declaration.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "convoy/v1/job.pb.h"
#include "daemon/proto_time.h"

namespace convoy {
namespace {

void SetFile(const v1::DeclaredFile& from, absl::string_view integrity,
             v1::JobFile* file) {
  file->set_remote_url(from.url());
  file->set_local_path(from.path());
  file->set_expected_sha256(from.sha256());
  if (from.has_size_bytes()) file->set_expected_size_bytes(from.size_bytes());
  if (from.has_manifest()) {
    file->mutable_manifest()->set_location(from.manifest());
  }
  for (const std::string& mirror : from.mirrors()) {
    file->add_mirror_urls(mirror);
  }
  if (integrity == "mandatory") {
    file->set_required_integrity(v1::INTEGRITY_MANDATORY);
  } else if (integrity == "any") {
    file->set_required_integrity(v1::INTEGRITY_ANY);
  }
}

v1::JobPriority PriorityOf(absl::string_view text) {
  if (text == "foreground") return v1::JOB_PRIORITY_FOREGROUND;
  if (text == "high") return v1::JOB_PRIORITY_HIGH;
  if (text == "low") return v1::JOB_PRIORITY_LOW;
  return v1::JOB_PRIORITY_NORMAL;
}

v1::DownloadMode ModeOf(absl::string_view text) {
  if (text == "http_only") return v1::DOWNLOAD_MODE_HTTP_ONLY;
  if (text == "lan") return v1::DOWNLOAD_MODE_LAN;
  if (text == "group") return v1::DOWNLOAD_MODE_GROUP;
  if (text == "internet") return v1::DOWNLOAD_MODE_INTERNET;
  if (text == "simple") return v1::DOWNLOAD_MODE_SIMPLE;
  return v1::DOWNLOAD_MODE_UNSPECIFIED;
}

}  // namespace

std::string Declaration::provider() const {
  return absl::StrCat(file, ":", line);
}

std::string Declaration::Mistake(absl::string_view key,
                                 absl::string_view what) const {
  const auto found = lines.find(std::string(key));
  return absl::StrCat(file, ":", found == lines.end() ? line : found->second,
                      ": ", name, key.empty() ? "" : ".", key, ": ", what);
}

v1::FetchRequest FetchRequestOf(const Declaration& declaration) {
  const v1::JobDeclaration& keys = declaration.keys;
  v1::FetchRequest request;
  v1::Job& job = *request.mutable_job();
  job.set_display_name(declaration.name);
  job.set_priority(PriorityOf(keys.priority()));
  job.set_download_mode(ModeOf(keys.download_mode()));
  job.set_private_(keys.private_());
  if (declaration.needed_by != absl::InfiniteFuture()) {
    SetTime(declaration.needed_by, job.mutable_needed_by());
  }
  for (const std::string& header : keys.headers()) {
    const std::size_t colon = header.find(':');
    v1::HttpHeader& to = *job.mutable_http()->add_headers();
    to.set_name(header.substr(0, colon));
    to.set_value(
        std::string(absl::StripAsciiWhitespace(header.substr(colon + 1))));
  }
  for (const v1::DeclaredFile& file : keys.files()) {
    SetFile(file, keys.integrity(), request.add_files());
  }
  return request;
}

}  // namespace convoy
