#include "peer/local_copy.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <utility>

#include "peer/transfer_testing.h"

namespace convoy {
namespace {

class LocalCopyTest : public testing::Test {
 protected:
  TransferSpec Spec() {
    TransferSpec spec = world_.Spec();
    spec.urls = {"file:///source"};
    spec.source = source_.Open();
    return spec;
  }
  // A change of the source that its modification time surely shows.
  void Touch(std::int64_t seconds) {
    struct timespec times[2] = {};
    times[0].tv_sec = times[1].tv_sec = 1'000'000'000 + seconds;
    EXPECT_EQ(futimens(source_.Open().get(), times), 0);
  }

  TransferWorld world_;
  TestFile source_;
};

TEST_F(LocalCopyTest, CopiesTheWholeFile) {
  const std::string content = TestContent(50 * kMiB);
  source_.Write(0, content);
  const RecordingObserver& observer = world_.Run(Spec());
  ASSERT_TRUE(observer.ended());
  EXPECT_TRUE(observer.status().ok()) << observer.status();
  EXPECT_TRUE(world_.target().Content() == content);
  EXPECT_EQ(observer.end().news.local_bytes, 50 * kMiB);
  EXPECT_EQ(observer.end().news.origin_bytes, 0);
  EXPECT_EQ(observer.end().news.flushed_bytes, 50 * kMiB);
  EXPECT_TRUE(observer.end().news.connected);
  EXPECT_TRUE(world_.origin().requests().empty());
  EXPECT_FALSE(world_.executor().HasTimers());
}

TEST_F(LocalCopyTest, CopiesAnEmptyFile) {
  world_.target().SetSize(7);
  EXPECT_TRUE(world_.Run(Spec()).status().ok());
  EXPECT_EQ(world_.target().Size(), 0);
}

TEST_F(LocalCopyTest, CopiesRangesOneAfterAnother) {
  const std::string content = TestContent(3 * kMiB);
  source_.Write(0, content);
  TransferSpec spec = Spec();
  spec.ranges = {{100, 1000}, {kMiB, kMiB}, {3 * kMiB - 5, ByteRange::kToEnd}};
  EXPECT_TRUE(world_.Run(std::move(spec)).status().ok());
  EXPECT_TRUE(world_.target().Content() == content.substr(100, 1000) +
                                               content.substr(kMiB, kMiB) +
                                               content.substr(3 * kMiB - 5));
}

TEST_F(LocalCopyTest, CopiesRangesInTheirOrder) {
  const std::string content = TestContent(3 * kMiB);
  source_.Write(0, content);
  TransferSpec spec = Spec();
  spec.ranges = {{3 * kMiB - 5, ByteRange::kToEnd}, {kMiB, kMiB}, {100, 1000}};
  EXPECT_TRUE(world_.Run(std::move(spec)).status().ok());
  EXPECT_TRUE(world_.target().Content() == content.substr(3 * kMiB - 5) +
                                               content.substr(kMiB, kMiB) +
                                               content.substr(100, 1000));
}

TEST_F(LocalCopyTest, RefusesRangesOutsideTheFile) {
  source_.Write(0, "short");
  TransferSpec spec = Spec();
  spec.ranges = {{3, 10}};
  EXPECT_EQ(world_.Run(std::move(spec)).reason(),
            v1::ERROR_REASON_INVALID_RANGE);
}

TEST_F(LocalCopyTest, ChecksSizeAndDigest) {
  source_.Write(0, "content");
  TransferSpec spec = Spec();
  spec.expected_size = 8;
  EXPECT_EQ(world_.Run(std::move(spec)).reason(),
            v1::ERROR_REASON_SIZE_MISMATCH);
  spec = Spec();
  spec.expected_sha256 = Sha256Of("content");
  EXPECT_TRUE(world_.Run(std::move(spec)).status().ok());
  spec = Spec();
  spec.expected_sha256 = Sha256Of("other");
  const RecordingObserver& observer = world_.Run(std::move(spec));
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_VALIDATION_FAILED);
  EXPECT_EQ(observer.end().news.checkpoint, "");
  EXPECT_EQ(observer.end().news.flushed_bytes, 0);
}

TEST_F(LocalCopyTest, GoesOnFromACheckpointUnlessTheSourceChanged) {
  const std::string content = TestContent(40 * kMiB);
  source_.Write(0, content);
  Touch(0);
  RecordingObserver& first = world_.Run(Spec());
  const std::string checkpoint = first.end().news.checkpoint;
  for (const bool changed : {false, true}) {
    if (changed) Touch(1);
    TransferSpec spec = Spec();
    spec.checkpoint = checkpoint;
    const RecordingObserver& observer = world_.Run(std::move(spec));
    EXPECT_TRUE(observer.status().ok());
    EXPECT_EQ(observer.end().news.local_bytes, changed ? 40 * kMiB : 0);
  }
}

TEST_F(LocalCopyTest, BeginsAnewWhenTheSourceChangesMeanwhile) {
  source_.Write(0, TestContent(20 * kMiB));
  Touch(0);
  world_.worker().Hold();
  RecordingObserver& observer = world_.Run(Spec());
  const std::string content = TestContent(20 * kMiB, 2);
  source_.Write(0, content);
  Touch(1);
  world_.worker().Release();
  world_.RunUntilIdle();
  EXPECT_TRUE(observer.status().ok()) << observer.status();
  EXPECT_TRUE(world_.target().Content() == content);
}

TEST_F(LocalCopyTest, NoStepWritesAfterTheTransferWasStopped) {
  source_.Write(0, TestContent(20 * kMiB));
  world_.worker().Hold();
  world_.Run(Spec());
  world_.Stop();
  world_.target().SetSize(0);
  world_.worker().Release();
  world_.RunUntilIdle();
  EXPECT_EQ(world_.target().Size(), 0);
}

TEST_F(LocalCopyTest, ReportsAFullDisk) {
  source_.Write(0, TestContent(2 * kMiB));
  world_.faults().write =
      Error(v1::ERROR_REASON_DISK_FULL, v1::ERROR_CONTEXT_LOCAL_FILE)
          .Status("full");
  EXPECT_EQ(world_.Run(Spec()).reason(), v1::ERROR_REASON_DISK_FULL);
}

}  // namespace
}  // namespace convoy
