#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/cli/cli_context.h"
#include "client/cli/commands_cat.h"
#include "client/cli/commands_config.h"
#include "client/cli/commands_edit.h"
#include "client/cli/commands_get.h"
#include "client/cli/commands_jobs.h"
#include "client/cli/commands_publish.h"
#include "client/cli/commands_rollout.h"
#include "client/cli/commands_status.h"
#include "client/cli/commands_steer.h"
#include "client/cli/commands_swarm.h"
#include "client/cli/commands_top.h"
#include "client/cli/commands_watch.h"
#include "client/cli/completion.h"
#include "client/cli/completion_words.h"
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
    "Before the command, --connect, --ca, --cert and --key name the daemon of\n"
    "another machine.\n\n"
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
    "  5    no such job or content\n"
    "  130  interrupted";

// All of them, or none. The option objects belong to `app`.
void AddRemoteFlags(CLI::App& app, convoy::CliContext& context) {
  const auto remote = std::make_shared<convoy::RemoteDaemon>();
  CLI::Option* const connect =
      app.add_option("--connect", remote->address,
                     "The daemon of another machine (remote_control.listen)")
          ->type_name("HOST:PORT");
  CLI::Option* const ca =
      app.add_option("--ca", remote->ca_file,
                     "Certificates that its certificate must be of, PEM")
          ->type_name("FILE");
  CLI::Option* const certificate =
      app.add_option("--cert", remote->certificate_file,
                     "The certificate to show it, PEM")
          ->type_name("FILE");
  CLI::Option* const key =
      app.add_option("--key", remote->key_file, "The certificate's key, PEM")
          ->type_name("FILE");
  connect->needs(ca)->needs(certificate)->needs(key);
  for (CLI::Option* option : {ca, certificate, key}) option->needs(connect);
  connect->excludes(app.get_option("--socket"));
  app.final_callback([&context, connect, remote] {
    if (connect->count() > 0) context.client.remote = *remote;
  });
}

void AddGlobalFlags(CLI::App& app, convoy::CliContext& context) {
  app.add_option("--socket", context.client.socket_path, "The daemon's socket")
      ->type_name("PATH");
  AddRemoteFlags(app, context);
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
  using Script = std::string (*)(const convoy::CompletionCommand&);
  const auto add = [&](const char* shell, Script script) {
    completion->add_subcommand(shell, absl::StrCat("For ", shell))
        ->callback([&app, &context, script] {
          context.command = [&app, script] {
            const std::string text = script(convoy::DescribeForCompletion(app));
            std::fputs(text.c_str(), stdout);
            return convoy::kExitOk;
          };
        });
  };
  add("bash", convoy::BashCompletion);
  add("zsh", convoy::ZshCompletion);
  add("fish", convoy::FishCompletion);
  completion->footer(
      "Examples:\n"
      "  convoy completion bash > ~/.local/share/bash-completion/completions/"
      "convoy\n"
      "  convoy completion fish > ~/.config/fish/completions/convoy.fish\n"
      "  convoy completion zsh > DIR/_convoy    with DIR in $fpath");
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
  convoy::AddCatCommand(app, context);
  convoy::AddEditCommands(app, context);
  convoy::AddSteerCommands(app, context);
  convoy::AddStatusCommands(app, context);
  convoy::AddTopCommand(app, context);
  convoy::AddConfigCommand(app, context);
  convoy::AddSwarmCommands(app, context);
  convoy::AddPublishCommand(app, context);
  convoy::AddRolloutCommands(app, context);
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
