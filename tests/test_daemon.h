#ifndef CONVOY_TESTS_TEST_DAEMON_H_
#define CONVOY_TESTS_TEST_DAEMON_H_

#include <sys/types.h>

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "convoy/v1/admin_service.grpc.pb.h"
#include "convoy/v1/job_service.grpc.pb.h"
#include "tests/eventually.h"
#include "tests/process.h"
#include "tests/temp_dir.h"

namespace convoy::testing {

// One file to fetch.
v1::JobFile File(const std::string& url, const std::string& local_path);

// Settings of a daemon that takes all from peers, however long it takes to meet
// them and however slow they are.
std::vector<std::pair<std::string, std::string>> FromPeersAlone();

// A real convoyd with a private state folder and socket. Its retry waits are 1
// s unless a test sets others.
class TestDaemon {
 public:
  struct Options {
    // --set KEY=VALUE.
    std::vector<std::pair<std::string, std::string>> settings;
    // Run as this user. Default: as the test.
    std::optional<uid_t> uid;
    // Sockets of its brokers (test_broker.h). Empty: it has none, or one.
    std::string broker;
    std::string command_broker;
    std::string log_level = "debug";
    // Where it runs: a name of `ip netns` (swarm_net.h). Empty: with the test.
    std::string network_namespace;
    // Its private folder is made in here.
    std::string parent_folder = "/tmp";
    // As in ProcessOptions.
    std::map<std::string, std::string> bind_mounts;
    // Added to this process's environment.
    std::map<std::string, std::string> environment;
  };

  TestDaemon() : TestDaemon(Options()) {}
  explicit TestDaemon(const Options& options);
  // Prints the daemon's log if the test has failed.
  ~TestDaemon();

  const std::string& socket() const { return socket_; }
  const std::string& state_directory() const { return state_directory_; }
  // Its convoyd.yaml, empty at first; conf.d/ beside it is read too.
  std::string config_file() const;
  std::string Log() const;

  // Again, after its end. Ready to answer when this returns.
  void Start();
  // SIGKILL.
  void Kill();
  // SIGKILL when `delay` has passed. May run in a thread beside the calls
  // below.
  void KillAfter(absl::Duration delay);
  // SIGTERM; the exit code.
  int Stop();
  // As Process::Wait, where it ended by itself; nothing while it runs.
  std::optional<int> ExitCode() { return process_->Wait(absl::ZeroDuration()); }
  pid_t pid() const { return process_->pid(); }

  // A connection that no other channel shares; finds a daemon that starts again
  // within milliseconds.
  std::shared_ptr<grpc::Channel> Connect() const;

  v1::JobService::Stub& jobs() { return *jobs_; }
  v1::AdminService::Stub& admin() { return *admin_; }

  // Each answers the call's status with its ErrorDetail (error_detail.h).
  absl::StatusOr<v1::Job> Create(const std::vector<v1::JobFile>& files,
                                 v1::Job job = {});
  absl::StatusOr<v1::Job> Get(const std::string& id);
  absl::StatusOr<v1::Job> Resume(const std::string& id);
  absl::StatusOr<v1::Job> Suspend(const std::string& id);
  absl::StatusOr<v1::CompleteJobResponse> Complete(const std::string& id);
  absl::StatusOr<v1::CancelJobResponse> Cancel(const std::string& id);
  absl::StatusOr<v1::ExplainJobResponse> Explain(const std::string& id);
  // The first answer of Explain for which `told` holds. None within kPatience:
  // a failure of the test, and an empty answer.
  v1::ExplainJobResponse ExplainUntil(
      const std::string& id,
      const std::function<bool(const v1::ExplainJobResponse&)>& told);
  absl::StatusOr<std::vector<v1::JobFile>> Files(const std::string& id);
  // Fetch to its end: the last job seen, or the stream's status.
  absl::StatusOr<v1::Job> Fetch(const v1::FetchRequest& request,
                                absl::Duration timeout = kPatience);

  // Watches the job until it is in one of `states` (or final); the job as it is
  // then. DEADLINE_EXCEEDED after `timeout`.
  absl::StatusOr<v1::Job> WaitFor(const std::string& id,
                                  std::initializer_list<v1::JobState> states,
                                  absl::Duration timeout = kPatience);
  // Watches until at least `bytes` are transferred.
  absl::StatusOr<v1::Job> WaitForBytes(const std::string& id,
                                       std::int64_t bytes,
                                       absl::Duration timeout = kPatience);
  // Create, Resume, WaitFor TRANSFERRED or ERROR.
  absl::StatusOr<v1::Job> Run(const std::vector<v1::JobFile>& files,
                              v1::Job job = {});

 private:
  const Options options_;
  TempDir directory_;
  std::string state_directory_;
  std::string socket_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
};

// Path of a file that Bazel built or brought, e.g. "daemon/convoyd".
std::string Runfile(const std::string& path);

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_TEST_DAEMON_H_
