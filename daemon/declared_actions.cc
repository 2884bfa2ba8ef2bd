#include <cstddef>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/declared_jobs.h"
#include "daemon/declared_jobs_entry.h"
#include "daemon/job_state.h"
#include "peer/base/ids.h"
#include "peer/base/log.h"
#include "proto/error_detail.h"

// What is done for a declared job.
namespace convoy {
namespace {

bool IsGone(const absl::Status& status) { return absl::IsNotFound(status); }

// The origin has another version now.
bool Differs(const v1::Validator& delivered, const Validator& now) {
  if (!delivered.etag().empty() && !now.etag.empty()) {
    return delivered.etag() != now.etag;
  }
  return !delivered.last_modified().empty() && !now.last_modified.empty() &&
         delivered.last_modified() != now.last_modified;
}

}  // namespace

void DeclaredJobs::Act(Entry* entry, const DeclaredStep& step) {
  switch (step.action) {
    case DeclaredAction::kFetch:
      return Fetch(entry);
    case DeclaredAction::kRetry:
      return Retry(entry);
    case DeclaredAction::kUpdate:
      return Update(entry);
    case DeclaredAction::kSuspend:
      return SetSuspended(entry, true);
    case DeclaredAction::kResume:
      return SetSuspended(entry, false);
    case DeclaredAction::kCancel:
      return Cancel(entry);
    case DeclaredAction::kCheck:
      return Check(entry);
    case DeclaredAction::kCommand:
      return Command(entry);
    case DeclaredAction::kRemove:
      return Remove(entry);
    case DeclaredAction::kNone:
    case DeclaredAction::kForget:
      entry->busy = false;
  }
}

void DeclaredJobs::Fetch(Entry* entry) {
  const OwnedDeclaration& wanted = *entry->wanted;
  DeclaredRecord& record = entry->record;
  record.running = true;
  record.job_id.clear();
  record.fetch = FetchRequestOf(wanted.declaration);
  record.fetch.set_request_id(JobId::Random().ToString());
  record.fetching = DeclaredIdentity(wanted.declaration, wanted.owner);
  record.fetching_owner = wanted.owner;
  record.mode = wanted.declaration.mode;
  record.suspended = false;
  entry->failed = false;
  entry->note.clear();
  entry->progress.Clear();
  if (Save(entry)) {
    Watch(entry);
  } else {
    record.running = false;
  }
  entry->busy = false;
}

void DeclaredJobs::Watch(Entry* entry) {
  const DeclaredRecord& record = entry->record;
  if (!record.job_id.empty()) {
    v1::WatchJobRequest request;
    request.set_job_id(record.job_id);
    entry->watch = parts_.manager->WatchJob(entry->caller(), request, entry);
    return;
  }
  DeclaredTerms terms;
  terms.file = record.file;
  terms.mode = record.mode;
  entry->watch = parts_.manager->FetchDeclared(entry->caller(), record.fetch,
                                               entry, std::move(terms));
}

void DeclaredJobs::Unwatch(Entry* entry) {
  if (entry->watch != 0) parts_.manager->StopWatch(entry->watch);
  entry->watch = 0;
}

void DeclaredJobs::OnJob(const std::string& name,
                         std::shared_ptr<const v1::Job> job) {
  Entry* const entry = Find(name);
  if (entry == nullptr || !entry->record.running) return;
  DeclaredRecord& record = entry->record;
  if (!record.job_id.empty() && record.job_id != job->id()) return;
  if (record.job_id.empty()) {
    record.job_id = job->id();
    Save(entry);
  }
  entry->progress = job->progress();
  entry->note.clear();
  switch (job->state()) {
    case v1::JOB_STATE_ACKNOWLEDGED:
      return Delivered(entry);
    case v1::JOB_STATE_CANCELLED:
      JobIsGone(entry);
      // Not by us: that does not listen any more.
      Failed(entry, "its job was cancelled");
      break;
    case v1::JOB_STATE_ERROR: {
      // Known, maybe since before a restart.
      const bool counted =
          entry->failed || record.phase == v1::DeclaredJob::PHASE_FAILED;
      entry->failed = true;
      if (counted) break;
      Failed(entry, absl::StrCat("its job failed: ", job->error().message()));
      break;
    }
    case v1::JOB_STATE_TRANSIENT_ERROR:
      entry->failed = false;
      entry->note = absl::StrCat("its job waits after a failure: ",
                                 job->error().message());
      break;
    case v1::JOB_STATE_SUSPENDED:
      if (record.suspended) {
        Hold(*entry);
      } else {
        entry->note = "somebody has suspended its job";
      }
      break;
    default:
      entry->failed = false;
  }
  Look(entry);
}

void DeclaredJobs::OnWatchEnd(const std::string& name,
                              const absl::Status& status) {
  Entry* const entry = Find(name);
  if (entry == nullptr || entry->watch != 0 || !entry->record.running) return;
  DeclaredRecord& record = entry->record;
  if (record.job_id.empty()) {
    // It could not be made.
    record.running = false;
    Failed(entry, absl::StrCat("its job cannot be made: ", status.message()));
  } else if (IsGone(status) && !entry->failed) {
    JobIsGone(entry);
    Save(entry);
  } else if (!entry->busy) {
    // Fetch ends at ERROR, but somebody may resume the job.
    Watch(entry);
  }
  Look(entry);
}

void DeclaredJobs::JobIsGone(Entry* entry) {
  Unwatch(entry);
  entry->record.running = false;
  entry->record.suspended = false;
  entry->failed = false;
  entry->note.clear();
}

void DeclaredJobs::Retry(Entry* entry) {
  v1::ResumeJobRequest request;
  request.set_job_id(entry->record.job_id);
  parts_.manager->ResumeJob(
      entry->caller(), request,
      [this, self = std::weak_ptr<DeclaredJobs*>(self_),
       name = entry->record.name](const absl::StatusOr<v1::Job>& job) {
        if (self.lock() == nullptr) return;
        Entry* const tried = Find(name);
        if (tried == nullptr) return;
        if (job.ok()) {
          tried->failed = false;
        } else if (IsGone(job.status())) {
          JobIsGone(tried);
          Save(tried);
        } else {
          Failed(tried, std::string(job.status().message()));
        }
        Done(name);
      });
}

void DeclaredJobs::Update(Entry* entry) {
  v1::UpdateJobRequest request;
  *request.mutable_job() = TermsOf(FetchRequestOf(entry->wanted->declaration));
  request.mutable_job()->set_id(entry->record.job_id);
  for (const char* path : {"priority", "download_mode", "needed_by"}) {
    request.mutable_update_mask()->add_paths(path);
  }
  // Whatever it answers, it is not asked again.
  v1::Job& known = *entry->record.fetch.mutable_job();
  known.set_priority(request.job().priority());
  known.set_download_mode(request.job().download_mode());
  known.clear_needed_by();
  if (request.job().has_needed_by()) {
    *known.mutable_needed_by() = request.job().needed_by();
  }
  Save(entry);
  parts_.manager->UpdateJob(
      entry->caller(), request,
      [this, self = std::weak_ptr<DeclaredJobs*>(self_),
       name = entry->record.name](const absl::StatusOr<v1::Job>& job) {
        if (self.lock() == nullptr) return;
        if (!job.ok()) {
          LogWarning("declared job ", name, ": ", job.status().message());
        }
        Done(name);
      });
}

void DeclaredJobs::SetSuspended(Entry* entry, bool suspended) {
  const auto then = [this, self = std::weak_ptr<DeclaredJobs*>(self_),
                     name = entry->record.name,
                     suspended](const absl::StatusOr<v1::Job>& job) {
    if (self.lock() == nullptr) return;
    Entry* const told = Find(name);
    if (told == nullptr) return;
    if (job.ok()) {
      told->record.suspended = suspended;
      Save(told);
    } else if (IsGone(job.status())) {
      JobIsGone(told);
      Save(told);
    } else {
      Failed(told, std::string(job.status().message()));
    }
    Done(name);
  };
  if (suspended) {
    v1::SuspendJobRequest request;
    request.set_job_id(entry->record.job_id);
    Hold(*entry);
    parts_.manager->SuspendJob(entry->caller(), request, then);
  } else {
    v1::ResumeJobRequest request;
    request.set_job_id(entry->record.job_id);
    parts_.manager->SetHold(entry->record.job_id, "");
    parts_.manager->ResumeJob(entry->caller(), request, then);
  }
}

void DeclaredJobs::Cancel(Entry* entry) {
  if (entry->record.job_id.empty()) {
    // OnJob will tell it.
    entry->busy = false;
    return;
  }
  // That it was cancelled is no news.
  Unwatch(entry);
  v1::CancelJobRequest request;
  request.set_job_id(entry->record.job_id);
  parts_.manager->CancelJob(
      entry->caller(), request,
      [this, self = std::weak_ptr<DeclaredJobs*>(self_),
       name = entry->record.name](
          const absl::StatusOr<v1::CancelJobResponse>& answer) {
        if (self.lock() == nullptr) return;
        Entry* const told = Find(name);
        if (told == nullptr) return;
        if (answer.ok() || IsGone(answer.status())) {
          JobIsGone(told);
          told->record.failures = 0;
          Save(told);
        } else if (told->watch == 0) {
          // It has ended meanwhile: how, the watch tells.
          Watch(told);
        }
        Done(name);
      });
}

void DeclaredJobs::Hold(const Entry& entry) {
  const DeclaredRecord& record = entry.record;
  parts_.manager->SetHold(
      record.job_id, absl::StrCat("The job is declared in ", record.file, ":",
                                  record.line, " and ", record.message, "."));
}

void DeclaredJobs::Delivered(Entry* entry) {
  // While something else is under way, that ends first.
  entry->ended = entry->busy;
  if (entry->busy) return;
  entry->busy = true;
  Unwatch(entry);
  CollectFiles(entry->record.name, "", {});
}

void DeclaredJobs::CollectFiles(const std::string& name, std::string page_token,
                                std::vector<v1::JobFile> files) {
  Entry* const entry = Find(name);
  if (entry == nullptr) return;
  v1::ListFilesRequest request;
  request.set_job_id(entry->record.job_id);
  request.set_page_token(std::move(page_token));
  parts_.manager->ListFiles(
      entry->caller(), request,
      [this, self = std::weak_ptr<DeclaredJobs*>(self_), name,
       files = std::move(files)](
          absl::StatusOr<v1::ListFilesResponse> page) mutable {
        if (self.lock() == nullptr) return;
        Entry* const of = Find(name);
        if (of == nullptr) return;
        if (!page.ok()) {
          JobIsGone(of);
          Failed(of, std::string(page.status().message()));
          return Done(name);
        }
        for (v1::JobFile& file : *page->mutable_files()) {
          v1::JobFile kept;
          kept.set_remote_url(file.remote_url());
          kept.set_local_path(file.local_path());
          kept.set_expected_sha256(file.expected_sha256());
          if (file.has_size_bytes()) kept.set_size_bytes(file.size_bytes());
          *kept.mutable_validator() = file.validator();
          kept.set_completed(file.completed());
          files.push_back(std::move(kept));
        }
        if (page->next_page_token().empty()) {
          FilesCollected(of, std::move(files));
        } else {
          CollectFiles(name, page->next_page_token(), std::move(files));
        }
      });
}

void DeclaredJobs::FilesCollected(Entry* entry,
                                  std::vector<v1::JobFile> files) {
  const std::string name = entry->record.name;
  JobIsGone(entry);
  if (!absl::c_all_of(files,
                      [](const v1::JobFile& f) { return f.completed(); })) {
    Failed(entry, "somebody has completed its job early");
    return Done(name);
  }
  DeclaredRecord& record = entry->record;
  // Of an earlier version, and not of this one.
  std::vector<std::string> left;
  if (record.when_removed == "delete") {
    for (const v1::JobFile& old : record.files) {
      if (absl::c_none_of(files, [&old](const v1::JobFile& file) {
            return file.local_path() == old.local_path();
          })) {
        left.push_back(old.local_path());
      }
    }
  }
  const bool digests = entry->wanted.has_value() &&
                       entry->wanted->declaration.keys.verify() == "always";
  work_.Run<absl::StatusOr<std::vector<v1::JobFile>>>(
      [on_disk = parts_.files, old_owner = record.owner,
       owner = record.fetching_owner, left = std::move(left), digests,
       files = std::move(
           files)]() mutable -> absl::StatusOr<std::vector<v1::JobFile>> {
        for (const std::string& path : left) {
          const absl::Status status = on_disk->Remove(old_owner, path);
          if (!status.ok()) LogWarning(status.message());
        }
        for (v1::JobFile& file : files) {
          if (!digests || !file.expected_sha256().empty()) continue;
          absl::StatusOr<std::string> digest =
              on_disk->Sha256Of(owner, file.local_path());
          if (!digest.ok()) return digest.status();
          file.set_expected_sha256(*digest);
        }
        return std::move(files);
      },
      [this, name](absl::StatusOr<std::vector<v1::JobFile>> kept) {
        Entry* const of = Find(name);
        if (of == nullptr) return;
        DeclaredRecord& to = of->record;
        if (kept.ok()) {
          to.files = *std::move(kept);
          to.delivered = to.fetching;
          to.owner = to.fetching_owner;
          to.command_due = true;
          to.checked_time = parts_.clock->Now();
          to.failures = 0;
          to.fetch.Clear();
          Save(of);
        } else {
          Failed(of, std::string(kept.status().message()));
        }
        Done(name);
      });
}

void DeclaredJobs::Check(Entry* entry) {
  const std::string& verify = entry->wanted->declaration.keys.verify();
  const std::string name = entry->record.name;
  if (verify == "never") return AskNextOrigin(name, 0);
  work_.Run<absl::StatusOr<std::string>>(
      [on_disk = parts_.files, owner = entry->record.owner,
       files = entry->record.files, mode = entry->wanted->declaration.mode,
       digest = verify == "always"]() -> absl::StatusOr<std::string> {
        for (const v1::JobFile& file : files) {
          absl::StatusOr<std::string> difference =
              on_disk->Difference(owner, file, mode, digest);
          if (!difference.ok()) return difference.status();
          if (!difference->empty()) {
            return absl::StrCat(file.local_path(), " ", *difference);
          }
        }
        return "";
      },
      [this, name](absl::StatusOr<std::string> difference) {
        Entry* const checked = Find(name);
        if (checked == nullptr) return;
        if (!difference.ok()) {
          Failed(checked, std::string(difference.status().message()));
          Done(name);
        } else if (!difference->empty()) {
          CheckDone(checked, *difference);
        } else {
          AskNextOrigin(name, 0);
        }
      });
}

void DeclaredJobs::AskNextOrigin(const std::string& name, std::size_t index) {
  Entry* const entry = Find(name);
  if (entry == nullptr) return;
  // A declaration that came meanwhile is looked at first.
  const bool same =
      entry->wanted.has_value() &&
      entry->record.delivered ==
          DeclaredIdentity(entry->wanted->declaration, entry->wanted->owner);
  if (!same) return Done(name);
  const auto& files = entry->wanted->declaration.keys.files();
  for (; index < entry->record.files.size(); ++index) {
    const v1::JobFile& file = entry->record.files[index];
    const bool known = !files[static_cast<int>(index)].sha256().empty();
    const bool has_validator = !file.validator().etag().empty() ||
                               !file.validator().last_modified().empty();
    if (!known && has_validator && absl::StartsWith(file.remote_url(), "http"))
      break;
  }
  if (index == entry->record.files.size()) return CheckDone(entry, "");
  parts_.ask_origin(
      FetchRequestOf(entry->wanted->declaration).job().http(),
      entry->record.files[index].remote_url(),
      [this, self = std::weak_ptr<DeclaredJobs*>(self_), name,
       index](const absl::StatusOr<Validator>& now) {
        if (self.lock() == nullptr) return;
        Entry* const asked = Find(name);
        if (asked == nullptr || index >= asked->record.files.size()) return;
        const v1::JobFile& file = asked->record.files[index];
        if (now.ok() && Differs(file.validator(), *now)) {
          return CheckDone(asked,
                           absl::StrCat(file.local_path(),
                                        " is another one at its origin now"));
        }
        if (!now.ok()) {
          LogDebug("declared job ", name, ": ", now.status().message());
        }
        AskNextOrigin(name, index + 1);
      });
}

void DeclaredJobs::CheckDone(Entry* entry, const std::string& difference) {
  DeclaredRecord& record = entry->record;
  record.checked_time = parts_.clock->Now();
  record.failures = 0;
  if (entry->wanted.has_value()) record.mode = entry->wanted->declaration.mode;
  if (!difference.empty()) {
    LogInfo("declared job ", record.name, " is fetched anew: ", difference);
    record.delivered.clear();
  }
  Save(entry);
  Done(record.name);
}

void DeclaredJobs::Command(Entry* entry) {
  const std::string name = entry->record.name;
  const auto& words = entry->wanted->declaration.keys.on_complete();
  const auto then = [this, self = std::weak_ptr<DeclaredJobs*>(self_),
                     name](const absl::Status& status) {
    if (self.lock() == nullptr) return;
    Entry* const ran = Find(name);
    if (ran == nullptr) return;
    if (status.ok()) {
      ran->record.command_due = false;
      ran->record.failures = 0;
      Save(ran);
    } else {
      Failed(ran, absl::StrCat("on_complete: ", status.message()));
    }
    Done(name);
  };
  if (words.empty()) return then(absl::OkStatus());
  parts_.run_command(entry->record,
                     std::vector<std::string>(words.begin(), words.end()),
                     then);
}

void DeclaredJobs::Remove(Entry* entry) {
  const std::string name = entry->record.name;
  const bool declared = entry->wanted.has_value();
  std::vector<std::string> paths;
  for (const v1::JobFile& file : entry->record.files) {
    paths.push_back(file.local_path());
  }
  JobOwner owner = entry->record.owner;
  std::string identity;
  if (declared) {
    paths.clear();
    owner = entry->wanted->owner;
    identity = DeclaredIdentity(entry->wanted->declaration, owner);
    for (const auto& file : entry->wanted->declaration.keys.files()) {
      paths.push_back(file.path());
    }
  }
  work_.Run<absl::Status>(
      [on_disk = parts_.files, owner, paths = std::move(paths)] {
        absl::Status failure;
        for (const std::string& path : paths) {
          failure.Update(on_disk->Remove(owner, path));
        }
        return failure;
      },
      [this, name, identity](const absl::Status& status) {
        Entry* const of = Find(name);
        if (of == nullptr) return;
        if (status.ok()) {
          of->record.files.clear();
          of->record.delivered = identity;
          of->record.checked_time = parts_.clock->Now();
          of->record.failures = 0;
          Save(of);
        } else {
          Failed(of, std::string(status.message()));
        }
        Done(name);
      });
}

}  // namespace convoy
