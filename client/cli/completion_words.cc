#include "client/cli/completion_words.h"

#include <CLI/CLI.hpp>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace convoy {
namespace {

// CLI11 writes the words of IsMember behind the type: "STATE:{error,queued}".
std::vector<std::string> Choices(const std::string& type) {
  const std::size_t begin = type.find('{');
  const std::size_t end = type.rfind('}');
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    return {};
  }
  return absl::StrSplit(type.substr(begin + 1, end - begin - 1), ',',
                        absl::SkipEmpty());
}

// What the words are of an argument or of a flag's value, by its name in the
// help.
WordKind KindOf(const std::string& name, const std::string& help) {
  if (name == "PATH" || name == "FILE" || name == "DIR" || name == "PATH|URL") {
    return WordKind::kFile;
  }
  if (name == "COMMAND") return WordKind::kCommand;
  if (name != "ID") return WordKind::kText;
  return absl::StrContains(absl::AsciiStrToLower(help), "content")
             ? WordKind::kContent
             : WordKind::kJob;
}

CompletionFlag DescribeFlag(const CLI::Option& option) {
  CompletionFlag flag;
  for (const std::string& name : option.get_snames()) {
    flag.names.push_back("-" + name);
  }
  for (const std::string& name : option.get_lnames()) {
    flag.names.push_back("--" + name);
  }
  flag.help = option.get_description();
  if (option.get_items_expected_max() == 0) return flag;
  const std::string type = option.get_type_name();
  flag.value_name = type.substr(0, type.find(':'));
  flag.choices = Choices(type);
  flag.value = flag.choices.empty() ? KindOf(flag.value_name, flag.help)
                                    : WordKind::kChoice;
  return flag;
}

}  // namespace

CompletionCommand DescribeForCompletion(const CLI::App& app) {
  CompletionCommand command;
  command.name = app.get_name();
  command.help = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      command.argument = KindOf(option->get_name(), option->get_description());
    } else {
      command.flags.push_back(DescribeFlag(*option));
    }
  }
  for (const CLI::App* inner : app.get_subcommands({})) {
    command.commands.push_back(DescribeForCompletion(*inner));
  }
  return command;
}

}  // namespace convoy
