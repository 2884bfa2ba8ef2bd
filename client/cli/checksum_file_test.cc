#include "client/cli/checksum_file.h"

#include <gtest/gtest.h>

#include <string>

namespace convoy {
namespace {

const std::string kA(64, 'a');
const std::string kB(64, 'b');
const std::string kDigestA(32, '\xaa');
const std::string kDigestB(32, '\xbb');

TEST(ChecksumFileTest, LinesAreThoseOfSha256sumSortedByName) {
  EXPECT_EQ(WithChecksums("", {{"y", kDigestA}, {"x y", kDigestB}}),
            kB + "  x y\n" + kA + "  y\n");
}

TEST(ChecksumFileTest, OtherFilesKeepTheirLines) {
  const std::string before = kA + "  z\n" + kA + " *b\n" + kA + "  ./p\n";
  EXPECT_EQ(WithChecksums(before, {{"p", kDigestB}, {"c", kDigestB}}),
            kA + " *b\n" + kB + "  c\n" + kB + "  p\n" + kA + "  z\n");
}

TEST(ChecksumFileTest, WhatIsNoLineOfAFileStaysInFront) {
  EXPECT_EQ(WithChecksums("# ours\n" + kA + "  a\nshort  b", {{"b", kDigestB}}),
            "# ours\nshort  b\n" + kA + "  a\n" + kB + "  b\n");
}

TEST(ChecksumFileTest, NamesAreEscapedAsSha256sumDoes) {
  const std::string text =
      WithChecksums("", {{"a\\b", kDigestA}, {"c\nd\re", kDigestB}});
  EXPECT_EQ(text, "\\" + kA + "  a\\\\b\n\\" + kB + "  c\\nd\\re\n");
  EXPECT_EQ(WithChecksums(text, {{"a\\b", kDigestB}, {"c\nd\re", kDigestB}}),
            "\\" + kB + "  a\\\\b\n\\" + kB + "  c\\nd\\re\n");
}

TEST(ChecksumFileTest, DoingItAgainChangesNothing) {
  const std::string once =
      WithChecksums("note\n" + kA + "  q\n", {{"a", kDigestA}});
  EXPECT_EQ(WithChecksums(once, {{"a", kDigestA}}), once);
  EXPECT_EQ(WithChecksums(once, {}), once);
}

}  // namespace
}  // namespace convoy
