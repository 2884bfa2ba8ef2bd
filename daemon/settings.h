#ifndef CONVOY_DAEMON_SETTINGS_H_
#define CONVOY_DAEMON_SETTINGS_H_

#include <map>
#include <string>

#include "convoy/v1/config.pb.h"

namespace convoy {

// The configuration in force. Immutable. Every field of `config` is set
// (defaults filled in) except those whose default is "unset".
struct Settings {
  v1::Config config;
  // By key ("http.connect_timeout_seconds"): "default", "command line" or
  // "FILE:LINE".
  std::map<std::string, std::string> providers;

  const std::string& ProviderOf(const std::string& key) const {
    static const std::string kDefault = "default";
    const auto found = providers.find(key);
    return found == providers.end() ? kDefault : found->second;
  }
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_SETTINGS_H_
