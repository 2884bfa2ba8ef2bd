#include "daemon/job_table.h"

#include <algorithm>
#include <cassert>
#include <tuple>

namespace convoy {

bool JobTable::Earlier::operator()(const JobEntry* a, const JobEntry* b) const {
  return std::make_tuple(PriorityOf(*a), a->turn) <
         std::make_tuple(PriorityOf(*b), b->turn);
}

JobEntry* JobTable::Insert(std::unique_ptr<Job> job) {
  auto owned = std::make_unique<JobEntry>();
  JobEntry* const entry = owned.get();
  entry->job = std::move(job);
  const bool fresh = by_id_.emplace(entry->job->id, std::move(owned)).second;
  assert(fresh);
  (void)fresh;
  Index(entry);
  return entry;
}

void JobTable::Erase(JobEntry* entry) {
  Unindex(entry);
  by_id_.erase(entry->job->id);
}

JobEntry* JobTable::Find(const JobId& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second.get();
}

void JobTable::Replace(JobEntry* entry, std::unique_ptr<Job> job) {
  assert(entry->job->id == job->id);
  Unindex(entry);
  entry->job = std::move(job);
  Index(entry);
}

void JobTable::SetState(JobEntry* entry, v1::JobState state) {
  Count(*entry->job, -1);
  entry->job->state = state;
  Count(*entry->job, 1);
}

void JobTable::SetOwner(JobEntry* entry, const JobOwner& owner) {
  const bool waiting = entry->waiting;
  Unindex(entry);
  entry->job->owner = owner;
  Index(entry);
  SetWaiting(entry, waiting);
}

void JobTable::SetWaiting(JobEntry* entry, bool waiting) {
  if (entry->waiting == waiting) return;
  Waiting& queue = WaitsForPeers(*entry) ? waiting_for_peers_ : waiting_;
  if (waiting) {
    if (entry->turn == 0) entry->turn = ++last_turn_;
    queue.insert(entry);
  } else {
    queue.erase(entry);
  }
  entry->waiting = waiting;
}

std::int64_t JobTable::CountInState(v1::JobState state) const {
  return state_counts_[static_cast<std::size_t>(state)];
}

std::int64_t JobTable::LiveCountOf(uid_t uid) const {
  const auto found = live_counts_.find(uid);
  return found == live_counts_.end() ? 0 : found->second;
}

void JobTable::Count(const Job& job, int by) {
  state_counts_[static_cast<std::size_t>(job.state)] += by;
  if (IsFinal(job.state)) return;
  live_count_ += by;
  const auto found = live_counts_.try_emplace(job.owner.uid, 0).first;
  found->second += by;
  if (found->second == 0) live_counts_.erase(found);
}

void JobTable::Index(JobEntry* entry) {
  const Job& job = *entry->job;
  by_sequence_.emplace(job.sequence, entry);
  by_owner_.emplace(std::make_pair(job.owner.uid, job.sequence), entry);
  last_sequence_ = std::max(last_sequence_, job.sequence);
  Count(job, 1);
}

void JobTable::Unindex(JobEntry* entry) {
  const Job& job = *entry->job;
  SetWaiting(entry, false);
  by_sequence_.erase(job.sequence);
  by_owner_.erase({job.owner.uid, job.sequence});
  Count(job, -1);
}

}  // namespace convoy
