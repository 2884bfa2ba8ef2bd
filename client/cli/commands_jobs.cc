#include "client/cli/commands_jobs.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/job_queries.h"
#include "client/cli/job_text.h"
#include "client/cli/json_output.h"
#include "client/cli/table.h"
#include "client/cli/terminal.h"
#include "client/job_client.h"

namespace convoy {
namespace {

struct JobsFlags {
  bool all = false;
  bool all_users = false;
  bool quiet = false;
  std::vector<std::string> states;
  std::string name;
  std::vector<std::string> annotations;
};

v1::ListJobsRequest RequestFrom(const JobsFlags& flags) {
  v1::ListJobsRequest request;
  request.set_all_users(flags.all_users);
  request.set_display_name(flags.name);
  for (const std::string& annotation : flags.annotations) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(annotation, absl::MaxSplits('=', 1));
    (*request.mutable_annotations())[parts.first] = parts.second;
  }
  for (const v1::JobState state : AllStates()) {
    const bool named = std::find(flags.states.begin(), flags.states.end(),
                                 StateFlag(state)) != flags.states.end();
    if (flags.all || named) request.add_states(state);
  }
  return request;
}

std::vector<std::string> Row(const v1::Job& job, bool with_owner) {
  const v1::JobProgress& progress = job.progress();
  const std::string sources = SourcesText(progress.source_bytes());
  std::string done = FormatBytes(progress.transferred_bytes());
  if (progress.has_total_bytes()) {
    done = absl::StrCat(progress.total_bytes() == 0
                            ? "100%"
                            : FormatPercent(progress.transferred_bytes(),
                                            progress.total_bytes()),
                        " of ", FormatBytes(progress.total_bytes()));
  }
  std::vector<std::string> row = {
      ShortId(job.id()),
      StateText(job.state()),
      PriorityText(job.priority()),
      std::move(done),
      job.state() == v1::JOB_STATE_TRANSFERRING
          ? FormatRate(progress.rate_bytes_per_second())
          : "-",
      sources.empty() ? "-" : sources};
  if (with_owner) row.push_back(OwnerText(job.owner()));
  row.push_back(Printable(job.display_name()));
  return row;
}

int Jobs(const CliContext& context, const JobsFlags& flags) {
  const JobClient client(context.client);
  std::vector<std::vector<std::string>> rows;
  const absl::Status status =
      ForEachJob(client, RequestFrom(flags), [&](const v1::Job& job) {
        if (context.json) {
          PrintLine(ToJson(job));
        } else if (flags.quiet) {
          PrintLine(job.id());
        } else {
          rows.push_back(Row(job, flags.all_users));
        }
      });
  if (!status.ok()) return Fail(context, status);
  if (context.json || flags.quiet) return kExitOk;
  if (rows.empty()) {
    PrintLine(flags.all ? "no jobs"
                        : "no jobs; convoy jobs --all shows ended ones too");
    return kExitOk;
  }
  std::vector<std::string> heads = {"ID",   "STATE", "PRIORITY",
                                    "DONE", "RATE",  "FROM"};
  if (flags.all_users) heads.push_back("OWNER");
  heads.push_back("NAME");
  const StreamTraits traits = TraitsOf(stdout);
  for (const std::string& line :
       TableLines(heads, rows, traits.is_terminal ? traits.width : 0)) {
    PrintLine(line);
  }
  return kExitOk;
}

int Show(const CliContext& context, const std::string& text) {
  const JobClient client(context.client);
  const absl::StatusOr<std::string> id = ResolveJobId(client, text);
  if (!id.ok()) return Fail(context, id.status());
  const absl::StatusOr<v1::Job> job = client.GetJob(*id);
  if (!job.ok()) return Fail(context, job.status());
  const auto files = ListAllFiles(client, *id);
  if (!files.ok()) return Fail(context, files.status());
  if (context.json) {
    PrintLine(JobToJson(*job, *files));
    return kExitOk;
  }
  for (const std::string& line : JobLines(*job, absl::LocalTimeZone())) {
    PrintLine(line);
  }
  for (const v1::JobFile& file : *files) {
    for (const std::string& line : FileLines(file)) PrintLine(line);
  }
  return kExitOk;
}

void AddJobs(CLI::App& app, CliContext& context) {
  const auto flags = std::make_shared<JobsFlags>();
  CLI::App* jobs = app.add_subcommand("jobs", "List jobs");
  jobs->add_flag("-a,--all", flags->all, "Ended jobs too");
  jobs->add_flag("--all-users", flags->all_users,
                 "Jobs of all users (administrators)");
  std::vector<std::string> states;
  for (const v1::JobState state : AllStates()) {
    states.push_back(StateFlag(state));
  }
  jobs->add_option("--state", flags->states,
                   "Only jobs in this state. Can be repeated")
      ->type_name("STATE")
      ->check(CLI::IsMember(states))
      ->expected(1)
      ->take_all();
  jobs->add_option("--name", flags->name, "Only jobs with exactly this name")
      ->type_name("TEXT");
  jobs->add_option("--annotation", flags->annotations,
                   "Only jobs with this annotation. Can be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  jobs->add_flag("-q,--quiet", flags->quiet, "Only ids, one on each line");
  jobs->footer(
      "Examples:\n"
      "  convoy jobs\n"
      "  convoy jobs --state error --json | jq -r .error.message\n"
      "  convoy cancel $(convoy jobs --quiet --name nightly)");
  jobs->callback([&context, flags] {
    context.command = [&context, flags] { return Jobs(context, *flags); };
  });
}

void AddShow(CLI::App& app, CliContext& context) {
  const auto id = std::make_shared<std::string>();
  CLI::App* show = app.add_subcommand("show", "Show a job and its files");
  show->add_option("ID", *id, "The job: its id or the first digits of it")
      ->type_name("")
      ->required();
  show->footer(
      "Examples:\n"
      "  convoy show 1a2b3c4d\n"
      "  convoy show 1a2b3c4d --json | jq '.files[].local_path'");
  show->callback([&context, id] {
    context.command = [&context, id] { return Show(context, *id); };
  });
}

}  // namespace

void AddJobsCommands(CLI::App& app, CliContext& context) {
  AddJobs(app, context);
  AddShow(app, context);
}

}  // namespace convoy
