#include "daemon/job_runner.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/download_policy.h"
#include "daemon/job_proto.h"
#include "daemon/url_check.h"
#include "daemon/url_policy.h"
#include "peer/base/log.h"
#include "peer/base/status_macros.h"
#include "peer/base/unique_fd.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// Longer than any time that is planned ahead.
constexpr absl::Duration kLongDelay = absl::Hours(24 * 60);
constexpr std::size_t kMaxPemBytes = 1 << 20;
constexpr std::size_t kMaxManifestBytes = 16 << 20;

JobFile& FileOf(JobEntry* entry, int index) {
  return entry->job->files[static_cast<std::size_t>(index)];
}

SourceCounts Counts(const TransferNews& news) {
  return {news.origin_bytes,    news.mirror_bytes, news.local_bytes,
          news.lan_bytes,       news.group_bytes,  news.internet_bytes,
          news.cache_host_bytes};
}

// Of a manifest: else it is a URL, or empty.
bool IsPath(const std::string& location) {
  return absl::StartsWith(location, "/");
}

// Before an answer came, the news of a transfer say nothing about the file:
// what earlier transfers left still stands.
bool SaysSomething(const TransferNews& news) {
  return news.connected || news.size.has_value() || !news.checkpoint.empty();
}

}  // namespace

// What is opened for a file, and with whose rights.
struct JobRunner::Opening {
  OwnerFiles* files = nullptr;
  JobOwner owner;
  JobId job;
  int file_index = 0;
  std::string local_path;
  std::string temporary_path;
  FileIdentity identity;                            // {0, 0}: to be made.
  std::string source_url;                           // Empty: not a file:// URL.
  std::string ca_path, certificate_path, key_path;  // Empty: none.
  std::string manifest_path;                        // Empty: none.
  // Without the manifest there is no transfer.
  bool manifest_needed = false;

  Opened Run() const;

 private:
  absl::Status Open(Opened* opened) const;
  absl::Status ReadTexts(Opened* opened) const;
  absl::Status OpenTarget(Opened* opened) const;
};

struct JobRunner::Opened {
  absl::Status status;
  bool temporary_lost = false;  // It was there once.
  UniqueFd target;
  UniqueFd source;
  FileIdentity identity;
  std::string ca_pem, certificate_pem, key_pem;
  std::string manifest;
};

JobRunner::Opened JobRunner::Opening::Run() const {
  Opened opened;
  opened.status = Open(&opened);
  return opened;
}

absl::Status JobRunner::Opening::Open(Opened* opened) const {
  CONVOY_RETURN_IF_ERROR(ReadTexts(opened));
  if (!source_url.empty()) {
    CONVOY_ASSIGN_OR_RETURN(const std::string path,
                            PathOfFileUrl("remote_url", source_url));
    CONVOY_ASSIGN_OR_RETURN(opened->source, files->OpenSource(owner, path));
  }
  return OpenTarget(opened);
}

absl::Status JobRunner::Opening::ReadTexts(Opened* opened) const {
  const auto read = [this](const std::string& path, std::string* pem) {
    if (path.empty()) return absl::OkStatus();
    CONVOY_ASSIGN_OR_RETURN(*pem,
                            files->ReadSmallFile(owner, path, kMaxPemBytes));
    return absl::OkStatus();
  };
  CONVOY_RETURN_IF_ERROR(read(ca_path, &opened->ca_pem));
  CONVOY_RETURN_IF_ERROR(read(certificate_path, &opened->certificate_pem));
  CONVOY_RETURN_IF_ERROR(read(key_path, &opened->key_pem));
  if (manifest_path.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> manifest =
      files->ReadSmallFile(owner, manifest_path, kMaxManifestBytes);
  if (manifest.ok()) {
    opened->manifest = *std::move(manifest);
  } else if (manifest_needed) {
    return manifest.status();
  } else {
    LogInfo("job ", job.ToString(),
            " goes on without its manifest: ", manifest.status().message());
  }
  return absl::OkStatus();
}

absl::Status JobRunner::Opening::OpenTarget(Opened* opened) const {
  if (identity.inode == 0) {
    CONVOY_ASSIGN_OR_RETURN(
        TemporaryFile made,
        files->CreateTemporary(owner, local_path, job, file_index));
    opened->target = std::move(made.fd);
    opened->identity = made.identity;
    return absl::OkStatus();
  }
  absl::StatusOr<UniqueFd> target =
      files->OpenTemporary(owner, temporary_path, identity);
  opened->temporary_lost =
      !target.ok() && ErrorDetailOf(target.status()).reason() ==
                          v1::ERROR_REASON_LOCAL_FILE_CHANGED;
  CONVOY_ASSIGN_OR_RETURN(opened->target, std::move(target));
  opened->identity = identity;
  return absl::OkStatus();
}

void JobRunner::Start(JobEntry* entry, int file_index) {
  auto owned =
      std::make_unique<FileRun>(static_cast<FileRunListener*>(this),
                                entry->job->id, file_index, ++last_id_);
  FileRun* const run = owned.get();
  by_id_.emplace(run->id, run);
  entry->run->pending.erase(file_index);
  entry->run->files[file_index] = std::move(owned);

  JobFile& file = FileOf(entry, file_index);
  if (file.transfer == nullptr) {
    file.transfer = std::make_unique<FileTransferState>();
  }
  run->before = file.transfer->sources;
  if (file.transfer->inode != 0) {
    Open(run);
    return;
  }
  file.transfer->temporary_path =
      TemporaryPath(file.local_path, entry->job->id, file_index);
  parts_.commits->TouchFile(entry->job->id, file_index);
  parts_.commits->WhenDurable([this, id = run->id](const absl::Status& status) {
    // Not durable: the job was read back, and its runs have ended.
    FileRun* const waiting = Find(id);
    if (status.ok() && waiting != nullptr) Open(waiting);
  });
}

FileRun* JobRunner::Find(std::uint64_t run_id) const {
  const auto found = by_id_.find(run_id);
  return found == by_id_.end() ? nullptr : found->second;
}

void JobRunner::Open(FileRun* run) {
  JobEntry* const entry = parts_.table->Find(run->job);
  const Job& job = *entry->job;
  const JobFile& file = FileOf(entry, run->index);
  Opening opening;
  opening.files = parts_.files;
  opening.owner = job.owner;
  opening.job = job.id;
  opening.file_index = run->index;
  opening.local_path = file.local_path;
  opening.temporary_path = file.transfer->temporary_path;
  opening.identity = {file.transfer->device, file.transfer->inode};
  if (IsFileUrl(file.remote_url)) opening.source_url = file.remote_url;
  if (job.http != nullptr) {
    opening.ca_path = job.http->tls().ca_file();
    opening.certificate_path = job.http->tls().client_certificate_file();
    opening.key_path = job.http->tls().client_key_file();
  }
  if (file.proof != nullptr && IsPath(file.proof->manifest_location)) {
    opening.manifest_path = file.proof->manifest_location;
    opening.manifest_needed =
        DemandedProof(file, *parts_.settings) != ProofDemand::kNone;
  }
  parts_.work->Run<Opened>(
      [opening = std::move(opening)] { return opening.Run(); },
      [this, id = run->id](Opened opened) { OnOpened(id, std::move(opened)); });
}

void JobRunner::OnOpened(std::uint64_t run_id, Opened opened) {
  FileRun* const run = Find(run_id);
  if (run == nullptr) return;
  JobEntry* const entry = parts_.table->Find(run->job);
  // What peers have of it may not come either.
  if (opened.status.ok()) {
    opened.status = CheckFetchNotBlocked(FileOf(entry, run->index).remote_url,
                                         *parts_.settings);
  }
  if (!opened.status.ok()) {
    // A later try begins a file that is gone anew.
    if (opened.temporary_lost) SetIdentity(entry, run->index, {});
    TransferEnd end;
    end.status = std::move(opened.status);
    End(run, std::move(end));
    return;
  }
  SetIdentity(entry, run->index, opened.identity);
  run->transfer = parts_.engine->Start(
      MakeSpec(*entry, FileOf(entry, run->index), std::move(opened)), run,
      parts_.control);
}

void JobRunner::SetIdentity(JobEntry* entry, int file_index,
                            const FileIdentity& identity) {
  JobFile& file = FileOf(entry, file_index);
  if (file.transfer->inode == identity.inode) return;
  file.transfer->device = identity.device;
  file.transfer->inode = identity.inode;
  file.transfer->checkpoint.clear();
  file.flushed_bytes = 0;
  parts_.commits->TouchFile(entry->job->id, file_index);
  observer_.OnFileReset(entry, file_index);
}

void JobRunner::Forget(JobEntry* entry, int file_index) {
  JobFile& file = FileOf(entry, file_index);
  file.transferred = false;
  file.flushed_bytes = 0;
  file.transfer->checkpoint.clear();
  file.transfer->sources = SourceCounts();
  file.transfer->device = 0;
  file.transfer->inode = 0;
  parts_.commits->TouchFile(entry->job->id, file_index);
  observer_.OnFileReset(entry, file_index);
}

TransferSpec JobRunner::MakeSpec(const JobEntry& entry, const JobFile& file,
                                 Opened opened) const {
  const Job& job = *entry.job;
  TransferSpec spec;
  spec.target = std::move(opened.target);
  spec.source = std::move(opened.source);
  spec.urls.push_back(file.remote_url);
  spec.urls.insert(spec.urls.end(), file.mirror_urls.begin(),
                   file.mirror_urls.end());
  spec.ranges = file.ranges;
  spec.expected_size = file.expected_size;
  spec.expected_sha256 = file.expected_sha256;
  spec.only_wanted = IsOnDemand(job, file);
  if (file.demand != nullptr) {
    spec.wanted = file.demand->ranges;
    spec.position = file.demand->position;
  }
  const std::int64_t most = ExtrasOf(job).maximum_download_bytes;
  if (most > 0 && !spec.only_wanted) spec.max_size = most;
  spec.http = MakeHttpSettings(job.http.get(), std::move(opened.ca_pem),
                               std::move(opened.certificate_pem),
                               std::move(opened.key_pem));
  spec.checkpoint = file.transfer->checkpoint;

  const DownloadPolicy policy = DownloadPolicyOf(job, *parts_.settings);
  spec.download_mode = policy.mode;
  spec.mode_policy = policy.by();
  spec.is_private = job.is_private;
  spec.foreground = IsUrgent(entry);
  spec.proof_demand = DemandedProof(file, *parts_.settings);
  spec.cache_host_delay = CacheHostDelay(job, *parts_.settings);
  spec.min_peer_bytes_per_second = MinPeerRate(job, *parts_.settings);
  SetDelays(entry, &spec);
  if (file.validated == std::optional(false)) {
    spec.urls_alone = true;
    spec.download_mode = std::min(spec.download_mode, DownloadMode::kHttpOnly);
    spec.cache_host_delay = absl::ZeroDuration();
  }
  spec.owner = job.owner.uid;
  if (file.proof == nullptr) return spec;
  const FileProof& proof = *file.proof;
  spec.manifest = std::move(opened.manifest);
  if (!IsPath(proof.manifest_location)) {
    spec.manifest_url = proof.manifest_location;
  }
  spec.manifest_info_hash = proof.manifest_info_hash;
  spec.manifest_sha256 = proof.manifest_sha256;
  return spec;
}

void JobRunner::SetDelays(const JobEntry& entry, TransferSpec* spec) const {
  const bool by_time = entry.needed.has_value() &&
                       entry.needed->phase != NeededByPhase::kCheapHours;
  if (!by_time) {
    spec->origin_delay = OriginDelay(*entry.job, *parts_.settings);
    return;
  }
  // Until the phase changes: then it begins anew.
  if (entry.needed->phase != NeededByPhase::kPeers) return;
  spec->origin_delay = kLongDelay;
  spec->plain_delay = kLongDelay;
  spec->min_peer_bytes_per_second = 0;
}

void JobRunner::OnRunNews(FileRun* run, const TransferNews& news) {
  const TransferNews before = std::exchange(run->news, news);
  run->fresh = true;
  observer_.OnFileNews(parts_.table->Find(run->job), run, before);
}

void JobRunner::OnRunCheckpointVoid(FileRun* run) {
  JobEntry* const entry = parts_.table->Find(run->job);
  FoldRun(entry, run);
  JobFile& file = FileOf(entry, run->index);
  file.flushed_bytes = 0;
  file.transfer->checkpoint.clear();
  parts_.commits->TouchFile(run->job, run->index);
  observer_.OnFileReset(entry, run->index);
  parts_.commits->WhenDurable([this, id = run->id](const absl::Status& status) {
    // Not durable: the job was read back, and its runs have ended.
    FileRun* const waiting = Find(id);
    if (status.ok() && waiting != nullptr) {
      waiting->transfer->CheckpointForgotten();
    }
  });
}

void JobRunner::OnRunEnd(FileRun* run, TransferEnd end) {
  // The last bytes may have come with the end, and may be too many.
  if (SaysSomething(end.news)) OnRunNews(run, end.news);
  if (Find(run->id) != nullptr) End(run, std::move(end));
}

void JobRunner::End(FileRun* run, TransferEnd end) {
  JobEntry* const entry = parts_.table->Find(run->job);
  const int index = run->index;
  FoldRun(entry, run);
  // An answer that was refused is not in the news.
  const int http_status = ErrorDetailOf(end.status).http_status();
  if (http_status != 0) {
    FileOf(entry, index).transfer->http_status = http_status;
    parts_.commits->TouchFile(entry->job->id, index);
  }
  Retire(entry, index);
  observer_.OnFileEnd(entry, index, std::move(end));
}

void JobRunner::FoldRun(JobEntry* entry, FileRun* run) {
  if (!run->fresh) return;
  run->fresh = false;
  const TransferNews& news = run->news;
  const SourceCounts counts = Counts(news);
  const SourceCounts grown = counts - run->counted;
  run->counted = counts;
  received_ += grown;
  entry->run->received_bytes += grown.total();
  if (!SaysSomething(news)) return;

  JobFile& file = FileOf(entry, run->index);
  FileTransferState& transfer = *file.transfer;
  if (news.size.has_value()) file.size = news.size;
  file.flushed_bytes = news.flushed_bytes;
  transfer.checkpoint = news.checkpoint;
  transfer.validator = news.validator;
  transfer.response_headers = news.response_headers;
  transfer.effective_url = news.effective_url;
  transfer.http_status = news.http_status;
  transfer.server_address = news.server_address;
  transfer.integrity = news.integrity;
  transfer.content_id = news.content_id;
  transfer.sources = run->before;
  transfer.sources += counts;
  parts_.commits->TouchFile(entry->job->id, run->index);
}

bool JobRunner::Fold(JobEntry* entry) {
  bool folded = false;
  for (const auto& [index, run] : entry->run->files) {
    folded |= run->fresh;
    FoldRun(entry, run.get());
  }
  return folded;
}

void JobRunner::Retire(JobEntry* entry, int file_index) {
  const auto found = entry->run->files.find(file_index);
  std::unique_ptr<FileRun> run = std::move(found->second);
  entry->run->files.erase(found);
  by_id_.erase(run->id);
  run->Silence();
  parts_.control->Post([run = std::move(run)] {});
}

void JobRunner::Stop(JobEntry* entry, int file_index) {
  FoldRun(entry, entry->run->files.at(file_index).get());
  Retire(entry, file_index);
  entry->run->pending.insert(file_index);
}

void JobRunner::StopJob(JobEntry* entry) {
  if (entry->run == nullptr) return;
  while (!entry->run->files.empty()) {
    Stop(entry, entry->run->files.begin()->first);
  }
  entry->run.reset();
}

void JobRunner::DropJob(JobEntry* entry) {
  if (entry->run == nullptr) return;
  while (!entry->run->files.empty()) {
    Retire(entry, entry->run->files.begin()->first);
  }
  entry->run.reset();
}

void JobRunner::Restart(JobEntry* entry, int file_index) {
  if (entry->run == nullptr || entry->run->files.count(file_index) == 0) return;
  Stop(entry, file_index);
  Start(entry, file_index);
}

void JobRunner::RestartJob(JobEntry* entry) {
  if (entry->run == nullptr) return;
  std::vector<int> indexes;
  for (const auto& file : entry->run->files) indexes.push_back(file.first);
  for (const int index : indexes) Restart(entry, index);
}

void JobRunner::RestartBlocked(JobEntry* entry) {
  if (entry->run == nullptr) return;
  std::vector<int> indexes;
  for (const auto& [index, run] : entry->run->files) {
    if (AsksBlocked(FileOf(entry, index), run->news)) indexes.push_back(index);
  }
  for (const int index : indexes) Restart(entry, index);
}

bool JobRunner::AsksBlocked(const JobFile& file,
                            const TransferNews& news) const {
  const auto blocked = [this](const std::string& url) {
    return !CheckFetchNotBlocked(url, *parts_.settings).ok();
  };
  return blocked(file.remote_url) || blocked(news.effective_url) ||
         absl::c_any_of(file.mirror_urls, blocked) ||
         absl::c_any_of(news.found_mirrors, blocked) ||
         (file.proof != nullptr && blocked(file.proof->manifest_location));
}

}  // namespace convoy
