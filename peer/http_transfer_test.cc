#include "peer/http_transfer.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "peer/transfer_testing.h"

namespace convoy {
namespace {

constexpr char kModified[] = "Sat, 01 Jan 2022 00:00:00 GMT";

class HttpTransferTest : public testing::Test {
 protected:
  static constexpr const char* kUrl = TransferWorld::kUrl;

  static FakeRemoteFile Remote(std::string content,
                               std::string etag = "\"v1\"") {
    return TransferWorld::Remote(std::move(content), std::move(etag));
  }
  // Expects that the transfer ended well with `content`.
  void ExpectWhole(const RecordingObserver& observer,
                   const std::string& content) {
    ASSERT_TRUE(observer.ended());
    EXPECT_TRUE(observer.status().ok()) << observer.status();
    EXPECT_TRUE(world_.target().Content() == content);
    EXPECT_EQ(observer.end().news.size, content.size());
    EXPECT_EQ(observer.end().news.flushed_bytes, content.size());
    EXPECT_EQ(world_.origin().active(), 0);
    EXPECT_FALSE(world_.executor().HasTimers());
  }
  // The last news before a stop, after some seconds at `rate` bytes a second.
  TransferNews Stopped(const FakeRemoteFile& file, std::int64_t rate) {
    world_.origin().SetFile(kUrl, file);
    world_.origin().SetRates(rate, 0);
    RecordingObserver& observer = world_.Start(world_.Spec());
    world_.Advance(absl::Milliseconds(3300));
    EXPECT_FALSE(observer.ended());
    const TransferNews news = observer.all().back();
    world_.Stop();
    world_.origin().SetRates(0, 0);
    return news;
  }
  std::size_t requests() { return world_.origin().requests().size(); }
  const OriginRequest& request(std::size_t i) {
    return world_.origin().requests().at(i);
  }

  TransferWorld world_;
};

TEST_F(HttpTransferTest, FetchesSmallFileWithOneRequestAndOneSync) {
  const std::string content = TestContent(100 * kKiB);
  world_.origin().SetFile(kUrl, Remote(content));
  const RecordingObserver& observer = world_.Run(world_.Spec());
  ExpectWhole(observer, content);
  ASSERT_EQ(requests(), 1u);
  EXPECT_EQ(request(0).range, ByteRange{});
  EXPECT_EQ(request(0).if_range, "");
  EXPECT_EQ(world_.faults().syncs, 1);
  const TransferNews& news = observer.end().news;
  EXPECT_TRUE(news.connected);
  EXPECT_EQ(news.origin_bytes, 100 * kKiB);
  EXPECT_EQ(news.mirror_bytes, 0);
  EXPECT_EQ(news.validator.etag, "\"v1\"");
  EXPECT_EQ(news.effective_url, kUrl);
  EXPECT_EQ(news.integrity, "size and validator of the origin");
}

TEST_F(HttpTransferTest, FetchesEmptyFileWhetherTheOriginSays200Or416) {
  for (const bool ranges : {false, true}) {
    FakeRemoteFile file = Remote("");
    file.serves_ranges = ranges;
    world_.origin().SetFile(kUrl, file);
    world_.target().SetSize(10);
    ExpectWhole(world_.Run(world_.Spec()), "");
  }
}

TEST_F(HttpTransferTest, AsksWithoutRangeWhen416TellsNoSize) {
  world_.origin().SetFile(kUrl, Remote(""));
  FakeOriginFault fault;
  fault.edit_head = [](OriginResponseHead* head) {
    head->complete_length.reset();
  };
  world_.origin().AddFault(kUrl, fault);
  ExpectWhole(world_.Run(world_.Spec()), "");
  ASSERT_EQ(requests(), 2u);
  EXPECT_FALSE(request(1).range.has_value());
}

TEST_F(HttpTransferTest, Refuses416ForAFileThatIsNotEmpty) {
  world_.origin().SetFile(kUrl, Remote("x"));
  FakeOriginFault fault;
  fault.status = 416;
  fault.edit_head = [](OriginResponseHead* head) { head->complete_length = 5; };
  world_.origin().AddFault(kUrl, fault);
  EXPECT_EQ(world_.Run(world_.Spec()).reason(),
            v1::ERROR_REASON_INVALID_SERVER_RESPONSE);
}

TEST_F(HttpTransferTest, TakesAPlainStreamWhoseSizeIsKnownOnlyAtItsEnd) {
  const std::string content = TestContent(700 * kKiB);
  FakeRemoteFile file = Remote(content, "");
  file.serves_ranges = file.tells_length = false;
  world_.origin().SetFile(kUrl, file);
  world_.origin().SetRates(200 * kKiB, 0);
  const RecordingObserver& observer = world_.Start(world_.Spec());
  world_.Advance(absl::Seconds(3));
  EXPECT_FALSE(observer.all().back().size.has_value());
  EXPECT_GT(observer.all().back().flushed_bytes, 0);
  world_.Advance(absl::Seconds(3));
  ExpectWhole(observer, content);
}

TEST_F(HttpTransferTest, BeginsAnewWhenAPlainStreamBreaks) {
  const std::string content = TestContent(700 * kKiB);
  FakeRemoteFile file = Remote(content);
  file.serves_ranges = file.tells_length = false;
  world_.origin().SetFile(kUrl, file);
  world_.origin().BreakAfter(kUrl, 300 * kKiB);
  ExpectWhole(world_.Run(world_.Spec()), content);
  EXPECT_EQ(requests(), 2u);
}

TEST_F(HttpTransferTest, GivesUpAPlainStreamThatBreaksAgainAndAgain) {
  FakeRemoteFile file = Remote(TestContent(700 * kKiB));
  file.tells_length = file.serves_ranges = false;
  world_.origin().SetFile(kUrl, file);
  for (int i = 0; i < 9; ++i) world_.origin().BreakAfter(kUrl, 300 * kKiB);
  const RecordingObserver& observer = world_.Run(world_.Spec());
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_CONNECTION_CLOSED);
  EXPECT_TRUE(observer.retryable());
  EXPECT_EQ(requests(), 4u);
  EXPECT_EQ(observer.end().news.checkpoint, "");
}

TEST_F(HttpTransferTest, RefusesAStreamLongerThanExpected) {
  FakeRemoteFile file = Remote(TestContent(300 * kKiB));
  file.tells_length = file.serves_ranges = false;
  world_.origin().SetFile(kUrl, file);
  TransferSpec spec = world_.Spec();
  spec.expected_size = 100 * kKiB;
  EXPECT_EQ(world_.Run(std::move(spec)).reason(),
            v1::ERROR_REASON_SIZE_MISMATCH);
  EXPECT_LE(world_.target().Size(), 100 * kKiB);
}

TEST_F(HttpTransferTest, RefusesAStreamShorterThanExpected) {
  FakeRemoteFile file = Remote(TestContent(300 * kKiB));
  file.tells_length = file.serves_ranges = false;
  world_.origin().SetFile(kUrl, file);
  TransferSpec spec = world_.Spec();
  spec.expected_size = 400 * kKiB;
  EXPECT_EQ(world_.Run(std::move(spec)).reason(),
            v1::ERROR_REASON_SIZE_MISMATCH);
}

TEST_F(HttpTransferTest, RefusesAnotherSizeThanExpectedBeforeTheBody) {
  world_.origin().SetFile(kUrl, Remote(TestContent(300 * kKiB)));
  TransferSpec spec = world_.Spec();
  spec.expected_size = 299 * kKiB;
  const RecordingObserver& observer = world_.Run(std::move(spec));
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_SIZE_MISMATCH);
  EXPECT_FALSE(observer.retryable());
  EXPECT_EQ(world_.origin().sent_bytes(), 0);
}

TEST_F(HttpTransferTest, GoesOnAtTheByteWhenTheConnectionBreaks) {
  const std::string content = TestContent(700 * kKiB);
  world_.origin().SetFile(kUrl, Remote(content));
  world_.origin().BreakAfter(kUrl, 300'001);
  world_.origin().BreakAfter(kUrl, 200'002);
  const RecordingObserver& observer = world_.Run(world_.Spec());
  ExpectWhole(observer, content);
  ASSERT_EQ(requests(), 3u);
  EXPECT_EQ(request(1).range->offset, 300'001);
  EXPECT_EQ(request(1).if_range, "\"v1\"");
  EXPECT_EQ(request(2).range->offset, 500'003);
  EXPECT_EQ(observer.end().news.origin_bytes, content.size());
}

TEST_F(HttpTransferTest, EndsWhenABrokenConnectionBringsNothingMore) {
  const std::string content = TestContent(700 * kKiB);
  world_.origin().SetFile(kUrl, Remote(content));
  world_.origin().BreakAfter(kUrl, 300 * kKiB);
  world_.origin().BreakAfter(kUrl, 0);
  const RecordingObserver& observer = world_.Run(world_.Spec());
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_CONNECTION_CLOSED);
  EXPECT_TRUE(observer.retryable());
  EXPECT_EQ(requests(), 2u);
}

TEST_F(HttpTransferTest, KeepsWholePiecesWhenItFails) {
  const std::string content = TestContent(700 * kKiB);
  world_.origin().SetFile(kUrl, Remote(content));
  world_.origin().BreakAfter(kUrl, 600 * kKiB);
  world_.origin().BreakAfter(kUrl, 0);
  const TransferNews news = world_.Run(world_.Spec()).end().news;
  EXPECT_EQ(news.flushed_bytes, 512 * kKiB);
  TransferSpec spec = world_.Spec();
  spec.checkpoint = news.checkpoint;
  const RecordingObserver& observer = world_.Run(std::move(spec));
  ExpectWhole(observer, content);
  EXPECT_EQ(observer.end().news.origin_bytes, (700 - 512) * kKiB);
}

TEST_F(HttpTransferTest, EndsWhenConnectionsBreakAfterNextToNothing) {
  world_.origin().SetFile(kUrl, Remote(TestContent(700 * kKiB)));
  for (int i = 0; i < 50; ++i) world_.origin().BreakAfter(kUrl, 10);
  EXPECT_EQ(world_.Run(world_.Spec()).reason(),
            v1::ERROR_REASON_CONNECTION_CLOSED);
  EXPECT_EQ(requests(), 6u);
}

TEST_F(HttpTransferTest, BeginsAnewAfterABreakWithoutAUsableValidator) {
  const std::string content = TestContent(700 * kKiB);
  world_.origin().SetFile(kUrl, Remote(content, "W/\"weak\""));
  world_.origin().BreakAfter(kUrl, 300 * kKiB);
  const RecordingObserver& observer = world_.Run(world_.Spec());
  ExpectWhole(observer, content);
  ASSERT_EQ(requests(), 2u);
  EXPECT_EQ(request(1).range, ByteRange{});
  EXPECT_EQ(observer.end().news.integrity, "size given by the origin");
}

TEST_F(HttpTransferTest, HoldsAFileWithoutEtagToItsLastModified) {
  const std::string content = TestContent(700 * kKiB);
  FakeRemoteFile file = Remote(content, "");
  file.last_modified = kModified;
  world_.origin().SetFile(kUrl, file);
  world_.origin().BreakAfter(kUrl, 300 * kKiB);
  ExpectWhole(world_.Run(world_.Spec()), content);
  EXPECT_EQ(request(1).if_range, kModified);
  EXPECT_EQ(request(1).range->offset, 300 * kKiB);
}

TEST_F(HttpTransferTest, OldCheckpointIsForgottenBeforeNewBytesAreWritten) {
  const std::string first = TestContent(3 * kMiB, 1);
  const TransferNews news = Stopped(Remote(first), 400 * kKiB);
  TransferSpec spec = world_.Spec();
  spec.checkpoint = news.checkpoint;
  const std::string second = TestContent(3 * kMiB, 2);
  world_.origin().SetFile(kUrl, Remote(second, "\"v2\""));
  RecordingObserver& observer = world_.Start(std::move(spec));
  observer.SetOnVoid([] {});  // Does not get to store that.
  world_.RunUntilIdle();
  EXPECT_EQ(observer.voided(), 1);
  EXPECT_FALSE(observer.ended());
  world_.Stop();
  // The old checkpoint still tells the truth.
  world_.origin().SetFile(kUrl, Remote(first));
  spec = world_.Spec();
  spec.checkpoint = news.checkpoint;
  EXPECT_TRUE(world_.Run(std::move(spec)).status().ok());
  EXPECT_TRUE(world_.target().Content() == first);
}

TEST_F(HttpTransferTest, MirrorThatBeginsAnewVoidsTheCheckpointThatWasTold) {
  const std::string content = TestContent(3 * kMiB, 1);
  const std::string other = TestContent(3 * kMiB, 2);
  world_.origin().SetFile(kUrl, Remote(content));
  world_.origin().SetFile(TransferWorld::kMirror, Remote(other, "\"b\""));
  world_.origin().SetRates(400 * kKiB, 0);
  world_.origin().BreakAfter(kUrl, 1300 * kKiB);
  FakeOriginFault unavailable;
  unavailable.status = 503;
  world_.origin().AddFault(kUrl, unavailable);
  RecordingObserver& observer = world_.Start(world_.Spec(true));
  for (int i = 0; i < 600 && !observer.ended(); ++i) {
    world_.Advance(absl::Milliseconds(50));
    if (observer.voided() > 0) break;
    if (!observer.all().empty()) {
      EXPECT_EQ(observer.all().back().mirror_bytes, 0);
    }
  }
  EXPECT_EQ(observer.voided(), 1);
}

TEST_F(HttpTransferTest, GoesOnFromACheckpoint) {
  const std::string content = TestContent(3 * kMiB);
  const TransferNews news = Stopped(Remote(content), 400 * kKiB);
  EXPECT_GE(news.flushed_bytes, 512 * kKiB);
  EXPECT_EQ(news.flushed_bytes % (256 * kKiB), 0);
  const std::size_t before = requests();
  TransferSpec spec = world_.Spec();
  spec.checkpoint = news.checkpoint;
  const RecordingObserver& observer = world_.Run(std::move(spec));
  ExpectWhole(observer, content);
  EXPECT_EQ(requests(), before + 1);
  EXPECT_EQ(request(before).range->offset, news.flushed_bytes);
  EXPECT_EQ(request(before).if_range, "\"v1\"");
  EXPECT_EQ(observer.end().news.origin_bytes, 3 * kMiB - news.flushed_bytes);
  EXPECT_EQ(observer.all().front().flushed_bytes, news.flushed_bytes);
}

TEST_F(HttpTransferTest, AsksNobodyWhenTheCheckpointHasEverything) {
  const std::string content = TestContent(600 * kKiB);
  world_.origin().SetFile(kUrl, Remote(content));
  const std::string checkpoint =
      world_.Run(world_.Spec()).end().news.checkpoint;
  TransferSpec spec = world_.Spec();
  spec.checkpoint = checkpoint;
  const RecordingObserver& observer = world_.Run(std::move(spec));
  ExpectWhole(observer, content);
  EXPECT_TRUE(observer.end().news.connected);
  EXPECT_EQ(requests(), 1u);
}

TEST_F(HttpTransferTest, IgnoresACheckpointOfAFileThatBecameShorter) {
  const std::string content = TestContent(3 * kMiB);
  TransferSpec spec = world_.Spec();
  spec.checkpoint = Stopped(Remote(content), 400 * kKiB).checkpoint;
  world_.target().SetSize(10);
  const std::size_t before = requests();
  ExpectWhole(world_.Run(std::move(spec)), content);
  EXPECT_EQ(request(before).range, ByteRange{});
}

TEST_F(HttpTransferTest, IgnoresACheckpointThatCannotBeRead) {
  const std::string content = TestContent(3 * kMiB);
  TransferSpec spec = world_.Spec();
  spec.checkpoint = Stopped(Remote(content), 400 * kKiB).checkpoint;
  spec.checkpoint[spec.checkpoint.size() / 2] ^= 1;
  ExpectWhole(world_.Run(std::move(spec)), content);
}

TEST_F(HttpTransferTest, IgnoresACheckpointOfOtherRanges) {
  const std::string content = TestContent(3 * kMiB);
  TransferSpec spec = world_.Spec();
  spec.checkpoint = Stopped(Remote(content), 400 * kKiB).checkpoint;
  spec.ranges = {{0, 2 * kMiB}, {2 * kMiB, ByteRange::kToEnd}};
  ExpectWhole(world_.Run(std::move(spec)), content);
}

TEST_F(HttpTransferTest, TakesTheNewVersionWhenTheFileChangedMeanwhile) {
  TransferSpec spec = world_.Spec();
  spec.checkpoint =
      Stopped(Remote(TestContent(3 * kMiB)), 400 * kKiB).checkpoint;
  const std::string changed = TestContent(2 * kMiB, 2);
  world_.origin().SetFile(kUrl, Remote(changed, "\"v2\""));
  const std::size_t before = requests();
  const RecordingObserver& observer = world_.Run(std::move(spec));
  ExpectWhole(observer, changed);
  EXPECT_EQ(requests(), before + 2) << "one to see it, one to take it";
  EXPECT_EQ(observer.voided(), 1);
  EXPECT_EQ(observer.end().news.validator.etag, "\"v2\"");
}

TEST_F(HttpTransferTest, NeverMixesVersionsWhenTheOriginIgnoresIfRange) {
  TransferSpec spec = world_.Spec();
  spec.checkpoint =
      Stopped(Remote(TestContent(3 * kMiB)), 400 * kKiB).checkpoint;
  FakeRemoteFile file = Remote(TestContent(3 * kMiB, 2), "\"v2\"");
  file.honours_if_range = false;
  world_.origin().SetFile(kUrl, file);
  const std::size_t before = requests();
  ExpectWhole(world_.Run(std::move(spec)), file.content);
  EXPECT_EQ(requests(), before + 2);
  EXPECT_EQ(request(before + 1).range, ByteRange{});
}

TEST_F(HttpTransferTest, BeginsAnewWhenTheSizeDiffersUnderTheSameValidator) {
  TransferSpec spec = world_.Spec();
  spec.checkpoint =
      Stopped(Remote(TestContent(3 * kMiB)), 400 * kKiB).checkpoint;
  const std::string changed = TestContent(3 * kMiB + 1, 2);
  world_.origin().SetFile(kUrl, Remote(changed));
  ExpectWhole(world_.Run(std::move(spec)), changed);
}

TEST_F(HttpTransferTest, BeginsAnewWhenTheFileBecameTooShortForTheRange) {
  TransferSpec spec = world_.Spec();
  spec.checkpoint =
      Stopped(Remote(TestContent(3 * kMiB)), 400 * kKiB).checkpoint;
  FakeRemoteFile file = Remote(TestContent(10 * kKiB, 2), "\"v2\"");
  file.honours_if_range = false;
  world_.origin().SetFile(kUrl, file);
  ExpectWhole(world_.Run(std::move(spec)), file.content);
}

TEST_F(HttpTransferTest, ReportsThatFlushedBytesFellBack) {
  const std::string content = TestContent(3 * kMiB);
  TransferSpec spec = world_.Spec();
  spec.checkpoint = Stopped(Remote(content), 400 * kKiB).checkpoint;
  world_.origin().SetFile(kUrl, Remote(TestContent(3 * kMiB, 2), "\"v2\""));
  world_.origin().SetRates(200 * kKiB, 0);
  const RecordingObserver& observer = world_.Start(std::move(spec));
  world_.Advance(absl::Milliseconds(500));
  EXPECT_EQ(observer.all().back().flushed_bytes, 0);
}

TEST_F(HttpTransferTest, GivesUpOnAFileThatChangesAgainAndAgain) {
  FakeRemoteFile file = Remote(TestContent(700 * kKiB));
  world_.origin().SetFile(kUrl, file);
  for (int i = 0; i < 20; ++i) {
    FakeOriginFault fault;
    fault.body_bytes = 300 * kKiB;
    fault.ends_with = FakeOriginTransport::Closed();
    fault.edit_head = [i](OriginResponseHead* head) {
      head->validator.etag = absl::StrCat("\"v", i, "\"");
    };
    world_.origin().AddFault(kUrl, fault);
  }
  const RecordingObserver& observer = world_.Run(world_.Spec());
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_REMOTE_FILE_CHANGED);
  EXPECT_TRUE(observer.retryable());
}

TEST_F(HttpTransferTest, BeginsAnewWhenAnOriginWithoutRangesBreaks) {
  const std::string content = TestContent(700 * kKiB);
  FakeRemoteFile file = Remote(content);
  file.serves_ranges = false;
  world_.origin().SetFile(kUrl, file);
  world_.origin().BreakAfter(kUrl, 300 * kKiB);
  ExpectWhole(world_.Run(world_.Spec()), content);
  EXPECT_EQ(requests(), 3u) << "one to see that it serves no ranges";
}

struct BadHead {
  const char* what;
  void (*edit)(OriginResponseHead*);
};

class BadHeadTest : public HttpTransferTest,
                    public testing::WithParamInterface<BadHead> {};

TEST_P(BadHeadTest, IsAnInvalidServerResponse) {
  world_.origin().SetFile(kUrl, Remote(TestContent(300 * kKiB)));
  FakeOriginFault fault;
  fault.edit_head = GetParam().edit;
  world_.origin().AddFault(kUrl, fault);
  const RecordingObserver& observer = world_.Run(world_.Spec());
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_INVALID_SERVER_RESPONSE)
      << GetParam().what << ": " << observer.status();
  EXPECT_EQ(world_.origin().sent_bytes(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadHeadTest,
    testing::Values(
        BadHead{"206 without Content-Range",
                [](OriginResponseHead* head) { head->content_range.reset(); }},
        BadHead{
            "other first byte",
            [](OriginResponseHead* head) { head->content_range->offset = 1; }},
        BadHead{"beyond the file",
                [](OriginResponseHead* head) { head->complete_length = 5; }},
        BadHead{"two lengths",
                [](OriginResponseHead* head) { head->content_length = 5; }},
        BadHead{"absurd size",
                [](OriginResponseHead* head) {
                  head->status = 200;
                  head->content_range.reset();
                  head->content_length = INT64_MAX;
                }},
        BadHead{"gzip", [](OriginResponseHead* head) {
                  head->content_encoding = "gzip";
                }}));

TEST_F(HttpTransferTest, RefusesABodyLongerThanAnnounced) {
  world_.origin().SetFile(kUrl, Remote(TestContent(300 * kKiB)));
  FakeOriginFault fault;
  fault.more_body = "surplus";
  world_.origin().AddFault(kUrl, fault);
  EXPECT_EQ(world_.Run(world_.Spec()).reason(),
            v1::ERROR_REASON_INVALID_SERVER_RESPONSE);
}

TEST_F(HttpTransferTest, FetchesTheRestOfABodyShorterThanAnnounced) {
  const std::string content = TestContent(300 * kKiB);
  world_.origin().SetFile(kUrl, Remote(content));
  FakeOriginFault fault;
  fault.body_bytes = 100 * kKiB;
  world_.origin().AddFault(kUrl, fault);
  ExpectWhole(world_.Run(world_.Spec()), content);
  EXPECT_EQ(request(1).range->offset, 100 * kKiB);
}

TEST_F(HttpTransferTest, FetchesTheRestWhenTheOriginSendsShorterRanges) {
  const std::string content = TestContent(300 * kKiB);
  world_.origin().SetFile(kUrl, Remote(content));
  FakeOriginFault fault;
  fault.body_bytes = 100 * kKiB;
  fault.edit_head = [](OriginResponseHead* head) {
    head->content_range->length = 100 * kKiB;
    head->content_length = 100 * kKiB;
  };
  world_.origin().AddFault(kUrl, fault);
  ExpectWhole(world_.Run(world_.Spec()), content);
  EXPECT_EQ(requests(), 2u);
}

struct HttpFailure {
  int status;
  v1::ErrorReason reason;
  bool retryable;
};

class HttpStatusTest : public HttpTransferTest,
                       public testing::WithParamInterface<HttpFailure> {};

TEST_P(HttpStatusTest, BecomesAnError) {
  world_.origin().SetFile(kUrl, Remote("x"));
  FakeOriginFault fault;
  fault.status = GetParam().status;
  fault.retry_after = absl::Seconds(7);
  world_.origin().AddFault(kUrl, fault);
  const RecordingObserver& observer = world_.Run(world_.Spec());
  EXPECT_EQ(observer.reason(), GetParam().reason) << GetParam().status;
  EXPECT_EQ(observer.retryable(), GetParam().retryable) << GetParam().status;
  EXPECT_EQ(ErrorDetailOf(observer.status()).http_status(), GetParam().status);
  EXPECT_EQ(observer.end().retry_after, absl::Seconds(7));
  EXPECT_TRUE(
      absl::StrContains(observer.status().message(),
                        GetParam().status == 407 ? "the proxy" : "the origin"))
      << observer.status();
}

INSTANTIATE_TEST_SUITE_P(
    All, HttpStatusTest,
    testing::Values(HttpFailure{401, v1::ERROR_REASON_AUTHENTICATION_FAILED,
                                false},
                    HttpFailure{403, v1::ERROR_REASON_HTTP_STATUS, false},
                    HttpFailure{404, v1::ERROR_REASON_HTTP_STATUS, false},
                    HttpFailure{407, v1::ERROR_REASON_PROXY_FAILURE, false},
                    HttpFailure{408, v1::ERROR_REASON_HTTP_STATUS, true},
                    HttpFailure{410, v1::ERROR_REASON_HTTP_STATUS, false},
                    HttpFailure{425, v1::ERROR_REASON_HTTP_STATUS, true},
                    HttpFailure{429, v1::ERROR_REASON_HTTP_STATUS, true},
                    HttpFailure{500, v1::ERROR_REASON_HTTP_STATUS, true},
                    HttpFailure{503, v1::ERROR_REASON_HTTP_STATUS, true},
                    HttpFailure{204, v1::ERROR_REASON_HTTP_STATUS, false}));

TEST_F(HttpTransferTest, ChecksTheDigest) {
  const std::string content = TestContent(3 * kMiB);
  world_.origin().SetFile(kUrl, Remote(content));
  TransferSpec spec = world_.Spec();
  spec.expected_sha256 = Sha256Of(content);
  const RecordingObserver& observer = world_.Run(std::move(spec));
  ExpectWhole(observer, content);
  EXPECT_EQ(observer.end().news.integrity, "sha-256 given in the job");
}

TEST_F(HttpTransferTest, ForgetsTheFileWhenTheDigestDiffers) {
  world_.origin().SetFile(kUrl, Remote(TestContent(3 * kMiB)));
  TransferSpec spec = world_.Spec();
  spec.expected_sha256 = Sha256Of("something else");
  const RecordingObserver& observer = world_.Run(std::move(spec));
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_VALIDATION_FAILED);
  EXPECT_FALSE(observer.retryable());
  EXPECT_EQ(observer.end().news.flushed_bytes, 0);
  EXPECT_EQ(observer.end().news.checkpoint, "");
}

TEST_F(HttpTransferTest, ChecksTheDigestOfWhatAnEarlierTransferBrought) {
  const std::string content = TestContent(3 * kMiB);
  for (const bool intact : {true, false}) {
    TransferSpec spec = world_.Spec();
    spec.checkpoint = Stopped(Remote(content), 400 * kKiB).checkpoint;
    spec.expected_sha256 = Sha256Of(content);
    if (!intact) world_.target().Write(1000, "somebody wrote here");
    const RecordingObserver& observer = world_.Run(std::move(spec));
    EXPECT_EQ(observer.status().ok(), intact) << observer.status();
  }
}

TEST_F(HttpTransferTest, ReportsAFullDiskBeforeBytesMove) {
  world_.origin().SetFile(kUrl, Remote(TestContent(3 * kMiB)));
  world_.faults().allocate =
      Error(v1::ERROR_REASON_DISK_FULL, v1::ERROR_CONTEXT_LOCAL_FILE)
          .Status("no room");
  const RecordingObserver& observer = world_.Run(world_.Spec(true));
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_DISK_FULL);
  EXPECT_FALSE(observer.retryable());
  EXPECT_EQ(world_.origin().sent_bytes(), 0);
  EXPECT_EQ(requests(), 1u) << "another URL would not help";
}

TEST_F(HttpTransferTest, ReportsADiskThatFailsToWriteOrToSync) {
  world_.origin().SetFile(kUrl, Remote(TestContent(300 * kKiB)));
  const absl::Status broken =
      Error(v1::ERROR_REASON_LOCAL_FILE_IO, v1::ERROR_CONTEXT_LOCAL_FILE)
          .Status("broken");
  world_.faults().write = broken;
  EXPECT_EQ(world_.Run(world_.Spec()).reason(), v1::ERROR_REASON_LOCAL_FILE_IO);
  world_.faults().write = absl::OkStatus();
  world_.faults().sync = broken;
  const RecordingObserver& observer = world_.Run(world_.Spec());
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_LOCAL_FILE_IO);
  EXPECT_EQ(observer.end().news.flushed_bytes, 0);
}

TEST_F(HttpTransferTest, CutsAFileThatWasLongerBefore) {
  const std::string content = TestContent(100 * kKiB);
  world_.origin().SetFile(kUrl, Remote(content));
  world_.target().SetSize(5 * kMiB);
  ExpectWhole(world_.Run(world_.Spec()), content);
}

}  // namespace
}  // namespace convoy
