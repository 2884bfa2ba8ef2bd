#ifndef CONVOY_PEER_SWARM_SETTINGS_H_
#define CONVOY_PEER_SWARM_SETTINGS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace convoy {

class TrustedSigners;

// DownloadMode of convoy/v1/job.proto; each but kSimple includes those before.
enum class DownloadMode { kSimple, kHttpOnly, kLan, kGroup, kInternet };

// Who demands that something vouches for a file's bytes.
enum class ProofDemand { kNone, kJob, kPolicy };

// What kind of peer an address is.
enum class PeerKind { kLan, kGroup, kInternet };

struct PeerBytes {
  std::int64_t lan = 0;
  std::int64_t group = 0;
  std::int64_t internet = 0;
};

// Which of the allowed addresses may be peers, in modes lan and group.
enum class PeerSelection {
  kAll,
  kSubnet,     // In a network of a used interface.
  kLinkLocal,  // In one where machines reach each other by multicast.
};

enum class GivesTo { kAll, kLan, kNobody };

// What the configuration says of peers, for all jobs. Meanings, ranges and
// defaults: SwarmConfig, GroupConfig and CacheConfig in
// convoy/v1/config.proto.
struct SwarmSettings {
  DownloadMode max_mode = DownloadMode::kLan;
  PeerSelection peer_selection = PeerSelection::kAll;
  // Why this machine meets no peers, whatever else is set, as a sentence, and
  // the configuration key that decides it. Empty: it does.
  std::string refused;
  std::string refused_policy;
  // Who is given bytes; they are taken from all.
  GivesTo gives = GivesTo::kAll;
  int listen_port = 6881;
  int beacon_port = 6772;
  std::vector<std::string> interfaces;
  std::vector<std::string> allowed_networks;
  std::vector<std::string> peers;
  std::vector<std::string> trackers;
  std::int64_t min_file_size = 1 << 20;
  int max_connections = 400;
  int max_claimers = 6;
  bool look_beside_url = true;
  // Whose signatures of manifests are believed; null: nobody's.
  std::shared_ptr<const TrustedSigners> signers;

  std::string group_id;
  // PEM; empty: no authenticated group.
  std::string group_ca_pem;
  std::string group_certificate_pem;
  std::string group_key_pem;

  std::string cache_directory;
  absl::Duration cache_max_age = absl::Hours(72);
  int cache_max_percent = 20;
  std::int64_t cache_max_bytes = 0;  // 0: no limit but the percentage.
  std::int64_t cache_min_free_bytes = 1 << 30;
};

// Rates that hold now, in bytes per second; 0: no limit.
struct BandwidthLimits {
  // From outside of the LAN: origins, mirrors, group and internet peers.
  std::int64_t foreground = 0;
  std::int64_t background = 0;
  std::int64_t upload = 0;
  std::int64_t lan_download = 0;
  std::int64_t lan_upload = 0;
  // From origins and mirrors, of both classes together; counts for
  // `foreground` and `background` too.
  std::int64_t origin = 0;
  bool low_effort_background = true;

  friend bool operator==(const BandwidthLimits& a, const BandwidthLimits& b) {
    return a.foreground == b.foreground && a.background == b.background &&
           a.upload == b.upload && a.lan_download == b.lan_download &&
           a.lan_upload == b.lan_upload && a.origin == b.origin &&
           a.low_effort_background == b.low_effort_background;
  }
};

}  // namespace convoy

#endif  // CONVOY_PEER_SWARM_SETTINGS_H_
