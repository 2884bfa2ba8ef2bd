#include "tests/tracker.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/process.h"

namespace convoy::testing {
namespace {

using ::testing::HasSubstr;

const std::string kContent = "a%20c" + std::string(17, 'x');
const std::string kInfoHash = "a c" + std::string(17, 'x');

class TrackerTest : public ::testing::Test {
 protected:
  // The tracker's answer to a peer whose id is `peer`, 20 times.
  std::string Announce(char peer, int port, int left,
                       const std::string& more = "") const {
    return Get(absl::StrCat(tracker_.announce_url(), "?info_hash=", kContent,
                            "&peer_id=", std::string(20, peer), "&port=", port,
                            "&left=", left, "&compact=1", more));
  }
  static std::string Get(const std::string& url) {
    return RunProcess({{"/usr/bin/curl", "-sS", url}}).output;
  }

  Tracker tracker_;
};

TEST_F(TrackerTest, TellsThePeersOfAContentOfEachOther) {
  EXPECT_THAT(Announce('a', 258, 9), HasSubstr("5:peers0:e"));
  EXPECT_THAT(Announce('b', 259, 0),
              HasSubstr(absl::StrCat("5:peers6:\x7f", std::string(2, '\0'),
                                     "\x01\x01\x02", "e")));
  EXPECT_EQ(tracker_.PeerCount(kInfoHash), 2);
  EXPECT_EQ(tracker_.SeedCount(kInfoHash), 1);
  EXPECT_EQ(tracker_.PeerCount(std::string(20, 'y')), 0);
}

TEST_F(TrackerTest, ForgetsWhoLeaves) {
  Announce('a', 258, 0);
  Announce('a', 258, 0, "&event=stopped");
  EXPECT_EQ(tracker_.PeerCount(kInfoHash), 0);
}

TEST_F(TrackerTest, WaitsForSeeds) {
  Announce('a', 258, 9);
  EXPECT_FALSE(tracker_.WaitForSeeds(kInfoHash, 1, absl::ZeroDuration()));
  Announce('a', 258, 0, "&event=completed");
  EXPECT_TRUE(tracker_.WaitForSeeds(kInfoHash, 1, kPatience));
}

TEST_F(TrackerTest, RefusesWhatIsNoAnnounce) {
  EXPECT_THAT(Get(tracker_.announce_url()), HasSubstr("failure reason"));
  EXPECT_THAT(Get(tracker_.announce_url() + "?info_hash=short"),
              HasSubstr("a field is missing"));
}

}  // namespace
}  // namespace convoy::testing
