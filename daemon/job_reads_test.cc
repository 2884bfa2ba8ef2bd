#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/file_readers.h"
#include "daemon/job_manager.h"
#include "daemon/job_manager_testing.h"
#include "gtest/gtest.h"
#include "peer/byte_range.h"
#include "peer/fake_transfer_engine.h"
#include "proto/error_detail.h"

// ReadFile and GetFilledRanges.
namespace convoy {
namespace {

constexpr std::int64_t kSize = 1'000'000;

// Takes blocks as long as `credit` lasts.
class Reading final : public FileReadListener {
 public:
  explicit Reading(ManagerHarness& harness) : harness_(harness) {}

  void Begin(const v1::ReadFileRequest& request) {
    id_ = harness_.manager().ReadFile(harness_.caller, request, this);
    harness_.RunUntilIdle();
  }
  void OnBytes(std::int64_t offset, std::string bytes) override {
    if (spans.empty() || spans.back().end() != offset) {
      spans.push_back({offset, 0});
    }
    spans.back().length += static_cast<std::int64_t>(bytes.size());
    text += bytes;
    ++blocks;
    if (credit-- > 1) harness_.manager().ContinueRead(id_);
  }
  void OnEnd(absl::Status status) override {
    EXPECT_FALSE(end.has_value());
    end = std::move(status);
  }
  void Continue() {
    harness_.manager().ContinueRead(id_);
    harness_.RunUntilIdle();
  }
  void Stop() { harness_.manager().StopRead(id_); }

  std::vector<ByteRange> spans;  // What came, joined.
  std::string text;
  int blocks = 0;
  int credit = 1000;
  std::optional<absl::Status> end;

 private:
  ManagerHarness& harness_;
  ReadId id_ = 0;
};

class JobReadsTest : public testing::Test {
 protected:
  JobReadsTest() {
    for (int i = 0; static_cast<std::int64_t>(content_.size()) < kSize; ++i) {
      absl::StrAppend(&content_, i, ",");
    }
    content_.resize(kSize);
    harness_.files.contents = content_;
  }

  // The job's first transfer has these bytes on disk now.
  void Flush(std::size_t transfer, const std::vector<ByteRange>& ranges) {
    const std::string checkpoint = absl::StrCat("checkpoint ", ++checkpoints_);
    harness_.engine.SetFlushedRanges(checkpoint, ranges);
    std::int64_t sum = 0;
    for (const ByteRange& range : ranges) sum += range.length;
    TransferNews news = FakeTransferEngine::Progress(sum, kSize);
    news.checkpoint = checkpoint;
    harness_.engine.SendNews(transfer, std::move(news));
    harness_.Advance(absl::Seconds(1));
  }
  std::string CreateTransferred() {
    const std::string id = harness_.CreateRunning({"/d/a"});
    harness_.engine.Succeed(0, content_);
    harness_.RunUntilIdle();
    return id;
  }
  v1::ReadFileRequest Request(const std::string& id) {
    v1::ReadFileRequest request;
    request.set_job_id(id);
    return request;
  }

  std::string content_;
  ManagerHarness harness_;
  int checkpoints_ = 0;
};

TEST_F(JobReadsTest, BytesComeInOrderAsTheyReachTheDisk) {
  const std::string id = harness_.CreateRunning({"/d/a"});
  Reading reading(harness_);
  reading.Begin(Request(id));
  EXPECT_EQ(reading.blocks, 0);

  Flush(0, {{0, 100'000}, {500'000, 100'000}});
  EXPECT_EQ(reading.spans, (std::vector<ByteRange>{{0, 100'000}}));
  Flush(0, {{0, 700'000}});
  EXPECT_EQ(reading.spans, (std::vector<ByteRange>{{0, 700'000}}));
  EXPECT_FALSE(reading.end.has_value());

  harness_.engine.Succeed(0, content_);
  harness_.RunUntilIdle();
  EXPECT_EQ(reading.end, absl::OkStatus());
  EXPECT_TRUE(reading.text == content_);
}

TEST_F(JobReadsTest, ASlowReaderGetsOneBlockAtATime) {
  const std::string id = CreateTransferred();
  Reading reading(harness_);
  reading.credit = 1;
  reading.Begin(Request(id));
  EXPECT_EQ(reading.blocks, 1);
  EXPECT_LE(reading.text.size(), FileReaders::kBlockBytes);
  harness_.Advance(absl::Seconds(5));
  EXPECT_EQ(reading.blocks, 1);
  reading.Stop();
  reading.Continue();
  EXPECT_EQ(reading.blocks, 1);
  EXPECT_FALSE(reading.end.has_value());
}

TEST_F(JobReadsTest, OnlyTheRangesThatWereAskedForCome) {
  const std::string id = harness_.CreateRunning({"/d/a"});
  v1::ReadFileRequest request = Request(id);
  v1::FileRange* range = request.add_ranges();
  range->set_offset_bytes(10);
  range->set_length_bytes(20);
  range = request.add_ranges();
  range->set_offset_bytes(600'000);
  range->set_length_bytes(5);
  Reading reading(harness_);
  reading.Begin(request);
  Flush(0, {{600'000, 1000}});
  EXPECT_EQ(reading.blocks, 0);
  Flush(0, {{0, 1000}, {600'000, 1000}});
  EXPECT_EQ(reading.spans, (std::vector<ByteRange>{{10, 20}, {600'000, 5}}));
  EXPECT_EQ(reading.end, absl::OkStatus());
  EXPECT_EQ(reading.text,
            content_.substr(10, 20) + content_.substr(600'000, 5));
}

TEST_F(JobReadsTest, WithoutWaitingItEndsWhereTheNextByteIsMissing) {
  const std::string id = harness_.CreateRunning({"/d/a"});
  Flush(0, {{0, 1000}});
  v1::ReadFileRequest request = Request(id);
  request.set_no_wait(true);
  Reading reading(harness_);
  reading.Begin(request);
  EXPECT_EQ(reading.spans, (std::vector<ByteRange>{{0, 1000}}));
  EXPECT_EQ(reading.end, absl::OkStatus());
}

TEST_F(JobReadsTest, ARangeBehindTheEndIsRefused) {
  const std::string id = harness_.CreateRunning({"/d/a"});
  v1::ReadFileRequest request = Request(id);
  request.add_ranges()->set_offset_bytes(kSize - 10);
  request.mutable_ranges(0)->set_length_bytes(11);
  Reading reading(harness_);
  reading.Begin(request);
  // The size is not known yet.
  EXPECT_FALSE(reading.end.has_value());
  Flush(0, {{0, 1000}});
  ASSERT_TRUE(reading.end.has_value());
  EXPECT_EQ(ErrorDetailOf(*reading.end).reason(),
            v1::ERROR_REASON_INVALID_RANGE);
  EXPECT_EQ(ErrorDetailOf(*reading.end).field(), "ranges[0]");

  request.mutable_ranges(0)->set_offset_bytes(kSize);
  request.mutable_ranges(0)->clear_length_bytes();
  Reading at_end(harness_);
  at_end.Begin(request);
  EXPECT_EQ(at_end.end, absl::OkStatus());
}

TEST_F(JobReadsTest, AnErrorOfTheJobEndsItAfterWhatIsThere) {
  const std::string id = harness_.CreateRunning({"/d/a"});
  Reading reading(harness_);
  reading.credit = 1;
  reading.Begin(Request(id));
  Flush(0, {{0, 300'000}});
  EXPECT_EQ(reading.blocks, 1);
  harness_.engine.Fail(0, FatalFailure("HTTP status 404"));
  harness_.RunUntilIdle();
  EXPECT_FALSE(reading.end.has_value());
  reading.credit = 1000;
  reading.Continue();
  EXPECT_EQ(reading.spans, (std::vector<ByteRange>{{0, 300'000}}));
  ASSERT_TRUE(reading.end.has_value());
  EXPECT_EQ(ErrorDetailOf(*reading.end).reason(),
            ErrorDetailOf(FatalFailure()).reason());
}

TEST_F(JobReadsTest, CancelAndCompleteEndIt) {
  const std::string cancelled = harness_.CreateRunning({"/d/a"});
  Reading reading(harness_);
  reading.Begin(Request(cancelled));
  EXPECT_TRUE(harness_.Cancel(cancelled).ok());
  ASSERT_TRUE(reading.end.has_value());
  EXPECT_EQ(reading.end->code(), absl::StatusCode::kCancelled);

  const std::string early = harness_.CreateRunning({"/d/b"});
  Reading partial(harness_);
  partial.Begin(Request(early));
  EXPECT_TRUE(harness_.Complete(early).ok());
  ASSERT_TRUE(partial.end.has_value());
  EXPECT_EQ(partial.end->code(), absl::StatusCode::kFailedPrecondition);

  Reading late(harness_);
  late.Begin(Request(early));
  ASSERT_TRUE(late.end.has_value());
  EXPECT_EQ(late.end->code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(JobReadsTest, WhoHasBegunReadsOnWhenTheJobIsCompleted) {
  const std::string id = CreateTransferred();
  Reading reading(harness_);
  reading.credit = 1;
  reading.Begin(Request(id));
  const std::size_t before = reading.text.size();
  EXPECT_TRUE(harness_.Complete(id).ok());
  reading.credit = 1000;
  reading.Continue();
  EXPECT_EQ(reading.end, absl::OkStatus());
  EXPECT_LT(before, content_.size());
  EXPECT_TRUE(reading.text == content_);
}

TEST_F(JobReadsTest, AnotherVersionIsNotMixedIn) {
  const std::string id = harness_.CreateRunning({"/d/a"});
  Flush(0, {{0, 1000}});
  Reading reading(harness_);
  reading.Begin(Request(id));
  harness_.engine.SendCheckpointVoid(0);
  harness_.RunUntilIdle();
  ASSERT_TRUE(reading.end.has_value());
  EXPECT_EQ(ErrorDetailOf(*reading.end).reason(),
            v1::ERROR_REASON_REMOTE_FILE_CHANGED);
  EXPECT_EQ(harness_.FilledRanges(id)->ranges_size(), 0);
}

TEST_F(JobReadsTest, OthersCannotRead) {
  const std::string id = harness_.CreateRunning({"/d/a"});
  harness_.caller = {2000, 2000, false};
  Reading reading(harness_);
  reading.Begin(Request(id));
  ASSERT_TRUE(reading.end.has_value());
  EXPECT_EQ(reading.end->code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(harness_.FilledRanges(id).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(JobReadsTest, AFileThatIsNotThereIsNamed) {
  const std::string id = harness_.CreateRunning({"/d/a"});
  v1::ReadFileRequest request = Request(id);
  request.set_file_index(1);
  Reading reading(harness_);
  reading.Begin(request);
  ASSERT_TRUE(reading.end.has_value());
  EXPECT_EQ(ErrorDetailOf(*reading.end).field(), "file_index");
}

TEST_F(JobReadsTest, ShutdownEndsReaders) {
  const std::string id = harness_.CreateRunning({"/d/a"});
  Reading reading(harness_);
  reading.Begin(Request(id));
  harness_.manager().Shutdown([] {});
  harness_.RunUntilIdle();
  ASSERT_TRUE(reading.end.has_value());
  EXPECT_EQ(ErrorDetailOf(*reading.end).reason(),
            v1::ERROR_REASON_SHUTTING_DOWN);
}

TEST_F(JobReadsTest, FilledRangesAreThoseOnDisk) {
  const std::string id = harness_.CreateRunning({"/d/a"});
  EXPECT_EQ(harness_.FilledRanges(id)->ranges_size(), 0);
  Flush(0, {{0, 10}, {50, 5}});
  const auto some = harness_.FilledRanges(id);
  ASSERT_EQ(some->ranges_size(), 2);
  EXPECT_EQ(some->ranges(1).offset_bytes(), 50);
  EXPECT_EQ(some->ranges(1).length_bytes(), 5);
  harness_.engine.Succeed(0, content_);
  harness_.RunUntilIdle();
  const auto all = harness_.FilledRanges(id);
  ASSERT_EQ(all->ranges_size(), 1);
  EXPECT_EQ(all->ranges(0).length_bytes(), kSize);
}

}  // namespace
}  // namespace convoy
