#ifndef CONVOY_DAEMON_SETTINGS_H_
#define CONVOY_DAEMON_SETTINGS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "convoy/v1/config.pb.h"

namespace convoy {

class TrustedSigners;

// What the state of this machine makes of the configuration now
// (machine_rules.h).
struct MachineVerdict {
  // Why this machine meets no peers, as a sentence without a full stop, and the
  // key that decides it. Empty: it does.
  std::string refused;
  std::string refused_policy;
  // Why it gives peers outside of the LAN nothing, though it takes from them.
  std::string gives_lan_only;
  std::string gives_lan_only_policy;
  // The same of all peers.
  std::string gives_nothing;
  std::string gives_nothing_policy;
  // The VPN that a default route goes through; empty: none.
  std::string vpn;

  friend bool operator==(const MachineVerdict& a, const MachineVerdict& b) {
    return a.refused == b.refused && a.refused_policy == b.refused_policy &&
           a.gives_lan_only == b.gives_lan_only &&
           a.gives_lan_only_policy == b.gives_lan_only_policy &&
           a.gives_nothing == b.gives_nothing &&
           a.gives_nothing_policy == b.gives_nothing_policy && a.vpn == b.vpn;
  }
};

// What cache_host.source found (cache_host_finder.h).
struct FoundCacheHosts {
  std::string source = "none";
  std::vector<std::string> hosts;  // URL prefixes, in order.

  friend bool operator==(const FoundCacheHosts& a, const FoundCacheHosts& b) {
    return a.source == b.source && a.hosts == b.hosts;
  }
};

struct ConfigSource {
  std::string path;  // For messages and providers.
  std::string text;  // YAML. Empty: no key.
};

// The configuration in force. Every field of `config` is set (defaults filled
// in) except those whose default is "unset". The daemon's changes, on its
// control executor alone: do not keep parts of it.
struct Settings {
  v1::Config config;
  // By key ("http.connect_timeout_seconds"): "default", "command line" or
  // "FILE:LINE".
  std::map<std::string, std::string> providers;
  // What it was read from, besides the command line.
  std::vector<ConfigSource> files;
  // What swarm.signers_file holds (config_pem_files.h). Null: nobody's
  // signature is believed.
  std::string signers_pem;
  std::shared_ptr<const TrustedSigners> signers;
  MachineVerdict machine;
  // group.id, or what group.id_source said at the start.
  std::string group_id;
  FoundCacheHosts found_cache_hosts;

  const std::string& ProviderOf(const std::string& key) const {
    static const std::string kDefault = "default";
    const auto found = providers.find(key);
    return found == providers.end() ? kDefault : found->second;
  }
  // Somebody has set the key.
  bool IsSet(const std::string& key) const {
    return providers.count(key) > 0 && ProviderOf(key) != "default";
  }
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_SETTINGS_H_
