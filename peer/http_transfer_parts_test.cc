#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "peer/transfer_testing.h"

// Transfers of chosen ranges, over several connections, and from several URLs.

namespace convoy {
namespace {

constexpr char kMonday[] = "Mon, 03 Jan 2022 00:00:00 GMT";
constexpr char kTuesday[] = "Tue, 04 Jan 2022 00:00:00 GMT";

class PartsTest : public testing::Test {
 protected:
  static constexpr const char* kUrl = TransferWorld::kUrl;
  static constexpr const char* kMirror = TransferWorld::kMirror;

  static FakeRemoteFile Remote(std::string content, std::string etag,
                               std::string modified = "") {
    FakeRemoteFile file;
    file.content = std::move(content);
    file.etag = std::move(etag);
    file.last_modified = std::move(modified);
    return file;
  }
  void ExpectWhole(const RecordingObserver& observer,
                   const std::string& content) {
    ASSERT_TRUE(observer.ended());
    EXPECT_TRUE(observer.status().ok()) << observer.status();
    EXPECT_TRUE(world_.target().Content() == content);
    EXPECT_EQ(observer.end().news.flushed_bytes, content.size());
    EXPECT_EQ(world_.origin().active(), 0);
    EXPECT_FALSE(world_.executor().HasTimers());
  }
  void Fault(const char* url, int status) {
    FakeOriginFault fault;
    fault.status = status;
    world_.origin().AddFault(url, fault);
  }
  std::size_t requests() { return world_.origin().requests().size(); }
  const OriginRequest& request(std::size_t i) {
    return world_.origin().requests().at(i);
  }

  TransferWorld world_;
};

using RangesTest = PartsTest;

TEST_F(RangesTest, PutsTheRangesOneAfterAnother) {
  const std::string content = TestContent(2 * kMiB);
  world_.origin().SetFile(kUrl, Remote(content, "\"v1\""));
  TransferSpec spec = world_.Spec();
  spec.ranges = {{100, 50}, {kMiB, 300 * kKiB}, {2 * kMiB - 7, -1}};
  const RecordingObserver& observer = world_.Run(std::move(spec));
  ExpectWhole(observer, content.substr(100, 50) +
                            content.substr(kMiB, 300 * kKiB) +
                            content.substr(2 * kMiB - 7));
  ASSERT_EQ(requests(), 3u);
  EXPECT_EQ(request(0).range, (ByteRange{100, 50}));
  EXPECT_EQ(request(1).range, (ByteRange{kMiB, 300 * kKiB}));
  EXPECT_EQ(request(1).if_range, "\"v1\"");
  EXPECT_EQ(request(2).range, (ByteRange{2 * kMiB - 7, 7}));
  EXPECT_EQ(observer.end().news.origin_bytes, 50 + 300 * kKiB + 7);
}

TEST_F(RangesTest, NeedAnOriginThatServesRanges) {
  FakeRemoteFile file = Remote(TestContent(2 * kMiB), "\"v1\"");
  file.serves_ranges = false;
  world_.origin().SetFile(kUrl, file);
  TransferSpec spec = world_.Spec();
  spec.ranges = {{100, 50}};
  const RecordingObserver& observer = world_.Run(std::move(spec));
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT);
  EXPECT_FALSE(observer.retryable());
  EXPECT_EQ(world_.origin().sent_bytes(), 0);
}

TEST_F(RangesTest, BeyondTheFileAreInvalid) {
  world_.origin().SetFile(kUrl, Remote(TestContent(kKiB), "\"v1\""));
  for (const std::vector<ByteRange>& ranges :
       {std::vector<ByteRange>{{2 * kKiB, 5}},  // 416
        std::vector<ByteRange>{{0, 5}, {kKiB - 1, 2}},
        std::vector<ByteRange>{{0, 5}, {kKiB, -1}}}) {
    TransferSpec spec = world_.Spec();
    spec.ranges = ranges;
    const RecordingObserver& observer = world_.Run(std::move(spec));
    EXPECT_EQ(observer.reason(), v1::ERROR_REASON_INVALID_RANGE)
        << observer.status();
    EXPECT_FALSE(observer.retryable());
  }
}

TEST_F(RangesTest, OfAnOriginWithoutValidatorNeedADigest) {
  const std::string content = TestContent(kMiB);
  world_.origin().SetFile(kUrl, Remote(content, ""));
  TransferSpec spec = world_.Spec();
  spec.ranges = {{0, 5}, {100, 5}};
  EXPECT_EQ(world_.Run(std::move(spec)).reason(),
            v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT);
  const std::string wanted = content.substr(0, 5) + content.substr(100, 5);
  spec = world_.Spec();
  spec.ranges = {{0, 5}, {100, 5}};
  spec.expected_sha256 = Sha256Of(wanted);
  ExpectWhole(world_.Run(std::move(spec)), wanted);
}

TEST_F(RangesTest, OfTwoVersionsAreNeverMixed) {
  const std::string old_content = TestContent(kMiB, 1);
  const std::string new_content = TestContent(kMiB, 2);
  FakeRemoteFile file = Remote(new_content, "\"v2\"");
  file.honours_if_range = false;
  world_.origin().SetFile(kUrl, Remote(old_content, "\"v1\""));
  world_.origin().SetRates(100, 0);
  TransferSpec spec = world_.Spec();
  spec.ranges = {{0, 50}, {1000, 50}};
  const RecordingObserver& observer = world_.Start(std::move(spec));
  world_.RunUntilIdle();
  world_.origin().SetFile(kUrl, file);
  world_.Advance(absl::Seconds(20));
  ExpectWhole(observer,
              new_content.substr(0, 50) + new_content.substr(1000, 50));
}

TEST_F(RangesTest, GoOnFromACheckpoint) {
  const std::string content = TestContent(8 * kMiB);
  world_.origin().SetFile(kUrl, Remote(content, "\"v1\""));
  world_.origin().SetRates(kMiB, 0);
  const std::vector<ByteRange> ranges = {{kMiB, 3 * kMiB},
                                         {5 * kMiB, ByteRange::kToEnd}};
  TransferSpec spec = world_.Spec();
  spec.ranges = ranges;
  const RecordingObserver& stopped = world_.Start(std::move(spec));
  world_.Advance(absl::Milliseconds(4300));
  const TransferNews news = stopped.all().back();
  EXPECT_GE(news.flushed_bytes, 2 * kMiB);
  world_.Stop();
  world_.origin().SetRates(0, 0);
  spec = world_.Spec();
  spec.ranges = ranges;
  spec.checkpoint = news.checkpoint;
  const RecordingObserver& observer = world_.Run(std::move(spec));
  ExpectWhole(observer,
              content.substr(kMiB, 3 * kMiB) + content.substr(5 * kMiB));
  EXPECT_EQ(observer.end().news.origin_bytes, 6 * kMiB - news.flushed_bytes);
}

using ConnectionsTest = PartsTest;

TEST_F(ConnectionsTest, GrowWhileEachBringsMore) {
  const std::string content = TestContent(30 * kMiB);
  world_.origin().SetFile(kUrl, Remote(content, "\"v1\""));
  world_.origin().SetRates(kMiB, 0);
  const RecordingObserver& observer = world_.Start(world_.Spec());
  world_.Advance(absl::Seconds(7));
  EXPECT_EQ(world_.origin().active(), 4);
  EXPECT_EQ(observer.all().back().connections, 4);
  world_.Advance(absl::Seconds(20));
  ExpectWhole(observer, content);
  EXPECT_EQ(world_.origin().most_active(), 4);
  for (std::size_t i = 1; i < requests(); ++i) {
    EXPECT_EQ(request(i).if_range, "\"v1\"");
  }
  // What a connection got beyond its part was thrown away: a chunk at most.
  EXPECT_LE(world_.origin().sent_bytes(), 31 * kMiB);
}

TEST_F(ConnectionsTest, StayAtOneWhenTheLinkIsFull) {
  const std::string content = TestContent(15 * kMiB);
  world_.origin().SetFile(kUrl, Remote(content, "\"v1\""));
  world_.origin().SetRates(0, kMiB);
  const RecordingObserver& observer = world_.Start(world_.Spec());
  world_.Advance(absl::Seconds(10));
  EXPECT_EQ(world_.origin().active(), 1);
  world_.Advance(absl::Seconds(20));
  ExpectWhole(observer, content);
  EXPECT_EQ(world_.origin().most_active(), 2) << "one was tried";
}

TEST_F(ConnectionsTest, StayAtOneForASmallFile) {
  world_.origin().SetFile(kUrl, Remote(TestContent(4 * kMiB), "\"v1\""));
  world_.origin().SetRates(200 * kKiB, 0);
  const RecordingObserver& observer = world_.Start(world_.Spec());
  world_.Advance(absl::Seconds(60));
  EXPECT_TRUE(observer.status().ok());
  EXPECT_EQ(requests(), 1u);
}

TEST_F(ConnectionsTest, StayAtOneWithoutAUsableValidator) {
  world_.origin().SetFile(kUrl, Remote(TestContent(15 * kMiB), "W/\"v1\""));
  world_.origin().SetRates(kMiB, 0);
  const RecordingObserver& observer = world_.Start(world_.Spec());
  world_.Advance(absl::Seconds(60));
  EXPECT_TRUE(observer.status().ok());
  EXPECT_EQ(requests(), 1u);
}

TEST_F(ConnectionsTest, RefusedOneCostsNothing) {
  const std::string content = TestContent(20 * kMiB);
  world_.origin().SetFile(kUrl, Remote(content, "\"v1\""));
  world_.origin().SetRates(kMiB, 0);
  const RecordingObserver& observer = world_.Start(world_.Spec());
  world_.Advance(absl::Milliseconds(500));
  Fault(kUrl, 503);
  world_.Advance(absl::Seconds(60));
  ExpectWhole(observer, content);
  EXPECT_EQ(world_.origin().most_active(), 2);
}

TEST_F(ConnectionsTest, ThatSeesAnotherVersionMakesAllBeginAnew) {
  const std::string old_content = TestContent(20 * kMiB, 1);
  const std::string new_content = TestContent(20 * kMiB, 2);
  world_.origin().SetFile(kUrl, Remote(old_content, "\"v1\""));
  world_.origin().SetRates(kMiB, 0);
  const RecordingObserver& observer = world_.Start(world_.Spec());
  world_.Advance(absl::Seconds(1));
  world_.origin().SetFile(kUrl, Remote(new_content, "\"v2\""));
  world_.Advance(absl::Seconds(60));
  ExpectWhole(observer, new_content);
}

TEST_F(ConnectionsTest, BrokenOneIsReplacedWhileTheOthersGoOn) {
  const std::string content = TestContent(30 * kMiB);
  world_.origin().SetFile(kUrl, Remote(content, "\"v1\""));
  world_.origin().SetRates(kMiB, 0);
  const RecordingObserver& observer = world_.Start(world_.Spec());
  world_.Advance(absl::Milliseconds(500));
  world_.origin().BreakAfter(kUrl, 2 * kMiB);
  world_.Advance(absl::Seconds(60));
  ExpectWhole(observer, content);
  EXPECT_EQ(world_.origin().most_active(), 4);
}

TEST_F(ConnectionsTest, AreHeldBackWhileTheDiskIsBehind) {
  world_.origin().SetFile(kUrl, Remote(TestContent(150 * kMiB), "\"v1\""));
  world_.origin().SetChunk(kMiB);
  world_.worker().Hold();
  const RecordingObserver& observer = world_.Start(world_.Spec());
  world_.RunUntilIdle();
  EXPECT_LT(world_.origin().sent_bytes(), 132 * kMiB);
  EXPECT_FALSE(observer.ended());
  world_.Advance(absl::Milliseconds(300));
  EXPECT_EQ(observer.all().back().activity, "waiting for the disk");
  world_.worker().Release();
  world_.RunUntilIdle();
  world_.Advance(absl::Seconds(5));
  EXPECT_TRUE(observer.ended());
}

using MirrorsTest = PartsTest;

TEST_F(MirrorsTest, AreTriedInOrderWhenAUrlFails) {
  const std::string content = TestContent(300 * kKiB);
  world_.origin().SetFile(kMirror, Remote(content, "\"m\""));
  const RecordingObserver& observer = world_.Run(world_.Spec(true));
  ExpectWhole(observer, content);
  EXPECT_EQ(request(0).url, kUrl);
  EXPECT_EQ(request(1).url, kMirror);
  EXPECT_EQ(observer.end().news.url_index, 1);
  EXPECT_EQ(observer.end().news.origin_bytes, 0);
  EXPECT_EQ(observer.end().news.mirror_bytes, 300 * kKiB);
}

TEST_F(MirrorsTest, ErrorThatMayPassIsPreferred) {
  Fault(kUrl, 404);
  Fault(kMirror, 503);
  const RecordingObserver& observer = world_.Run(world_.Spec(true));
  EXPECT_EQ(ErrorDetailOf(observer.status()).http_status(), 503);
  EXPECT_TRUE(observer.retryable());
  EXPECT_NE(observer.status().message().find("no such file"),
            absl::string_view::npos)
      << observer.status();
}

TEST_F(MirrorsTest, ErrorOfTheFirstUrlIsPreferredElse) {
  Fault(kUrl, 403);
  Fault(kMirror, 404);
  const RecordingObserver& observer = world_.Run(world_.Spec(true));
  EXPECT_EQ(ErrorDetailOf(observer.status()).http_status(), 403);
}

TEST_F(MirrorsTest, GoOnWithTheBytesOfAnotherUrlWhenTheDatesAgree) {
  const std::string content = TestContent(700 * kKiB);
  world_.origin().SetFile(kUrl, Remote(content, "\"a\"", kMonday));
  world_.origin().SetFile(kMirror, Remote(content, "\"b\"", kMonday));
  world_.origin().BreakAfter(kUrl, 300 * kKiB);
  Fault(kUrl, 503);
  const RecordingObserver& observer = world_.Run(world_.Spec(true));
  ExpectWhole(observer, content);
  ASSERT_EQ(requests(), 3u);
  EXPECT_EQ(request(2).range->offset, 300 * kKiB);
  EXPECT_EQ(request(2).if_range, kMonday);
  EXPECT_EQ(observer.end().news.origin_bytes, 300 * kKiB);
  EXPECT_EQ(observer.end().news.mirror_bytes, 400 * kKiB);
}

TEST_F(MirrorsTest, BeginAnewWithoutAProofOfEqualBytes) {
  const std::string content = TestContent(700 * kKiB, 1);
  const std::string other = TestContent(700 * kKiB, 2);
  world_.origin().SetFile(kUrl, Remote(content, "\"a\""));
  world_.origin().SetFile(kMirror, Remote(other, "\"b\""));
  world_.origin().BreakAfter(kUrl, 300 * kKiB);
  Fault(kUrl, 503);
  ExpectWhole(world_.Run(world_.Spec(true)), other);
}

TEST_F(MirrorsTest, AreSkippedWhenTheyHaveAnotherFile) {
  const std::string content = TestContent(700 * kKiB);
  for (const FakeRemoteFile& wrong :
       {Remote(TestContent(600 * kKiB, 2), "\"b\"", kMonday),
        Remote(TestContent(700 * kKiB, 2), "\"b\"", kTuesday)}) {
    world_.origin().SetFile(kUrl, Remote(content, "\"a\"", kMonday));
    world_.origin().SetFile(kMirror, wrong);
    world_.origin().BreakAfter(kUrl, 300 * kKiB);
    Fault(kUrl, 503);
    const RecordingObserver& observer = world_.Run(world_.Spec(true));
    EXPECT_EQ(ErrorDetailOf(observer.status()).http_status(), 503);
    EXPECT_TRUE(observer.retryable());
    EXPECT_NE(observer.status().message().find("another file"),
              absl::string_view::npos)
        << observer.status();
  }
}

TEST_F(MirrorsTest, NeedOnlyTheSizeWhenADigestDecides) {
  const std::string content = TestContent(700 * kKiB);
  world_.origin().SetFile(kUrl, Remote(content, "\"a\"", kMonday));
  world_.origin().SetFile(kMirror, Remote(content, "\"b\"", kTuesday));
  world_.origin().BreakAfter(kUrl, 300 * kKiB);
  Fault(kUrl, 503);
  TransferSpec spec = world_.Spec(true);
  spec.expected_sha256 = Sha256Of(content);
  const RecordingObserver& observer = world_.Run(std::move(spec));
  ExpectWhole(observer, content);
  EXPECT_EQ(observer.end().news.mirror_bytes, 400 * kKiB);
}

TEST_F(MirrorsTest, AreTriedFromScratchWhenTheDigestDiffers) {
  const std::string content = TestContent(700 * kKiB, 1);
  world_.origin().SetFile(kUrl, Remote(TestContent(700 * kKiB, 2), "\"a\""));
  world_.origin().SetFile(kMirror, Remote(content, "\"b\""));
  TransferSpec spec = world_.Spec(true);
  spec.expected_sha256 = Sha256Of(content);
  ExpectWhole(world_.Run(std::move(spec)), content);
  EXPECT_EQ(request(1).range, ByteRange{});
}

TEST_F(MirrorsTest, AreTriedAloneWhenAMixtureHasTheWrongDigest) {
  const std::string content = TestContent(700 * kKiB, 1);
  world_.origin().SetFile(kUrl, Remote(TestContent(700 * kKiB, 2), "\"a\""));
  world_.origin().SetFile(kMirror, Remote(content, "\"b\""));
  world_.origin().BreakAfter(kUrl, 300 * kKiB);
  Fault(kUrl, 503);
  TransferSpec spec = world_.Spec(true);
  spec.expected_sha256 = Sha256Of(content);
  ExpectWhole(world_.Run(std::move(spec)), content);
  EXPECT_EQ(requests(), 4u);
}

TEST_F(MirrorsTest, WithAnotherSizeBeginAnewWhenADigestDecides) {
  const std::string content = TestContent(700 * kKiB, 1);
  world_.origin().SetFile(kUrl, Remote(TestContent(600 * kKiB, 2), "\"a\""));
  world_.origin().SetFile(kMirror, Remote(content, "\"b\""));
  world_.origin().BreakAfter(kUrl, 300 * kKiB);
  Fault(kUrl, 503);
  TransferSpec spec = world_.Spec(true);
  spec.expected_sha256 = Sha256Of(content);
  ExpectWhole(world_.Run(std::move(spec)), content);
}

TEST_F(MirrorsTest, MustHaveTheExpectedSizeToo) {
  const std::string content = TestContent(700 * kKiB);
  world_.origin().SetFile(kUrl, Remote("wrong", "\"a\""));
  world_.origin().SetFile(kMirror, Remote(content, "\"b\""));
  TransferSpec spec = world_.Spec(true);
  spec.expected_size = 700 * kKiB;
  ExpectWhole(world_.Run(std::move(spec)), content);
}

}  // namespace
}  // namespace convoy
