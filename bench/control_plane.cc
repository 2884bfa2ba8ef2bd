// How does the daemon carry many jobs and many watchers? Calls, pages, restarts
// and memory with 100,000 jobs at rest, against aria2's RPC with as many paused
// downloads; and 10,000 watchers of one job.

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/arguments.h"
#include "bench/aria2_daemon.h"
#include "bench/job_flood.h"
#include "bench/machine.h"
#include "bench/report.h"
#include "bench/usage.h"
#include "bench/watcher_crowd.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::bench {
namespace {

constexpr int kPage = 100;
constexpr int kOutstanding = 128;
constexpr int kAsked = 100;  // How often each page is asked for.

// What both programs are measured for.
struct Numbers {
  double jobs_per_second = 0;
  // Milliseconds of a page: first, middle, last.
  std::vector<double> page_p50;
  std::vector<double> page_p99;
  double restart_seconds = 0;
  double after_kill_seconds = 0;
  double kib_per_job = 0;
  double cpu_seconds_per_1000_jobs = 0;
};

std::vector<double> Milliseconds(const std::function<void()>& ask) {
  std::vector<double> times;
  for (int i = 0; i < kAsked; ++i) {
    const double begin = NowSeconds();
    ask();
    times.push_back((NowSeconds() - begin) * 1e3);
  }
  return times;
}

void AddPage(const std::function<void()>& ask, Numbers& numbers) {
  const std::vector<double> times = Milliseconds(ask);
  numbers.page_p50.push_back(Percentile(times, 0.5));
  numbers.page_p99.push_back(Percentile(times, 0.99));
}

v1::ListJobsResponse ListPage(testing::TestDaemon& daemon,
                              const std::string& token) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Minutes(1)));
  v1::ListJobsRequest request;
  request.set_page_size(kPage);
  request.set_page_token(token);
  v1::ListJobsResponse response;
  const grpc::Status status =
      daemon.jobs().ListJobs(&context, request, &response);
  if (!status.ok()) Fail("ListJobs: " + status.error_message());
  return response;
}

// The tokens of all pages. Ends the bench if there are not `count` jobs.
std::vector<std::string> PageTokens(testing::TestDaemon& daemon, int count) {
  std::vector<std::string> tokens = {""};
  int seen = 0;
  for (;;) {
    const v1::ListJobsResponse page = ListPage(daemon, tokens.back());
    seen += page.jobs_size();
    if (page.next_page_token().empty()) break;
    tokens.push_back(page.next_page_token());
  }
  if (seen != count)
    Fail(absl::StrCat(seen, " of ", count, " jobs are listed"));
  return tokens;
}

double SecondsToFirstPage(testing::TestDaemon& daemon) {
  const double begin = NowSeconds();
  daemon.Start();
  if (ListPage(daemon, "").jobs_size() == 0) Fail("no job after a restart");
  return NowSeconds() - begin;
}

double KibPerJob(double mib_with, double mib_empty, int count) {
  return (mib_with - mib_empty) * 1024 / count;
}

Numbers MeasureConvoyd(testing::TestDaemon& daemon, int count) {
  // Static: see Fail().
  static const testing::TempDir folder;
  Numbers numbers;
  ListPage(daemon, "");
  const double empty_mib = ResidentMib(daemon.pid());
  const double cpu = CpuSeconds(daemon.pid());
  JobFlood flood(daemon.jobs(), folder.path(), count, kOutstanding);
  numbers.jobs_per_second = count / flood.Run();
  numbers.cpu_seconds_per_1000_jobs =
      (CpuSeconds(daemon.pid()) - cpu) * 1000 / count;

  const std::vector<std::string> tokens = PageTokens(daemon, count);
  for (const std::string& token :
       {tokens.front(), tokens[tokens.size() / 2], tokens.back()}) {
    AddPage([&] { ListPage(daemon, token); }, numbers);
  }

  const double begin = NowSeconds();
  if (daemon.Stop() != 0) Fail("convoyd did not stop well");
  numbers.restart_seconds = NowSeconds() - begin + SecondsToFirstPage(daemon);
  numbers.kib_per_job = KibPerJob(ResidentMib(daemon.pid()), empty_mib, count);
  daemon.Kill();
  numbers.after_kill_seconds = SecondsToFirstPage(daemon);
  PageTokens(daemon, count);
  return numbers;
}

Numbers MeasureAria2(Aria2Daemon& aria2, int count) {
  constexpr int kBatch = 100;
  Numbers numbers;
  const double empty_mib = ResidentMib(aria2.pid());
  const double cpu = CpuSeconds(aria2.pid());
  const double begin = NowSeconds();
  for (int i = 0; i < count; i += kBatch) {
    aria2.AddPaused(i, std::min(kBatch, count - i));
  }
  numbers.jobs_per_second = count / (NowSeconds() - begin);
  numbers.cpu_seconds_per_1000_jobs =
      (CpuSeconds(aria2.pid()) - cpu) * 1000 / count;

  for (const int offset : {0, count / 2, std::max(0, count - kPage)}) {
    AddPage([&] { aria2.List(offset, std::min(kPage, count)); }, numbers);
  }

  const double stop = NowSeconds();
  aria2.Stop();
  aria2.Start();
  aria2.List(0, std::min(kPage, count));
  numbers.restart_seconds = NowSeconds() - stop;
  aria2.List(count - 1, 1);
  numbers.kib_per_job = KibPerJob(ResidentMib(aria2.pid()), empty_mib, count);
  return numbers;
}

void AddPages(const Numbers& ours, const Numbers& theirs,
              const std::string& rival, Report& report) {
  const std::vector<std::string> names = {"first", "middle", "last"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name =
        absl::StrCat("page of ", kPage, " jobs, ", names[i]);
    report.Add({name + ", p50", "ms", ours.page_p50[i], rival,
                rival.empty() ? 0 : theirs.page_p50[i]});
    report.Add({name + ", p99", "ms", ours.page_p99[i], rival,
                rival.empty() ? 0 : theirs.page_p99[i]});
  }
}

void MeasureJobs(testing::TestDaemon& daemon, int count, int rival_count,
                 Report& report) {
  const Numbers ours = MeasureConvoyd(daemon, count);
  Numbers theirs;
  std::string rival;
  if (!Aria2Program().empty()) {
    rival = "aria2 RPC";
    static Aria2Daemon aria2;  // See Fail().
    theirs = MeasureAria2(aria2, rival_count);
  }
  report.Add({"jobs made", "jobs/s", ours.jobs_per_second, rival,
              theirs.jobs_per_second, AtLeast(2000)});
  report.Add({"processor time of 1,000 jobs made", "s",
              ours.cpu_seconds_per_1000_jobs, rival,
              theirs.cpu_seconds_per_1000_jobs});
  AddPages(ours, theirs, rival, report);
  report.Add({"SIGTERM, start, first page", "s", ours.restart_seconds, rival,
              theirs.restart_seconds, AtMost(5)});
  report.Add({"start after SIGKILL, first page", "s", ours.after_kill_seconds,
              "", 0, AtMost(5)});
  report.Add({"memory of a job at rest", "KiB", ours.kib_per_job, rival,
              theirs.kib_per_job, AtMost(2)});
  report.Note(absl::StrCat(
      count, " suspended jobs of one file, over one connection, ", kOutstanding,
      " calls on their way; each durable before it is answered"));
  if (!rival.empty()) {
    report.Note(absl::StrCat(
        "aria2 has ", rival_count,
        " paused downloads, in its favour: the time "
        "for each grows with their number; it adds them in batches of 100 and "
        "has them on disk only after a SIGTERM"));
  }
}

void SetDescription(testing::TestDaemon& daemon, const std::string& job_id,
                    const std::string& description) {
  grpc::ClientContext context;
  v1::UpdateJobRequest request;
  request.mutable_job()->set_id(job_id);
  request.mutable_job()->set_description(description);
  request.mutable_update_mask()->add_paths("description");
  v1::Job job;
  const grpc::Status status = daemon.jobs().UpdateJob(&context, request, &job);
  if (!status.ok()) Fail("UpdateJob: " + status.error_message());
}

void MeasureWatchers(testing::TestDaemon& daemon, int connections,
                     int streams_per_connection, Report& report) {
  v1::Job job;
  job.set_display_name("watched");
  job.set_description("before");
  const absl::StatusOr<v1::Job> created = daemon.Create({}, job);
  if (!created.ok()) Fail("CreateJob: " + created.status().ToString());
  const double empty_mib = ResidentMib(daemon.pid());

  double cpu = CpuSeconds(daemon.pid());
  double begin = NowSeconds();
  WatcherCrowd crowd(daemon, created->id(), connections, streams_per_connection,
                     "before");
  crowd.WaitForAll();
  const std::string all = absl::StrCat(crowd.size(), " watchers: ");
  report.Add(
      {all + "all have their first snapshot", "s", NowSeconds() - begin});
  report.Add(
      {all + "processor time until then", "s", CpuSeconds(daemon.pid()) - cpu});
  report.Add({all + "memory of each", "KiB",
              KibPerJob(ResidentMib(daemon.pid()), empty_mib, crowd.size())});

  crowd.Await("after");
  cpu = CpuSeconds(daemon.pid());
  begin = NowSeconds();
  SetDescription(daemon, created->id(), "after");
  crowd.WaitForAll();
  report.Add({all + "all are told of a change", "s", NowSeconds() - begin});
  report.Add(
      {all + "processor time of that", "s", CpuSeconds(daemon.pid()) - cpu});
  report.Note(absl::StrCat(connections, " connections of ",
                           streams_per_connection,
                           " watchers each; the watchers run on the same "
                           "processors as the daemon"));
}

void Main(const Arguments& arguments) {
  Report report("Control plane", arguments);
  testing::TestDaemon::Options options;
  options.log_level = "info";
  options.settings = {{"limits.max_jobs_per_user", "10000000"},
                      {"limits.max_jobs_per_machine", "10000000"}};
  // Static: see Fail().
  static auto daemon = std::make_unique<testing::TestDaemon>(options);
  MeasureJobs(*daemon, arguments.Get("jobs"), arguments.Get("rival-jobs"),
              report);
  daemon = std::make_unique<testing::TestDaemon>(options);
  MeasureWatchers(*daemon, arguments.Get("connections"),
                  arguments.Get("streams"), report);
  report.Print();
}

}  // namespace
}  // namespace convoy::bench

int main(int argc, char** argv) {
  convoy::bench::Main(
      {argc,
       argv,
       "100,000 jobs and 10,000 watchers, against aria2's RPC",
       {{"jobs", 100000, 2000, "jobs at rest"},
        {"rival-jobs", 20000, 2000, "downloads that aria2 has"},
        {"connections", 10, 2, "connections of watchers"},
        {"streams", 1000, 100, "watchers of each connection"}}});
  return 0;
}
