#include "peer/origin_metadata.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

using Headers = std::vector<HttpHeader>;

// "target relation,relation type priority" of each link, in one line.
std::string Shown(absl::string_view value) {
  std::vector<std::string> shown;
  for (const WebLink& link : ParseLinks(value)) {
    std::string text = link.target;
    absl::StrAppend(&text, " ", absl::StrJoin(link.relations, ","));
    if (!link.media_type.empty()) absl::StrAppend(&text, " ", link.media_type);
    if (link.priority != WebLink::kNoPriority) {
      absl::StrAppend(&text, " ", link.priority);
    }
    shown.push_back(std::move(text));
  }
  return absl::StrJoin(shown, " | ");
}

TEST(LinkHeaderTest, ReadsTargetRelationsTypeAndPriority) {
  const std::pair<const char*, const char*> kTable[] = {
      {"<http://h/f>; rel=duplicate", "http://h/f duplicate"},
      {"</f>;rel=\"Duplicate NEXT\"", "/f duplicate,next"},
      {"<f.torrent>; rel=describedby; type=\"application/x-bittorrent\"",
       "f.torrent describedby application/x-bittorrent"},
      {"<f> ; rel = describedby ; TYPE = Application/X-BitTorrent;",
       "f describedby application/x-bittorrent"},
      {"<f>; rel=x; type=\"text/html; charset=utf-8\"", "f x text/html"},
      {"<f>; rel=duplicate; pri=1; pref; geo=gb", "f duplicate 1"},
      {"<f>; rel=duplicate; pri=0", "f duplicate"},
      {"<f>; rel=duplicate; pri=1000000", "f duplicate"},
      {"<f>; rel=duplicate; pri=x", "f duplicate"},
      {"<a>; rel=x, <b>; rel=y", "a x | b y"},
      {" ,, <a>; rel=x ,\t, <b>;; ; rel=y,", "a x | b y"},
      // Commas and semicolons in a target and in quotes separate nothing.
      {"<a,b;c>; rel=x; title=\"p, <q>; rel=y\"", "a,b;c x"},
      {"<a>; title=\"say \\\"x\\\", then\"; rel=x", "a x"},
      // The first of two counts.
      {"<a>; rel=x; rel=y", "a x"},
      {"<a>", "a "},
      {"", ""},
  };
  for (const auto& [value, shown] : kTable) {
    EXPECT_EQ(Shown(value), shown) << value;
  }
}

TEST(LinkHeaderTest, LeavesOutWhatIsAboutAnotherResource) {
  EXPECT_EQ(Shown("<a>; rel=duplicate; anchor=\"#part\", <b>; rel=x"), "b x");
  EXPECT_EQ(Shown("<a>; rel=duplicate; anchor"), "");
}

TEST(LinkHeaderTest, ABadLinkIsLeftOutAndTheNextIsRead) {
  for (const char* bad :
       {"a; rel=x", "<>; rel=x", "<a>; rel=x junk", "<a> junk; rel=x",
        "<a>; =x", "<a>; r(l=x", "<a>; rel=\"x\" y", "a \"quoted, comma\""}) {
    EXPECT_EQ(Shown(absl::StrCat(bad, ", <b>; rel=y")), "b y") << bad;
  }
  for (const char* endless : {"<a", "<a; rel=x", "<a>; rel=\"x", "<a>; x=\"\\",
                              "a \"", "<a>; rel=\"x, <b>; rel=y"}) {
    EXPECT_EQ(Shown(endless), "") << endless;
  }
}

TEST(LinkHeaderTest, IsBounded) {
  std::string many;
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&many, "<a>;rel=x,");
  EXPECT_EQ(ParseLinks(many).size(), kMaxLinks);

  const std::string longest(WebLink::kMaxTarget, 'x');
  EXPECT_EQ(ParseLinks(absl::StrCat("<", longest, ">")).size(), 1);
  EXPECT_EQ(ParseLinks(absl::StrCat("<", longest, "x>")).size(), 0);

  std::string relations;
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&relations, "x ");
  const auto links =
      ParseLinks(absl::StrCat("<a>; rel=\"", relations, "\", <b>"));
  ASSERT_EQ(links.size(), 2);
  EXPECT_EQ(links[0].relations.size(), 16);

  std::string parameters;
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&parameters, ";p=q");
  EXPECT_EQ(Shown(absl::StrCat("<a>", parameters, ", <b>; rel=y")), "b y");
}

TEST(OriginMetadataTest, TheManifestIsTheFirstDescriptionOfTheRightType) {
  const OriginMetadata metadata = ReadOriginMetadata(
      Headers{{"Link", "<f.html>; rel=describedby; type=\"text/html\""},
              {"Link", "<other>; rel=next; type=\"application/x-bittorrent\""},
              {"link",
               "<1.torrent>; rel=\"meta describedby\"; "
               "type=application/x-bittorrent, "
               "<2.torrent>; rel=describedby; type=application/x-bittorrent"}});
  EXPECT_EQ(metadata.manifest, "1.torrent");
  EXPECT_EQ(
      ReadOriginMetadata(Headers{{"Link", "<f>; rel=describedby"}}).manifest,
      "");
}

TEST(OriginMetadataTest, MirrorsComeByPriorityEachOnce) {
  const OriginMetadata metadata = ReadOriginMetadata(Headers{
      {"Link", "<http://a/f>; rel=duplicate, <http://b/f>; rel=duplicate"},
      {"Link", "<http://c/f>; rel=duplicate; pri=2"},
      {"Link",
       "<http://d/f>; rel=duplicate; pri=1, "
       "<http://a/f>; rel=duplicate; pri=9, <http://e/f>; rel=next"}});
  EXPECT_EQ(metadata.mirrors,
            (std::vector<std::string>{"http://d/f", "http://c/f", "http://a/f",
                                      "http://b/f"}));
}

TEST(OriginMetadataTest, ThereAreAtMostSixteenMirrors) {
  Headers headers;
  for (int i = 0; i < 100; ++i) {
    headers.push_back({"Link", absl::StrCat("<m", i, ">; rel=duplicate")});
  }
  EXPECT_EQ(ReadOriginMetadata(headers).mirrors.size(), 16);
}

std::string DigestIn(const Headers& headers) {
  return ReadOriginMetadata(headers).sha256;
}

class DigestTest : public ::testing::Test {
 protected:
  const std::string one_ = std::string(32, '\x01');
  const std::string two_ = std::string(32, '\xF2');
  const std::string one64_ = absl::Base64Escape(one_);
  const std::string two64_ = absl::Base64Escape(two_);
};

TEST_F(DigestTest, ReadsReprDigest) {
  for (const std::string& value :
       {absl::StrCat("sha-256=:", one64_, ":"),
        absl::StrCat("sha-512=:", two64_, two64_, ":, sha-256=:", one64_, ":"),
        absl::StrCat(" sha-256=:", one64_, ":;p=1 , md5=:AAAA:")}) {
    EXPECT_EQ(DigestIn({{"Repr-Digest", value}}), one_) << value;
  }
}

TEST_F(DigestTest, ReadsDigest) {
  for (const std::string& value :
       {absl::StrCat("SHA-256=", one64_),
        absl::StrCat("MD5=HUXZLQLMuI/KZ5KDcJPcOA==,sha-256=", one64_),
        absl::StrCat("UNIXsum=30637, SHA-256=", one64_, " , id-sha-256=x")}) {
    EXPECT_EQ(DigestIn({{"digest", value}}), one_) << value;
  }
}

TEST_F(DigestTest, WhatIsNoSha256IsAbsent) {
  const std::string short64 = absl::Base64Escape(std::string(31, 'x'));
  for (const std::string& value :
       {std::string(), std::string("sha-256"), std::string("sha-256="),
        std::string("sha-256=::"), absl::StrCat("sha-256=:", one64_),
        absl::StrCat("sha-256=", one64_, ":"), absl::StrCat("sha-256=", one64_),
        absl::StrCat("sha-256=:", short64, ":"),
        absl::StrCat("sha-256=:", one64_.substr(0, 43), ":"),
        absl::StrCat("sha-256=:", one64_.substr(0, 43), "*:"),
        absl::StrCat("sha-256=:", std::string(44, ' '), ":"),
        absl::StrCat("sha-512=:", one64_, ":"),
        absl::StrCat("sha-256=\"", one64_, "\"")}) {
    EXPECT_EQ(DigestIn({{"Repr-Digest", value}}), "") << value;
  }
  EXPECT_EQ(DigestIn({{"Digest", absl::StrCat("SHA-256=:", one64_, ":")}}), "");
  // Of this answer's bytes, not of the file.
  EXPECT_EQ(
      DigestIn({{"Content-Digest", absl::StrCat("sha-256=:", one64_, ":")}}),
      "");
}

TEST_F(DigestTest, DigestsThatDifferAreNone) {
  const std::string repr_one = absl::StrCat("sha-256=:", one64_, ":");
  const std::string repr_two = absl::StrCat("sha-256=:", two64_, ":");
  const std::string digest_one = absl::StrCat("SHA-256=", one64_);
  const std::string digest_two = absl::StrCat("SHA-256=", two64_);
  EXPECT_EQ(DigestIn({{"Repr-Digest", repr_one}, {"Digest", digest_one}}),
            one_);
  EXPECT_EQ(DigestIn({{"Repr-Digest", repr_one}, {"Digest", digest_two}}), "");
  EXPECT_EQ(DigestIn({{"Repr-Digest", absl::StrCat(repr_one, ",", repr_two)}}),
            "");
  EXPECT_EQ(DigestIn({{"Digest", absl::StrCat(digest_one, ",", digest_two)}}),
            "");
  EXPECT_EQ(DigestIn({{"Repr-Digest", absl::StrCat(repr_one, ",", repr_two)},
                      {"Digest", digest_one}}),
            "");
}

}  // namespace
}  // namespace convoy
