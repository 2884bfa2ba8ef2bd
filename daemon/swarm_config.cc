#include "daemon/swarm_config.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/cache_host_source.h"
#include "daemon/pem_file.h"
#include "google/protobuf/repeated_field.h"
#include "peer/base/status_macros.h"

namespace convoy {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

std::vector<std::string> ListOf(const Texts& texts) {
  return {texts.begin(), texts.end()};
}

DownloadMode ModeOf(absl::string_view mode) {
  if (mode == "simple") return DownloadMode::kSimple;
  if (mode == "http_only") return DownloadMode::kHttpOnly;
  if (mode == "group") return DownloadMode::kGroup;
  if (mode == "internet") return DownloadMode::kInternet;
  return DownloadMode::kLan;
}

PeerSelection SelectionOf(absl::string_view selection) {
  if (selection == "subnet") return PeerSelection::kSubnet;
  if (selection == "link_local") return PeerSelection::kLinkLocal;
  return PeerSelection::kAll;
}

CacheHostSettings::Style StyleOf(absl::string_view style) {
  if (style == "path") return CacheHostSettings::Style::kPath;
  if (style == "connected_cache") {
    return CacheHostSettings::Style::kConnectedCache;
  }
  return CacheHostSettings::Style::kHost;
}

// Empty if the key is unset.
absl::Status ReadIfSet(const std::string& path, const PemFile& file,
                       std::string* pem) {
  if (path.empty()) return absl::OkStatus();
  CONVOY_ASSIGN_OR_RETURN(*pem, file.Read());
  return absl::OkStatus();
}

absl::Status ReadGroup(const Settings& settings, SwarmSettings* result) {
  const v1::GroupConfig& group = settings.config.group();
  const PemFile ca(settings, "group.ca_file", group.ca_file());
  const PemFile certificate(settings, "group.certificate_file",
                            group.certificate_file());
  const PemFile key(settings, "group.key_file", group.key_file());
  CONVOY_RETURN_IF_ERROR(ReadIfSet(group.ca_file(), ca, &result->group_ca_pem));
  CONVOY_RETURN_IF_ERROR(ReadIfSet(group.certificate_file(), certificate,
                                   &result->group_certificate_pem));
  CONVOY_RETURN_IF_ERROR(
      ReadIfSet(group.key_file(), key, &result->group_key_pem));
  const bool has_certificate = !result->group_certificate_pem.empty();
  const bool has_key = !result->group_key_pem.empty();
  if (has_certificate && !has_key) {
    return certificate.Problem(v1::ERROR_REASON_INVALID_ARGUMENT,
                               "has no key: set group.key_file too");
  }
  if (has_key && !has_certificate) {
    return key.Problem(
        v1::ERROR_REASON_INVALID_ARGUMENT,
        "belongs to no certificate: set group.certificate_file too");
  }
  // Peers would be met in the open.
  if (has_certificate && result->group_ca_pem.empty()) {
    return certificate.Problem(v1::ERROR_REASON_INVALID_ARGUMENT,
                               "makes no group: set group.ca_file too");
  }
  return absl::OkStatus();
}

void ReadCache(const v1::CacheConfig& cache, const std::string& state_directory,
               SwarmSettings* result) {
  result->cache_directory = cache.directory().empty()
                                ? absl::StrCat(state_directory, "/cache")
                                : cache.directory();
  result->cache_max_age = absl::Seconds(cache.max_age_seconds());
  result->cache_max_percent = cache.max_size_percent();
  result->cache_max_bytes = cache.max_size_bytes();
  result->cache_min_free_bytes = cache.min_free_bytes();
}

}  // namespace

SwarmSettings MakePeerSettings(const Settings& settings,
                               const std::string& state_directory) {
  const v1::SwarmConfig& swarm = settings.config.swarm();
  SwarmSettings result;
  result.max_mode = ModeOf(swarm.download_mode());
  result.listen_port = swarm.listen_port();
  result.beacon_port = swarm.beacon_port();
  result.interfaces = ListOf(swarm.interfaces());
  result.allowed_networks = ListOf(swarm.allowed_networks());
  result.peers = ListOf(swarm.peers());
  result.trackers = ListOf(swarm.trackers());
  result.min_file_size = swarm.min_file_size_bytes();
  result.max_connections = swarm.max_connections();
  result.max_claimers = swarm.max_claimers();
  result.look_beside_url = swarm.look_beside_url();
  result.signers = settings.signers;
  result.peer_selection = SelectionOf(swarm.peer_selection());
  const MachineVerdict& machine = settings.machine;
  result.refused = machine.refused;
  result.refused_policy = machine.refused_policy;
  result.gives = !machine.gives_nothing.empty()    ? GivesTo::kNobody
                 : !machine.gives_lan_only.empty() ? GivesTo::kLan
                                                   : GivesTo::kAll;
  result.group_id = settings.group_id.empty() ? settings.config.group().id()
                                              : settings.group_id;
  ReadCache(settings.config.cache(), state_directory, &result);
  return result;
}

CacheHostSettings MakeCacheHostSettings(const Settings& settings) {
  const v1::CacheHostConfig& cache_host = settings.config.cache_host();
  CacheHostsInForce in_force = CacheHostsOf(settings);
  CacheHostSettings result;
  result.hosts = std::move(in_force.hosts);
  result.key = std::move(in_force.key);
  result.style = StyleOf(cache_host.style());
  result.ban = absl::Seconds(cache_host.ban_seconds());
  result.connect_timeout = absl::Seconds(cache_host.connect_timeout_seconds());
  result.on_vpn = cache_host.on_vpn();
  return result;
}

absl::StatusOr<SwarmSettings> MakeSwarmSettings(
    const Settings& settings, const std::string& state_directory) {
  SwarmSettings result = MakePeerSettings(settings, state_directory);
  CONVOY_RETURN_IF_ERROR(ReadGroup(settings, &result));
  return result;
}

BandwidthPlan::Settings MakeBandwidthSettings(const Settings& settings) {
  const v1::BandwidthConfig& bandwidth = settings.config.bandwidth();
  BandwidthPlan::Settings result;
  result.link = bandwidth.link_bytes_per_second();
  result.foreground = {bandwidth.foreground_bytes_per_second(),
                       bandwidth.foreground_percent()};
  result.background = {bandwidth.background_bytes_per_second(),
                       bandwidth.background_percent()};
  result.upload = bandwidth.upload_bytes_per_second();
  result.lan_download = bandwidth.lan_download_bytes_per_second();
  result.lan_upload = bandwidth.lan_upload_bytes_per_second();
  result.origin = bandwidth.origin_bytes_per_second();
  result.low_effort_background = bandwidth.low_effort_background();
  for (const std::string& line : bandwidth.schedule()) {
    if (auto hours = ParseBandwidthHours(line); hours.ok()) {
      result.schedule.push_back(*hours);
    }
  }
  return result;
}

}  // namespace convoy
