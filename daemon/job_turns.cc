#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "convoy/v1/config.pb.h"
#include "daemon/job_life.h"
#include "daemon/job_proto.h"
#include "daemon/scheduler.h"

// JobLife's part about who runs now: carries out what scheduler.h says.
namespace convoy {
namespace {

// Files that are not transferred, counted up to `most`.
int CountPending(const Job& job, int most) {
  int count = 0;
  for (const JobFile& file : job.files) {
    if (count == most) break;
    if (!file.transferred) ++count;
  }
  return count;
}

SchedulerLimits LimitsOf(const Settings& settings) {
  const v1::SchedulerConfig& config = settings.config.scheduler();
  return {config.max_running_jobs(), config.max_running_files(),
          absl::Seconds(config.time_slice_seconds())};
}

}  // namespace

void JobLife::RequestSchedule() {
  if (schedule_requested_ || stopped_) return;
  schedule_requested_ = true;
  parts_.control->Post([self = std::weak_ptr<JobLife*>(self_)] {
    if (const auto life = self.lock()) (*life)->RunSchedule();
  });
}

std::vector<SchedulerJob> JobLife::Candidates(const SchedulerLimits& limits,
                                              bool for_peers) const {
  std::vector<SchedulerJob> jobs;
  for (const JobEntry* const entry : running_) {
    if (WaitsForPeers(*entry) != for_peers) continue;
    const Job& job = *entry->job;
    const std::size_t files =
        entry->run->files.size() + entry->run->pending.size();
    jobs.push_back({job.id, PriorityOf(*entry), entry->turn, entry->run->since,
                    static_cast<int>(files)});
  }
  int waiting = 0;
  for (const JobEntry* const entry : for_peers
                                         ? parts_.table->waiting_for_peers()
                                         : parts_.table->waiting()) {
    if (waiting++ == limits.max_running_jobs) break;
    const Job& job = *entry->job;
    jobs.push_back({job.id, PriorityOf(*entry), entry->turn, std::nullopt,
                    CountPending(job, limits.max_running_files)});
  }
  return jobs;
}

void JobLife::RunSchedule() {
  schedule_requested_ = false;
  if (stopped_) return;
  const absl::Duration now = parts_.clock->Monotonic();
  if (now < held_until_) {
    deadlines_.Set(JobId(), Kind::kTimeSlice, held_until_);
    return;
  }
  const SchedulerLimits limits = LimitsOf(*parts_.settings);
  Schedule schedule = MakeSchedule(Candidates(limits, false), limits, now);
  // As many again may wait for peers.
  const Schedule waits = MakeSchedule(Candidates(limits, true), limits, now);
  schedule.grants.insert(schedule.grants.end(), waits.grants.begin(),
                         waits.grants.end());
  schedule.next_change = std::min(schedule.next_change, waits.next_change);
  Withdraw(schedule, limits);
  for (const Grant& grant : schedule.grants) {
    Run(parts_.table->Find(grant.id), grant.files);
  }
  deadlines_.Set(JobId(), Kind::kTimeSlice, schedule.next_change);
}

JobLife::Places JobLife::PlacesTaken(bool for_peers) const {
  Places taken;
  for (const JobEntry* const entry : running_) {
    if (WaitsForPeers(*entry) != for_peers) continue;
    ++taken.jobs;
    taken.files += static_cast<int>(entry->run->files.size());
  }
  return taken;
}

void JobLife::Withdraw(const Schedule& schedule,
                       const SchedulerLimits& limits) {
  std::map<JobId, int> granted;
  for (const Grant& grant : schedule.grants) granted[grant.id] = grant.files;
  const std::vector<JobEntry*> running(running_.begin(), running_.end());
  for (JobEntry* const entry : running) {
    const auto found = granted.find(entry->job->id);
    if (found == granted.end()) {
      const absl::Duration ran = parts_.clock->Monotonic() - entry->run->since;
      // It had its time: to the end of the queue. Else it is the next again.
      if (ran >= limits.time_slice) entry->turn = 0;
      Apply(entry, JobEvent::kPreempted);
      continue;
    }
    auto& files = entry->run->files;
    while (static_cast<int>(files.size()) > found->second) {
      runner_.Stop(entry, std::prev(files.end())->first);
    }
  }
}

void JobLife::Run(JobEntry* entry, int files) {
  if (entry->run == nullptr) {
    ReviewNeed(entry);
    Apply(entry, JobEvent::kScheduled);
    entry->run = std::make_unique<JobRun>();
    entry->run->since = parts_.clock->Monotonic();
    for (const JobFile& file : entry->job->files) {
      if (HasWork(*entry->job, file)) entry->run->pending.insert(file.index);
    }
    running_.insert(entry);
    if (!CheckSize(entry)) return;
    Settle(entry);
    if (entry->run == nullptr) return;
  }
  JobRun& run = *entry->run;
  while (static_cast<int>(run.files.size()) < files && !run.pending.empty()) {
    runner_.Start(entry, *run.pending.begin());
  }
}

}  // namespace convoy
