#include "daemon/scheduler.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

namespace convoy {
namespace {

// Who comes first among jobs of one priority.
enum class Claim {
  kKeeps,  // Runs, within its time slice.
  kWaits,
  kYields,  // Has had its time slice.
};

Claim ClaimOf(const SchedulerJob& job, absl::Duration slice,
              absl::Duration now) {
  if (!job.running_since.has_value()) return Claim::kWaits;
  return now - *job.running_since < slice ? Claim::kKeeps : Claim::kYields;
}

// Lower is earlier. Of the jobs that yield, who ran longest goes first.
auto Precedence(const SchedulerJob& job, absl::Duration slice,
                absl::Duration now) {
  const Claim claim = ClaimOf(job, slice, now);
  const absl::Duration ran =
      claim == Claim::kYields ? now - *job.running_since : absl::ZeroDuration();
  return std::make_tuple(job.priority, claim, ran, job.turn);
}

// Gives the jobs [begin, end), which have one priority, file places in turn.
// Returns what is left of `places`.
int ShareFiles(const std::vector<SchedulerJob>& jobs, std::size_t begin,
               std::size_t end, int places, std::vector<int>& files) {
  bool given = true;
  while (places > 0 && given) {
    given = false;
    for (std::size_t i = begin; i < end && places > 0; ++i) {
      if (files[i] >= jobs[i].files) continue;
      ++files[i];
      --places;
      given = true;
    }
  }
  return places;
}

// The end of the first time slice that a job without a place looks for.
absl::Duration NextYield(const std::vector<SchedulerJob>& jobs,
                         const std::vector<int>& files, absl::Duration slice,
                         absl::Duration now) {
  absl::Duration next = absl::InfiniteDuration();
  for (std::size_t waiting = 0; waiting < jobs.size(); ++waiting) {
    if (files[waiting] > 0) continue;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      if (files[i] == 0 || jobs[i].priority != jobs[waiting].priority) continue;
      next = std::min(next, jobs[i].running_since.value_or(now) + slice);
    }
    if (next != absl::InfiniteDuration()) return next;
  }
  return next;
}

}  // namespace

Schedule MakeSchedule(std::vector<SchedulerJob> jobs,
                      const SchedulerLimits& limits, absl::Duration now) {
  jobs.erase(
      std::remove_if(jobs.begin(), jobs.end(),
                     [](const SchedulerJob& job) { return job.files == 0; }),
      jobs.end());
  std::sort(jobs.begin(), jobs.end(),
            [&](const SchedulerJob& a, const SchedulerJob& b) {
              return Precedence(a, limits.time_slice, now) <
                     Precedence(b, limits.time_slice, now);
            });

  std::vector<int> files(jobs.size(), 0);
  const std::size_t chosen =
      std::min(jobs.size(), static_cast<std::size_t>(limits.max_running_jobs));
  int places = limits.max_running_files;
  for (std::size_t begin = 0; begin < chosen;) {
    std::size_t end = begin;
    while (end < chosen && jobs[end].priority == jobs[begin].priority) ++end;
    places = ShareFiles(jobs, begin, end, places, files);
    begin = end;
  }

  Schedule schedule;
  for (std::size_t i = 0; i < chosen; ++i) {
    if (files[i] > 0) schedule.grants.push_back({jobs[i].id, files[i]});
  }
  schedule.next_change = NextYield(jobs, files, limits.time_slice, now);
  return schedule;
}

}  // namespace convoy
