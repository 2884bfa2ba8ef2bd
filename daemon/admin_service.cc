#include "daemon/admin_service.h"

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/admin_service.pb.h"
#include "daemon/caller.h"
#include "daemon/config_file.h"
#include "daemon/config_reloader.h"
#include "daemon/control_socket.h"
#include "daemon/field_check.h"
#include "daemon/proto_time.h"
#include "daemon/rpc_call.h"
#include "daemon/self_check.h"
#include "daemon/unary_method.h"
#include "peer/base/version.h"
#include "peer/swarm_settings.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// The control thread answers within microseconds unless something is wrong.
constexpr absl::Duration kSlowAnswer = absl::Seconds(1);
constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20;

absl::Status OnlyForAdministrators(absl::string_view what) {
  return Error(v1::ERROR_REASON_ACCESS_DENIED, v1::ERROR_CONTEXT_REQUEST)
      .Status(
          absl::StrCat(what, " is for root and members of the group convoy"));
}

// Second field of /proc/self/statm (proc(5)), in bytes. 0: unknown.
std::int64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t total = 0, resident = 0;
  if (!(statm >> total >> resident)) return 0;
  return resident * ::sysconf(_SC_PAGESIZE);
}

class AdminService {
 public:
  explicit AdminService(AdminServiceParts parts)
      : parts_(std::move(parts)),
        start_time_(parts_.clock->Now()),
        start_monotonic_(parts_.clock->Monotonic()) {}

  const AdminServiceParts& parts() const { return parts_; }

  // What blocks runs on the files executor, the rest on control.
  void RunSelfTest(const Caller& caller,
                   UnaryReply<v1::RunSelfTestResponse> reply) {
    if (caller.administrator) {
      SelfTest(std::move(reply));
      return;
    }
    std::move(reply)(OnlyForAdministrators("the self test"));
  }

  void ReloadConfig(const Caller& caller,
                    UnaryReply<v1::ReloadConfigResponse> reply) {
    if (!caller.administrator) {
      return std::move(reply)(
          OnlyForAdministrators("reading the configuration anew"));
    }
    parts_.reload(std::move(reply));
  }

  // A text of 1 MiB takes a while.
  void CheckConfig(const v1::CheckConfigRequest& request,
                   UnaryReply<v1::CheckConfigResponse> reply) {
    if (request.text().size() > kMaxConfigBytes) {
      return std::move(reply)(
          Error(v1::ERROR_REASON_INVALID_ARGUMENT, v1::ERROR_CONTEXT_REQUEST)
              .Field("text")
              .Status("text: a configuration file has at most 1 MiB"));
    }
    parts_.files_executor->Post([request, control = parts_.control,
                                 reply = std::move(reply)]() mutable {
      const std::string name =
          request.name().empty() ? "text" : Excerpt(request.name());
      v1::CheckConfigResponse response;
      AddMistakes(ParseConfig({{name, request.text()}}, {}).status(),
                  response.mutable_mistakes());
      control->Post(
          [response = std::move(response), reply = std::move(reply)]() mutable {
            std::move(reply)(std::move(response));
          });
    });
  }

  v1::HostStatistics Statistics() const {
    v1::HostStatistics statistics;
    parts_.manager->FillStatistics(&statistics);
    const PeerBytes uploaded = parts_.engine->Uploaded();
    statistics.set_uploaded_lan_bytes(uploaded.lan);
    statistics.set_uploaded_group_bytes(uploaded.group);
    statistics.set_uploaded_internet_bytes(uploaded.internet);
    *statistics.mutable_month() = parts_.month();
    const v1::ReloadConfigResponse reload = parts_.last_reload();
    *statistics.mutable_config_mistakes() = reload.mistakes();
    *statistics.mutable_config_keys_for_restart() = reload.keys_for_restart();
    statistics.set_version(kVersion);
    statistics.mutable_start_time()->set_seconds(
        absl::ToUnixSeconds(start_time_));
    SetDuration(parts_.clock->Monotonic() - start_monotonic_,
                statistics.mutable_uptime());
    statistics.set_resident_memory_bytes(ResidentBytes());
    return statistics;
  }

 private:
  void SelfTest(UnaryReply<v1::RunSelfTestResponse> reply) {
    parts_.files_executor->Post([this, reply = std::move(reply)]() mutable {
      v1::RunSelfTestResponse response;
      AddCheck(
          "state directory", *parts_.clock,
          [this] { return TryFileIn(parts_.state_directory); }, response);
      AddCheck(
          "control socket", *parts_.clock,
          [this] { return ProbeSocket(parts_.socket); }, response);
      if (parts_.check_broker) {
        AddCheck("broker", *parts_.clock, parts_.check_broker, response);
      }
      const absl::Duration posted = parts_.clock->Monotonic();
      parts_.control->Post([this, posted, response = std::move(response),
                            reply = std::move(reply)]() mutable {
        const absl::Duration wait = parts_.clock->Monotonic() - posted;
        FinishSelfTest(wait, response);
        std::move(reply)(std::move(response));
      });
    });
  }

  void FinishSelfTest(absl::Duration control_wait,
                      v1::RunSelfTestResponse& response) {
    v1::SelfTestCheck& control = *response.add_checks();
    control.set_name("control thread");
    control.set_passed(control_wait < kSlowAnswer);
    control.set_message(control.passed()
                            ? "ok"
                            : "it answers slowly: is the machine overloaded, "
                              "or the disk of the state directory slow?");
    SetDuration(control_wait, control.mutable_elapsed());
    AddCheck("job store", *parts_.clock, parts_.check_store, response);
    response.set_passed(true);
    for (const v1::SelfTestCheck& check : response.checks()) {
      if (!check.passed()) response.set_passed(false);
    }
  }

  const AdminServiceParts parts_;
  const absl::Time start_time_;
  const absl::Duration start_monotonic_;
};

}  // namespace

RpcService MakeAdminService(AdminServiceParts parts) {
  const auto service = std::make_shared<AdminService>(std::move(parts));
  CallerResolver& callers = *service->parts().callers;
  Executor& control = *service->parts().control;
  return {
      "convoy.v1.AdminService",
      {{"GetHostStatistics",
        UnaryMethod<v1::GetHostStatisticsRequest, v1::HostStatistics>(
            callers, control,
            [service](const Caller&, const v1::GetHostStatisticsRequest&,
                      UnaryReply<v1::HostStatistics> reply) {
              std::move(reply)(service->Statistics());
            })},
       {"GetEffectiveConfig",
        UnaryMethod<v1::GetEffectiveConfigRequest,
                    v1::GetEffectiveConfigResponse>(
            callers, control,
            [service](const Caller&, const v1::GetEffectiveConfigRequest&,
                      UnaryReply<v1::GetEffectiveConfigResponse> reply) {
              std::move(reply)(EffectiveConfig(*service->parts().settings));
            })},
       {"ListDeclaredJobs",
        UnaryMethod<v1::ListDeclaredJobsRequest, v1::ListDeclaredJobsResponse>(
            callers, control,
            [service](const Caller& caller, const v1::ListDeclaredJobsRequest&,
                      UnaryReply<v1::ListDeclaredJobsResponse> reply) {
              std::move(reply)(service->parts().declared->List(caller));
            })},
       {"ReloadConfig",
        UnaryMethod<v1::ReloadConfigRequest, v1::ReloadConfigResponse>(
            callers, control,
            [service](const Caller& caller, const v1::ReloadConfigRequest&,
                      UnaryReply<v1::ReloadConfigResponse> reply) {
              service->ReloadConfig(caller, std::move(reply));
            })},
       {"CheckConfig",
        UnaryMethod<v1::CheckConfigRequest, v1::CheckConfigResponse>(
            callers, control,
            [service](const Caller&, const v1::CheckConfigRequest& request,
                      UnaryReply<v1::CheckConfigResponse> reply) {
              service->CheckConfig(request, std::move(reply));
            })},
       {"RunSelfTest",
        UnaryMethod<v1::RunSelfTestRequest, v1::RunSelfTestResponse>(
            callers, control,
            [service](const Caller& caller, const v1::RunSelfTestRequest&,
                      UnaryReply<v1::RunSelfTestResponse> reply) {
              service->RunSelfTest(caller, std::move(reply));
            })}}};
}

}  // namespace convoy
