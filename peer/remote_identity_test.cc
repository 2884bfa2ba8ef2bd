#include "peer/remote_identity.h"

#include <gtest/gtest.h>

#include <string>

namespace convoy {
namespace {

RemoteIdentity Identity(std::optional<std::int64_t> size, std::string etag,
                        std::string modified = "") {
  return {size, Validator{std::move(etag), std::move(modified)}};
}

TEST(SameVersionTest, StrongEtagDecides) {
  const RemoteIdentity before = Identity(5, "\"a\"", "Mon");
  EXPECT_TRUE(SameVersion(before, Identity(5, "\"a\"", "Tue"), false));
  EXPECT_FALSE(SameVersion(before, Identity(5, "\"b\"", "Mon"), false));
  EXPECT_FALSE(SameVersion(before, Identity(5, "", "Mon"), false));
}

TEST(SameVersionTest, LastModifiedDecidesWithoutAStrongEtag) {
  const RemoteIdentity before = Identity(5, "W/\"a\"", "Mon");
  EXPECT_TRUE(SameVersion(before, Identity(5, "W/\"b\"", "Mon"), false));
  EXPECT_FALSE(SameVersion(before, Identity(5, "W/\"a\"", "Tue"), false));
  EXPECT_FALSE(SameVersion(before, Identity(5, "W/\"a\""), false));
}

TEST(SameVersionTest, SizesMustAgree) {
  EXPECT_FALSE(SameVersion(Identity(5, "\"a\""), Identity(6, "\"a\""), true));
}

TEST(SameVersionTest, WithoutAValidatorOnlyADigestLetsAnswersPass) {
  EXPECT_FALSE(SameVersion(Identity(5, ""), Identity(5, ""), false));
  EXPECT_TRUE(SameVersion(Identity(5, ""), Identity(5, ""), true));
  EXPECT_FALSE(SameVersion(Identity(5, ""), Identity(5, "\"a\""), true));
}

TEST(CompareMirrorsTest, SameNeedsSizeAndAProof) {
  EXPECT_EQ(CompareMirrors(Identity(5, "\"a\"", "Mon"),
                           Identity(5, "\"b\"", "Mon"), false),
            Agreement::kSame);
  EXPECT_EQ(CompareMirrors(Identity(5, "\"a\"", ""),
                           Identity(5, "\"a\"", "Mon"), false),
            Agreement::kSame);
  EXPECT_EQ(CompareMirrors(Identity(5, "\"a\""), Identity(5, "\"b\""), false),
            Agreement::kUnproved);
  EXPECT_EQ(
      CompareMirrors(Identity(5, "W/\"a\""), Identity(5, "W/\"a\""), false),
      Agreement::kUnproved);
  EXPECT_EQ(CompareMirrors(Identity(std::nullopt, "", "Mon"),
                           Identity(5, "", "Mon"), false),
            Agreement::kUnproved);
}

TEST(CompareMirrorsTest, AnotherSizeOrDateContradicts) {
  EXPECT_EQ(CompareMirrors(Identity(5, "\"a\""), Identity(6, "\"a\""), false),
            Agreement::kContradicts);
  EXPECT_EQ(CompareMirrors(Identity(5, "\"a\"", "Mon"),
                           Identity(5, "\"a\"", "Tue"), false),
            Agreement::kContradicts);
}

TEST(CompareMirrorsTest, WithADigestTheSizeIsEnough) {
  EXPECT_EQ(CompareMirrors(Identity(5, "\"a\"", "Mon"),
                           Identity(5, "\"b\"", "Tue"), true),
            Agreement::kSame);
  EXPECT_EQ(CompareMirrors(Identity(5, ""), Identity(6, ""), true),
            Agreement::kUnproved);
}

}  // namespace
}  // namespace convoy
