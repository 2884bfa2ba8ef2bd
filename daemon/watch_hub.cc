#include "daemon/watch_hub.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/job.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

bool IsFetch(WatchHub::Kind kind) {
  return kind == WatchHub::Kind::kFetch || kind == WatchHub::Kind::kTiedFetch;
}

// What a watch of one job ends with after `job`; nothing while it goes on.
std::optional<absl::Status> EndAfter(WatchHub::Kind kind, const v1::Job& job) {
  if (kind == WatchHub::Kind::kJobs) return std::nullopt;
  const bool fetch = IsFetch(kind);
  if (fetch && job.state() == v1::JOB_STATE_CANCELLED) {
    return absl::CancelledError("the job was cancelled");
  }
  if (fetch && job.state() == v1::JOB_STATE_ERROR) {
    return Error(job.error().detail()).Status(job.error().message());
  }
  if (IsFinal(job.state())) return absl::OkStatus();
  return std::nullopt;
}

bool Moves(v1::JobState state) {
  return state == v1::JOB_STATE_CONNECTING ||
         state == v1::JOB_STATE_TRANSFERRING;
}

}  // namespace

WatchHub::WatchHub(const Clock& clock, Executor& executor,
                   SnapshotOf snapshot_of, std::function<void()> on_watchers)
    : clock_(clock),
      executor_(executor),
      snapshot_of_(std::move(snapshot_of)),
      on_watchers_(std::move(on_watchers)) {}

WatchHub::~WatchHub() {
  if (timer_ != 0) executor_.CancelTimer(timer_);
}

WatchHub::Watch* WatchHub::Find(WatchId id) {
  const auto found = watches_.find(id);
  return found == watches_.end() ? nullptr : found->second.get();
}

WatchId WatchHub::Open(Kind kind, const Caller& caller, absl::Duration interval,
                       WatchListener* listener) {
  auto watch = std::make_unique<Watch>();
  watch->id = ++last_id_;
  watch->kind = kind;
  watch->caller = caller;
  watch->interval = interval;
  watch->listener = listener;
  watches_.emplace(watch->id, std::move(watch));
  return last_id_;
}

void WatchHub::Bind(WatchId id, const JobId& job) {
  Watch* const watch = Find(id);
  if (watch == nullptr) return;
  watch->job = job;
  by_job_[job].insert(id);
}

void WatchHub::Attach(WatchId id) {
  Watch* const watch = Find(id);
  if (watch == nullptr) return;
  Snapshot snapshot = snapshot_of_(watch->job);
  if (snapshot == nullptr) {
    End(id, Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
                .Status("there is no such job any more"));
    return;
  }
  watch->attached = true;
  Send(watch, watch->job, std::move(snapshot));
}

void WatchHub::Select(WatchId id, const WatchFilter& filter) {
  Watch* const watch = Find(id);
  if (watch == nullptr) return;
  watch->filter = filter;
  selecting_.insert(id);
  if (!filter.watcher_id.empty() && on_watchers_) on_watchers_();
}

bool WatchHub::HasWatcher(const std::string& watcher_id, uid_t owner) const {
  return std::any_of(selecting_.begin(), selecting_.end(), [&](WatchId id) {
    const Watch& watch = *watches_.at(id);
    return watch.filter.watcher_id == watcher_id &&
           (watch.filter.all_users || watch.caller.uid == owner);
  });
}

void WatchHub::Offer(WatchId id, const JobChange& job) {
  Watch* const watch = Find(id);
  if (watch == nullptr || !Wants(*watch, job)) return;
  Snapshot snapshot = snapshot_of_(job.id);
  if (snapshot != nullptr) Send(watch, job.id, std::move(snapshot));
}

void WatchHub::Synced(WatchId id) {
  Watch* const watch = Find(id);
  if (watch != nullptr) watch->listener->OnSynced();
}

void WatchHub::Stop(WatchId id) {
  Watch* const watch = Find(id);
  if (watch == nullptr) return;
  SetDue(watch, absl::InfiniteDuration());
  selecting_.erase(id);
  const auto group = by_job_.find(watch->job);
  if (group != by_job_.end()) {
    group->second.erase(id);
    if (group->second.empty()) by_job_.erase(group);
  }
  const bool had_name = !watch->filter.watcher_id.empty();
  watches_.erase(id);
  if (had_name && on_watchers_) on_watchers_();
}

void WatchHub::End(WatchId id, absl::Status status) {
  Watch* const watch = Find(id);
  if (watch == nullptr) return;
  WatchListener* const listener = watch->listener;
  Stop(id);
  listener->OnEnd(std::move(status));
}

void WatchHub::EndFetches(const JobId& job, const absl::Status& status) {
  const auto group = by_job_.find(job);
  if (group == by_job_.end()) return;
  const std::vector<WatchId> ids(group->second.begin(), group->second.end());
  for (const WatchId id : ids) {
    if (IsFetch(Find(id)->kind)) End(id, status);
  }
}

void WatchHub::EndJob(const JobId& job, const absl::Status& status) {
  const auto group = by_job_.find(job);
  if (group == by_job_.end()) return;
  const std::vector<WatchId> ids(group->second.begin(), group->second.end());
  for (const WatchId id : ids) End(id, status);
}

void WatchHub::EndAll(const absl::Status& status) {
  std::vector<WatchId> ids;
  ids.reserve(watches_.size());
  for (const auto& watch : watches_) ids.push_back(watch.first);
  for (const WatchId id : ids) End(id, status);
}

std::optional<JobId> WatchHub::TiedJob(WatchId id) const {
  const auto found = watches_.find(id);
  if (found == watches_.end()) return std::nullopt;
  const Watch& watch = *found->second;
  if (watch.kind != Kind::kTiedFetch || watch.job == JobId()) {
    return std::nullopt;
  }
  return watch.job;
}

bool WatchHub::Wants(const Watch& watch, const JobChange& change) const {
  if (watch.kind != Kind::kJobs) return watch.attached;
  if (!watch.filter.all_users && watch.caller.uid != change.owner) return false;
  return ((watch.filter.states >> change.state) & 1) != 0 ||
         (change.urgent &&
          ((watch.filter.states >> change.old_state) & 1) != 0);
}

void WatchHub::Publish(const JobChange& change) {
  std::vector<WatchId> ids(selecting_.begin(), selecting_.end());
  const auto group = by_job_.find(change.id);
  if (group != by_job_.end()) {
    ids.insert(ids.end(), group->second.begin(), group->second.end());
  }
  Snapshot snapshot;
  for (const WatchId id : ids) {
    Watch* const watch = Find(id);
    if (!Wants(*watch, change)) continue;
    if (watch->kind != Kind::kJobs && !watch->caller.administrator &&
        watch->caller.uid != change.owner) {
      End(id, Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
                  .Status("the job has another owner now"));
      continue;
    }
    if (snapshot == nullptr) snapshot = snapshot_of_(change.id);
    if (snapshot == nullptr) return;
    Take(watch, change, snapshot);
  }
}

void WatchHub::Take(Watch* watch, const JobChange& change,
                    const Snapshot& snapshot) {
  const absl::Duration now = clock_.Monotonic();
  const auto sent = watch->sent.find(change.id);
  if (change.urgent || sent == watch->sent.end() ||
      sent->second + watch->interval <= now) {
    Send(watch, change.id, snapshot);
    return;
  }
  watch->held[change.id] = snapshot;
  SetDue(watch, std::min(watch->due, sent->second + watch->interval));
}

void WatchHub::Send(Watch* watch, const JobId& job, Snapshot snapshot) {
  watch->held.erase(job);
  if (Moves(snapshot->state())) {
    watch->sent[job] = clock_.Monotonic();
  } else {
    watch->sent.erase(job);
  }
  const WatchId id = watch->id;
  std::optional<absl::Status> end = EndAfter(watch->kind, *snapshot);
  watch->listener->OnJob(std::move(snapshot));
  if (end.has_value()) End(id, *std::move(end));
}

void WatchHub::SetDue(Watch* watch, absl::Duration due) {
  if (watch->due == due) return;
  by_due_.erase({watch->due, watch->id});
  watch->due = due;
  if (due == absl::InfiniteDuration()) return;
  by_due_.emplace(due, watch->id);
  Arm();
}

void WatchHub::SendHeld(Watch* watch) {
  const WatchId id = watch->id;
  const absl::Duration now = clock_.Monotonic();
  SetDue(watch, absl::InfiniteDuration());
  absl::Duration next = absl::InfiniteDuration();
  const std::map<JobId, Snapshot> held = watch->held;
  for (const auto& [job, snapshot] : held) {
    const auto sent = watch->sent.find(job);
    if (sent != watch->sent.end() && sent->second + watch->interval > now) {
      next = std::min(next, sent->second + watch->interval);
      continue;
    }
    Send(watch, job, snapshot);
    if (!IsOpen(id)) return;
  }
  SetDue(watch, next);
}

void WatchHub::Arm() {
  if (by_due_.empty()) return;
  const absl::Duration due = by_due_.begin()->first;
  if (timer_ != 0) {
    if (timer_due_ <= due) return;
    executor_.CancelTimer(timer_);
  }
  timer_due_ = due;
  const absl::Duration wait =
      std::max(absl::ZeroDuration(), due - clock_.Monotonic());
  timer_ = executor_.PostAfter(wait, [this] { OnTimer(); });
}

void WatchHub::OnTimer() {
  timer_ = 0;
  const absl::Duration now = clock_.Monotonic();
  while (!by_due_.empty() && by_due_.begin()->first <= now) {
    SendHeld(Find(by_due_.begin()->second));
  }
  Arm();
}

}  // namespace convoy
