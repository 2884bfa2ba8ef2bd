#include "daemon/declared_host.h"

#include <unistd.h>

#include <array>
#include <cstddef>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/declaration_folder.h"
#include "daemon/job_proto.h"
#include "daemon/owner_command.h"

namespace convoy {

std::string JobsDirectory(const Settings& settings,
                          const std::string& config_file) {
  const std::string& given = settings.config.paths().jobs_directory();
  if (!given.empty() || config_file.empty()) return given;
  const std::size_t slash = config_file.rfind('/');
  return absl::StrCat(
      slash == std::string::npos ? "" : config_file.substr(0, slash + 1),
      "jobs.d");
}

RolloutMachine ThisMachine(const Settings& settings) {
  const v1::MachineConfig& config = settings.config.machine();
  RolloutMachine machine;
  machine.id = config.id();
  machine.labels.assign(config.labels().begin(), config.labels().end());
  if (machine.id.empty()) std::ifstream("/etc/machine-id") >> machine.id;
  if (!machine.id.empty()) return machine;
  std::array<char, 256> name = {};
  if (gethostname(name.data(), name.size() - 1) == 0) machine.id = name.data();
  return machine;
}

DeclaredJobs::Parts MakeDeclaredParts(const DeclaredHost& host) {
  DeclaredJobs::Parts parts;
  parts.clock = host.clock;
  parts.control = host.control;
  parts.blocking = host.blocking;
  parts.manager = host.manager;
  parts.store = host.store;
  parts.files = host.files;
  parts.folder = [settings = host.settings, file = host.config_file] {
    return JobsDirectory(*settings, file);
  };
  parts.read_folder = [identity = host.identity](const std::string& folder) {
    return ReadDeclarationFolder(folder, identity);
  };
  parts.machine = [settings = host.settings] { return ThisMachine(*settings); };
  parts.ask_origin =
      [engine = host.engine, control = host.control](
          const v1::HttpOptions& http, const std::string& url,
          absl::AnyInvocable<void(absl::StatusOr<Validator>) &&> told) {
        engine->AskOrigin(url, MakeHttpSettings(&http, "", "", ""), control,
                          std::move(told));
      };
  parts.run_command = [commands = host.commands, control = host.control](
                          const DeclaredRecord& record,
                          const std::vector<std::string>& words,
                          DeclaredJobs::Told told) {
    OwnerCommand command;
    command.owner = record.owner;
    command.program = words.front();
    command.arguments.assign(words.begin() + 1, words.end());
    command.environment["CONVOY_DECLARED_JOB"] = record.name;
    commands->Run(
        std::move(command), [](const absl::Status&) {},
        [control, told = std::move(told)](const absl::Status& status) mutable {
          control->Post([told = std::move(told), status]() mutable {
            std::move(told)(status);
          });
        });
  };
  parts.zone = absl::LocalTimeZone();
  return parts;
}

}  // namespace convoy
