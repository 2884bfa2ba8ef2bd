#include "daemon/config_together.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace convoy {
namespace {

constexpr char kRemoteControlListen[] = "remote_control.listen";

std::string WrongInRemoteControl(const Settings& settings) {
  const v1::RemoteControlConfig& remote = settings.config.remote_control();
  if (!remote.has_listen()) return "";
  std::vector<std::string> missing;
  if (!remote.has_ca_file()) missing.push_back("remote_control.ca_file");
  if (!remote.has_certificate_file()) {
    missing.push_back("remote_control.certificate_file");
  }
  if (!remote.has_key_file()) missing.push_back("remote_control.key_file");
  if (missing.empty()) return "";
  return absl::StrCat(settings.ProviderOf(kRemoteControlListen), ": ",
                      kRemoteControlListen, ": needs ",
                      absl::StrJoin(missing, ", "),
                      " as well: callers must show a certificate");
}

}  // namespace

std::vector<std::string> WrongTogether(const Settings& settings) {
  std::vector<std::string> problems;
  std::string remote = WrongInRemoteControl(settings);
  if (!remote.empty()) problems.push_back(std::move(remote));
  return problems;
}

}  // namespace convoy
