#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/job_manager_testing.h"
#include "gtest/gtest.h"
#include "peer/byte_range.h"
#include "peer/fake_transfer_engine.h"
#include "proto/error_detail.h"

// Jobs on demand, and jobs that may fetch only so much.
namespace convoy {
namespace {

v1::CreateJobRequest Request(const std::vector<std::string>& paths = {"/d/a"}) {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("job");
  for (const std::string& path : paths) {
    v1::JobFile* const file = request.add_files();
    file->set_remote_url("http://origin.example/a");
    file->set_local_path(path);
  }
  return request;
}

v1::UpdateJobRequest Update(const std::string& id, const std::string& field) {
  v1::UpdateJobRequest request;
  request.mutable_job()->set_id(id);
  request.mutable_update_mask()->add_paths(field);
  return request;
}

class JobDemandTest : public testing::Test {
 protected:
  std::string Create(v1::CreateJobRequest request = Request()) {
    request.mutable_job()->set_on_demand(true);
    const auto job = harness_.Create(request);
    EXPECT_TRUE(job.ok()) << job.status();
    return job->id();
  }
  absl::StatusOr<v1::JobFile> Ask(const std::string& id, std::int64_t offset,
                                  std::int64_t length, int index = 0) {
    v1::RequestRangesRequest request;
    request.set_job_id(id);
    request.set_file_index(index);
    v1::FileRange* const range = request.add_ranges();
    range->set_offset_bytes(offset);
    range->set_length_bytes(length);
    return harness_.RequestRanges(request);
  }
  // The newest transfer has what it was asked for.
  void EndInPart(std::int64_t flushed, std::int64_t size) {
    TransferEnd end;
    end.news = FakeTransferEngine::Progress(flushed, size);
    harness_.engine.SendEnd(harness_.engine.count() - 1, std::move(end));
    harness_.RunUntilIdle();
  }
  const TransferSpec& newest() {
    return harness_.engine.spec(harness_.engine.count() - 1);
  }

  ManagerHarness harness_;
};

TEST_F(JobDemandTest, FetchesWhatIsAskedForAndIsSuspendedThen) {
  const std::string id = Create();
  const auto file = Ask(id, 100, 50);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->requested_ranges_size(), 1);
  EXPECT_EQ(harness_.engine.count(), 0u);
  ASSERT_TRUE(harness_.Resume(id).ok());
  ASSERT_EQ(harness_.engine.count(), 1u);
  EXPECT_TRUE(newest().only_wanted);
  EXPECT_EQ(newest().wanted, std::vector<ByteRange>({{100, 50}}));
  EndInPart(256, 1000);
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_SUSPENDED);
  EXPECT_EQ(harness_.Get(id)->progress().transferred_bytes(), 256);

  // More, also after a restart.
  harness_.KillAndRestart();
  ASSERT_TRUE(Ask(id, 150, 10).ok());
  EXPECT_EQ(ErrorDetailOf(Ask(id, 990, 11).status()).reason(),
            v1::ERROR_REASON_INVALID_RANGE);
  ASSERT_TRUE(harness_.Resume(id).ok());
  EXPECT_EQ(newest().wanted, std::vector<ByteRange>({{100, 60}}));
  EXPECT_EQ(newest().checkpoint, "checkpoint");
  harness_.engine.Succeed(harness_.engine.count() - 1, "all of it");
  harness_.RunUntilIdle();
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
}

TEST_F(JobDemandTest, WithoutARequestNothingIsFetched) {
  const std::string id = Create(Request({"/d/a", "/d/b"}));
  ASSERT_TRUE(harness_.Resume(id).ok());
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_SUSPENDED);
  EXPECT_EQ(harness_.engine.count(), 0u);
  const auto explained = harness_.Explain(id);
  EXPECT_TRUE(absl::StrContains(explained->factors(0).text(), "on demand"));
  EXPECT_TRUE(absl::StrContains(explained->DebugString(),
                                "the job is on demand: its URLs alone"));

  ASSERT_TRUE(Ask(id, 0, 1, 1).ok());
  ASSERT_TRUE(harness_.Resume(id).ok());
  EXPECT_EQ(harness_.engine.count(), 1u);
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_CONNECTING);
}

TEST_F(JobDemandTest, ARequestWhileTheJobRunsBeginsTheTransferAnew) {
  const std::string id = Create();
  ASSERT_TRUE(Ask(id, 0, 10).ok());
  ASSERT_TRUE(harness_.Resume(id).ok());
  v1::RequestRangesRequest request;
  request.set_job_id(id);
  request.set_position_bytes(77);
  ASSERT_TRUE(harness_.RequestRanges(request).ok());
  EXPECT_EQ(harness_.engine.count(), 2u);
  EXPECT_FALSE(harness_.engine.running(0));
  EXPECT_EQ(newest().position, 77);
  EXPECT_EQ(newest().wanted, std::vector<ByteRange>({{0, 10}}));
}

TEST_F(JobDemandTest, AFileThatWaitsForAnotherIsTakenUpByARequest) {
  const std::string id = Create(Request({"/d/a", "/d/b"}));
  ASSERT_TRUE(Ask(id, 0, 10, 0).ok());
  ASSERT_TRUE(harness_.Resume(id).ok());
  ASSERT_EQ(harness_.engine.count(), 1u);
  ASSERT_TRUE(Ask(id, 0, 10, 1).ok());
  harness_.RunUntilIdle();
  EXPECT_EQ(harness_.engine.count(), 2u);
  EndInPart(10, 1000);
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_TRANSFERRING);
}

TEST_F(JobDemandTest, LocalFilesAndThoseWithRangesAreFetchedAsTheyAre) {
  v1::CreateJobRequest request = Request({"/d/a", "/d/b"});
  request.mutable_files(0)->set_remote_url("file:///srv/a");
  request.mutable_files(1)->add_ranges()->set_length_bytes(10);
  const std::string id = Create(request);
  ASSERT_TRUE(harness_.Resume(id).ok());
  ASSERT_EQ(harness_.engine.count(), 2u);
  EXPECT_FALSE(harness_.engine.spec(0).only_wanted);
  EXPECT_FALSE(harness_.engine.spec(1).only_wanted);
  EXPECT_EQ(ErrorDetailOf(Ask(id, 0, 1, 1).status()).reason(),
            v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT);
  EXPECT_EQ(Ask(id, 0, 1, 2).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(JobDemandTest, AJobThatIsNoLongerOnDemandFetchesAll) {
  const std::string id = Create(Request({"/d/a", "/d/b"}));
  ASSERT_TRUE(Ask(id, 0, 10).ok());
  ASSERT_TRUE(harness_.Resume(id).ok());
  ASSERT_TRUE(harness_.Update(Update(id, "on_demand")).ok());
  harness_.RunUntilIdle();
  EXPECT_FALSE(harness_.Get(id)->on_demand());
  EXPECT_EQ(harness_.engine.Running().size(), 2u);
  EXPECT_FALSE(newest().only_wanted);
}

TEST_F(JobDemandTest, FetchWaitsForWholeFiles) {
  v1::FetchRequest request;
  *request.mutable_files() = Request().files();
  request.mutable_job()->set_on_demand(true);
  RecordingListener listener;
  harness_.manager().Fetch(harness_.caller, request, &listener);
  harness_.RunUntilIdle();
  ASSERT_TRUE(listener.end.has_value());
  EXPECT_EQ(ErrorDetailOf(*listener.end).field(), "job.on_demand");
}

class MaximumSizeTest : public JobDemandTest {
 protected:
  std::string Run(v1::CreateJobRequest request, std::int64_t most) {
    request.mutable_job()->set_maximum_download_bytes(most);
    const auto job = harness_.Create(request);
    EXPECT_TRUE(job.ok()) << job.status();
    EXPECT_EQ(job->maximum_download_bytes(), most);
    EXPECT_TRUE(harness_.Resume(job->id()).ok());
    return job->id();
  }
  void ExpectTooLarge(const std::string& id) {
    const auto job = harness_.Get(id);
    EXPECT_EQ(job->state(), v1::JOB_STATE_ERROR);
    EXPECT_EQ(job->error().detail().reason(),
              v1::ERROR_REASON_MAX_DOWNLOAD_SIZE);
    EXPECT_FALSE(job->error().detail().retryable());
    EXPECT_TRUE(harness_.engine.Running().empty());
  }
};

TEST_F(MaximumSizeTest, SizesThatAreKnownBeforehandEndTheJobAtItsBegin) {
  v1::CreateJobRequest request = Request({"/d/a", "/d/b"});
  request.mutable_files(0)->set_expected_size_bytes(60);
  request.mutable_files(1)->add_ranges()->set_length_bytes(41);
  const std::string id = Run(request, 100);
  ExpectTooLarge(id);
  EXPECT_EQ(harness_.engine.count(), 0u);
  const auto explained = harness_.Explain(id);
  EXPECT_TRUE(absl::StrContains(explained->summary(), "maximum_download_bytes"))
      << explained->summary();

  v1::UpdateJobRequest more = Update(id, "maximum_download_bytes");
  more.mutable_job()->set_maximum_download_bytes(101);
  ASSERT_TRUE(harness_.Update(more).ok());
  harness_.KillAndRestart();
  EXPECT_EQ(harness_.Get(id)->maximum_download_bytes(), 101);
  ASSERT_TRUE(harness_.Resume(id).ok());
  EXPECT_EQ(harness_.engine.count(), 2u);
}

TEST_F(MaximumSizeTest, SizesThatTheOriginTellsCountTogether) {
  const std::string id = Run(Request({"/d/a", "/d/b"}), 100);
  EXPECT_EQ(newest().max_size, 100);
  harness_.engine.SendNews(0, FakeTransferEngine::Progress(0, 60));
  harness_.RunUntilIdle();
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_TRANSFERRING);
  const auto explained = harness_.Explain(id);
  EXPECT_TRUE(absl::StrContains(explained->DebugString(),
                                "If its files are larger than 100 bytes"));
  harness_.engine.SendNews(1, FakeTransferEngine::Progress(0, 41));
  harness_.RunUntilIdle();
  ExpectTooLarge(id);
}

TEST_F(MaximumSizeTest, AStreamThatGrowsEndsTheJob) {
  const std::string id = Run(Request(), 100);
  TransferNews news = FakeTransferEngine::Progress(100, 0);
  news.size.reset();
  harness_.engine.SendNews(0, news);
  harness_.RunUntilIdle();
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_TRANSFERRING);
  news.flushed_bytes = 101;
  harness_.engine.SendNews(0, news);
  harness_.RunUntilIdle();
  ExpectTooLarge(id);
}

TEST_F(MaximumSizeTest, WhatIsTooLargeAtItsEndIsNoSuccess) {
  const std::string id = Run(Request(), 5);
  harness_.engine.Succeed(0, "larger than five bytes");
  harness_.RunUntilIdle();
  ExpectTooLarge(id);
}

TEST_F(MaximumSizeTest, ALowerLimitAndMoreFilesCountAtOnce) {
  std::string id = Run(Request(), 100);
  harness_.engine.SendNews(0, FakeTransferEngine::Progress(0, 60));
  harness_.RunUntilIdle();
  v1::UpdateJobRequest less = Update(id, "maximum_download_bytes");
  less.mutable_job()->set_maximum_download_bytes(59);
  ASSERT_TRUE(harness_.Update(less).ok());
  ExpectTooLarge(id);
}

TEST_F(MaximumSizeTest, ASizeIsOne) {
  v1::CreateJobRequest request = Request();
  request.mutable_job()->set_maximum_download_bytes(-1);
  const absl::Status status = harness_.Create(request).status();
  EXPECT_EQ(ErrorDetailOf(status).field(), "job.maximum_download_bytes");
}

}  // namespace
}  // namespace convoy
