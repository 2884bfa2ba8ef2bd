#include "daemon/network_manager.h"

#include <stdlib.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/test_bus.h"

namespace convoy::testing {
namespace {

class NetworkManagerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = TestBus::WhyNot(); !why.empty()) {
      GTEST_SKIP() << why;
    }
    bus_ = std::make_unique<TestBus>();
    setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_->address().c_str(), 1);
  }
  // "TYPE NAME"; "nothing" where there is no answer in time.
  static std::string Ask(absl::Duration patience = absl::Minutes(2)) {
    const auto primary = AskNetworkManager(patience);
    return primary.has_value() ? primary->type + " " + primary->name
                               : "nothing";
  }

  std::unique_ptr<TestBus> bus_;
};

TEST_F(NetworkManagerTest, TellsAVpnAndItsName) {
  FakeNetworkManager manager(bus_->address());
  EXPECT_EQ(Ask(), " ");
  manager.SetPrimary("vpn", "Büro");
  EXPECT_EQ(Ask(), "vpn Büro");
  manager.SetPrimary("wireguard", "wg0");
  EXPECT_EQ(Ask(), "wireguard wg0");
  manager.SetPrimary("vpn", std::string(1000, 'x'));
  EXPECT_EQ(Ask(), "vpn ");
  // The names of others are nobody's business.
  manager.SetPrimary("802-11-wireless", "home");
  EXPECT_EQ(Ask(), "802-11-wireless ");
}

TEST_F(NetworkManagerTest, WithoutOneThereIsNoPrimaryConnection) {
  EXPECT_EQ(Ask(), " ");
}

TEST_F(NetworkManagerTest, WithoutABusThereIsNoPrimaryConnection) {
  setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
  EXPECT_EQ(Ask(), " ");
}

TEST_F(NetworkManagerTest, WhoDoesNotAnswerIsNotWaitedFor) {
  FakeNetworkManager manager(bus_->address());
  manager.SetPrimary("vpn", "office");
  manager.Hang();
  const absl::Time begin = absl::Now();
  EXPECT_EQ(Ask(absl::Milliseconds(300)), "nothing");
  EXPECT_LT(absl::Now() - begin, absl::Seconds(20));
}

}  // namespace
}  // namespace convoy::testing
