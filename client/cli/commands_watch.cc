#include "client/cli/commands_watch.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/follow.h"
#include "client/cli/format.h"
#include "client/cli/interrupt.h"
#include "client/cli/job_queries.h"
#include "client/cli/json_output.h"
#include "client/cli/news_box.h"
#include "client/cli/progress_display.h"
#include "client/cli/progress_view.h"
#include "client/cli/terminal.h"
#include "client/job_client.h"
#include "client/job_watcher.h"
#include "peer/base/clock.h"

namespace convoy {
namespace {

// A job that `convoy get` made is completed at once: only one that stays
// TRANSFERRED waits for somebody.
constexpr absl::Duration kTransferredStays = absl::Seconds(2);

struct WatchFlags {
  std::string id;
  bool all_users = false;
};

int WatchOne(const CliContext& context, const std::string& text) {
  const JobClient client(context.client);
  const absl::StatusOr<std::string> id = ResolveJobId(client, text);
  if (!id.ok()) return Fail(context, id.status());
  ProgressDisplay display(
      client, context.json ? ProgressMode::kJson : ProgressMode::kPeople,
      stdout);
  const Followed followed = FollowJob(
      client, *id, display, [](const v1::Job& job, absl::Duration in_state) {
        return job.state() == v1::JOB_STATE_ERROR ||
               (job.state() == v1::JOB_STATE_TRANSFERRED &&
                in_state >= kTransferredStays);
      });
  if (followed.interrupted) return kExitInterrupted;
  if (!followed.status.ok()) {
    return Fail(context, followed.status, ShortId(*id));
  }
  switch (followed.job->state()) {
    case v1::JOB_STATE_ERROR:
      return FailWithJobError(context, *followed.job);
    case v1::JOB_STATE_CANCELLED:
      return Fail(context, absl::CancelledError(absl::StrCat(
                               "job ", ShortId(*id), " was cancelled")));
    case v1::JOB_STATE_TRANSFERRED:
      std::fprintf(stderr,
                   "hint: the files get their names with: convoy "
                   "complete %s\n",
                   ShortId(*id).c_str());
      return kExitOk;
    default:
      return kExitOk;
  }
}

// All jobs that have not ended, as a screen of lines that is drawn over and
// over.
class JobScreen {
 public:
  void Update(const v1::Job& job) {
    if (IsFinalState(job.state())) {
      jobs_.erase(job.id());
    } else {
      jobs_[job.id()] = job;
    }
  }

  void Draw() {
    const StreamTraits traits = TraitsOf(stdout);
    const ViewStyle style{traits.width - 1, traits.color};
    const std::size_t room =
        traits.height > 3 ? static_cast<std::size_t>(traits.height - 3) : 1;
    std::vector<std::string> lines;
    // Those that move come first.
    for (const bool moving : {true, false}) {
      for (const auto& [id, job] : jobs_) {
        if (lines.size() == room) break;
        if ((job.state() == v1::JOB_STATE_TRANSFERRING) == moving) {
          lines.push_back(CompactLine(job, style));
        }
      }
    }
    if (jobs_.size() > lines.size()) {
      lines.push_back(absl::StrCat("and ", jobs_.size() - lines.size(),
                                   " more; see: convoy jobs"));
    }
    if (jobs_.empty()) lines.push_back("no jobs; Ctrl-C ends the watch");
    area_.Draw(lines);
  }

 private:
  std::map<std::string, v1::Job> jobs_;
  LiveArea area_{stdout};
};

// One line for each change of a job's state.
class JobLog {
 public:
  void Update(const v1::Job& job) {
    if (std::exchange(states_[job.id()], job.state()) == job.state()) return;
    PrintLine(absl::StrCat(ShortId(job.id()), " ",
                           Printable(job.display_name()), ": ",
                           PlainLine(job, clock_.Now())));
    if (IsFinalState(job.state())) states_.erase(job.id());
  }

 private:
  const RealClock clock_{};
  std::map<std::string, v1::JobState> states_;
};

int WatchAll(const CliContext& context, bool all_users) {
  CatchInterrupts();
  const bool screen_mode = !context.json && TraitsOf(stdout).is_terminal;
  JobScreen screen;
  JobLog log;
  NewsBox box;
  v1::WatchJobsRequest request;
  request.set_all_users(all_users);
  WatchOptions options;
  options.give_up_after = kDaemonAbsence;
  const auto watcher =
      JobWatcher::WatchJobs(context.client, std::move(request), box, options);
  bool synced = false;
  while (true) {
    const News news = box.Take(kLook);
    for (const v1::Job& job : news.jobs) {
      if (context.json) {
        PrintLine(ToJson(job));
      } else if (screen_mode) {
        screen.Update(job);
      } else {
        log.Update(job);
      }
    }
    synced = synced || news.synced;
    if (news.lost.has_value()) {
      std::fprintf(stderr, "convoy: lost the daemon, waiting for it: %s\n",
                   std::string(news.lost->message()).c_str());
    }
    if (news.end.has_value()) return Fail(context, *news.end);
    if (screen_mode && synced && (news.synced || !news.jobs.empty())) {
      screen.Draw();
    }
    if (Interrupted()) return kExitInterrupted;
  }
}

}  // namespace

void AddWatchCommand(CLI::App& app, CliContext& context) {
  const auto flags = std::make_shared<WatchFlags>();
  CLI::App* command =
      app.add_subcommand("watch", "Follow one job, or all jobs");
  command->add_option("ID", flags->id, "A job; default: all jobs")
      ->type_name("ID");
  command->add_flag("--all-users", flags->all_users,
                    "Jobs of all users (administrators)");
  command->footer(
      "Examples:\n"
      "  convoy watch 1a2b3c4d\n"
      "  convoy watch --json | jq .state\n\n"
      "The watch of one job ends when the job does, when it is in error, or\n"
      "when it is transferred and waits for convoy complete. The watch of all\n"
      "jobs ends at Ctrl-C.");
  command->callback([&context, flags] {
    context.command = [&context, flags] {
      return flags->id.empty() ? WatchAll(context, flags->all_users)
                               : WatchOne(context, flags->id);
    };
  });
}

}  // namespace convoy
