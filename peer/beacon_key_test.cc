#include "peer/beacon_key.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

std::string Hex(const BeaconKey& key) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(key.data()), key.size()));
}

const std::string& InfoHash() {
  static const auto& hash = *new std::string(20, 'h');
  return hash;
}

// The expected values were made with openssl(1).
TEST(BeaconKeyTest, OfOpenContentsIsASha1) {
  EXPECT_EQ(Hex(BeaconKeyMaker::Open("").KeyOf(InfoHash())),
            "be4185ed014bc5d8181bfcc278f1df2372723176");
  EXPECT_EQ(Hex(BeaconKeyMaker::Open("blue").KeyOf(InfoHash())),
            "8593ddd98b518649e475694117a544a44b88607f");
}

TEST(BeaconKeyTest, InAGroupIsAnHmac) {
  EXPECT_EQ(Hex(BeaconKeyMaker::Group(std::string(32, 'k')).KeyOf(InfoHash())),
            "4b13947262e7ed1580b34d1a778824eb486fd472");
}

}  // namespace
}  // namespace convoy
