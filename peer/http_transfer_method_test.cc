#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "peer/transfer_testing.h"

// Transfers of jobs that ask by another method than GET.

namespace convoy {
namespace {

class MethodTest : public testing::Test {
 protected:
  static constexpr const char* kUrl = TransferWorld::kUrl;

  TransferSpec Spec() {
    TransferSpec spec = world_.Spec();
    HttpSettings http;
    http.method = "POST";
    spec.http = std::make_shared<const HttpSettings>(std::move(http));
    return spec;
  }
  // Each request was one for the whole file.
  void ExpectPlainRequests(std::size_t count) {
    ASSERT_EQ(world_.origin().requests().size(), count);
    for (const OriginRequest& request : world_.origin().requests()) {
      EXPECT_EQ(request.url, kUrl);
      EXPECT_EQ(request.method, "POST");
      EXPECT_FALSE(request.range.has_value());
      EXPECT_EQ(request.if_range, "");
    }
  }
  void ExpectWhole(const RecordingObserver& observer,
                   const std::string& content) {
    ASSERT_TRUE(observer.ended());
    EXPECT_TRUE(observer.status().ok()) << observer.status();
    EXPECT_TRUE(world_.target().Content() == content);
  }

  TransferWorld world_;
};

TEST_F(MethodTest, OneRequestBringsTheWholeFile) {
  const std::string content = TestContent(20 * kMiB);
  world_.origin().SetFile(kUrl, TransferWorld::Remote(content));
  world_.origin().SetRates(2 * kMiB, 0);
  RecordingObserver& observer = world_.Start(Spec());
  world_.Advance(absl::Seconds(20));
  ExpectWhole(observer, content);
  ExpectPlainRequests(1);
  EXPECT_EQ(observer.end().news.origin_bytes, content.size());
  for (const TransferNews& news : observer.all()) {
    EXPECT_EQ(news.checkpoint, "");
  }
}

TEST_F(MethodTest, AStreamWithoutALengthIsTaken) {
  const std::string content = TestContent(300 * kKiB);
  FakeRemoteFile file = TransferWorld::Remote(content);
  file.tells_length = false;
  world_.origin().SetFile(kUrl, file);
  ExpectWhole(world_.Run(Spec()), content);
  ExpectPlainRequests(1);
}

TEST_F(MethodTest, ABrokenOneIsBegunAnewEvenWhereADigestDecides) {
  const std::string content = TestContent(700 * kKiB);
  world_.origin().SetFile(kUrl, TransferWorld::Remote(content));
  world_.origin().BreakAfter(kUrl, 300'001);
  TransferSpec spec = Spec();
  spec.expected_sha256 = Sha256Of(content);
  const RecordingObserver& observer = world_.Run(std::move(spec));
  ExpectWhole(observer, content);
  ExpectPlainRequests(2);
  EXPECT_EQ(observer.end().news.origin_bytes, 300'001 + content.size());
}

TEST_F(MethodTest, OneThatBreaksAgainAndAgainIsGivenUp) {
  world_.origin().SetFile(kUrl, TransferWorld::Remote(TestContent(kMiB)));
  for (int i = 0; i < 9; ++i) world_.origin().BreakAfter(kUrl, 300 * kKiB);
  const RecordingObserver& observer = world_.Run(Spec());
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_CONNECTION_CLOSED);
  EXPECT_TRUE(observer.retryable());
  ExpectPlainRequests(4);
}

TEST_F(MethodTest, WhatAnotherMethodBroughtIsOfNoUse) {
  const std::string content = TestContent(8 * kMiB);
  world_.origin().SetFile(kUrl, TransferWorld::Remote(content));
  world_.origin().SetRates(kMiB, 0);
  RecordingObserver& by_get = world_.Start(world_.Spec());
  world_.Advance(absl::Milliseconds(3300));
  ASSERT_FALSE(by_get.ended());
  const std::string checkpoint = by_get.all().back().checkpoint;
  ASSERT_NE(checkpoint, "");
  world_.Stop();

  world_.origin().SetRates(0, 0);
  const std::string answer = TestContent(5 * kMiB, 2);
  world_.origin().SetFile(kUrl, TransferWorld::Remote(answer));
  const std::size_t before = world_.origin().requests().size();
  TransferSpec spec = Spec();
  spec.checkpoint = checkpoint;
  const RecordingObserver& observer = world_.Run(std::move(spec));
  ExpectWhole(observer, answer);
  EXPECT_EQ(observer.voided(), 1);
  ASSERT_EQ(world_.origin().requests().size(), before + 1);
  EXPECT_EQ(world_.origin().requests().back().method, "POST");
  EXPECT_FALSE(world_.origin().requests().back().range.has_value());
}

TEST_F(MethodTest, APartThatNobodyAskedForIsRefused) {
  world_.origin().SetFile(kUrl, TransferWorld::Remote("content"));
  FakeOriginFault fault;
  fault.edit_head = [](OriginResponseHead* head) { head->status = 206; };
  world_.origin().AddFault(kUrl, fault);
  EXPECT_EQ(world_.Run(Spec()).reason(),
            v1::ERROR_REASON_INVALID_SERVER_RESPONSE);
}

}  // namespace
}  // namespace convoy
