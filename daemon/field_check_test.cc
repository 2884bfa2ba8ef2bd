#include "daemon/field_check.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/error_detail.pb.h"
#include "google/protobuf/duration.pb.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

TEST(CountCharactersTest, CountsCodePoints) {
  EXPECT_EQ(CountCharacters(""), 0u);
  EXPECT_EQ(CountCharacters("abc"), 3u);
  EXPECT_EQ(CountCharacters("\xC3\xA4"), 1u);
  EXPECT_EQ(CountCharacters("\xE2\x82\xAC!"), 2u);
  EXPECT_EQ(CountCharacters("\xF0\x9F\x98\x80"), 1u);
  EXPECT_EQ(CountCharacters("\xF4\x8F\xBF\xBF"), 1u);
}

TEST(CountCharactersTest, RefusesWhatIsNotUtf8) {
  for (const char* text : {
           "\x80",              // Continuation alone.
           "\xC3",              // Cut off.
           "\xC3(",             // No continuation.
           "\xC0\xAF",          // Overlong.
           "\xE0\x80\xAF",      // Overlong.
           "\xF0\x80\x80\xAF",  // Overlong.
           "\xED\xA0\x80",      // Surrogate.
           "\xF4\x90\x80\x80",  // Above U+10FFFF.
           "\xF5\x80\x80\x80",
           "\xFF",
           "\xE2\x82",
           "\xF0\x9F\x98",
       }) {
    EXPECT_EQ(CountCharacters(text), std::nullopt) << text;
  }
}

TEST(FirstCharactersTest, CutsBetweenCharacters) {
  EXPECT_EQ(FirstCharacters("a\xC3\xA4z", 2), "a\xC3\xA4");
  EXPECT_EQ(FirstCharacters("a\xC3\xA4z", 9), "a\xC3\xA4z");
  EXPECT_EQ(FirstCharacters("a\xFFz", 9), "a");
  EXPECT_EQ(FirstCharacters("abc", 0), "");
}

TEST(ExcerptTest, IsShortAndPrintable) {
  EXPECT_EQ(Excerpt("a\nb"), "a?b");
  EXPECT_EQ(Excerpt(std::string(61, 'x')), std::string(60, 'x') + "...");
}

TEST(CheckTextTest, CountsCharactersNotBytes) {
  const std::string euro = "\xE2\x82\xAC";
  EXPECT_TRUE(CheckText("f", euro + euro, 1, 2).ok());
  const absl::Status status = CheckText("f", euro + euro + euro, 1, 2);
  EXPECT_EQ(ErrorDetailOf(status).reason(), v1::ERROR_REASON_STRING_TOO_LONG);
  EXPECT_EQ(ErrorDetailOf(status).field(), "f");
  EXPECT_EQ(status.message(), "f is longer than 2 characters");
}

TEST(CheckTextTest, RefusesTooShortAndWrongTexts) {
  EXPECT_TRUE(CheckText("f", "", 0, 2).ok());
  EXPECT_EQ(CheckText("f", "", 1, 2).message(),
            "f is required: 1 to 2 characters");
  EXPECT_EQ(CheckText("f", "a", 2, 3).message(),
            "f is shorter than 2 characters");
  EXPECT_EQ(CheckText("f", "\xFF", 1, 2).message(), "f is not UTF-8");
}

struct PathCase {
  std::string path;
  absl::string_view message;  // Empty: allowed.
};

TEST(CheckAbsolutePathTest, TakesOnlyPlainAbsolutePaths) {
  const PathCase cases[] = {
      {"/a", ""},
      {"/a/b c/.d/..e/f..", ""},
      {"/a//b", ""},
      {"/" + std::string(4094, 'x'), ""},
      {"", "f is required: an absolute path"},
      {"a/b", "f is not absolute: begin it with \"/\""},
      {"./a", "f is not absolute: begin it with \"/\""},
      {"/", "f ends with \"/\": name the file, not its folder"},
      {"/a/", "f ends with \"/\": name the file, not its folder"},
      {"/a/./b", "f has a \".\" component: write the path out"},
      {"/a/../b", "f has a \"..\" component: write the path out"},
      {"/a/..", "f has a \"..\" component: write the path out"},
      {"/.", "f has a \".\" component: write the path out"},
      {std::string("/a\0b", 4), "f holds a NUL character"},
      {"/a\xFF", "f is not UTF-8"},
      {"/" + std::string(4095, 'x'), "f is longer than 4095 bytes"},
  };
  for (const PathCase& one : cases) {
    EXPECT_EQ(CheckAbsolutePath("f", one.path).message(), one.message)
        << one.path;
  }
}

struct DurationCase {
  std::int64_t seconds;
  std::int32_t nanos;
  std::optional<absl::Duration> read;
};

TEST(ReadDurationTest, TakesWellFormedDurationsInRange) {
  const DurationCase cases[] = {
      {1, 0, absl::Seconds(1)},
      {1, 500000000, absl::Milliseconds(1500)},
      {60, 0, absl::Minutes(1)},
      {60, 1, std::nullopt},
      {0, 999999999, std::nullopt},
      {-1, 0, std::nullopt},
      {2, -1, std::nullopt},
      {2, 1000000000, std::nullopt},
      {std::numeric_limits<std::int64_t>::max(), 0, std::nullopt},
      {std::numeric_limits<std::int64_t>::min(), 0, std::nullopt},
      {1, std::numeric_limits<std::int32_t>::min(), std::nullopt},
  };
  for (const DurationCase& one : cases) {
    google::protobuf::Duration value;
    value.set_seconds(one.seconds);
    value.set_nanos(one.nanos);
    const auto read =
        ReadDuration("f", value, absl::Seconds(1), absl::Minutes(1));
    ASSERT_EQ(read.ok(), one.read.has_value()) << one.seconds;
    if (read.ok()) {
      EXPECT_EQ(*read, *one.read);
    } else {
      EXPECT_EQ(read.status().message(),
                "f is out of range; allowed: 1s to 1m");
      EXPECT_EQ(ErrorDetailOf(read.status()).field(), "f");
    }
  }
}

}  // namespace
}  // namespace convoy
