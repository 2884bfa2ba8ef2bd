#include "client/job_watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/fake_daemon.h"
#include "client/job_client.h"
#include "peer/base/mutex.h"
#include "peer/base/serial_executor.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// Keeps what it is told, and lets the test wait for it.
class Recorder final : public JobObserver {
 public:
  void OnJob(const v1::Job& job) override {
    Note([&] { jobs_.push_back(job); });
  }
  void OnSynced() override {
    Note([&] { ++synced_; });
  }
  void OnDisconnected(const absl::Status&) override {
    Note([&] { ++disconnected_; });
  }
  void OnEnd(const absl::Status& status) override {
    Note([&] { end_ = status; });
  }

  absl::Status WaitForEnd() {
    WaitUntil([&] { return end_.has_value(); });
    return *end_;
  }
  void WaitForState(v1::JobState state) {
    WaitUntil([&] { return !jobs_.empty() && jobs_.back().state() == state; });
  }
  void WaitForSynced(int count) {
    WaitUntil([&] { return synced_ >= count; });
  }
  void WaitForDisconnected(int count) {
    WaitUntil([&] { return disconnected_ >= count; });
  }
  std::vector<v1::Job> jobs() {
    MutexLock lock(&mutex_);
    return jobs_;
  }
  int disconnected() {
    MutexLock lock(&mutex_);
    return disconnected_;
  }

 private:
  void Note(const std::function<void()>& change) {
    MutexLock lock(&mutex_);
    change();
    changed_.NotifyAll();
  }
  void WaitUntil(const std::function<bool()>& condition) {
    MutexLock lock(&mutex_);
    while (!condition()) changed_.Wait(&mutex_);
  }

  Mutex mutex_;
  CondVar changed_;
  std::vector<v1::Job> jobs_;
  int synced_ = 0;
  int disconnected_ = 0;
  std::optional<absl::Status> end_;
};

class JobWatcherTest : public ::testing::Test {
 protected:
  static v1::Job InState(v1::JobState state) {
    v1::Job job;
    job.set_display_name("maps");
    job.set_state(state);
    return job;
  }
  static v1::WatchJobRequest Watching(const std::string& id) {
    v1::WatchJobRequest request;
    request.set_job_id(id);
    return request;
  }
  void Become(const std::string& id, v1::JobState state) {
    daemon_.ChangeJob(id, [&](v1::Job& job) { job.set_state(state); });
  }
  ClientOptions client() const {
    ClientOptions options;
    options.socket_path = daemon_.socket_path();
    return options;
  }
  static WatchOptions Eager() {
    WatchOptions options;
    options.first_retry = absl::Milliseconds(1);
    options.max_retry = absl::Milliseconds(10);
    return options;
  }

  FakeDaemon daemon_;
  Recorder seen_;
};

TEST_F(JobWatcherTest, FollowsAJobToItsEnd) {
  const std::string id = daemon_.PutJob(InState(v1::JOB_STATE_QUEUED));
  const auto watcher = JobWatcher::WatchJob(client(), Watching(id), seen_);
  seen_.WaitForState(v1::JOB_STATE_QUEUED);
  Become(id, v1::JOB_STATE_TRANSFERRED);
  seen_.WaitForState(v1::JOB_STATE_TRANSFERRED);
  Become(id, v1::JOB_STATE_ACKNOWLEDGED);
  EXPECT_EQ(seen_.WaitForEnd(), absl::OkStatus());
  EXPECT_EQ(seen_.jobs().back().state(), v1::JOB_STATE_ACKNOWLEDGED);
}

TEST_F(JobWatcherTest, GoesOnAfterTheDaemonRestarts) {
  const std::string id = daemon_.PutJob(InState(v1::JOB_STATE_QUEUED));
  const auto watcher =
      JobWatcher::WatchJob(client(), Watching(id), seen_, Eager());
  seen_.WaitForState(v1::JOB_STATE_QUEUED);
  daemon_.Stop();
  seen_.WaitForDisconnected(1);
  Become(id, v1::JOB_STATE_TRANSFERRED);
  daemon_.Start();
  seen_.WaitForState(v1::JOB_STATE_TRANSFERRED);
  daemon_.Stop();
  seen_.WaitForDisconnected(2);
  Become(id, v1::JOB_STATE_CANCELLED);
  daemon_.Start();
  EXPECT_EQ(seen_.WaitForEnd(), absl::OkStatus());
  EXPECT_EQ(seen_.disconnected(), 2);
}

TEST_F(JobWatcherTest, AJobThatIsGoneAfterARestartEndsTheWatch) {
  const std::string id = daemon_.PutJob(InState(v1::JOB_STATE_QUEUED));
  const auto watcher =
      JobWatcher::WatchJob(client(), Watching(id), seen_, Eager());
  seen_.WaitForState(v1::JOB_STATE_QUEUED);
  daemon_.Stop();
  daemon_.FailNext("WatchJob",
                   Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
                       .Status("gone"));
  daemon_.Start();
  EXPECT_TRUE(absl::IsNotFound(seen_.WaitForEnd()));
}

TEST_F(JobWatcherTest, ADaemonThatIsStoppingIsTriedAgain) {
  const std::string id = daemon_.PutJob(InState(v1::JOB_STATE_QUEUED));
  const auto watcher =
      JobWatcher::WatchJob(client(), Watching(id), seen_, Eager());
  seen_.WaitForState(v1::JOB_STATE_QUEUED);
  daemon_.Stop();
  daemon_.FailNext("WatchJob", Error(v1::ERROR_REASON_SHUTTING_DOWN,
                                     v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
                                   .Status("stopping"));
  daemon_.Start();
  daemon_.WaitForCalls("WatchJob", 3);
  Become(id, v1::JOB_STATE_ACKNOWLEDGED);
  EXPECT_EQ(seen_.WaitForEnd(), absl::OkStatus());
}

TEST_F(JobWatcherTest, GivesUpWhenTheDaemonStaysAway) {
  const std::string id = daemon_.PutJob(InState(v1::JOB_STATE_QUEUED));
  WatchOptions options = Eager();
  options.give_up_after = absl::ZeroDuration();
  const auto watcher =
      JobWatcher::WatchJob(client(), Watching(id), seen_, options);
  seen_.WaitForState(v1::JOB_STATE_QUEUED);
  daemon_.Stop();
  EXPECT_TRUE(IsDaemonUnreachable(seen_.WaitForEnd()));
}

TEST_F(JobWatcherTest, ADaemonThatWasNeverThereEndsTheWatchAtOnce) {
  daemon_.Stop();
  const auto watcher = JobWatcher::WatchJob(client(), Watching("x"), seen_);
  EXPECT_TRUE(IsDaemonUnreachable(seen_.WaitForEnd()));
  EXPECT_EQ(seen_.disconnected(), 0);
}

TEST_F(JobWatcherTest, CancelEndsTheWatchAndNotTheJob) {
  const std::string id = daemon_.PutJob(InState(v1::JOB_STATE_QUEUED));
  const auto watcher = JobWatcher::WatchJob(client(), Watching(id), seen_);
  seen_.WaitForState(v1::JOB_STATE_QUEUED);
  watcher->Cancel();
  EXPECT_TRUE(absl::IsCancelled(seen_.WaitForEnd()));
  EXPECT_EQ(daemon_.GetJob(id).state(), v1::JOB_STATE_QUEUED);
}

TEST_F(JobWatcherTest, CancelInterruptsTheWaitForALostDaemon) {
  const std::string id = daemon_.PutJob(InState(v1::JOB_STATE_QUEUED));
  WatchOptions options;
  options.first_retry = absl::Hours(1);
  options.max_retry = absl::Hours(1);
  const auto watcher =
      JobWatcher::WatchJob(client(), Watching(id), seen_, options);
  seen_.WaitForState(v1::JOB_STATE_QUEUED);
  daemon_.Stop();
  seen_.WaitForDisconnected(1);
  watcher->Cancel();
  EXPECT_TRUE(absl::IsCancelled(seen_.WaitForEnd()));
}

TEST_F(JobWatcherTest, WatchesAllJobsAcrossARestart) {
  const std::string id = daemon_.PutJob(InState(v1::JOB_STATE_QUEUED));
  daemon_.PutJob(InState(v1::JOB_STATE_SUSPENDED));
  const auto watcher = JobWatcher::WatchJobs(client(), {}, seen_, Eager());
  seen_.WaitForSynced(1);
  EXPECT_EQ(seen_.jobs().size(), 2u);
  daemon_.Stop();
  daemon_.Start();
  seen_.WaitForSynced(2);
  Become(id, v1::JOB_STATE_CANCELLED);
  seen_.WaitForState(v1::JOB_STATE_CANCELLED);
}

TEST_F(JobWatcherTest, FetchEndsWithTheJobsError) {
  daemon_.SetFetchScript({[](v1::Job& job) {
    job.set_state(v1::JOB_STATE_ERROR);
    job.mutable_error()->set_message("the origin says 404");
    job.mutable_error()->mutable_detail()->set_reason(
        v1::ERROR_REASON_HTTP_STATUS);
    job.mutable_error()->mutable_detail()->set_http_status(404);
  }});
  const auto watcher = JobWatcher::Fetch(client(), {}, seen_);
  const absl::Status end = seen_.WaitForEnd();
  EXPECT_EQ(end.message(), "the origin says 404");
  EXPECT_EQ(ErrorDetailOf(end).http_status(), 404);
  EXPECT_EQ(seen_.jobs().back().state(), v1::JOB_STATE_ERROR);
}

TEST_F(JobWatcherTest, FetchTakesItsJobUpAgainAfterARestart) {
  const auto watcher = JobWatcher::Fetch(client(), {}, seen_, Eager());
  seen_.WaitForState(v1::JOB_STATE_QUEUED);
  const std::string id = seen_.jobs().back().id();
  daemon_.Stop();
  Become(id, v1::JOB_STATE_ACKNOWLEDGED);
  daemon_.Start();
  EXPECT_EQ(seen_.WaitForEnd(), absl::OkStatus());
  EXPECT_EQ(seen_.jobs().back().id(), id);
}

TEST_F(JobWatcherTest, CallsTheObserverOnTheExecutorItWasGiven) {
  class Checker final : public JobObserver {
   public:
    explicit Checker(SerialExecutor& executor) : executor_(executor) {}
    void OnJob(const v1::Job&) override { Check(); }
    void OnEnd(const absl::Status&) override { Check(); }
    bool all_there = true;
    int calls = 0;

   private:
    void Check() {
      all_there = all_there && executor_.IsCurrent();
      ++calls;
    }
    SerialExecutor& executor_;
  };
  SerialExecutor executor("test");
  Checker checker(executor);
  const std::string id = daemon_.PutJob(InState(v1::JOB_STATE_CANCELLED));
  {
    WatchOptions options;
    options.executor = &executor;
    const auto watcher =
        JobWatcher::WatchJob(client(), Watching(id), checker, options);
    const auto second = JobWatcher::WatchJob(client(), Watching(id), seen_);
    EXPECT_EQ(seen_.WaitForEnd(), absl::OkStatus());
  }
  executor.Stop();
  EXPECT_TRUE(checker.all_there);
}

}  // namespace
}  // namespace convoy
