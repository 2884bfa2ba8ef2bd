#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "peer/transfer_testing.h"

// Transfers that are told which bytes come first, or alone, and how many may
// come.
namespace convoy {
namespace {

class WantedTest : public testing::Test {
 protected:
  static constexpr const char* kUrl = TransferWorld::kUrl;
  // Pieces have 256 KiB.
  static constexpr std::int64_t kPiece = 256 * kKiB;

  TransferSpec Only(std::vector<ByteRange> wanted) {
    TransferSpec spec = world_.Spec();
    spec.wanted = std::move(wanted);
    spec.only_wanted = true;
    return spec;
  }
  FakeRemoteFile Serve(const std::string& content) {
    FakeRemoteFile file = TransferWorld::Remote(content);
    world_.origin().SetFile(kUrl, file);
    return file;
  }
  // "offset+length" of each request with a range, in order.
  std::string Asked() {
    std::string text;
    for (const OriginRequest& request : world_.origin().requests()) {
      if (!request.range.has_value()) continue;
      text += std::to_string(request.range->offset / kPiece) + "+" +
              std::to_string(request.range->length / kPiece) + " ";
    }
    return text;
  }

  TransferWorld world_;
};

TEST_F(WantedTest, OnlyTheWantedPiecesAreFetched) {
  const std::string content = TestContent(8 * kPiece);
  Serve(content);
  const RecordingObserver& observer =
      world_.Run(Only({{2 * kPiece + 10, 100}, {5 * kPiece, kPiece + 1}}));
  ASSERT_TRUE(observer.ended());
  EXPECT_TRUE(observer.status().ok()) << observer.status();
  EXPECT_EQ(Asked(), "0+0 2+1 5+2 ");
  const TransferNews& news = observer.end().news;
  EXPECT_EQ(news.size, 8 * kPiece);
  EXPECT_EQ(news.flushed_bytes, 3 * kPiece);
  const std::string file = world_.target().Content();
  EXPECT_EQ(file.substr(2 * kPiece, kPiece),
            content.substr(2 * kPiece, kPiece));
  EXPECT_EQ(file.substr(5 * kPiece, 2 * kPiece),
            content.substr(5 * kPiece, 2 * kPiece));

  // What is there is not fetched again, and a transfer without a limit brings
  // the rest.
  TransferSpec more = Only({{0, 5}, {2 * kPiece, kPiece}});
  more.checkpoint = news.checkpoint;
  const RecordingObserver& second = world_.Run(std::move(more));
  EXPECT_TRUE(second.status().ok());
  EXPECT_EQ(second.end().news.origin_bytes, kPiece);
  TransferSpec whole = world_.Spec();
  whole.checkpoint = second.end().news.checkpoint;
  EXPECT_TRUE(world_.Run(std::move(whole)).status().ok());
  EXPECT_TRUE(world_.target().Content() == content);
}

TEST_F(WantedTest, NobodyIsAskedForWhatIsThere) {
  Serve(TestContent(4 * kPiece));
  const TransferNews news = world_.Run(Only({{kPiece, 1}})).end().news;
  const std::size_t before = world_.origin().requests().size();
  TransferSpec again = Only({{kPiece, 1}});
  again.checkpoint = news.checkpoint;
  const RecordingObserver& observer = world_.Run(std::move(again));
  EXPECT_TRUE(observer.status().ok());
  EXPECT_EQ(observer.end().news.flushed_bytes, kPiece);
  EXPECT_EQ(world_.origin().requests().size(), before);
}

TEST_F(WantedTest, AFileWhosePiecesAreAllWantedIsCheckedAsAWhole) {
  const std::string content = TestContent(3 * kPiece);
  Serve(content);
  TransferSpec spec = Only({{0, ByteRange::kToEnd}});
  spec.expected_sha256 = Sha256Of(content);
  EXPECT_TRUE(world_.Run(std::move(spec)).status().ok());
  EXPECT_TRUE(world_.target().Content() == content);
  spec = Only({{0, ByteRange::kToEnd}});
  spec.expected_sha256 = Sha256Of("something else");
  EXPECT_EQ(world_.Run(std::move(spec)).reason(),
            v1::ERROR_REASON_VALIDATION_FAILED);
}

TEST_F(WantedTest, BytesThatAreNotInTheFileAreAnError) {
  Serve(TestContent(2 * kPiece));
  for (const ByteRange& range :
       {ByteRange{2 * kPiece, 1}, ByteRange{kPiece, kPiece + 1},
        ByteRange{2 * kPiece, ByteRange::kToEnd}}) {
    const RecordingObserver& observer = world_.Run(Only({range}));
    EXPECT_EQ(observer.reason(), v1::ERROR_REASON_INVALID_RANGE);
    EXPECT_FALSE(observer.retryable());
  }
}

TEST_F(WantedTest, AnOriginWithoutRangesOrValidatorCannotGiveParts) {
  FakeRemoteFile file = TransferWorld::Remote(TestContent(2 * kPiece));
  file.serves_ranges = false;
  world_.origin().SetFile(kUrl, file);
  EXPECT_EQ(world_.Run(Only({{0, 1}})).reason(),
            v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT);
  world_.origin().SetFile(
      kUrl, TransferWorld::Remote(TestContent(2 * kPiece), "W/\"weak\""));
  EXPECT_EQ(world_.Run(Only({{0, 1}})).reason(),
            v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT);
}

TEST_F(WantedTest, AFileThatChangedIsBegunAnew) {
  Serve(TestContent(4 * kPiece, 1));
  TransferSpec spec = Only({{kPiece, 1}});
  spec.checkpoint = world_.Run(Only({{0, 1}})).end().news.checkpoint;
  const std::string content = TestContent(4 * kPiece, 2);
  world_.origin().SetFile(kUrl, TransferWorld::Remote(content, "\"v2\""));
  const RecordingObserver& observer = world_.Run(std::move(spec));
  EXPECT_TRUE(observer.status().ok()) << observer.status();
  EXPECT_EQ(observer.voided(), 1);
  EXPECT_EQ(observer.end().news.flushed_bytes, kPiece);
  EXPECT_EQ(world_.target().Content().substr(kPiece, kPiece),
            content.substr(kPiece, kPiece));
}

TEST_F(WantedTest, TheRestComesBehindWhatIsWanted) {
  const std::string content = TestContent(8 * kPiece);
  Serve(content);
  TransferSpec spec = world_.Spec();
  spec.wanted = {{6 * kPiece, 10}};
  spec.position = 4 * kPiece;
  EXPECT_TRUE(world_.Run(std::move(spec)).status().ok());
  EXPECT_TRUE(world_.target().Content() == content);
  EXPECT_EQ(Asked(), "0+0 6+1 4+2 7+1 0+4 ");
}

TEST_F(WantedTest, AHintIsOneOnly) {
  const std::string content = TestContent(2 * kPiece);
  FakeRemoteFile file = TransferWorld::Remote(content, "");
  file.serves_ranges = file.tells_length = false;
  world_.origin().SetFile(kUrl, file);
  TransferSpec spec = world_.Spec();
  spec.wanted = {{kPiece, 1}, {20 * kPiece, 1}};
  spec.position = 30 * kPiece;
  EXPECT_TRUE(world_.Run(std::move(spec)).status().ok());
  EXPECT_TRUE(world_.target().Content() == content);
}

TEST_F(WantedTest, AFileThatIsTooLargeIsRefusedBeforeItsBody) {
  Serve(TestContent(4 * kPiece));
  TransferSpec spec = world_.Spec();
  spec.max_size = 4 * kPiece - 1;
  const RecordingObserver& observer = world_.Run(std::move(spec));
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_MAX_DOWNLOAD_SIZE);
  EXPECT_FALSE(observer.retryable());
  EXPECT_EQ(world_.target().Size(), 0);
  spec = world_.Spec();
  spec.max_size = 4 * kPiece;
  EXPECT_TRUE(world_.Run(std::move(spec)).status().ok());
}

TEST_F(WantedTest, AStreamEndsWhereItIsTooLarge) {
  FakeRemoteFile file = TransferWorld::Remote(TestContent(4 * kPiece), "");
  file.serves_ranges = file.tells_length = false;
  world_.origin().SetFile(kUrl, file);
  TransferSpec spec = world_.Spec();
  spec.max_size = kPiece;
  EXPECT_EQ(world_.Run(std::move(spec)).reason(),
            v1::ERROR_REASON_MAX_DOWNLOAD_SIZE);
  EXPECT_LE(world_.target().Size(), kPiece);
}

}  // namespace
}  // namespace convoy
