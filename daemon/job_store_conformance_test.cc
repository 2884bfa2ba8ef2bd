// What every JobStore does: the one on disk, and the fake that other tests use.

#include <stdlib.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "daemon/fake_job_store.h"
#include "daemon/job_store.h"
#include "daemon/job_testing.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

// A store that can be opened, and opened again after its process was killed.
class World {
 public:
  virtual ~World() = default;
  virtual JobStore* Open() = 0;
  virtual void Kill() = 0;
};

class FakeWorld final : public World {
 public:
  JobStore* Open() override { return &store_; }
  void Kill() override { store_.Crash(); }

 private:
  FakeJobStore store_;
};

class SqliteWorld final : public World {
 public:
  SqliteWorld() {
    if (mkdtemp(&folder_[0]) == nullptr) std::abort();
  }
  ~SqliteWorld() override {
    store_.reset();
    unlink((folder_ + "/jobs.db").c_str());
    rmdir(folder_.c_str());
  }
  JobStore* Open() override {
    auto store = OpenSqliteJobStore(folder_ + "/jobs.db");
    EXPECT_TRUE(store.ok()) << store.status();
    if (!store.ok()) std::abort();
    store_ = *std::move(store);
    return store_.get();
  }
  void Kill() override { store_.reset(); }

 private:
  std::string folder_ = "/tmp/convoy-conform-XXXXXX";
  std::unique_ptr<JobStore> store_;
};

template <typename T>
std::unique_ptr<World> MakeWorld() {
  return std::make_unique<T>();
}

class JobStoreConformanceTest
    : public testing::TestWithParam<std::unique_ptr<World> (*)()> {
 protected:
  JobStore& Store() { return *store_; }
  void Reopen() {
    world_->Kill();
    store_ = world_->Open();
  }
  void Stage(const Job& job) {
    Store().PutJob(job);
    for (const JobFile& file : job.files) Store().PutFile(job.id, file);
  }
  void Put(const Job& job) {
    Stage(job);
    ASSERT_EQ(Store().Commit(), absl::OkStatus());
  }
  std::vector<std::string> Loaded() {
    std::vector<std::string> jobs;
    const absl::Status status = Store().LoadJobs(
        [&](std::unique_ptr<Job> job) { jobs.push_back(Describe(*job)); });
    EXPECT_EQ(status, absl::OkStatus());
    return jobs;
  }
  std::string LoadedJob(const JobId& id) {
    const auto job = Store().LoadJob(id);
    if (!job.ok()) return job.status().ToString();
    return *job == nullptr ? "none" : Describe(**job);
  }
  UsedRequest Request(uid_t uid, const std::string& id, const Job& job) {
    return {uid, id, std::string("di\0gest", 7), job.id,
            absl::FromUnixSeconds(1000)};
  }
  bool Finds(uid_t uid, const std::string& id) {
    const auto found = Store().FindRequest(uid, id);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() && found->has_value();
  }

 private:
  const std::unique_ptr<World> world_ = GetParam()();
  JobStore* store_ = world_->Open();
};

TEST_P(JobStoreConformanceTest, IsEmptyAtFirst) {
  EXPECT_TRUE(Loaded().empty());
  EXPECT_EQ(LoadedJob(JobId::Random()), "none");
  EXPECT_FALSE(Finds(1, "request"));
  EXPECT_EQ(Store().Commit(), absl::OkStatus());
}

TEST_P(JobStoreConformanceTest, KeepsEveryFieldOfEveryJob) {
  std::mt19937_64 random(testing::UnitTest::GetInstance()->random_seed());
  std::vector<std::string> expected;
  std::vector<JobId> ids;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const Job job = MakeRandomJob(i * 3, random);
    Stage(job);
    expected.push_back(Describe(job));
    ids.push_back(job.id);
  }
  ASSERT_EQ(Store().Commit(), absl::OkStatus());
  Reopen();
  EXPECT_EQ(Loaded(), expected);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(LoadedJob(ids[i]), expected[i]);
  }
}

TEST_P(JobStoreConformanceTest, ReplacesEveryFieldOfAJob) {
  std::mt19937_64 random(testing::UnitTest::GetInstance()->random_seed());
  const JobId id = JobId::Random();
  for (int i = 0; i < 300; ++i) {
    Job job = MakeRandomJob(7, random);
    job.id = id;
    Stage(job);
    ASSERT_EQ(Store().Commit(), absl::OkStatus());
    const auto found = Store().LoadJob(id);
    ASSERT_TRUE(found.ok() && *found != nullptr);
    // Files are never taken away from a job.
    (*found)->files.resize(job.files.size());
    EXPECT_EQ(Describe(**found), Describe(job));
  }
}

TEST_P(JobStoreConformanceTest, LoadsInTheOrderOfSequence) {
  const Job last = MakeJob(30, 2);
  const Job first = MakeJob(10, 0);
  const Job middle = MakeJob(20, 1);
  for (const Job* job : {&last, &first, &middle}) Put(*job);
  EXPECT_EQ(Loaded(), (std::vector<std::string>{
                          Describe(first), Describe(middle), Describe(last)}));
}

TEST_P(JobStoreConformanceTest, ReadsWhatIsCommittedNotWhatIsStaged) {
  Job job = MakeJob(1, 1);
  Put(job);
  const std::string before = Describe(job);
  job.display_name = "other";
  Stage(job);
  Store().PutRequest(Request(5, "request", job));
  EXPECT_EQ(LoadedJob(job.id), before);
  EXPECT_EQ(Loaded(), std::vector<std::string>{before});
  EXPECT_FALSE(Finds(5, "request"));
  ASSERT_EQ(Store().Commit(), absl::OkStatus());
  EXPECT_EQ(LoadedJob(job.id), Describe(job));
  EXPECT_TRUE(Finds(5, "request"));
}

TEST_P(JobStoreConformanceTest, ForgetsWhatWasNotCommitted) {
  Stage(MakeJob(1, 1));
  Reopen();
  EXPECT_TRUE(Loaded().empty());
}

TEST_P(JobStoreConformanceTest, RemovesAJobWithFilesAndRequests) {
  const Job job = MakeJob(1, 3);
  const Job other = MakeJob(2, 3);
  for (const Job* each : {&job, &other}) {
    Stage(*each);
    Store().PutRequest(Request(5, each->id.ToString(), *each));
  }
  ASSERT_EQ(Store().Commit(), absl::OkStatus());
  Store().RemoveJob(job.id);
  ASSERT_EQ(Store().Commit(), absl::OkStatus());
  EXPECT_EQ(Loaded(), std::vector<std::string>{Describe(other)});
  EXPECT_EQ(LoadedJob(job.id), "none");
  EXPECT_FALSE(Finds(5, job.id.ToString()));
  EXPECT_TRUE(Finds(5, other.id.ToString()));

  // A new job may get the sequence of one that is gone: it inherits nothing.
  const Job heir = MakeJob(1, 1);
  Put(heir);
  EXPECT_EQ(LoadedJob(heir.id), Describe(heir));
}

TEST_P(JobStoreConformanceTest, FindsRequestsByUserAndId) {
  const Job job = MakeJob(1, 0);
  Stage(job);
  const UsedRequest request = Request(5, std::string("a\0b", 3), job);
  Store().PutRequest(request);
  ASSERT_EQ(Store().Commit(), absl::OkStatus());
  Reopen();
  EXPECT_FALSE(Finds(5, "a"));
  EXPECT_FALSE(Finds(6, request.request_id));
  const auto found = Store().FindRequest(5, request.request_id);
  ASSERT_TRUE(found.ok() && found->has_value());
  EXPECT_EQ((*found)->uid, 5u);
  EXPECT_EQ((*found)->request_id, request.request_id);
  EXPECT_EQ((*found)->request_digest, request.request_digest);
  EXPECT_EQ((*found)->job_id, job.id);
  EXPECT_EQ((*found)->time, request.time);
}

TEST_P(JobStoreConformanceTest, RemovesOldRequests) {
  const Job job = MakeJob(1, 0);
  Stage(job);
  for (const int seconds : {10, 20, 30}) {
    UsedRequest request = Request(5, absl::StrCat(seconds), job);
    request.time = absl::FromUnixSeconds(seconds);
    Store().PutRequest(request);
  }
  ASSERT_EQ(Store().Commit(), absl::OkStatus());
  Store().RemoveRequestsBefore(absl::FromUnixSeconds(20));
  ASSERT_EQ(Store().Commit(), absl::OkStatus());
  EXPECT_FALSE(Finds(5, "10"));
  EXPECT_TRUE(Finds(5, "20"));
  EXPECT_TRUE(Finds(5, "30"));
}

TEST_P(JobStoreConformanceTest, CheckingTheStoreLeavesWhatIsStaged) {
  const Job job = MakeJob(1, 1);
  Stage(job);
  EXPECT_EQ(Store().CheckWritable(), absl::OkStatus());
  EXPECT_TRUE(Loaded().empty());
  ASSERT_EQ(Store().Commit(), absl::OkStatus());
  EXPECT_EQ(Loaded(), std::vector<std::string>{Describe(job)});
}

INSTANTIATE_TEST_SUITE_P(Fake, JobStoreConformanceTest,
                         testing::Values(&MakeWorld<FakeWorld>));
INSTANTIATE_TEST_SUITE_P(Sqlite, JobStoreConformanceTest,
                         testing::Values(&MakeWorld<SqliteWorld>));

}  // namespace
}  // namespace convoy
