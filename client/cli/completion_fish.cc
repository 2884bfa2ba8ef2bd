#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "client/cli/completion.h"

namespace convoy {
namespace {

constexpr char kFunctions[] =
    R"fish(# True if the words so far are this command, and this one of its own commands.
function __convoy_in
    set -l command
    set -l sub
    for word in (commandline -opc)[2..]
        if test -z "$command"
            contains -- $word @COMMANDS@; and set command $word
        else if test -z "$sub"; and not string match -q -- '-*' $word
            set sub $word
        end
    end
    test "$command" = "$argv[1]"; or return 1
    test (count $argv) -eq 1; or test "$sub" = "$argv[2]"
end
# What the program on the command line says.
function __convoy_ask
    set -l words (commandline -opc)
    $words[1] $argv 2>/dev/null
end
complete -c convoy -f
)fish";

std::string Quoted(const std::string& text) {
  return absl::StrCat(
      "'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

// The options of `complete` that tell what can stand here.
std::string Offer(WordKind kind, const std::string& words) {
  switch (kind) {
    case WordKind::kFile:
      return " -F";
    case WordKind::kChoice:
    case WordKind::kCommand:
      return absl::StrCat(" -a ", Quoted(words));
    case WordKind::kJob:
      return " -a '(__convoy_ask jobs --quiet)'";
    case WordKind::kContent:
      return " -a '(__convoy_ask cache list --quiet)'";
    case WordKind::kNothing:
    case WordKind::kText:
      break;
  }
  return "";
}

// Appends what `command` takes, where `condition` is true.
void AddCommand(const CompletionCommand& command, const std::string& condition,
                const std::string& commands, std::string& script) {
  const std::string begin =
      condition.empty()
          ? "complete -c convoy"
          : absl::StrCat("complete -c convoy -n ", Quoted(condition));
  for (const CompletionFlag& flag : command.flags) {
    absl::StrAppend(&script, begin);
    for (const std::string& name : flag.names) {
      absl::string_view word = name;
      const bool is_long = absl::ConsumePrefix(&word, "--");
      absl::ConsumePrefix(&word, "-");
      absl::StrAppend(&script, is_long ? " -l " : " -s ", word);
    }
    if (flag.value != WordKind::kNothing) absl::StrAppend(&script, " -r");
    absl::StrAppend(&script,
                    Offer(flag.value, absl::StrJoin(flag.choices, " ")), " -d ",
                    Quoted(flag.help), "\n");
  }
  const std::string words = Offer(command.argument, commands);
  if (!words.empty()) absl::StrAppend(&script, begin, words, "\n");
}

void AddName(const CompletionCommand& command, const std::string& condition,
             std::string& script) {
  absl::StrAppend(&script, "complete -c convoy -n ", Quoted(condition), " -a ",
                  command.name, " -d ", Quoted(command.help), "\n");
}

}  // namespace

std::string FishCompletion(const CompletionCommand& convoy) {
  const std::string commands = absl::StrJoin(
      convoy.commands, " ",
      [](std::string* out, const auto& command) { *out += command.name; });
  std::string script =
      absl::StrReplaceAll(kFunctions, {{"@COMMANDS@", commands}});
  AddCommand(convoy, "", commands, script);
  for (const CompletionCommand& command : convoy.commands) {
    AddName(command, "__convoy_in \"\"", script);
    AddCommand(command, "__convoy_in " + command.name, commands, script);
    for (const CompletionCommand& inner : command.commands) {
      AddName(inner, absl::StrCat("__convoy_in ", command.name, " \"\""),
              script);
      AddCommand(inner,
                 absl::StrCat("__convoy_in ", command.name, " ", inner.name),
                 commands, script);
    }
  }
  return script;
}

}  // namespace convoy
