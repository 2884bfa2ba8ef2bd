#include "peer/beacon_peers.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "peer/base/mutex.h"

namespace convoy {
namespace {

using Address = BeaconPeers::Address;

IpAddress Ip(const char* text) { return *IpAddress::Parse(text); }

// A resolver that answers when the test lets it.
struct FakeNames {
  Mutex mutex;
  CondVar condition;
  bool open ABSL_GUARDED_BY(mutex) = false;
  int changes ABSL_GUARDED_BY(mutex) = 0;
  std::vector<std::string> asked ABSL_GUARDED_BY(mutex);

  std::vector<IpAddress> Resolve(const std::string& host) {
    MutexLock lock(&mutex);
    asked.push_back(host);
    condition.NotifyAll();
    while (!open) condition.Wait(&mutex);
    if (host == "two.example") return {Ip("10.1.2.3"), Ip("fd00::3")};
    return {};
  }
  void Open() {
    MutexLock lock(&mutex);
    open = true;
    condition.NotifyAll();
  }
  void Change() {
    MutexLock lock(&mutex);
    ++changes;
    condition.NotifyAll();
  }
};

TEST(BeaconPeersTest, AddressesNeedNoLookUp) {
  const auto peers =
      BeaconPeers::Make({"10.1.2.3:6772", "[fd00::1]:7000"}, [] {});
  ASSERT_TRUE(peers.ok()) << peers.status();
  EXPECT_EQ(
      (*peers)->addresses(),
      (std::vector<Address>{{Ip("10.1.2.3"), 6772}, {Ip("fd00::1"), 7000}}));
}

TEST(BeaconPeersTest, SaysWhatIsNoPeer) {
  EXPECT_EQ(BeaconPeers::Make({"10.1.2.3:6772", "host"}, [] {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(BeaconPeersTest, NamesAreLookedUpElsewhere) {
  const auto names = std::make_shared<FakeNames>();
  const auto peers = BeaconPeers::Make(
      {"one.example:1", "10.9.9.9:9", "two.example:2"},
      [names] { names->Change(); },
      [names](const std::string& host) { return names->Resolve(host); });
  ASSERT_TRUE(peers.ok());
  EXPECT_EQ((*peers)->addresses(), (std::vector<Address>{{Ip("10.9.9.9"), 9}}));
  names->Open();
  {
    MutexLock lock(&names->mutex);
    while (names->changes == 0) names->condition.Wait(&names->mutex);
  }
  EXPECT_EQ((*peers)->addresses(),
            (std::vector<Address>{
                {Ip("10.9.9.9"), 9}, {Ip("10.1.2.3"), 2}, {Ip("fd00::3"), 2}}));
}

TEST(BeaconPeersTest, EndsWhileANameIsBeingLookedUp) {
  const auto names = std::make_shared<FakeNames>();
  {
    const auto peers = BeaconPeers::Make(
        {"two.example:2"}, [names] { names->Change(); },
        [names](const std::string& host) { return names->Resolve(host); });
    MutexLock lock(&names->mutex);
    while (names->asked.empty()) names->condition.Wait(&names->mutex);
  }
  names->Open();
  MutexLock lock(&names->mutex);
  EXPECT_EQ(names->changes, 0);
}

}  // namespace
}  // namespace convoy
