#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/cli/cli_context.h"
#include "client/cli/commands_edit.h"
#include "client/cli/commands_get.h"
#include "client/cli/commands_jobs.h"
#include "client/cli/commands_status.h"
#include "client/cli/commands_steer.h"
#include "client/cli/commands_watch.h"
#include "client/cli/completion.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/unknown_word.h"
#include "peer/base/version.h"

namespace {

constexpr char kFooter[] =
    "Examples:\n"
    "  convoy get https://example.org/big.iso    fetch a file, with progress\n"
    "  convoy jobs                               what there is\n"
    "  convoy explain 1a2b                       why a job does not move\n\n"
    "A job is named by its id, or by the first 4 or more digits of it.\n"
    "--socket, --timeout and --json go with every command. The socket is, in\n"
    "this order: --socket, $CONVOY_SOCKET, "
    "$XDG_RUNTIME_DIR/convoy/convoyd.sock\n"
    "(if it is there, not for root; without XDG_RUNTIME_DIR, the same in\n"
    "$XDG_STATE_HOME or ~/.local/state), /run/convoy/convoyd.sock.\n\n"
    "Exit codes:\n"
    "  0    ok\n"
    "  1    the daemon refused or failed the call, or the job was cancelled\n"
    "  2    the command line is wrong; nothing was sent\n"
    "  3    the job is in error\n"
    "  4    no daemon can be reached\n"
    "  5    no such job\n"
    "  130  interrupted";

void AddGlobalFlags(CLI::App& app, convoy::CliContext& context) {
  app.add_option("--socket", context.client.socket_path, "The daemon's socket")
      ->type_name("PATH");
  app.add_option_function<std::string>(
         "--timeout",
         [&context](const std::string& text) {
           const auto span = text == "inf" ? absl::InfiniteDuration()
                                           : convoy::ParseSpan(text);
           if (!span.has_value() || *span == absl::ZeroDuration()) {
             throw CLI::ValidationError("--timeout",
                                        "give a time span, such as 10s");
           }
           context.client.deadline = *span;
         },
         "How long a call may take. Default: 30s")
      ->type_name("SPAN");
  app.add_flag("--json", context.json,
               "Print results as JSON, one object on each line");
}

void AddCompletionCommand(CLI::App& app, convoy::CliContext& context) {
  CLI::App* completion = app.add_subcommand(
      "completion", "Print what makes a shell complete convoy's commands");
  completion->require_subcommand(1);
  completion->add_subcommand("bash", "For bash")->callback([&app, &context] {
    context.command = [&app] {
      std::fputs(convoy::BashCompletion(app).c_str(), stdout);
      return convoy::kExitOk;
    };
  });
  completion->footer(
      "Example:\n"
      "  convoy completion bash > ~/.local/share/bash-completion/completions/"
      "convoy");
}

int UsageFailure(const std::string& message, const std::string& command) {
  std::fprintf(stderr, "convoy: %s\nhint: see: convoy%s --help\n",
               message.c_str(), command.c_str());
  return convoy::kExitUsage;
}

// The exit code for a command line that CLI11 refuses.
int UsageFailure(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<CLI::App*> commands = app.get_subcommands();
  const std::string command =
      commands.empty() ? "" : " " + commands.front()->get_name();
  const std::string unknown = convoy::UnknownWord(app);
  return UsageFailure(unknown.empty() ? error.what() : unknown, command);
}

int PrintHelp(const CLI::App& app, const std::string& name) {
  std::string help;
  if (name.empty()) {
    // App::help would print the help of the command that was parsed.
    help = app.get_formatter()->make_help(&app, app.get_name(),
                                          CLI::AppFormatMode::Normal);
  } else {
    const std::vector<const CLI::App*> commands = app.get_subcommands(
        [&](const CLI::App* command) { return command->get_name() == name; });
    if (commands.empty()) {
      return UsageFailure(convoy::UnknownCommand(app, name), "");
    }
    help = commands.front()->help(app.get_name());
  }
  std::fputs(help.c_str(), stdout);
  return convoy::kExitOk;
}

void AddHelpCommand(CLI::App& app, convoy::CliContext& context) {
  const auto name = std::make_shared<std::string>();
  CLI::App* help = app.add_subcommand("help", "Print help, as --help does");
  help->add_option("COMMAND", *name, "Of this command")->type_name("");
  help->footer("Examples:\n  convoy help\n  convoy help get");
  help->callback([&app, &context, name] {
    context.command = [&app, name] { return PrintHelp(app, *name); };
  });
}

}  // namespace

int main(int argc, char** argv) {
  // What gRPC would print, the errors of the calls say too. Before its start.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  convoy::CliContext context;
  CLI::App app("convoy gets files through the convoy daemon", "convoy");
  app.set_version_flag("--version", absl::StrCat("convoy ", convoy::kVersion));
  app.require_subcommand(1);
  app.fallthrough();
  AddGlobalFlags(app, context);
  convoy::AddGetCommand(app, context);
  convoy::AddJobsCommands(app, context);
  convoy::AddWatchCommand(app, context);
  convoy::AddEditCommands(app, context);
  convoy::AddSteerCommands(app, context);
  convoy::AddStatusCommands(app, context);
  AddCompletionCommand(app, context);
  AddHelpCommand(app, context);
  app.footer(kFooter);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    return UsageFailure(app, error);
  }
  return context.command();
}
