#include "daemon/http_method.h"

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/url_check.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr absl::string_view kMethodField = "job.http.method";

absl::Status DoesNotFit(absl::string_view field, absl::string_view why) {
  return Error(v1::ERROR_REASON_NOT_WITH_HTTP_METHOD, v1::ERROR_CONTEXT_REQUEST)
      .Field(field)
      .Status(absl::StrCat(field, " ", why));
}

absl::Status NotWith(absl::string_view field, absl::string_view method) {
  return DoesNotFit(field, absl::StrCat("cannot be used where the job asks by ",
                                        method, " (http.method)"));
}

// The field of a file that does not go with another method. Empty: none.
absl::string_view Misfit(const std::string& remote_url,
                         const std::vector<std::string>& mirror_urls,
                         const JobFile& file) {
  if (IsFileUrl(remote_url)) return "";
  if (!mirror_urls.empty()) return "mirror_urls";
  if (!file.ranges.empty()) return "ranges";
  if (file.proof != nullptr && (!file.proof->manifest_location.empty() ||
                                !file.proof->manifest_info_hash.empty() ||
                                !file.proof->manifest_sha256.empty())) {
    return "manifest";
  }
  return file.demand != nullptr && !file.demand->ranges.empty()
             ? "requested_ranges"
             : "";
}

absl::string_view Misfit(const JobFile& file) {
  return Misfit(file.remote_url, file.mirror_urls, file);
}

}  // namespace

absl::string_view MethodOf(const v1::HttpOptions* http) {
  if (http == nullptr || http->method() == "GET") return "";
  return http->method();
}

absl::Status CheckJobFitsMethod(const Job& job) {
  const absl::string_view method = MethodOf(job.http.get());
  if (!method.empty() && ExtrasOf(job).on_demand) {
    return NotWith("job.on_demand", method);
  }
  return CheckFilesFitMethod(job.http.get(), job.files);
}

absl::Status CheckFilesFitMethod(const v1::HttpOptions* http,
                                 const std::vector<JobFile>& files) {
  const absl::string_view method = MethodOf(http);
  if (method.empty()) return absl::OkStatus();
  for (std::size_t i = 0; i < files.size(); ++i) {
    const absl::string_view field = Misfit(files[i]);
    if (field.empty()) continue;
    return NotWith(absl::StrCat("files[", i, "].", field), method);
  }
  return absl::OkStatus();
}

absl::Status CheckChangedFileFitsMethod(
    const v1::HttpOptions* http, const std::string& remote_url,
    const std::vector<std::string>& mirror_urls, const JobFile& file) {
  const absl::string_view method = MethodOf(http);
  const absl::string_view field = Misfit(remote_url, mirror_urls, file);
  if (method.empty() || field.empty()) return absl::OkStatus();
  if (field == "mirror_urls") return NotWith("file.mirror_urls", method);
  return DoesNotFit("file.remote_url",
                    absl::StrCat("cannot be of http or https: the job asks by ",
                                 method, ", and the file has ", field));
}

absl::Status CheckRangesFitMethod(const v1::HttpOptions* http) {
  const absl::string_view method = MethodOf(http);
  return method.empty() ? absl::OkStatus() : NotWith("ranges", method);
}

absl::Status CheckChangedJobFitsMethod(const v1::HttpOptions* http,
                                       bool on_demand,
                                       const std::vector<JobFile>& files,
                                       bool changes_method) {
  const absl::string_view method = MethodOf(http);
  if (method.empty()) return absl::OkStatus();
  if (on_demand && !changes_method) return NotWith("job.on_demand", method);
  if (on_demand) {
    return DoesNotFit(kMethodField, absl::StrCat("cannot be ", method,
                                                 ": the job is on demand"));
  }
  for (const JobFile& file : files) {
    const absl::string_view field = Misfit(file);
    if (field.empty()) continue;
    return DoesNotFit(kMethodField,
                      absl::StrCat("cannot be ", method, ": the job's file ",
                                   file.index, " has ", field));
  }
  return absl::OkStatus();
}

}  // namespace convoy
