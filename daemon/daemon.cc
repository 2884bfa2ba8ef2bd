#include "daemon/daemon.h"

#include <sys/types.h>

#include <algorithm>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/admin_service.h"
#include "daemon/caller_resolver.h"
#include "daemon/config_file.h"
#include "daemon/control_socket.h"
#include "daemon/daemon_paths.h"
#include "daemon/descriptor_blocks.h"
#include "daemon/job_manager.h"
#include "daemon/job_service.h"
#include "daemon/job_store.h"
#include "daemon/owner_files.h"
#include "daemon/peer_listener.h"
#include "daemon/rpc_call.h"
#include "daemon/rpc_server.h"
#include "daemon/sd_notify.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/base/log.h"
#include "peer/base/serial_executor.h"
#include "peer/base/status_macros.h"
#include "peer/base/version.h"
#include "peer/transfer_engine.h"

namespace convoy {
namespace {

constexpr char kAdministratorGroup[] = "convoy";
// Numbers below are for everything but callers' connections.
constexpr int kFirstConnectionDescriptor = 4096;
// How long calls may take to end once the manager has answered them.
constexpr absl::Duration kCallGrace = absl::Seconds(2);
// How long checkpoints may take to be stored: less than systemd's patience.
constexpr std::chrono::seconds kShutdownPatience(30);

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

 private:
  absl::Status OpenSocket();
  absl::Status OpenStore();
  absl::Status StartManager();
  absl::Status StartServer();
  void StartListener();
  void FeedWatchdog();
  void StopManager();

  Options options_;
  const ServiceManager service_manager_;
  const RealClock clock_;
  DaemonPaths paths_;
  DescriptorBlocks blocks_ = MakeBlocks();

  UniqueFd listening_;
  std::unique_ptr<ControlSocket> socket_;  // Null: activated.

  std::unique_ptr<JobStore> store_;
  std::unique_ptr<OwnerFiles> files_;
  std::unique_ptr<TransferEngine> engine_;
  std::unique_ptr<JobManager> manager_;
  // Threads end before what their tasks work on goes.
  std::unique_ptr<SerialExecutor> control_;
  std::unique_ptr<SerialExecutor> files_executor_;
  std::unique_ptr<SerialExecutor> lookups_;

  std::unique_ptr<CallerResolver> callers_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<PeerListener> listener_;
  bool started_ = false;
};

absl::Status Daemon::Impl::Start() {
  CONVOY_ASSIGN_OR_RETURN(
      paths_, MakeDaemonPaths(options_.settings.config.paths(),
                              options_.identity, options_.environment));
  CONVOY_RETURN_IF_ERROR(OpenSocket());
  CONVOY_RETURN_IF_ERROR(OpenStore());
  CONVOY_RETURN_IF_ERROR(StartManager());
  CONVOY_RETURN_IF_ERROR(StartServer());
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

absl::Status Daemon::Impl::StartManager() {
  files_ = MakeOwnerFiles();
  engine_ = MakeTransferEngine(MakeHttpLimits(options_.settings), clock_);
  control_ = std::make_unique<SerialExecutor>("control");
  files_executor_ = std::make_unique<SerialExecutor>("files");
  lookups_ = std::make_unique<SerialExecutor>("lookups");
  return RunOn(*control_, [this] {
    manager_ = std::make_unique<JobManager>(JobManager::Parts{
        &clock_, control_.get(), files_executor_.get(), store_.get(),
        files_.get(), engine_.get(), &options_.settings});
    return manager_->Start();
  });
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
  AdminServiceParts admin;
  admin.manager = manager_.get();
  admin.control = control_.get();
  admin.files_executor = files_executor_.get();
  admin.clock = &clock_;
  admin.callers = callers_.get();
  admin.settings = &options_.settings;
  admin.state_directory = paths_.state_directory;
  admin.socket = paths_.socket;
  admin.check_store = [this] { return store_->CheckWritable(); };
  std::vector<RpcService> services;
  services.push_back(MakeJobService(*manager_, *control_, *callers_));
  services.push_back(MakeAdminService(std::move(admin)));
  CONVOY_ASSIGN_OR_RETURN(server_, RpcServer::Start(std::move(services)));
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
  if (listener_ != nullptr) listener_->Stop();
  socket_.reset();
  if (manager_ != nullptr && started_) StopManager();
  if (server_ != nullptr) server_->Stop(kCallGrace);
  if (lookups_ != nullptr) lookups_->Stop();
  if (files_executor_ != nullptr) files_executor_->Stop();
  if (control_ != nullptr) control_->Stop();
  manager_.reset();
  if (started_) LogInfo("convoyd has stopped");
  started_ = false;
}

void Daemon::Impl::StopManager() {
  auto stored = std::make_shared<std::promise<void>>();
  std::future<void> future = stored->get_future();
  control_->Post([this, stored] {
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

}  // namespace convoy
