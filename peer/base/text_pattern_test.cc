#include "peer/base/text_pattern.h"

#include "gtest/gtest.h"

namespace convoy {
namespace {

TEST(TextPatternTest, StarIsAnyTextAndQuestionMarkOneCharacter) {
  EXPECT_TRUE(MatchesPattern("vpn*", "vpn"));
  EXPECT_TRUE(MatchesPattern("vpn*", "vpn-office"));
  EXPECT_TRUE(MatchesPattern("*a*b", "aabab"));
  EXPECT_TRUE(MatchesPattern("eth?", "eth0"));
  EXPECT_TRUE(MatchesPattern("*", ""));
  EXPECT_FALSE(MatchesPattern("eth?", "eth"));
  EXPECT_FALSE(MatchesPattern("eth?", "eth10"));
  EXPECT_FALSE(MatchesPattern("*a*b", "aaba"));
}

TEST(TextPatternTest, AllOfTheTextMustMatch) {
  EXPECT_TRUE(MatchesPattern("wg0", "wg0"));
  EXPECT_FALSE(MatchesPattern("wg", "wg0"));
  EXPECT_FALSE(MatchesPattern("g0", "wg0"));
  EXPECT_FALSE(MatchesPattern("", "wg0"));
}

}  // namespace
}  // namespace convoy
