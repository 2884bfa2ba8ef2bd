#include "daemon/job_table.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"

namespace convoy {
namespace {

class JobTableTest : public testing::Test {
 protected:
  JobEntry* Add(const std::string& name, uid_t uid,
                v1::JobPriority priority = v1::JOB_PRIORITY_NORMAL) {
    auto job = std::make_unique<Job>();
    job->id = JobId::Random();
    job->sequence = table_.NextSequence();
    job->display_name = name;
    job->owner.uid = uid;
    job->priority = priority;
    return table_.Insert(std::move(job));
  }
  std::string Waiting() {
    std::string names;
    for (const JobEntry* entry : table_.waiting()) {
      names += entry->job->display_name;
    }
    return names;
  }

  JobTable table_;
};

TEST_F(JobTableTest, JobsAreFoundById) {
  JobEntry* const entry = Add("a", 1);
  EXPECT_EQ(table_.Find(entry->job->id), entry);
  EXPECT_EQ(table_.Find(JobId::Random()), nullptr);
  const JobId id = entry->job->id;
  table_.Erase(entry);
  EXPECT_EQ(table_.Find(id), nullptr);
  EXPECT_EQ(table_.size(), 0u);
}

TEST_F(JobTableTest, CountsFollowStatesAndOwners) {
  JobEntry* const a = Add("a", 1);
  JobEntry* const b = Add("b", 1);
  EXPECT_EQ(table_.LiveCountOf(1), 2);
  table_.SetState(a, v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(table_.LiveCountOf(1), 1);
  EXPECT_EQ(table_.live_count(), 1);
  EXPECT_EQ(table_.CountInState(v1::JOB_STATE_CANCELLED), 1);
  EXPECT_EQ(table_.CountInState(v1::JOB_STATE_SUSPENDED), 1);
  table_.SetOwner(b, {2, 2});
  EXPECT_EQ(table_.LiveCountOf(1), 0);
  EXPECT_EQ(table_.LiveCountOf(2), 1);
  EXPECT_EQ(table_.by_owner().count({2, b->job->sequence}), 1u);
  table_.Erase(b);
  EXPECT_EQ(table_.live_count(), 0);
}

TEST_F(JobTableTest, WaitingJobsAreOrderedByPriorityThenTurn) {
  for (const std::string name : {"a", "b", "c"}) {
    table_.SetWaiting(Add(name, 1), true);
  }
  JobEntry* const h = Add("h", 1, v1::JOB_PRIORITY_HIGH);
  table_.SetWaiting(h, true);
  EXPECT_EQ(Waiting(), "habc");
  // Out and in again: the old turn; with a new turn: to the end.
  JobEntry* const a = table_.by_sequence().begin()->second;
  table_.SetWaiting(a, false);
  EXPECT_EQ(Waiting(), "hbc");
  table_.SetWaiting(a, true);
  EXPECT_EQ(Waiting(), "habc");
  table_.SetWaiting(a, false);
  a->turn = 0;
  table_.SetWaiting(a, true);
  EXPECT_EQ(Waiting(), "hbca");
}

TEST_F(JobTableTest, JobsThatWaitForPeersQueueByThemselves) {
  table_.SetWaiting(Add("a", 1), true);
  JobEntry* const p = Add("p", 1);
  p->needed = NeededByPlan();
  p->needed->phase = NeededByPhase::kPeers;
  table_.SetWaiting(p, true);
  EXPECT_EQ(Waiting(), "a");
  EXPECT_EQ(table_.waiting_for_peers().size(), 1u);
  table_.SetWaiting(p, false);
  p->needed->phase = NeededByPhase::kOrigin;
  table_.SetWaiting(p, true);
  EXPECT_EQ(Waiting(), "ap");
  EXPECT_TRUE(table_.waiting_for_peers().empty());
}

TEST_F(JobTableTest, AJobThatIsReplacedIsInAllIndexesOnce) {
  JobEntry* const entry = Add("a", 1);
  table_.SetWaiting(entry, true);
  auto stored = std::make_unique<Job>();
  stored->id = entry->job->id;
  stored->sequence = entry->job->sequence;
  stored->owner.uid = 2;
  stored->state = v1::JOB_STATE_ERROR;
  table_.Replace(entry, std::move(stored));
  EXPECT_EQ(table_.by_sequence().size(), 1u);
  EXPECT_EQ(table_.by_owner().begin()->first.first, 2u);
  EXPECT_EQ(table_.CountInState(v1::JOB_STATE_ERROR), 1);
  EXPECT_EQ(table_.LiveCountOf(1), 0);
  EXPECT_TRUE(table_.waiting().empty());
}

TEST_F(JobTableTest, SequencesGoOnAfterThoseThatWereLoaded) {
  auto job = std::make_unique<Job>();
  job->id = JobId::Random();
  job->sequence = 41;
  table_.Insert(std::move(job));
  EXPECT_EQ(table_.NextSequence(), 42u);
}

}  // namespace
}  // namespace convoy
