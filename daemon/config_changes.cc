#include "daemon/config_changes.h"

#include <algorithm>
#include <memory>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "convoy/v1/config.pb.h"
#include "daemon/config_schema.h"
#include "google/protobuf/util/message_differencer.h"

namespace convoy {
namespace {

// Sections and keys. What is not here is taken by Daemon::ApplySettings while
// everything runs.
constexpr absl::string_view kForRestart[] = {"paths",
                                             "group",
                                             "metrics",
                                             "remote_control",
                                             "cache.directory",
                                             "swarm.listen_port",
                                             "swarm.beacon_port"};

bool IsIn(absl::string_view key, absl::string_view prefix) {
  return absl::StartsWith(key, prefix) &&
         (key.size() == prefix.size() || key[prefix.size()] == '.');
}

using google::protobuf::Message;

bool HasSame(const ConfigKey& key, const v1::Config& a, const v1::Config& b) {
  const auto section = [&](const v1::Config& config) -> const Message& {
    return config.GetReflection()->GetMessage(config, key.section);
  };
  google::protobuf::util::MessageDifferencer differencer;
  return differencer.CompareWithFields(section(a), section(b), {key.field},
                                       {key.field});
}

void Copy(const ConfigKey& key, const v1::Config& from, v1::Config* to) {
  const Message& source = from.GetReflection()->GetMessage(from, key.section);
  // Without all other keys.
  const std::unique_ptr<Message> one(source.New());
  one->CopyFrom(source);
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  one->GetReflection()->ListFields(*one, &fields);
  for (const auto* const field : fields) {
    if (field != key.field) one->GetReflection()->ClearField(one.get(), field);
  }
  Message* const target = to->GetReflection()->MutableMessage(to, key.section);
  target->GetReflection()->ClearField(target, key.field);
  target->MergeFrom(*one);
}

}  // namespace

bool NeedsRestart(absl::string_view key) {
  return absl::c_any_of(kForRestart, [key](absl::string_view prefix) {
    return IsIn(key, prefix);
  });
}

bool ConfigChange::Touches(absl::string_view prefix) const {
  return absl::c_any_of(
      changed, [prefix](const std::string& key) { return IsIn(key, prefix); });
}

ConfigChange PlanConfigChange(const Settings& now, const Settings& wanted) {
  ConfigChange change;
  change.in_force = wanted;
  change.in_force.machine = now.machine;
  change.in_force.group_id = now.group_id;
  change.in_force.found_cache_hosts = now.found_cache_hosts;
  for (const ConfigKey& key : ConfigKeys()) {
    // The file that it names counts, too.
    const bool same_file = key.name != "swarm.signers_file" ||
                           now.signers_pem == wanted.signers_pem;
    if (same_file && HasSame(key, now.config, wanted.config)) continue;
    if (!NeedsRestart(key.name)) {
      change.changed.push_back(key.name);
      continue;
    }
    change.for_restart.push_back(key.name);
    Copy(key, now.config, &change.in_force.config);
    const auto provider = now.providers.find(key.name);
    if (provider == now.providers.end()) {
      change.in_force.providers.erase(key.name);
    } else {
      change.in_force.providers[key.name] = provider->second;
    }
  }
  return change;
}

}  // namespace convoy
