#ifndef CONVOY_DAEMON_FAKE_OWNER_COMMANDS_H_
#define CONVOY_DAEMON_FAKE_OWNER_COMMANDS_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "daemon/owner_commands.h"

namespace convoy {

// Keeps what it was asked to run until the test tells how it went. One thread.
class FakeOwnerCommands final : public OwnerCommands {
 public:
  void Run(OwnerCommand command, Told begun, Told ended) override {
    commands.push_back(std::move(command));
    told_.emplace_back(std::move(begun), std::move(ended));
  }
  void Begin(std::size_t index, const absl::Status& status = {}) {
    std::move(told_.at(index).first)(status);
    if (!status.ok()) End(index, status);
  }
  void End(std::size_t index, const absl::Status& status = {}) {
    std::move(told_.at(index).second)(status);
  }

  std::vector<OwnerCommand> commands;

 private:
  std::vector<std::pair<Told, Told>> told_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_FAKE_OWNER_COMMANDS_H_
