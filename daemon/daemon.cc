#include "daemon/daemon.h"

#include <sys/types.h>

#include <algorithm>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/admin_service.h"
#include "daemon/bandwidth_controller.h"
#include "daemon/broker_client.h"
#include "daemon/broker_commands.h"
#include "daemon/broker_files.h"
#include "daemon/cache_host_finder.h"
#include "daemon/cache_host_source.h"
#include "daemon/caller.h"
#include "daemon/caller_resolver.h"
#include "daemon/config_changes.h"
#include "daemon/config_file.h"
#include "daemon/config_pem_files.h"
#include "daemon/config_reloader.h"
#include "daemon/config_watcher.h"
#include "daemon/control_socket.h"
#include "daemon/daemon_paths.h"
#include "daemon/declared_files.h"
#include "daemon/declared_host.h"
#include "daemon/declared_jobs.h"
#include "daemon/declared_record.h"
#include "daemon/descriptor_blocks.h"
#include "daemon/dns_question.h"
#include "daemon/job_manager.h"
#include "daemon/job_service.h"
#include "daemon/job_store.h"
#include "daemon/last_good_config.h"
#include "daemon/listen_address.h"
#include "daemon/machine_controller.h"
#include "daemon/machine_facts.h"
#include "daemon/manifest_publisher.h"
#include "daemon/metrics_collector.h"
#include "daemon/metrics_server.h"
#include "daemon/network_state.h"
#include "daemon/owner_commands.h"
#include "daemon/owner_files.h"
#include "daemon/peer_listener.h"
#include "daemon/remote_control.h"
#include "daemon/rpc_call.h"
#include "daemon/rpc_server.h"
#include "daemon/sd_notify.h"
#include "daemon/secure_port.h"
#include "daemon/sqlite_cache_index.h"
#include "daemon/swarm_calls.h"
#include "daemon/swarm_config.h"
#include "daemon/swarm_service.h"
#include "peer/bandwidth_plan.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/base/log.h"
#include "peer/base/random.h"
#include "peer/base/serial_executor.h"
#include "peer/base/status_macros.h"
#include "peer/base/version.h"
#include "peer/cache_disk.h"
#include "peer/file_link.h"
#include "peer/transfer_engine.h"

namespace convoy {
namespace {

constexpr char kAdministratorGroup[] = "convoy";
// Numbers below are for everything but callers' connections.
constexpr int kFirstConnectionDescriptor = 4096;
// How long calls may take to end once the manager has answered them.
constexpr absl::Duration kCallGrace = absl::Seconds(2);
// Name servers that are slower find jobs running.
constexpr absl::Duration kFirstCacheHosts = absl::Seconds(1);
// How long checkpoints may take to be stored: less than systemd's patience.
constexpr std::chrono::seconds kShutdownPatience(30);

LogLevel LevelOf(const Settings& settings) {
  const std::string& level = settings.config.log().level();
  if (level == "error") return LogLevel::kError;
  if (level == "warning") return LogLevel::kWarning;
  if (level == "debug") return LogLevel::kDebug;
  return LogLevel::kInfo;
}

// Runs `work` on `executor` and waits for it.
absl::Status RunOn(Executor& executor,
                   absl::AnyInvocable<absl::Status() &&> work) {
  std::promise<absl::Status> promise;
  std::future<absl::Status> future = promise.get_future();
  executor.Post([&promise, work = std::move(work)]() mutable {
    promise.set_value(std::move(work)());
  });
  return future.get();
}

mode_t SocketMode(const DaemonIdentity& identity) {
  return identity.serves_all_users() ? 0666 : 0600;
}

std::string Parent(const std::string& path) {
  return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
}

DescriptorBlocks MakeBlocks() {
  const int end = RaiseDescriptorLimit();
  return DescriptorBlocks(std::min(kFirstConnectionDescriptor, end / 4), end);
}

}  // namespace

// Members in the order of construction; Stop and the destructor go back.
class Daemon::Impl {
 public:
  explicit Impl(Options options)
      : options_(std::move(options)), service_manager_(options_.environment) {}
  ~Impl() { Stop(); }

  absl::Status Start();
  void Stop();
  void Reload(absl::string_view why) {
    Reload(why, [](const v1::ReloadConfigResponse&) {});
  }

 private:
  absl::Status OpenSocket();
  absl::Status OpenStore();
  absl::StatusOr<std::unique_ptr<CacheDisk>> OpenCache(
      const std::string& folder);
  // Who touches users' files: this process, or the broker.
  absl::Status StartOwners();
  FileLinkFolder CacheFolder(const std::string& folder);
  absl::Status StartManager();
  absl::Status StartDeclared();
  MachineFacts StartMachine();
  v1::MonthStatistics Totals() const;
  // Limits, rules and what is known of the machine.
  void TellEngine();
  void StartCacheHostFinder();
  void StartReloader();
  // The configuration, then the declared jobs.
  void Reload(absl::string_view why, ConfigReloader::Answer answer);
  void CountReload(const v1::ReloadConfigResponse& response);
  // For a start when the files have mistakes. May block.
  void KeepConfig(const Settings& settings) const;
  void ApplySettings(const ConfigChange& change, const Settings& before);
  void WatchDeclarations();
  absl::Status StartServer();
  void MakeSwarmParts();
  absl::Status StartMetrics();
  void StartListener();
  void FeedWatchdog();
  void StopManager();

  Options options_;
  const ServiceManager service_manager_;
  const RealClock clock_;
  DaemonPaths paths_;
  MachineSources machine_sources_;
  DescriptorBlocks blocks_ = MakeBlocks();

  UniqueFd listening_;
  std::unique_ptr<ControlSocket> socket_;  // Null: activated.

  std::unique_ptr<JobStore> store_;
  std::unique_ptr<BrokerClient> broker_;  // Null: there is none.
  std::unique_ptr<BrokerClient> command_broker_;
  std::unique_ptr<OwnerFiles> files_;
  std::unique_ptr<OwnerCommands> commands_;
  std::unique_ptr<TransferEngine> engine_;
  std::unique_ptr<BandwidthController> bandwidth_;
  std::unique_ptr<MachineController> machine_;
  std::unique_ptr<JobManager> manager_;
  std::unique_ptr<DeclaredStore> declared_store_;
  std::unique_ptr<DeclaredFiles> declared_files_;
  std::unique_ptr<DeclaredJobs> declared_;
  std::unique_ptr<SwarmCalls> swarm_;
  std::unique_ptr<ManifestPublisher> publisher_;
  std::unique_ptr<ConfigReloader> reloader_;
  // On control. Keys are those of the last files that were right.
  ConfigReloads reloads_;
  v1::ReloadConfigResponse last_reload_;
  // Threads end before what their tasks work on goes.
  std::unique_ptr<SerialExecutor> control_;
  std::unique_ptr<SerialExecutor> files_executor_;
  std::unique_ptr<SerialExecutor> lookups_;
  std::unique_ptr<SerialExecutor> publishing_;
  std::unique_ptr<SerialExecutor> declaring_;

  std::unique_ptr<CallerResolver> callers_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<PeerListener> listener_;
  std::unique_ptr<MetricsCollector> collector_;
  std::unique_ptr<MetricsServer> metrics_;  // Null: metrics.listen is unset.
  std::unique_ptr<CacheHostFinder> cache_host_finder_;
  std::unique_ptr<NetworkState> network_state_;
  std::unique_ptr<ConfigWatcher> config_watcher_;  // Null: none can be had.
  std::unique_ptr<ConfigWatcher> declaration_watcher_;  // Null: none.
  bool started_ = false;
};

absl::Status Daemon::Impl::Start() {
  SetLogLevel(LevelOf(options_.settings));
  CONVOY_RETURN_IF_ERROR(ReadPemFiles(&options_.settings));
  CONVOY_ASSIGN_OR_RETURN(
      paths_, MakeDaemonPaths(options_.settings.config.paths(),
                              options_.identity, options_.environment));
  CONVOY_RETURN_IF_ERROR(OpenSocket());
  CONVOY_RETURN_IF_ERROR(OpenStore());
  KeepConfig(options_.settings);
  CONVOY_RETURN_IF_ERROR(StartManager());
  CONVOY_RETURN_IF_ERROR(StartDeclared());
  StartReloader();
  CONVOY_RETURN_IF_ERROR(StartServer());
  CONVOY_RETURN_IF_ERROR(StartMetrics());
  WatchDeclarations();
  StartListener();
  started_ = true;
  FeedWatchdog();
  service_manager_.Notify("READY=1");
  LogInfo("convoyd ", kVersion, " serves ",
          options_.identity.serves_all_users() ? "all users" : "its user",
          " at ", paths_.socket, ", state in ", paths_.state_directory);
  return absl::OkStatus();
}

// First: a second daemon shall be told so before it touches the store.
absl::Status Daemon::Impl::OpenSocket() {
  if (options_.activated_socket.valid()) {
    listening_ = std::move(options_.activated_socket);
    return absl::OkStatus();
  }
  CONVOY_RETURN_IF_ERROR(
      MakeDirectories(Parent(paths_.socket),
                      options_.identity.serves_all_users() ? 0755 : 0700));
  CONVOY_ASSIGN_OR_RETURN(
      ControlSocket socket,
      ControlSocket::Make(paths_.socket, SocketMode(options_.identity)));
  socket_ = std::make_unique<ControlSocket>(std::move(socket));
  listening_ = socket_->TakeListening();
  return absl::OkStatus();
}

absl::Status Daemon::Impl::OpenStore() {
  CONVOY_RETURN_IF_ERROR(MakeDirectories(paths_.state_directory, 0700));
  CONVOY_ASSIGN_OR_RETURN(
      store_, OpenSqliteJobStore(paths_.state_directory + "/jobs.db"));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<CacheDisk>> Daemon::Impl::OpenCache(
    const std::string& folder) {
  CONVOY_ASSIGN_OR_RETURN(
      std::unique_ptr<CacheIndex> index,
      OpenSqliteCacheIndex(paths_.state_directory + "/cache.db"));
  return std::make_unique<CacheDisk>(
      std::move(index), CacheFolder(folder),
      [this](uid_t uid, gid_t gid, const std::string& path) {
        return files_->OpenSource(JobOwner{uid, gid}, path);
      });
}

// What is known of this machine decides from the start whom the engine meets.
MachineFacts Daemon::Impl::StartMachine() {
  const std::string& cache = options_.settings.config.cache().directory();
  machine_sources_.cache_directory =
      cache.empty() ? paths_.state_directory : cache;
  const v1::GroupConfig& group = options_.settings.config.group();
  // Who says what its group is does not ask.
  machine_sources_.group_id.source =
      group.id().empty() ? group.id_source() : "none";
  machine_sources_.group_id.file = group.id_file();
  MachineFacts facts = ReadMachineFacts(machine_sources_);
  options_.settings.group_id = group.id().empty() ? facts.group_id : group.id();
  MachineController::Parts parts;
  parts.clock = &clock_;
  parts.control = control_.get();
  parts.files_executor = files_executor_.get();
  parts.settings = &options_.settings;
  parts.totals = [this] { return Totals(); };
  parts.on_verdict = [this](const MachineVerdict& verdict) {
    const Settings before = options_.settings;
    options_.settings.machine = verdict;
    TellEngine();
    manager_->SettingsChanged(before);
  };
  parts.month_path = paths_.state_directory + "/month";
  machine_ = std::make_unique<MachineController>(std::move(parts), facts);
  options_.settings.machine = machine_->Verdict();
  return facts;
}

v1::MonthStatistics Daemon::Impl::Totals() const {
  v1::HostStatistics statistics;
  manager_->FillStatistics(&statistics);
  const PeerBytes uploaded = engine_->Uploaded();
  v1::MonthStatistics totals;
  totals.set_origin_bytes(statistics.origin_bytes());
  totals.set_mirror_bytes(statistics.mirror_bytes());
  totals.set_cache_host_bytes(statistics.cache_host_bytes());
  totals.set_lan_bytes(statistics.lan_bytes());
  totals.set_group_bytes(statistics.group_bytes());
  totals.set_internet_bytes(statistics.internet_bytes());
  totals.set_uploaded_lan_bytes(uploaded.lan);
  totals.set_uploaded_group_bytes(uploaded.group);
  totals.set_uploaded_internet_bytes(uploaded.internet);
  return totals;
}

absl::Status Daemon::Impl::StartOwners() {
  const std::map<std::string, std::string> environment = {
      {"CONVOY_SOCKET", paths_.socket}};
  if (options_.broker.empty()) {
    files_ = MakeOwnerFiles();
    commands_ = MakeOwnerCommands(clock_, environment);
    return absl::OkStatus();
  }
  broker_ = std::make_unique<BrokerClient>(options_.broker, clock_);
  command_broker_ =
      std::make_unique<BrokerClient>(options_.command_broker, clock_);
  CONVOY_RETURN_IF_ERROR(broker_->Check());
  CONVOY_RETURN_IF_ERROR(command_broker_->Check());
  files_ = MakeBrokerFiles(broker_.get());
  commands_ = MakeBrokerCommands(command_broker_.get(), environment);
  LogInfo("the broker at ", options_.broker, " opens users' files");
  return absl::OkStatus();
}

FileLinkFolder Daemon::Impl::CacheFolder(const std::string& folder) {
  if (broker_ == nullptr) return FileLinkFolder(folder);
  FileLinkFolder::Helper helper;
  helper.link = [this](int fd, uid_t owner, const std::string& path,
                       const std::string& name) {
    return LinkIntoCacheByBroker(*broker_, {owner, owner}, fd, path, name);
  };
  helper.open = [this](const std::string& path, const std::string& name) {
    return OpenInCacheByBroker(*broker_, path, name);
  };
  return FileLinkFolder(folder, std::move(helper));
}

absl::Status Daemon::Impl::StartManager() {
  CONVOY_RETURN_IF_ERROR(StartOwners());
  control_ = std::make_unique<SerialExecutor>("control");
  files_executor_ = std::make_unique<SerialExecutor>("files");
  lookups_ = std::make_unique<SerialExecutor>("lookups");
  publishing_ = std::make_unique<SerialExecutor>("publishing");
  MachineFacts facts = StartMachine();
  CONVOY_ASSIGN_OR_RETURN(
      const SwarmSettings swarm,
      MakeSwarmSettings(options_.settings, paths_.state_directory));
  CONVOY_ASSIGN_OR_RETURN(std::unique_ptr<CacheDisk> cache,
                          OpenCache(swarm.cache_directory));
  engine_ = MakeTransferEngine(MakeHttpLimits(options_.settings), swarm,
                               std::move(cache), clock_);
  TellEngine();
  StartCacheHostFinder();
  CONVOY_RETURN_IF_ERROR(RunOn(*control_, [this] {
    // First: the first byte keeps to the limits.
    bandwidth_ = std::make_unique<BandwidthController>(
        BandwidthController::Parts{&clock_, control_.get(), engine_.get()},
        BandwidthPlan(MakeBandwidthSettings(options_.settings),
                      absl::LocalTimeZone()));
    bandwidth_->Start();
    manager_ = std::make_unique<JobManager>(JobManager::Parts{
        &clock_, control_.get(), files_executor_.get(), store_.get(),
        files_.get(), engine_.get(), &options_.settings, commands_.get(),
        [this] { return bandwidth_->measured_link(); }});
    machine_->Start();
    return manager_->Start();
  }));
  network_state_ = std::make_unique<NetworkState>(
      machine_sources_, std::move(facts),
      [this](MachineFacts changed) {
        control_->Post([this, changed = std::move(changed)]() mutable {
          machine_->SetFacts(std::move(changed));
        });
      },
      [this] { cache_host_finder_->NetworkChanged(); });
  return absl::OkStatus();
}

// Before jobs go on: they ask whom it finds.
void Daemon::Impl::StartCacheHostFinder() {
  CacheHostFinder::Sources sources;
  sources.clock = &clock_;
  sources.ask = [](const std::string& name) { return AskForSrv(name); };
  sources.seed = RandomBits();
  cache_host_finder_ = std::make_unique<CacheHostFinder>(
      std::move(sources),
      CacheHostSourceToAsk(options_.settings.config.cache_host()),
      [this](FoundCacheHosts found) {
        control_->Post([this, found = std::move(found)]() mutable {
          options_.settings.found_cache_hosts = std::move(found);
          TellEngine();
        });
      });
  cache_host_finder_->WaitForFirst(kFirstCacheHosts);
}

void Daemon::Impl::StartReloader() {
  if (options_.mistakes.ok()) {
    reloads_.last_success_time = clock_.Now();
  } else {
    AddMistakes(options_.mistakes, last_reload_.mutable_mistakes());
    reloads_.mistakes = last_reload_.mistakes_size();
    reloads_.last_successful = false;
  }
  ConfigReloader::Parts parts;
  parts.control = control_.get();
  parts.files_executor = files_executor_.get();
  parts.in_force = &options_.settings;
  parts.read = options_.read_config;
  parts.read_named = ReadPemFiles;
  parts.keep = [this](const Settings& settings) { KeepConfig(settings); };
  parts.apply = [this](const ConfigChange& change, const Settings& before) {
    ApplySettings(change, before);
  };
  reloader_ = std::make_unique<ConfigReloader>(std::move(parts));
  if (options_.config_file.empty()) return;
  auto watcher = ConfigWatcher::Start(
      [file = options_.config_file] { return ConfigPlaces(file); },
      [this] { Reload("a file has changed"); });
  if (!watcher.ok()) {
    LogWarning(watcher.status().message());
    return;
  }
  config_watcher_ = *std::move(watcher);
  // It may have changed before it was watched.
  Reload("start");
}

void Daemon::Impl::Reload(absl::string_view why,
                          ConfigReloader::Answer answer) {
  reloader_->Reload(why, [this, answer = std::move(answer)](
                             v1::ReloadConfigResponse response) mutable {
    CountReload(response);
    declared_->Reload(
        [response = std::move(response), answer = std::move(answer)](
            const std::vector<std::string>& mistakes) mutable {
          for (const std::string& mistake : mistakes) {
            response.add_mistakes(mistake);
          }
          std::move(answer)(std::move(response));
        });
  });
}

void Daemon::Impl::KeepConfig(const Settings& settings) const {
  const absl::Status kept = KeepLastGoodConfig(
      paths_.state_directory, options_.config_file, settings.files);
  if (kept.ok()) return;
  LogWarning(
      "the daemon could not start from this configuration when its files "
      "become wrong: ",
      kept.message());
}

void Daemon::Impl::CountReload(const v1::ReloadConfigResponse& response) {
  *last_reload_.mutable_mistakes() = response.mistakes();
  reloads_.mistakes = response.mistakes_size();
  reloads_.last_successful = response.mistakes().empty();
  if (!reloads_.last_successful) {
    ++reloads_.failed;
    return;
  }
  *last_reload_.mutable_keys_for_restart() = response.keys_for_restart();
  ++reloads_.succeeded;
  reloads_.last_success_time = clock_.Now();
}

// Who takes which keys of a configuration that has changed. Those of paths,
// group and others need a restart (config_changes.cc).
void Daemon::Impl::ApplySettings(const ConfigChange& change,
                                 const Settings& before) {
  const Settings& now = options_.settings;
  if (change.Touches("log")) SetLogLevel(LevelOf(now));
  if (change.Touches("bandwidth")) {
    bandwidth_->SetPlan(
        BandwidthPlan(MakeBandwidthSettings(now), absl::LocalTimeZone()));
  }
  if (change.Touches("http") || change.Touches("swarm") ||
      change.Touches("cache") || change.Touches("cache_host")) {
    TellEngine();
  }
  if (change.Touches("cache_host")) {
    cache_host_finder_->Ask(CacheHostSourceToAsk(now.config.cache_host()));
  }
  // limits, scheduler, and what transfers are made of. After the engine: what
  // begins anew finds it as it shall be.
  manager_->SettingsChanged(before);
  machine_->Update();
}

void Daemon::Impl::TellEngine() {
  engine_->SetSettings(
      MakeHttpLimits(options_.settings),
      MakePeerSettings(options_.settings, paths_.state_directory));
  engine_->SetCacheHosts(MakeCacheHostSettings(options_.settings));
  engine_->SetOnVpn(!options_.settings.machine.vpn.empty());
}

absl::Status Daemon::Impl::StartDeclared() {
  CONVOY_ASSIGN_OR_RETURN(
      declared_store_,
      OpenSqliteDeclaredStore(paths_.state_directory + "/declared.db"));
  declared_files_ = MakeDeclaredFiles(files_.get());
  declaring_ = std::make_unique<SerialExecutor>("declared");
  DeclaredHost host;
  host.clock = &clock_;
  host.control = control_.get();
  host.blocking = declaring_.get();
  host.manager = manager_.get();
  host.engine = engine_.get();
  host.store = declared_store_.get();
  host.files = declared_files_.get();
  host.commands = commands_.get();
  host.settings = &options_.settings;
  host.identity = options_.identity;
  host.config_file = options_.config_file;
  return RunOn(*control_, [this, &host] {
    declared_ = std::make_unique<DeclaredJobs>(MakeDeclaredParts(host));
    return declared_->Start();
  });
}

void Daemon::Impl::WatchDeclarations() {
  const std::string folder =
      JobsDirectory(options_.settings, options_.config_file);
  if (folder.empty()) return;
  const auto read = [this] {
    control_->Post(
        [this] { declared_->Reload([](const std::vector<std::string>&) {}); });
  };
  auto watcher =
      ConfigWatcher::Start([folder] { return FolderPlaces(folder); }, read);
  if (!watcher.ok()) {
    LogWarning(watcher.status().message());
    return;
  }
  declaration_watcher_ = *std::move(watcher);
  // It may have changed before it was watched.
  read();
}

absl::Status Daemon::Impl::StartServer() {
  // There is always a number for root and for the daemon's own user.
  CONVOY_RETURN_IF_ERROR(blocks_.Reserve({0, 0}));
  CONVOY_RETURN_IF_ERROR(
      blocks_.Reserve({options_.identity.uid, options_.identity.gid}));
  callers_ = std::make_unique<CallerResolver>(
      CallerResolver::Parts{&blocks_, &clock_, lookups_.get()},
      options_.identity, [](const SocketPeer& user) {
        return IsMemberOf(user, kAdministratorGroup);
      });
  MakeSwarmParts();
  AdminServiceParts admin;
  admin.manager = manager_.get();
  admin.engine = engine_.get();
  admin.control = control_.get();
  admin.files_executor = files_executor_.get();
  admin.clock = &clock_;
  admin.callers = callers_.get();
  admin.settings = &options_.settings;
  admin.state_directory = paths_.state_directory;
  admin.socket = paths_.socket;
  admin.declared = declared_.get();
  admin.month = [this] { return machine_->Month(); };
  admin.reload = [this](ConfigReloader::Answer answer) {
    Reload("ReloadConfig", std::move(answer));
  };
  admin.last_reload = [this] { return last_reload_; };
  admin.check_store = [this] { return store_->CheckWritable(); };
  if (broker_ != nullptr) {
    admin.check_broker = [this] {
      CONVOY_RETURN_IF_ERROR(broker_->Check());
      return command_broker_->Check();
    };
  }
  std::vector<RpcService> services;
  services.push_back(MakeJobService(*manager_, *control_, *callers_));
  services.push_back(
      MakeSwarmService(*swarm_, *publisher_, *control_, *callers_));
  services.push_back(MakeAdminService(std::move(admin)));
  CONVOY_ASSIGN_OR_RETURN(const std::optional<SecurePort> port,
                          MakeSecurePort(options_.settings));
  CONVOY_ASSIGN_OR_RETURN(server_, RpcServer::Start(std::move(services), port));
  if (server_->secure_address().has_value()) {
    LogInfo("remote control at ", server_->secure_address()->ToString());
  }
  return absl::OkStatus();
}

void Daemon::Impl::MakeSwarmParts() {
  SwarmCalls::Parts parts;
  parts.control = control_.get();
  parts.files_executor = files_executor_.get();
  parts.files = files_.get();
  parts.contents = &engine_->contents();
  parts.jobs = [this](const Caller& caller) {
    return manager_->RunningContents(caller);
  };
  swarm_ = std::make_unique<SwarmCalls>(std::move(parts));
  publisher_ = std::make_unique<ManifestPublisher>(
      ManifestPublisher::Parts{&clock_, publishing_.get(), files_.get()});
}

absl::Status Daemon::Impl::StartMetrics() {
  const v1::MetricsConfig& config = options_.settings.config.metrics();
  const auto listen = ParseListenAddress(config.listen());
  if (!listen.has_value()) return absl::OkStatus();
  MetricsCollector::Parts parts;
  parts.control = control_.get();
  parts.control_delays = &control_->delays();
  parts.engine = engine_.get();
  parts.clock = &clock_;
  parts.statistics = [this](v1::HostStatistics* statistics) {
    manager_->FillStatistics(statistics);
    const PeerBytes uploaded = engine_->Uploaded();
    statistics->set_uploaded_lan_bytes(uploaded.lan);
    statistics->set_uploaded_group_bytes(uploaded.group);
    statistics->set_uploaded_internet_bytes(uploaded.internet);
  };
  parts.config = [this] { return reloads_; };
  parts.declared = [this] {
    return declared_->List({0, 0, /*administrator=*/true});
  };
  collector_ = std::make_unique<MetricsCollector>(std::move(parts));
  CONVOY_ASSIGN_OR_RETURN(metrics_, MetricsServer::Start(*listen, [this] {
                            return collector_->Collect();
                          }));
  LogInfo("metrics at ", metrics_->url());
  return absl::OkStatus();
}

void Daemon::Impl::StartListener() {
  listener_ = std::make_unique<PeerListener>(
      std::move(listening_), blocks_, [this](UniqueFd connection) {
        server_->AddConnection(std::move(connection));
      });
}

// On the control executor: when that hangs, the service manager shall know.
void Daemon::Impl::FeedWatchdog() {
  const absl::Duration timeout = service_manager_.watchdog_timeout();
  if (timeout == absl::InfiniteDuration()) return;
  service_manager_.Notify("WATCHDOG=1");
  control_->PostAfter(timeout / 2, [this] { FeedWatchdog(); });
}

void Daemon::Impl::Stop() {
  if (started_) {
    service_manager_.Notify("STOPPING=1");
    LogInfo("convoyd stops");
  }
  config_watcher_.reset();
  network_state_.reset();
  declaration_watcher_.reset();
  if (listener_ != nullptr) listener_->Stop();
  socket_.reset();
  metrics_.reset();
  if (publisher_ != nullptr) publisher_->Stop();
  if (manager_ != nullptr && started_) StopManager();
  if (server_ != nullptr) server_->Stop(kCallGrace);
  commands_.reset();  // What it tells is posted to the control executor.
  if (publishing_ != nullptr) publishing_->Stop();
  if (declaring_ != nullptr) declaring_->Stop();
  if (lookups_ != nullptr) lookups_->Stop();
  if (files_executor_ != nullptr) files_executor_->Stop();
  if (control_ != nullptr) control_->Stop();
  cache_host_finder_.reset();
  declared_.reset();
  if (machine_ != nullptr && started_) machine_->SaveNow();
  manager_.reset();
  swarm_.reset();
  reloader_.reset();
  machine_.reset();
  bandwidth_.reset();
  // Its answers are posted to the control executor.
  engine_.reset();
  if (started_) LogInfo("convoyd has stopped");
  started_ = false;
}

void Daemon::Impl::StopManager() {
  auto stored = std::make_shared<std::promise<void>>();
  std::future<void> future = stored->get_future();
  control_->Post([this, stored] {
    if (swarm_ != nullptr) swarm_->Shutdown();
    if (declared_ != nullptr) declared_->Shutdown();
    manager_->Shutdown([stored] { stored->set_value(); });
  });
  if (future.wait_for(kShutdownPatience) != std::future_status::ready) {
    LogError(
        "not all checkpoints could be stored in time; some bytes will be "
        "fetched again");
  }
}

Daemon::Daemon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Daemon::~Daemon() = default;

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(Options options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  CONVOY_RETURN_IF_ERROR(impl->Start());
  return std::unique_ptr<Daemon>(new Daemon(std::move(impl)));
}

void Daemon::Stop() { impl_->Stop(); }

void Daemon::Reload() { impl_->Reload("SIGHUP"); }

}  // namespace convoy
