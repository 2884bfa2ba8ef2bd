#include "peer/origin_answer.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/error_detail.h"

namespace convoy {
namespace {

OriginRequest Ask(std::int64_t offset, std::int64_t length) {
  OriginRequest request;
  request.url = "http://user:secret@origin.test/file";
  request.range = ByteRange{offset, length};
  return request;
}

OriginResponseHead Part(std::int64_t offset, std::int64_t length) {
  OriginResponseHead head;
  head.status = 206;
  head.content_range = ByteRange{offset, length};
  return head;
}

TEST(ReadAnswerTest, PartMayBeShorterThanAskedButNotLonger) {
  const auto shorter = ReadAnswer(Ask(10, 20), Part(10, 5));
  ASSERT_TRUE(shorter.ok());
  EXPECT_EQ(shorter->kind, OriginAnswer::Kind::kPart);
  EXPECT_EQ(shorter->body, (ByteRange{10, 5}));
  EXPECT_FALSE(shorter->complete_length.has_value());
  EXPECT_FALSE(ReadAnswer(Ask(10, 20), Part(10, 21)).ok());
  EXPECT_FALSE(ReadAnswer(Ask(10, 20), Part(9, 5)).ok());
  EXPECT_FALSE(ReadAnswer(Ask(10, 20), Part(10, 0)).ok());
}

TEST(ReadAnswerTest, WholeFileBeginsAtZeroWhateverWasAsked) {
  OriginResponseHead head;
  head.status = 200;
  head.content_length = 100;
  const auto answer = ReadAnswer(Ask(10, 20), head);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->kind, OriginAnswer::Kind::kWhole);
  EXPECT_EQ(answer->body, (ByteRange{0, 100}));
  EXPECT_EQ(answer->complete_length, 100);
}

TEST(ReadAnswerTest, PartAndBeyondEndNeedARangeInTheRequest) {
  OriginRequest plain = Ask(0, 1);
  plain.range.reset();
  EXPECT_FALSE(ReadAnswer(plain, Part(0, 1)).ok());
  OriginResponseHead head;
  head.status = 416;
  EXPECT_FALSE(ReadAnswer(plain, head).ok());
  EXPECT_TRUE(ReadAnswer(Ask(5, 1), head).ok());
}

TEST(ReadAnswerTest, IdentityIsNoEncoding) {
  OriginResponseHead head = Part(0, 5);
  head.content_encoding = "identity";
  EXPECT_TRUE(ReadAnswer(Ask(0, 5), head).ok());
  head.content_encoding = "br";
  EXPECT_FALSE(ReadAnswer(Ask(0, 5), head).ok());
}

TEST(ReadAnswerTest, ErrorsNameTheUrlWithoutPassword) {
  OriginResponseHead head;
  head.status = 403;
  const auto answer = ReadAnswer(Ask(0, 5), head);
  ASSERT_FALSE(answer.ok());
  const std::string url = ErrorDetailOf(answer.status()).url();
  EXPECT_NE(url.find("origin.test/file"), std::string::npos);
  EXPECT_EQ(url.find("secret"), std::string::npos);
}

TEST(HeadersToShowTest, LeavesOutSecretsAndWhatIsTooMuch) {
  OriginResponseHead head;
  head.headers = {{"Server", "x"},
                  {"SET-COOKIE", "secret"},
                  {"WWW-Authenticate", "Basic"},
                  {"Date", "today"},
                  {"X-Large", std::string(17 << 10, 'x')},
                  {"X-After", "1"}};
  const auto shown = HeadersToShow(head);
  ASSERT_EQ(shown.size(), 2u);
  EXPECT_EQ(shown[0].name, "Server");
  EXPECT_EQ(shown[1].name, "Date");
}

}  // namespace
}  // namespace convoy
