#include "daemon/cache_host_source.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/config_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> Read(const std::string& text,
                              std::vector<std::string>* wrong) {
  return CacheHostsOfText(text, wrong);
}

TEST(CacheHostSourceTest, AnEntryIsAHostAHostAndPortOrAUrl) {
  std::vector<std::string> wrong;
  EXPECT_THAT(
      Read("cache.example, 192.0.2.7:3128,https://c.example/dir,fd00::1 "
           "[fd00::2]:81",
           &wrong),
      ElementsAre("http://cache.example", "http://192.0.2.7:3128",
                  "https://c.example/dir", "http://[fd00::1]",
                  "http://[fd00::2]:81"));
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(CacheHostSourceTest, WhatHostsWouldRefuseIsLeftOut) {
  std::vector<std::string> wrong;
  EXPECT_THAT(Read("ftp://a,http://user:secret@b,c:99999,http://d/?q,"
                   "e\x01\xff,good",
                   &wrong),
              ElementsAre("http://good"));
  EXPECT_THAT(wrong, ElementsAre("ftp://a", "an entry with a user name",
                                 "c:99999", "http://d/?q", "e\\x01\\xff"));
  EXPECT_THAT(Read("", &wrong), IsEmpty());
}

TEST(CacheHostSourceTest, TheSameOneCountsOnceAndThereIsAnEnd) {
  std::vector<std::string> wrong;
  EXPECT_THAT(Read("a,a,http://a", &wrong), ElementsAre("http://a"));
  std::string many;
  for (int i = 0; i < 100; ++i) absl::StrAppend(&many, "host", i, ",");
  EXPECT_THAT(Read(many, &wrong), SizeIs(kMaxFoundCacheHosts));
}

TEST(CacheHostSourceTest, RecordsAreUrlsInTheirOrder) {
  EXPECT_THAT(
      CacheHostsOfSrv({{0, 0, 3128, "b.example"}, {1, 0, 80, "a.example"}}),
      ElementsAre("http://b.example:3128", "http://a.example:80"));
}

// "URLs (KEY)" for a configuration, where `found` was found by `source`.
std::string InForce(const std::string& yaml, const std::string& source,
                    const std::vector<std::string>& found) {
  Settings settings =
      *ParseConfig({{"c.yaml", absl::StrCat("cache_host: {", yaml, "}")}}, {});
  settings.found_cache_hosts = {source, found};
  const CacheHostsInForce hosts = CacheHostsOf(settings);
  return absl::StrCat(absl::StrJoin(hosts.hosts, " "), " (", hosts.key, ")");
}

TEST(CacheHostSourceTest, HostsComeBeforeWhatIsFoundUnlessItIsForced) {
  const std::string hosts = "hosts: ['http://own']";
  const std::string own = "http://own (cache_host.hosts)";
  const std::string other = "http://found (cache_host.source)";
  for (const std::string source : {"dns_sd", "dhcp_option"}) {
    EXPECT_EQ(InForce("source: " + source, source, {"http://found"}), other);
    EXPECT_EQ(InForce(absl::StrCat(hosts, ", source: ", source), source,
                      {"http://found"}),
              own);
  }
  const std::string forced = hosts + ", source: dhcp_option_forced";
  EXPECT_EQ(InForce(forced, "dhcp_option_forced", {"http://found"}), other);
  EXPECT_EQ(InForce(forced, "dhcp_option_forced", {}), own);
  EXPECT_EQ(InForce(hosts, "dhcp_option_forced", {"http://found"}), own);
}

TEST(CacheHostSourceTest, WhatAnotherSourceFoundDoesNotCount) {
  EXPECT_EQ(InForce("source: dns_sd", "dhcp_option", {"http://found"}),
            " (cache_host.hosts)");
}

TEST(CacheHostSourceTest, WhatWouldChangeNothingIsNotAsked) {
  const auto asked = [](const std::string& yaml) {
    return CacheHostSourceToAsk(
        ParseConfig({{"c.yaml", absl::StrCat("cache_host: {", yaml, "}")}}, {})
            ->config.cache_host());
  };
  EXPECT_EQ(asked("source: none"), "none");
  EXPECT_EQ(asked("source: dns_sd"), "dns_sd");
  EXPECT_EQ(asked("source: dns_sd, hosts: ['http://a']"), "none");
  EXPECT_EQ(asked("source: dhcp_option_forced, hosts: ['http://a']"),
            "dhcp_option_forced");
}

}  // namespace
}  // namespace convoy
