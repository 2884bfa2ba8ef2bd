#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/completion.h"

namespace convoy {
namespace {

constexpr char kBegin[] = R"zsh(#compdef convoy
__convoy_job_ids() {
  local -a ids=(${(f)"$($program jobs --quiet 2>/dev/null)"})
  compadd -a ids
}
__convoy_content_ids() {
  local -a ids=(${(f)"$($program cache list --quiet 2>/dev/null)"})
  compadd -a ids
}
)zsh";

// For a file of $fpath, and for `source`.
constexpr char kEnd[] = R"zsh(if [[ ${funcstack[1]-} == _convoy ]]; then
  _convoy "$@"
else
  compdef _convoy convoy
fi
)zsh";

std::string Quoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

// For the texts in the descriptions of _arguments and _describe.
std::string Escaped(const std::string& text) {
  return absl::StrReplaceAll(
      text, {{"\\", "\\\\"}, {"[", "\\["}, {"]", "\\]"}, {":", "\\:"}});
}

// The action of _arguments. Empty: nothing is offered.
std::string Action(WordKind kind, const std::string& words) {
  switch (kind) {
    case WordKind::kFile:
      return "_files";
    case WordKind::kChoice:
    case WordKind::kCommand:
      return absl::StrCat("(", words, ")");
    case WordKind::kJob:
      return "__convoy_job_ids";
    case WordKind::kContent:
      return "__convoy_content_ids";
    case WordKind::kNothing:
    case WordKind::kText:
      break;
  }
  return "";
}

// Lines of _arguments.
std::string FlagSpecs(const CompletionCommand& command) {
  std::string specs;
  for (const CompletionFlag& flag : command.flags) {
    for (const std::string& name : flag.names) {
      const bool with_value = flag.value != WordKind::kNothing;
      const bool is_long = name.compare(0, 2, "--") == 0;
      std::string spec =
          absl::StrCat("*", name, with_value && is_long ? "=" : "", "[",
                       Escaped(flag.help), "]");
      if (with_value) {
        absl::StrAppend(&spec, ":", Escaped(flag.value_name), ":",
                        Action(flag.value, absl::StrJoin(flag.choices, " ")));
      }
      absl::StrAppend(&specs, "    ", Quoted(spec), " \\\n");
    }
  }
  return specs;
}

class Writer {
 public:
  explicit Writer(const CompletionCommand& convoy)
      : global_flags_(FlagSpecs(convoy)),
        commands_(absl::StrJoin(convoy.commands, " ",
                                [](std::string* out, const auto& command) {
                                  *out += command.name;
                                })) {}

  // Appends the function that completes `command`.
  void Add(const CompletionCommand& command, const std::string& function,
           bool is_convoy) {
    for (const CompletionCommand& inner : command.commands) {
      Add(inner, absl::StrCat(function, "_", inner.name), false);
    }
    absl::StrAppend(&script_, function, "() {\n");
    if (is_convoy) absl::StrAppend(&script_, "  local program=$words[1]\n");
    if (command.commands.empty()) {
      AddLeaf(command);
    } else {
      AddBranch(command, function, is_convoy);
    }
    absl::StrAppend(&script_, "}\n");
  }

  const std::string& script() const { return script_; }

 private:
  void AddLeaf(const CompletionCommand& command) {
    absl::StrAppend(&script_, "  _arguments \\\n", FlagSpecs(command),
                    global_flags_);
    const std::string action = Action(command.argument, commands_);
    absl::StrAppend(&script_, "    ",
                    Quoted(action.empty() ? "*: :" : "*: :" + action), "\n");
  }

  void AddBranch(const CompletionCommand& command, const std::string& function,
                 bool is_convoy) {
    absl::StrAppend(&script_,
                    "  local curcontext=$curcontext state\n"
                    "  local -a line\n"
                    "  local -A opt_args\n"
                    "  _arguments -C \\\n",
                    FlagSpecs(command), is_convoy ? "" : global_flags_,
                    "    '1: :->command' '*:: :->words'\n"
                    "  case $state in\n"
                    "    command)\n"
                    "      local -a commands=(\n");
    for (const CompletionCommand& inner : command.commands) {
      absl::StrAppend(&script_, "        ",
                      Quoted(inner.name + ":" + Escaped(inner.help)), "\n");
    }
    absl::StrAppend(&script_,
                    "      )\n"
                    "      _describe command commands ;;\n"
                    "    words)\n"
                    "      case $line[1] in\n");
    for (const CompletionCommand& inner : command.commands) {
      absl::StrAppend(&script_, "        ", inner.name, ") ", function, "_",
                      inner.name, " ;;\n");
    }
    absl::StrAppend(&script_, "      esac ;;\n  esac\n");
  }

  const std::string global_flags_;
  const std::string commands_;
  std::string script_;
};

}  // namespace

std::string ZshCompletion(const CompletionCommand& convoy) {
  Writer writer(convoy);
  writer.Add(convoy, "_convoy", true);
  return absl::StrCat(kBegin, writer.script(), kEnd);
}

}  // namespace convoy
