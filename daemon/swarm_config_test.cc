#include "daemon/swarm_config.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/config_file.h"
#include "daemon/settings.h"
#include "gtest/gtest.h"
#include "peer/signature_testing.h"
#include "peer/trusted_signers.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

Settings Parse(const std::string& yaml) {
  auto settings = ParseConfig({{"f.yaml", yaml}}, {});
  EXPECT_TRUE(settings.ok()) << settings.status();
  return settings.ok() ? *std::move(settings) : Settings();
}

using Texts = std::vector<std::string>;

constexpr char kCertificate[] =
    "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";
constexpr char kKey[] =
    "-----BEGIN PRIVATE KEY-----\nsesame\n-----END PRIVATE KEY-----\n";

TEST(MakeSwarmSettingsTest, DefaultsAreThoseOfTheEngine) {
  const auto swarm = MakeSwarmSettings(Parse(""), "/state");
  ASSERT_TRUE(swarm.ok()) << swarm.status();
  const SwarmSettings engine;
  EXPECT_EQ(swarm->max_mode, engine.max_mode);
  EXPECT_EQ(swarm->listen_port, engine.listen_port);
  EXPECT_EQ(swarm->beacon_port, engine.beacon_port);
  EXPECT_EQ(swarm->min_file_size, engine.min_file_size);
  EXPECT_EQ(swarm->max_connections, engine.max_connections);
  EXPECT_EQ(swarm->max_claimers, engine.max_claimers);
  EXPECT_EQ(swarm->look_beside_url, engine.look_beside_url);
  EXPECT_EQ(swarm->cache_directory, "/state/cache");
  EXPECT_EQ(swarm->cache_max_age, engine.cache_max_age);
  EXPECT_EQ(swarm->cache_max_percent, engine.cache_max_percent);
  EXPECT_EQ(swarm->cache_max_bytes, engine.cache_max_bytes);
  EXPECT_EQ(swarm->cache_min_free_bytes, engine.cache_min_free_bytes);
  EXPECT_TRUE(swarm->interfaces.empty());
  EXPECT_TRUE(swarm->group_ca_pem.empty());
}

TEST(MakeSwarmSettingsTest, TakesEveryKeyOfSwarmAndCache) {
  const auto swarm =
      MakeSwarmSettings(Parse("swarm:\n"
                              "  download_mode: internet\n"
                              "  listen_port: 7000\n"
                              "  beacon_port: 7001\n"
                              "  interfaces: ['eth*', wlan0]\n"
                              "  allowed_networks: [10.1.0.0/16]\n"
                              "  peers: ['depot:6772']\n"
                              "  trackers: ['http://tracker/announce']\n"
                              "  min_file_size_bytes: 5\n"
                              "  max_connections: 20\n"
                              "  max_claimers: 3\n"
                              "  look_beside_url: false\n"
                              "group: {id: fleet}\n"
                              "cache:\n"
                              "  directory: /elsewhere\n"
                              "  max_age_seconds: 60\n"
                              "  max_size_percent: 50\n"
                              "  max_size_bytes: 7\n"
                              "  min_free_bytes: 8\n"),
                        "/state");
  ASSERT_TRUE(swarm.ok()) << swarm.status();
  EXPECT_EQ(swarm->max_mode, DownloadMode::kInternet);
  EXPECT_EQ(swarm->listen_port, 7000);
  EXPECT_EQ(swarm->beacon_port, 7001);
  EXPECT_EQ(swarm->interfaces, Texts({"eth*", "wlan0"}));
  EXPECT_EQ(swarm->allowed_networks, Texts({"10.1.0.0/16"}));
  EXPECT_EQ(swarm->peers, Texts({"depot:6772"}));
  EXPECT_EQ(swarm->trackers, Texts({"http://tracker/announce"}));
  EXPECT_EQ(swarm->min_file_size, 5);
  EXPECT_EQ(swarm->max_connections, 20);
  EXPECT_EQ(swarm->max_claimers, 3);
  EXPECT_FALSE(swarm->look_beside_url);
  EXPECT_EQ(swarm->group_id, "fleet");
  EXPECT_EQ(swarm->cache_directory, "/elsewhere");
  EXPECT_EQ(swarm->cache_max_age, absl::Seconds(60));
  EXPECT_EQ(swarm->cache_max_percent, 50);
  EXPECT_EQ(swarm->cache_max_bytes, 7);
  EXPECT_EQ(swarm->cache_min_free_bytes, 8);
}

TEST(MakePeerSettingsTest, TellsWhoseSignaturesAreBelieved) {
  Settings settings = Parse("");
  EXPECT_EQ(MakePeerSettings(settings, "/state").signers, nullptr);
  settings.signers = *TrustedSigners::Read(MakeTestSigner().public_pem);
  EXPECT_EQ(MakePeerSettings(settings, "/state").signers, settings.signers);
}

TEST(MakeCacheHostSettingsTest, DefaultsAreThoseOfTheEngine) {
  const CacheHostSettings settings = MakeCacheHostSettings(Parse(""));
  const CacheHostSettings engine;
  EXPECT_TRUE(settings.hosts.empty());
  EXPECT_EQ(settings.style, engine.style);
  EXPECT_EQ(settings.ban, engine.ban);
  EXPECT_EQ(settings.connect_timeout, engine.connect_timeout);
  EXPECT_EQ(settings.on_vpn, engine.on_vpn);
}

TEST(MakeCacheHostSettingsTest, TakesEveryKeyOfCacheHost) {
  const CacheHostSettings settings = MakeCacheHostSettings(
      Parse("cache_host:\n"
            "  hosts: ['http://one:3128', 'https://two/c']\n"
            "  style: path\n"
            "  ban_seconds: 7\n"
            "  connect_timeout_seconds: 2\n"
            "  on_vpn: false\n"));
  EXPECT_EQ(settings.hosts, Texts({"http://one:3128", "https://two/c"}));
  EXPECT_EQ(settings.style, CacheHostSettings::Style::kPath);
  EXPECT_EQ(settings.ban, absl::Seconds(7));
  EXPECT_EQ(settings.connect_timeout, absl::Seconds(2));
  EXPECT_FALSE(settings.on_vpn);
}

TEST(MakeCacheHostSettingsTest, KnowsEveryStyle) {
  const std::pair<const char*, CacheHostSettings::Style> styles[] = {
      {"host", CacheHostSettings::Style::kHost},
      {"path", CacheHostSettings::Style::kPath},
      {"connected_cache", CacheHostSettings::Style::kConnectedCache}};
  for (const auto& [style, expected] : styles) {
    const Settings settings =
        Parse(absl::StrCat("cache_host: {style: ", style, "}\n"));
    EXPECT_EQ(MakeCacheHostSettings(settings).style, expected) << style;
  }
}

TEST(MakeSwarmSettingsTest, KnowsEveryMode) {
  const std::pair<const char*, DownloadMode> modes[] = {
      {"simple", DownloadMode::kSimple},
      {"http_only", DownloadMode::kHttpOnly},
      {"lan", DownloadMode::kLan},
      {"group", DownloadMode::kGroup},
      {"internet", DownloadMode::kInternet}};
  for (const auto& [name, mode] : modes) {
    const auto swarm = MakeSwarmSettings(
        Parse(absl::StrCat("swarm: {download_mode: ", name, "}\n")), "/s");
    ASSERT_TRUE(swarm.ok()) << swarm.status();
    EXPECT_EQ(swarm->max_mode, mode) << name;
  }
}

class GroupFilesTest : public testing::Test {
 protected:
  GroupFilesTest() {
    std::string name = testing::TempDir() + "/groupXXXXXX";
    folder_ = mkdtemp(name.data());
    Write("ca.pem", kCertificate);
    Write("group.pem", kCertificate);
    Write("key.pem", kKey);
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(Path(name)) << text;
  }
  std::string Path(const std::string& name) {
    return absl::StrCat(folder_, "/", name);
  }
  // With the named files for ca, certificate and key; "": the key is unset.
  absl::StatusOr<SwarmSettings> Make(const std::string& ca,
                                     const std::string& certificate,
                                     const std::string& key) {
    const auto path = [this](const std::string& name) {
      return name.empty() ? "" : Path(name);
    };
    return MakeSwarmSettings(
        Parse(absl::StrCat("group:\n  ca_file: \"", path(ca),
                           "\"\n  certificate_file: \"", path(certificate),
                           "\"\n  key_file: \"", path(key), "\"\n")),
        "/state");
  }

  std::string folder_;
};

TEST_F(GroupFilesTest, AreRead) {
  const auto swarm = Make("ca.pem", "group.pem", "key.pem");
  ASSERT_TRUE(swarm.ok()) << swarm.status();
  EXPECT_EQ(swarm->group_ca_pem, kCertificate);
  EXPECT_EQ(swarm->group_certificate_pem, kCertificate);
  EXPECT_EQ(swarm->group_key_pem, kKey);
  EXPECT_TRUE(Make("", "", "").ok());
  EXPECT_TRUE(Make("ca.pem", "", "").ok());
}

TEST_F(GroupFilesTest, ErrorsNameKeyAndFile) {
  const absl::Status missing = Make("nowhere.pem", "", "").status();
  EXPECT_EQ(missing.message(),
            absl::StrCat("f.yaml:2: group.ca_file: ", Path("nowhere.pem"),
                         " cannot be read: No such file or directory"));
  EXPECT_EQ(ErrorDetailOf(missing).reason(), v1::ERROR_REASON_PATH_NOT_FOUND);
  EXPECT_EQ(ErrorDetailOf(missing).policy(), "group.ca_file");
  EXPECT_EQ(ErrorDetailOf(missing).local_path(), Path("nowhere.pem"));

  ASSERT_EQ(mkdir(Path("folder").c_str(), 0755), 0);
  EXPECT_EQ(Make("ca.pem", "folder", "key.pem").status().message(),
            absl::StrCat("f.yaml:3: group.certificate_file: ", Path("folder"),
                         " cannot be read: Is a directory"));

  Write("text.pem", "sesame");
  EXPECT_EQ(Make("ca.pem", "group.pem", "text.pem").status().message(),
            absl::StrCat("f.yaml:4: group.key_file: ", Path("text.pem"),
                         " is not PEM"));

  Write("huge.pem", kKey + std::string(1 << 20, '\n'));
  EXPECT_EQ(Make("ca.pem", "group.pem", "huge.pem").status().message(),
            absl::StrCat("f.yaml:4: group.key_file: ", Path("huge.pem"),
                         " cannot be read: File too large"));
}

TEST_F(GroupFilesTest, ACertificateAndItsKeyComeTogether) {
  EXPECT_EQ(
      Make("ca.pem", "group.pem", "").status().message(),
      absl::StrCat("f.yaml:3: group.certificate_file: ", Path("group.pem"),
                   " has no key: set group.key_file too"));
  EXPECT_EQ(Make("ca.pem", "", "key.pem").status().message(),
            absl::StrCat(
                "f.yaml:4: group.key_file: ", Path("key.pem"),
                " belongs to no certificate: set group.certificate_file too"));
}

TEST_F(GroupFilesTest, ACertificateNeedsAnAuthority) {
  EXPECT_EQ(
      Make("", "group.pem", "key.pem").status().message(),
      absl::StrCat("f.yaml:3: group.certificate_file: ", Path("group.pem"),
                   " makes no group: set group.ca_file too"));
}

TEST(MakeBandwidthSettingsTest, TakesEveryKey) {
  const BandwidthPlan::Settings settings =
      MakeBandwidthSettings(Parse("bandwidth:\n"
                                  "  link_bytes_per_second: 1\n"
                                  "  foreground_bytes_per_second: 2\n"
                                  "  foreground_percent: 3\n"
                                  "  background_bytes_per_second: 4\n"
                                  "  background_percent: 5\n"
                                  "  upload_bytes_per_second: 6\n"
                                  "  lan_download_bytes_per_second: 7\n"
                                  "  lan_upload_bytes_per_second: 8\n"
                                  "  origin_bytes_per_second: 11\n"
                                  "  schedule:\n"
                                  "  - mon 00:00-01:00 upload=9\n"
                                  "  - tue 00:00-01:00 upload=10\n"
                                  "  low_effort_background: false\n"));
  EXPECT_EQ(settings.link, 1);
  EXPECT_EQ(settings.foreground.bytes_per_second, 2);
  EXPECT_EQ(settings.foreground.percent, 3);
  EXPECT_EQ(settings.background.bytes_per_second, 4);
  EXPECT_EQ(settings.background.percent, 5);
  EXPECT_EQ(settings.upload, 6);
  EXPECT_EQ(settings.lan_download, 7);
  EXPECT_EQ(settings.lan_upload, 8);
  EXPECT_EQ(settings.origin, 11);
  EXPECT_FALSE(settings.low_effort_background);
  ASSERT_EQ(settings.schedule.size(), 2u);
  EXPECT_EQ(settings.schedule[0].upload->bytes_per_second, 9);
  EXPECT_EQ(settings.schedule[1].upload->bytes_per_second, 10);
}

TEST(MakeBandwidthSettingsTest, ByDefaultNothingIsLimited) {
  const BandwidthPlan plan(MakeBandwidthSettings(Parse("")),
                           absl::UTCTimeZone());
  const BandwidthPlan::Moment moment = plan.At(absl::Now(), 1000);
  EXPECT_EQ(moment.limits, BandwidthLimits());
  EXPECT_EQ(moment.next_change, absl::InfiniteFuture());
}

}  // namespace
}  // namespace convoy
