#include "tests/test_bus.h"

#include <systemd/sd-bus.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "peer/base/mutex.h"
#include "tests/eventually.h"

namespace convoy::testing {
namespace {

constexpr char kProgram[] = "/usr/bin/dbus-daemon";
constexpr char kService[] = "org.freedesktop.NetworkManager";
constexpr char kPath[] = "/org/freedesktop/NetworkManager";
constexpr char kActivePath[] =
    "/org/freedesktop/NetworkManager/ActiveConnection/1";
constexpr char kActive[] = "org.freedesktop.NetworkManager.Connection.Active";

void Check(int result, const char* what) {
  if (result >= 0) return;
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(-result));
  std::abort();
}

}  // namespace

std::string TestBus::WhyNot() {
  return access(kProgram, X_OK) == 0 ? "" : "needs the package dbus-daemon";
}

TestBus::TestBus() {
  const std::string socket = directory_.path() + "/bus";
  address_ = "unix:path=" + socket;
  const std::string config = directory_.path() + "/bus.conf";
  // The policy is that of a session's bus: everybody may do everything.
  WriteFile(config,
            absl::StrCat("<busconfig><listen>", address_,
                         "</listen><auth>EXTERNAL</auth>"
                         "<policy context=\"default\">"
                         "<allow send_destination=\"*\" eavesdrop=\"true\"/>"
                         "<allow eavesdrop=\"true\"/><allow own=\"*\"/>"
                         "</policy></busconfig>"));
  ProcessOptions options;
  options.argv = {kProgram, "--nofork", "--nopidfile", "--nosyslog",
                  "--config-file=" + config};
  process_ = std::make_unique<Process>(options);
  if (!Eventually([&] { return Exists(socket) || !process_->Running(); }) ||
      !process_->Running()) {
    std::fprintf(stderr, "dbus-daemon did not start\n");
    std::abort();
  }
}

// One connection to the bus, and its thread.
class FakeNetworkManager::Service {
 public:
  explicit Service(const std::string& address) {
    Check(sd_bus_new(&bus_), "sd_bus_new");
    Check(sd_bus_set_address(bus_, address.c_str()), "sd_bus_set_address");
    Check(sd_bus_set_bus_client(bus_, 1), "sd_bus_set_bus_client");
    Check(sd_bus_start(bus_), "sd_bus_start");
    Check(sd_bus_add_filter(bus_, nullptr, &Service::OnMessage, this),
          "sd_bus_add_filter");
    Check(sd_bus_request_name(bus_, kService, 0), "sd_bus_request_name");
    thread_ = std::thread([this] { Run(); });
  }
  ~Service() {
    stop_ = true;
    thread_.join();
    sd_bus_flush_close_unref(bus_);
  }

  void SetPrimary(std::string type, std::string name) {
    MutexLock lock(&mutex_);
    type_ = std::move(type);
    name_ = std::move(name);
  }
  void Hang() { hangs_ = true; }

 private:
  void Run() {
    constexpr std::uint64_t kLook = 20'000;  // Microseconds.
    while (!stop_) {
      const int done = sd_bus_process(bus_, nullptr);
      Check(done, "sd_bus_process");
      if (done == 0) Check(sd_bus_wait(bus_, kLook), "sd_bus_wait");
    }
  }

  static int OnMessage(sd_bus_message* message, void* self, sd_bus_error*) {
    return static_cast<Service*>(self)->Answer(message);
  }
  int Answer(sd_bus_message* message) {
    if (sd_bus_message_is_method_call(
            message, "org.freedesktop.DBus.Properties", "Get") <= 0) {
      return 0;
    }
    if (hangs_) return 1;
    const char* interface = nullptr;
    const char* property = nullptr;
    Check(sd_bus_message_read(message, "ss", &interface, &property), "read");
    const std::string asked = absl::StrCat(sd_bus_message_get_path(message),
                                           " ", interface, ".", property);
    MutexLock lock(&mutex_);
    if (asked == absl::StrCat(kPath, " ", kService, ".PrimaryConnectionType")) {
      return sd_bus_reply_method_return(message, "v", "s", type_.c_str());
    }
    if (asked == absl::StrCat(kPath, " ", kService, ".PrimaryConnection")) {
      return sd_bus_reply_method_return(message, "v", "o",
                                        type_.empty() ? "/" : kActivePath);
    }
    if (asked == absl::StrCat(kActivePath, " ", kActive, ".Id")) {
      return sd_bus_reply_method_return(message, "v", "s", name_.c_str());
    }
    return sd_bus_reply_method_errorf(message, SD_BUS_ERROR_UNKNOWN_PROPERTY,
                                      "%s", asked.c_str());
  }

  sd_bus* bus_ = nullptr;
  std::atomic<bool> stop_{false};
  std::atomic<bool> hangs_{false};
  Mutex mutex_;
  std::string type_ ABSL_GUARDED_BY(mutex_);
  std::string name_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

FakeNetworkManager::FakeNetworkManager(const std::string& address)
    : service_(std::make_unique<Service>(address)) {}

FakeNetworkManager::~FakeNetworkManager() = default;

void FakeNetworkManager::SetPrimary(std::string type, std::string name) {
  service_->SetPrimary(std::move(type), std::move(name));
}

void FakeNetworkManager::Hang() { service_->Hang(); }

}  // namespace convoy::testing
