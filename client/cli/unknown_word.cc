#include "client/cli/unknown_word.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/format.h"

namespace convoy {
namespace {

// Letters to add, drop, replace or swap with the next until `a` is `b`.
std::size_t EditDistance(absl::string_view a, absl::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> cost((a.size() + 1) * width);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& {
    return cost[i * width + j];
  };
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        at(i, j) = i + j;
        continue;
      }
      const std::size_t replaced =
          at(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
      }
    }
  }
  return cost.back();
}

std::string Unknown(absl::string_view kind, absl::string_view typed,
                    const std::vector<std::string>& words) {
  const std::string nearest = NearestWord(typed, words);
  return absl::StrCat(
      "there is no ", kind, " \"", Printable(typed), "\"",
      nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?"));
}

void AddFlags(const CLI::App& app, std::vector<std::string>& flags) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      flags.push_back("--" + name);
    }
  }
}

// The command that was named last, in whatever it is a command of.
const CLI::App& Innermost(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
  }
  return *command;
}

std::string UnknownFlag(const CLI::App& app, absl::string_view typed) {
  std::vector<std::string> flags;
  for (const CLI::App* command = &Innermost(app); command != nullptr;
       command = command->get_parent()) {
    AddFlags(*command, flags);
  }
  return Unknown("flag", typed.substr(0, typed.find('=')), flags);
}

}  // namespace

std::string NearestWord(absl::string_view typed,
                        const std::vector<std::string>& words) {
  // Longer words are no slips of the fingers.
  constexpr std::size_t kMaxLength = 40;
  if (typed.size() > kMaxLength) return "";
  std::string nearest;
  std::size_t least = typed.size() < 4 ? 2 : 3;
  for (const std::string& word : words) {
    const std::size_t distance = EditDistance(typed, word);
    if (distance >= least) continue;
    least = distance;
    nearest = word;
  }
  return nearest;
}

std::string UnknownCommand(const CLI::App& app, absl::string_view typed) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) {
    names.push_back(command->get_name());
  }
  return Unknown("command", typed, names);
}

std::string UnknownWord(const CLI::App& app) {
  const CLI::App& last = Innermost(app);
  const bool has_commands = !last.get_subcommands({}).empty();
  for (const std::string& word : app.remaining(true)) {
    if (absl::StartsWith(word, "-")) return UnknownFlag(app, word);
    if (has_commands) return UnknownCommand(last, word);
  }
  return "";
}

}  // namespace convoy
