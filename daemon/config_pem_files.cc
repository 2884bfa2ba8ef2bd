#include "daemon/config_pem_files.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/pem_file.h"
#include "daemon/remote_control.h"
#include "daemon/swarm_config.h"
#include "peer/base/status_macros.h"
#include "peer/trusted_signers.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

absl::Status ReadSigners(Settings* settings) {
  settings->signers_pem.clear();
  settings->signers = nullptr;
  const std::string& path = settings->config.swarm().signers_file();
  if (path.empty()) return absl::OkStatus();
  const PemFile file(*settings, "swarm.signers_file", path);
  CONVOY_ASSIGN_OR_RETURN(const std::string pem, file.Read());
  auto signers = TrustedSigners::Read(pem);
  if (!signers.ok()) {
    return file.Problem(v1::ERROR_REASON_INVALID_ARGUMENT,
                        signers.status().message());
  }
  settings->signers_pem = pem;
  settings->signers = *std::move(signers);
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadPemFiles(Settings* in_out) {
  const Settings& settings = *in_out;
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
  check(ReadSigners(in_out));
  // Where the state is makes no difference here.
  check(MakeSwarmSettings(settings, "").status());
  check(MakeSecurePort(settings).status());
  if (mistakes.empty()) return absl::OkStatus();
  return Error(v1::ERROR_REASON_INVALID_ARGUMENT, v1::ERROR_CONTEXT_LOCAL_FILE)
      .Status(absl::StrJoin(mistakes, "\n"));
}

}  // namespace convoy
