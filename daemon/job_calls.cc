#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "daemon/cost_policy.h"
#include "daemon/download_policy.h"
#include "daemon/explain.h"
#include "daemon/explain_peer_rules.h"
#include "daemon/field_check.h"
#include "daemon/http_method.h"
#include "daemon/job_extras_check.h"
#include "daemon/job_manager_impl.h"
#include "daemon/job_proto.h"
#include "daemon/job_validation.h"
#include "daemon/range_check.h"
#include "peer/base/status_macros.h"
#include "peer/contents.h"
#include "proto/error_detail.h"

// The calls of JobService.
namespace convoy {
namespace {

// Jobs looked at for one page of a list, so that a filter that fits few jobs
// does not hold the control thread: such a page is short, and its token leads
// on.
constexpr int kMostLookedAt = 10000;

absl::Status AdministratorsOnly(absl::string_view what) {
  return Error(v1::ERROR_REASON_ACCESS_DENIED, v1::ERROR_CONTEXT_REQUEST)
      .Status(absl::StrCat(
          what,
          " is for administrators: root and members of the convoy group"));
}

unsigned StatesOf(const v1::ListJobsRequest& request) {
  unsigned states = 0;
  for (const int state : request.states()) {
    if (v1::JobState_IsValid(state)) states |= 1u << state;
  }
  if (request.states().empty()) {
    states =
        ~((1u << v1::JOB_STATE_ACKNOWLEDGED) | (1u << v1::JOB_STATE_CANCELLED));
  }
  return states;
}

// The request says what the owner's check of the file's bytes said.
bool IsVerdict(const v1::UpdateFileRequest& request) {
  return absl::c_linear_search(request.update_mask().paths(), "validated") &&
         request.file().has_validated();
}

absl::Status CheckVerdictFits(const JobFile& file) {
  if (file.transferred && !file.completed) return absl::OkStatus();
  return Error(v1::ERROR_REASON_INVALID_STATE, v1::ERROR_CONTEXT_REQUEST)
      .Field("file.validated")
      .Status(file.completed ? "the file has its name already"
                             : "the file is not transferred yet: there is "
                               "nothing to check");
}

// The job has all annotations that the request names.
bool HasAnnotations(const Job& job, const v1::ListJobsRequest& request) {
  const auto& own = ExtrasOf(job).annotations;
  for (const auto& [key, value] : request.annotations()) {
    const auto found = own.find(key);
    if (found == own.end() || found->second != value) return false;
  }
  return true;
}

// Goes over the jobs from `it` on and adds what the request selects.
template <typename Index, typename SequenceOf, typename Add>
void FillPage(const Index& index, typename Index::const_iterator it,
              SequenceOf sequence_of, const v1::ListJobsRequest& request,
              const Page& page, v1::ListJobsResponse* response, Add add) {
  const unsigned states = StatesOf(request);
  int looked_at = 0;
  std::uint64_t last = page.after;
  for (; it != index.end(); ++it) {
    if (response->jobs_size() == page.size || looked_at++ == kMostLookedAt) {
      response->set_next_page_token(MakePageToken(last));
      return;
    }
    if (!sequence_of(it, &last)) return;
    const Job& job = *it->second->job;
    if (((states >> job.state) & 1) == 0) continue;
    if (!request.display_name().empty() &&
        job.display_name != request.display_name()) {
      continue;
    }
    if (!HasAnnotations(job, request)) continue;
    add(it->second);
  }
}

// What all transfers of a job are made of: when it changes, they begin anew.
using TransferTerms =
    std::tuple<std::shared_ptr<const v1::HttpOptions>, DownloadMode,
               /*is_private=*/bool, /*foreground=*/bool,
               /*integrity=*/std::string, /*peers refused by=*/std::string,
               /*maximum_download_bytes=*/std::int64_t>;

TransferTerms TermsOf(const Job& job, const Settings& settings) {
  return {job.http,
          DownloadPolicyOf(job, settings).mode,
          job.is_private,
          IsForeground(job),
          settings.config.swarm().integrity(),
          settings.machine.refused_policy,
          ExtrasOf(job).maximum_download_bytes};
}

bool HasTemporaries(const Job& job) {
  for (const JobFile& file : job.files) {
    if (file.transfer != nullptr && !file.transfer->temporary_path.empty()) {
      return true;
    }
  }
  return false;
}

// Only who may run commands as that user may say which.
bool MayCommand(const Caller& caller, const Job& job) {
  return caller.uid == job.owner.uid || caller.uid == 0;
}

// Which of the limits that jobs have values of their own for are set.
std::pair<bool, bool> SetsLimits(const Settings& settings) {
  return {settings.IsSet(kInactivityKey), settings.IsSet(kMaxDownloadTimeKey)};
}

bool NamesField(const v1::UpdateJobRequest& request, absl::string_view name) {
  return absl::c_linear_search(request.update_mask().paths(), name);
}

}  // namespace

absl::StatusOr<JobEntry*> JobManager::Impl::Find(
    const Caller& caller, absl::string_view job_id,
    absl::string_view field) const {
  if (shutting_down_) return ShuttingDown();
  CONVOY_ASSIGN_OR_RETURN(const JobId id, ValidateJobId(job_id, field));
  JobEntry* const entry = table_.Find(id);
  if (entry == nullptr || !MayUse(caller, *entry->job)) {
    return Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
        .Field(field)
        .Status(absl::StrCat("there is no job ", id.ToString(),
                             ", or it belongs to another user"));
  }
  return entry;
}

v1::Job JobManager::Impl::JobOf(const JobEntry* entry) const {
  return *JobSnapshot(*entry->job, {life_.RateOf(*entry)}, *parts_.settings);
}

void JobManager::Impl::CreateJob(const Caller& caller,
                                 const v1::CreateJobRequest& request,
                                 Reply<v1::Job> reply) {
  if (shutting_down_) return std::move(reply)(ShuttingDown());
  absl::StatusOr<std::unique_ptr<Job>> job =
      ValidateCreate(request, *parts_.settings);
  if (!job.ok()) return std::move(reply)(job.status());
  JobCreator::Request creation;
  creation.caller = caller;
  creation.request_id = request.request_id();
  creation.digest =
      JobCreator::DigestOf("CreateJob", request.SerializeAsString());
  creation.job = *std::move(job);
  creator_.Create(std::move(creation),
                  [this, reply = std::move(reply)](
                      absl::StatusOr<JobCreator::Made> made) mutable {
                    if (!made.ok()) return std::move(reply)(made.status());
                    const JobEntry* const entry = table_.Find(made->id);
                    if (entry == nullptr)
                      return std::move(reply)(ShuttingDown());
                    AnswerWhenDurable(std::move(reply), JobOf(entry));
                  });
}

void JobManager::Impl::GetJob(const Caller& caller,
                              const v1::GetJobRequest& request,
                              Reply<v1::Job> reply) {
  const JobEntry* const entry = Read(caller, request.job_id(), reply);
  if (entry == nullptr) return;
  // What is shown must not be lost any more.
  if (commits_.IsDurable(entry->job->id)) return std::move(reply)(JobOf(entry));
  AnswerWhenDurable(std::move(reply), JobOf(entry));
}

void JobManager::Impl::ListJobs(const Caller& caller,
                                const v1::ListJobsRequest& request,
                                Reply<v1::ListJobsResponse> reply) {
  if (shutting_down_) return std::move(reply)(ShuttingDown());
  if (request.all_users() && !caller.administrator) {
    return std::move(reply)(
        AdministratorsOnly("listing the jobs of all users"));
  }
  absl::StatusOr<Page> page =
      ParsePage(request.page_size(), request.page_token());
  if (!page.ok()) return std::move(reply)(page.status());
  v1::ListJobsResponse response;
  const auto add = [&](const JobEntry* entry) {
    *response.add_jobs() = JobOf(entry);
  };
  if (request.all_users()) {
    FillPage(
        table_.by_sequence(), table_.by_sequence().upper_bound(page->after),
        [](JobTable::BySequence::const_iterator it, std::uint64_t* last) {
          *last = it->first;
          return true;
        },
        request, *page, &response, add);
  } else {
    FillPage(
        table_.by_owner(),
        table_.by_owner().upper_bound({caller.uid, page->after}),
        [&](JobTable::ByOwner::const_iterator it, std::uint64_t* last) {
          *last = it->first.second;
          return it->first.first == caller.uid;
        },
        request, *page, &response, add);
  }
  AnswerWhenDurable(std::move(reply), std::move(response));
}

void JobManager::Impl::UpdateJob(const Caller& caller,
                                 const v1::UpdateJobRequest& request,
                                 Reply<v1::Job> reply) {
  JobEntry* const entry = Enter(&Impl::UpdateJob, caller, request,
                                request.job().id(), JobEvent::kChange, reply);
  if (entry == nullptr) return;
  Job& job = *entry->job;
  if (NamesField(request, "notify_command") && !MayCommand(caller, job)) {
    return std::move(reply)(
        Error(v1::ERROR_REASON_ACCESS_DENIED, v1::ERROR_CONTEXT_REQUEST)
            .Field("job.notify_command")
            .Status("a command runs as the job's owner: only the owner and "
                    "root can set it"));
  }
  const bool waiting = entry->waiting;
  const v1::JobPriority priority = job.priority;
  const TransferTerms terms = TermsOf(job, *parts_.settings);
  const bool gave = GivesToPeers(job);
  const bool was_on_demand = ExtrasOf(job).on_demand;
  const absl::Time needed_by = job.needed_by;
  const JobNotifier::Terms notice = JobNotifier::TermsOf(job);
  table_.SetWaiting(entry, false);
  absl::Status status = ApplyUpdate(request, *parts_.settings, &job);
  if (job.priority != priority) entry->turn = 0;
  table_.SetWaiting(entry, waiting);
  if (!status.ok()) return std::move(reply)(std::move(status));

  life_.Changed(entry);
  notifier_.Updated(entry, notice);
  if (ExtrasOf(job).on_demand != was_on_demand) {
    // Other files have work now.
    life_.Apply(entry, JobEvent::kPreempted);
  } else if (TermsOf(job, *parts_.settings) != terms) {
    life_.runner().RestartJob(entry);
  }
  if (job.needed_by != needed_by || job.priority != priority) {
    life_.NeedChanged(entry);
  }
  life_.Reconsider(entry);
  if (gave && !GivesToPeers(job)) publisher_.Withdraw(job);
  life_.RequestSchedule();
  AnswerWhenDurable(std::move(reply), JobOf(entry));
}

void JobManager::Impl::SettingsChanged(const Settings& before) {
  if (shutting_down_) return;
  const std::vector<JobEntry*> running(life_.running().begin(),
                                       life_.running().end());
  const bool blocks_others =
      !absl::c_equal(before.config.http().blocked_urls(),
                     parts_.settings->config.http().blocked_urls());
  for (JobEntry* const entry : running) {
    if (TermsOf(*entry->job, before) !=
        TermsOf(*entry->job, *parts_.settings)) {
      life_.runner().RestartJob(entry);
    } else if (blocks_others) {
      life_.runner().RestartBlocked(entry);
    }
  }
  if (before.config.limits().SerializeAsString() !=
          parts_.settings->config.limits().SerializeAsString() ||
      SetsLimits(before) != SetsLimits(*parts_.settings) ||
      NetworkCost(before) != NetworkCost(*parts_.settings)) {
    ReviewJobs(0);
  }
  life_.RequestSchedule();
}

void JobManager::Impl::ReviewJobs(std::uint64_t after) {
  constexpr int kOfOneTask = 1000;
  const auto& jobs = table_.by_sequence();
  auto job = jobs.upper_bound(after);
  for (int i = 0; i < kOfOneTask && job != jobs.end(); ++i, ++job) {
    after = job->first;
    life_.RenewDeadlines(job->second);
    life_.Reconsider(job->second);
  }
  if (job == jobs.end()) return;
  Later([this, after] { ReviewJobs(after); });
}

void JobManager::Impl::AddFiles(const Caller& caller,
                                const v1::AddFilesRequest& request,
                                Reply<v1::AddFilesResponse> reply) {
  const JobEntry* const entry =
      Enter(&Impl::AddFiles, caller, request, request.job_id(),
            JobEvent::kAddFiles, reply);
  if (entry == nullptr) return;
  const Job& job = *entry->job;
  absl::StatusOr<std::vector<JobFile>> files = ValidateFiles(
      request.files(), static_cast<int>(job.files.size()), *parts_.settings);
  absl::Status fits = files.status();
  if (fits.ok()) fits = CheckFilesFitMethod(job.http.get(), *files);
  if (!fits.ok()) return std::move(reply)(std::move(fits));
  work_.Run<absl::Status>(
      [files = parts_.files, owner = job.owner, paths = LocalPaths(*files)] {
        return CheckDestinations(*files, owner, paths);
      },
      [this, caller, request,
       reply = std::move(reply)](absl::Status status) mutable {
        if (!status.ok()) return std::move(reply)(std::move(status));
        AddCheckedFiles(caller, request, std::move(reply));
      });
}

void JobManager::Impl::AddCheckedFiles(const Caller& caller,
                                       const v1::AddFilesRequest& request,
                                       Reply<v1::AddFilesResponse> reply) {
  // Others may have changed the job since the first look.
  JobEntry* const entry = Enter(&Impl::AddCheckedFiles, caller, request,
                                request.job_id(), JobEvent::kAddFiles, reply);
  if (entry == nullptr) return;
  Job& job = *entry->job;
  const int first = static_cast<int>(job.files.size());
  absl::StatusOr<std::vector<JobFile>> files =
      ValidateFiles(request.files(), first, *parts_.settings);
  if (!files.ok()) return std::move(reply)(files.status());
  absl::Status status = CheckLocalPathsAreNew(job, *files);
  status.Update(CheckFilesFitMethod(job.http.get(), *files));
  if (!status.ok()) return std::move(reply)(std::move(status));
  job.files.insert(job.files.end(), std::make_move_iterator(files->begin()),
                   std::make_move_iterator(files->end()));
  life_.FilesAdded(entry, first);
  v1::AddFilesResponse response;
  *response.mutable_job() = JobOf(entry);
  response.set_first_index(first);
  AnswerWhenDurable(std::move(reply), std::move(response));
}

void JobManager::Impl::ListFiles(const Caller& caller,
                                 const v1::ListFilesRequest& request,
                                 Reply<v1::ListFilesResponse> reply) {
  const JobEntry* const entry = Read(caller, request.job_id(), reply);
  if (entry == nullptr) return;
  absl::StatusOr<Page> page =
      ParsePage(request.page_size(), request.page_token());
  if (!page.ok()) return std::move(reply)(page.status());
  const Job& job = *entry->job;
  v1::ListFilesResponse response;
  if (request.has_file_index()) {
    const int index = request.file_index();
    absl::Status status = CheckFileIndex(job, index);
    if (!status.ok()) return std::move(reply)(std::move(status));
    *response.add_files() =
        FileSnapshot(job, job.files[static_cast<std::size_t>(index)]);
  } else {
    // A file's number is its index + 1.
    for (std::uint64_t number = page->after; number < job.files.size();
         ++number) {
      if (response.files_size() == page->size) {
        response.set_next_page_token(MakePageToken(number));
        break;
      }
      *response.add_files() = FileSnapshot(job, job.files[number]);
    }
  }
  if (commits_.IsDurable(job.id)) return std::move(reply)(std::move(response));
  AnswerWhenDurable(std::move(reply), std::move(response));
}

void JobManager::Impl::GetFilledRanges(
    const Caller& caller, const v1::GetFilledRangesRequest& request,
    Reply<v1::GetFilledRangesResponse> reply) {
  const JobEntry* const entry = Read(caller, request.job_id(), reply);
  if (entry == nullptr) return;
  const Job& job = *entry->job;
  absl::Status status = CheckFileIndex(job, request.file_index());
  if (!status.ok()) return std::move(reply)(std::move(status));
  const JobFile& file =
      job.files[static_cast<std::size_t>(request.file_index())];
  v1::GetFilledRangesResponse response;
  for (const ByteRange& range : readers_.FilledRanges(file)) {
    v1::FileRange* const one = response.add_ranges();
    one->set_offset_bytes(range.offset);
    one->set_length_bytes(range.length);
  }
  AnswerWhenDurable(std::move(reply), std::move(response));
}

void JobManager::Impl::UpdateFile(const Caller& caller,
                                  const v1::UpdateFileRequest& request,
                                  Reply<v1::JobFile> reply) {
  JobEntry* const entry = Enter(&Impl::UpdateFile, caller, request,
                                request.job_id(), JobEvent::kChange, reply);
  if (entry == nullptr) return;
  Job& job = *entry->job;
  const int index = request.file().index();
  absl::Status status = CheckFileIndex(job, index, "file.index");
  if (!status.ok()) return std::move(reply)(std::move(status));
  JobFile& file = job.files[static_cast<std::size_t>(index)];
  const std::string url = file.remote_url;
  const std::vector<std::string> mirrors = file.mirror_urls;
  const std::optional<std::int64_t> size = file.expected_size;
  const bool is_verdict = IsVerdict(request);
  if (is_verdict) status = CheckVerdictFits(file);
  if (!status.ok()) return std::move(reply)(std::move(status));
  status = ApplyFileUpdate(request, *parts_.settings, job.http.get(), &file);
  if (!status.ok()) return std::move(reply)(std::move(status));
  commits_.TouchFile(job.id, index);
  life_.Changed(entry);
  if (file.remote_url != url || file.mirror_urls != mirrors ||
      file.expected_size != size) {
    life_.FileChanged(entry, index);
  }
  if (is_verdict && !request.file().validated()) {
    publisher_.Withdraw(file);
    life_.FileRejected(entry, index);
  }
  AnswerWhenDurable(std::move(reply), FileSnapshot(job, file));
}

void JobManager::Impl::RequestRanges(const Caller& caller,
                                     const v1::RequestRangesRequest& request,
                                     Reply<v1::JobFile> reply) {
  JobEntry* const entry = Enter(&Impl::RequestRanges, caller, request,
                                request.job_id(), JobEvent::kChange, reply);
  if (entry == nullptr) return;
  Job& job = *entry->job;
  absl::Status status = CheckFileIndex(job, request.file_index());
  if (!status.ok()) return std::move(reply)(std::move(status));
  JobFile& file = job.files[static_cast<std::size_t>(request.file_index())];
  status = CheckRangesFitMethod(job.http.get());
  if (status.ok()) {
    status = ApplyRangesRequest(request, *parts_.settings, &file);
  }
  if (!status.ok()) return std::move(reply)(std::move(status));
  commits_.TouchFile(job.id, file.index);
  life_.Changed(entry);
  life_.FileChanged(entry, file.index);
  AnswerWhenDurable(std::move(reply), FileSnapshot(job, file));
}

void JobManager::Impl::AnswerNotification(
    const Caller& caller, const v1::AnswerNotificationRequest& request,
    Reply<v1::Job> reply) {
  JobEntry* const entry = Read(caller, request.job_id(), reply);
  if (entry == nullptr) return;
  absl::Status status =
      CheckText("watcher_id", request.watcher_id(), 1, kMaxWatcherId);
  if (!status.ok()) return std::move(reply)(std::move(status));
  notifier_.Answer(entry, request);
  AnswerWhenDurable(std::move(reply), JobOf(entry));
}

void JobManager::Impl::ResumeJob(const Caller& caller,
                                 const v1::ResumeJobRequest& request,
                                 Reply<v1::Job> reply) {
  const JobEntry* const entry =
      Enter(&Impl::ResumeJob, caller, request, request.job_id(),
            JobEvent::kResume, reply);
  if (entry == nullptr) return;
  if (entry->job->files.empty()) {
    return std::move(reply)(
        Error(v1::ERROR_REASON_EMPTY, v1::ERROR_CONTEXT_REQUEST)
            .Status("the job has no files; add some with AddFiles first"));
  }
  ApplyCall(&Impl::ResumeJob, caller, request, JobEvent::kResume,
            std::move(reply));
}

void JobManager::Impl::SuspendJob(const Caller& caller,
                                  const v1::SuspendJobRequest& request,
                                  Reply<v1::Job> reply) {
  ApplyCall(&Impl::SuspendJob, caller, request, JobEvent::kSuspend,
            std::move(reply));
}

void JobManager::Impl::CompleteJob(const Caller& caller,
                                   const v1::CompleteJobRequest& request,
                                   Reply<v1::CompleteJobResponse> reply) {
  JobEntry* const entry = Enter(&Impl::CompleteJob, caller, request,
                                request.job_id(), JobEvent::kComplete, reply);
  if (entry == nullptr) return;
  publisher_.Complete(entry,
                      [this, id = entry->job->id, reply = std::move(reply)](
                          absl::StatusOr<FilePublisher::Ended> ended) mutable {
                        if (!ended.ok())
                          return std::move(reply)(ended.status());
                        v1::CompleteJobResponse response;
                        *response.mutable_job() = JobOf(table_.Find(id));
                        response.set_partial(ended->partial);
                        for (std::string& path : ended->left_over_paths) {
                          response.add_left_over_paths(std::move(path));
                        }
                        std::move(reply)(std::move(response));
                      });
}

void JobManager::Impl::CancelJob(const Caller& caller,
                                 const v1::CancelJobRequest& request,
                                 Reply<v1::CancelJobResponse> reply) {
  JobEntry* const entry = Enter(&Impl::CancelJob, caller, request,
                                request.job_id(), JobEvent::kCancel, reply);
  if (entry == nullptr) return;
  publisher_.Cancel(entry, JobEvent::kCancel,
                    [this, id = entry->job->id, reply = std::move(reply)](
                        absl::StatusOr<FilePublisher::Ended> ended) mutable {
                      if (!ended.ok()) return std::move(reply)(ended.status());
                      v1::CancelJobResponse response;
                      *response.mutable_job() = JobOf(table_.Find(id));
                      for (std::string& path : ended->left_over_paths) {
                        response.add_left_over_paths(std::move(path));
                      }
                      std::move(reply)(std::move(response));
                    });
}

void JobManager::Impl::TakeOwnership(const Caller& caller,
                                     const v1::TakeOwnershipRequest& request,
                                     Reply<v1::Job> reply) {
  JobEntry* const entry = Enter(&Impl::TakeOwnership, caller, request,
                                request.job_id(), JobEvent::kChange, reply);
  if (entry == nullptr) return;
  if (!caller.administrator) {
    return std::move(reply)(AdministratorsOnly("taking a job over"));
  }
  if (HasTemporaries(*entry->job)) {
    return std::move(reply)(
        Error(v1::ERROR_REASON_INVALID_STATE, v1::ERROR_CONTEXT_REQUEST)
            .Status(
                "the job has begun to fetch into files of its owner; cancel "
                "it, and create it anew"));
  }
  life_.TakeOver(entry, {caller.uid, caller.gid});
  AnswerWhenDurable(std::move(reply), JobOf(entry));
}

void JobManager::Impl::ExplainJob(const Caller& caller,
                                  const v1::ExplainJobRequest& request,
                                  Reply<v1::ExplainJobResponse> reply) {
  JobEntry* const entry = Read(caller, request.job_id(), reply);
  if (entry == nullptr) return;
  std::vector<std::string> kept = KeptContentsOf(*entry->job);
  if (kept.empty()) return std::move(reply)(Explained(entry, {}));
  // Only the engine knows what became of them.
  parts_.engine->contents().LookUp(
      std::move(kept),
      [this, self = std::weak_ptr<Impl*>(self_), control = parts_.control,
       caller, request, reply = std::move(reply)](
          std::vector<ContentPresence> contents) mutable {
        control->Post([this, self = std::move(self), caller, request,
                       reply = std::move(reply),
                       contents = std::move(contents)]() mutable {
          if (self.lock() == nullptr) return;
          JobEntry* const now = Read(caller, request.job_id(), reply);
          if (now == nullptr) return;
          std::move(reply)(Explained(now, std::move(contents)));
        });
      });
}

v1::ExplainJobResponse JobManager::Impl::Explained(
    JobEntry* entry, std::vector<ContentPresence> contents) const {
  ExplainInput input;
  input.job = entry->job.get();
  input.settings = parts_.settings;
  input.now = parts_.clock->Now();
  input.watcher_asked_until = notifier_.AskedUntil(entry->job->id);
  if (entry->run != nullptr) {
    for (const auto& [index, run] : entry->run->files) {
      input.running.push_back({index, run->news});
    }
  }
  const bool for_peers = WaitsForPeers(*entry);
  const JobLife::Places taken = life_.PlacesTaken(for_peers);
  input.running_jobs = taken.jobs;
  input.running_files = taken.files;
  if (entry->waiting) {
    const auto& waiting =
        for_peers ? table_.waiting_for_peers() : table_.waiting();
    input.jobs_ahead =
        static_cast<int>(std::distance(waiting.begin(), waiting.find(entry)));
  }
  input.busy_publishing = entry->busy;
  if (parts_.measured_link) input.measured_link = parts_.measured_link();
  input.contents = std::move(contents);
  input.needed = entry->needed;
  input.rate_bytes_per_second = life_.RateOf(*entry);
  return convoy::ExplainJob(input);
}

}  // namespace convoy
