#include "peer/sha1.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"

namespace convoy {
namespace {

TEST(Sha1Test, AgreesWithTheStandardsExamples) {
  Sha1 sha1;
  EXPECT_EQ(absl::BytesToHexString(sha1.Finish()),
            "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  sha1.Update("a");
  sha1.Update("bc");
  EXPECT_EQ(absl::BytesToHexString(sha1.Finish()),
            "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(Sha1Test, BeginsAnewAfterFinish) {
  Sha1 sha1;
  sha1.Update("abc");
  const std::string first = sha1.Finish();
  sha1.Update("abc");
  EXPECT_EQ(sha1.Finish(), first);
}

}  // namespace
}  // namespace convoy
