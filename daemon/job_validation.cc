#include "daemon/job_validation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/error_detail.pb.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/field_check.h"
#include "daemon/http_method.h"
#include "daemon/http_options_check.h"
#include "daemon/http_options_update.h"
#include "daemon/job.h"
#include "daemon/job_extras_check.h"
#include "daemon/job_proto.h"
#include "daemon/range_check.h"
#include "daemon/settings.h"
#include "daemon/url_check.h"
#include "daemon/url_policy.h"
#include "google/protobuf/field_mask.pb.h"
#include "peer/base/ids.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::RepeatedPtrField;

constexpr std::size_t kMaxDisplayName = 256;
constexpr std::size_t kMaxDescription = 1024;
constexpr std::size_t kMaxRequestId = 64;
constexpr std::size_t kMaxClientFileId = 1024;
constexpr std::uint32_t kDefaultNotifyFlags = 3;
constexpr std::uint32_t kMaxNotifyFlags = 63;
// Of the year 2249: nanoseconds of later times do not fit.
constexpr std::int64_t kLastSecond = 8835955199;
constexpr int kMaxMirrors = 16;
constexpr std::size_t kMaxManifestLocation = 2200;

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return InvalidField(field, absl::StrCat(field, " ", what));
}

// Options of a job. Each reads one field of `from`; an absent one is its
// default.

absl::Status ReadDisplayName(const v1::Job& from, Job* to) {
  CONVOY_RETURN_IF_ERROR(
      CheckText("job.display_name", from.display_name(), 1, kMaxDisplayName));
  to->display_name = from.display_name();
  return absl::OkStatus();
}

absl::Status ReadDescription(const v1::Job& from, Job* to) {
  CONVOY_RETURN_IF_ERROR(
      CheckText("job.description", from.description(), 0, kMaxDescription));
  to->description = from.description();
  return absl::OkStatus();
}

absl::Status ReadPriority(const v1::Job& from, Job* to) {
  if (!v1::JobPriority_IsValid(from.priority())) {
    return Wrong("job.priority",
                 "is unknown; allowed: JOB_PRIORITY_FOREGROUND, "
                 "JOB_PRIORITY_HIGH, JOB_PRIORITY_NORMAL, JOB_PRIORITY_LOW");
  }
  to->priority = from.priority() == v1::JOB_PRIORITY_UNSPECIFIED
                     ? v1::JOB_PRIORITY_NORMAL
                     : from.priority();
  return absl::OkStatus();
}

absl::Status ReadNoProgressTimeout(const v1::Job& from, Job* to) {
  to->no_progress_timeout.reset();
  if (!from.has_no_progress_timeout()) return absl::OkStatus();
  CONVOY_ASSIGN_OR_RETURN(
      to->no_progress_timeout,
      ReadDuration("job.no_progress_timeout", from.no_progress_timeout(),
                   absl::ZeroDuration(), absl::Hours(90 * 24)));
  return absl::OkStatus();
}

absl::Status ReadMinimumRetryDelay(const v1::Job& from, Job* to) {
  to->minimum_retry_delay.reset();
  if (!from.has_minimum_retry_delay()) return absl::OkStatus();
  CONVOY_ASSIGN_OR_RETURN(
      to->minimum_retry_delay,
      ReadDuration("job.minimum_retry_delay", from.minimum_retry_delay(),
                   absl::Seconds(1), absl::Hours(7 * 24)));
  return absl::OkStatus();
}

absl::Status SetHttp(v1::HttpOptions options, Job* to) {
  CONVOY_RETURN_IF_ERROR(CheckHttpOptions("job.http", options));
  auto http = std::make_shared<v1::HttpOptions>(std::move(options));
  // What this version does not know is not kept.
  http->DiscardUnknownFields();
  to->http = http->ByteSizeLong() == 0 ? nullptr : std::move(http);
  return absl::OkStatus();
}

absl::Status ReadHttp(const v1::Job& from, Job* to) {
  return SetHttp(from.http(), to);
}

// Of the parts that `mask` names.
absl::Status ReadHttpParts(const FieldMask& mask, const v1::Job& from,
                           Job* to) {
  v1::HttpOptions options;
  if (to->http != nullptr) options = *to->http;
  bool any = false;
  for (const absl::string_view part : kHttpParts) {
    if (!absl::c_linear_search(mask.paths(), part)) continue;
    CopyHttpPart(part, from.http(), &options);
    any = true;
  }
  return any ? SetHttp(std::move(options), to) : absl::OkStatus();
}

absl::Status ReadNotifyFlags(const v1::Job& from, Job* to) {
  if (from.notify_flags() > kMaxNotifyFlags) {
    return Wrong(
        "job.notify_flags",
        absl::StrCat("is out of range; allowed: 0 to ", kMaxNotifyFlags));
  }
  to->notify_flags =
      from.has_notify_flags() ? from.notify_flags() : kDefaultNotifyFlags;
  return absl::OkStatus();
}

absl::Status ReadDownloadMode(const v1::Job& from, Job* to) {
  if (!v1::DownloadMode_IsValid(from.download_mode())) {
    return Wrong("job.download_mode",
                 "is unknown; allowed: DOWNLOAD_MODE_HTTP_ONLY, "
                 "DOWNLOAD_MODE_LAN, DOWNLOAD_MODE_GROUP, "
                 "DOWNLOAD_MODE_INTERNET, DOWNLOAD_MODE_SIMPLE");
  }
  to->download_mode = from.download_mode();
  return absl::OkStatus();
}

absl::Status ReadPrivate(const v1::Job& from, Job* to) {
  to->is_private = from.private_();
  return absl::OkStatus();
}

absl::Status ReadNeededBy(const v1::Job& from, Job* to) {
  to->needed_by = absl::InfiniteFuture();
  if (!from.has_needed_by()) return absl::OkStatus();
  const google::protobuf::Timestamp& time = from.needed_by();
  if (time.seconds() <= 0 || time.seconds() > kLastSecond || time.nanos() < 0 ||
      time.nanos() > 999999999) {
    return Wrong("job.needed_by",
                 "is out of range; allowed: a time from 1970 to 2249");
  }
  to->needed_by =
      absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
  return absl::OkStatus();
}

absl::Status ReadNotifyCommand(const v1::Job& from, Job* to) {
  return ReadNotifyCommand("job.notify_command", from, &MutableExtras(to));
}

absl::Status ReadMaximumDownloadTime(const v1::Job& from, Job* to) {
  return ReadMaximumDownloadTime("job.maximum_download_time", from,
                                 &MutableExtras(to));
}

absl::Status ReadCostFlags(const v1::Job& from, Job* to) {
  return ReadCostFlags("job.cost_flags", from, &MutableExtras(to));
}

absl::Status ReadMaximumDownloadBytes(const v1::Job& from, Job* to) {
  return ReadMaximumDownloadBytes("job.maximum_download_bytes", from,
                                  &MutableExtras(to));
}

absl::Status ReadOnDemand(const v1::Job& from, Job* to) {
  MutableExtras(to).on_demand = from.on_demand();
  return absl::OkStatus();
}

absl::Status ReadInactivityTimeout(const v1::Job& from, Job* to) {
  return ReadInactivityTimeout("job.inactivity_timeout", from,
                               &MutableExtras(to));
}

absl::Status ReadNotifyWatcher(const v1::Job& from, Job* to) {
  return ReadNotifyWatcher("job.notify_watcher", from, &MutableExtras(to));
}

absl::Status ReadAnnotations(const v1::Job& from, Job* to) {
  return ReadAnnotations("job.annotations", from, &MutableExtras(to));
}

struct Option {
  absl::string_view name;
  absl::Status (*read)(const v1::Job& from, Job* to);
};

// What a caller sets; UpdateJob changes it.
constexpr Option kOptions[] = {
    {"display_name", ReadDisplayName},
    {"description", ReadDescription},
    {"priority", ReadPriority},
    {"no_progress_timeout", ReadNoProgressTimeout},
    {"minimum_retry_delay", ReadMinimumRetryDelay},
    {"http", ReadHttp},
    {"notify_flags", ReadNotifyFlags},
    {"download_mode", ReadDownloadMode},
    {"private", ReadPrivate},
    {"needed_by", ReadNeededBy},
    {"notify_command", ReadNotifyCommand},
    {"maximum_download_time", ReadMaximumDownloadTime},
    {"cost_flags", ReadCostFlags},
    {"annotations", ReadAnnotations},
    {"maximum_download_bytes", ReadMaximumDownloadBytes},
    {"on_demand", ReadOnDemand},
    {"inactivity_timeout", ReadInactivityTimeout},
    {"notify_watcher", ReadNotifyWatcher},
};

void DropEmptyExtras(Job* job) {
  if (ExtrasOf(*job).empty()) job->extras = nullptr;
}

absl::Status ReadOptions(const v1::Job& from, Job* to) {
  if (!v1::JobType_IsValid(from.type())) {
    return Wrong("job.type",
                 "is unknown; allowed: JOB_TYPE_DOWNLOAD (uploads are not "
                 "offered)");
  }
  for (const Option& option : kOptions) {
    CONVOY_RETURN_IF_ERROR(option.read(from, to));
  }
  DropEmptyExtras(to);
  return absl::OkStatus();
}

// Files.

absl::Status ReadRemoteUrl(const v1::JobFile& from, const std::string& field,
                           JobFile* to) {
  CONVOY_RETURN_IF_ERROR(CheckRemoteUrl(field, from.remote_url()));
  to->remote_url = from.remote_url();
  return absl::OkStatus();
}

absl::Status ReadMirrorUrls(const v1::JobFile& from, const std::string& field,
                            JobFile* to) {
  if (from.mirror_urls_size() > kMaxMirrors) {
    return Wrong(field, absl::StrCat("has ", from.mirror_urls_size(),
                                     " entries; allowed: ", kMaxMirrors));
  }
  for (int i = 0; i < from.mirror_urls_size(); ++i) {
    CONVOY_RETURN_IF_ERROR(
        CheckMirrorUrl(absl::StrCat(field, "[", i, "]"), from.mirror_urls(i)));
  }
  to->mirror_urls.assign(from.mirror_urls().begin(), from.mirror_urls().end());
  return absl::OkStatus();
}

// A file of this machine is opened by path: no other URL stands in for it.
absl::Status CheckMirrorsFit(const JobFile& file, const std::string& field) {
  if (!IsFileUrl(file.remote_url) || file.mirror_urls.empty()) {
    return absl::OkStatus();
  }
  return Wrong(field, "cannot be used with a file:// remote_url");
}

// `digits` may be empty; `size` is that of the bytes.
absl::Status ReadHex(const std::string& digits, std::size_t size,
                     const std::string& field, std::string* bytes) {
  if (digits.empty()) return absl::OkStatus();
  if (digits.size() != 2 * size ||
      !absl::c_all_of(digits, absl::ascii_isxdigit)) {
    return Wrong(field,
                 absl::StrCat("is not ", 2 * size, " hexadecimal digits"));
  }
  *bytes = absl::HexStringToBytes(digits);
  return absl::OkStatus();
}

// Of version 1 or 2.
absl::Status ReadInfoHash(const std::string& digits, const std::string& field,
                          std::string* bytes) {
  constexpr std::size_t kDigits1 = 40;
  constexpr std::size_t kDigits2 = 64;
  if (!digits.empty() && digits.size() != kDigits1 &&
      digits.size() != kDigits2) {
    return Wrong(field, absl::StrCat("is neither ", kDigits1, " nor ", kDigits2,
                                     " hexadecimal digits"));
  }
  return ReadHex(digits, digits.size() / 2, field, bytes);
}

absl::Status CheckManifestLocation(const std::string& location,
                                   const std::string& field) {
  if (location.empty()) return absl::OkStatus();
  CONVOY_RETURN_IF_ERROR(CheckText(field, location, 1, kMaxManifestLocation));
  if (absl::StartsWith(location, "/"))
    return CheckAbsolutePath(field, location);
  if (absl::StrContains(location, "://"))
    return CheckMirrorUrl(field, location);
  return Wrong(field, "is neither an http or https URL nor an absolute path");
}

absl::Status ReadProof(const v1::JobFile& from, const std::string& field,
                       JobFile* to) {
  if (!v1::Integrity_IsValid(from.required_integrity())) {
    return Wrong(absl::StrCat(field, ".required_integrity"),
                 "is unknown; allowed: INTEGRITY_ANY, INTEGRITY_MANDATORY");
  }
  const v1::Manifest& manifest = from.manifest();
  const std::string prefix = absl::StrCat(field, ".manifest.");
  FileProof proof;
  proof.required = from.required_integrity();
  proof.manifest_location = manifest.location();
  CONVOY_RETURN_IF_ERROR(
      CheckManifestLocation(manifest.location(), prefix + "location"));
  CONVOY_RETURN_IF_ERROR(ReadInfoHash(
      manifest.info_hash(), prefix + "info_hash", &proof.manifest_info_hash));
  CONVOY_RETURN_IF_ERROR(ReadHex(manifest.sha256(), 32, prefix + "sha256",
                                 &proof.manifest_sha256));
  const bool asked = proof.required != v1::INTEGRITY_UNSPECIFIED ||
                     !manifest.location().empty() ||
                     !manifest.info_hash().empty() ||
                     !manifest.sha256().empty();
  if (asked) to->proof = std::make_unique<FileProof>(std::move(proof));
  return absl::OkStatus();
}

absl::Status ReadExpectedSize(const v1::JobFile& from, const std::string& field,
                              JobFile* to) {
  to->expected_size.reset();
  if (!from.has_expected_size_bytes()) return absl::OkStatus();
  const std::int64_t size = from.expected_size_bytes();
  if (size < 0 || size > kMaxFileSize) {
    return Wrong(field, "is out of range; allowed: 0 to 2^62");
  }
  to->expected_size = size;
  return absl::OkStatus();
}

absl::Status ReadExpectations(const v1::JobFile& from, const std::string& field,
                              JobFile* to) {
  CONVOY_RETURN_IF_ERROR(
      ReadExpectedSize(from, absl::StrCat(field, ".expected_size_bytes"), to));
  return ReadHex(from.expected_sha256(), 32,
                 absl::StrCat(field, ".expected_sha256"), &to->expected_sha256);
}

absl::Status CheckNotBlocked(const JobFile& file, const std::string& field,
                             const Settings& settings) {
  CONVOY_RETURN_IF_ERROR(CheckUrlNotBlocked(absl::StrCat(field, ".remote_url"),
                                            file.remote_url, settings));
  for (std::size_t i = 0; i < file.mirror_urls.size(); ++i) {
    CONVOY_RETURN_IF_ERROR(
        CheckUrlNotBlocked(absl::StrCat(field, ".mirror_urls[", i, "]"),
                           file.mirror_urls[i], settings));
  }
  if (file.proof == nullptr) return absl::OkStatus();
  return CheckUrlNotBlocked(absl::StrCat(field, ".manifest.location"),
                            file.proof->manifest_location, settings);
}

absl::Status ReadFile(const v1::JobFile& from, const std::string& field,
                      const Settings& settings, JobFile* to) {
  const std::string path_field = absl::StrCat(field, ".local_path");
  const std::string mirrors_field = absl::StrCat(field, ".mirror_urls");
  CONVOY_RETURN_IF_ERROR(
      ReadRemoteUrl(from, absl::StrCat(field, ".remote_url"), to));
  CONVOY_RETURN_IF_ERROR(CheckAbsolutePath(path_field, from.local_path()));
  to->local_path = from.local_path();
  CONVOY_RETURN_IF_ERROR(ReadExpectations(from, field, to));
  CONVOY_RETURN_IF_ERROR(CheckText(absl::StrCat(field, ".client_file_id"),
                                   from.client_file_id(), 0, kMaxClientFileId));
  to->client_file_id = from.client_file_id();
  CONVOY_RETURN_IF_ERROR(ReadProof(from, field, to));
  CONVOY_ASSIGN_OR_RETURN(
      to->ranges, ReadRanges(absl::StrCat(field, ".ranges"), from.ranges(),
                             to->expected_size, settings));
  CONVOY_RETURN_IF_ERROR(ReadMirrorUrls(from, mirrors_field, to));
  CONVOY_RETURN_IF_ERROR(CheckMirrorsFit(*to, mirrors_field));
  return CheckNotBlocked(*to, field, settings);
}

// One path may be written with more slashes than another.
std::string PathKey(absl::string_view path) {
  std::string key;
  key.reserve(path.size());
  for (char c : path) {
    if (c != '/' || key.empty() || key.back() != '/') key += c;
  }
  return key;
}

absl::Status CheckRequestId(absl::string_view request_id) {
  return CheckText("request_id", request_id, 0, kMaxRequestId);
}

// The last component of a path, as a display name.
std::string NameOf(absl::string_view local_path) {
  return std::string(FirstCharacters(
      local_path.substr(local_path.rfind('/') + 1), kMaxDisplayName));
}

// Names in `mask` that are not in `allowed`, or no name at all.
absl::Status CheckMask(const FieldMask& mask,
                       const std::vector<absl::string_view>& allowed) {
  if (mask.paths().empty()) {
    return Wrong("update_mask", absl::StrCat("is required; allowed: ",
                                             absl::StrJoin(allowed, ", ")));
  }
  for (const std::string& path : mask.paths()) {
    if (absl::c_linear_search(allowed, path)) continue;
    return Wrong("update_mask",
                 absl::StrCat("names \"", FirstCharacters(path, 64),
                              "\", which cannot be updated; allowed: ",
                              absl::StrJoin(allowed, ", ")));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Job>> ValidateCreate(
    const v1::CreateJobRequest& request, const Settings& settings) {
  auto job = std::make_unique<Job>();
  CONVOY_RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  CONVOY_RETURN_IF_ERROR(ReadOptions(request.job(), job.get()));
  if (!request.files().empty()) {
    CONVOY_ASSIGN_OR_RETURN(job->files,
                            ValidateFiles(request.files(), 0, settings));
  }
  CONVOY_RETURN_IF_ERROR(CheckJobFitsMethod(*job));
  return job;
}

absl::StatusOr<std::unique_ptr<Job>> ValidateFetch(
    const v1::FetchRequest& request, const Settings& settings) {
  auto job = std::make_unique<Job>();
  CONVOY_RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  CONVOY_ASSIGN_OR_RETURN(job->files,
                          ValidateFiles(request.files(), 0, settings));
  v1::Job options = request.job();
  if (options.display_name().empty()) {
    options.set_display_name(NameOf(job->files.front().local_path));
  }
  if (options.on_demand()) {
    return Wrong("job.on_demand",
                 "cannot be used with Fetch, which waits for whole files");
  }
  CONVOY_RETURN_IF_ERROR(ReadOptions(options, job.get()));
  CONVOY_RETURN_IF_ERROR(CheckJobFitsMethod(*job));
  job->complete_when_transferred = true;
  return job;
}

absl::StatusOr<std::vector<JobFile>> ValidateFiles(
    const RepeatedPtrField<v1::JobFile>& files, int existing_count,
    const Settings& settings) {
  if (files.empty()) return Wrong("files", "is required: at least one file");
  const std::int64_t max = settings.config.limits().max_files_per_job();
  if (std::int64_t{existing_count} + files.size() > max) {
    return OverQuota(v1::ERROR_REASON_TOO_MANY_FILES_IN_JOB, "files",
                     "limits.max_files_per_job", settings,
                     absl::StrCat("would bring the job to ",
                                  std::int64_t{existing_count} + files.size(),
                                  " files; allowed: ", max));
  }
  std::vector<JobFile> read(files.size());
  absl::flat_hash_map<std::string, int> paths;
  for (int i = 0; i < files.size(); ++i) {
    const std::string field = absl::StrCat("files[", i, "]");
    CONVOY_RETURN_IF_ERROR(ReadFile(files[i], field, settings, &read[i]));
    read[i].index = existing_count + i;
    const auto [other, is_new] = paths.emplace(PathKey(read[i].local_path), i);
    if (!is_new) {
      return Wrong(absl::StrCat(field, ".local_path"),
                   absl::StrCat("is that of files[", other->second, "] too"));
    }
  }
  return read;
}

absl::Status CheckLocalPathsAreNew(const Job& job,
                                   const std::vector<JobFile>& added) {
  absl::flat_hash_map<std::string, int> paths;
  for (const JobFile& file : job.files) {
    paths.emplace(PathKey(file.local_path), file.index);
  }
  for (std::size_t i = 0; i < added.size(); ++i) {
    const auto found = paths.find(PathKey(added[i].local_path));
    if (found == paths.end()) continue;
    return Wrong(
        absl::StrCat("files[", i, "].local_path"),
        absl::StrCat("is that of the job's file ", found->second, " already"));
  }
  return absl::OkStatus();
}

absl::Status ApplyUpdate(const v1::UpdateJobRequest& request,
                         const Settings& /*settings*/, Job* job) {
  if (!request.has_job()) return Wrong("job", "is required");
  if (!request.job().etag().empty() && request.job().etag() != EtagOf(*job)) {
    return Error(v1::ERROR_REASON_ETAG_MISMATCH, v1::ERROR_CONTEXT_REQUEST)
        .Field("job.etag")
        .Status(
            "the job has changed since it was read: read it again, and "
            "send its new etag");
  }
  std::vector<absl::string_view> names;
  for (const Option& option : kOptions) names.push_back(option.name);
  names.insert(names.end(), std::begin(kHttpParts), std::end(kHttpParts));
  CONVOY_RETURN_IF_ERROR(CheckMask(request.update_mask(), names));

  // First into a job that is thrown away: what passes there passes here.
  const std::string method(MethodOf(job->http.get()));
  Job scratch;
  scratch.http = job->http;
  MutableExtras(&scratch).on_demand = ExtrasOf(*job).on_demand;
  for (Job* target : {&scratch, job}) {
    for (const Option& option : kOptions) {
      if (absl::c_linear_search(request.update_mask().paths(), option.name)) {
        CONVOY_RETURN_IF_ERROR(option.read(request.job(), target));
      }
    }
    CONVOY_RETURN_IF_ERROR(
        ReadHttpParts(request.update_mask(), request.job(), target));
    CONVOY_RETURN_IF_ERROR(CheckChangedJobFitsMethod(
        scratch.http.get(), ExtrasOf(scratch).on_demand, job->files,
        /*changes_method=*/MethodOf(scratch.http.get()) != method));
  }
  DropEmptyExtras(job);
  return absl::OkStatus();
}

absl::Status ApplyFileUpdate(const v1::UpdateFileRequest& request,
                             const Settings& settings,
                             const v1::HttpOptions* http, JobFile* file) {
  if (!request.has_file()) return Wrong("file", "is required");
  CONVOY_RETURN_IF_ERROR(CheckMask(
      request.update_mask(),
      {"remote_url", "mirror_urls", "validated", "expected_size_bytes"}));
  JobFile updated;
  updated.remote_url = file->remote_url;
  updated.mirror_urls = file->mirror_urls;
  const auto& paths = request.update_mask().paths();
  if (absl::c_linear_search(paths, "remote_url")) {
    CONVOY_RETURN_IF_ERROR(
        ReadRemoteUrl(request.file(), "file.remote_url", &updated));
  }
  if (absl::c_linear_search(paths, "mirror_urls")) {
    CONVOY_RETURN_IF_ERROR(
        ReadMirrorUrls(request.file(), "file.mirror_urls", &updated));
  }
  updated.expected_size = file->expected_size;
  if (absl::c_linear_search(paths, "expected_size_bytes")) {
    CONVOY_RETURN_IF_ERROR(
        ReadExpectedSize(request.file(), "file.expected_size_bytes", &updated));
  }
  CONVOY_RETURN_IF_ERROR(CheckMirrorsFit(updated, "file.mirror_urls"));
  CONVOY_RETURN_IF_ERROR(CheckNotBlocked(updated, "file", settings));
  CONVOY_RETURN_IF_ERROR(CheckChangedFileFitsMethod(
      http, updated.remote_url, updated.mirror_urls, *file));
  file->expected_size = updated.expected_size;
  file->remote_url = std::move(updated.remote_url);
  file->mirror_urls = std::move(updated.mirror_urls);
  if (absl::c_linear_search(paths, "validated")) {
    file->validated = request.file().has_validated()
                          ? std::optional(request.file().validated())
                          : std::nullopt;
  }
  return absl::OkStatus();
}

absl::Status CheckFileIndex(const Job& job, int file_index,
                            absl::string_view field) {
  if (file_index >= 0 &&
      static_cast<std::size_t>(file_index) < job.files.size()) {
    return absl::OkStatus();
  }
  return Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
      .Field(field)
      .Status(absl::StrCat("the job has ", job.files.size(),
                           " files; there is no file ", file_index));
}

}  // namespace convoy
