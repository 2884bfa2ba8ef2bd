#include "daemon/config_together.h"

#include <string>

#include "daemon/config_file.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

std::string ErrorOf(const std::string& text) {
  const auto settings = ParseConfig({{"f.yaml", text}}, {});
  return std::string(settings.status().message());
}

constexpr char kListen[] = "remote_control:\n  listen: 10.1.2.3:6770\n";

TEST(ConfigTogetherTest, RemoteControlNeedsItsThreeFiles) {
  EXPECT_EQ(ErrorOf(kListen),
            "f.yaml:2: remote_control.listen: needs remote_control.ca_file, "
            "remote_control.certificate_file, remote_control.key_file as "
            "well: callers must show a certificate");
  EXPECT_EQ(
      ErrorOf(std::string(kListen) + "  ca_file: /a\n  certificate_file: /b\n"),
      "f.yaml:2: remote_control.listen: needs remote_control.key_file "
      "as well: callers must show a certificate");
  EXPECT_EQ(ErrorOf(std::string(kListen) +
                    "  ca_file: /a\n  certificate_file: /b\n  key_file: /c\n"),
            "");
  EXPECT_EQ(ErrorOf("remote_control:\n  ca_file: /a\n"), "");
}

TEST(ConfigTogetherTest, TheCommandLineIsNamedWhereItIsToBlame) {
  const auto settings =
      ParseConfig({}, {{"remote_control.listen", "[::]:6770"}});
  EXPECT_EQ(settings.status().message().substr(0, 35),
            "command line: remote_control.listen");
}

TEST(ListenKeysTest, MetricsAreForThisMachineAlone) {
  EXPECT_EQ(ErrorOf("metrics:\n  listen: 127.0.0.1:9464\n"), "");
  EXPECT_EQ(ErrorOf("metrics:\n  listen: 0.0.0.0:9464\n"),
            "f.yaml:2: metrics.listen: \"0.0.0.0:9464\" is not an IPv4 address "
            "of this machine alone; allowed: 127.x.x.x:PORT, such as "
            "127.0.0.1:9464");
  EXPECT_EQ(ErrorOf("metrics:\n  listen: \"[::1]:9464\"\n"),
            "f.yaml:2: metrics.listen: \"[::1]:9464\" is not an IPv4 address "
            "of this machine alone; allowed: 127.x.x.x:PORT, such as "
            "127.0.0.1:9464");
  EXPECT_EQ(ErrorOf("metrics:\n  listen: 9464\n"),
            "f.yaml:2: metrics.listen: \"9464\" is not ADDRESS:PORT; allowed: "
            "127.x.x.x:PORT, such as 127.0.0.1:9464");
}

TEST(ListenKeysTest, RemoteControlTakesAnyAddressButNoName) {
  EXPECT_EQ(ErrorOf("remote_control:\n  listen: host:6770\n"),
            "f.yaml:2: remote_control.listen: \"host:6770\" is not "
            "ADDRESS:PORT; allowed: ADDRESS:PORT, such as 10.1.2.3:6770, "
            "0.0.0.0:6770 or [::]:6770");
}

}  // namespace
}  // namespace convoy
