#include "peer/late_manifest.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "peer/content_testing.h"

namespace convoy {
namespace {

using Shared = std::shared_ptr<const Manifest>;

LateContent ByUrl() {
  LateContent content;
  content.size = 5 << 20;
  content.url = "http://origin.test/file";
  content.validator = "\"v1\"";
  return content;
}

LateContent ByDigest() {
  LateContent content;
  content.size = 5 << 20;
  content.sha256 = std::string(32, '\x01');
  return content;
}

Shared Late(const LateContent& content) {
  absl::StatusOr<Shared> manifest = MakeLateManifest(content);
  EXPECT_TRUE(manifest.ok()) << manifest.status();
  return manifest.ok() ? *manifest : std::make_shared<Manifest>();
}

std::string HashOf(const LateContent& content) {
  return absl::BytesToHexString(Late(content)->info_hash);
}

TEST(LateManifestTest, IsTheSameOnAllMachines) {
  // Changed values would split a fleet into machines that do not meet.
  EXPECT_EQ(HashOf(ByUrl()), "8b42ceba69c8348e989af277afadda61f611e8fa");
  EXPECT_EQ(HashOf(ByDigest()), "b152403b03bdf0dc474ccce3107e6c5fd106fdaa");
}

TEST(LateManifestTest, IsCutAsItsSizeSaysAndNoTwoPlaceholdersAreTheSame) {
  const Shared manifest = Late(ByUrl());
  EXPECT_EQ(manifest->layout.size(), 5 << 20);
  EXPECT_EQ(manifest->layout.piece_length(),
            PieceLayout(5 << 20).piece_length());
  ASSERT_EQ(manifest->layout.count(), 20);
  EXPECT_NE(manifest->HashOf(PieceIndex{0}), manifest->HashOf(PieceIndex{1}));
  EXPECT_NE(manifest->HashOf(PieceIndex{0}),
            Late(ByDigest())->HashOf(PieceIndex{0}));
  EXPECT_EQ(manifest->name.size(), 64);
  EXPECT_TRUE(manifest->trackers.empty());
  EXPECT_TRUE(manifest->url_seeds.empty());
}

TEST(LateManifestTest, EachPartOfTheKeyMakesAnotherContent) {
  std::vector<LateContent> others(4, ByUrl());
  others[0].url += "2";
  others[1].validator = "\"v2\"";
  others[2].size += 1;
  others[3].group_key = "key";
  for (const LateContent& other : others) {
    EXPECT_NE(HashOf(other), HashOf(ByUrl()));
  }
}

TEST(LateManifestTest, FieldsDoNotRunIntoEachOther) {
  LateContent moved = ByUrl();
  moved.url.pop_back();
  moved.validator = absl::StrCat("e", moved.validator);
  EXPECT_NE(HashOf(moved), HashOf(ByUrl()));
}

TEST(LateManifestTest, WithADigestDifferentUrlsMeet) {
  LateContent mirror = ByDigest();
  mirror.url = "http://mirror.test/file";
  mirror.validator = "\"other\"";
  EXPECT_EQ(HashOf(mirror), HashOf(ByDigest()));

  std::vector<LateContent> others(3, ByDigest());
  others[0].sha256[0] = '\x02';
  others[1].size += 1;
  others[2].group_key = "key";
  for (const LateContent& other : others) {
    EXPECT_NE(HashOf(other), HashOf(ByDigest()));
  }
}

TEST(LateManifestTest, InAGroupTheCertificateIsInside) {
  LateContent content = ByUrl();
  content.group_key = "key";
  const std::string without = HashOf(content);
  content.group_ca_pem = kTestGroupCa;
  EXPECT_NE(HashOf(content), without);
  EXPECT_TRUE(absl::StrContains(
      Late(content)->metainfo,
      absl::StrCat("8:ssl-cert", std::string(kTestGroupCa).size(), ":",
                   kTestGroupCa)));
}

TEST(LateManifestTest, TheCertificatesSpellingDoesNotMatter) {
  LateContent content = ByUrl();
  content.group_key = "key";
  content.group_ca_pem = kTestGroupCa;
  const std::string hash = HashOf(content);
  content.group_ca_pem = absl::StrCat(
      "The fleet's.\r\n", absl::StrReplaceAll(kTestGroupCa, {{"\n", "\r\n"}}),
      "\r\n", kOtherTestGroupCa);
  EXPECT_EQ(HashOf(content), hash);
}

TEST(LateManifestTest, WhatNamesNoContentIsRefused) {
  std::vector<LateContent> bad(5, ByUrl());
  bad[0].size = 0;
  bad[1].size = -1;
  bad[2].url = "";
  bad[3].validator = "";
  bad[4].sha256 = "short";
  for (const LateContent& content : bad) {
    EXPECT_EQ(MakeLateManifest(content).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(LateManifestTest, ABadCertificateIsRefused) {
  const std::string broken = absl::StrReplaceAll(kTestGroupCa, {{"M", "?"}});
  for (const std::string& pem :
       {std::string("no certificate"), broken, std::string(1 << 20, 'x')}) {
    LateContent content = ByUrl();
    content.group_ca_pem = pem;
    EXPECT_FALSE(MakeLateManifest(content).ok());
    EXPECT_FALSE(MakeGroupManifest(*Late(ByUrl()), pem, "key").ok());
  }
}

TEST(LateManifestTest, TheLargestFileHasAManifest) {
  LateContent content = ByUrl();
  content.size = std::int64_t{20} << 40;
  EXPECT_LE(Late(content)->layout.count(), PieceLayout::kMaxCount);
}

class GroupManifestTest : public ::testing::Test {
 protected:
  static Shared Group(const Manifest& manifest, const std::string& ca,
                      const std::string& key) {
    absl::StatusOr<Shared> made = MakeGroupManifest(manifest, ca, key);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? *made : std::make_shared<Manifest>();
  }

  const Shared open_ = Late(ByDigest());
};

TEST_F(GroupManifestTest, HasTheSamePieces) {
  const Shared group = Group(*open_, kTestGroupCa, "key");
  EXPECT_EQ(group->piece_hashes, open_->piece_hashes);
  EXPECT_EQ(group->layout.size(), open_->layout.size());
  EXPECT_EQ(group->layout.piece_length(), open_->layout.piece_length());
  EXPECT_EQ(group->name, open_->name);
  EXPECT_TRUE(absl::StrContains(group->metainfo, "8:ssl-cert"));
  EXPECT_FALSE(group->is_private);
}

TEST_F(GroupManifestTest, ItsInfoHashNeedsTheGroupsKeyAndCertificate) {
  const Shared group = Group(*open_, kTestGroupCa, "key");
  EXPECT_EQ(absl::BytesToHexString(group->info_hash),
            "b356227fc7d34de2edfe68b9961a321b41f3099b");
  EXPECT_NE(group->info_hash, open_->info_hash);
  EXPECT_NE(group->info_hash, Group(*open_, kTestGroupCa, "other")->info_hash);
  EXPECT_NE(group->info_hash,
            Group(*open_, kOtherTestGroupCa, "key")->info_hash);
}

TEST_F(GroupManifestTest, OfVersion2IsOfVersion2) {
  for (const std::size_t size : {5u << 20, 100u}) {
    const std::string content(size, 'c');
    const absl::StatusOr<Shared> read =
        ReadManifest(TestMetainfoV2(content, 256 << 10, "7:privatei1e"));
    ASSERT_TRUE(read.ok()) << read.status();
    const Manifest& open = **read;
    const Shared group = Group(open, kTestGroupCa, "key");
    EXPECT_TRUE(group->hash_kind.is_version2());
    EXPECT_EQ(group->piece_hashes, open.piece_hashes);
    EXPECT_EQ(group->layout.size(), open.layout.size());
    EXPECT_EQ(group->layout.piece_length(), open.layout.piece_length());
    EXPECT_EQ(group->name, open.name);
    EXPECT_TRUE(group->is_private);
    EXPECT_TRUE(absl::StrContains(group->metainfo, "8:ssl-cert"));
    EXPECT_NE(group->info_hash, open.info_hash);
    EXPECT_NE(group->info_hash, Group(open, kTestGroupCa, "other")->info_hash);
  }
}

TEST_F(GroupManifestTest, StaysPrivate) {
  Manifest manifest = *open_;
  manifest.is_private = true;
  EXPECT_TRUE(Group(manifest, kTestGroupCa, "key")->is_private);
}

}  // namespace
}  // namespace convoy
