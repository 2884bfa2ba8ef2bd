#include "daemon/job_proto.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "convoy/v1/job.pb.h"
#include "daemon/download_policy.h"
#include "daemon/http_method.h"
#include "daemon/job.h"
#include "daemon/proto_time.h"
#include "daemon/settings.h"
#include "daemon/url_check.h"
#include "daemon/user_names.h"
#include "peer/base/clock.h"
#include "peer/byte_range.h"
#include "peer/http_settings.h"
#include "proto/utf8.h"

namespace convoy {
namespace {

// The names are a matter of the machine, so all of the process share them.
// Never destroyed: snapshots are made on several threads.
std::string UserNameOf(uid_t uid) {
  static const RealClock* const clock = new RealClock;
  static UserNames* const names = new UserNames(*clock, LookUpUserName);
  return ToUtf8(names->NameOf(uid));
}

std::int64_t AddWithoutOverflow(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum)
             ? std::numeric_limits<std::int64_t>::max()
             : sum;
}

void SetSources(const SourceCounts& sources, v1::SourceBytes* bytes) {
  bytes->set_origin_bytes(sources.origin);
  bytes->set_mirror_bytes(sources.mirror);
  bytes->set_local_bytes(sources.local);
  bytes->set_lan_bytes(sources.lan);
  bytes->set_group_bytes(sources.group);
  bytes->set_internet_bytes(sources.internet);
  bytes->set_cache_host_bytes(sources.cache_host);
}

void SetFailure(const JobFailure& failure, v1::JobError* error) {
  *error->mutable_detail() = failure.detail;
  error->set_message(ToUtf8(failure.message));
  if (failure.file_index.has_value()) {
    error->set_file_index(*failure.file_index);
  }
  SetTime(failure.time, error->mutable_time());
}

v1::JobProgress ProgressOf(const Job& job, const LiveJob& live) {
  v1::JobProgress progress;
  SourceCounts sources;
  std::optional<std::int64_t> total = 0;
  std::int64_t transferred = 0;
  int transferred_files = 0;
  for (const JobFile& file : job.files) {
    const std::optional<std::int64_t> size = LocalSize(file);
    total = total.has_value() && size.has_value()
                ? std::optional(AddWithoutOverflow(*total, *size))
                : std::nullopt;
    transferred = AddWithoutOverflow(transferred, file.flushed_bytes);
    if (file.transferred) ++transferred_files;
    if (file.transfer != nullptr) sources += file.transfer->sources;
  }
  progress.set_transferred_bytes(transferred);
  if (total.has_value()) progress.set_total_bytes(*total);
  progress.set_transferred_files(transferred_files);
  progress.set_total_files(static_cast<int>(job.files.size()));
  SetSources(sources, progress.mutable_source_bytes());
  progress.set_rate_bytes_per_second(live.rate_bytes_per_second);
  return progress;
}

void SetExtras(const JobExtras& extras, v1::Job* job) {
  for (const auto& [key, value] : extras.annotations) {
    (*job->mutable_annotations())[key] = value;
  }
  if (extras.notify_command != nullptr) {
    *job->mutable_notify_command() = *extras.notify_command;
  }
  job->set_cost_flags(extras.cost_flags);
  job->set_maximum_download_bytes(extras.maximum_download_bytes);
  job->set_on_demand(extras.on_demand);
  job->set_notify_watcher(extras.notify_watcher);
}

v1::JobNotification NotificationSnapshot(const v1::JobNotification& kept) {
  v1::JobNotification shown = kept;
  // It runs; what is kept is for a daemon that does not see its end.
  if (kept.last_result().empty()) shown.clear_next_run_time();
  return shown;
}

void SetRanges(const std::vector<ByteRange>& ranges,
               google::protobuf::RepeatedPtrField<v1::FileRange>* shown) {
  for (const ByteRange& range : ranges) {
    v1::FileRange* const one = shown->Add();
    one->set_offset_bytes(range.offset);
    if (range.length != ByteRange::kToEnd) one->set_length_bytes(range.length);
  }
}

void SetProof(const FileProof& proof, v1::JobFile* file) {
  file->set_required_integrity(proof.required);
  if (proof.manifest_location.empty() && proof.manifest_info_hash.empty() &&
      proof.manifest_sha256.empty()) {
    return;
  }
  v1::Manifest* const manifest = file->mutable_manifest();
  manifest->set_location(proof.manifest_location);
  manifest->set_info_hash(absl::BytesToHexString(proof.manifest_info_hash));
  manifest->set_sha256(absl::BytesToHexString(proof.manifest_sha256));
}

v1::HttpOptions WithoutSecrets(const v1::HttpOptions& options) {
  v1::HttpOptions shown = options;
  for (v1::HttpHeader& header : *shown.mutable_headers()) header.clear_value();
  for (v1::HttpCredentials& one : *shown.mutable_credentials()) {
    one.clear_password();
    one.clear_bearer_token();
  }
  return shown;
}

AuthSchemes MakeScheme(v1::HttpCredentials::Scheme scheme) {
  switch (scheme) {
    case v1::HttpCredentials::SCHEME_BASIC:
      return AuthSchemes::kBasic;
    case v1::HttpCredentials::SCHEME_DIGEST:
      return AuthSchemes::kDigest;
    case v1::HttpCredentials::SCHEME_NTLM:
      return AuthSchemes::kNtlm;
    case v1::HttpCredentials::SCHEME_BEARER:
      return AuthSchemes::kBearer;
    default:
      return AuthSchemes::kNone;
  }
}

// Schemes of one target have one login (CheckHttpOptions).
void AddCredentials(const v1::HttpCredentials& from, HttpCredentials* to) {
  to->schemes = to->schemes | MakeScheme(from.scheme());
  to->user_name = from.user_name();
  to->password = from.password();
  to->bearer_token = from.bearer_token();
}

ProxyMode MakeProxyMode(v1::HttpProxy::Mode mode) {
  switch (mode) {
    case v1::HttpProxy::MODE_DIRECT:
      return ProxyMode::kDirect;
    case v1::HttpProxy::MODE_OVERRIDE:
      return ProxyMode::kOverride;
    default:
      return ProxyMode::kConfigured;
  }
}

RedirectPolicy MakeRedirectPolicy(v1::HttpRedirectPolicy policy) {
  switch (policy) {
    case v1::HTTP_REDIRECT_POLICY_FOLLOW_INSECURE:
      return RedirectPolicy::kFollowInsecure;
    case v1::HTTP_REDIRECT_POLICY_REFUSE:
      return RedirectPolicy::kRefuse;
    default:
      return RedirectPolicy::kFollow;
  }
}

}  // namespace

std::shared_ptr<const v1::Job> JobSnapshot(const Job& job, const LiveJob& live,
                                           const Settings& settings) {
  auto shown = std::make_shared<v1::Job>();
  shown->set_id(job.id.ToString());
  shown->set_display_name(job.display_name);
  shown->set_description(job.description);
  shown->set_type(v1::JOB_TYPE_DOWNLOAD);
  shown->set_priority(job.priority);
  shown->set_state(job.state);
  shown->mutable_owner()->set_uid(job.owner.uid);
  shown->mutable_owner()->set_gid(job.owner.gid);
  shown->mutable_owner()->set_user_name(UserNameOf(job.owner.uid));
  SetDuration(NoProgressTimeout(job, settings),
              shown->mutable_no_progress_timeout());
  SetDuration(MinimumRetryDelay(job, settings),
              shown->mutable_minimum_retry_delay());
  if (job.http != nullptr) *shown->mutable_http() = WithoutSecrets(*job.http);
  shown->set_notify_flags(job.notify_flags);
  *shown->mutable_progress() = ProgressOf(job, live);
  if (job.failure != nullptr) SetFailure(*job.failure, shown->mutable_error());
  shown->set_error_count(job.error_count);
  SetTime(job.create_time, shown->mutable_create_time());
  SetTime(job.modify_time, shown->mutable_modify_time());
  if (job.transfer_complete_time != absl::InfinitePast()) {
    SetTime(job.transfer_complete_time,
            shown->mutable_transfer_complete_time());
  }
  if (job.state == v1::JOB_STATE_TRANSIENT_ERROR &&
      job.next_retry_time != absl::InfinitePast()) {
    SetTime(job.next_retry_time, shown->mutable_next_retry_time());
  }
  shown->set_etag(EtagOf(job));
  if (job.needed_by != absl::InfiniteFuture()) {
    SetTime(job.needed_by, shown->mutable_needed_by());
  }
  if (job.declared != nullptr) {
    shown->set_declared_in(ToUtf8(job.declared->file));
  }
  shown->set_download_mode(ToProto(DownloadPolicyOf(job, settings).mode));
  shown->set_private_(job.is_private);
  if (job.extras != nullptr) SetExtras(*job.extras, shown.get());
  const absl::Duration most = MaximumDownloadTime(job, settings);
  if (most != absl::InfiniteDuration()) {
    SetDuration(most, shown->mutable_maximum_download_time());
  }
  SetDuration(InactivityTimeout(job, settings),
              shown->mutable_inactivity_timeout());
  if (job.notification != nullptr) {
    *shown->mutable_notification() = NotificationSnapshot(*job.notification);
  }
  return shown;
}

v1::JobFile FileSnapshot(const Job& job, const JobFile& file) {
  v1::JobFile shown;
  shown.set_index(file.index);
  shown.set_remote_url(file.remote_url);
  shown.set_local_path(file.local_path);
  SetRanges(file.ranges, shown.mutable_ranges());
  if (file.demand != nullptr) {
    SetRanges(file.demand->ranges, shown.mutable_requested_ranges());
  }
  if (file.expected_size.has_value()) {
    shown.set_expected_size_bytes(*file.expected_size);
  }
  shown.set_expected_sha256(absl::BytesToHexString(file.expected_sha256));
  shown.set_client_file_id(file.client_file_id);
  for (const std::string& url : file.mirror_urls) shown.add_mirror_urls(url);
  if (file.proof != nullptr) SetProof(*file.proof, &shown);
  if (file.validated.has_value()) shown.set_validated(*file.validated);
  if (const auto size = LocalSize(file)) shown.set_size_bytes(*size);
  shown.set_transferred_bytes(file.flushed_bytes);
  shown.set_transferred(file.transferred);
  shown.set_completed(file.completed);
  if (job.failure != nullptr && job.failure->file_index == file.index) {
    SetFailure(*job.failure, shown.mutable_error());
  }
  if (file.transfer == nullptr) return shown;

  // What came from an origin may be any bytes.
  const FileTransferState& transfer = *file.transfer;
  if (!file.completed) shown.set_temporary_path(transfer.temporary_path);
  if (!transfer.validator.empty()) {
    shown.mutable_validator()->set_etag(ToUtf8(transfer.validator.etag));
    shown.mutable_validator()->set_last_modified(
        ToUtf8(transfer.validator.last_modified));
  }
  for (const HttpHeader& header : transfer.response_headers) {
    v1::HttpHeader* one = shown.add_response_headers();
    one->set_name(ToUtf8(header.name));
    one->set_value(ToUtf8(header.value));
  }
  SetSources(transfer.sources, shown.mutable_source_bytes());
  shown.set_effective_url(ToUtf8(transfer.effective_url));
  shown.set_integrity(ToUtf8(transfer.integrity));
  shown.set_content_id(absl::BytesToHexString(transfer.content_id));
  shown.set_http_status(transfer.http_status);
  shown.set_server_address(ToUtf8(transfer.server_address));
  return shown;
}

std::string EtagOf(const Job& job) { return absl::StrCat(job.revision); }

std::optional<std::int64_t> LocalSize(const JobFile& file) {
  if (file.size.has_value() || file.ranges.empty()) return file.size;
  std::int64_t sum = 0;
  for (const ByteRange& range : file.ranges) {
    if (range.length == ByteRange::kToEnd) return std::nullopt;
    sum = AddWithoutOverflow(sum, range.length);
  }
  return sum;
}

absl::Duration NoProgressTimeout(const Job& job, const Settings& settings) {
  if (job.no_progress_timeout.has_value()) return *job.no_progress_timeout;
  const v1::LimitsConfig& limits = settings.config.limits();
  return absl::Seconds(IsForeground(job) ||
                               job.priority == v1::JOB_PRIORITY_HIGH
                           ? limits.no_progress_timeout_foreground_seconds()
                           : limits.no_progress_timeout_background_seconds());
}

absl::Duration MinimumRetryDelay(const Job& job, const Settings& settings) {
  if (job.minimum_retry_delay.has_value()) return *job.minimum_retry_delay;
  const v1::LimitsConfig& limits = settings.config.limits();
  return absl::Seconds(IsForeground(job)
                           ? limits.minimum_retry_delay_foreground_seconds()
                           : limits.minimum_retry_delay_background_seconds());
}

bool IsOnDemand(const Job& job, const JobFile& file) {
  return ExtrasOf(job).on_demand && file.ranges.empty() &&
         !IsFileUrl(file.remote_url);
}

bool HasWork(const Job& job, const JobFile& file) {
  if (file.transferred) return false;
  return !IsOnDemand(job, file) ||
         (file.demand != nullptr && !file.demand->ranges.empty());
}

absl::Duration MaximumDownloadTime(const Job& job, const Settings& settings) {
  const std::int64_t bound = settings.config.limits().max_download_seconds();
  const absl::Duration most =
      bound == 0 ? absl::InfiniteDuration() : absl::Seconds(bound);
  const std::optional<absl::Duration>& own =
      ExtrasOf(job).maximum_download_time;
  if (!own.has_value()) return most;
  return settings.IsSet(kMaxDownloadTimeKey) ? std::min(*own, most) : *own;
}

absl::string_view InactivityPolicy(const Job& job, const Settings& settings) {
  const bool own = ExtrasOf(job).inactivity_timeout.has_value() &&
                   !settings.IsSet(kInactivityKey);
  return own ? "" : kInactivityKey;
}

absl::Duration InactivityTimeout(const Job& job, const Settings& settings) {
  if (InactivityPolicy(job, settings).empty()) {
    return *ExtrasOf(job).inactivity_timeout;
  }
  return absl::Seconds(settings.config.limits().job_inactivity_seconds());
}

std::shared_ptr<const HttpSettings> MakeHttpSettings(
    const v1::HttpOptions* options, std::string ca_pem,
    std::string certificate_pem, std::string key_pem) {
  auto settings = std::make_shared<HttpSettings>();
  settings->ca_pem = std::move(ca_pem);
  settings->client_certificate_pem = std::move(certificate_pem);
  settings->client_key_pem = std::move(key_pem);
  if (options == nullptr) return settings;

  settings->method = std::string(MethodOf(options));
  for (const v1::HttpHeader& header : options->headers()) {
    settings->headers.push_back({header.name(), header.value()});
  }
  for (const v1::HttpCredentials& one : options->credentials()) {
    AddCredentials(one, one.target() == v1::HttpCredentials::TARGET_PROXY
                            ? &settings->proxy_credentials
                            : &settings->server_credentials);
  }
  const v1::HttpProxy& proxy = options->proxy();
  settings->proxy_mode = MakeProxyMode(proxy.mode());
  settings->proxy_url = proxy.url();
  settings->proxy_bypass.assign(proxy.bypass().begin(), proxy.bypass().end());
  settings->ignore_untrusted_chain = options->tls().ignore_untrusted_chain();
  settings->chain_checks = {options->tls().ignore_unknown_ca(),
                            options->tls().ignore_certificate_dates(),
                            options->tls().ignore_certificate_usage()};
  settings->ignore_host_name = options->tls().ignore_host_name();
  settings->check_revocation = options->tls().check_revocation();
  settings->redirect_policy = MakeRedirectPolicy(options->redirect_policy());
  if (options->has_certificate_approval()) {
    const v1::ServerCertificateApproval& approval =
        options->certificate_approval();
    settings->certificate_approval = CertificateApproval{
        {approval.approved_keys().begin(), approval.approved_keys().end()},
        {approval.refused_keys().begin(), approval.refused_keys().end()}};
  }
  return settings;
}

}  // namespace convoy
