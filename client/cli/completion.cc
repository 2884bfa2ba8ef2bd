#include "client/cli/completion.h"

#include <CLI/CLI.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/format.h"

namespace convoy {
namespace {

// Commands whose words are jobs.
constexpr char kJobCommands[] =
    "add|resume|suspend|complete|cancel|set|show|watch|explain";

// $1 of the function is the command; what is typed is in `cur`.
constexpr char kScript[] = R"bash(_convoy() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local command= flags= word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      @COMMANDS_PATTERN@) command=$word; break ;;
    esac
  done
  case $prev in
    -o|--output|-d|--directory|--socket|--password-file|--bearer-file|\
    --proxy-password-file|--cacert|--cert|--key)
      COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --priority)
      COMPREPLY=($(compgen -W "foreground high normal low" -- "$cur")); return ;;
    --redirects)
      COMPREPLY=($(compgen -W "follow follow-insecure refuse" -- "$cur")); return ;;
    --state)
      COMPREPLY=($(compgen -W "@STATES@" -- "$cur")); return ;;
  esac
  case $command in
    "") COMPREPLY=($(compgen -W "@COMMANDS@ @GLOBAL_FLAGS@" -- "$cur")); return ;;
@CASES@  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags @GLOBAL_FLAGS@" -- "$cur"))
    return
  fi
  case $command in
    @JOB_COMMANDS@)
      COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" jobs --quiet 2>/dev/null)" -- "$cur")) ;;
    completion) COMPREPLY=($(compgen -W "bash" -- "$cur")) ;;
    help) COMPREPLY=($(compgen -W "@COMMANDS@" -- "$cur")) ;;
  esac
}
complete -o default -F _convoy convoy
)bash";

std::vector<std::string> Flags(const CLI::App& command) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_snames()) {
      flags.push_back("-" + name);
    }
    for (const std::string& name : option->get_lnames()) {
      flags.push_back("--" + name);
    }
  }
  return flags;
}

std::vector<std::string> StateFlags() {
  std::vector<std::string> flags;
  for (const v1::JobState state : AllStates()) {
    flags.push_back(StateFlag(state));
  }
  return flags;
}

}  // namespace

std::string BashCompletion(const CLI::App& app) {
  std::vector<std::string> commands;
  std::string cases;
  for (const CLI::App* command : app.get_subcommands({})) {
    commands.push_back(command->get_name());
    absl::StrAppend(&cases, "    ", command->get_name(), ") flags=\"",
                    absl::StrJoin(Flags(*command), " "), "\" ;;\n");
  }
  return absl::StrReplaceAll(
      kScript, {{"@COMMANDS_PATTERN@", absl::StrJoin(commands, "|")},
                {"@COMMANDS@", absl::StrJoin(commands, " ")},
                {"@GLOBAL_FLAGS@", absl::StrJoin(Flags(app), " ")},
                {"@CASES@", cases},
                {"@JOB_COMMANDS@", kJobCommands},
                {"@STATES@", absl::StrJoin(StateFlags(), " ")}});
}

}  // namespace convoy
