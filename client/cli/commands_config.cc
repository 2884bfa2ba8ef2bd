#include "client/cli/commands_config.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/admin_client.h"
#include "client/cli/config_check.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/table.h"

namespace convoy {
namespace {

template <typename Mistakes>
void PrintMistakes(const Mistakes& mistakes) {
  for (const std::string& mistake : mistakes) {
    std::fprintf(stderr, "%s\n", Printable(mistake).c_str());
  }
}

int Check(const CliContext& context, const std::vector<std::string>& files) {
  const auto checked = CheckConfigFiles(files);
  if (!checked.ok()) return Fail(context, checked.status());
  const bool right = checked->mistakes_size() == 0;
  if (context.json) {
    PrintLine(ToJson(*checked));
  } else if (right) {
    PrintLine("the configuration is right");
  } else {
    PrintMistakes(checked->mistakes());
  }
  return right ? kExitOk : kExitFailed;
}

struct ShowFlags {
  bool effective = false;
  // A section or a key; empty: all.
  std::string key;
};

bool IsShown(const ShowFlags& flags, const v1::ConfigValue& value) {
  if (!flags.key.empty() && value.key() != flags.key &&
      !absl::StartsWith(value.key(), absl::StrCat(flags.key, "."))) {
    return false;
  }
  return flags.effective || !flags.key.empty() || value.provider() != "default";
}

int Show(const CliContext& context, const ShowFlags& flags) {
  const AdminClient admin(context.client);
  const auto config = admin.GetEffectiveConfig();
  if (!config.ok()) return Fail(context, config.status());
  v1::GetEffectiveConfigResponse shown;
  std::vector<std::vector<std::string>> rows;
  for (const v1::ConfigValue& value : config->values()) {
    if (!IsShown(flags, value)) continue;
    *shown.add_values() = value;
    rows.push_back({value.key(),
                    value.value().empty() ? "-" : Printable(value.value()),
                    Printable(value.provider())});
  }
  if (context.json) {
    PrintLine(ToJson(shown));
    return kExitOk;
  }
  if (rows.empty()) {
    std::fprintf(stderr, flags.key.empty()
                             ? "all values are defaults; --effective shows "
                               "them\n"
                             : "convoy: there is no such key or section\n");
    return flags.key.empty() ? kExitOk : kExitUsage;
  }
  for (const std::string& line :
       TableLines({"KEY", "VALUE", "SET BY"}, rows, 0)) {
    PrintLine(line);
  }
  return kExitOk;
}

int Reload(const CliContext& context) {
  const AdminClient admin(context.client);
  const auto reloaded = admin.ReloadConfig();
  if (!reloaded.ok()) return Fail(context, reloaded.status());
  const bool right = reloaded->mistakes_size() == 0;
  if (context.json) {
    PrintLine(ToJson(*reloaded));
    return right ? kExitOk : kExitFailed;
  }
  if (!right) {
    PrintMistakes(reloaded->mistakes());
    std::fputs("the last good configuration stays in force\n", stderr);
    return kExitFailed;
  }
  PrintLine("the configuration is in force");
  for (const std::string& key : reloaded->keys_for_restart()) {
    PrintLine(absl::StrCat(key, " comes into force when convoyd is restarted"));
  }
  return kExitOk;
}

void AddCheck(CLI::App& config, CliContext& context) {
  const auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* const check = config.add_subcommand(
      "check", "Look for mistakes in configuration files; needs no daemon");
  check
      ->add_option("FILE", *files,
                   "Each is checked by itself, and what it names, such as "
                   "certificates, is not read. Default: what convoyd reads at "
                   "its start, with all that")
      ->type_name("");
  check->footer(
      "Examples:\n  convoy config check\n"
      "  convoy config check convoyd.yaml conf.d/50-site.yaml\n\n"
      "Exit code 1: a file is wrong. convoyd itself does the check; $CONVOYD\n"
      "names it where it is not found.");
  check->callback([&context, files] {
    context.command = [&context, files] { return Check(context, *files); };
  });
}

void AddShow(CLI::App& config, CliContext& context) {
  const auto flags = std::make_shared<ShowFlags>();
  CLI::App* const show = config.add_subcommand(
      "show", "Show values in force, and the file and line that set each");
  show->add_option("KEY", flags->key,
                   "A key, or a section such as swarm. Default: what is set")
      ->type_name("");
  show->add_flag("--effective", flags->effective, "Defaults as well");
  show->footer(
      "Examples:\n  convoy config show\n  convoy config show swarm\n"
      "  convoy config show --effective");
  show->callback([&context, flags] {
    context.command = [&context, flags] { return Show(context, *flags); };
  });
}

}  // namespace

void AddConfigCommand(CLI::App& app, CliContext& context) {
  CLI::App* const config =
      app.add_subcommand("config", "Check, show and reload the configuration");
  config->require_subcommand(1);
  config->footer(
      "Examples:\n  convoy config check convoyd.yaml\n"
      "  convoy config show --effective\n  convoy config reload");
  AddCheck(*config, context);
  AddShow(*config, context);
  CLI::App* const reload = config->add_subcommand(
      "reload", "Let the daemon read its configuration now (administrators)");
  reload->footer(
      "Example:\n  convoy config reload\n\n"
      "The daemon sees changes of its files by itself, within a second; this\n"
      "waits for them, and says what is wrong.");
  reload->callback(
      [&context] { context.command = [&context] { return Reload(context); }; });
}

}  // namespace convoy
