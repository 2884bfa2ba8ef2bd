#include "peer/base/url_pattern.h"

#include <string>

#include "gtest/gtest.h"

namespace convoy {
namespace {

TEST(UrlPatternTest, StarsAndQuestionMarksMatchTheWholeUrl) {
  const std::string url = "http://www.example.org/a/b.bin?x=1";
  for (const char* pattern :
       {"*", "http://*", "http://www.example.org/*", "*://*.example.org/*",
        "*b.bin*", "http://www.example.org/a/b.bin?x=1",
        "http://www.example.org/?/b.bin?x=1", "***1"}) {
    EXPECT_TRUE(MatchesUrlPattern(pattern, url)) << pattern;
  }
  for (const char* pattern :
       {"", "https://*", "http://www.example.org/", "*://example.org/*",
        "*.example.org", "*b.bin", "http://?.example.org/*", "*11"}) {
    EXPECT_FALSE(MatchesUrlPattern(pattern, url)) << pattern;
  }
  EXPECT_TRUE(MatchesUrlPattern("", ""));
  EXPECT_TRUE(MatchesUrlPattern("*", ""));
  EXPECT_FALSE(MatchesUrlPattern("?", ""));
}

TEST(UrlPatternTest, AnotherSpellingIsTheSameUrl) {
  EXPECT_TRUE(MatchesUrlPattern("*/secret/*", "HTTP://H/s%65cret/f"));
  EXPECT_TRUE(MatchesUrlPattern("*/secret/*", "http://h/SECRET/f"));
  EXPECT_TRUE(MatchesUrlPattern("HTTP://H/*", "http://h/f"));
  // These escapes mean something else than the character.
  EXPECT_FALSE(MatchesUrlPattern("*/a/b", "http://h/a%2Fb"));
  EXPECT_TRUE(MatchesUrlPattern("*/a%2Fb", "http://h/a%2Fb"));
  EXPECT_TRUE(MatchesUrlPattern("*%", "http://h/%"));
  EXPECT_TRUE(MatchesUrlPattern("*%4", "http://h/%4"));
}

TEST(UrlPatternTest, ManyStarsTakeNoLongTime) {
  const std::string url(10000, 'a');
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  EXPECT_TRUE(MatchesUrlPattern(pattern, url));
  EXPECT_FALSE(MatchesUrlPattern(pattern + "b", url));
}

}  // namespace
}  // namespace convoy
