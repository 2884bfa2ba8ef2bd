#include "client/cli/commands_status.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/admin_client.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/host_snapshot.h"
#include "client/cli/host_text.h"
#include "client/cli/job_queries.h"
#include "client/cli/job_text.h"
#include "client/cli/json_output.h"
#include "client/job_client.h"

namespace convoy {
namespace {

void PrintLines(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) PrintLine(line);
}

int Explain(const CliContext& context, const std::string& text) {
  const JobClient client(context.client);
  const absl::StatusOr<std::string> id = ResolveJobId(client, text);
  if (!id.ok()) return Fail(context, id.status());
  const auto explanation = client.ExplainJob(*id);
  if (!explanation.ok()) {
    return Fail(context, explanation.status(), ShortId(*id));
  }
  if (context.json) {
    PrintLine(ToJson(*explanation));
    return kExitOk;
  }
  const absl::StatusOr<v1::Job> job = client.GetJob(*id);
  if (!job.ok()) return Fail(context, job.status(), ShortId(*id));
  PrintLines(ExplanationLines(*job, *explanation, absl::Now()));
  return kExitOk;
}

int SelfTest(const CliContext& context, const AdminClient& admin) {
  const auto result = admin.RunSelfTest();
  if (!result.ok()) return Fail(context, result.status());
  if (context.json) {
    PrintLine(ToJson(*result));
  } else {
    PrintLines(SelfTestLines(*result));
  }
  return result->passed() ? kExitOk : kExitFailed;
}

int Status(const CliContext& context, bool self_test) {
  const AdminClient admin(context.client);
  const auto snapshot = TakeHostSnapshot(context.client, /*with_cache=*/true);
  if (!snapshot.ok()) return Fail(context, snapshot.status());
  if (context.json) {
    PrintLine(StatusToJson(*snapshot));
  } else {
    PrintLines(StatusLines(*snapshot));
  }
  const int tested = self_test ? SelfTest(context, admin) : kExitOk;
  return snapshot->serving ? tested : kExitFailed;
}

}  // namespace

void AddStatusCommands(CLI::App& app, CliContext& context) {
  const auto id = std::make_shared<std::string>();
  CLI::App* explain = app.add_subcommand(
      "explain", "Say what a job waits for, and why it is not faster");
  explain->add_option("ID", *id, "The job: its id or first digits of it")
      ->type_name("")
      ->required();
  explain->footer(
      "Example:\n  convoy explain 1a2b3c4d\n\n"
      "Each source is used, idle or refused; a rule that decides it is named\n"
      "with the file and line that set it.");
  explain->callback([&context, id] {
    context.command = [&context, id] { return Explain(context, *id); };
  });

  const auto self_test = std::make_shared<bool>(false);
  CLI::App* status = app.add_subcommand(
      "status", "Show the daemon's health, jobs, sources and counters");
  status->add_flag("--self-test", *self_test,
                   "Let the daemon try what it needs (administrators)");
  status->footer(
      "Examples:\n  convoy status\n  convoy status --self-test\n\n"
      "Exit code 0: the daemon serves and, with --self-test, all checks "
      "passed.");
  status->callback([&context, self_test] {
    context.command = [&context, self_test] {
      return Status(context, *self_test);
    };
  });
}

}  // namespace convoy
