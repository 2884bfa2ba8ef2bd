#include "daemon/config_reloader.h"

#include <utility>

#include "absl/strings/str_split.h"
#include "peer/base/log.h"

namespace convoy {

void AddMistakes(const absl::Status& status,
                 google::protobuf::RepeatedPtrField<std::string>* mistakes) {
  for (const absl::string_view line :
       absl::StrSplit(status.message(), '\n', absl::SkipEmpty())) {
    *mistakes->Add() = std::string(line);
  }
}

ConfigReloader::ConfigReloader(Parts parts) : parts_(std::move(parts)) {}

void ConfigReloader::Reload(absl::string_view why, Answer answer) {
  parts_.files_executor->Post(
      [this, alive = std::weak_ptr<char>(alive_), why = std::string(why),
       read = parts_.read, read_named = parts_.read_named, keep = parts_.keep,
       control = parts_.control, answer = std::move(answer)]() mutable {
        absl::StatusOr<Settings> wanted = read();
        if (wanted.ok()) {
          if (absl::Status status = read_named(&*wanted); !status.ok())
            wanted = status;
        }
        if (wanted.ok() && keep) keep(*wanted);
        control->Post([this, alive = std::move(alive), why = std::move(why),
                       wanted = std::move(wanted),
                       answer = std::move(answer)]() mutable {
          if (alive.expired()) return;
          Take(why, std::move(wanted), std::move(answer));
        });
      });
}

void ConfigReloader::Take(absl::string_view why,
                          absl::StatusOr<Settings> wanted, Answer answer) {
  v1::ReloadConfigResponse response;
  if (!wanted.ok()) {
    AddMistakes(wanted.status(), response.mutable_mistakes());
    LogError("the configuration was read again (", why,
             ") and is wrong; the last good one stays in force:");
    for (const std::string& mistake : response.mistakes()) LogError(mistake);
    return std::move(answer)(std::move(response));
  }
  const ConfigChange change = PlanConfigChange(*parts_.in_force, *wanted);
  const Settings before = std::exchange(*parts_.in_force, change.in_force);
  if (!change.changed.empty()) parts_.apply(change, before);
  if (change.changed.empty() && change.for_restart.empty()) {
    LogDebug("the configuration was read again (", why, "): nothing new");
  }
  for (const std::string& key : change.changed) {
    LogInfo("configuration: ", key, " is new (",
            parts_.in_force->ProviderOf(key), ")");
  }
  for (const std::string& key : change.for_restart) {
    LogWarning("configuration: ", key, " is new (", wanted->ProviderOf(key),
               "), and comes into force when convoyd is started again");
    response.add_keys_for_restart(key);
  }
  std::move(answer)(std::move(response));
}

}  // namespace convoy
