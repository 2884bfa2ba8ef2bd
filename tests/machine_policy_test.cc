// What policies make of a machine's network, memory, disk, group and month:
// real daemons, in network namespaces where routes matter.

#include <grpcpp/grpcpp.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "convoy/v1/swarm_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/swarm_net.h"
#include "tests/temp_dir.h"
#include "tests/test_bus.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

using Settings = std::vector<std::pair<std::string, std::string>>;
using Source = v1::SourceExplanation;

constexpr int kOrigin = 0;
constexpr int kHolder = 1;
constexpr int kMachine = 2;
constexpr std::int64_t kSize = 6 << 20;

// What ExplainJob says of one source; without kind: nothing.
Source Explained(TestDaemon& daemon, const std::string& id, Source::Kind kind) {
  const auto explained = daemon.Explain(id);
  EXPECT_TRUE(explained.ok()) << explained.status();
  if (explained.ok()) {
    for (const Source& source : explained->sources()) {
      if (source.kind() == kind) return source;
    }
  }
  return {};
}

// An origin, a machine that holds its file for peers, and one that wants it.
class MachinePolicyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string why_not = SwarmNet::WhyNot();
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    net_ = std::make_unique<SwarmNet>(3);
    Nginx::Options options;
    options.address = net_->address(kOrigin);
    options.network_namespace = net_->network_namespace(kOrigin);
    options.parent_folder = net_->folder(kOrigin);
    // From there a file takes minutes; but one that is named so.
    options.location =
        "set $rate 50k; if ($uri ~ ^/quick) { set $rate 400k; } "
        "limit_rate $rate;";
    origin_ = std::make_unique<Nginx>(options);
  }

  // Lines of `ip` on a machine.
  void Ip(int machine, const std::string& lines) {
    const TempDir directory;
    WriteFile(directory.path() + "/batch", lines);
    ProcessOptions options;
    options.argv = {"/usr/sbin/ip", "-n", net_->network_namespace(machine),
                    "-batch", directory.path() + "/batch"};
    const ProcessResult result = RunProcess(options);
    ASSERT_EQ(result.exit_code, 0) << result.output;
  }
  // The default route goes through a tunnel, as VPN programs make them.
  void UseVpn(int machine) {
    ProcessOptions options;
    options.argv = {"/usr/sbin/ip", "tuntap", "add", "dev",
                    "corp0",        "mode",   "tun"};
    options.network_namespace = net_->network_namespace(machine);
    const ProcessResult result = RunProcess(options);
    ASSERT_EQ(result.exit_code, 0) << result.output;
    Ip(machine,
       "addr add 10.99.0.2/32 dev corp0\nlink set corp0 up\n"
       "route add default dev corp0\n");
  }
  void EndVpn(int machine) { Ip(machine, "link del corp0\n"); }

  TestDaemon& Start(int machine, Settings settings = {},
                    std::map<std::string, std::string> environment = {},
                    std::map<std::string, std::string> bind_mounts = {}) {
    TestDaemon::Options options;
    options.bind_mounts = std::move(bind_mounts);
    options.network_namespace = net_->network_namespace(machine);
    options.parent_folder = net_->folder(machine);
    options.settings = std::move(settings);
    options.environment = std::move(environment);
    daemons_[machine].reset();
    daemons_[machine] = std::make_unique<TestDaemon>(options);
    return *daemons_[machine];
  }
  // Its configuration file, in force when this returns.
  void Configure(int machine, const std::string& text) {
    TestDaemon& daemon = *daemons_[machine];
    WriteFile(daemon.config_file(), text);
    grpc::ClientContext context;
    v1::ReloadConfigResponse response;
    const grpc::Status status =
        daemon.admin().ReloadConfig(&context, {}, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    ASSERT_EQ(response.mistakes_size(), 0) << response.DebugString();
  }
  // Whom the machine is connected with.
  int Peers(int machine) {
    const auto stub = v1::SwarmService::NewStub(daemons_[machine]->Connect());
    grpc::ClientContext context;
    v1::ListPeersResponse response;
    const grpc::Status status = stub->ListPeers(&context, {}, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.peers_size();
  }
  // Contents that the machine has.
  int Contents(int machine) {
    const auto stub = v1::SwarmService::NewStub(daemons_[machine]->Connect());
    grpc::ClientContext context;
    v1::ListContentsResponse response;
    EXPECT_TRUE(stub->ListContents(&context, {}, &response).ok());
    return response.contents_size();
  }
  // The machine has it no longer.
  void Evict(int machine, const std::string& name) {
    const auto stub = v1::SwarmService::NewStub(daemons_[machine]->Connect());
    grpc::ClientContext listing;
    v1::ListContentsResponse contents;
    ASSERT_TRUE(stub->ListContents(&listing, {}, &contents).ok());
    for (const v1::Content& content : contents.contents()) {
      if (content.name() != name) continue;
      grpc::ClientContext context;
      v1::EvictContentRequest request;
      request.set_content_id(content.id());
      v1::EvictContentResponse response;
      const grpc::Status status =
          stub->EvictContent(&context, request, &response);
      ASSERT_TRUE(status.ok()) << status.error_message();
      return;
    }
    FAIL() << contents.DebugString();
  }
  v1::HostStatistics Statistics(int machine) {
    grpc::ClientContext context;
    v1::HostStatistics statistics;
    EXPECT_TRUE(daemons_[machine]
                    ->admin()
                    .GetHostStatistics(&context, {}, &statistics)
                    .ok());
    return statistics;
  }
  // A file at the origin with its manifest, which `kHolder` has for peers.
  void Publish(const std::string& name, std::int64_t size = kSize) {
    const std::string path = origin_->root() + "/" + name;
    WriteFile(path, RandomBytes(static_cast<std::size_t>(size),
                                std::hash<std::string>()(name)));
    ProcessOptions options;
    options.argv = {Runfile("client/cli/convoy"), "publish", path,
                    "--url-prefix", origin_->Url("")};
    const ProcessResult result = RunProcess(options);
    ASSERT_EQ(result.exit_code, 0) << result.output;
    const auto stub = v1::SwarmService::NewStub(daemons_[kHolder]->Connect());
    grpc::ClientContext context;
    v1::AdoptFileRequest request;
    request.set_local_path(path);
    request.set_manifest_path(path + ".torrent");
    v1::Content content;
    const grpc::Status status = stub->AdoptFile(&context, request, &content);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  std::string Begin(int machine, const std::string& name, v1::Job wanted = {}) {
    TestDaemon& daemon = *daemons_[machine];
    const auto job =
        daemon.Create({File(origin_->Url(name),
                            absl::StrCat(net_->folder(machine), "/", name))},
                      std::move(wanted));
    EXPECT_TRUE(job.ok()) << job.status();
    if (!job.ok()) return "";
    EXPECT_TRUE(daemon.Resume(job->id()).ok());
    return job->id();
  }
  // Waits for the job, and compares its bytes.
  v1::Job End(int machine, const std::string& id, const std::string& name) {
    TestDaemon& daemon = *daemons_[machine];
    const auto job =
        daemon.WaitFor(id, {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
    EXPECT_TRUE(job.ok()) << job.status();
    if (!job.ok()) return {};
    EXPECT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
    EXPECT_TRUE(daemon.Complete(id).ok());
    EXPECT_TRUE(ReadFile(absl::StrCat(net_->folder(machine), "/", name)) ==
                ReadFile(origin_->root() + "/" + name));
    return *job;
  }
  // Waits until ExplainJob refuses the source, and expects who does.
  Source Refused(int machine, const std::string& id, Source::Kind kind) {
    Source source;
    EXPECT_TRUE(Eventually([&] {
      source = Explained(*daemons_[machine], id, kind);
      return source.use() == Source::USE_REFUSED;
    })) << "never refused: "
        << source.DebugString();
    return source;
  }

  std::unique_ptr<SwarmNet> net_;
  std::unique_ptr<Nginx> origin_;
  std::unique_ptr<TestDaemon> daemons_[3];
};

TEST_F(MachinePolicyTest, NoPeersWhileTheDefaultRouteGoesThroughAVpn) {
  Start(kHolder);
  UseVpn(kMachine);
  Start(kMachine);
  Publish("a");
  const std::string id = Begin(kMachine, "a");
  const Source refused = Refused(kMachine, id, Source::KIND_LAN_PEERS);
  EXPECT_EQ(refused.policy(), "network.vpn_peers");
  EXPECT_EQ(refused.provider(), "default");
  EXPECT_EQ(refused.reason(),
            "the default route goes through the VPN corp0 (tun)");
  const auto begun = daemons_[kMachine]->WaitForBytes(id, 1);
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_EQ(begun->progress().source_bytes().lan_bytes(), 0);

  // From the moment the tunnel is gone the running job has peers.
  EndVpn(kMachine);
  const v1::Job job = End(kMachine, id, "a");
  EXPECT_GT(job.progress().source_bytes().lan_bytes(), kSize / 2);
}

TEST_F(MachinePolicyTest, NoCacheHostWhileTheDefaultRouteGoesThroughAVpn) {
  Nginx::Options options;
  options.address = net_->address(kHolder);
  options.network_namespace = net_->network_namespace(kHolder);
  options.parent_folder = net_->folder(kHolder);
  const Nginx cache(options);
  // The same version at both.
  const std::string at_origin = origin_->root() + "/a";
  const std::string at_cache = cache.root() + "/a";
  WriteFile(at_origin, RandomBytes(std::size_t{kSize}, 1));
  WriteFile(at_cache, ReadFile(at_origin));
  std::filesystem::last_write_time(at_cache,
                                   std::filesystem::last_write_time(at_origin));
  const std::string url = cache.Url("");
  UseVpn(kMachine);
  TestDaemon& daemon =
      Start(kMachine, {{"swarm.download_mode", "http_only"},
                       {"cache_host.hosts", url.substr(0, url.size() - 1)},
                       {"cache_host.on_vpn", "false"}});
  const std::string id = Begin(kMachine, "a");
  const Source refused = Refused(kMachine, id, Source::KIND_CACHE_HOST);
  EXPECT_EQ(refused.reason(), "the default route goes through a VPN");
  EXPECT_EQ(refused.policy(), "cache_host.on_vpn");
  EXPECT_EQ(refused.provider(), "command line");
  const auto begun = daemon.WaitForBytes(id, 100'000);
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_EQ(begun->progress().source_bytes().cache_host_bytes(), 0);
  EXPECT_EQ(cache.BodyBytesSent(), 0);

  EndVpn(kMachine);
  ASSERT_TRUE(Eventually([&daemon] {
    return absl::StrContains(daemon.Log(), "peers are met again");
  }));
  ASSERT_TRUE(daemon.Suspend(id).ok());
  ASSERT_TRUE(daemon.Resume(id).ok());
  const v1::Job job = End(kMachine, id, "a");
  EXPECT_GT(job.progress().source_bytes().cache_host_bytes(), kSize / 2);
}

TEST_F(MachinePolicyTest, PeersEndWhenAVpnBegins) {
  Start(kHolder, {{"bandwidth.lan_upload_bytes_per_second", "200000"}});
  Start(kMachine);
  Publish("a");
  const std::string id = Begin(kMachine, "a");
  ASSERT_TRUE(Eventually([&] {
    return Explained(*daemons_[kMachine], id, Source::KIND_LAN_PEERS).use() ==
           Source::USE_USED;
  }));
  UseVpn(kMachine);
  const Source refused = Refused(kMachine, id, Source::KIND_LAN_PEERS);
  EXPECT_EQ(refused.policy(), "network.vpn_peers");
  EXPECT_TRUE(Eventually([this] { return Peers(kMachine) == 0; }));
}

TEST_F(MachinePolicyTest, PeersOverAVpnWhereThatIsAllowed) {
  Start(kHolder);
  UseVpn(kMachine);
  Start(kMachine, {{"network.vpn_peers", "true"}});
  Publish("a");
  const v1::Job job = End(kMachine, Begin(kMachine, "a"), "a");
  EXPECT_GT(job.progress().source_bytes().lan_bytes(), kSize / 2);
}

TEST_F(MachinePolicyTest, AnInterfaceThatIsNamedIsAVpn) {
  Start(kHolder);
  Ip(kMachine,
     absl::StrCat("route add default via ", net_->address(kOrigin), "\n"));
  Start(kMachine, {{"network.vpn_interfaces", "eth*"}});
  Publish("a");
  const Source refused =
      Refused(kMachine, Begin(kMachine, "a"), Source::KIND_LAN_PEERS);
  EXPECT_EQ(refused.policy(), "network.vpn_peers");
  EXPECT_THAT(refused.reason(), HasSubstr("eth0 (network.vpn_interfaces, "));
}

TEST_F(MachinePolicyTest, AVpnOfNetworkManagerNeedsNoInterface) {
  if (const std::string why = TestBus::WhyNot(); !why.empty()) {
    GTEST_SKIP() << why;
  }
  const TestBus bus;
  FakeNetworkManager manager(bus.address());
  manager.SetPrimary("vpn", "office");
  Start(kHolder);
  Ip(kMachine,
     absl::StrCat("route add default via ", net_->address(kOrigin), "\n"));
  Start(kMachine, {}, {{"DBUS_SYSTEM_BUS_ADDRESS", bus.address()}});
  Publish("a");
  const std::string id = Begin(kMachine, "a");
  const Source refused = Refused(kMachine, id, Source::KIND_LAN_PEERS);
  EXPECT_EQ(refused.policy(), "network.vpn_peers");
  EXPECT_EQ(refused.reason(),
            "the default route goes through the VPN NetworkManager calls "
            "office (vpn)");
  const auto begun = daemons_[kMachine]->WaitForBytes(id, 1);
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_EQ(begun->progress().source_bytes().lan_bytes(), 0);

  // It is asked again when routes change.
  manager.SetPrimary("802-3-ethernet", "wired");
  Ip(kMachine,
     absl::StrCat("route replace default via ", net_->address(kHolder), "\n"));
  const v1::Job job = End(kMachine, id, "a");
  EXPECT_GT(job.progress().source_bytes().lan_bytes(), kSize / 2);
}

TEST_F(MachinePolicyTest, OnBatteryAMachineTakesFromPeersAndGivesNothing) {
  constexpr char kKey[] = "swarm.min_battery_percent_to_upload";
  constexpr char kSupplies[] = "/sys/class/power_supply";
  if (!std::filesystem::exists(kSupplies)) {
    GTEST_SKIP() << "the kernel knows no power supplies";
  }
  const TempDir supplies;
  const std::string battery = supplies.path() + "/BAT0";
  mkdir(battery.c_str(), 0755);
  WriteFile(battery + "/type", "Battery\n");
  WriteFile(battery + "/status", "Discharging\n");
  WriteFile(battery + "/capacity", "30\n");
  Start(kHolder);
  TestDaemon& daemon =
      Start(kMachine, {{"bandwidth.lan_upload_bytes_per_second", "500000"}}, {},
            {{kSupplies, supplies.path()}});
  Publish("quick");
  const std::string id = Begin(kMachine, "quick");
  const v1::Job taken = End(kMachine, id, "quick");
  EXPECT_GT(taken.progress().source_bytes().lan_bytes(), kSize / 2);
  const auto explained = daemon.Explain(id);
  ASSERT_TRUE(explained.ok()) << explained.status();
  ASSERT_GE(explained->factors_size(), 1);
  EXPECT_EQ(explained->factors(0).policy(), kKey);
  EXPECT_EQ(explained->factors(0).text(),
            "Peers get nothing now: this machine runs on battery, at 30%, and "
            "gives nothing to peers below 40%.");

  // Another machine wants it, and no one else has it.
  const auto take = [this](const std::string& name) {
    return End(kHolder, Begin(kHolder, name), name)
        .progress()
        .source_bytes()
        .lan_bytes();
  };
  Start(kHolder);
  EXPECT_EQ(take("quick"), 0);

  // Where that is allowed it gives; and no more once it is not.
  Configure(kMachine, absl::StrCat("swarm: {", &kKey[6], ": 0}\n"));
  Start(kHolder);
  const std::string begun = Begin(kHolder, "quick");
  ASSERT_TRUE(Eventually([&] {
    return daemons_[kHolder]
               ->Get(begun)
               ->progress()
               .source_bytes()
               .lan_bytes() > kSize / 6;
  }));
  Configure(kMachine, "");
  const v1::Job ended = End(kHolder, begun, "quick");
  EXPECT_LT(ended.progress().source_bytes().lan_bytes(), kSize / 3 * 2);
}

TEST_F(MachinePolicyTest, SmallMachinesMeetNoPeersUntilTheyMay) {
  Start(kHolder);
  TestDaemon& daemon = Start(kMachine);
  for (const char* key :
       {"min_memory_bytes", "min_disk_bytes", "min_free_disk_bytes"}) {
    Publish(key);
    Configure(kMachine, absl::StrCat("swarm: {", key, ": 1000000000000000}\n"));
    const std::string id = Begin(kMachine, key);
    const Source refused = Refused(kMachine, id, Source::KIND_LAN_PEERS);
    EXPECT_EQ(refused.policy(), absl::StrCat("swarm.", key));
    EXPECT_EQ(refused.provider(), daemon.config_file() + ":1");
    Configure(kMachine, "");
    const v1::Job job = End(kMachine, id, key);
    EXPECT_GT(job.progress().source_bytes().lan_bytes(), kSize / 2) << key;
  }
}

TEST_F(MachinePolicyTest, SelectionBySubnetLeavesOutWhomOnlyARouteReaches) {
  for (const int machine : {kHolder, kMachine}) net_->LeaveLan(machine);
  const Settings settings = {{"swarm.allowed_networks", "10.77.0.0/24"},
                             {"swarm.peers", net_->address(kHolder) + ":6772"}};
  Start(kHolder, settings);
  TestDaemon& daemon = Start(kMachine, settings);
  Configure(kMachine, "swarm: {peer_selection: subnet}\n");
  Publish("a");
  const std::string id = Begin(kMachine, "a");
  ASSERT_TRUE(daemon.WaitForBytes(id, 200'000).ok());
  const Source lan = Explained(daemon, id, Source::KIND_LAN_PEERS);
  EXPECT_EQ(lan.policy(), "swarm.peer_selection");
  EXPECT_EQ(lan.connections(), 0);
  EXPECT_EQ(lan.bytes(), 0);
  Configure(kMachine, "swarm: {peer_selection: none}\n");
  const v1::Job job = End(kMachine, id, "a");
  EXPECT_GT(job.progress().source_bytes().lan_bytes(), kSize / 2);
}

TEST_F(MachinePolicyTest, AMonthsBytesForOthersThanTheLanEnd) {
  for (const int machine : {kHolder, kMachine}) net_->LeaveLan(machine);
  Settings settings = {{"swarm.download_mode", "internet"},
                       {"swarm.peers", net_->address(kHolder) + ":6772"},
                       {"swarm.peers", net_->address(kMachine) + ":6772"}};
  TestDaemon& machine = Start(kMachine, settings);
  settings.emplace_back("swarm.monthly_upload_bytes", "1000000");
  TestDaemon& holder = Start(kHolder, settings);
  Publish("a");
  Publish("quick");
  const v1::Job first = End(kMachine, Begin(kMachine, "a"), "a");
  EXPECT_GT(first.progress().source_bytes().internet_bytes(), kSize / 2);
  // They are counted over restarts, and by now used up.
  Evict(kHolder, "a");
  holder.Stop();
  holder.Start();
  EXPECT_GT(Statistics(kHolder).month().uploaded_internet_bytes(), kSize / 2);
  EXPECT_EQ(Statistics(kHolder).uploaded_internet_bytes(), 0);

  // It takes what others give.
  const std::string taken = Begin(kHolder, "a");
  const v1::Job job = End(kHolder, taken, "a");
  EXPECT_GT(job.progress().source_bytes().internet_bytes(), kSize / 2);
  const auto explained = holder.Explain(taken);
  ASSERT_TRUE(explained.ok()) << explained.status();
  ASSERT_GE(explained->factors_size(), 1);
  EXPECT_EQ(explained->factors(0).policy(), "swarm.monthly_upload_bytes");
  EXPECT_EQ(explained->factors(0).text(),
            "Peers outside of the LAN get nothing now: the 1000000 bytes that "
            "may be given to peers outside of the LAN in a month are used up.");

  // And gives them nothing, though they are connected.
  const std::string id = Begin(kMachine, "quick");
  ASSERT_TRUE(Eventually([this] { return Peers(kMachine) > 0; }));
  const auto begun = machine.WaitForBytes(id, 1'000'000);
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_EQ(begun->progress().source_bytes().internet_bytes(), 0);
  EXPECT_EQ(Statistics(kHolder).uploaded_internet_bytes(), 0);
  ASSERT_TRUE(machine.Cancel(id).ok());

  // The LAN's count for nothing.
  for (const int number : {kHolder, kMachine}) {
    daemons_[number]->Stop();
    const std::string own = net_->address(number);
    Ip(number,
       absl::StrCat("route del 10.77.0.0/24 dev eth0\naddr del ", own,
                    "/32 dev eth0\naddr add ", own, "/24 brd + dev eth0\n"));
    daemons_[number]->Start();
  }
  const v1::Job near = End(kMachine, Begin(kMachine, "quick"), "quick");
  EXPECT_GT(near.progress().source_bytes().lan_bytes(), kSize / 2);
}

TEST_F(MachinePolicyTest, TheModeOfTheConfigurationKeepsPeersOut) {
  Start(kHolder);
  TestDaemon& daemon = Start(kMachine);
  Publish("a");
  Configure(kMachine, "swarm: {download_mode: http_only}\n");
  const std::string id = Begin(kMachine, "a");
  const Source refused = Refused(kMachine, id, Source::KIND_LAN_PEERS);
  EXPECT_EQ(refused.policy(), "swarm.download_mode");
  EXPECT_EQ(refused.provider(), daemon.config_file() + ":1");
  const auto begun = daemon.WaitForBytes(id, 300'000);
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_EQ(begun->progress().source_bytes().lan_bytes(), 0);
  Configure(kMachine, "");
  const v1::Job job = End(kMachine, id, "a");
  EXPECT_GT(job.progress().source_bytes().lan_bytes(), kSize / 2);
}

TEST_F(MachinePolicyTest, MachinesOfAnotherGroupIdAreNotMet) {
  Start(kHolder, {{"group.id", "north"}});
  Start(kMachine, {{"group.id", "south"}});
  Publish("a");
  const std::string id = Begin(kMachine, "a");
  const auto begun = daemons_[kMachine]->WaitForBytes(id, 300'000);
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_EQ(begun->progress().source_bytes().lan_bytes(), 0);
  EXPECT_EQ(Peers(kMachine), 0);
  ASSERT_TRUE(daemons_[kMachine]->Cancel(id).ok());

  Start(kMachine, {{"group.id", "north"}});
  const v1::Job job = End(kMachine, Begin(kMachine, "a"), "a");
  EXPECT_GT(job.progress().source_bytes().lan_bytes(), kSize / 2);
}

TEST_F(MachinePolicyTest, MachinesOfOneTagAreAGroup) {
  const TempDir tags;
  WriteFile(tags.path() + "/north", "north\n");
  WriteFile(tags.path() + "/south", "south\n");
  const auto of = [&](const std::string& tag) {
    return Settings{{"group.id_source", "file"},
                    {"group.id_file", tags.path() + "/" + tag}};
  };
  Start(kHolder, of("north"));
  Start(kMachine, of("south"));
  Publish("a");
  const std::string id = Begin(kMachine, "a");
  const auto begun = daemons_[kMachine]->WaitForBytes(id, 300'000);
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_EQ(begun->progress().source_bytes().lan_bytes(), 0);
  ASSERT_TRUE(daemons_[kMachine]->Cancel(id).ok());

  Start(kMachine, of("north"));
  const v1::Job job = End(kMachine, Begin(kMachine, "a"), "a");
  EXPECT_GT(job.progress().source_bytes().lan_bytes(), kSize / 2);

  // Who cannot tell its group meets nobody, and says so.
  Start(kMachine, of("nowhere"));
  Publish("b");
  const Source refused =
      Refused(kMachine, Begin(kMachine, "b"), Source::KIND_LAN_PEERS);
  EXPECT_EQ(refused.policy(), "group.id_source");
}

// How long peers take for a file under a limit of 1 MB/s of one of the two.
class PeerRateTest : public MachinePolicyTest {
 protected:
  absl::Duration TimeOf(int limited, const std::string& key,
                        Settings settings = {}) {
    for (const int machine : {kHolder, kMachine}) {
      Settings own = settings;
      if (machine == limited) own.emplace_back(key, "1000000");
      Start(machine, own);
    }
    Publish("a");
    const absl::Time begin = absl::Now();
    const v1::Job job = End(kMachine, Begin(kMachine, "a"), "a");
    const v1::SourceBytes& bytes = job.progress().source_bytes();
    EXPECT_GT(bytes.lan_bytes() + bytes.internet_bytes(), kSize / 2);
    return absl::Now() - begin;
  }
  // 6 MiB at 1 MB/s, less what a limiter lets through at once. Without a limit
  // it takes a tenth of that.
  static constexpr absl::Duration kLimited = absl::Seconds(4);
};

TEST_F(PeerRateTest, UploadsToTheLanKeepToTheirLimit) {
  EXPECT_GT(TimeOf(kHolder, "bandwidth.lan_upload_bytes_per_second"), kLimited);
}

TEST_F(PeerRateTest, DownloadsFromTheLanKeepToTheirLimit) {
  EXPECT_GT(TimeOf(kMachine, "bandwidth.lan_download_bytes_per_second"),
            kLimited);
}

TEST_F(PeerRateTest, UploadsToOthersThanTheLanKeepToTheirLimit) {
  for (const int machine : {kHolder, kMachine}) net_->LeaveLan(machine);
  EXPECT_GT(TimeOf(kHolder, "bandwidth.upload_bytes_per_second",
                   {{"swarm.download_mode", "internet"},
                    {"swarm.peers", net_->address(kHolder) + ":6772"}}),
            kLimited);
}

// Beside a foreground job that the same peer gives more.
TEST_F(PeerRateTest, BackgroundDownloadsKeepToTheirOwnLimit) {
  for (const int machine : {kHolder, kMachine}) net_->LeaveLan(machine);
  const Settings settings = {
      {"swarm.download_mode", "internet"},
      {"swarm.peers", net_->address(kHolder) + ":6772"},
      {"bandwidth.foreground_bytes_per_second", "1500000"},
      {"bandwidth.background_bytes_per_second", "200000"}};
  for (const int machine : {kHolder, kMachine}) Start(machine, settings);
  Publish("a");
  Publish("b");
  v1::Job foreground;
  foreground.set_priority(v1::JOB_PRIORITY_FOREGROUND);
  const std::string slow = Begin(kMachine, "a");
  const v1::Job quick = End(kMachine, Begin(kMachine, "b", foreground), "b");
  EXPECT_GT(quick.progress().source_bytes().internet_bytes(), kSize / 2);
  const auto job = daemons_[kMachine]->Get(slow);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_GT(job->progress().source_bytes().internet_bytes(), 0);
  EXPECT_LT(job->progress().source_bytes().internet_bytes(), kSize / 2);
}

TEST_F(MachinePolicyTest, KeptContentsGoWhenNothingMayBeKept) {
  Start(kHolder);
  Publish("a");
  const std::string folder = daemons_[kHolder]->state_directory() + "/cache";
  EXPECT_EQ(Contents(kHolder), 1);
  EXPECT_FALSE(ListFolder(folder).empty());
  Configure(kHolder, "cache: {max_age_seconds: 0}\n");
  EXPECT_TRUE(Eventually(
      [&] { return Contents(kHolder) == 0 && ListFolder(folder).empty(); }));
}

TEST_F(MachinePolicyTest, WhatWasGivenStaysCountedWhenTheContentHasGone) {
  Start(kHolder);
  Start(kMachine);
  Publish("a");
  End(kMachine, Begin(kMachine, "a"), "a");
  ASSERT_TRUE(Eventually(
      [this] { return Statistics(kHolder).uploaded_lan_bytes() > kSize / 2; }));
  const std::int64_t given = Statistics(kHolder).uploaded_lan_bytes();
  Configure(kHolder, "cache: {max_age_seconds: 0}\n");
  ASSERT_TRUE(Eventually([this] { return Contents(kHolder) == 0; }));
  EXPECT_GE(Statistics(kHolder).uploaded_lan_bytes(), given);
}

// A file system of 64 MiB, as long as it lives.
class SmallDisk {
 public:
  explicit SmallDisk(std::string folder) : folder_(std::move(folder)) {
    EXPECT_EQ(mkdir(folder_.c_str(), 0755), 0);
    EXPECT_EQ(mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=64m"), 0);
  }
  ~SmallDisk() { EXPECT_EQ(umount2(folder_.c_str(), MNT_DETACH), 0); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  std::string Path(const std::string& name) const {
    return folder_ + "/" + name;
  }

 private:
  const std::string folder_;
};

TEST_F(MachinePolicyTest, TheOldestGoesByPercentAndItsJobSaysSo) {
  const SmallDisk disk(net_->folder(kMachine) + "/disk");
  ASSERT_EQ(mkdir(disk.Path("cache").c_str(), 0700), 0);
  Start(kHolder);
  TestDaemon& daemon = Start(kMachine, {{"cache.directory", disk.Path("cache")},
                                        {"cache.min_free_bytes", "0"},
                                        {"swarm.min_disk_bytes", "0"}});
  std::map<std::string, std::string> jobs;
  for (const std::string name : {"a", "b"}) {
    Publish(name);
    const int before = Contents(kMachine);
    const auto job = daemon.Run({File(origin_->Url(name), disk.Path(name))});
    ASSERT_TRUE(job.ok()) << job.status();
    ASSERT_TRUE(daemon.Complete(job->id()).ok());
    jobs[name] = job->id();
    ASSERT_TRUE(Eventually([&] {
      return Contents(kMachine) == before + 1 &&
             ListFolder(disk.Path("cache")).size() ==
                 static_cast<std::size_t>(before + 1);
    }));
    // From now on the link costs its bytes: 9% of the disk each.
    ASSERT_EQ(unlink(disk.Path(name).c_str()), 0);
  }
  const auto first_factor = [&](const std::string& name) {
    const auto explained = daemon.Explain(jobs[name]);
    EXPECT_TRUE(explained.ok()) << explained.status();
    return explained.ok() && explained->factors_size() > 0
               ? explained->factors(0)
               : v1::Factor();
  };
  EXPECT_EQ(first_factor("a").policy(), "cache.max_age_seconds");

  Configure(kMachine, "cache: {max_size_percent: 10}\n");
  ASSERT_TRUE(Eventually([this] { return Contents(kMachine) == 1; }));
  const v1::Factor gone = first_factor("a");
  EXPECT_THAT(gone.text(), HasSubstr("Its contents are not kept for peers any "
                                     "more, since "));
  EXPECT_EQ(gone.policy(), "cache.max_size_percent");
  EXPECT_EQ(gone.provider(), daemon.config_file() + ":1");
  EXPECT_THAT(first_factor("b").text(),
              HasSubstr("Its contents are kept for peers until"));

  // Bytes, where they are set, count instead.
  Configure(kMachine,
            "cache: {max_size_percent: 100, max_size_bytes: 1000000}\n");
  ASSERT_TRUE(Eventually([this] { return Contents(kMachine) == 0; }));
  EXPECT_EQ(first_factor("b").policy(), "cache.max_size_bytes");
}

TEST_F(MachinePolicyTest, SmallFilesHaveNoPeersAndLargerOnesHave) {
  constexpr std::int64_t kSmall = 2 << 20;
  Start(kHolder);
  TestDaemon& daemon = Start(kMachine);
  Publish("quick", kSmall);
  Publish("a");
  Configure(kMachine, "swarm: {min_file_size_bytes: 3000000}\n");
  const std::string id = Begin(kMachine, "quick");
  const Source refused = Refused(kMachine, id, Source::KIND_LAN_PEERS);
  EXPECT_EQ(refused.policy(), "swarm.min_file_size_bytes");
  EXPECT_EQ(refused.provider(), daemon.config_file() + ":1");
  const v1::SourceBytes alone =
      End(kMachine, id, "quick").progress().source_bytes();
  EXPECT_EQ(alone.lan_bytes(), 0);
  EXPECT_EQ(alone.origin_bytes(), kSmall);
  const v1::Job larger = End(kMachine, Begin(kMachine, "a"), "a");
  EXPECT_GT(larger.progress().source_bytes().lan_bytes(), kSize / 2);

  Configure(kMachine, "swarm: {min_file_size_bytes: 2000000}\n");
  const v1::Job small = End(kMachine, Begin(kMachine, "quick"), "quick");
  EXPECT_GT(small.progress().source_bytes().lan_bytes(), kSmall / 2);
}

TEST_F(MachinePolicyTest, ContentsAreKeptInTheFolderThatIsConfigured) {
  const std::string folder = net_->folder(kHolder) + "/elsewhere";
  ASSERT_EQ(mkdir(folder.c_str(), 0755), 0);
  EXPECT_THAT(Start(kHolder, {{"cache.directory", folder}}).Log(),
              HasSubstr("warning: the cache keeps no links: others may enter " +
                        folder + ": chmod 700 it"));
  ASSERT_EQ(chmod(folder.c_str(), 0700), 0);
  Start(kHolder, {{"cache.directory", folder}});
  Publish("a");
  EXPECT_THAT(ListFolder(folder), SizeIs(1));
  EXPECT_FALSE(Exists(daemons_[kHolder]->state_directory() + "/cache"));
}

}  // namespace
}  // namespace convoy::testing
