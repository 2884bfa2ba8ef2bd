#include "peer/base/url_text.h"

#include <gtest/gtest.h>

namespace convoy {
namespace {

TEST(UrlTextTest, AComponentKeepsOnlyUnreservedCharacters) {
  EXPECT_EQ(EncodedPathComponent("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(EncodedPathComponent("a b/c%d?e#f\"g+h"),
            "a%20b%2Fc%25d%3Fe%23f%22g%2Bh");
  EXPECT_EQ(EncodedPathComponent("\xc3\xa9"), "%C3%A9");
}

TEST(UrlTextTest, AUrlKeepsItsDelimitersAndEscapes) {
  EXPECT_EQ(EncodedUrl("http://u@h:1/a%20b;c?d=e&f#[g]"),
            "http://u@h:1/a%20b;c?d=e&f#[g]");
  EXPECT_EQ(EncodedUrl("http://h/a b\"<>\n\xff"),
            "http://h/a%20b%22%3C%3E%0A%FF");
}

TEST(UrlTextTest, DecodesOnlyWholeEscapes) {
  EXPECT_EQ(PercentDecoded("a%20b%2Fc%c3%A9"), "a b/c\xc3\xa9");
  EXPECT_EQ(PercentDecoded("100%"), "100%");
  EXPECT_EQ(PercentDecoded("%2"), "%2");
  EXPECT_EQ(PercentDecoded("%zz%"), "%zz%");
}

}  // namespace
}  // namespace convoy
