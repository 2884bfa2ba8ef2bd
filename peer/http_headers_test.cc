#include "peer/http_headers.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(784111777);
constexpr absl::string_view kNowAsDate = "Sun, 06 Nov 1994 08:49:37 GMT";

TEST(StatusLineTest, ReadsTheStatus) {
  EXPECT_EQ(ParseStatusLine("HTTP/1.1 206 Partial Content\r\n"), 206);
  EXPECT_EQ(ParseStatusLine("HTTP/1.0 200\r\n"), 200);
  EXPECT_EQ(ParseStatusLine("HTTP/2 404 \r\n"), 404);
  EXPECT_EQ(ParseStatusLine("HTTP/1.1 100 \xFF\n"), 100);
  for (const char* line :
       {"", "HTTP/", "HTTP/1.1", "HTTP/1.1 ", "HTTP/ 200", "HTTP/x 200",
        "HTTP/1.1 20", "HTTP/1.1 099 x", "HTTP/1.1 600 x", "HTTP/1.1 2000",
        "HTTP/1.1 -20 x", "http/1.1 200 x", "X: HTTP/1.1 200"}) {
    EXPECT_EQ(ParseStatusLine(line), std::nullopt) << line;
  }
}

TEST(HeaderLineTest, SeparatesNameAndValue) {
  const auto header = ParseHeaderLine("X-A: \t b: c \t\r\n");
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->name, "X-A");
  EXPECT_EQ(header->value, "b: c");
  EXPECT_EQ(ParseHeaderLine("Empty:")->value, "");
  EXPECT_EQ(ParseHeaderLine("Bytes: \xC3\xA9")->value, "\xC3\xA9");
}

TEST(HeaderLineTest, RefusesWhatIsNoHeader) {
  for (const absl::string_view line :
       {absl::string_view("no colon"), absl::string_view(": value"),
        absl::string_view("blank : x"), absl::string_view(" folded: x"),
        absl::string_view("X: a\rb"), absl::string_view("X: a\nY: b"),
        absl::string_view("X: a\0b", 6),
        absl::string_view("X: \x7F"
                          "a"),
        absl::string_view("\xC3\xA9: x")}) {
    EXPECT_FALSE(ParseHeaderLine(line).has_value()) << line;
  }
}

TEST(ContentRangeTest, ReadsRangeAndLength) {
  auto range = ParseContentRange("bytes 5-9/100");
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->range, (ByteRange{5, 5}));
  EXPECT_EQ(range->complete_length, 100);

  range = ParseContentRange("BYTES 0-0/*");
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->range, (ByteRange{0, 1}));
  EXPECT_EQ(range->complete_length, std::nullopt);

  range = ParseContentRange("bytes */0");
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->range, std::nullopt);
  EXPECT_EQ(range->complete_length, 0);
}

TEST(ContentRangeTest, RefusesWhatContradictsItself) {
  for (const char* value : {"",
                            "bytes",
                            "bytes ",
                            "bytes 0-9",
                            "bytes 9-5/100",
                            "bytes 0-100/100",
                            "bytes 0-0/0",
                            "bytes */*",
                            "bytes -5/100",
                            "bytes 5-/100",
                            "bytes 0-9/",
                            "bytes 0-9/-1",
                            "bytes 0-9/1x",
                            "bytes +0-9/100",
                            "bytes 0 - 9/100",
                            "bytes=0-9/100",
                            "lines 0-9/100",
                            "bytes 0-9/100 ",
                            "bytes 0-9223372036854775807/*",
                            "bytes 0-9/99999999999999999999"}) {
    EXPECT_FALSE(ParseContentRange(value).has_value()) << value;
  }
}

TEST(ContentLengthTest, IsDigitsOnly) {
  EXPECT_EQ(ParseContentLength("0"), 0);
  EXPECT_EQ(ParseContentLength("007"), 7);
  EXPECT_EQ(ParseContentLength("4611686018427387904"), std::int64_t{1} << 62);
  for (const char* value : {"", "-1", "+1", " 1", "1 ", "1, 1", "0x10", "1e3",
                            "4611686018427387905", "99999999999999999999"}) {
    EXPECT_EQ(ParseContentLength(value), std::nullopt) << value;
  }
}

TEST(HttpDateTest, ReadsAllThreeForms) {
  EXPECT_EQ(ParseHttpDate(kNowAsDate), kNow);
  EXPECT_EQ(ParseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT"), kNow);
  EXPECT_EQ(ParseHttpDate("Sun Nov  6 08:49:37 1994"), kNow);
  EXPECT_EQ(ParseHttpDate("Wed Nov 16 08:49:37 1994"), kNow + absl::Hours(240));
  EXPECT_EQ(ParseHttpDate("Thursday, 29-Feb-24 00:00:00 GMT"),
            absl::FromUnixSeconds(1709164800));
  // A leap second.
  EXPECT_EQ(ParseHttpDate("Sat, 31 Dec 2016 23:59:60 GMT"),
            absl::FromUnixSeconds(1483228800));
}

TEST(HttpDateTest, RefusesWhatIsNoDate) {
  for (const char* value :
       {"", "tomorrow", "Sun, 06 Nov 1994 08:49:37",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT+1",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun Nov  6 08:49:37 94",
        "Sun Nov 6 08:49:37 1994"}) {
    EXPECT_EQ(ParseHttpDate(value), std::nullopt) << value;
  }
}

TEST(RetryAfterTest, IsAWaitFromNow) {
  EXPECT_EQ(ParseRetryAfter("120", kNow), absl::Minutes(2));
  EXPECT_EQ(ParseRetryAfter(kNowAsDate, kNow - absl::Seconds(30)),
            absl::Seconds(30));
  EXPECT_EQ(ParseRetryAfter("soon", kNow), std::nullopt);
  EXPECT_EQ(ParseRetryAfter("-1", kNow), std::nullopt);
}

TEST(RetryAfterTest, IsNeverNegativeAndNeverLongerThanAYear) {
  EXPECT_EQ(ParseRetryAfter(kNowAsDate, kNow + absl::Hours(1)),
            absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("99999999999999999999", kNow),
            absl::Hours(24 * 365));
  EXPECT_EQ(ParseRetryAfter("Fri, 31 Dec 9999 23:59:59 GMT", kNow),
            absl::Hours(24 * 365));
}

TEST(EntityTagTest, HasQuotes) {
  for (const char* tag : {"\"\"", "\"abc-123\"", "W/\"weak\"", "\"a'b/c:d\""}) {
    EXPECT_TRUE(IsEntityTag(tag)) << tag;
  }
  for (const char* tag : {"", "\"", "abc", "\"open", "\"a\"b\"", "w/\"x\"",
                          "W/", "\"a b\"", "\"\xC3\xA9\"", "\"a\tb\""}) {
    EXPECT_FALSE(IsEntityTag(tag)) << tag;
  }
}

TEST(SecretHeaderTest, KnowsThemInAnyCase) {
  for (const char* name : {"Set-Cookie", "set-cookie", "WWW-AUTHENTICATE",
                           "Proxy-Authenticate", "Authorization"}) {
    EXPECT_TRUE(IsSecretHeader(name)) << name;
  }
  for (const char* name : {"ETag", "Server", "Cookies", ""}) {
    EXPECT_FALSE(IsSecretHeader(name)) << name;
  }
}

}  // namespace
}  // namespace convoy
