#include "peer/sha256.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace convoy {
namespace {

TEST(Sha256Test, AgreesWithTheStandardsExamples) {
  Sha256 empty;
  EXPECT_EQ(absl::BytesToHexString(empty.Finish()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 abc;
  abc.Update("a");
  abc.Update("bc");
  EXPECT_EQ(absl::BytesToHexString(abc.Finish()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace convoy
