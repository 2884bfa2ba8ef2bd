#ifndef CONVOY_CLIENT_ADMIN_CLIENT_H_
#define CONVOY_CLIENT_ADMIN_CLIENT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "client/client_options.h"
#include "convoy/v1/admin_service.pb.h"

namespace convoy {

// The daemon's AdminService and its health. Thread-safe; errors as in
// JobClient.
class AdminClient {
 public:
  // Connects with the first call.
  explicit AdminClient(ClientOptions options = {});
  ~AdminClient();
  AdminClient(const AdminClient&) = delete;
  AdminClient& operator=(const AdminClient&) = delete;

  // True if the daemon says that it serves (grpc.health.v1).
  absl::StatusOr<bool> IsServing() const;
  absl::StatusOr<v1::HostStatistics> GetHostStatistics() const;
  absl::StatusOr<v1::RunSelfTestResponse> RunSelfTest() const;
  absl::StatusOr<v1::ListDeclaredJobsResponse> ListDeclaredJobs() const;
  absl::StatusOr<v1::GetEffectiveConfigResponse> GetEffectiveConfig() const;
  // OK also where files are wrong: read `mistakes`.
  absl::StatusOr<v1::ReloadConfigResponse> ReloadConfig() const;
  absl::StatusOr<v1::CheckConfigResponse> CheckConfig(
      const v1::CheckConfigRequest& request) const;

 private:
  struct Impl;
  const std::unique_ptr<const Impl> impl_;
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_ADMIN_CLIENT_H_
