#include "daemon/file_publisher.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "peer/base/log.h"

namespace convoy {
namespace {

// Of one task of the files executor: others get their turn in between.
constexpr std::size_t kFilesAtOnce = 64;

bool HasTemporary(const JobFile& file) {
  return !file.completed && file.transfer != nullptr &&
         !file.transfer->temporary_path.empty();
}

FileIdentity IdentityOf(const JobFile& file) {
  return {file.transfer->device, file.transfer->inode};
}

std::optional<mode_t> ModeOf(const Job& job) {
  if (job.declared == nullptr) return std::nullopt;
  return job.declared->mode;
}

JobFile& FileOf(JobEntry* entry, int index) {
  return entry->job->files[static_cast<std::size_t>(index)];
}

}  // namespace

bool GivesToPeers(const Job& job) {
  return !job.is_private && job.download_mode != v1::DOWNLOAD_MODE_SIMPLE &&
         job.download_mode != v1::DOWNLOAD_MODE_HTTP_ONLY;
}

void FilePublisher::Complete(JobEntry* entry, Then then) {
  life_.SetBusy(entry, true);
  PublishNext(entry->job->id, std::move(then));
}

void FilePublisher::PublishNext(const JobId& id, Then then) {
  JobEntry* const entry = table_.Find(id);
  std::vector<int> indexes;
  std::vector<Publication> publications;
  for (const JobFile& file : entry->job->files) {
    if (!file.transferred || file.completed) continue;
    if (indexes.size() == kFilesAtOnce) break;
    indexes.push_back(file.index);
    publications.push_back({file.transfer->temporary_path, IdentityOf(file),
                            file.local_path, ModeOf(*entry->job)});
  }
  if (indexes.empty()) {
    Acknowledge(entry, std::move(then));
    return;
  }
  work_.Run<std::vector<absl::Status>>(
      [files = &files_, owner = entry->job->owner,
       publications = std::move(publications)] {
        return files->PublishAll(owner, publications);
      },
      [this, id, indexes = std::move(indexes),
       then = std::move(then)](std::vector<absl::Status> results) mutable {
        OnPublished(id, indexes, results, std::move(then));
      });
}

void FilePublisher::OnPublished(const JobId& id,
                                const std::vector<int>& indexes,
                                const std::vector<absl::Status>& results,
                                Then then) {
  JobEntry* const entry = table_.Find(id);
  absl::Status failure;
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    failure.Update(results[i]);
    if (!results[i].ok()) continue;
    JobFile& file = FileOf(entry, indexes[i]);
    file.completed = true;
    file.transfer->temporary_path.clear();
    commits_.TouchFile(id, indexes[i]);
    Keep(*entry->job, file);
  }
  if (failure.ok()) {
    PublishNext(id, std::move(then));
    return;
  }
  life_.Changed(entry);
  life_.SetBusy(entry, false);
  commits_.WhenDurable([failure = std::move(failure), then = std::move(then)](
                           const absl::Status& /*stored*/) mutable {
    std::move(then)(std::move(failure));
  });
}

void FilePublisher::Keep(const Job& job, const JobFile& file) {
  const std::string& content_id = file.transfer->content_id;
  if (content_id.empty() || !file.ranges.empty() || !GivesToPeers(job)) return;
  contents_.Keep({content_id, file.local_path, job.owner.uid, job.owner.gid},
                 [path = file.local_path](const absl::Status& status) {
                   // No peers were allowed, or nobody knows it any more.
                   if (status.ok() || absl::IsNotFound(status)) return;
                   LogWarning(path,
                              " is not kept for peers: ", status.message());
                 });
}

void FilePublisher::Withdraw(const Job& job) {
  for (const JobFile& file : job.files) Withdraw(file);
}

void FilePublisher::Withdraw(const JobFile& file) {
  if (file.completed || file.transfer == nullptr) return;
  const std::string& id = file.transfer->content_id;
  if (id.empty()) return;
  commits_.WhenDurable([this, id](const absl::Status& status) {
    if (status.ok()) contents_.Release(id);
  });
}

void FilePublisher::Acknowledge(JobEntry* entry, Then then) {
  Ended ended;
  for (const JobFile& file : entry->job->files) {
    ended.partial |= !file.completed;
  }
  life_.Apply(entry, JobEvent::kComplete);
  RemoveWhenDurable(entry->job->id, std::move(ended), std::move(then));
}

void FilePublisher::Cancel(JobEntry* entry, JobEvent event, Then then) {
  life_.SetBusy(entry, true);
  std::optional<JobFailure> failure;
  if (event == JobEvent::kInactive) {
    failure.emplace();
    failure->detail.set_reason(v1::ERROR_REASON_JOB_INACTIVE);
    failure->detail.set_context(v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER);
    const absl::string_view policy = life_.InactivityPolicyOf(*entry->job);
    failure->detail.set_policy(std::string(policy));
    failure->message =
        absl::StrCat("nobody and nothing changed the job for ",
                     policy.empty() ? "its inactivity_timeout" : policy,
                     "; it was cancelled");
    failure->time = entry->job->modify_time;
  }
  life_.Apply(entry, event, std::move(failure));
  if (!entry->job->is_private) Withdraw(*entry->job);
  RemoveWhenDurable(entry->job->id, Ended(), std::move(then));
}

void FilePublisher::CleanUp(JobEntry* entry) {
  bool needed = false;
  for (const JobFile& file : entry->job->files) needed |= HasTemporary(file);
  if (!needed) return;
  life_.SetBusy(entry, true);
  RemoveWhenDurable(entry->job->id, Ended(), [](absl::StatusOr<Ended>) {});
}

void FilePublisher::RemoveWhenDurable(const JobId& id, Ended ended, Then then) {
  commits_.WhenDurable(
      [this, id, ended = std::move(ended),
       then = std::move(then)](const absl::Status& status) mutable {
        if (status.ok()) {
          RemoveNext(id, std::move(ended), 0, std::move(then));
          return;
        }
        // The job was read back, and is what it was.
        JobEntry* const entry = table_.Find(id);
        if (entry != nullptr) life_.SetBusy(entry, false);
        std::move(then)(status);
      });
}

void FilePublisher::RemoveNext(const JobId& id, Ended ended, int from,
                               Then then) {
  JobEntry* const entry = table_.Find(id);
  std::vector<int> indexes;
  std::vector<std::pair<std::string, FileIdentity>> temporaries;
  const int count = static_cast<int>(entry->job->files.size());
  for (; from < count && indexes.size() < kFilesAtOnce; ++from) {
    const JobFile& file = FileOf(entry, from);
    if (!HasTemporary(file)) continue;
    indexes.push_back(from);
    temporaries.emplace_back(file.transfer->temporary_path, IdentityOf(file));
  }
  if (indexes.empty()) {
    life_.SetBusy(entry, false);
    std::move(then)(std::move(ended));
    return;
  }
  work_.Run<std::vector<absl::Status>>(
      [files = &files_, owner = entry->job->owner,
       temporaries = std::move(temporaries)] {
        std::vector<absl::Status> results;
        for (const auto& [path, identity] : temporaries) {
          results.push_back(files->RemoveTemporary(owner, path, identity));
        }
        return results;
      },
      [this, id, ended = std::move(ended), from, indexes = std::move(indexes),
       then = std::move(then)](std::vector<absl::Status> results) mutable {
        for (std::string& path : Forget(id, indexes, results)) {
          ended.left_over_paths.push_back(std::move(path));
        }
        RemoveNext(id, std::move(ended), from, std::move(then));
      });
}

std::vector<std::string> FilePublisher::Forget(
    const JobId& id, const std::vector<int>& indexes,
    const std::vector<absl::Status>& results) {
  JobEntry* const entry = table_.Find(id);
  std::vector<std::string> left_over;
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    JobFile& file = FileOf(entry, indexes[i]);
    if (!results[i].ok()) {
      const std::string& path = file.transfer->temporary_path;
      LogWarning("job ", id.ToString(), ": cannot remove ", path, ": ",
                 results[i].message());
      left_over.push_back(path);
      continue;
    }
    file.transferred = false;
    file.flushed_bytes = 0;
    file.transfer.reset();
    commits_.TouchFile(id, indexes[i]);
  }
  return left_over;
}

}  // namespace convoy
