#include "daemon/job_testing.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace convoy {
namespace {

// Random values of all kinds.
class Chooser {
 public:
  explicit Chooser(std::mt19937_64& random) : random_(random) {}

  std::uint64_t Below(std::uint64_t limit) { return random_() % limit; }
  bool Bool() { return Below(2) == 0; }
  std::int64_t Int64() { return static_cast<std::int64_t>(random_() >> 2); }
  std::uint64_t Uint64() { return random_(); }
  int Int() { return static_cast<int>(Below(1 << 30)); }

  std::string Bytes() {
    std::string bytes(Below(40), '\0');
    for (char& byte : bytes) byte = static_cast<char>(Below(256));
    return bytes;
  }
  std::string Text() {
    return Bool() ? "" : absl::StrCat("\xc3\xa9t\xc3\xa9 ", Below(1000));
  }
  absl::Time Time() {
    if (Below(4) == 0) return absl::InfinitePast();
    if (Below(8) == 0) return absl::InfiniteFuture();
    return absl::FromUnixNanos(
        static_cast<std::int64_t>(Below(std::uint64_t{1} << 62)));
  }
  std::optional<absl::Duration> Duration() {
    if (Bool()) return std::nullopt;
    return absl::Nanoseconds(Int64());
  }
  std::optional<std::int64_t> OptionalInt64() {
    if (Bool()) return std::nullopt;
    return Int64();
  }

 private:
  std::mt19937_64& random_;
};

std::shared_ptr<const v1::HttpOptions> MakeHttp(Chooser& choose) {
  if (choose.Bool()) return nullptr;
  auto http = std::make_shared<v1::HttpOptions>();
  for (std::uint64_t i = choose.Below(3); i > 0; --i) {
    v1::HttpHeader* const header = http->add_headers();
    header->set_name(choose.Text());
    header->set_value(choose.Text());
  }
  v1::HttpCredentials* const credentials = http->add_credentials();
  credentials->set_scheme(v1::HttpCredentials::SCHEME_BASIC);
  credentials->set_password(choose.Text());
  http->mutable_proxy()->set_url(choose.Text());
  http->mutable_tls()->set_ca_file(choose.Text());
  http->set_redirect_policy(v1::HTTP_REDIRECT_POLICY_REFUSE);
  http->set_method(choose.Text());
  http->mutable_certificate_approval()->add_approved_keys(choose.Text());
  return http;
}

std::unique_ptr<JobFailure> MakeFailure(Chooser& choose) {
  if (choose.Bool()) return nullptr;
  auto failure = std::make_unique<JobFailure>();
  failure->detail.set_reason(v1::ERROR_REASON_TIMEOUT);
  failure->detail.set_context(v1::ERROR_CONTEXT_REMOTE_FILE);
  failure->detail.set_url(choose.Text());
  failure->detail.set_http_status(choose.Int());
  failure->detail.set_retryable(choose.Bool());
  failure->detail.add_server_certificates(choose.Bytes());
  failure->detail.set_server_key(choose.Text());
  failure->message = choose.Bytes();
  if (choose.Bool()) failure->file_index = choose.Int();
  failure->time = choose.Time();
  return failure;
}

std::unique_ptr<FileTransferState> MakeTransfer(Chooser& choose) {
  if (choose.Bool()) return nullptr;
  auto transfer = std::make_unique<FileTransferState>();
  transfer->temporary_path = choose.Bytes();
  transfer->device = choose.Uint64();
  transfer->inode = choose.Uint64();
  transfer->checkpoint = choose.Bytes();
  transfer->validator = {choose.Bytes(), choose.Bytes()};
  for (std::uint64_t i = choose.Below(3); i > 0; --i) {
    transfer->response_headers.push_back({choose.Bytes(), choose.Bytes()});
  }
  transfer->effective_url = choose.Bytes();
  transfer->integrity = choose.Bytes();
  transfer->content_id = choose.Bytes();
  transfer->sources = {choose.Int64(), choose.Int64(), choose.Int64(),
                       choose.Int64(), choose.Int64(), choose.Int64(),
                       choose.Int64()};
  transfer->http_status = choose.Int();
  transfer->server_address = choose.Bytes();
  return transfer;
}

std::unique_ptr<JobExtras> MakeExtras(Chooser& choose) {
  if (choose.Bool()) return nullptr;
  auto extras = std::make_unique<JobExtras>();
  for (std::uint64_t i = choose.Below(3); i > 0; --i) {
    extras->annotations[absl::StrCat("key ", i)] = choose.Text();
  }
  if (choose.Bool()) {
    auto command = std::make_shared<v1::NotifyCommand>();
    command->set_program(choose.Text());
    command->add_arguments(choose.Text());
    extras->notify_command = std::move(command);
  }
  extras->maximum_download_time = choose.Duration();
  extras->cost_flags = static_cast<std::uint32_t>(choose.Uint64());
  extras->maximum_download_bytes = choose.Int64();
  extras->on_demand = choose.Bool();
  extras->inactivity_timeout = choose.Duration();
  extras->notify_watcher = choose.Text();
  return extras;
}

std::unique_ptr<v1::JobNotification> MakeNotification(Chooser& choose) {
  if (choose.Bool()) return nullptr;
  auto notification = std::make_unique<v1::JobNotification>();
  notification->set_number(1 + choose.Int());
  notification->set_state(v1::JOB_STATE_ERROR);
  notification->set_delivered(choose.Bool());
  notification->set_command_runs(choose.Int());
  notification->set_last_result(choose.Text());
  if (choose.Bool()) notification->set_last_exit_code(choose.Int());
  notification->mutable_next_run_time()->set_seconds(choose.Int());
  return notification;
}

std::unique_ptr<FileProof> MakeProof(Chooser& choose) {
  if (choose.Bool()) return nullptr;
  auto proof = std::make_unique<FileProof>();
  proof->required = static_cast<v1::Integrity>(choose.Below(3));
  proof->manifest_location = choose.Bytes();
  proof->manifest_info_hash = choose.Bytes();
  proof->manifest_sha256 = choose.Bytes();
  return proof;
}

JobFile MakeRandomFile(int index, Chooser& choose) {
  JobFile file;
  file.index = index;
  file.transferred = choose.Bool();
  file.completed = choose.Bool();
  file.remote_url = choose.Bytes();
  file.local_path = choose.Bytes();
  for (std::uint64_t i = choose.Below(3); i > 0; --i) {
    file.ranges.push_back({choose.Int64(), choose.Int64()});
  }
  if (choose.Bool()) file.ranges.push_back({choose.Int64()});
  for (std::uint64_t i = choose.Below(3); i > 0; --i) {
    file.mirror_urls.push_back(choose.Bytes());
  }
  file.expected_size = choose.OptionalInt64();
  file.expected_sha256 = choose.Bytes();
  file.client_file_id = choose.Text();
  file.proof = MakeProof(choose);
  if (choose.Bool()) file.validated = choose.Bool();
  if (choose.Bool()) {
    file.demand = std::make_unique<FileDemand>();
    file.demand->ranges = {{choose.Int64(), choose.Int64()}, {choose.Int64()}};
  }
  file.size = choose.OptionalInt64();
  file.flushed_bytes = choose.Int64();
  file.transfer = MakeTransfer(choose);
  return file;
}

std::string Describe(const std::optional<std::int64_t>& value) {
  return value.has_value() ? absl::StrCat(*value) : "-";
}

std::string Describe(const std::optional<absl::Duration>& value) {
  return value.has_value() ? absl::FormatDuration(*value) : "-";
}

std::string Describe(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

// The bindings name each field: one that is added does not compile until it is
// here.
std::string Describe(const FileTransferState* transfer) {
  if (transfer == nullptr) return "-";
  const auto& [temporary_path, device, inode, checkpoint, validator,
               response_headers, effective_url, integrity, content_id, sources,
               http_status, server_address] = *transfer;
  const auto& [origin, mirror, local, lan, group, internet, cache] = sources;
  const auto& [etag, last_modified] = validator;
  std::string text = absl::StrCat(
      temporary_path, "|", device, "|", inode, "|", checkpoint, "|", etag, "|",
      last_modified, "|", effective_url, "|", integrity, "|", content_id, "|",
      origin, "|", mirror, "|", local, "|", lan, "|", group, "|", internet, "|",
      cache, "|", http_status, "|", server_address);
  for (const HttpHeader& header : response_headers) {
    absl::StrAppend(&text, "|", header.name, ": ", header.value);
  }
  return text;
}

std::string Describe(const FileProof* proof) {
  if (proof == nullptr) return "-";
  const auto& [required, location, info_hash, sha256] = *proof;
  return absl::StrCat(required, "|", location, "|", info_hash, "|", sha256);
}

// No extras, and extras with nothing in them, are the same.
std::string Describe(const JobExtras& extras) {
  const auto& [annotations, notify_command, maximum_download_time, cost_flags,
               maximum_download_bytes, on_demand, inactivity_timeout,
               notify_watcher] = extras;
  std::string text = absl::StrCat(
      notify_command == nullptr ? "-" : notify_command->SerializeAsString(),
      "|", Describe(maximum_download_time), "|", cost_flags, "|",
      maximum_download_bytes, "|", on_demand, "|", Describe(inactivity_timeout),
      "|", notify_watcher);
  for (const auto& [key, value] : annotations) {
    absl::StrAppend(&text, "|", key, "=", value);
  }
  return text;
}

std::string Describe(const JobFile& file) {
  const auto& [index, transferred, completed, remote_url, local_path, ranges,
               mirror_urls, expected_size, expected_sha256, client_file_id,
               proof, validated, demand, size, flushed_bytes, transfer] = file;
  std::string text = absl::StrCat(
      index, "|", transferred, "|", completed, "|", remote_url, "|", local_path,
      "|", Describe(expected_size), "|", expected_sha256, "|", client_file_id,
      "|", Describe(proof.get()), "|", Describe(size), "|", flushed_bytes, "|",
      Describe(transfer.get()), "|",
      validated.has_value() ? absl::StrCat(*validated) : "-");
  for (const ByteRange& range : ranges) {
    absl::StrAppend(&text, "|", range.offset, "+", range.length);
  }
  for (const std::string& url : mirror_urls) absl::StrAppend(&text, "|", url);
  if (demand == nullptr) return text;
  for (const ByteRange& range : demand->ranges) {
    absl::StrAppend(&text, "|wanted ", range.offset, "+", range.length);
  }
  return text;
}

std::string Describe(const JobFailure* failure) {
  if (failure == nullptr) return "-";
  const auto& [detail, message, file_index, time] = *failure;
  return absl::StrCat(detail.SerializeAsString(), "|", message, "|",
                      file_index.value_or(-1), "|", Describe(time));
}

}  // namespace

Job MakeJob(std::uint64_t sequence, int files) {
  Job job;
  job.id = JobId::Random();
  job.owner = {1000, 1000};
  job.display_name = absl::StrCat("job ", sequence);
  job.create_time = absl::FromUnixSeconds(1'700'000'000);
  job.modify_time = job.create_time;
  job.sequence = sequence;
  for (int i = 0; i < files; ++i) {
    JobFile file;
    file.index = i;
    file.remote_url =
        absl::StrCat("https://origin.example/releases/2024/file-", i, ".bin");
    file.local_path = absl::StrCat("/var/lib/app/data/file-", i, ".bin");
    job.files.push_back(std::move(file));
  }
  return job;
}

Job MakeRandomJob(std::uint64_t sequence, std::mt19937_64& random) {
  Chooser choose(random);
  Job job;
  job.id = JobId::Random();
  job.owner = {static_cast<uid_t>(choose.Uint64()),
               static_cast<gid_t>(choose.Uint64())};
  job.state = static_cast<v1::JobState>(1 + choose.Below(v1::JobState_MAX));
  job.priority =
      static_cast<v1::JobPriority>(1 + choose.Below(v1::JobPriority_MAX));
  job.notify_flags = static_cast<std::uint32_t>(choose.Uint64());
  job.notices_due = static_cast<std::uint32_t>(choose.Below(4));
  job.error_count = choose.Int();
  job.attempts_without_progress = choose.Int();
  job.complete_when_transferred = choose.Bool();
  job.is_private = choose.Bool();
  job.download_mode =
      static_cast<v1::DownloadMode>(choose.Below(v1::DownloadMode_MAX + 1));
  job.display_name = choose.Bytes();
  job.description = choose.Bytes();
  job.no_progress_timeout = choose.Duration();
  job.minimum_retry_delay = choose.Duration();
  job.http = MakeHttp(choose);
  if (choose.Bool()) job.needed_by = absl::FromUnixSeconds(choose.Int());
  if (choose.Bool()) {
    job.declared = std::make_unique<DeclaredTerms>();
    job.declared->file = choose.Text();
    job.declared->mode = 0600;
  }
  job.extras = MakeExtras(choose);
  job.download_time = absl::Nanoseconds(choose.Int64());
  job.create_time = choose.Time();
  job.modify_time = choose.Time();
  job.transfer_complete_time = choose.Time();
  job.next_retry_time = choose.Time();
  job.last_progress_time = choose.Time();
  job.revision = choose.Uint64();
  job.sequence = sequence;
  job.failure = MakeFailure(choose);
  job.notification = MakeNotification(choose);
  for (int i = static_cast<int>(choose.Below(4)); i > 0; --i) {
    job.files.push_back(
        MakeRandomFile(static_cast<int>(job.files.size()), choose));
  }
  return job;
}

std::string Describe(const Job& job) {
  const auto& [id, owner, state, priority, notify_flags, notices_due,
               error_count, attempts_without_progress,
               complete_when_transferred, is_private, download_mode,
               display_name, description, no_progress_timeout,
               minimum_retry_delay, http, needed_by, declared, extras,
               download_time, create_time, modify_time, transfer_complete_time,
               next_retry_time, last_progress_time, revision, sequence, failure,
               notification, files] = job;
  std::string text = absl::StrCat(
      id.ToString(), "|", owner.uid, "|", owner.gid, "|", state, "|", priority,
      "|", notify_flags, "|", error_count, "|", attempts_without_progress, "|",
      complete_when_transferred, "|", is_private, "|", download_mode, "|",
      display_name, "|", description, "|", Describe(no_progress_timeout), "|",
      Describe(minimum_retry_delay), "|");
  absl::StrAppend(&text, Describe(needed_by), "|",
                  declared == nullptr
                      ? "-"
                      : absl::StrCat(declared->file, "|", declared->mode),
                  "|");
  absl::StrAppend(
      &text, http == nullptr ? "-" : http->SerializeAsString(), "|",
      Describe(create_time), "|", Describe(modify_time), "|",
      Describe(transfer_complete_time), "|", Describe(next_retry_time), "|",
      Describe(last_progress_time), "|", revision, "|", sequence, "|",
      Describe(failure.get()), "|", notices_due, "|",
      absl::FormatDuration(download_time), "|", Describe(ExtrasOf(job)), "|",
      notification == nullptr ? "-" : notification->SerializeAsString());
  for (const JobFile& file : files) {
    absl::StrAppend(&text, "\n", Describe(file));
  }
  return absl::CHexEscape(text);
}

}  // namespace convoy
