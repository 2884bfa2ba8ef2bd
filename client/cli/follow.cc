#include "client/cli/follow.h"

#include <memory>
#include <utility>

#include "client/cli/interrupt.h"
#include "client/cli/news_box.h"
#include "client/job_watcher.h"
#include "peer/base/clock.h"

namespace convoy {
namespace {

WatchOptions Patient() {
  WatchOptions options;
  options.give_up_after = kDaemonAbsence;
  return options;
}

Followed Follow(NewsBox& box, ProgressDisplay& display, const Enough& enough) {
  const RealClock clock;
  Followed followed;
  absl::Duration state_since = clock.Monotonic();
  while (true) {
    News news = box.Take(kLook);
    for (v1::Job& job : news.jobs) {
      if (!followed.job.has_value() || followed.job->state() != job.state()) {
        state_since = clock.Monotonic();
      }
      display.Show(job);
      followed.job = std::move(job);
    }
    if (news.lost.has_value()) display.ShowLost(*news.lost);
    if (news.end.has_value()) {
      followed.status = *news.end;
      break;
    }
    if (followed.job.has_value() &&
        enough(*followed.job, clock.Monotonic() - state_since)) {
      break;
    }
    if (Interrupted()) {
      followed.interrupted = true;
      break;
    }
    display.Tick();
  }
  display.Finish();
  return followed;
}

}  // namespace

Followed FollowFetch(const JobClient& client, v1::FetchRequest request,
                     ProgressDisplay& display, const Enough& enough) {
  CatchInterrupts();
  NewsBox box;
  const auto watcher =
      JobWatcher::Fetch(client.options(), std::move(request), box, Patient());
  return Follow(box, display, enough);
}

Followed FollowJob(const JobClient& client, const std::string& job_id,
                   ProgressDisplay& display, const Enough& enough) {
  CatchInterrupts();
  NewsBox box;
  v1::WatchJobRequest request;
  request.set_job_id(job_id);
  const auto watcher = JobWatcher::WatchJob(client.options(),
                                            std::move(request), box, Patient());
  return Follow(box, display, enough);
}

}  // namespace convoy
