#include "client/observer_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "peer/base/fake_executor.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;

class Recorder final : public JobObserver {
 public:
  void OnJob(const v1::Job& job) override {
    calls.push_back(
        absl::StrCat(job.id(), ":", job.progress().transferred_bytes()));
    if (during_job) during_job();
  }
  void OnSynced() override { calls.push_back("synced"); }
  void OnDisconnected(const absl::Status&) override { calls.push_back("lost"); }
  void OnEnd(const absl::Status&) override { calls.push_back("end"); }

  std::vector<std::string> calls;
  std::function<void()> during_job;
};

class ObserverQueueTest : public ::testing::Test {
 protected:
  static v1::Job At(const std::string& id, int bytes) {
    v1::Job job;
    job.set_id(id);
    job.mutable_progress()->set_transferred_bytes(bytes);
    return job;
  }

  FakeClock clock_;
  FakeExecutor executor_{clock_};
  Recorder seen_;
  const std::shared_ptr<ObserverQueue> queue_ =
      std::make_shared<ObserverQueue>(seen_, executor_);
};

TEST_F(ObserverQueueTest, KeepsTheOrderOfDifferentNews) {
  queue_->Job(At("a", 1));
  queue_->Synced();
  queue_->Job(At("b", 1));
  queue_->Disconnected(absl::UnavailableError(""));
  queue_->End(absl::OkStatus());
  executor_.RunUntilIdle();
  EXPECT_THAT(seen_.calls, ElementsAre("a:1", "synced", "b:1", "lost", "end"));
}

TEST_F(ObserverQueueTest, ASlowObserverGetsOnlyTheNewestSnapshotOfAJob) {
  queue_->Job(At("a", 1));
  queue_->Job(At("b", 1));
  queue_->Job(At("a", 2));
  queue_->Job(At("a", 3));
  executor_.RunUntilIdle();
  EXPECT_THAT(seen_.calls, ElementsAre("a:3", "b:1"));
  queue_->Job(At("a", 4));
  executor_.RunUntilIdle();
  EXPECT_THAT(seen_.calls, ElementsAre("a:3", "b:1", "a:4"));
}

TEST_F(ObserverQueueTest, NewsThatComesDuringACallFollowsIt) {
  seen_.during_job = [this] {
    seen_.during_job = nullptr;
    queue_->Job(At("a", 2));
  };
  queue_->Job(At("a", 1));
  executor_.RunUntilIdle();
  EXPECT_THAT(seen_.calls, ElementsAre("a:1", "a:2"));
}

TEST_F(ObserverQueueTest, NothingComesAfterClose) {
  queue_->Job(At("a", 1));
  queue_->Close();
  queue_->Job(At("a", 2));
  executor_.RunUntilIdle();
  EXPECT_THAT(seen_.calls, ElementsAre());
}

TEST_F(ObserverQueueTest, CanBeClosedByItsObserver) {
  seen_.during_job = [this] { queue_->Close(); };
  queue_->Job(At("a", 1));
  queue_->End(absl::OkStatus());
  executor_.RunUntilIdle();
  EXPECT_THAT(seen_.calls, ElementsAre("a:1"));
}

}  // namespace
}  // namespace convoy
