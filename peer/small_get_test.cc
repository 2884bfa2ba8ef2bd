#include "peer/small_get.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"
#include "peer/fake_origin_transport.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr char kUrl[] = "http://origin.test/file.torrent";
constexpr absl::Duration kPatience = absl::Seconds(30);

class SmallGetTest : public ::testing::Test {
 protected:
  void SetFile(std::string content) {
    FakeRemoteFile file;
    file.content = std::move(content);
    origin_.SetFile(kUrl, std::move(file));
  }
  void Start(SmallGet::Want want, std::optional<ByteRange> range = {}) {
    OriginRequest request;
    request.url = kUrl;
    request.range = range;
    request.settings = std::make_shared<const HttpSettings>();
    get_ = std::make_unique<SmallGet>(&origin_, &executor_);
    get_->Start(std::move(request), want, kPatience,
                [this](SmallGet::Answer answer) {
                  EXPECT_FALSE(answer_) << "called twice";
                  answer_ = std::move(answer);
                  get_.reset();
                });
    EXPECT_FALSE(answer_) << "called from inside Start";
  }
  void Run(SmallGet::Want want, std::optional<ByteRange> range = {}) {
    Start(want, range);
    executor_.RunUntilIdle();
    ASSERT_TRUE(answer_);
    EXPECT_EQ(origin_.active(), 0);
    EXPECT_FALSE(executor_.HasTimers());
  }
  v1::ErrorReason reason() const {
    return ErrorDetailOf(answer_->status).reason();
  }

  FakeClock clock_;
  FakeExecutor executor_{clock_};
  FakeOriginTransport origin_{executor_};
  std::unique_ptr<SmallGet> get_;
  std::optional<SmallGet::Answer> answer_;
};

TEST_F(SmallGetTest, BringsTheBody) {
  SetFile(std::string(200 << 10, 'x'));
  Run(SmallGet::Want::kBody);
  EXPECT_TRUE(answer_->status.ok()) << answer_->status;
  EXPECT_EQ(answer_->body, std::string(200 << 10, 'x'));
  EXPECT_EQ(answer_->head.effective_url, kUrl);
}

TEST_F(SmallGetTest, AnAnswerThatIsNoSuccessIsAnError) {
  Run(SmallGet::Want::kBody);
  EXPECT_EQ(reason(), v1::ERROR_REASON_HTTP_STATUS);
  EXPECT_EQ(ErrorDetailOf(answer_->status).http_status(), 404);
}

TEST_F(SmallGetTest, ABodyOfTheLargestSizeIsTaken) {
  SetFile(std::string(SmallGet::kMaxBody, 'x'));
  Run(SmallGet::Want::kBody);
  EXPECT_TRUE(answer_->status.ok()) << answer_->status;
  EXPECT_EQ(answer_->body.size(), SmallGet::kMaxBody);
}

TEST_F(SmallGetTest, ABodyThatIsAnnouncedToBeTooLongIsNotRead) {
  SetFile(std::string(SmallGet::kMaxBody + 1, 'x'));
  Run(SmallGet::Want::kBody);
  EXPECT_EQ(reason(), v1::ERROR_REASON_INVALID_SERVER_RESPONSE);
  EXPECT_EQ(origin_.sent_bytes(), 0);
}

TEST_F(SmallGetTest, ABodyOfUnknownLengthIsReadUpToTheLimit) {
  FakeRemoteFile file;
  file.content = std::string(2 * SmallGet::kMaxBody, 'x');
  file.tells_length = false;
  origin_.SetFile(kUrl, std::move(file));
  Run(SmallGet::Want::kBody);
  EXPECT_EQ(reason(), v1::ERROR_REASON_INVALID_SERVER_RESPONSE);
  EXPECT_LE(origin_.sent_bytes(), SmallGet::kMaxBody + (64 << 10));
}

TEST_F(SmallGetTest, AnEncodedBodyIsRefused) {
  SetFile("x");
  FakeOriginFault fault;
  fault.edit_head = [](OriginResponseHead* head) {
    head->content_encoding = "gzip";
  };
  origin_.AddFault(kUrl, std::move(fault));
  Run(SmallGet::Want::kBody);
  EXPECT_EQ(reason(), v1::ERROR_REASON_INVALID_SERVER_RESPONSE);
}

TEST_F(SmallGetTest, ABodyThatBreaksOffIsAnError) {
  SetFile(std::string(100, 'x'));
  origin_.BreakAfter(kUrl, 50);
  Run(SmallGet::Want::kBody);
  EXPECT_EQ(reason(), v1::ERROR_REASON_CONNECTION_CLOSED);
}

TEST_F(SmallGetTest, OfAHeadThePartThatWasAskedForIsReadToItsEnd) {
  SetFile(std::string(1000, 'x'));
  Run(SmallGet::Want::kHead, ByteRange{0, 1});
  EXPECT_TRUE(answer_->status.ok()) << answer_->status;
  EXPECT_EQ(answer_->answer.kind, OriginAnswer::Kind::kPart);
  EXPECT_EQ(answer_->answer.complete_length, 1000);
  EXPECT_EQ(origin_.sent_bytes(), 1);
}

TEST_F(SmallGetTest, OfAHeadTheWholeFileIsNotRead) {
  FakeRemoteFile file;
  file.content = std::string(1000, 'x');
  file.serves_ranges = false;
  origin_.SetFile(kUrl, std::move(file));
  Run(SmallGet::Want::kHead, ByteRange{0, 1});
  EXPECT_TRUE(answer_->status.ok()) << answer_->status;
  EXPECT_EQ(answer_->answer.kind, OriginAnswer::Kind::kWhole);
  EXPECT_EQ(answer_->answer.complete_length, 1000);
  EXPECT_EQ(origin_.sent_bytes(), 0);
}

TEST_F(SmallGetTest, AHeadThatIsNoneIsAnError) {
  Run(SmallGet::Want::kHead, ByteRange{0, 1});
  EXPECT_EQ(reason(), v1::ERROR_REASON_HTTP_STATUS);
}

TEST_F(SmallGetTest, ABodyThatTakesTooLongIsNotWaitedFor) {
  SetFile(std::string(1000, 'x'));
  origin_.SetRates(20, 0);
  Start(SmallGet::Want::kBody);
  executor_.Advance(kPatience - absl::Seconds(1));
  EXPECT_FALSE(answer_);
  executor_.Advance(absl::Seconds(1));
  ASSERT_TRUE(answer_);
  EXPECT_EQ(reason(), v1::ERROR_REASON_TIMEOUT);
  EXPECT_TRUE(ErrorDetailOf(answer_->status).retryable());
  EXPECT_EQ(origin_.active(), 0);
}

TEST_F(SmallGetTest, AHeadThatCameCountsThoughItsBodyDoesNotCome) {
  SetFile(std::string(1000, 'x'));
  origin_.SetRates(20, 0);
  Start(SmallGet::Want::kHead, ByteRange{0, 1000});
  executor_.Advance(kPatience);
  ASSERT_TRUE(answer_);
  EXPECT_TRUE(answer_->status.ok()) << answer_->status;
  EXPECT_EQ(answer_->answer.complete_length, 1000);
  EXPECT_EQ(origin_.active(), 0);
}

TEST_F(SmallGetTest, DestroyingItEndsTheRequest) {
  SetFile(std::string(1000, 'x'));
  origin_.SetRates(20, 0);
  Start(SmallGet::Want::kBody);
  EXPECT_EQ(origin_.active(), 1);
  executor_.RunUntilIdle();
  ASSERT_FALSE(answer_);
  EXPECT_TRUE(executor_.HasTimers());
  get_.reset();
  EXPECT_FALSE(executor_.HasTimers());
  EXPECT_EQ(origin_.active(), 0);
  executor_.RunUntilIdle();
  EXPECT_FALSE(answer_);
}

}  // namespace
}  // namespace convoy
