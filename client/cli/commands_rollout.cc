#include "client/cli/commands_rollout.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "client/admin_client.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/hints.h"
#include "client/cli/json_output.h"
#include "client/cli/rollout_plan.h"
#include "client/cli/table.h"
#include "client/cli/terminal.h"
#include "client/cli/whole_file.h"
#include "daemon/declaration_reader.h"
#include "peer/base/status_macros.h"

namespace convoy {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t kMaxJobsFile = std::size_t{1} << 20;
constexpr std::size_t kMaxMachinesFile = std::size_t{64} << 20;

void PrintTable(const std::vector<std::string>& heads, const Rows& rows) {
  const StreamTraits traits = TraitsOf(stdout);
  for (const std::string& line :
       TableLines(heads, rows, traits.is_terminal ? traits.width : 0)) {
    PrintLine(line);
  }
}

// "not selected".
std::string PhaseText(v1::DeclaredJob::Phase phase) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripPrefix(
                                 v1::DeclaredJob::Phase_Name(phase), "PHASE_")),
                             {{"_", " "}});
}

std::vector<std::string> StatusRow(const v1::DeclaredJob& job,
                                   absl::TimeZone zone) {
  const std::string next =
      job.has_next_try_time()
          ? FormatMoment(absl::FromUnixSeconds(job.next_try_time().seconds()),
                         zone)
          : "";
  return {
      Printable(job.name()),
      PhaseText(job.phase()),
      job.job_id().empty() ? "-" : ShortId(job.job_id()),
      job.total_bytes() == 0
          ? "-"
          : FormatPercent(job.transferred_bytes(), job.total_bytes()),
      next.empty() ? "-" : next,
      Printable(absl::StrCat(job.message(), job.message().empty() ? "" : " ",
                             "(", job.provider(), ")"))};
}

int Status(const CliContext& context) {
  const AdminClient admin(context.client);
  const auto all = admin.ListDeclaredJobs();
  if (!all.ok()) return Fail(context, all.status());
  if (context.json) {
    PrintLine(ToJson(*all));
    return kExitOk;
  }
  Rows rows;
  for (const v1::DeclaredJob& job : all->jobs()) {
    rows.push_back(StatusRow(job, absl::LocalTimeZone()));
  }
  if (rows.empty()) {
    PrintLine("nothing is declared");
  } else {
    PrintTable({"NAME", "PHASE", "JOB", "DONE", "NEXT TRY", "WHY"}, rows);
  }
  for (const std::string& mistake : all->mistakes()) {
    std::fprintf(stderr, "mistake: %s\n", Printable(mistake).c_str());
  }
  return kExitOk;
}

struct PlanFlags {
  std::string file;
  std::string machines;
  bool all = false;
  bool summary = false;
};

// A file, "-", or the machines themselves.
absl::StatusOr<std::string> MachinesText(const std::string& where) {
  if (where == "-") {
    return std::string(std::istreambuf_iterator<char>(std::cin), {});
  }
  if (access(where.c_str(), F_OK) != 0) return where;
  return ReadWholeFile(where, kMaxMachinesFile);
}

void Print(const CliContext& context, const PlanFlags& flags,
           const Declaration& job, const RolloutPlan& plan, absl::Time now) {
  const absl::TimeZone zone = absl::LocalTimeZone();
  Rows rows;
  for (const v1::RolloutPlanLine& line : plan.lines) {
    if (context.json) {
      PrintLine(ToJson(line));
    } else if (line.selected() || flags.all) {
      const std::string start = line.start_time().empty()
                                    ? "never"
                                    : FormatMoment(plan.first_start, zone);
      rows.push_back({Printable(line.machine()),
                      absl::StrCat(line.rank_percent(), " %"),
                      !line.selected()          ? "no"
                      : plan.first_start <= now ? "now"
                                                : start,
                      Printable(line.reason())});
    }
  }
  if (context.json) return;
  PrintLine(SummaryOf(job, plan, now, zone));
  if (flags.summary || rows.empty()) return;
  PrintTable({"MACHINE", "RANK", "START", flags.all ? "WHY NOT" : ""}, rows);
  PrintLine("");
}

int Plan(const CliContext& context, const PlanFlags& flags) {
  const absl::StatusOr<std::string> text =
      ReadWholeFile(flags.file, kMaxJobsFile);
  if (!text.ok()) return Fail(context, text.status());
  if (text->empty() && access(flags.file.c_str(), F_OK) != 0) {
    return Fail(context, UsageError(absl::StrCat("there is no file ",
                                                 Printable(flags.file)),
                                    "name a file of declared jobs"));
  }
  const absl::StatusOr<std::string> where = MachinesText(flags.machines);
  if (!where.ok()) return Fail(context, where.status());
  const auto machines = ParseMachines(*where);
  if (!machines.ok()) return Fail(context, machines.status());
  const DeclarationFile file = ReadDeclarations(flags.file, *text);
  for (const std::string& mistake : file.mistakes) {
    std::fprintf(stderr, "convoy: %s\n", Printable(mistake).c_str());
  }
  if (!file.mistakes.empty()) return kExitFailed;
  const absl::Time now = absl::Now();
  for (const Declaration& job : file.jobs) {
    Print(context, flags, job,
          PlanRollout(job, *machines, now, absl::LocalTimeZone()), now);
  }
  if (file.jobs.empty() && !context.json) PrintLine("nothing is declared");
  return kExitOk;
}

void AddPlan(CLI::App& rollout, CliContext& context) {
  const auto flags = std::make_shared<PlanFlags>();
  CLI::App* plan = rollout.add_subcommand(
      "plan", "Say which machines would take part, and when; touches nothing");
  plan->add_option("FILE", flags->file, "A file of declared jobs")
      ->type_name("")
      ->required();
  plan->add_option("--machines", flags->machines,
                   "Machine ids: a file with one on each line, - for standard "
                   "input, or id,id,...; labels may follow an id: "
                   "web-1 ring=canary")
      ->type_name("IDS")
      ->required();
  plan->add_flag("--all", flags->all,
                 "Show machines that do not take part, too, and why");
  plan->add_flag("--summary", flags->summary, "Only the numbers");
  plan->footer(
      "Examples:\n"
      "  convoy rollout plan words.yaml --machines fleet.txt --summary\n"
      "  convoy rollout plan words.yaml --machines 'web-1 "
      "ring=canary,web-2'\n\n"
      "An id is what the machine has in machine.id, else in /etc/machine-id.\n"
      "No daemon is needed; hours are those of this machine's time zone.\n"
      "Exit code 1: the file has mistakes; each is named with its line.");
  plan->callback([&context, flags] {
    context.command = [&context, flags] { return Plan(context, *flags); };
  });
}

}  // namespace

void AddRolloutCommands(CLI::App& app, CliContext& context) {
  CLI::App* rollout = app.add_subcommand(
      "rollout", "Declared jobs: their state, and a preview");
  rollout->require_subcommand(1);
  CLI::App* status = rollout->add_subcommand(
      "status", "Show each declared job on this machine");
  status->footer("Example:\n  convoy rollout status --json");
  status->callback(
      [&context] { context.command = [&context] { return Status(context); }; });
  AddPlan(*rollout, context);
  rollout->footer(
      "Examples:\n  convoy rollout status\n"
      "  convoy rollout plan words.yaml --machines fleet.txt");
}

}  // namespace convoy
