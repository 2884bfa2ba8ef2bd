#include "client/cli/commands_get.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/exit_code.h"
#include "client/cli/file_flags.h"
#include "client/cli/follow.h"
#include "client/cli/format.h"
#include "client/cli/http_flags.h"
#include "client/cli/job_flags.h"
#include "client/cli/job_queries.h"
#include "client/cli/json_output.h"
#include "client/cli/progress_display.h"
#include "client/job_client.h"
#include "peer/base/clock.h"
#include "peer/base/status_macros.h"

namespace convoy {
namespace {

// More files than this are counted, not listed.
constexpr std::size_t kMaxListed = 20;

struct GetFlags {
  JobFlags job;
  FileFlags files;
  HttpFlags http;
  std::string request_id;
  bool detach = false;
  bool quiet = false;
  bool cancel_on_interrupt = false;
};

absl::StatusOr<v1::FetchRequest> RequestFrom(const GetFlags& flags) {
  v1::FetchRequest request;
  std::vector<std::string> fields;
  CONVOY_RETURN_IF_ERROR(FillJob(flags.job, *request.mutable_job(), fields));
  if (flags.job.priority.empty()) {
    request.mutable_job()->set_priority(v1::JOB_PRIORITY_FOREGROUND);
  }
  CONVOY_ASSIGN_OR_RETURN(*request.mutable_job()->mutable_http(),
                          HttpOptionsFrom(flags.http));
  CONVOY_ASSIGN_OR_RETURN(const std::vector<v1::JobFile> files,
                          JobFilesFrom(flags.files));
  request.mutable_files()->Add(files.begin(), files.end());
  request.set_request_id(flags.request_id.empty() ? NewRequestId()
                                                  : flags.request_id);
  request.set_cancel_on_disconnect(flags.cancel_on_interrupt);
  return request;
}

void PrintResult(const JobClient& client, const v1::Job& job,
                 absl::Duration took) {
  const auto files = ListAllFiles(client, job.id());
  if (files.ok() && files->size() <= kMaxListed) {
    for (const v1::JobFile& file : *files) {
      PrintLine(absl::StrCat("saved ", Printable(file.local_path()), " (",
                             FormatBytes(file.transferred_bytes()), ")"));
    }
  }
  const v1::JobProgress& progress = job.progress();
  const std::int64_t bytes = progress.transferred_bytes();
  const double seconds = std::max(absl::ToDoubleSeconds(took), 0.001);
  std::string line = absl::StrCat(
      progress.total_files() == 1
          ? "1 file"
          : absl::StrCat(progress.total_files(), " files"),
      ", ", FormatBytes(bytes), " in ",
      took < absl::Minutes(1) ? absl::StrFormat("%.1fs", seconds)
                              : FormatSpan(took),
      ", ",
      FormatRate(
          static_cast<std::int64_t>(static_cast<double>(bytes) / seconds)));
  const std::string sources = AmountsText(progress.source_bytes());
  if (!sources.empty()) absl::StrAppend(&line, ", from ", sources);
  PrintLine(line);
}

int AfterInterrupt(const CliContext& context, const GetFlags& flags,
                   const JobClient& client, const Followed& followed) {
  if (!followed.job.has_value()) {
    std::fputs(
        "convoy: interrupted before the daemon answered\n"
        "hint: see whether the job was made with: convoy jobs\n",
        stderr);
    return kExitInterrupted;
  }
  const std::string id = ShortId(followed.job->id());
  if (flags.cancel_on_interrupt) {
    const absl::Status status = client.CancelJob(followed.job->id()).status();
    // The daemon may have been faster: it cancels when the stream ends.
    if (!status.ok() && !absl::IsFailedPrecondition(status)) {
      Fail(context, status, id);
    } else {
      std::fprintf(stderr, "convoy: job %s is cancelled\n", id.c_str());
    }
    return kExitInterrupted;
  }
  std::fprintf(stderr,
               "convoy: job %s goes on without you\n"
               "hint: come back with: convoy watch %s; end it with: convoy "
               "cancel %s\n",
               id.c_str(), id.c_str(), id.c_str());
  return kExitInterrupted;
}

int Detached(const CliContext& context, const GetFlags& flags,
             const v1::Job& job) {
  if (context.json) {
    PrintLine(ToJson(job));
  } else if (flags.quiet) {
    PrintLine(job.id());
  } else {
    PrintLine(absl::StrCat("job ", job.id(), " goes on in the background"));
    PrintLine(absl::StrCat("follow it with: convoy watch ", ShortId(job.id())));
  }
  return kExitOk;
}

int Get(const CliContext& context, const GetFlags& flags) {
  absl::StatusOr<v1::FetchRequest> request = RequestFrom(flags);
  if (!request.ok()) return Fail(context, request.status());
  const JobClient client(context.client);
  const ProgressMode mode = flags.quiet || flags.detach ? ProgressMode::kNothing
                            : context.json              ? ProgressMode::kJson
                                                        : ProgressMode::kPeople;
  ProgressDisplay display(client, mode, context.json ? stdout : stderr);
  const RealClock clock;
  const absl::Duration begin = clock.Monotonic();
  const Followed followed =
      FollowFetch(client, *std::move(request), display,
                  [&](const v1::Job&, absl::Duration) { return flags.detach; });

  if (followed.interrupted) {
    return AfterInterrupt(context, flags, client, followed);
  }
  if (followed.job.has_value() &&
      followed.job->state() == v1::JOB_STATE_ERROR) {
    return FailWithJobError(context, *followed.job);
  }
  if (!followed.status.ok()) {
    return Fail(context, followed.status,
                followed.job.has_value() ? ShortId(followed.job->id()) : "");
  }
  if (flags.detach) return Detached(context, flags, *followed.job);
  if (mode == ProgressMode::kPeople) {
    PrintResult(client, *followed.job, clock.Monotonic() - begin);
  }
  return kExitOk;
}

}  // namespace

void AddGetCommand(CLI::App& app, CliContext& context) {
  const auto flags = std::make_shared<GetFlags>();
  CLI::App* command =
      app.add_subcommand("get", "Get files and wait for them, with progress");
  AddFileFlags(*command, flags->files, true);
  AddJobFlags(*command, flags->job);
  command->get_option("--priority")
      ->description("foreground (default), high, normal or low");
  command->add_flag("--detach", flags->detach,
                    "Do not wait; the daemon goes on and hands the files over");
  command->add_flag("-q,--quiet", flags->quiet,
                    "Print only errors; with --detach: only the job's id");
  command->add_flag("--cancel-on-interrupt", flags->cancel_on_interrupt,
                    "Cancel the job at Ctrl-C, or when this command dies");
  command
      ->add_option("--request-id", flags->request_id,
                   "A text of your choice: the same command with the same id "
                   "takes its job up again, within 24 hours")
      ->type_name("TEXT");
  AddHttpFlags(*command, flags->http);
  command->footer(
      "Examples:\n"
      "  convoy get https://example.org/big.iso\n"
      "  convoy get https://example.org/big.iso -o /srv/big.iso --sha256 HEX\n"
      "  convoy get https://a.example/x --mirror https://b.example/x\n"
      "  convoy get --bearer-file token https://example.org/private.tar -d "
      "/srv\n"
      "  convoy get --detach --priority low https://example.org/later.bin\n\n"
      "At Ctrl-C the job goes on in the daemon, unless --cancel-on-interrupt\n"
      "was given; convoy watch ID shows it again.");
  command->callback([&context, flags] {
    context.command = [&context, flags] { return Get(context, *flags); };
  });
}

}  // namespace convoy
