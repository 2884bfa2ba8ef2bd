#include "daemon/dhcp_lease.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

class DhcpLeaseTest : public ::testing::Test {
 protected:
  DhcpLeaseTest() {
    const char* const parent = std::getenv("TEST_TMPDIR");
    std::string made =
        std::string(parent == nullptr ? "/tmp" : parent) + "/lease.XXXXXX";
    root_ = ::mkdtemp(made.data());
  }
  ~DhcpLeaseTest() override { fs::remove_all(root_); }

  // As old as `age`.
  void Write(const std::string& path, const std::string& text,
             std::chrono::hours age = std::chrono::hours(0)) const {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
    fs::last_write_time(root_ + path, fs::last_write_time(root_ + path) - age);
  }

  std::string root_;
};

TEST_F(DhcpLeaseTest, EachOptionIsItsOwn) {
  Write("/run/systemd/netif/leases/2", "OPTION_234=61\nOPTION_235=62\n");
  EXPECT_EQ(DhcpOption(234, root_), "a");
  EXPECT_EQ(DhcpOption(235, root_), "b");
  EXPECT_EQ(DhcpOption(236, root_), "");
}

TEST_F(DhcpLeaseTest, TheNewestLeaseThatHasItCounts) {
  const std::string folder = "/run/systemd/netif/leases/";
  Write(folder + "2", "OPTION_235=6f6c64\n", std::chrono::hours(3));
  Write(folder + "3", "OPTION_235=6e6577\n", std::chrono::hours(2));
  Write(folder + "4", "ADDRESS=192.0.2.1\n", std::chrono::hours(1));
  EXPECT_EQ(DhcpOption(235, root_), "new");
}

TEST_F(DhcpLeaseTest, DhclientsLastLeaseOfAFileCounts) {
  Write("/var/lib/dhcp/dhclient.leases",
        "lease {\n  option unknown-235 \"old\";\n}\n"
        "lease {\n  option option-235 63:61:63:68:65:2c:61:0;\n}\n");
  EXPECT_EQ(DhcpOption(235, root_), "cache,a");
}

}  // namespace
}  // namespace convoy
