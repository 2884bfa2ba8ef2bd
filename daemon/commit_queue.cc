#include "daemon/commit_queue.h"

#include <cstddef>
#include <memory>
#include <utility>

namespace convoy {

CommitQueue::CommitQueue(Executor& executor, JobStore& store, FindJob find,
                         OnCommit on_commit)
    : executor_(executor),
      store_(store),
      find_(std::move(find)),
      on_commit_(std::move(on_commit)),
      self_(std::make_shared<CommitQueue*>(this)) {}

void CommitQueue::TouchJob(const JobId& id) { Touch(id); }

void CommitQueue::TouchFile(const JobId& id, int file_index) {
  Touch(id).files.insert(file_index);
}

void CommitQueue::RemoveJob(const JobId& id) { Touch(id).removed = true; }

void CommitQueue::PutRequest(const UsedRequest& request) {
  requests_.push_back(request);
  Post();
}

void CommitQueue::RemoveRequestsBefore(absl::Time time) {
  remove_requests_before_ = time;
  Post();
}

CommitQueue::Change& CommitQueue::Touch(const JobId& id) {
  Post();
  return changes_[id];
}

void CommitQueue::Post() {
  if (posted_) return;
  posted_ = true;
  executor_.Post([self = std::weak_ptr<CommitQueue*>(self_)] {
    if (const auto queue = self.lock()) (*queue)->Flush();
  });
}

void CommitQueue::WhenDurable(Then then) {
  if (!posted_) {
    std::move(then)(absl::OkStatus());
    return;
  }
  waiting_.push_back(std::move(then));
}

void CommitQueue::Stage() {
  if (remove_requests_before_ != absl::InfinitePast()) {
    store_.RemoveRequestsBefore(remove_requests_before_);
    remove_requests_before_ = absl::InfinitePast();
  }
  for (const auto& [id, change] : changes_) {
    if (change.removed) {
      store_.RemoveJob(id);
      continue;
    }
    const Job* const job = find_(id);
    if (job == nullptr) continue;
    store_.PutJob(*job);
    for (const int index : change.files) {
      store_.PutFile(id, job->files[static_cast<std::size_t>(index)]);
    }
  }
  for (const UsedRequest& request : requests_) store_.PutRequest(request);
  requests_.clear();
}

void CommitQueue::Flush() {
  if (!posted_) return;
  Stage();
  const absl::Status status = store_.Commit();

  // What is changed from here on belongs to the next Commit.
  posted_ = false;
  std::vector<JobId> jobs;
  jobs.reserve(changes_.size());
  for (const auto& change : changes_) jobs.push_back(change.first);
  changes_.clear();
  std::vector<Then> waiting = std::exchange(waiting_, {});

  on_commit_(status, jobs);
  for (Then& then : waiting) std::move(then)(status);
}

}  // namespace convoy
