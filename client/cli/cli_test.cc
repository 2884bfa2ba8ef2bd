// Runs the real command against a fake daemon.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/cli/cli_process.h"
#include "client/fake_daemon.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kId[] = "1a2b3c4d-0000-4000-8000-000000000001";
constexpr char kOtherId[] = "1a2b9999-0000-4000-8000-000000000002";
constexpr std::int64_t kMiB = 1 << 20;

struct Result {
  int code;
  std::string out;
  std::string err;
};

google::protobuf::Struct FromJson(const std::string& text) {
  google::protobuf::Struct json;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text, &json).ok())
      << text;
  return json;
}

class CliTest : public ::testing::Test {
 protected:
  CliTest() {
    char folder[] = "/tmp/convoy-cli-XXXXXX";
    folder_ = mkdtemp(folder);
  }
  ~CliTest() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> Command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {std::filesystem::absolute(std::getenv("CONVOY_CLI")),
                      "--socket", daemon_.socket_path()});
    return arguments;
  }
  Result Run(std::vector<std::string> arguments,
             CliProcess::Options options = {}) const {
    if (options.directory.empty()) options.directory = folder_;
    CliProcess process(Command(std::move(arguments)), options);
    const int code = process.Wait();
    return {code, process.Output(), process.Errors()};
  }
  CliProcess::Options Here() const {
    CliProcess::Options options;
    options.directory = folder_;
    return options;
  }
  std::string WriteFile(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
    return folder_ + "/" + name;
  }

  static v1::Job Job(const std::string& id, v1::JobState state,
                     const std::string& name = "maps") {
    v1::Job job;
    job.set_id(id);
    job.set_display_name(name);
    job.set_state(state);
    job.set_priority(v1::JOB_PRIORITY_NORMAL);
    return job;
  }
  static std::function<void(v1::Job&)> Become(v1::JobState state) {
    return [state](v1::Job& job) { job.set_state(state); };
  }
  static void Transfer(v1::Job& job) {
    job.set_state(v1::JOB_STATE_TRANSFERRING);
    job.mutable_progress()->set_transferred_bytes(kMiB);
    job.mutable_progress()->set_total_bytes(4 * kMiB);
    job.mutable_progress()->set_rate_bytes_per_second(kMiB);
    job.mutable_progress()->mutable_source_bytes()->set_origin_bytes(kMiB);
  }
  static void Fail404(v1::Job& job) {
    job.set_state(v1::JOB_STATE_ERROR);
    job.mutable_error()->set_message("origin.test answered 404");
    v1::ErrorDetail& detail = *job.mutable_error()->mutable_detail();
    detail.set_reason(v1::ERROR_REASON_HTTP_STATUS);
    detail.set_http_status(404);
  }

  FakeDaemon daemon_;
  std::string folder_;
};

// get

TEST_F(CliTest, GetFetchesAFileIntoTheWorkingDirectory) {
  daemon_.SetFetchScript({Become(v1::JOB_STATE_CONNECTING), Transfer,
                          Become(v1::JOB_STATE_ACKNOWLEDGED)});
  const Result result = Run({"get", "http://origin.test/a%20b?x=1"});

  EXPECT_EQ(result.code, 0) << result.err;
  const auto request = daemon_.LastRequest<v1::FetchRequest>();
  ASSERT_EQ(request.files_size(), 1);
  EXPECT_EQ(request.files(0).local_path(), folder_ + "/a b");
  EXPECT_EQ(request.files(0).remote_url(), "http://origin.test/a%20b?x=1");
  EXPECT_EQ(request.job().priority(), v1::JOB_PRIORITY_FOREGROUND);
  EXPECT_FALSE(request.request_id().empty());
  EXPECT_FALSE(request.cancel_on_disconnect());
  EXPECT_THAT(result.out, HasSubstr("saved " + folder_ + "/a b"));
  EXPECT_THAT(result.out, HasSubstr("1 file, 1.00 MiB in "));
  EXPECT_THAT(result.out, HasSubstr("from origin"));
}

TEST_F(CliTest, GetShowsLinesWhereThereIsNoTerminal) {
  daemon_.SetFetchScript({Transfer, Become(v1::JOB_STATE_ACKNOWLEDGED)});
  const Result result = Run({"get", "http://origin.test/a"});
  EXPECT_THAT(result.err,
              HasSubstr(" acknowledged 25% (1.00 MiB of 4.00 MiB)"));
  EXPECT_THAT(result.err, Not(HasSubstr("\x1b")));
}

TEST_F(CliTest, GetShowsABarOnATerminal) {
  daemon_.SetFetchScript({Transfer, Become(v1::JOB_STATE_ACKNOWLEDGED)});
  CliProcess::Options options = Here();
  options.terminal = true;
  options.environment = {"TERM=xterm"};
  const Result result =
      Run({"get", "http://origin.test/a", "--name", "maps"}, options);
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("maps: complete, from origin\x1b[K"));
  EXPECT_THAT(result.out, HasSubstr("[\x1b[32m=====")) << result.out;
  options.environment.push_back("NO_COLOR=1");
  EXPECT_THAT(Run({"get", "http://origin.test/a"}, options).out,
              Not(HasSubstr("\x1b[32m")));
}

TEST_F(CliTest, GetPassesItsFlagsOn) {
  daemon_.SetFetchScript({Become(v1::JOB_STATE_ACKNOWLEDGED)});
  const std::string sha(64, 'a');
  const Result result = Run({"get",          "http://origin.test/a",
                             "-o",           "sub/../out",
                             "--sha256",     sha,
                             "--size",       "4096",
                             "--range",      "0-1023",
                             "--range",      "2048-",
                             "--mirror",     "http://m1.test/a",
                             "--mirror",     "http://m2.test/a",
                             "--header",     "X-A: b: c",
                             "--no-proxy",   "--cacert",
                             "ca.pem",       "--priority",
                             "low",          "--no-progress-timeout",
                             "1h30m",        "--retry-delay",
                             "1500ms",       "--redirects",
                             "refuse",       "--cancel-on-interrupt",
                             "--request-id", "mine",
                             "--method",     "POST"});

  ASSERT_EQ(result.code, 0) << result.err;
  const auto request = daemon_.LastRequest<v1::FetchRequest>();
  const v1::JobFile& file = request.files(0);
  EXPECT_EQ(file.local_path(), folder_ + "/out");
  EXPECT_EQ(file.expected_sha256(), sha);
  EXPECT_EQ(file.expected_size_bytes(), 4096);
  ASSERT_EQ(file.ranges_size(), 2);
  EXPECT_EQ(file.ranges(0).length_bytes(), 1024);
  EXPECT_EQ(file.ranges(1).offset_bytes(), 2048);
  EXPECT_FALSE(file.ranges(1).has_length_bytes());
  EXPECT_THAT(file.mirror_urls(),
              ElementsAre("http://m1.test/a", "http://m2.test/a"));
  const v1::Job& job = request.job();
  EXPECT_EQ(job.priority(), v1::JOB_PRIORITY_LOW);
  EXPECT_EQ(job.no_progress_timeout().seconds(), 5400);
  EXPECT_EQ(job.minimum_retry_delay().seconds(), 1);
  EXPECT_EQ(job.minimum_retry_delay().nanos(), 500'000'000);
  EXPECT_EQ(job.http().headers(0).name(), "X-A");
  EXPECT_EQ(job.http().headers(0).value(), "b: c");
  EXPECT_EQ(job.http().proxy().mode(), v1::HttpProxy::MODE_DIRECT);
  EXPECT_EQ(job.http().tls().ca_file(), folder_ + "/ca.pem");
  EXPECT_EQ(job.http().redirect_policy(), v1::HTTP_REDIRECT_POLICY_REFUSE);
  EXPECT_EQ(job.http().method(), "POST");
  EXPECT_TRUE(request.cancel_on_disconnect());
  EXPECT_EQ(request.request_id(), "mine");
}

TEST_F(CliTest, GetTakesSeveralUrlsIntoAFolder) {
  daemon_.SetFetchScript({Become(v1::JOB_STATE_ACKNOWLEDGED)});
  std::filesystem::create_directory(folder_ + "/d");
  const Result result =
      Run({"get", "http://o.test/a", "http://o.test/b", "-d", "d"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto request = daemon_.LastRequest<v1::FetchRequest>();
  ASSERT_EQ(request.files_size(), 2);
  EXPECT_EQ(request.files(1).local_path(), folder_ + "/d/b");
}

TEST_F(CliTest, SecretsComeFromFilesAndStandardInput) {
  daemon_.SetFetchScript({Become(v1::JOB_STATE_ACKNOWLEDGED)});
  const std::string password = WriteFile("password", "s3cret\n");
  const std::string headers = WriteFile("headers", "Cookie: a=b\n\nX-B: c\n");
  ASSERT_EQ(Run({"get", "http://o.test/a", "--user", "anna", "--password-file",
                 password, "--header", "@" + headers})
                .code,
            0);
  auto http = daemon_.LastRequest<v1::FetchRequest>().job().http();
  ASSERT_EQ(http.credentials_size(), 1);
  EXPECT_EQ(http.credentials(0).user_name(), "anna");
  EXPECT_EQ(http.credentials(0).password(), "s3cret");
  ASSERT_EQ(http.headers_size(), 2);
  EXPECT_EQ(http.headers(0).name(), "Cookie");

  CliProcess::Options options = Here();
  options.input = "t0ken\n";
  ASSERT_EQ(Run({"get", "http://o.test/a", "--bearer-file", "-"}, options).code,
            0);
  http = daemon_.LastRequest<v1::FetchRequest>().job().http();
  EXPECT_EQ(http.credentials(0).scheme(), v1::HttpCredentials::SCHEME_BEARER);
  EXPECT_EQ(http.credentials(0).bearer_token(), "t0ken");
}

TEST_F(CliTest, AWrongCommandLineIsNotSent) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"nonsense"},
      {"get"},
      {"get", "http://o.test/"},
      {"get", "http://o.test/a", "-d", "no-such-folder"},
      {"get", "http://o.test/a", "-o", "."},
      {"get", "http://o.test/a", "http://o.test/b", "-o", "x"},
      {"get", "http://o.test/a", "http://p.test/a"},
      {"get", "http://o.test/a", "--range", "9-1"},
      {"get", "http://o.test/a", "--range", "x"},
      {"get", "http://o.test/a", "--size", "big"},
      {"get", "http://o.test/a", "--priority", "urgent"},
      {"get", "http://o.test/a", "--user", "anna"},
      {"get", "http://o.test/a", "--bearer-file", "no-such-file"},
      {"get", "http://o.test/a", "--header", "no colon"},
      {"get", "http://o.test/a", "--header", "Authorization: Basic eA=="},
      {"get", "http://o.test/a", "--retry-delay", "soon"},
      {"get", "http://o.test/a", "--max-time", "soon"},
      {"get", "http://o.test/a", "--inactivity-timeout", "never"},
      {"get", "http://o.test/a", "--inactivity-timeout", ""},
      {"get", "http://o.test/a", "--needed-by", ""},
      {"get", "http://o.test/a", "--needed-by", "2020-01-01T00:00:00Z"},
      {"get", "http://o.test/a", "--max-size", "big"},
      {"get", "http://o.test/a", "--annotation", "ring"},
      {"get", "http://o.test/a", "--cost", "cheap"},
      {"get", "http://o.test/a", "--notify-argument", "x"},
      {"cat"},
      {"cat", "1a2b3c4d:x"},
      {"get", "notaurl"},
      {"get", "http://o.test/a", "--mirror", "o.test/a"},
      {"set", kId, "--file", "0", "--url", "p.test/a"},
      {"show", "xyz"},
      {"show", "1a2"},
      {"--timeout", "never", "jobs"},
      {"create"},
      {"set", kId},
      {"jobs", "--state", "asleep"}};
  for (const auto& arguments : wrong) {
    const Result result = Run(arguments);
    EXPECT_EQ(result.code, 2) << absl::StrJoin(arguments, " ") << result.err;
    EXPECT_THAT(result.err, StartsWith("convoy: "));
  }
  EXPECT_EQ(daemon_.CallCount("Fetch"), 0);
  EXPECT_EQ(daemon_.CallCount("CreateJob"), 0);
}

TEST_F(CliTest, WhatIsNoUrlIsCalledSo) {
  for (const std::string url : {"notaurl", "ftp://o.test/a"}) {
    const Result result = Run({"get", url, "-o", "a"});
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, StartsWith("convoy: \"" + url +
                                       "\" is no http, https or file URL\n"));
  }
}

TEST_F(CliTest, GetEndsWithTheErrorOfTheJobAndAHint) {
  daemon_.SetFetchScript({Transfer, Fail404});
  const Result result = Run({"get", "http://origin.test/a"});
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, HasSubstr("is in error: origin.test answered 404\n"));
  EXPECT_THAT(result.err, HasSubstr("hint: check the URL; give another with: "
                                    "convoy set "));
}

TEST_F(CliTest, ARefusalNamesThePolicy) {
  daemon_.FailNext("Fetch", Error(v1::ERROR_REASON_TOO_MANY_JOBS_PER_USER,
                                  v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
                                .Policy("limits.max_jobs_per_user")
                                .Status("you have 300 jobs"));
  const Result result = Run({"get", "http://origin.test/a"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("convoy: you have 300 jobs\n"
                                    "policy: limits.max_jobs_per_user\n"
                                    "hint: "));
}

TEST_F(CliTest, ADaemonThatIsNotThereHasAnExitCodeOfItsOwn) {
  daemon_.Stop();
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"get", "http://o.test/a"},
        {"jobs"},
        {"watch"},
        {"status"}}) {
    const Result result = Run(arguments);
    EXPECT_EQ(result.code, 4) << arguments[0];
    EXPECT_THAT(result.err, HasSubstr("there is no such socket\nhint: "));
  }
}

TEST_F(CliTest, GetGoesOnAfterARestartOfTheDaemon) {
  CliProcess process(Command({"get", "http://origin.test/a"}), Here());
  ASSERT_TRUE(process.WaitForErrors("queued"));
  daemon_.Stop();
  ASSERT_TRUE(process.WaitForErrors("lost the daemon"));
  daemon_.SetFetchScript({});
  daemon_.Start();
  daemon_.WaitForCalls("Fetch", 2);
  const std::string id = process.Errors().substr(0, 8);
  ASSERT_TRUE(process.WaitForErrors(id));
  const Result cancelled = Run({"cancel", absl::StrCat(id)});
  EXPECT_EQ(cancelled.code, 0) << cancelled.err;
  EXPECT_EQ(process.Wait(), 1);
}

TEST_F(CliTest, AtCtrlCTheJobGoesOn) {
  CliProcess process(Command({"get", "http://origin.test/a"}), Here());
  ASSERT_TRUE(process.WaitForErrors("queued"));
  process.Signal(SIGINT);
  EXPECT_EQ(process.Wait(), 130);
  EXPECT_THAT(process.Errors(), HasSubstr("goes on without you\nhint: come "
                                          "back with: convoy watch "));
  EXPECT_EQ(daemon_.CallCount("CancelJob"), 0);
}

TEST_F(CliTest, CtrlCCancelsTheJobIfAskedTo) {
  CliProcess process(
      Command({"get", "http://origin.test/a", "--cancel-on-interrupt"}),
      Here());
  ASSERT_TRUE(process.WaitForErrors("queued"));
  process.Signal(SIGINT);
  EXPECT_EQ(process.Wait(), 130);
  EXPECT_THAT(process.Errors(), HasSubstr("is cancelled\n"));
  EXPECT_EQ(daemon_.CallCount("CancelJob"), 1);
}

TEST_F(CliTest, DetachedGetPrintsTheIdAndLeaves) {
  const Result result =
      Run({"get", "http://origin.test/a", "--detach", "--quiet"});
  EXPECT_EQ(result.code, 0) << result.err;
  ASSERT_EQ(result.out.size(), 37u) << result.out;
  EXPECT_EQ(daemon_.GetJob(result.out.substr(0, 36)).state(),
            v1::JOB_STATE_QUEUED);
}

TEST_F(CliTest, JsonIsOneObjectOnEachLine) {
  daemon_.SetFetchScript({Transfer, Become(v1::JOB_STATE_ACKNOWLEDGED)});
  const Result result = Run({"get", "http://origin.test/a", "--json"});
  EXPECT_EQ(result.code, 0);
  const std::vector<std::string> lines =
      absl::StrSplit(result.out, '\n', absl::SkipEmpty());
  ASSERT_FALSE(lines.empty());
  for (const std::string& line : lines) FromJson(line);
  const auto last = FromJson(lines.back());
  EXPECT_EQ(last.fields().at("state").string_value(), "JOB_STATE_ACKNOWLEDGED");
  EXPECT_EQ(last.fields()
                .at("progress")
                .struct_value()
                .fields()
                .at("transferred_bytes")
                .string_value(),
            "1048576");
}

TEST_F(CliTest, JsonErrorsAreObjectsToo) {
  const Result result = Run({"show", "deadbeef", "--json"});
  EXPECT_EQ(result.code, 5);
  const auto error =
      FromJson(result.out).fields().at("error").struct_value().fields();
  EXPECT_EQ(error.at("code").string_value(), "NOT_FOUND");
  EXPECT_EQ(
      error.at("detail").struct_value().fields().at("reason").string_value(),
      "ERROR_REASON_NOT_FOUND");
}

// jobs, show, watch

TEST_F(CliTest, JobsAreATable) {
  v1::Job job = Job(kId, v1::JOB_STATE_QUEUED);
  Transfer(job);
  daemon_.PutJob(job);
  daemon_.PutJob(Job(kOtherId, v1::JOB_STATE_SUSPENDED, "evil\x1b[2J"));
  daemon_.PutJob(Job("", v1::JOB_STATE_CANCELLED, "old"));
  EXPECT_EQ(Run({"jobs"}).out,
            "ID        STATE         PRIORITY  DONE             RATE"
            "        FROM    NAME\n"
            "1a2b3c4d  transferring  normal    25% of 4.00 MiB  1.00 MiB/s"
            "  origin  maps\n"
            "1a2b9999  suspended     normal    0 B              -"
            "           -       evil?[2J\n");
  EXPECT_THAT(Run({"jobs", "--all"}).out, HasSubstr("cancelled"));
  EXPECT_EQ(Run({"jobs", "--state", "suspended", "--quiet"}).out,
            absl::StrCat(kOtherId, "\n"));
}

TEST_F(CliTest, JobsReadsAllPages) {
  for (int i = 0; i < 2500; ++i) {
    daemon_.PutJob(Job("", v1::JOB_STATE_QUEUED));
  }
  const Result result = Run({"jobs", "--quiet"});
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 2500);
  EXPECT_EQ(daemon_.CallCount("ListJobs"), 3);
}

TEST_F(CliTest, ShowTakesTheFirstDigitsOfAnId) {
  v1::JobFile file;
  file.set_remote_url("http://o.test/a");
  file.set_local_path("/srv/a");
  daemon_.PutJob(Job(kId, v1::JOB_STATE_ACKNOWLEDGED), {file});
  daemon_.PutJob(Job(kOtherId, v1::JOB_STATE_QUEUED));
  const Result result = Run({"show", "1A2B3"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr(absl::StrCat("job:            ", kId)));
  EXPECT_THAT(result.out, HasSubstr("  path:           /srv/a\n"));

  const Result unclear = Run({"show", "1a2b"});
  EXPECT_EQ(unclear.code, 2);
  EXPECT_THAT(unclear.err, HasSubstr("1a2b fits 2 jobs"));
  EXPECT_EQ(Run({"show", "ffff"}).code, 5);
  EXPECT_EQ(Run({"show", "ffffffff-0000-4000-8000-000000000001"}).code, 5);

  const auto json = FromJson(Run({"show", kId, "--json"}).out);
  EXPECT_EQ(json.fields().at("files").list_value().values_size(), 1);
}

TEST_F(CliTest, WatchEndsWithTheJob) {
  daemon_.PutJob(Job(kId, v1::JOB_STATE_QUEUED));
  CliProcess process(Command({"watch", "1a2b3c4d"}), Here());
  ASSERT_TRUE(process.WaitForOutput("1a2b3c4d queued"));
  daemon_.ChangeJob(kId, Become(v1::JOB_STATE_ACKNOWLEDGED));
  EXPECT_EQ(process.Wait(), 0);
  EXPECT_THAT(process.Output(), HasSubstr("acknowledged"));
}

TEST_F(CliTest, WatchEndsWithAnErrorOrACancellation) {
  daemon_.PutJob(Job(kId, v1::JOB_STATE_QUEUED));
  daemon_.ChangeJob(kId, Fail404);
  EXPECT_EQ(Run({"watch", kId}).code, 3);
  daemon_.ChangeJob(kId, Become(v1::JOB_STATE_CANCELLED));
  EXPECT_EQ(Run({"watch", kId}).code, 1);
}

TEST_F(CliTest, WatchLeavesATransferredJobToComplete) {
  daemon_.PutJob(Job(kId, v1::JOB_STATE_TRANSFERRED));
  const Result result = Run({"watch", kId});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr("convoy complete 1a2b3c4d"));
}

TEST_F(CliTest, WatchOfAllJobsPrintsChangesUntilInterrupted) {
  daemon_.PutJob(Job(kId, v1::JOB_STATE_QUEUED));
  CliProcess process(Command({"watch"}), Here());
  ASSERT_TRUE(process.WaitForOutput("1a2b3c4d maps: queued\n"));
  daemon_.ChangeJob(kId, Transfer);
  ASSERT_TRUE(process.WaitForOutput("1a2b3c4d maps: transferring 25%"));
  process.Signal(SIGINT);
  EXPECT_EQ(process.Wait(), 130);
}

// create, add, set and the steering commands

TEST_F(CliTest, CreateAddResumeComplete) {
  const Result made = Run({"create", "--name", "nightly", "--priority", "low"});
  ASSERT_EQ(made.code, 0) << made.err;
  const std::string id = made.out.substr(0, 36);
  EXPECT_EQ(daemon_.GetJob(id).state(), v1::JOB_STATE_SUSPENDED);
  EXPECT_EQ(daemon_.GetJob(id).priority(), v1::JOB_PRIORITY_LOW);

  const Result added = Run({"add", id, "http://o.test/a", "http://o.test/b"});
  EXPECT_EQ(added.out,
            "file 0: " + folder_ + "/a\nfile 1: " + folder_ + "/b\n");
  EXPECT_EQ(Run({"resume", id}).out, id.substr(0, 8) + " queued  nightly\n");
  EXPECT_EQ(Run({"suspend", id}).code, 0);
  daemon_.ChangeJob(id, Become(v1::JOB_STATE_TRANSFERRED));
  EXPECT_EQ(Run({"complete", id}).code, 0);
  EXPECT_EQ(daemon_.GetJob(id).state(), v1::JOB_STATE_ACKNOWLEDGED);
  const Result late = Run({"resume", id});
  EXPECT_EQ(late.code, 1);
  EXPECT_THAT(late.err, HasSubstr("final state"));
}

TEST_F(CliTest, CompleteThrowsNothingAwayUnlessAskedTo) {
  daemon_.PutJob(Job(kId, v1::JOB_STATE_QUEUED));
  const Result early = Run({"complete", kId});
  EXPECT_EQ(early.code, 1);
  EXPECT_THAT(early.err, StartsWith("convoy: job 1a2b3c4d is not transferred "
                                    "but queued"));
  EXPECT_THAT(early.err, HasSubstr("hint: wait with: convoy watch 1a2b3c4d; "));
  EXPECT_THAT(early.err, HasSubstr("complete --partial 1a2b3c4d\n"));
  EXPECT_EQ(daemon_.CallCount("CompleteJob"), 0);
  EXPECT_EQ(daemon_.GetJob(kId).state(), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(Run({"complete", "--partial", kId}).code, 0);
  EXPECT_EQ(daemon_.GetJob(kId).state(), v1::JOB_STATE_ACKNOWLEDGED);
}

TEST_F(CliTest, CreateNamesTheJobAfterItsFirstFile) {
  const Result made = Run({"create", "http://o.test/a", "--resume"});
  ASSERT_EQ(made.code, 0) << made.err;
  const v1::Job job = daemon_.GetJob(made.out.substr(0, 36));
  EXPECT_EQ(job.display_name(), "a");
  EXPECT_EQ(job.state(), v1::JOB_STATE_QUEUED);
}

TEST_F(CliTest, SteeringDoesAllItCan) {
  daemon_.PutJob(Job(kId, v1::JOB_STATE_QUEUED));
  const Result result = Run({"cancel", "ffff0000", kId});
  EXPECT_EQ(result.code, 5);
  EXPECT_EQ(daemon_.GetJob(kId).state(), v1::JOB_STATE_CANCELLED);
}

TEST_F(CliTest, SetSendsOnlyWhatWasGiven) {
  daemon_.PutJob(Job(kId, v1::JOB_STATE_QUEUED));
  ASSERT_EQ(Run({"set", kId, "--name", "n", "--header", "X-A: b", "--reset",
                 "description"})
                .code,
            0);
  const auto request = daemon_.LastRequest<v1::UpdateJobRequest>();
  EXPECT_THAT(request.update_mask().paths(),
              ElementsAre("description", "display_name", "http.headers",
                          "http.credentials", "http.proxy", "http.tls",
                          "http.redirect_policy"));
  EXPECT_EQ(daemon_.GetJob(kId).display_name(), "n");
}

TEST_F(CliTest, SetSaysWhatTheJobMayDoAndWhatItRuns) {
  daemon_.PutJob(Job(kId, v1::JOB_STATE_QUEUED));
  ASSERT_EQ(Run({"set",
                 kId,
                 "--notify-command",
                 "/bin/notify",
                 "--notify-argument",
                 "-v",
                 "--notify-argument",
                 "done",
                 "--inactivity-timeout",
                 "90d",
                 "--max-time",
                 "2h",
                 "--max-size",
                 "5000",
                 "--annotation",
                 "ring=canary",
                 "--annotation",
                 "note=a=b",
                 "--cost",
                 "unrestricted",
                 "--cost",
                 "roaming",
                 "--ignore-host-name"})
                .code,
            0);
  const auto request = daemon_.LastRequest<v1::UpdateJobRequest>();
  EXPECT_THAT(request.update_mask().paths(),
              ElementsAre("inactivity_timeout", "notify_command",
                          "maximum_download_time", "maximum_download_bytes",
                          "cost_flags", "annotations", "http.headers",
                          "http.credentials", "http.proxy", "http.tls",
                          "http.redirect_policy"));
  const v1::Job& job = request.job();
  EXPECT_EQ(job.notify_command().program(), "/bin/notify");
  EXPECT_THAT(job.notify_command().arguments(), ElementsAre("-v", "done"));
  EXPECT_EQ(job.inactivity_timeout().seconds(), 90 * 86400);
  EXPECT_EQ(job.maximum_download_time().seconds(), 7200);
  EXPECT_EQ(job.maximum_download_bytes(), 5000);
  EXPECT_EQ(job.cost_flags(), 0x81u);
  EXPECT_EQ(job.annotations().at("ring"), "canary");
  EXPECT_EQ(job.annotations().at("note"), "a=b");
  EXPECT_TRUE(job.http().tls().ignore_host_name());
  EXPECT_FALSE(job.http().tls().ignore_untrusted_chain());

  ASSERT_EQ(Run({"set", kId, "--cost", "all"}).code, 0);
  EXPECT_EQ(daemon_.LastRequest<v1::UpdateJobRequest>().job().cost_flags(), 0u);
  ASSERT_EQ(Run({"jobs", "--annotation", "ring=canary"}).code, 0);
  EXPECT_EQ(daemon_.LastRequest<v1::ListJobsRequest>().annotations().at("ring"),
            "canary");
}

TEST_F(CliTest, SetChangesTheMethodAlone) {
  daemon_.PutJob(Job(kId, v1::JOB_STATE_QUEUED));
  ASSERT_EQ(Run({"set", kId, "--method", "POST"}).code, 0);
  const auto request = daemon_.LastRequest<v1::UpdateJobRequest>();
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("http.method"));
  EXPECT_EQ(request.job().http().method(), "POST");
  EXPECT_EQ(daemon_.GetJob(kId).http().method(), "POST");
  ASSERT_EQ(Run({"set", kId, "--reset", "http.method"}).code, 0);
  EXPECT_EQ(daemon_.GetJob(kId).http().method(), "");
}

TEST_F(CliTest, SetChangesAFileAndTheOwner) {
  v1::JobFile file;
  file.set_remote_url("http://o.test/a");
  daemon_.PutJob(Job(kId, v1::JOB_STATE_ERROR), {file});
  ASSERT_EQ(Run({"set", kId, "--file", "0", "--url", "http://p.test/a"}).code,
            0);
  const auto request = daemon_.LastRequest<v1::UpdateFileRequest>();
  EXPECT_EQ(request.file().remote_url(), "http://p.test/a");
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("remote_url"));
  EXPECT_EQ(Run({"set", kId, "--take-ownership"}).code, 0);
  EXPECT_EQ(daemon_.CallCount("TakeOwnership"), 1);
  EXPECT_EQ(daemon_.CallCount("UpdateJob"), 0);
}

// explain, status

TEST_F(CliTest, ExplainNamesSourcesRulesAndRemedies) {
  daemon_.PutJob(Job(kId, v1::JOB_STATE_QUEUED));
  v1::ExplainJobResponse explanation;
  explanation.set_summary("It waits for a slot.");
  v1::SourceExplanation& peers = *explanation.add_sources();
  peers.set_kind(v1::SourceExplanation::KIND_LAN_PEERS);
  peers.set_use(v1::SourceExplanation::USE_REFUSED);
  peers.set_reason("nobody vouches for the bytes");
  v1::Factor& factor = *explanation.add_factors();
  factor.set_text("4 of 4 files run");
  factor.set_policy("scheduler.max_running_files");
  factor.set_provider("/etc/convoy/convoyd.yaml:12");
  factor.set_remedy("raise the limit");
  daemon_.SetExplanation(explanation);
  EXPECT_EQ(Run({"explain", kId}).out,
            "job 1a2b3c4d (maps): queued\n"
            "It waits for a slot.\n"
            "sources:\n"
            "  refused  lan peers: nobody vouches for the bytes\n"
            "held back by:\n"
            "  4 of 4 files run (policy scheduler.max_running_files, set by "
            "/etc/convoy/convoyd.yaml:12)\n"
            "    hint: raise the limit\n");
}

TEST_F(CliTest, StatusTellsHealthAndCounters) {
  v1::HostStatistics statistics;
  statistics.set_version("1.2.3");
  (*statistics.mutable_jobs_by_state())["JOB_STATE_QUEUED"] = 2;
  (*statistics.mutable_jobs_by_state())["JOB_STATE_ERROR"] = 1;
  statistics.set_origin_bytes(3 * kMiB);
  daemon_.SetStatistics(statistics);
  const Result result = Run({"status"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("serving, version 1.2.3"));
  EXPECT_THAT(result.out, HasSubstr("2 queued, 1 error"));
  EXPECT_THAT(result.out, HasSubstr("3.00 MiB"));
  const auto json = FromJson(Run({"status", "--json"}).out);
  EXPECT_TRUE(json.fields().at("serving").bool_value());
  daemon_.SetServing(false);
  EXPECT_EQ(Run({"status"}).code, 1);
}

TEST_F(CliTest, TopShowsOneLookWhereThereIsNoTerminal) {
  v1::Job job = Job(kId, v1::JOB_STATE_TRANSFERRING);
  Transfer(job);
  daemon_.PutJob(job);
  v1::HostStatistics statistics;
  statistics.set_lan_bytes(3 * kMiB);
  daemon_.SetStatistics(statistics);
  const Result result = Run({"top", "--interval", "100ms"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("from LAN"));
  EXPECT_THAT(result.out, HasSubstr("1a2b3c4d maps"));
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
  EXPECT_EQ(daemon_.CallCount("GetHostStatistics"), 2);
}

TEST_F(CliTest, TopPrintsALineOfJsonForEachLook) {
  const Result result =
      Run({"top", "--json", "--interval", "100ms", "--count", "2"});
  EXPECT_EQ(result.code, 0) << result.err;
  const std::vector<std::string> lines = absl::StrSplit(result.out, '\n');
  ASSERT_EQ(lines.size(), 3u) << result.out;
  EXPECT_TRUE(FromJson(lines[0]).fields().contains("rates"));
  EXPECT_TRUE(FromJson(lines[1]).fields().contains("statistics"));
}

TEST_F(CliTest, TopDrawsOverAndOverOnATerminalUntilCtrlC) {
  CliProcess::Options options;
  options.terminal = true;
  options.environment = {"TERM=xterm"};
  CliProcess process(Command({"top", "--interval", "100ms"}), options);
  ASSERT_TRUE(process.WaitForOutput("convoyd 0.0-fake"));
  ASSERT_TRUE(process.WaitForOutput("\x1b[J"));
  daemon_.WaitForCalls("GetHostStatistics", 3);
  daemon_.Stop();
  EXPECT_TRUE(process.WaitForOutput("LOST: "));
  process.Signal(SIGINT);
  EXPECT_EQ(process.Wait(), 130);
}

TEST_F(CliTest, ARemoteDaemonNeedsAllItsFlags) {
  const Result missing = Run({"--connect", "localhost:1", "status"});
  EXPECT_EQ(missing.code, 2);
  CliProcess process({std::filesystem::absolute(std::getenv("CONVOY_CLI")),
                      "--connect", "localhost:1", "--ca", "/none.pem", "--cert",
                      "/c", "--key", "/k", "status"},
                     {});
  EXPECT_EQ(process.Wait(), 4);
  EXPECT_THAT(process.Errors(),
              HasSubstr("cannot reach the daemon at localhost:1: the authority "
                        "/none.pem cannot be read\nhint: check --connect"));
}

TEST_F(CliTest, AFailedSelfTestFailsTheCommand) {
  v1::RunSelfTestResponse result;
  v1::SelfTestCheck& check = *result.add_checks();
  check.set_name("store");
  check.set_message("no space left");
  daemon_.SetSelfTest(result);
  const Result failed = Run({"status", "--self-test"});
  EXPECT_EQ(failed.code, 1);
  EXPECT_THAT(failed.out, HasSubstr("FAILED  store: no space left"));
  result.set_passed(true);
  daemon_.SetSelfTest(result);
  EXPECT_EQ(Run({"status", "--self-test"}).code, 0);
}

TEST_F(CliTest, ACallEndsAtItsTimeout) {
  daemon_.HangNext("ListJobs");
  const Result result = Run({"jobs", "--timeout", "50ms"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("did not answer within 50ms"));
}

// help

TEST_F(CliTest, HelpTeachesWithExamplesAndExitCodes) {
  const Result help = Run({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("Exit codes:"));
  for (const std::string command :
       {"get", "jobs", "show", "watch", "create", "add", "set", "resume",
        "suspend", "complete", "cancel", "explain", "status", "peers", "cache",
        "publish", "completion", "help"}) {
    EXPECT_THAT(help.out, HasSubstr("\n  " + command + " "));
    const Result of_command = Run({command, "--help"});
    EXPECT_EQ(of_command.code, 0);
    EXPECT_THAT(of_command.out, HasSubstr("Example")) << command;
    EXPECT_EQ(Run({"help", command}).out, of_command.out);
  }
  EXPECT_EQ(Run({"help"}).out, help.out);
  EXPECT_THAT(Run({"--version"}).out, StartsWith("convoy "));
}

TEST_F(CliTest, AnUnknownWordIsNamedWithTheNearestThatThereIs) {
  const Result command = Run({"jbos"});
  EXPECT_EQ(command.code, 2);
  EXPECT_EQ(command.err,
            "convoy: there is no command \"jbos\"; did you mean \"jobs\"?\n"
            "hint: see: convoy --help\n");
  const Result flag = Run({"jobs", "--al"});
  EXPECT_EQ(flag.code, 2);
  EXPECT_EQ(flag.err,
            "convoy: there is no flag \"--al\"; did you mean \"--all\"?\n"
            "hint: see: convoy jobs --help\n");
  const Result help = Run({"help", "jbos"});
  EXPECT_EQ(help.code, 2);
  EXPECT_THAT(help.err, StartsWith("convoy: there is no command \"jbos\""));
}

}  // namespace
}  // namespace convoy
