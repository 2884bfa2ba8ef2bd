// Cache hosts that the network names: real daemons and a real caching nginx, in
// network namespaces, with leases and a name server of the test's own.

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/name_server.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/swarm_net.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::HasSubstr;

using Settings = std::vector<std::pair<std::string, std::string>>;
using Source = v1::SourceExplanation;

constexpr int kOrigin = 0;
constexpr int kCache = 1;
constexpr int kMachine = 2;
constexpr std::int64_t kSize = 2 << 20;
constexpr char kService[] = "_convoy-cache._tcp.site.example";

// An origin, a cache of its site, and a machine that knows neither by its
// configuration.
class FoundCacheHostTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string why_not = SwarmNet::WhyNot();
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    net_ = std::make_unique<SwarmNet>(3);
    origin_ = std::make_unique<Nginx>(OptionsOf(kOrigin));
    bytes_ = RandomBytes(std::size_t{kSize}, 7);
    WriteFile(origin_->root() + "/image", bytes_);
    Nginx::Options options = OptionsOf(kCache);
    options.http =
        "proxy_cache_path @DIR@/cache keys_zone=site:1m;\n"
        "proxy_cache site;\n"
        "proxy_cache_valid 200 206 1h;\n";
    options.location =
        "slice 1m;\n"
        "proxy_set_header Host $http_host;\n"
        "proxy_set_header Range $slice_range;\n"
        "proxy_cache_key $http_host$request_uri$slice_range;\n"
        "proxy_pass http://$http_host$request_uri;\n";
    options.rate = "200k";
    cache_ = std::make_unique<Nginx>(options);
    const std::string url = cache_->Url("");
    ASSERT_TRUE(absl::SimpleAtoi(
        url.substr(url.rfind(':') + 1, url.size() - url.rfind(':') - 2),
        &cache_port_));
    mkdir((machine_files_.path() + "/dhcp").c_str(), 0755);
    WriteFile(machine_files_.path() + "/resolv.conf",
              absl::StrCat("nameserver ", net_->address(kMachine),
                           "\nsearch site.example\n"));
  }

  Nginx::Options OptionsOf(int machine) const {
    Nginx::Options options;
    options.address = net_->address(machine);
    options.network_namespace = net_->network_namespace(machine);
    options.parent_folder = net_->folder(machine);
    return options;
  }
  std::string CacheAddress() const {
    return absl::StrCat(net_->address(kCache), ":", cache_port_);
  }
  // As the name server has it.
  std::string CacheUrl() const {
    return absl::StrCat("http://cache.site.example:", cache_port_);
  }
  // Option 235, as dhclient keeps it.
  void WriteLease(const std::string& value) const {
    WriteFile(
        machine_files_.path() + "/dhcp/dhclient.eth0.leases",
        absl::StrCat("lease {\n  option unknown-235 \"", value, "\";\n}\n"));
  }
  void Start(Settings settings) {
    settings.emplace_back("swarm.download_mode", "http_only");
    TestDaemon::Options options;
    options.network_namespace = net_->network_namespace(kMachine);
    options.parent_folder = net_->folder(kMachine);
    options.settings = std::move(settings);
    options.bind_mounts = {
        {"/var/lib", machine_files_.path()},
        {"/etc/resolv.conf", machine_files_.path() + "/resolv.conf"}};
    daemon_.reset();
    daemon_ = std::make_unique<TestDaemon>(options);
  }
  std::string Begin() {
    local_path_ = absl::StrCat(net_->folder(kMachine), "/image.", ++jobs_);
    const auto job =
        daemon_->Create({File(origin_->Url("image"), local_path_)});
    EXPECT_TRUE(job.ok()) << job.status();
    if (!job.ok()) return "";
    EXPECT_TRUE(daemon_->Resume(job->id()).ok());
    return job->id();
  }
  // What ExplainJob says of the cache host at this address, while it is used.
  Source Used(const std::string& id, const std::string& address) {
    Source used;
    daemon_->ExplainUntil(id, [&](const v1::ExplainJobResponse& now) {
      for (const Source& source : now.sources()) {
        if (source.kind() == Source::KIND_CACHE_HOST &&
            source.use() == Source::USE_USED && source.address() == address) {
          used = source;
          return true;
        }
      }
      return false;
    });
    return used;
  }
  // Waits for the job, compares its bytes, and tells where they came from.
  v1::SourceBytes End(const std::string& id) {
    const auto job =
        daemon_->WaitFor(id, {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
    if (!job.ok() || job->state() != v1::JOB_STATE_TRANSFERRED) {
      ADD_FAILURE() << (job.ok() ? job->DebugString()
                                 : job.status().ToString());
      return {};
    }
    EXPECT_TRUE(daemon_->Complete(id).ok());
    EXPECT_TRUE(ReadFile(local_path_) == bytes_);
    return job->progress().source_bytes();
  }

  std::unique_ptr<SwarmNet> net_;
  // Of the machine: /var/lib, and resolv.conf.
  TempDir machine_files_;
  std::unique_ptr<Nginx> origin_;
  std::unique_ptr<Nginx> cache_;
  int cache_port_ = 0;
  std::string bytes_;
  std::unique_ptr<TestDaemon> daemon_;
  int jobs_ = 0;
  std::string local_path_;
};

TEST_F(FoundCacheHostTest, TheDhcpOptionNamesTheCacheThatGivesTheBytes) {
  WriteLease(CacheAddress());
  Start({{"cache_host.source", "dhcp_option"}});
  const std::string id = Begin();
  const Source used = Used(id, "http://" + CacheAddress());
  EXPECT_EQ(used.policy(), "cache_host.source");
  EXPECT_EQ(used.provider(), "command line");
  const v1::SourceBytes from = End(id);
  EXPECT_EQ(from.cache_host_bytes(), kSize);
  EXPECT_EQ(from.origin_bytes(), 0);
  EXPECT_THAT(daemon_->Log(),
              HasSubstr("cache hosts by cache_host.source (dhcp_option, DHCP "
                        "option 235): http://" +
                        CacheAddress()));
}

TEST_F(FoundCacheHostTest, AForcedDhcpOptionComesBeforeHosts) {
  WriteLease(CacheAddress());
  const std::string nobody =
      absl::StrCat("http://", net_->address(kCache), ":1");
  Start({{"cache_host.source", "dhcp_option_forced"},
         {"cache_host.hosts", nobody}});
  EXPECT_EQ(End(Begin()).cache_host_bytes(), kSize);
  // Not forced, `hosts` decide.
  Start({{"cache_host.source", "dhcp_option"}, {"cache_host.hosts", nobody}});
  EXPECT_EQ(End(Begin()).origin_bytes(), kSize);
  // They stand in where the lease has no option.
  WriteLease("");
  Start({{"cache_host.source", "dhcp_option_forced"},
         {"cache_host.hosts", "http://" + CacheAddress()}});
  EXPECT_EQ(End(Begin()).cache_host_bytes(), kSize);
}

TEST_F(FoundCacheHostTest, SrvRecordsNameTheCacheThatGivesTheBytes) {
  NameServer names(net_->network_namespace(kMachine), net_->address(kMachine));
  names.SetAddress("cache.site.example", net_->address(kCache));
  // The first one is dead.
  names.SetSrv(kService, {{20, 0, cache_port_, "cache.site.example"},
                          {10, 0, 1, "cache.site.example"}});
  Start({{"cache_host.source", "dns_sd"}});
  const std::string id = Begin();
  EXPECT_EQ(Used(id, CacheUrl()).policy(), "cache_host.source");
  const v1::SourceBytes from = End(id);
  EXPECT_EQ(from.cache_host_bytes(), kSize);
  EXPECT_EQ(from.origin_bytes(), 0);
  EXPECT_THAT(daemon_->Log(),
              HasSubstr(absl::StrCat(
                  "cache hosts by cache_host.source (dns_sd, ", kService,
                  "): http://cache.site.example:1, ", CacheUrl())));
}

TEST_F(FoundCacheHostTest, DnsIsAskedWhenTheConfigurationOrTheNetworkChanges) {
  NameServer names(net_->network_namespace(kMachine), net_->address(kMachine));
  Start({});
  EXPECT_EQ(names.SrvQuestions(), 0);
  WriteFile(daemon_->config_file(), "cache_host: {source: dns_sd}\n");
  ASSERT_TRUE(Eventually([&] { return names.SrvQuestions() >= 1; }));
  // Nobody is named: the origin gives the bytes, and ExplainJob says why.
  EXPECT_EQ(End(Begin()).origin_bytes(), kSize);

  names.SetAddress("cache.site.example", net_->address(kCache));
  names.SetSrv(kService, {{0, 0, cache_port_, "cache.site.example"}});
  ProcessOptions route;
  route.argv = {"/usr/sbin/ip",
                "-n",
                net_->network_namespace(kMachine),
                "route",
                "add",
                "default",
                "via",
                net_->address(kOrigin)};
  ASSERT_EQ(RunProcess(route).exit_code, 0);
  ASSERT_TRUE(Eventually(
      [&] { return absl::StrContains(daemon_->Log(), CacheUrl()); }));
  const std::string id = Begin();
  const Source used = Used(id, CacheUrl());
  EXPECT_EQ(used.policy(), "cache_host.source");
  EXPECT_EQ(used.provider(), daemon_->config_file() + ":1");
  EXPECT_EQ(End(id).cache_host_bytes(), kSize);
}

}  // namespace
}  // namespace convoy::testing
