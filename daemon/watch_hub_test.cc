#include "daemon/watch_hub.h"

#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

JobId IdOf(char name) {
  JobId::Bytes bytes = {};
  bytes[0] = static_cast<std::uint8_t>(name);
  return JobId(bytes);
}

// Writes down what it gets: "a5 " is job a with 5 bytes.
class Notes final : public WatchListener {
 public:
  void OnJob(std::shared_ptr<const v1::Job> job) override {
    absl::StrAppend(&text, job->id(), job->progress().transferred_bytes(), " ");
  }
  void OnSynced() override { text += "synced "; }
  void OnEnd(absl::Status status) override {
    absl::StrAppend(&text, "end:", status.message());
  }

  std::string text;
};

class WatchHubTest : public testing::Test {
 protected:
  void SetState(char name, v1::JobState state) { jobs_[name].set_state(state); }
  void SetBytes(char name, int bytes) {
    jobs_[name].mutable_progress()->set_transferred_bytes(bytes);
  }
  void Publish(char name, bool urgent) {
    const v1::JobState state = jobs_[name].state();
    hub_.Publish({IdOf(name), owners_[name], state, state, urgent});
  }
  // Progress of a job that transfers.
  void Progress(char name, int bytes) {
    SetState(name, v1::JOB_STATE_TRANSFERRING);
    SetBytes(name, bytes);
    Publish(name, /*urgent=*/false);
  }
  WatchId Watch(WatchHub::Kind kind, char name, Notes* notes) {
    SetState(name, v1::JOB_STATE_TRANSFERRING);
    const WatchId id = hub_.Open(kind, caller_, absl::Seconds(10), notes);
    hub_.Bind(id, IdOf(name));
    hub_.Attach(id);
    return id;
  }
  WatchId WatchAll(const WatchFilter& filter, Notes* notes) {
    const WatchId id =
        hub_.Open(WatchHub::Kind::kJobs, caller_, absl::Seconds(10), notes);
    hub_.Select(id, filter);
    return id;
  }

  Caller caller_{1000, 1000, false};
  std::map<char, v1::Job> jobs_;
  std::map<char, uid_t> owners_{{'a', 1000}, {'b', 1000}, {'x', 7}};
  int snapshots_ = 0;
  FakeClock clock_;
  FakeExecutor executor_{clock_};
  WatchHub hub_{clock_, executor_,
                [this](const JobId& id) -> std::shared_ptr<const v1::Job> {
                  ++snapshots_;
                  const char name = static_cast<char>(id.bytes()[0]);
                  if (jobs_.count(name) == 0) return nullptr;
                  auto job = std::make_shared<v1::Job>(jobs_[name]);
                  job->set_id(std::string(1, name));
                  return job;
                }};
  Notes notes_;
};

TEST_F(WatchHubTest, WithoutAWatchNoSnapshotIsMade) {
  Progress('a', 1);
  EXPECT_EQ(snapshots_, 0);
}

TEST_F(WatchHubTest, OneSnapshotServesAllWatches) {
  Notes more[20];
  for (Notes& notes : more) Watch(WatchHub::Kind::kJob, 'a', &notes);
  snapshots_ = 0;
  SetBytes('a', 3);
  Publish('a', true);
  EXPECT_EQ(snapshots_, 1);
  EXPECT_EQ(more[19].text, "a0 a3 ");
}

TEST_F(WatchHubTest, ProgressWaitsForTheIntervalAndTheNewestIsSent) {
  Watch(WatchHub::Kind::kJob, 'a', &notes_);
  Progress('a', 1);
  executor_.Advance(absl::Seconds(4));
  Progress('a', 2);
  EXPECT_EQ(notes_.text, "a0 ");
  executor_.Advance(absl::Seconds(6));
  EXPECT_EQ(notes_.text, "a0 a2 ");
  executor_.Advance(absl::Seconds(60));
  Progress('a', 3);
  EXPECT_EQ(notes_.text, "a0 a2 a3 ");
}

TEST_F(WatchHubTest, AChangeIsSentAtOnceInsteadOfHeldProgress) {
  Watch(WatchHub::Kind::kJob, 'a', &notes_);
  Progress('a', 1);
  SetState('a', v1::JOB_STATE_SUSPENDED);
  SetBytes('a', 2);
  Publish('a', true);
  executor_.Advance(absl::Seconds(60));
  EXPECT_EQ(notes_.text, "a0 a2 ");
}

TEST_F(WatchHubTest, ProgressOfOneJobDoesNotHoldThatOfAnother) {
  WatchAll({}, &notes_);
  Progress('a', 1);
  Progress('b', 1);
  Progress('a', 2);
  Progress('b', 2);
  EXPECT_EQ(notes_.text, "a1 b1 ");
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(notes_.text, "a1 b1 a2 b2 ");
}

TEST_F(WatchHubTest, OnlyTheOwnersJobsAreSelected) {
  WatchAll({}, &notes_);
  Progress('x', 1);
  EXPECT_EQ(notes_.text, "");
  WatchFilter all;
  all.all_users = true;
  WatchAll(all, &notes_);
  SetBytes('x', 2);
  Publish('x', true);
  EXPECT_EQ(notes_.text, "x2 ");
}

TEST_F(WatchHubTest, AStoppedWatchGetsNothingMore) {
  const WatchId id = Watch(WatchHub::Kind::kJob, 'a', &notes_);
  Progress('a', 1);
  hub_.Stop(id);
  hub_.Stop(id);
  executor_.Advance(absl::Seconds(60));
  Publish('a', true);
  EXPECT_EQ(notes_.text, "a0 ");
  EXPECT_EQ(hub_.size(), 0);
}

TEST_F(WatchHubTest, AWatchOfNoJobEndsWithNotFound) {
  const WatchId id =
      hub_.Open(WatchHub::Kind::kJob, caller_, absl::ZeroDuration(), &notes_);
  hub_.Bind(id, IdOf('q'));
  hub_.Attach(id);
  EXPECT_EQ(notes_.text, "end:there is no such job any more");
}

TEST_F(WatchHubTest, ABoundWatchIsSilentUntilItIsAttached) {
  SetState('a', v1::JOB_STATE_TRANSFERRING);
  const WatchId id =
      hub_.Open(WatchHub::Kind::kJob, caller_, absl::Seconds(1), &notes_);
  hub_.Bind(id, IdOf('a'));
  Publish('a', true);
  EXPECT_EQ(notes_.text, "");
}

TEST_F(WatchHubTest, AnErrorEndsFetchesOnly) {
  Notes fetch;
  Watch(WatchHub::Kind::kJob, 'a', &notes_);
  Watch(WatchHub::Kind::kFetch, 'a', &fetch);
  SetState('a', v1::JOB_STATE_ERROR);
  jobs_['a'].mutable_error()->mutable_detail()->set_reason(
      v1::ERROR_REASON_DISK_FULL);
  jobs_['a'].mutable_error()->set_message("no space left");
  Publish('a', true);
  EXPECT_EQ(notes_.text, "a0 a0 ");
  EXPECT_EQ(fetch.text, "a0 a0 end:no space left");
}

TEST_F(WatchHubTest, OnlyATiedFetchTellsItsJob) {
  Notes other;
  const WatchId tied = Watch(WatchHub::Kind::kTiedFetch, 'a', &notes_);
  const WatchId loose = Watch(WatchHub::Kind::kFetch, 'a', &other);
  EXPECT_EQ(hub_.TiedJob(tied), IdOf('a'));
  EXPECT_EQ(hub_.TiedJob(loose), std::nullopt);
  hub_.Stop(tied);
  EXPECT_EQ(hub_.TiedJob(tied), std::nullopt);
}

TEST_F(WatchHubTest, AWatcherIsThereForTheJobsThatItSees) {
  int changes = 0;
  WatchHub hub(
      clock_, executor_, [](const JobId&) { return nullptr; },
      [&changes] { ++changes; });
  WatchFilter filter;
  filter.watcher_id = "w";
  const WatchId own =
      hub.Open(WatchHub::Kind::kJobs, caller_, absl::ZeroDuration(), &notes_);
  EXPECT_FALSE(hub.HasWatcher("w", 1000));
  hub.Select(own, filter);
  EXPECT_EQ(changes, 1);
  EXPECT_TRUE(hub.HasWatcher("w", 1000));
  EXPECT_FALSE(hub.HasWatcher("w", 7));
  EXPECT_FALSE(hub.HasWatcher("v", 1000));
  hub.Stop(own);
  EXPECT_EQ(changes, 2);
  EXPECT_FALSE(hub.HasWatcher("w", 1000));

  filter.all_users = true;
  const WatchId all =
      hub.Open(WatchHub::Kind::kJobs, caller_, absl::ZeroDuration(), &notes_);
  hub.Select(all, filter);
  EXPECT_TRUE(hub.HasWatcher("w", 7));
}

TEST_F(WatchHubTest, NothingHeldNoTimer) {
  Watch(WatchHub::Kind::kJob, 'a', &notes_);
  Progress('a', 1);
  EXPECT_TRUE(executor_.HasTimers());
  executor_.Advance(absl::Seconds(30));
  EXPECT_FALSE(executor_.HasTimers());
}

}  // namespace
}  // namespace convoy
