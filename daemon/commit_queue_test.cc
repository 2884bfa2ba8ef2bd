#include "daemon/commit_queue.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/fake_job_store.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"

namespace convoy {
namespace {

class CommitQueueTest : public testing::Test {
 protected:
  JobId AddJob(const std::string& name) {
    auto job = std::make_unique<Job>();
    job->id = JobId::Random();
    job->sequence = jobs_.size() + 1;
    job->display_name = name;
    job->files.resize(2);
    job->files[1].index = 1;
    const JobId id = job->id;
    jobs_[id] = std::move(job);
    return id;
  }

  std::map<JobId, std::unique_ptr<Job>> jobs_;
  std::vector<std::string> calls_;
  FakeClock clock_;
  FakeExecutor executor_{clock_};
  FakeJobStore store_;
  CommitQueue queue_{
      executor_, store_,
      [this](const JobId& id) -> const Job* {
        const auto found = jobs_.find(id);
        return found == jobs_.end() ? nullptr : found->second.get();
      },
      [this](const absl::Status& status, const std::vector<JobId>& jobs) {
        calls_.push_back((status.ok() ? "committed " : "failed ") +
                         std::to_string(jobs.size()));
      }};
};

TEST_F(CommitQueueTest, WithoutAChangeWhatIsThereIsDurable) {
  bool called = false;
  queue_.WhenDurable([&](const absl::Status& status) { called = status.ok(); });
  EXPECT_TRUE(called);
  EXPECT_EQ(store_.commits, 0);
}

TEST_F(CommitQueueTest, ChangesOfOneTaskAreWrittenAsTheyAreInTheEnd) {
  const JobId id = AddJob("a");
  queue_.TouchJob(id);
  jobs_[id]->display_name = "b";
  queue_.TouchJob(id);
  EXPECT_FALSE(queue_.IsDurable(id));
  executor_.RunUntilIdle();
  EXPECT_TRUE(queue_.IsDurable(id));
  EXPECT_EQ(store_.commits, 1);
  EXPECT_EQ(store_.committed(id)->display_name, "b");
}

TEST_F(CommitQueueTest, TouchingAFileWritesTheJobToo) {
  const JobId id = AddJob("a");
  jobs_[id]->files[1].flushed_bytes = 7;
  queue_.TouchFile(id, 0);
  queue_.TouchFile(id, 1);
  executor_.RunUntilIdle();
  ASSERT_EQ(store_.committed(id)->files.size(), 2u);
  EXPECT_EQ(store_.committed(id)->files[1].flushed_bytes, 7);
}

TEST_F(CommitQueueTest, TheJobsAreToldBeforeThoseWhoWait) {
  queue_.TouchJob(AddJob("a"));
  queue_.WhenDurable([&](const absl::Status&) { calls_.push_back("then"); });
  EXPECT_TRUE(calls_.empty());
  executor_.RunUntilIdle();
  EXPECT_EQ(calls_, std::vector<std::string>({"committed 1", "then"}));
}

TEST_F(CommitQueueTest, AFailureReachesAllWhoWait) {
  store_.fail_commits = 1;
  queue_.TouchJob(AddJob("a"));
  int failed = 0;
  for (int i = 0; i < 3; ++i) {
    queue_.WhenDurable([&](const absl::Status& status) {
      failed += status.code() == absl::StatusCode::kUnavailable;
    });
  }
  executor_.RunUntilIdle();
  EXPECT_EQ(failed, 3);
  EXPECT_EQ(calls_, std::vector<std::string>({"failed 1"}));
  EXPECT_EQ(store_.job_count(), 0u);
}

TEST_F(CommitQueueTest, WhatThoseWhoWaitChangeBelongsToTheNextCommit) {
  const JobId id = AddJob("a");
  queue_.TouchJob(id);
  queue_.WhenDurable([&](const absl::Status&) {
    jobs_[id]->display_name = "b";
    queue_.TouchJob(id);
  });
  executor_.RunUntilIdle();
  EXPECT_EQ(store_.commits, 2);
  EXPECT_EQ(store_.committed(id)->display_name, "b");
}

TEST_F(CommitQueueTest, ARemovedJobIsRemoved) {
  const JobId id = AddJob("a");
  queue_.TouchJob(id);
  executor_.RunUntilIdle();
  jobs_.clear();
  queue_.TouchJob(id);
  queue_.RemoveJob(id);
  executor_.RunUntilIdle();
  EXPECT_EQ(store_.job_count(), 0u);
}

TEST_F(CommitQueueTest, AQueueThatIsGoneIsNotCalled) {
  {
    CommitQueue gone(
        executor_, store_, [](const JobId&) { return nullptr; },
        [this](const absl::Status&, const std::vector<JobId>&) {
          calls_.push_back("called");
        });
    gone.TouchJob(AddJob("a"));
  }
  executor_.RunUntilIdle();
  EXPECT_TRUE(calls_.empty());
}

}  // namespace
}  // namespace convoy
