#include "peer/response_head_parser.h"

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
constexpr char kUrl[] = "http://h/f";

// Adds lines as they would come, with line ends, and a blank line.
void AddHead(const std::vector<std::string>& lines,
             ResponseHeadParser* parser) {
  for (const std::string& line : lines) {
    EXPECT_TRUE(parser->AddLine(line + "\r\n"));
  }
  EXPECT_FALSE(parser->complete());
  EXPECT_TRUE(parser->AddLine("\r\n"));
  EXPECT_TRUE(parser->complete());
}

absl::StatusOr<OriginResponseHead> HeadOf(
    const std::vector<std::string>& lines) {
  ResponseHeadParser parser;
  AddHead(lines, &parser);
  return parser.Take(kUrl, kNow);
}

TEST(ResponseHeadParserTest, ReadsWhatTheTransportNeeds) {
  const auto head =
      HeadOf({"HTTP/1.1 206 Partial Content", "content-length: 10",
              "CONTENT-RANGE: bytes 10-19/30", "ETag: W/\"x\"",
              "Last-Modified: Tue, 14 Nov 2023 22:00:00 GMT", "Retry-After: 5",
              "Content-Encoding: GZip", "Content-Encoding: br"});
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(head->status, 206);
  EXPECT_EQ(head->effective_url, kUrl);
  EXPECT_EQ(head->content_length, 10);
  EXPECT_EQ(head->content_range, (ByteRange{10, 10}));
  EXPECT_EQ(head->complete_length, 30);
  EXPECT_EQ(head->validator.etag, "W/\"x\"");
  EXPECT_EQ(head->validator.last_modified, "Tue, 14 Nov 2023 22:00:00 GMT");
  EXPECT_EQ(head->retry_after, absl::Seconds(5));
  EXPECT_EQ(head->content_encoding, "gzip, br");
  EXPECT_EQ(head->headers.size(), 7u);
}

TEST(ResponseHeadParserTest, WhatIsMissingIsAbsent) {
  const auto head = HeadOf({"HTTP/1.1 200 OK"});
  ASSERT_TRUE(head.ok());
  EXPECT_FALSE(head->content_length.has_value());
  EXPECT_FALSE(head->content_range.has_value());
  EXPECT_FALSE(head->complete_length.has_value());
  EXPECT_FALSE(head->retry_after.has_value());
  EXPECT_TRUE(head->validator.empty());
  EXPECT_EQ(head->content_encoding, "");
}

TEST(ResponseHeadParserTest, ValidatorsThatAreNoneAreAbsent) {
  const auto head =
      HeadOf({"HTTP/1.1 200 OK", "ETag: unquoted", "Last-Modified: lately"});
  EXPECT_TRUE(head->validator.empty());
  const auto two = HeadOf({"HTTP/1.1 200 OK", "ETag: \"a\"", "ETag: \"b\""});
  EXPECT_TRUE(two->validator.empty());
}

TEST(ResponseHeadParserTest, ANewHeadReplacesTheOneBefore) {
  ResponseHeadParser parser;
  AddHead({"HTTP/1.1 103 Early Hints", "X: 1", "Content-Length: 7"}, &parser);
  EXPECT_TRUE(parser.IsInterim());
  EXPECT_TRUE(parser.AddLine("HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(parser.complete());
  EXPECT_FALSE(parser.IsInterim());
  EXPECT_TRUE(parser.AddLine("\r\n"));
  const auto head = parser.Take(kUrl, kNow);
  ASSERT_TRUE(head.ok());
  EXPECT_TRUE(head->headers.empty());
  EXPECT_FALSE(head->content_length.has_value());
}

TEST(ResponseHeadParserTest, TrailersChangeNothing) {
  ResponseHeadParser parser;
  EXPECT_TRUE(parser.AddLine("Too-Early: 1\r\n"));
  EXPECT_EQ(parser.status(), 0);
  AddHead({"HTTP/1.1 200 OK", "ETag: \"a\""}, &parser);
  EXPECT_TRUE(parser.AddLine("ETag: \"b\"\r\n"));
  const auto head = parser.Take(kUrl, kNow);
  EXPECT_EQ(head->validator.etag, "\"a\"");
  EXPECT_EQ(head->headers.size(), 1u);
}

TEST(ResponseHeadParserTest, RedirectsNeedStatusAndLocation) {
  for (const int status : {301, 302, 303, 307, 308}) {
    ResponseHeadParser parser;
    AddHead({absl::StrCat("HTTP/1.1 ", status, " x"), "Location: /a",
             "Location: /b"},
            &parser);
    EXPECT_EQ(parser.redirect_location(), "/a");
  }
  for (const int status : {200, 201, 300, 304, 305, 401}) {
    ResponseHeadParser parser;
    AddHead({absl::StrCat("HTTP/1.1 ", status, " x"), "Location: /a"}, &parser);
    EXPECT_EQ(parser.redirect_location(), "");
  }
}

TEST(ResponseHeadParserTest, KeepsALimitedNumberOfHeaders) {
  std::vector<std::string> lines = {"HTTP/1.1 200 OK", "Set-Cookie: secret"};
  for (int i = 0; i < 100; ++i) lines.push_back(absl::StrCat("X-", i, ": v"));
  lines.push_back("ETag: \"last\"");
  const auto head = HeadOf(lines);
  ASSERT_TRUE(head.ok());
  ASSERT_EQ(head->headers.size(), ResponseHeadParser::kMaxKeptHeaders);
  EXPECT_EQ(head->headers.front().name, "X-0");
  EXPECT_EQ(head->headers.back().name, "X-63");
  EXPECT_EQ(head->validator.etag, "\"last\"");
}

TEST(ResponseHeadParserTest, KeepsALimitedNumberOfBytes) {
  const std::string value(6000, 'v');
  const auto head = HeadOf({"HTTP/1.1 200 OK", "A: " + value, "B: " + value,
                            "C: " + value, "D: small", "Content-Length: 3"});
  ASSERT_TRUE(head.ok());
  ASSERT_EQ(head->headers.size(), 2u);
  EXPECT_EQ(head->headers[1].name, "B");
  EXPECT_EQ(head->content_length, 3);
}

TEST(ResponseHeadParserTest, ReceivesALimitedNumberOfBytes) {
  ResponseHeadParser parser;
  EXPECT_TRUE(parser.AddLine("HTTP/1.1 200 OK\r\n"));
  const std::string line = absl::StrCat("X: ", std::string(1000, 'x'), "\r\n");
  std::size_t received = 17;
  while (received + line.size() <= ResponseHeadParser::kMaxReceivedBytes) {
    ASSERT_TRUE(parser.AddLine(line));
    received += line.size();
  }
  EXPECT_FALSE(parser.AddLine(line));
}

TEST(ResponseHeadParserTest, ShowsAsciiOnly) {
  const auto head = HeadOf({"HTTP/1.1 200 OK", "X: caf\xC3\xA9 \xFF"});
  EXPECT_EQ(head->headers[0].value, "caf?? ?");
}

TEST(ResponseHeadParserTest, RefusesHeadsThatContradictThemselves) {
  const std::vector<std::vector<std::string>> bad = {
      {"HTTP/1.1 101 Switching Protocols"},
      {"HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 2"},
      {"HTTP/1.1 200 OK", "Content-Length: one"},
      {"HTTP/1.1 206 x", "Content-Range: bytes 0-1/9",
       "Content-Range: bytes 2-3/9"},
      {"HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked"},
      {"HTTP/1.1 206 x", "Content-Type: Multipart/ByteRanges; boundary=x"},
  };
  for (const std::vector<std::string>& lines : bad) {
    const auto head = HeadOf(lines);
    ASSERT_FALSE(head.ok()) << lines[0] << lines.back();
    const auto detail = GetErrorDetail(head.status());
    EXPECT_EQ(detail->reason(), v1::ERROR_REASON_INVALID_SERVER_RESPONSE);
    EXPECT_EQ(detail->context(), v1::ERROR_CONTEXT_REMOTE_FILE);
    EXPECT_EQ(detail->url(), kUrl);
    EXPECT_FALSE(detail->retryable());
  }
}

TEST(ResponseHeadParserTest, ChunksOverruleALength) {
  const auto head = HeadOf({"HTTP/1.1 200 OK", "Transfer-Encoding: Chunked",
                            "Content-Length: 5", "Content-Length: 5"});
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_FALSE(head->content_length.has_value());
}

}  // namespace
}  // namespace convoy
