#ifndef CONVOY_DAEMON_CONFIG_RELOADER_H_
#define CONVOY_DAEMON_CONFIG_RELOADER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/admin_service.pb.h"
#include "daemon/config_changes.h"
#include "daemon/settings.h"
#include "google/protobuf/repeated_field.h"
#include "peer/base/executor.h"

namespace convoy {

// Reads files and command line as at the start. Any thread; may block.
using ConfigReader = std::function<absl::StatusOr<Settings>()>;

// Brings a configuration that was changed into force, whole or not at all:
// where something is wrong, the last good one stays, and the log says what is
// wrong and where.
class ConfigReloader {
 public:
  using Answer = absl::AnyInvocable<void(v1::ReloadConfigResponse) &&>;

  struct Parts {  // Executors and `in_force` are not owned.
    Executor* control;
    // Where files are read.
    Executor* files_executor;
    // Read and changed on control only.
    Settings* in_force;
    ConfigReader read;
    // Reads the files that a configuration names, at which one that can be read
    // may still fail. On files_executor.
    std::function<absl::Status(Settings*)> read_named;
    // Gets each configuration in which nothing is wrong. On files_executor.
    // Null: nobody does.
    std::function<void(const Settings&)> keep;
    // Tells all parts. `in_force` is the new one already; `before` is what it
    // was.
    std::function<void(const ConfigChange&, const Settings& before)> apply;
  };

  explicit ConfigReloader(Parts parts);
  // On control, or when both executors have stopped.
  ~ConfigReloader() = default;

  // Any thread; calls in a row are carried out in a row. `why` is for the log:
  // "SIGHUP". `answer` is called on control.
  void Reload(absl::string_view why, Answer answer);

 private:
  void Take(absl::string_view why, absl::StatusOr<Settings> wanted,
            Answer answer);

  const Parts parts_;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

// The lines of an error of ParseConfig or LoadConfig.
void AddMistakes(const absl::Status& status,
                 google::protobuf::RepeatedPtrField<std::string>* mistakes);

}  // namespace convoy

#endif  // CONVOY_DAEMON_CONFIG_RELOADER_H_
