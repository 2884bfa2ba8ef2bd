// convoyd as a program of the swarm lab.

#include <atomic>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/lab_node.h"
#include "bench/usage.h"
#include "tests/test_daemon.h"

namespace convoy::bench {
namespace {

constexpr char kRequestId[] = "4f9d7a54-3c1e-4d6a-9f0b-6a1f5a3c0e11";

class ConvoyNode : public LabNode {
 public:
  ConvoyNode(LabSite& site, int machine) : site_(site), machine_(machine) {}
  ~ConvoyNode() override { Kill(); }

  void Prepare() override {
    testing::TestDaemon::Options options;
    options.log_level = "info";
    options.network_namespace = site_.net().network_namespace(machine_);
    options.parent_folder = site_.net().folder(machine_);
    daemon_ = std::make_unique<testing::TestDaemon>(options);
  }

  void Begin() override { Fetch(); }
  bool Started() override { return daemon_ != nullptr; }

  bool Done() override {
    const std::optional<int> exit_code = daemon_->ExitCode();
    if (!exit_code.has_value()) return done_;
    Fail(absl::StrCat("convoyd on machine ", machine_, " ended with ",
                      *exit_code, "\n", daemon_->Log()));
  }

  void Kill() override {
    if (daemon_ == nullptr) return;
    killed_ = true;
    daemon_->Kill();
    if (watcher_.joinable()) watcher_.join();
  }

  void Return() override {
    killed_ = false;
    daemon_->Start();
    if (!done_) Fetch();
  }

  pid_t pid() const override {
    return daemon_ != nullptr && !killed_ ? daemon_->pid() : 0;
  }

 private:
  // The request id lets the second call take up the job of the first.
  void Fetch() {
    v1::FetchRequest request;
    v1::Job& job = *request.mutable_job();
    job.set_display_name("lab");
    job.set_priority(v1::JOB_PRIORITY_FOREGROUND);
    v1::JobFile& file = *request.add_files();
    file = testing::File(site_.url(), site_.Path(machine_));
    if (site_.published()) {
      // What the rivals are given, so that the same is verified.
      file.mutable_manifest()->set_location(site_.torrent());
    } else {
      file.set_expected_sha256(site_.sha256());
    }
    request.set_request_id(kRequestId);
    // News cost processor time, which is counted.
    request.mutable_progress_interval()->set_seconds(5);
    watcher_ = std::thread([this, request] { Watch(request); });
  }

  void Watch(const v1::FetchRequest& request) {
    const auto job = daemon_->Fetch(request, absl::Minutes(10));
    done_ = job.ok() && job->state() == v1::JOB_STATE_ACKNOWLEDGED;
    if (done_ || killed_) return;
    // Not Fail: the main thread's objects are in use. It gives up later.
    std::fprintf(stderr, "convoyd on machine %d: %s\n", machine_,
                 job.status().ToString().c_str());
  }

  LabSite& site_;
  const int machine_;
  std::unique_ptr<testing::TestDaemon> daemon_;
  std::atomic<bool> done_ = false;
  std::atomic<bool> killed_ = false;
  std::thread watcher_;
};

}  // namespace

LabProgram ConvoyProgram() {
  return {"convoyd", [](LabSite& site, int machine) {
            return std::make_unique<ConvoyNode>(site, machine);
          }};
}

}  // namespace convoy::bench
