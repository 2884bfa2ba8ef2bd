#include "client/cli/nginx_snippet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace convoy {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kDigest(32, '\0');
constexpr char kBase64[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

TEST(NginxSnippetTest, TellsManifestAndDigestsOfAFile) {
  const std::string snippet =
      NginxSnippet("", {{"/pub/a.img", "/pub/a.img.torrent", kDigest}});
  EXPECT_TRUE(IsNginxSnippet(snippet));
  const std::string base64(kBase64);
  EXPECT_THAT(
      snippet,
      EndsWith("\n\nlocation = \"/pub/a.img\" {\n"
               "  gzip off;\n"
               "  add_header Link '</pub/a.img.torrent>; rel=describedby; "
               "type=\"application/x-bittorrent\"';\n"
               "  add_header Digest \"sha-256=" +
               base64 +
               "\";\n"
               "  add_header Repr-Digest \"sha-256=:" +
               base64 +
               ":\";\n"
               "}\n"));
}

TEST(NginxSnippetTest, AFileWithoutAManifestHasNoLink) {
  const std::string snippet = NginxSnippet("", {{"/empty", "", kDigest}});
  EXPECT_THAT(snippet, Not(HasSubstr("Link")));
  EXPECT_THAT(snippet, HasSubstr("Repr-Digest"));
}

TEST(NginxSnippetTest, WhatNginxReadsAsSyntaxIsEscaped) {
  EXPECT_THAT(NginxSnippet("", {{"/a \"b\\c\n$d;}{'", "", kDigest}}),
              HasSubstr("location = \"/a \\\"b\\\\c\\n$d;}{'\" {\n"));
}

TEST(NginxSnippetTest, KeepsOtherFilesAndReplacesItsOwn) {
  const std::string first = NginxSnippet(
      "", {{"/b", "/b.torrent", kDigest}, {"/a", "/a.torrent", kDigest}});
  const std::string second = NginxSnippet(
      first, {{"/c", "/c.torrent", kDigest}, {"/a", "/new", kDigest}});
  EXPECT_EQ(second, NginxSnippet("", {{"/a", "/new", kDigest},
                                      {"/b", "/b.torrent", kDigest},
                                      {"/c", "/c.torrent", kDigest}}));
}

TEST(NginxSnippetTest, DoingItAgainChangesNothing) {
  const std::string once =
      NginxSnippet("", {{"/a\nlocation = \"/b\" {", "/x", kDigest}});
  EXPECT_EQ(NginxSnippet(once, {}), once);
}

TEST(NginxSnippetTest, HalfALocationIsDropped) {
  const std::string whole = NginxSnippet("", {{"/a", "", kDigest}});
  const std::string torn =
      NginxSnippet(whole + "\nlocation = \"/b\" {\n  gzip off;\n", {});
  EXPECT_EQ(torn, whole);
}

TEST(NginxSnippetTest, OtherFilesAreNoSnippets) {
  EXPECT_FALSE(IsNginxSnippet(""));
  EXPECT_FALSE(IsNginxSnippet("server { }\n"));
}

}  // namespace
}  // namespace convoy
