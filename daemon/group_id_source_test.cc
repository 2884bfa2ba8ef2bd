#include "daemon/group_id_source.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

class GroupIdSourceTest : public ::testing::Test {
 protected:
  GroupIdSourceTest() {
    const char* const parent = std::getenv("TEST_TMPDIR");
    std::string made =
        std::string(parent == nullptr ? "/tmp" : parent) + "/group.XXXXXX";
    root_ = ::mkdtemp(made.data());
  }
  ~GroupIdSourceTest() override { fs::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) const {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  std::string Read(const std::string& source) const {
    return ReadGroupId({source, root_ + "/etc/group-tag", root_});
  }

  std::string root_;
};

TEST_F(GroupIdSourceTest, WithoutAnyFileThereIsNone) {
  for (const char* source :
       {"none", "dns_suffix", "dhcp_option", "file", "realm"}) {
    EXPECT_EQ(Read(source), "") << source;
  }
}

TEST_F(GroupIdSourceTest, DnsSuffixIsTheFirstOfTheLastSearchLine) {
  Write("/etc/resolv.conf",
        "# by hand\ndomain example.net\nsearch old.example\n"
        "nameserver 192.0.2.1\nsearch Berlin.Example.ORG. example.org\n");
  EXPECT_EQ(Read("dns_suffix"), "berlin.example.org");
}

TEST_F(GroupIdSourceTest, DnsSuffixIsTheDomainWithoutASearchLine) {
  Write("/etc/resolv.conf", "domain\texample.net\n");
  EXPECT_EQ(Read("dns_suffix"), "example.net");
  // systemd-resolved writes this where there is none.
  Write("/etc/resolv.conf", "search .\n");
  EXPECT_EQ(Read("dns_suffix"), "");
}

TEST_F(GroupIdSourceTest, DhcpOptionIsReadFromNetworkdsLease) {
  Write("/run/systemd/netif/leases/2",
        "ADDRESS=10.0.0.7\nOPTION_234=736974652d37\n");
  EXPECT_EQ(Read("dhcp_option"), "site-7");
  Write("/run/systemd/netif/leases/2", "OPTION_234=no hex\n");
  EXPECT_EQ(Read("dhcp_option"), "");
}

TEST_F(GroupIdSourceTest, DhcpOptionIsReadFromDhclientsLastLease) {
  Write("/var/lib/dhcp/dhclient.eth0.leases",
        "lease {\n  option unknown-234 \"old\";\n}\n"
        "lease {\n  option unknown-234 \"site-8\";\n}\n");
  EXPECT_EQ(Read("dhcp_option"), "site-8");
  Write("/var/lib/dhcp/dhclient.eth0.leases",
        "lease {\n  option unknown-234 73:69:74:65:2d:39:0;\n}\n");
  EXPECT_EQ(Read("dhcp_option"), "site-9");
}

TEST_F(GroupIdSourceTest, FileIsItsFirstLineThatIsNotBlank) {
  Write("/etc/group-tag", "\n  warehouse 4 \r\nsecond\n");
  EXPECT_EQ(Read("file"), "warehouse 4");
}

TEST_F(GroupIdSourceTest, RealmIsTheDomainOfSssd) {
  Write("/etc/sssd/sssd.conf",
        "[nss]\ndomains = wrong\n[sssd]\nservices = nss\n"
        "domains = AD.Example.org, other\n");
  EXPECT_EQ(Read("realm"), "ad.example.org");
}

TEST_F(GroupIdSourceTest, RealmIsTheOneOfWinbindOtherwise) {
  Write("/etc/samba/smb.conf",
        "[global]\n   workgroup = AD\n   realm = AD.EXAMPLE.ORG\n");
  EXPECT_EQ(Read("realm"), "ad.example.org");
}

TEST_F(GroupIdSourceTest, WhatIsNoTextFileHarmsNobody) {
  std::string bytes(100'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(i * 131 + i / 251);
  }
  for (const char* path :
       {"/etc/resolv.conf", "/run/systemd/netif/leases/2",
        "/var/lib/dhcp/x.leases", "/etc/sssd/sssd.conf", "/etc/group-tag"}) {
    Write(path, bytes);
  }
  for (const char* source : {"dns_suffix", "dhcp_option", "file", "realm"}) {
    EXPECT_LE(Read(source).size(), 256) << source;
  }
}

}  // namespace
}  // namespace convoy
