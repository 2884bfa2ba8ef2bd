#include "daemon/config_pem_files.h"

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/pem_file.h"
#include "daemon/remote_control.h"
#include "daemon/swarm_config.h"
#include "proto/error_detail.h"

namespace convoy {

absl::Status CheckPemFiles(const Settings& settings) {
  std::vector<std::string> mistakes;
  const auto check = [&mistakes](const absl::Status& status) {
    if (!status.ok()) mistakes.emplace_back(status.message());
  };
  const auto read = [&](const std::string& key, const std::string& path) {
    if (!path.empty()) check(PemFile(settings, key, path).Read().status());
  };
  const v1::HttpConfig& http = settings.config.http();
  read("http.ca_file", http.ca_file());
  read("http.client_certificate_file", http.client_certificate_file());
  read("http.client_key_file", http.client_key_file());
  // Where the state is makes no difference here.
  check(MakeSwarmSettings(settings, "").status());
  check(MakeSecurePort(settings).status());
  if (mistakes.empty()) return absl::OkStatus();
  return Error(v1::ERROR_REASON_INVALID_ARGUMENT, v1::ERROR_CONTEXT_LOCAL_FILE)
      .Status(absl::StrJoin(mistakes, "\n"));
}

}  // namespace convoy
