#include "client/cli/commands_steer.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/hints.h"
#include "client/cli/job_queries.h"
#include "client/cli/json_output.h"
#include "client/job_client.h"
#include "google/protobuf/message.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// Moves one job and says what became of it.
using Move = std::function<absl::Status(const CliContext&, const JobClient&,
                                        const std::string& id)>;

void Report(const CliContext& context, const google::protobuf::Message& answer,
            const v1::Job& job) {
  if (context.json) {
    PrintLine(ToJson(answer));
  } else {
    PrintLine(absl::StrCat(ShortId(job.id()), " ", StateText(job.state()), "  ",
                           Printable(job.display_name())));
  }
}

template <typename Paths>
void WarnOfLeftOvers(const Paths& paths) {
  for (const std::string& path : paths) {
    std::fprintf(stderr, "convoy: could not remove %s\n",
                 Printable(path).c_str());
  }
}

absl::Status Resume(const CliContext& context, const JobClient& client,
                    const std::string& id) {
  const auto job = client.ResumeJob(id);
  if (job.ok()) Report(context, *job, *job);
  return job.status();
}

absl::Status Suspend(const CliContext& context, const JobClient& client,
                     const std::string& id) {
  const auto job = client.SuspendJob(id);
  if (job.ok()) Report(context, *job, *job);
  return job.status();
}

// Whether completing the job keeps all of it; if not, an error says what to do
// instead. Jobs in a final state are the daemon's to judge.
absl::Status CheckIsWhole(const JobClient& client, const std::string& id) {
  CONVOY_ASSIGN_OR_RETURN(const v1::Job job, client.GetJob(id));
  const bool stands = job.state() == v1::JOB_STATE_SUSPENDED ||
                      job.state() == v1::JOB_STATE_ERROR;
  if (job.state() == v1::JOB_STATE_TRANSFERRED ||
      job.state() == v1::JOB_STATE_ACKNOWLEDGED ||
      job.state() == v1::JOB_STATE_CANCELLED) {
    return absl::OkStatus();
  }
  const std::string short_id = ShortId(id);
  return WithHint(
      Error(v1::ERROR_REASON_INVALID_STATE, v1::ERROR_CONTEXT_REQUEST)
          .Status(absl::StrCat("job ", short_id, " is not transferred but ",
                               StateText(job.state()),
                               "; completing it now would remove its files "
                               "that are not whole")),
      absl::StrCat(stands ? "let it go on with: convoy resume "
                          : "wait with: convoy watch ",
                   short_id,
                   "; or keep only the whole files with: convoy complete "
                   "--partial ",
                   short_id));
}

absl::Status Complete(const CliContext& context, const JobClient& client,
                      const std::string& id, bool partial) {
  if (!partial) CONVOY_RETURN_IF_ERROR(CheckIsWhole(client, id));
  const auto answer = client.CompleteJob(id);
  if (!answer.ok()) return answer.status();
  Report(context, *answer, answer->job());
  if (answer->partial()) {
    std::fprintf(stderr,
                 "convoy: job %s was not whole; only its whole files were "
                 "kept\n",
                 ShortId(id).c_str());
  }
  WarnOfLeftOvers(answer->left_over_paths());
  return absl::OkStatus();
}

absl::Status Cancel(const CliContext& context, const JobClient& client,
                    const std::string& id) {
  const auto answer = client.CancelJob(id);
  if (!answer.ok()) return answer.status();
  Report(context, *answer, answer->job());
  WarnOfLeftOvers(answer->left_over_paths());
  return absl::OkStatus();
}

// Does all it can; the exit code is that of the first failure.
int MoveAll(const CliContext& context, const std::vector<std::string>& texts,
            const Move& move) {
  const JobClient client(context.client);
  int code = kExitOk;
  for (const std::string& text : texts) {
    const absl::StatusOr<std::string> id = ResolveJobId(client, text);
    const absl::Status status =
        id.ok() ? move(context, client, *id) : id.status();
    if (status.ok()) continue;
    const int failed = Fail(context, status, id.ok() ? ShortId(*id) : "");
    if (code == kExitOk) code = failed;
  }
  return code;
}

CLI::App* AddMove(CLI::App& app, CliContext& context, const std::string& name,
                  const std::string& about, const std::string& footer,
                  Move move) {
  const auto ids = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand(name, about);
  command->add_option("ID", *ids, "Jobs: their ids or the first digits of them")
      ->type_name("")
      ->required();
  command->footer(footer);
  command->callback([&context, ids, move] {
    context.command = [&context, ids, move] {
      return MoveAll(context, *ids, move);
    };
  });
  return command;
}

void AddComplete(CLI::App& app, CliContext& context) {
  const auto partial = std::make_shared<bool>(false);
  CLI::App* command = AddMove(
      app, context, "complete", "Give the files of jobs their names",
      "Example:\n  convoy complete 1a2b3c4d\n\n"
      "A job that is not transferred stays as it is, unless --partial is\n"
      "given.",
      [partial](const CliContext& with, const JobClient& client,
                const std::string& id) {
        return Complete(with, client, id, *partial);
      });
  command->add_flag("--partial", *partial,
                    "Also jobs that are not transferred: their whole files are "
                    "kept, the others are removed");
}

}  // namespace

void AddSteerCommands(CLI::App& app, CliContext& context) {
  AddMove(app, context, "resume",
          "Start suspended jobs, and those in error again",
          "Example:\n  convoy resume 1a2b3c4d", Resume);
  AddMove(app, context, "suspend", "Stop jobs; what they have fetched stays",
          "Example:\n  convoy suspend 1a2b3c4d 5e6f7a8b", Suspend);
  AddComplete(app, context);
  AddMove(app, context, "cancel", "End jobs and remove what they have fetched",
          "Examples:\n  convoy cancel 1a2b3c4d\n"
          "  convoy cancel $(convoy jobs --quiet --state error)",
          Cancel);
}

}  // namespace convoy
