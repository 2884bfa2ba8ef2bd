#ifndef CONVOY_DAEMON_DECLARED_JOBS_ENTRY_H_
#define CONVOY_DAEMON_DECLARED_JOBS_ENTRY_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "daemon/declared_jobs.h"
#include "daemon/watch_hub.h"

namespace convoy {

// One declared job at run time.
struct DeclaredJobs::Entry final : public WatchListener {
  Entry(DeclaredJobs* to, DeclaredRecord of)
      : jobs(*to), record(std::move(of)) {}

  void OnJob(std::shared_ptr<const v1::Job> job) override {
    Post([name = record.name, job = std::move(job)](DeclaredJobs& to) mutable {
      to.OnJob(name, std::move(job));
    });
  }
  void OnSynced() override {}
  void OnEnd(absl::Status status) override {
    watch = 0;
    Post([name = record.name, status = std::move(status)](DeclaredJobs& to) {
      to.OnWatchEnd(name, status);
    });
  }

  // The manager must not be called from inside of its own.
  template <typename Task>
  void Post(Task task) {
    jobs.parts_.control->Post([self = std::weak_ptr<DeclaredJobs*>(jobs.self_),
                               task = std::move(task)]() mutable {
      if (const auto to = self.lock()) task(**to);
    });
  }

  // Its job is its owner's, but no quota holds it back.
  Caller caller() const {
    return {record.fetching_owner.uid, record.fetching_owner.gid, true};
  }

  DeclaredJobs& jobs;
  DeclaredRecord record;
  std::optional<OwnedDeclaration> wanted;
  // A file that has a mistake may declare it: it is left as it is.
  bool frozen = false;
  // An action is under way.
  bool busy = false;
  // The job is in ERROR.
  bool failed = false;
  // The job has handed its files over, which is still to be looked at.
  bool ended = false;
  // What its job says of itself; empty: nothing special.
  std::string note;
  v1::JobProgress progress;
  WatchId watch = 0;
  Executor::TimerId timer = 0;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_DECLARED_JOBS_ENTRY_H_
