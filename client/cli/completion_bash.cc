#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/completion.h"

namespace convoy {
namespace {

constexpr char kScript[] = R"bash(_convoy() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local command= sub= flags= subs= word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ -n $command ]]; then
      if [[ -z $sub && $word != -* ]]; then sub=$word; fi
      continue
    fi
    case $word in
      @COMMANDS_PATTERN@) command=$word ;;
    esac
  done
  case $prev in
@VALUES@  esac
  case $command in
    "") COMPREPLY=($(compgen -W "@COMMANDS@ @GLOBAL_FLAGS@" -- "$cur")); return ;;
@CASES@  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags @GLOBAL_FLAGS@" -- "$cur"))
    return
  fi
  if [[ -n $subs && -z $sub ]]; then
    COMPREPLY=($(compgen -W "$subs" -- "$cur"))
    return
  fi
  case "$command${subs:+ $sub}" in
@ARGUMENTS@  esac
}
complete -o default -F _convoy convoy
)bash";

// What sets COMPREPLY. Empty: nothing is offered.
std::string Offer(WordKind kind, const std::string& words) {
  switch (kind) {
    case WordKind::kFile:
      return "COMPREPLY=($(compgen -f -- \"$cur\"))";
    case WordKind::kChoice:
    case WordKind::kCommand:
      return absl::StrCat("COMPREPLY=($(compgen -W \"", words,
                          "\" -- \"$cur\"))");
    case WordKind::kJob:
      return "COMPREPLY=($(compgen -W \"$(\"${COMP_WORDS[0]}\" jobs --quiet "
             "2>/dev/null)\" -- \"$cur\"))";
    case WordKind::kContent:
      return "COMPREPLY=($(compgen -W \"$(\"${COMP_WORDS[0]}\" cache list "
             "--quiet 2>/dev/null)\" -- \"$cur\"))";
    case WordKind::kNothing:
    case WordKind::kText:
      break;
  }
  return "";
}

std::vector<std::string> Names(const std::vector<CompletionCommand>& commands) {
  std::vector<std::string> names;
  for (const CompletionCommand& command : commands) {
    names.push_back(command.name);
  }
  return names;
}

// Those of the command, and, `deep`, of the commands in it.
std::vector<CompletionFlag> Flags(const CompletionCommand& command, bool deep) {
  std::vector<CompletionFlag> flags = command.flags;
  if (!deep) return flags;
  for (const CompletionCommand& inner : command.commands) {
    for (CompletionFlag& flag : Flags(inner, true)) {
      flags.push_back(std::move(flag));
    }
  }
  return flags;
}

std::string FlagNames(const CompletionCommand& command, bool deep) {
  std::vector<std::string> names;
  for (const CompletionFlag& flag : Flags(command, deep)) {
    for (const std::string& name : flag.names) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return absl::StrJoin(names, " ");
}

// The first meaning of a flag stands for all commands that have it.
std::string Values(const CompletionCommand& convoy) {
  std::vector<std::string> seen;
  std::map<std::string, std::vector<std::string>> names_of;
  for (const CompletionFlag& flag : Flags(convoy, true)) {
    const std::string offer =
        Offer(flag.value, absl::StrJoin(flag.choices, " "));
    for (const std::string& name : flag.names) {
      if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
      seen.push_back(name);
      if (!offer.empty()) names_of[offer].push_back(name);
    }
  }
  std::string cases;
  for (const auto& [offer, names] : names_of) {
    absl::StrAppend(&cases, "    ", absl::StrJoin(names, "|"), ") ", offer,
                    "; return ;;\n");
  }
  return cases;
}

// What the words of commands are; `path` leads to `command`.
void AddArguments(const CompletionCommand& command, const std::string& path,
                  const std::string& commands, std::string& cases) {
  const std::string offer = Offer(command.argument, commands);
  if (!offer.empty()) {
    absl::StrAppend(&cases, "    \"", path, "\") ", offer, " ;;\n");
  }
  for (const CompletionCommand& inner : command.commands) {
    AddArguments(inner, absl::StrCat(path, path.empty() ? "" : " ", inner.name),
                 commands, cases);
  }
}

}  // namespace

std::string BashCompletion(const CompletionCommand& convoy) {
  const std::vector<std::string> names = Names(convoy.commands);
  const std::string commands = absl::StrJoin(names, " ");
  std::string cases, arguments;
  for (const CompletionCommand& command : convoy.commands) {
    absl::StrAppend(&cases, "    ", command.name, ") flags=\"",
                    FlagNames(command, true), "\" subs=\"",
                    absl::StrJoin(Names(command.commands), " "), "\" ;;\n");
  }
  AddArguments(convoy, "", commands, arguments);
  return absl::StrReplaceAll(kScript,
                             {{"@COMMANDS_PATTERN@", absl::StrJoin(names, "|")},
                              {"@COMMANDS@", commands},
                              {"@GLOBAL_FLAGS@", FlagNames(convoy, false)},
                              {"@VALUES@", Values(convoy)},
                              {"@CASES@", cases},
                              {"@ARGUMENTS@", arguments}});
}

}  // namespace convoy
