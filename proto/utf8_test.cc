#include "proto/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace convoy {
namespace {

TEST(Utf8Test, LengthsOfCharacters) {
  EXPECT_EQ(Utf8Length("a"), 1u);
  EXPECT_EQ(Utf8Length("\xc3\xa9more"), 2u);
  EXPECT_EQ(Utf8Length("\xe2\x82\xac"), 3u);
  EXPECT_EQ(Utf8Length("\xf0\x9f\x9a\x9a"), 4u);
  EXPECT_EQ(Utf8Length("\xf4\x8f\xbf\xbf"), 4u);  // U+10FFFF.
  EXPECT_EQ(Utf8Length(std::string(1, '\0')), 1u);
}

TEST(Utf8Test, WhatIsNoCharacterHasNone) {
  for (const char* text : {
           "\x80",  // Continues nothing.
           "\xc3",
           "\xc3(",             // Cut off; not continued.
           "\xc0\xaf",          // Overlong.
           "\xe0\x80\xaf",      // Overlong.
           "\xf0\x80\x80\xaf",  // Overlong.
           "\xed\xa0\x80",      // Surrogate.
           "\xf4\x90\x80\x80",  // Above U+10FFFF.
           "\xf8\x88\x80\x80\x80",
           "\xff",
       }) {
    EXPECT_EQ(Utf8Length(text), 0u) << text;
  }
}

TEST(Utf8Test, EachByteThatIsNotUtf8BecomesAQuestionMark) {
  EXPECT_EQ(ToUtf8("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(ToUtf8("caf\xe9!"), "caf?!");
  EXPECT_EQ(ToUtf8("\xed\xa0\x80"), "???");
  EXPECT_EQ(ToUtf8("\xf0\x9f\x9a"), "???");
  EXPECT_EQ(ToUtf8(""), "");
}

}  // namespace
}  // namespace convoy
