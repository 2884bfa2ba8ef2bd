#ifndef CONVOY_DAEMON_CONFIG_SCHEMA_H_
#define CONVOY_DAEMON_CONFIG_SCHEMA_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/options.pb.h"
#include "google/protobuf/descriptor.h"

namespace convoy {

// The keys of convoy/v1/config.proto, with what its (setting) options say of
// them.

struct ConfigKey {
  std::string name;  // "http.max_redirects".
  // Of v1::Config, and of the message there.
  const google::protobuf::FieldDescriptor* section = nullptr;
  const google::protobuf::FieldDescriptor* field = nullptr;
  v1::Setting setting;
};

// All of them, in the order of the schema.
const std::vector<ConfigKey>& ConfigKeys();
// Null: no such key.
const ConfigKey* FindConfigKey(absl::string_view name);
// Names of the sections, or of the keys of one section (without its name).
std::vector<std::string> ConfigSections();
std::vector<std::string> ConfigKeysOf(absl::string_view section);
// What somebody may have meant who wrote `name`; empty: no idea.
std::string NearestConfigKey(absl::string_view name);

// What a key's value may be: "1 to 600 seconds", "error, warning, info, debug".
std::string AllowedConfigValues(const ConfigKey& key);

// How a value was written.
enum class ConfigText { kPlain, kQuoted };

// A key whose value is a list of texts. Its items are added one by one.
bool IsConfigList(const ConfigKey& key);
// Items of one list.
constexpr int kMaxConfigItems = 256;

// Sets a key from text. Returns what is wrong with it, and what is allowed;
// empty: nothing, and the value is set. An empty text unsets a key whose
// default is "unset", and empties a list; any other text makes a list of one
// item.
std::string SetConfigValue(const ConfigKey& key, absl::string_view text,
                           ConfigText written, v1::Config* config);
// Appends an item to a list. Returns as SetConfigValue. REQUIRES:
// IsConfigList(key).
std::string AddConfigItem(const ConfigKey& key, absl::string_view text,
                          v1::Config* config);
// Sets every key that has a default to it.
void SetConfigDefaults(v1::Config* config);
// A key's value as text; empty: unset. A list stands as in YAML: [a, "b, c"].
// User name and password of URLs are left out.
std::string ConfigValueText(const ConfigKey& key, const v1::Config& config);

}  // namespace convoy

#endif  // CONVOY_DAEMON_CONFIG_SCHEMA_H_
