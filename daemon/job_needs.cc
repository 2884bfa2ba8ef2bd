#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/time/time.h"
#include "convoy/v1/config.pb.h"
#include "daemon/job_life.h"
#include "daemon/needed_by.h"
#include "daemon/swarm_config.h"
#include "peer/bandwidth_plan.h"

// JobLife's part about jobs that are needed by some time: carries out what
// needed_by.h says.
namespace convoy {
namespace {

// The calendar's clock may be set at any time.
constexpr absl::Duration kLongestWait = absl::Minutes(1);
// While bytes come from origins, and show how fast that is.
constexpr absl::Duration kOriginWait = absl::Seconds(5);
constexpr absl::Duration kShortestWait = absl::Milliseconds(100);
constexpr absl::Duration kMeasure = absl::Seconds(5);
// For the first byte.
constexpr absl::Duration kPatience = absl::Seconds(30);
// For an origin to tell sizes, before they are assumed: but for jobs that are
// needed within kHurry.
constexpr absl::Duration kAsking = absl::Seconds(10);
constexpr absl::Duration kHurry = absl::Minutes(1);
// An origin that gives nothing is a slow one.
constexpr std::int64_t kLeastRate = 1000;

std::optional<NeededByPhase> PhaseOf(const std::optional<NeededByPlan>& plan) {
  if (!plan.has_value()) return std::nullopt;
  return plan->phase;
}

bool UsesOrigin(const JobEntry& entry) {
  return entry.needed.has_value() &&
         entry.needed->phase != NeededByPhase::kPeers;
}

// `assumed`: of a file whose size nobody knows.
std::int64_t RemainingBytes(const Job& job, std::int64_t assumed) {
  std::int64_t remaining = 0;
  for (const JobFile& file : job.files) {
    if (file.transferred) continue;
    const std::int64_t size = file.size.value_or(
        file.ranges.empty() ? file.expected_size.value_or(assumed) : assumed);
    remaining += std::max<std::int64_t>(size - file.flushed_bytes, 0);
  }
  return remaining;
}

bool KnowsSizes(const Job& job) {
  return absl::c_all_of(job.files, [](const JobFile& file) {
    return file.transferred || file.size.has_value() ||
           (file.ranges.empty() && file.expected_size.has_value());
  });
}

std::int64_t OriginBytes(const Job& job) {
  std::int64_t bytes = 0;
  for (const JobFile& file : job.files) {
    if (file.transfer == nullptr) continue;
    bytes += file.transfer->sources.origin + file.transfer->sources.mirror;
  }
  return bytes;
}

NeededByPlan PlanOf(const JobEntry& entry, const Settings& settings,
                    absl::Time now, std::int64_t assumed,
                    std::int64_t measured_link) {
  const BandwidthPlan bandwidth(MakeBandwidthSettings(settings),
                                absl::LocalTimeZone());
  const std::int64_t link = settings.config.bandwidth().link_bytes_per_second();
  NeededByInput input;
  input.now = now;
  input.needed_by = entry.job->needed_by;
  input.remaining_bytes = RemainingBytes(*entry.job, assumed);
  if (link > 0) input.origin_rate = link;
  if (entry.origin_rate > 0) input.origin_rate = entry.origin_rate;
  input.plan = &bandwidth;
  input.measured_link = measured_link;
  if (entry.needed.has_value()) input.reached = entry.needed->phase;
  return PlanNeededBy(input);
}

}  // namespace

std::int64_t JobLife::MeasuredLink() const {
  return parts_.measured_link ? parts_.measured_link() : 0;
}

void JobLife::ReviewNeed(JobEntry* entry) {
  const Job& job = *entry->job;
  std::optional<NeededByPlan> plan;
  const absl::Time now = parts_.clock->Now();
  if (job.needed_by != absl::InfiniteFuture() && IsActive(job.state) &&
      !IsForeground(job)) {
    const absl::Duration monotonic = parts_.clock->Monotonic();
    if (!entry->needed.has_value()) {
      entry->asking_until =
          monotonic +
          (job.needed_by - now > kHurry ? kAsking : absl::ZeroDuration());
    }
    const absl::Duration left = entry->asking_until - monotonic;
    const bool asks = left > absl::ZeroDuration() && !KnowsSizes(job);
    plan = PlanOf(*entry, *parts_.settings, now, asks ? 0 : kAssumedFileSize,
                  MeasuredLink());
    if (asks) plan->next = std::min(plan->next, now + left);
  }
  const bool changed = PhaseOf(plan) != PhaseOf(entry->needed);
  const bool waiting = entry->waiting;
  if (changed) parts_.table->SetWaiting(entry, false);
  // It takes a place among the others now, and keeps it for a time slice.
  if (changed && WaitsForPeers(*entry) && entry->run != nullptr) {
    entry->run->since = parts_.clock->Monotonic();
  }
  entry->needed = plan;
  if (changed) parts_.table->SetWaiting(entry, waiting);
  absl::Duration wait = absl::InfiniteDuration();
  if (plan.has_value() && plan->phase != NeededByPhase::kForeground) {
    wait = std::clamp(plan->next - now, kShortestWait,
                      UsesOrigin(*entry) ? kOriginWait : kLongestWait);
  }
  deadlines_.Set(job.id, Kind::kNeededBy, parts_.clock->Monotonic() + wait);
  if (!changed) return;
  CountStall(entry);
  SetDeadlines(entry, /*entered=*/false);
  // What its transfers are made of has changed.
  runner_.RestartJob(entry);
  RequestSchedule();
}

void JobLife::ReviewNeedSoon(JobEntry* entry) {
  if (entry->job->needed_by == absl::InfiniteFuture() &&
      !entry->needed.has_value()) {
    return;
  }
  deadlines_.Set(entry->job->id, Kind::kNeededBy, parts_.clock->Monotonic());
}

void JobLife::NeedChanged(JobEntry* entry) {
  const bool waiting = entry->waiting;
  const std::optional<NeededByPhase> before = PhaseOf(entry->needed);
  // How far it had gone under the old time binds it no more.
  parts_.table->SetWaiting(entry, false);
  if (before.has_value()) entry->needed->phase = NeededByPhase::kPeers;
  parts_.table->SetWaiting(entry, waiting);
  ReviewNeed(entry);
  const std::optional<NeededByPhase> after = PhaseOf(entry->needed);
  if (after != NeededByPhase::kPeers || before == after) return;
  CountStall(entry);
  runner_.RestartJob(entry);
}

void JobLife::MeasureOrigin(JobEntry* entry) {
  const absl::Duration now = parts_.clock->Monotonic();
  if (!UsesOrigin(*entry) || entry->origin_rate_time > now) {
    entry->origin_rate_time =
        UsesOrigin(*entry) ? now : absl::InfiniteDuration();
    entry->origin_rate_bytes = OriginBytes(*entry->job);
    return;
  }
  const absl::Duration passed = now - entry->origin_rate_time;
  const std::int64_t bytes = OriginBytes(*entry->job);
  const bool begun = bytes != entry->origin_rate_bytes;
  if (passed < (begun ? kMeasure : kPatience)) return;
  const auto rate = static_cast<std::int64_t>(
      static_cast<double>(bytes - entry->origin_rate_bytes) /
      absl::ToDoubleSeconds(passed));
  entry->origin_rate_time = now;
  entry->origin_rate_bytes = bytes;
  // What limits hold back says nothing of the origin.
  const BandwidthPlan bandwidth(MakeBandwidthSettings(*parts_.settings),
                                absl::LocalTimeZone());
  const BandwidthLimits limits =
      bandwidth.At(parts_.clock->Now(), MeasuredLink()).limits;
  for (const std::int64_t limit :
       {IsUrgent(*entry) ? limits.foreground : limits.background,
        limits.origin}) {
    if (limit != 0 && rate >= limit / 10 * 8) return;
  }
  entry->origin_rate = std::max(rate, kLeastRate);
}

}  // namespace convoy
