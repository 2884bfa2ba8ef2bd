#include "daemon/explain.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "convoy/v1/error_detail.pb.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/config_file.h"
#include "daemon/explain_input.h"
#include "daemon/job.h"
#include "daemon/settings.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

std::string UseName(v1::SourceExplanation::Use use) {
  return std::string(
      absl::StripPrefix(v1::SourceExplanation::Use_Name(use), "USE_"));
}

std::string KindName(v1::SourceExplanation::Kind kind) {
  return std::string(
      absl::StripPrefix(v1::SourceExplanation::Kind_Name(kind), "KIND_"));
}

// An answer as text, a line for each thing it says; sources apart.
std::string Draw(const v1::ExplainJobResponse& response) {
  std::string text = absl::StrCat(response.summary(), "\n");
  for (const v1::Factor& factor : response.factors()) {
    absl::StrAppend(&text, "- ", factor.text(), "\n");
    if (!factor.policy().empty()) {
      absl::StrAppend(&text, "  set by ", factor.policy(), " (",
                      factor.provider(), ")\n");
    }
    if (!factor.remedy().empty()) {
      absl::StrAppend(&text, "  ", factor.remedy(), "\n");
    }
  }
  if (!response.remedy().empty()) {
    absl::StrAppend(&text, "=> ", response.remedy(), "\n");
  }
  if (response.has_next_action_time()) {
    absl::StrAppend(&text, "next ",
                    absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                                     absl::FromUnixSeconds(
                                         response.next_action_time().seconds()),
                                     absl::UTCTimeZone()),
                    "\n");
  }
  return text;
}

std::string DrawSources(const v1::ExplainJobResponse& response) {
  std::string text;
  for (const v1::SourceExplanation& source : response.sources()) {
    absl::StrAppend(&text, KindName(source.kind()), " ", source.address(), " ",
                    UseName(source.use()), ": ", source.reason());
    if (source.bytes() > 0) absl::StrAppend(&text, "; ", source.bytes(), " B");
    if (source.connections() > 0) {
      absl::StrAppend(&text, "; ", source.connections(), " conn");
    }
    if (!source.policy().empty()) {
      absl::StrAppend(&text, "; ", source.policy(), " (", source.provider(),
                      ")");
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

// What is said of peers (explain_peers_test.cc has more).
constexpr char kPeersAtRest[] = "LAN_PEERS  IDLE: asked when the job runs\n";
constexpr char kPeersNotAsked[] = "LAN_PEERS  IDLE: not asked yet\n";
constexpr char kPeersNotNeeded[] = "LAN_PEERS  IDLE: its files are whole\n";

// Connections of background jobs have no mark, of which explain_rules_test.cc
// tells.
ConfigOverrides Unmarked() {
  return {{"bandwidth.low_effort_background", "false"}};
}

class ExplainJobTest : public testing::Test {
 protected:
  ExplainJobTest() {
    settings_ = *ParseConfig(
        {{"c.yaml",
          "scheduler:\n  max_running_jobs: 2\n  max_running_files: 3\n"}},
        Unmarked());
    job_.display_name = "job";
    job_.modify_time = now_ - absl::Hours(1);
    input_.job = &job_;
    input_.settings = &settings_;
    input_.now = now_;
  }

  JobFile& AddFile(std::string url = "https://origin.example/a") {
    job_.files.emplace_back();
    JobFile& file = job_.files.back();
    file.index = static_cast<int>(job_.files.size()) - 1;
    file.remote_url = std::move(url);
    file.local_path = absl::StrCat("/d/", file.index);
    return file;
  }

  JobFile& AddBegunFile(std::int64_t size, std::int64_t flushed) {
    JobFile& file = AddFile();
    file.size = size;
    file.flushed_bytes = flushed;
    file.transferred = size == flushed;
    file.transfer = std::make_unique<FileTransferState>();
    file.transfer->sources.origin = flushed;
    return file;
  }

  TransferNews& Run(int file_index, std::string activity, int connections = 1) {
    RunningFile running;
    running.file_index = file_index;
    running.news.activity = std::move(activity);
    running.news.connections = connections;
    input_.running.push_back(running);
    return input_.running.back().news;
  }

  void Fail(v1::ErrorReason reason, std::string message, int file_index) {
    job_.failure = std::make_unique<JobFailure>();
    job_.failure->detail.set_reason(reason);
    job_.failure->message = std::move(message);
    job_.failure->file_index = file_index;
    job_.failure->time = now_ - absl::Minutes(1);
    job_.attempts_without_progress = 1;
  }

  v1::ExplainJobResponse Explain() {
    v1::ExplainJobResponse response = ExplainJob(input_);
    EXPECT_EQ(response.state(), job_.state);
    return response;
  }

  const absl::Time now_ = absl::FromCivil(
      absl::CivilSecond(2026, 1, 2, 12, 0, 0), absl::UTCTimeZone());
  Settings settings_;
  Job job_;
  ExplainInput input_;
};

TEST_F(ExplainJobTest, AJobWithoutFiles) {
  EXPECT_EQ(Draw(Explain()),
            "The job is suspended and has no files.\n"
            "- If nothing changes, the job is cancelled at "
            "2026-02-01T11:00:00Z.\n"
            "  set by limits.job_inactivity_seconds (default)\n"
            "  Any change of the job begins that time anew.\n"
            "=> Add files with AddFiles, then call ResumeJob.\n"
            "next 2026-02-01T11:00:00Z\n");
  EXPECT_EQ(DrawSources(Explain()), kPeersAtRest);
}

TEST_F(ExplainJobTest, ANewJob) {
  AddFile();
  EXPECT_EQ(Draw(Explain()),
            "The job is new and waits for ResumeJob.\n"
            "- If nothing changes, the job is cancelled at "
            "2026-02-01T11:00:00Z.\n"
            "  set by limits.job_inactivity_seconds (default)\n"
            "  Any change of the job begins that time anew.\n"
            "=> Call ResumeJob.\n"
            "next 2026-02-01T11:00:00Z\n");
  EXPECT_EQ(DrawSources(Explain()),
            absl::StrCat("ORIGIN https://origin.example:443 IDLE: the job is "
                         "suspended\n",
                         kPeersAtRest));
}

TEST_F(ExplainJobTest, ASuspendedJobThatHadBegun) {
  AddBegunFile(10 << 20, 3 << 20);
  EXPECT_EQ(Explain().summary(),
            "The job is suspended: 3.0 MiB of 10.0 MiB are on disk.");
  EXPECT_EQ(Explain().remedy(), "Call ResumeJob.");
}

TEST_F(ExplainJobTest, AQueuedJobWithFreePlaces) {
  job_.state = v1::JOB_STATE_QUEUED;
  AddFile();
  input_.running_jobs = 1;
  input_.running_files = 2;
  EXPECT_EQ(Draw(Explain()), "The job is about to begin.\n");
  EXPECT_EQ(DrawSources(Explain()),
            absl::StrCat("ORIGIN https://origin.example:443 IDLE: the job "
                         "waits for its turn\n",
                         kPeersAtRest));
}

TEST_F(ExplainJobTest, AQueuedJobWithoutAPlace) {
  job_.state = v1::JOB_STATE_QUEUED;
  AddFile();
  input_.running_jobs = 2;
  input_.running_files = 2;
  input_.jobs_ahead = 1;
  EXPECT_EQ(
      Draw(Explain()),
      "The job waits for its turn: all places for jobs are taken, and 1 job is "
      "ahead of it.\n"
      "- All places for running jobs are taken: 2 of 2.\n"
      "  set by scheduler.max_running_jobs (c.yaml:2)\n"
      "  Raise scheduler.max_running_jobs, or suspend another job.\n"
      "- 1 job is ahead of it, of a higher priority or queued earlier.\n"
      "  set by scheduler.time_slice_seconds (default)\n"
      "  Jobs of one priority take turns; raise this job's priority with "
      "UpdateJob.\n"
      "=> Wait, or raise the job's priority with UpdateJob.\n");
}

TEST_F(ExplainJobTest, AQueuedJobWithoutAPlaceForItsFiles) {
  job_.state = v1::JOB_STATE_QUEUED;
  AddFile();
  input_.running_jobs = 1;
  input_.running_files = 3;
  EXPECT_EQ(Draw(Explain()),
            "The job waits for its turn: all places for files are taken.\n"
            "- All places for files that transfer are taken: 3 of 3.\n"
            "  set by scheduler.max_running_files (c.yaml:3)\n"
            "  Raise scheduler.max_running_files, or suspend another job.\n"
            "=> Wait, or raise the job's priority with UpdateJob.\n");
}

TEST_F(ExplainJobTest, AForegroundJobBehindOthers) {
  job_.state = v1::JOB_STATE_QUEUED;
  job_.priority = v1::JOB_PRIORITY_FOREGROUND;
  AddFile();
  input_.running_jobs = 1;
  input_.jobs_ahead = 2;
  EXPECT_EQ(Draw(Explain()),
            "The job waits for its turn: 2 jobs are ahead of it.\n"
            "- 2 jobs are ahead of it, of foreground priority like this one.\n"
            "  set by scheduler.time_slice_seconds (default)\n"
            "  Jobs of one priority take turns.\n"
            "=> Wait, or suspend jobs that are less urgent.\n");
}

TEST_F(ExplainJobTest, AConnectingJobThatOpensItsFiles) {
  job_.state = v1::JOB_STATE_CONNECTING;
  AddFile();
  EXPECT_EQ(Draw(Explain()), "The job opens its files.\n");
}

TEST_F(ExplainJobTest, AConnectingJob) {
  job_.state = v1::JOB_STATE_CONNECTING;
  job_.last_progress_time = now_ - absl::Minutes(5);
  AddFile();
  AddFile();
  Run(0, "asking the origin", 0);
  Run(1, "waiting for a connection to origin.example", 0);
  EXPECT_EQ(Draw(Explain()),
            "The job connects: asking the origin (file 0, and 1 file more).\n"
            "- No progress since 2026-01-02T11:55:00Z; without any until "
            "2026-01-03T11:55:00Z the job goes to ERROR.\n"
            "  set by limits.no_progress_timeout_background_seconds (default)\n"
            "  Set the job's no_progress_timeout with UpdateJob.\n"
            "- No more connections may be made to https://origin.example:443: "
            "a host has at most 16.\n"
            "  set by http.max_connections_per_host (default)\n"
            "  Raise http.max_connections_per_host, if the origin bears it.\n");
  EXPECT_EQ(DrawSources(Explain()),
            absl::StrCat("ORIGIN https://origin.example:443 USED: asking the "
                         "origin (1 file); waiting for a connection to "
                         "origin.example (1 file); "
                         "http.max_connections_per_host (default)\n",
                         kPeersNotAsked));
}

TEST_F(ExplainJobTest, ATransferringJob) {
  job_.state = v1::JOB_STATE_TRANSFERRING;
  AddBegunFile(1 << 30, 100 << 20);
  AddBegunFile(1 << 20, 1 << 20);
  Run(0, "fetching 2 ranges", 2);
  input_.running_jobs = 1;
  input_.running_files = 1;
  input_.rate_bytes_per_second = 1536 << 10;
  EXPECT_EQ(Draw(Explain()),
            "The job transfers 1 of 2 files at 1.5 MiB/s: 101.0 MiB of 1.0 GiB "
            "are on disk.\n");
  EXPECT_EQ(DrawSources(Explain()),
            absl::StrCat("ORIGIN https://origin.example:443 USED: fetching 2 "
                         "ranges; 105906176 B; 2 conn\n",
                         kPeersNotAsked));
}

TEST_F(ExplainJobTest, ATransferringJobUnderALimit) {
  settings_ = *ParseConfig(
      {{"c.yaml", "bandwidth:\n  background_bytes_per_second: 5000\n"}},
      Unmarked());
  job_.state = v1::JOB_STATE_TRANSFERRING;
  AddBegunFile(1 << 30, 100 << 20);
  Run(0, "fetching 1 range", 1);
  input_.rate_bytes_per_second = 5000;
  const v1::ExplainJobResponse response = Explain();
  ASSERT_EQ(response.factors_size(), 1);
  EXPECT_EQ(response.factors(0).text(),
            "Bytes from outside of the LAN keep to 5000 bytes per second, for "
            "all background jobs together.");
  EXPECT_EQ(response.factors(0).policy(),
            "bandwidth.background_bytes_per_second");
  EXPECT_EQ(response.factors(0).provider(), "c.yaml:2");
}

TEST_F(ExplainJobTest, AJobThatLanPeersGiveLessThanTheyCould) {
  settings_ = *ParseConfig(
      {{"c.yaml", "bandwidth: {lan_download_bytes_per_second: 5000}\n"}},
      Unmarked());
  job_.state = v1::JOB_STATE_TRANSFERRING;
  AddBegunFile(1 << 30, 100 << 20);
  TransferNews& news = Run(0, "fetching 1 range", 1);
  EXPECT_EQ(Explain().factors_size(), 0);
  news.peers.push_back({PeerKind::kLan, PeerUse::Use::kUsed, "", "", 2});
  const v1::ExplainJobResponse response = Explain();
  ASSERT_EQ(response.factors_size(), 1);
  EXPECT_EQ(response.factors(0).text(),
            "Bytes from the LAN keep to 5000 bytes per second, for all jobs "
            "together.");
  EXPECT_EQ(response.factors(0).policy(),
            "bandwidth.lan_download_bytes_per_second");
  EXPECT_EQ(response.factors(0).provider(), "c.yaml:1");
}

TEST_F(ExplainJobTest, AJobBehindTheConfigurationsProxy) {
  settings_ = *ParseConfig(
      {{"c.yaml", "http: {proxy_url: 'http://u:p@proxy.example:3128'}\n"}},
      Unmarked());
  job_.state = v1::JOB_STATE_TRANSFERRING;
  AddBegunFile(1 << 30, 100 << 20);
  Run(0, "fetching 1 range", 1);
  input_.rate_bytes_per_second = 5000;
  const v1::ExplainJobResponse response = Explain();
  ASSERT_EQ(response.factors_size(), 1);
  EXPECT_EQ(response.factors(0).text(),
            "Origins are asked through the configuration's proxy.");
  EXPECT_EQ(response.factors(0).policy(), "http.proxy_url");
  EXPECT_EQ(response.factors(0).provider(), "c.yaml:1");
  // A job that says how itself.
  const auto http = std::make_shared<v1::HttpOptions>();
  http->mutable_proxy()->set_mode(v1::HttpProxy::MODE_DIRECT);
  job_.http = http;
  EXPECT_EQ(Explain().factors_size(), 0);
}

TEST_F(ExplainJobTest, ATransferringJobThatIsHeldBack) {
  job_.state = v1::JOB_STATE_TRANSFERRING;
  job_.last_progress_time = now_ - absl::Seconds(20);
  job_.no_progress_timeout = absl::Minutes(1);
  for (int i = 0; i < 5; ++i) AddFile();
  job_.files[1].mirror_urls = {"http://m1.example/a", "http://m2.example/a"};
  Run(0, "fetching 4 ranges", 4);
  Run(1, "fetching 1 range", 1).url_index = 2;
  Run(2, "checking SHA-256", 0);
  input_.running_jobs = 3;
  input_.running_files = 3;
  EXPECT_EQ(
      Draw(Explain()),
      "The job transfers 3 of 5 files without bytes in the last seconds: 0 "
      "bytes are on disk, and the size is not known yet.\n"
      "- 2 files wait: all 3 places for files that transfer are taken.\n"
      "  set by scheduler.max_running_files (c.yaml:3)\n"
      "  Raise scheduler.max_running_files, or suspend another job.\n"
      "- 1 file uses as many connections as a file may have: 4.\n"
      "  set by http.max_connections_per_file (default)\n"
      "  Raise http.max_connections_per_file, if the origin bears it.\n"
      "- 1 file comes from a mirror, since its remote_url failed.\n"
      "  Give another remote_url with UpdateFile.\n"
      "- It shares the link with 2 other jobs.\n"
      "  Suspend jobs that are less urgent.\n"
      "- No progress since 2026-01-02T11:59:40Z; without any until "
      "2026-01-02T12:00:40Z the job goes to ERROR.\n"
      "  Set the job's no_progress_timeout with UpdateJob.\n");
  EXPECT_EQ(
      DrawSources(Explain()),
      absl::StrCat("ORIGIN https://origin.example:443 USED: checking SHA-256 "
                   "(1 file); fetching 4 ranges (1 file); 4 conn\n"
                   "MIRROR http://m1.example:80 IDLE: used when the URL before "
                   "it fails\n"
                   "MIRROR http://m2.example:80 USED: fetching 1 range; 1 "
                   "conn\n",
                   kPeersNotAsked));
}

TEST_F(ExplainJobTest, AHostThatHasAllItsConnections) {
  job_.state = v1::JOB_STATE_TRANSFERRING;
  for (int i = 0; i < 5; ++i) AddFile();
  for (int i = 0; i < 5; ++i) Run(i, "fetching", 3);
  input_.rate_bytes_per_second = 1;
  EXPECT_EQ(Explain().factors_size(), 0);
  input_.running[0].news.connections = 4;
  const v1::ExplainJobResponse response = Explain();
  ASSERT_EQ(response.factors_size(), 2);
  EXPECT_EQ(response.factors(0).policy(), "http.max_connections_per_file");
  EXPECT_EQ(response.factors(1).policy(), "http.max_connections_per_host");
  EXPECT_EQ(response.sources(0).connections(), 16);
  EXPECT_EQ(response.sources(0).policy(), "http.max_connections_per_host");
  EXPECT_EQ(response.sources(0).provider(), "default");
}

TEST_F(ExplainJobTest, AJobWithoutANoProgressTimeout) {
  job_.state = v1::JOB_STATE_CONNECTING;
  job_.last_progress_time = now_;
  job_.no_progress_timeout = absl::ZeroDuration();
  AddFile();
  EXPECT_EQ(Draw(Explain()), "The job opens its files.\n");
}

TEST_F(ExplainJobTest, ATransferringJobBetweenFiles) {
  job_.state = v1::JOB_STATE_TRANSFERRING;
  AddBegunFile(1024, 1024);
  AddFile();
  EXPECT_EQ(Explain().summary(),
            "The job goes on to its next files: 1.0 KiB are on disk, and the "
            "size is not known yet.");
}

TEST_F(ExplainJobTest, AJobThatWaitsAfterAFailure) {
  job_.state = v1::JOB_STATE_TRANSIENT_ERROR;
  job_.last_progress_time = now_ - absl::Minutes(5);
  AddFile();
  Fail(v1::ERROR_REASON_CONNECT_FAILURE, "no connection to origin.example", 0);
  job_.failure->detail.set_url("https://origin.example/a");
  job_.attempts_without_progress = 2;
  job_.next_retry_time = job_.failure->time + absl::Minutes(22);
  EXPECT_EQ(
      Draw(Explain()),
      "The job waits after a failure, file 0 failed: no connection to "
      "origin.example; it is tried again at 2026-01-02T12:21:00Z.\n"
      "- File 0 failed: no connection to origin.example (CONNECT_FAILURE).\n"
      "  Look at the network, at firewalls, and whether the origin is up.\n"
      "- The wait begins with 10m and doubles with each failure without "
      "progress; 2 in a row so far.\n"
      "  set by limits.minimum_retry_delay_background_seconds (default)\n"
      "  ResumeJob tries at once; UpdateJob (minimum_retry_delay) sets the "
      "shortest wait.\n"
      "- No progress since 2026-01-02T11:55:00Z; without any until "
      "2026-01-03T11:55:00Z the job goes to ERROR.\n"
      "  set by limits.no_progress_timeout_background_seconds (default)\n"
      "  Set the job's no_progress_timeout with UpdateJob.\n"
      "=> Look at the network, at firewalls, and whether the origin is up. "
      "ResumeJob tries at once.\n"
      "next 2026-01-02T12:21:00Z\n");
  EXPECT_EQ(DrawSources(Explain()),
            absl::StrCat("ORIGIN https://origin.example:443 IDLE: the job "
                         "waits until it is tried again; it failed with "
                         "CONNECT_FAILURE\n",
                         kPeersAtRest));
}

TEST_F(ExplainJobTest, AWaitThatTheOriginAskedFor) {
  job_.state = v1::JOB_STATE_TRANSIENT_ERROR;
  AddFile();
  Fail(v1::ERROR_REASON_HTTP_STATUS, "the origin answered 503", 0);
  job_.failure->detail.set_http_status(503);
  job_.next_retry_time = job_.failure->time + absl::Hours(2);
  const std::string text = Draw(Explain());
  EXPECT_TRUE(absl::StrContains(
      text, "- The origin asked to wait that long (Retry-After).\n"))
      << text;
  EXPECT_FALSE(absl::StrContains(text, "The wait begins with")) << text;
  EXPECT_TRUE(absl::StrContains(text, "ResumeJob tries at once.\n")) << text;
}

TEST_F(ExplainJobTest, ARetryThatIsDue) {
  job_.state = v1::JOB_STATE_TRANSIENT_ERROR;
  AddFile();
  Fail(v1::ERROR_REASON_TIMEOUT, "too slow.", 0);
  job_.next_retry_time = now_;
  EXPECT_EQ(Explain().summary(),
            "The job waits after a failure, file 0 failed: too slow; it is "
            "tried again now.");
  EXPECT_FALSE(Explain().has_next_action_time());
}

TEST_F(ExplainJobTest, AWaitThatEndsInErrorBeforeTheRetry) {
  job_.state = v1::JOB_STATE_TRANSIENT_ERROR;
  job_.last_progress_time = now_ - absl::Minutes(1);
  job_.no_progress_timeout = absl::Minutes(2);
  AddFile();
  Fail(v1::ERROR_REASON_TIMEOUT, "too slow", 0);
  job_.next_retry_time = now_ + absl::Minutes(9);
  EXPECT_EQ(Explain().next_action_time().seconds(),
            absl::ToUnixSeconds(now_ + absl::Minutes(1)));
}

TEST_F(ExplainJobTest, AJobInError) {
  job_.state = v1::JOB_STATE_ERROR;
  AddFile();
  AddFile();
  Fail(v1::ERROR_REASON_DISK_FULL, "no space left for 12 GiB", 1);
  EXPECT_EQ(Draw(Explain()),
            "The job stopped: file 1 failed: no space left for 12 GiB.\n"
            "- File 1 failed: no space left for 12 GiB (DISK_FULL).\n"
            "  Free space, or raise the owner's disk quota.\n"
            "- If nothing changes, the job is cancelled at "
            "2026-02-01T11:00:00Z.\n"
            "  set by limits.job_inactivity_seconds (default)\n"
            "  Any change of the job begins that time anew.\n"
            "=> Free space, or raise the owner's disk quota. Then call "
            "ResumeJob.\n"
            "next 2026-02-01T11:00:00Z\n");
  EXPECT_EQ(DrawSources(Explain()),
            absl::StrCat("ORIGIN https://origin.example:443 IDLE: the job is "
                         "in ERROR\n",
                         kPeersAtRest));
}

TEST_F(ExplainJobTest, AnErrorThatAPolicyCaused) {
  job_.state = v1::JOB_STATE_ERROR;
  AddFile();
  Fail(v1::ERROR_REASON_BLOCKED_BY_POLICY, "", 0);
  job_.failure->file_index.reset();
  job_.failure->detail.set_policy("scheduler.max_running_jobs");
  const v1::ExplainJobResponse response = Explain();
  EXPECT_EQ(response.summary(), "The job stopped: BLOCKED_BY_POLICY.");
  EXPECT_EQ(response.factors(0).policy(), "scheduler.max_running_jobs");
  EXPECT_EQ(response.factors(0).provider(), "c.yaml:2");
  EXPECT_EQ(response.remedy(),
            "Change scheduler.max_running_jobs. Then call ResumeJob.");
}

TEST_F(ExplainJobTest, StatesOfFailureWithoutAFailure) {
  AddFile();
  job_.state = v1::JOB_STATE_ERROR;
  EXPECT_EQ(Explain().summary(),
            "The job failed and waits for somebody to look at it.");
  EXPECT_EQ(Explain().remedy(), "Call ResumeJob to try again.");
  job_.state = v1::JOB_STATE_TRANSIENT_ERROR;
  EXPECT_EQ(Explain().summary(),
            "The job waits after a failure, the last try failed; it is tried "
            "again now.");
}

TEST_F(ExplainJobTest, ATransferredJob) {
  job_.state = v1::JOB_STATE_TRANSFERRED;
  AddBegunFile(5, 5);
  AddBegunFile(6, 6);
  EXPECT_EQ(Draw(Explain()),
            "All files of the job are whole, checked and on disk; it waits for "
            "CompleteJob.\n"
            "- If nothing changes, the job is cancelled at "
            "2026-02-01T11:00:00Z.\n"
            "  set by limits.job_inactivity_seconds (default)\n"
            "  Any change of the job begins that time anew.\n"
            "=> Call CompleteJob.\n"
            "next 2026-02-01T11:00:00Z\n");
  EXPECT_EQ(DrawSources(Explain()),
            absl::StrCat("ORIGIN https://origin.example:443 IDLE: its files "
                         "are whole; 11 B\n",
                         kPeersNotNeeded));
}

TEST_F(ExplainJobTest, ATransferredJobOfFetch) {
  job_.state = v1::JOB_STATE_TRANSFERRED;
  job_.complete_when_transferred = true;
  AddBegunFile(5, 5);
  EXPECT_EQ(Explain().summary(),
            "The job's file is whole, checked and on disk; Fetch completes "
            "it.");
}

TEST_F(ExplainJobTest, AJobWhoseFilesGetTheirNames) {
  job_.state = v1::JOB_STATE_TRANSFERRED;
  AddBegunFile(5, 5);
  input_.busy_publishing = true;
  EXPECT_EQ(Draw(Explain()), "CompleteJob gives the files their names.\n");
  // Later it removes what is left over.
  job_.state = v1::JOB_STATE_ACKNOWLEDGED;
  job_.files[0].completed = true;
  EXPECT_EQ(Explain().summary(), "The job is complete: 1 file has its name.");
}

TEST_F(ExplainJobTest, FinalStates) {
  job_.state = v1::JOB_STATE_ACKNOWLEDGED;
  AddBegunFile(5, 5).completed = true;
  EXPECT_EQ(Draw(Explain()), "The job is complete: 1 file has its name.\n");
  AddBegunFile(5, 2);
  EXPECT_EQ(Draw(Explain()),
            "The job was completed early: 1 of 2 files were whole and have "
            "their names; the rest is removed.\n");
  job_.state = v1::JOB_STATE_CANCELLED;
  EXPECT_EQ(Draw(Explain()),
            "The job was cancelled, and what it had fetched is removed.\n");
}

TEST_F(ExplainJobTest, AJobThatWasCancelledForItsInactivity) {
  job_.state = v1::JOB_STATE_CANCELLED;
  AddFile();
  Fail(v1::ERROR_REASON_JOB_INACTIVE, "nobody changed the job", 0);
  job_.failure->file_index.reset();
  job_.failure->detail.set_policy("limits.job_inactivity_seconds");
  EXPECT_EQ(Draw(Explain()),
            "The job was cancelled, and what it had fetched is removed.\n"
            "- Nobody changed the job (JOB_INACTIVE).\n"
            "  set by limits.job_inactivity_seconds (default)\n"
            "  Make the job again.\n");
}

TEST_F(ExplainJobTest, AFileThatMayHaveOneConnection) {
  settings_.config.mutable_http()->set_max_connections_per_file(1);
  job_.state = v1::JOB_STATE_TRANSFERRING;
  AddFile();
  input_.rate_bytes_per_second = 1;
  Run(0, "fetching", 1);
  const v1::ExplainJobResponse response = Explain();
  ASSERT_EQ(response.factors_size(), 1);
  EXPECT_EQ(response.factors(0).text(),
            "1 file uses as many connections as a file may have: 1.");
  EXPECT_EQ(response.factors(0).policy(), "http.max_connections_per_file");
}

TEST_F(ExplainJobTest, EveryStateHasASentenceAndSourcesAReason) {
  AddFile();
  for (int state = 0; state < v1::JobState_ARRAYSIZE; ++state) {
    job_.state = static_cast<v1::JobState>(state);
    const v1::ExplainJobResponse response = Explain();
    EXPECT_TRUE(absl::EndsWith(response.summary(), ".")) << state;
    ASSERT_EQ(response.sources_size(), 2) << state;
    EXPECT_FALSE(response.sources(0).reason().empty()) << state;
    EXPECT_EQ(response.sources(1).kind(),
              v1::SourceExplanation::KIND_LAN_PEERS);
    EXPECT_FALSE(response.sources(1).reason().empty()) << state;
  }
}

// Sources.

TEST_F(ExplainJobTest, SourcesAreOneForEachHostKindAndLocalFile) {
  job_.state = v1::JOB_STATE_TRANSFERRING;
  AddFile("https://a.example/1").mirror_urls = {"http://b.example:8080/1"};
  AddFile("HTTPS://A.example:443/2").mirror_urls = {"http://b.example:8080/2",
                                                    "https://a.example/3"};
  AddFile("http://a.example/3");
  JobFile& local = AddFile("file:///srv/x%20y");
  local.transfer = std::make_unique<FileTransferState>();
  local.transfer->sources.local = 7;
  Run(3, "copying", 0);
  EXPECT_EQ(DrawSources(Explain()),
            absl::StrCat("ORIGIN https://a.example:443 IDLE: its files wait "
                         "for their turn\n"
                         "ORIGIN http://a.example:80 IDLE: its files wait for "
                         "their turn\n"
                         "LOCAL_FILE /srv/x y USED: copying; 7 B\n"
                         "MIRROR http://b.example:8080 IDLE: used when the URL "
                         "before it fails\n"
                         "MIRROR https://a.example:443 IDLE: used when the URL "
                         "before it fails\n",
                         kPeersNotAsked));
}

TEST_F(ExplainJobTest, MirrorBytesAreOfTheOneThatAnswered) {
  job_.state = v1::JOB_STATE_TRANSFERRED;
  JobFile& file = AddBegunFile(9, 9);
  file.mirror_urls = {"http://m1.example/", "http://m2.example/"};
  file.transfer->sources = {2, 7};
  file.transfer->effective_url = "http://m2.example/a";
  EXPECT_EQ(DrawSources(Explain()),
            absl::StrCat("ORIGIN https://origin.example:443 IDLE: its files "
                         "are whole; 2 B\n"
                         "MIRROR http://m1.example:80 IDLE: its files are "
                         "whole\n"
                         "MIRROR http://m2.example:80 IDLE: its files are "
                         "whole; 7 B\n",
                         kPeersNotNeeded));
}

TEST_F(ExplainJobTest, AnOriginWhoseFilesComeFromMirrors) {
  job_.state = v1::JOB_STATE_TRANSFERRING;
  AddFile().mirror_urls = {"http://m.example/"};
  Run(0, "", 0).url_index = 1;
  EXPECT_EQ(DrawSources(Explain()),
            absl::StrCat("ORIGIN https://origin.example:443 IDLE: it failed; a "
                         "mirror is used instead\n"
                         "MIRROR http://m.example:80 USED: being asked\n",
                         kPeersNotAsked));
}

TEST_F(ExplainJobTest, NewsOfFilesAndUrlsThatAreGoneDoNoHarm) {
  job_.state = v1::JOB_STATE_TRANSFERRING;
  AddFile();
  Run(7, "fetching", 1);
  Run(-1, "fetching", 1);
  Run(0, "fetching", 1).url_index = 5;
  EXPECT_EQ(DrawSources(Explain()),
            absl::StrCat("ORIGIN https://origin.example:443 USED: fetching; 1 "
                         "conn\n",
                         kPeersNotAsked));
}

TEST_F(ExplainJobTest, TheListOfSourcesEndsAfterFifty) {
  job_.state = v1::JOB_STATE_TRANSFERRING;
  for (int i = 0; i < 120; ++i) AddFile(absl::StrCat("http://h", i, "/"));
  Run(110, "fetching", 1);
  input_.rate_bytes_per_second = 1;
  const v1::ExplainJobResponse response = Explain();
  ASSERT_EQ(response.sources_size(), 50);
  EXPECT_EQ(response.sources(0).address(), "http://h110:80");
  EXPECT_EQ(response.sources(0).use(), v1::SourceExplanation::USE_USED);
  EXPECT_EQ(response.sources(1).address(), "http://h0:80");
  EXPECT_EQ(response.sources(49).kind(), v1::SourceExplanation::KIND_LAN_PEERS);
  ASSERT_EQ(response.factors_size(), 1);
  EXPECT_EQ(response.factors(0).text(),
            "The list of sources ends after 50; 71 more are not shown.");
}

TEST_F(ExplainJobTest, FiftySourcesAreAllShown) {
  for (int i = 0; i < 49; ++i) AddFile(absl::StrCat("http://h", i, "/"));
  EXPECT_EQ(Explain().sources_size(), 50);
  EXPECT_EQ(Explain().factors_size(), 1);  // Inactivity.
}

}  // namespace
}  // namespace convoy
