// A configuration that changes under running transfers: a real convoyd, a real
// nginx.

#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"
#include "proto/grpc_status.h"
#include "tests/eventually.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class ConfigReloadTest : public ::testing::Test {
 protected:
  // As configuration managers do it.
  void Replace(const std::string& text) {
    WriteFile(daemon_.config_file() + ".new", text);
    std::filesystem::rename(daemon_.config_file() + ".new",
                            daemon_.config_file());
  }
  v1::ConfigValue Value(const std::string& key) {
    grpc::ClientContext context;
    v1::GetEffectiveConfigResponse config;
    const grpc::Status status =
        daemon_.admin().GetEffectiveConfig(&context, {}, &config);
    EXPECT_TRUE(status.ok()) << status.error_message();
    for (const v1::ConfigValue& value : config.values()) {
      if (value.key() == key) return value;
    }
    ADD_FAILURE() << key;
    return {};
  }
  bool BecomesValue(const std::string& key, const std::string& value) {
    return Eventually([&] { return Value(key).value() == value; });
  }
  v1::ReloadConfigResponse Reload() {
    grpc::ClientContext context;
    v1::ReloadConfigResponse response;
    const grpc::Status status =
        daemon_.admin().ReloadConfig(&context, {}, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  v1::HostStatistics Statistics() {
    grpc::ClientContext context;
    v1::HostStatistics statistics;
    const grpc::Status status =
        daemon_.admin().GetHostStatistics(&context, {}, &statistics);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return statistics;
  }
  std::string Local(const std::string& name) const {
    return destination_.path() + "/" + name;
  }

  TempDir destination_;
  TestDaemon daemon_;
};

TEST_F(ConfigReloadTest, AChangedFileIsInForceWithinSecondsAndKeepsTransfers) {
  Nginx origin;
  const std::string bytes = RandomBytes(24 << 20, 1);
  WriteFile(origin.root() + "/a", bytes);
  // One connection, so that each byte is sent once, and so slow that it would
  // take minutes.
  const std::string one = "http: {max_connections_per_file: 1}\n";
  Replace(one + "bandwidth: {background_bytes_per_second: 200000}\n");
  ASSERT_TRUE(BecomesValue("bandwidth.background_bytes_per_second", "200000"));
  const auto job = daemon_.Create({File(origin.Url("a"), Local("a"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_TRUE(daemon_.Resume(job->id()).ok());
  const auto begun = daemon_.WaitForBytes(job->id(), 100'000);
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_LT(begun->progress().transferred_bytes(), 8 << 20);

  Replace(one +
          "bandwidth: {background_bytes_per_second: 0}\n"
          "limits: {max_jobs_per_user: 77}\n");
  const auto end = daemon_.WaitFor(
      job->id(), {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
  ASSERT_TRUE(end.ok()) << end.status();
  ASSERT_EQ(end->state(), v1::JOB_STATE_TRANSFERRED) << end->DebugString();
  ASSERT_TRUE(daemon_.Complete(job->id()).ok());
  EXPECT_TRUE(ReadFile(Local("a")) == bytes);
  // Not interrupted: but for a probe of some bytes none was sent twice.
  EXPECT_LT(origin.BodyBytesSent(),
            static_cast<std::int64_t>(bytes.size()) + 1000);
  EXPECT_EQ(Value("limits.max_jobs_per_user").value(), "77");
  EXPECT_EQ(Value("limits.max_jobs_per_user").provider(),
            daemon_.config_file() + ":3");
}

TEST_F(ConfigReloadTest, AStartThatFindsMistakesUsesTheLastGoodFiles) {
  const std::string key = "limits.max_jobs_per_user";
  Replace("limits: {max_jobs_per_user: 77}\n");
  ASSERT_TRUE(BecomesValue(key, "77"));
  const std::string fragments =
      std::filesystem::path(daemon_.config_file()).parent_path() / "conf.d";
  std::filesystem::create_directories(fragments);
  const std::string fragment = fragments + "/50-site.yaml";
  WriteFile(fragment, "limits:\n  max_jobs_per_user: 0\n");
  const std::string mistake = fragment + ":2: " + key + ": ";

  EXPECT_EQ(daemon_.Stop(), 0);
  daemon_.Start();
  EXPECT_EQ(Value(key).value(), "77");
  EXPECT_EQ(Value(key).provider(), daemon_.config_file() + ":1");
  EXPECT_THAT(Statistics().config_mistakes(), ElementsAre(StartsWith(mistake)));
  EXPECT_THAT(daemon_.Log(), HasSubstr(mistake));
  EXPECT_THAT(Reload().mistakes(), ElementsAre(StartsWith(mistake)));
  const ProcessResult checked =
      RunProcess({{Runfile("daemon/convoyd"), "--check-config", "--config",
                   daemon_.config_file()}});
  EXPECT_EQ(checked.exit_code, 2);
  EXPECT_THAT(checked.output, HasSubstr(mistake));

  WriteFile(fragment, "limits:\n  max_jobs_per_user: 78\n");
  EXPECT_THAT(Reload().mistakes(), IsEmpty());
  EXPECT_EQ(Value(key).value(), "78");
  EXPECT_THAT(Statistics().config_mistakes(), IsEmpty());
  // What was good last is all of it; also after a kill.
  WriteFile(daemon_.config_file(), "limits: [\n");
  daemon_.Kill();
  daemon_.Start();
  EXPECT_EQ(Value(key).value(), "78");
  EXPECT_EQ(Value(key).provider(), fragment + ":2");
  EXPECT_THAT(Statistics().config_mistakes(),
              ElementsAre(StartsWith(daemon_.config_file() + ":")));
}

TEST_F(ConfigReloadTest, WithoutALastGoodOneAWrongConfigurationDoesNotStart) {
  // The state of this daemon is of its own configuration.
  ASSERT_EQ(daemon_.Stop(), 0);
  const std::string wrong = Local("convoyd.yaml");
  WriteFile(wrong, "limits:\n  max_jobs_per_user: 0\n");
  const ProcessResult started = RunProcess(
      {{Runfile("daemon/convoyd"), "--config", wrong, "--socket",
        daemon_.socket(), "--state-dir", daemon_.state_directory()}});
  EXPECT_EQ(started.exit_code, 2);
  EXPECT_THAT(started.output,
              HasSubstr(wrong + ":2: limits.max_jobs_per_user"));
}

TEST_F(ConfigReloadTest, TheRateOfOriginsIsInForceWithinSeconds) {
  Nginx origin;
  const std::string bytes = RandomBytes(24 << 20, 1);
  WriteFile(origin.root() + "/a", bytes);
  const std::string one = "http: {max_connections_per_file: 1}\n";
  const std::string key = "bandwidth.origin_bytes_per_second";
  Replace(one + "bandwidth: {origin_bytes_per_second: 200000}\n");
  ASSERT_TRUE(BecomesValue(key, "200000"));
  // One in the foreground, one in the background: two minutes each, and both
  // together four.
  std::vector<std::string> jobs;
  const absl::Time begin = absl::Now();
  for (const v1::JobPriority priority :
       {v1::JOB_PRIORITY_FOREGROUND, v1::JOB_PRIORITY_NORMAL}) {
    v1::Job job;
    job.set_priority(priority);
    const auto made = daemon_.Create(
        {File(origin.Url("a"), Local(absl::StrCat("a", jobs.size())))}, job);
    ASSERT_TRUE(made.ok()) << made.status();
    ASSERT_TRUE(daemon_.Resume(made->id()).ok());
    jobs.push_back(made->id());
  }
  std::int64_t transferred = 0;
  for (const std::string& id : jobs) {
    const auto begun = daemon_.WaitForBytes(id, 100'000);
    ASSERT_TRUE(begun.ok()) << begun.status();
  }
  for (const std::string& id : jobs) {
    transferred += daemon_.Get(id)->progress().transferred_bytes();
    const v1::ExplainJobResponse explained =
        daemon_.ExplainUntil(id, [&key](const v1::ExplainJobResponse& now) {
          return std::any_of(now.factors().begin(), now.factors().end(),
                             [&key](const v1::Factor& factor) {
                               return factor.policy() == key;
                             });
        });
    for (const v1::Factor& factor : explained.factors()) {
      if (factor.policy() != key) continue;
      EXPECT_EQ(factor.text(),
                "Bytes from origins keep to 200000 bytes per second, for all "
                "jobs together.");
      EXPECT_EQ(factor.provider(), daemon_.config_file() + ":2");
    }
  }
  // Some come at once, and a read for each may be ahead.
  EXPECT_LT(static_cast<double>(transferred),
            absl::ToDoubleSeconds(absl::Now() - begin) * 200'000 + 400'000);

  Replace(one + "bandwidth: {origin_bytes_per_second: 0}\n");
  for (const std::string& id : jobs) {
    const auto end =
        daemon_.WaitFor(id, {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
    ASSERT_TRUE(end.ok()) << end.status();
    EXPECT_EQ(end->state(), v1::JOB_STATE_TRANSFERRED) << end->DebugString();
  }
}

TEST_F(ConfigReloadTest, AWrongFileChangesNothingAndIsNamedWithItsLine) {
  Replace("scheduler: {max_running_jobs: 3}\n");
  ASSERT_TRUE(BecomesValue("scheduler.max_running_jobs", "3"));
  Replace("scheduler:\n  max_running_jobs: 4\n  time_slice_seconds: soon\n");

  const auto response = Reload();
  EXPECT_THAT(
      response.mistakes(),
      ElementsAre(StartsWith(absl::StrCat(
          daemon_.config_file(), ":3: scheduler.time_slice_seconds: "))));
  EXPECT_EQ(Value("scheduler.max_running_jobs").value(), "3");
  EXPECT_THAT(daemon_.Log(), HasSubstr(response.mistakes(0)));
  // Whoever looks later is told too.
  EXPECT_THAT(Statistics().config_mistakes(),
              ElementsAre(response.mistakes(0)));
  // Put right, it is taken.
  Replace("scheduler: {max_running_jobs: 4}\n");
  EXPECT_TRUE(BecomesValue("scheduler.max_running_jobs", "4"));
  EXPECT_THAT(Statistics().config_mistakes(), IsEmpty());
}

TEST_F(ConfigReloadTest, FragmentsCountAsSoonAsTheyAreThere) {
  const std::string folder =
      std::filesystem::path(daemon_.config_file()).parent_path() / "conf.d";
  std::filesystem::create_directory(folder);
  WriteFile(folder + "/50-site.yaml", "http: {max_redirects: 3}\n");
  ASSERT_TRUE(BecomesValue("http.max_redirects", "3"));
  EXPECT_EQ(Value("http.max_redirects").provider(), folder + "/50-site.yaml:1");
  std::filesystem::remove(folder + "/50-site.yaml");
  EXPECT_TRUE(BecomesValue("http.max_redirects", "10"));
}

TEST_F(ConfigReloadTest, KeysThatNeedARestartAreNamedAndStay) {
  Replace("group: {id: site}\nswarm: {listen_port: 7999}\n");
  EXPECT_THAT(Reload().keys_for_restart(),
              ElementsAre("swarm.listen_port", "group.id"));
  EXPECT_EQ(Value("group.id").value(), "");
  EXPECT_EQ(Value("swarm.listen_port").provider(), "default");
  daemon_.Stop();
  daemon_.Start();
  EXPECT_EQ(Value("group.id").value(), "site");
}

TEST_F(ConfigReloadTest, SighupReadsTheFilesToo) {
  kill(daemon_.pid(), SIGHUP);
  EXPECT_TRUE(Eventually([this] {
    return daemon_.Log().find("read again (SIGHUP): nothing new") !=
           std::string::npos;
  }));
}

TEST_F(ConfigReloadTest, CheckConfigFindsMistakesInATextAndChangesNothing) {
  grpc::ClientContext context;
  v1::CheckConfigRequest request;
  request.set_text("log: {level: debug}\n\nhttp: {max_redirects: -1}\n");
  request.set_name("candidate.yaml");
  v1::CheckConfigResponse response;
  ASSERT_TRUE(daemon_.admin().CheckConfig(&context, request, &response).ok());
  EXPECT_THAT(
      response.mistakes(),
      ElementsAre(StartsWith("candidate.yaml:3: http.max_redirects: ")));
  EXPECT_EQ(Value("http.max_redirects").value(), "10");

  grpc::ClientContext second;
  request.set_text(std::string((1 << 20) + 1, ' '));
  const absl::Status refused =
      FromGrpcStatus(daemon_.admin().CheckConfig(&second, request, &response));
  EXPECT_EQ(ErrorDetailOf(refused).field(), "text");
}

// A download that peers may not help with goes on as one that they may.
TEST_F(ConfigReloadTest, WhatTransfersAreMadeOfBeginsThemAnewAndLosesNothing) {
  Nginx::Options slow;
  slow.rate = "200k";
  Nginx origin(slow);
  const std::string bytes = RandomBytes(8 << 20, 2);
  WriteFile(origin.root() + "/a", bytes);
  const auto job = daemon_.Create({File(origin.Url("a"), Local("a"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_TRUE(daemon_.Resume(job->id()).ok());
  ASSERT_TRUE(daemon_.WaitForBytes(job->id(), 1 << 20).ok());
  Replace("swarm: {download_mode: simple}\n");
  ASSERT_TRUE(BecomesValue("swarm.download_mode", "simple"));
  const auto explained = daemon_.Explain(job->id());
  ASSERT_TRUE(explained.ok()) << explained.status();
  std::vector<std::string> policies;
  for (const v1::SourceExplanation& source : explained->sources()) {
    if (source.kind() != v1::SourceExplanation::KIND_LAN_PEERS) continue;
    policies.push_back(absl::StrCat(source.policy(), " ", source.provider()));
  }
  EXPECT_THAT(policies, ElementsAre(absl::StrCat("swarm.download_mode ",
                                                 daemon_.config_file(), ":1")));
  ASSERT_TRUE(daemon_.Suspend(job->id()).ok());
  origin.Release();
  ASSERT_TRUE(daemon_.Resume(job->id()).ok());
  const auto end = daemon_.WaitFor(
      job->id(), {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
  ASSERT_TRUE(end.ok()) << end.status();
  ASSERT_TRUE(daemon_.Complete(job->id()).ok());
  EXPECT_TRUE(ReadFile(Local("a")) == bytes);
  // Begun anew twice: what was under way on each of four connections came
  // again.
  EXPECT_LT(origin.BodyBytesSent(),
            static_cast<std::int64_t>(bytes.size() + bytes.size() / 4));
}

// An administrator blocks an origin while files come from it.
TEST_F(ConfigReloadTest, WhatIsBlockedNowStopsAndNamesTheKeyAndItsLine) {
  Nginx::Options slow;
  slow.rate = "100k";
  Nginx blocked(slow);
  Nginx other(slow);
  Nginx::Options redirects;
  redirects.location = absl::StrCat("return 302 ", blocked.Url("a"), ";");
  Nginx redirecting(redirects);
  for (const Nginx* origin : {&blocked, &other}) {
    WriteFile(origin->root() + "/a", RandomBytes(20 << 20, 3));
  }
  std::vector<std::string> jobs;
  for (const Nginx* origin : {&blocked, &redirecting, &other}) {
    const auto job = daemon_.Create(
        {File(origin->Url("a"), Local(absl::StrCat(jobs.size())))});
    ASSERT_TRUE(job.ok()) << job.status();
    ASSERT_TRUE(daemon_.Resume(job->id()).ok());
    jobs.push_back(job->id());
  }
  for (const std::string& job : jobs) {
    ASSERT_TRUE(daemon_.WaitForBytes(job, 1).ok());
  }

  Replace(absl::StrCat("http:\n  blocked_urls:\n  - ", blocked.Url(""), "*\n"));
  for (const std::string& id : {jobs[0], jobs[1]}) {
    const auto job = daemon_.WaitFor(id, {v1::JOB_STATE_ERROR});
    ASSERT_TRUE(job.ok()) << job.status();
    EXPECT_EQ(job->error().detail().reason(),
              v1::ERROR_REASON_BLOCKED_BY_POLICY);
    EXPECT_EQ(job->error().detail().policy(), "http.blocked_urls");
    const auto explained = daemon_.Explain(id);
    ASSERT_TRUE(explained.ok()) << explained.status();
    EXPECT_EQ(explained->factors(0).policy(), "http.blocked_urls");
    EXPECT_EQ(explained->factors(0).provider(), daemon_.config_file() + ":2");
  }
  // Others go on.
  const auto begun = daemon_.Get(jobs[2]);
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_EQ(begun->state(), v1::JOB_STATE_TRANSFERRING);
  EXPECT_TRUE(
      daemon_.WaitForBytes(jobs[2], begun->progress().transferred_bytes() + 1)
          .ok());
  // And what is allowed again is fetched again.
  Replace("");
  ASSERT_TRUE(BecomesValue("http.blocked_urls", ""));
  ASSERT_TRUE(daemon_.Resume(jobs[0]).ok());
  EXPECT_TRUE(daemon_.WaitFor(jobs[0], {v1::JOB_STATE_TRANSFERRING}).ok());
}

// The commands, with the real daemon.

class ConfigCommandTest : public ConfigReloadTest {
 protected:
  ProcessResult Convoy(std::vector<std::string> arguments) {
    ProcessOptions options;
    options.argv = {Runfile("client/cli/convoy"), "--socket", daemon_.socket()};
    options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
    options.environment["CONVOYD"] = Runfile("daemon/convoyd");
    return RunProcess(options);
  }
};

TEST_F(ConfigCommandTest, CheckNeedsNoDaemonAndNamesFileAndLine) {
  daemon_.Stop();
  const std::string right = Local("right.yaml");
  const std::string wrong = Local("wrong.yaml");
  WriteFile(right, "log: {level: info}\n");
  WriteFile(wrong, "log:\n  level: loud\nnonsense: 1\n");

  ProcessResult result = Convoy({"config", "check", right});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(result.output, "the configuration is right\n");
  result = Convoy({"config", "check", right, wrong});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr(wrong + ":2: log.level: "));
  EXPECT_THAT(result.output, HasSubstr(wrong + ":3: nonsense: "));
  result = Convoy({"--json", "config", "check", wrong});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, StartsWith("{\"mistakes\":[\"" + wrong + ":2: "));
}

TEST_F(ConfigCommandTest, ShowNamesWhoSetEachValue) {
  Replace("cache:\n  max_age_seconds: 60\n");
  ASSERT_TRUE(BecomesValue("cache.max_age_seconds", "60"));
  ProcessResult result = Convoy({"config", "show"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr(daemon_.config_file() + ":2"));
  EXPECT_THAT(result.output, Not(HasSubstr("cache.min_free_bytes")));
  result = Convoy({"config", "show", "--effective"});
  EXPECT_THAT(result.output, HasSubstr("cache.min_free_bytes"));
  result = Convoy({"config", "show", "http"});
  EXPECT_THAT(result.output, HasSubstr("http.max_redirects"));
  EXPECT_THAT(result.output, Not(HasSubstr("cache.")));
  EXPECT_EQ(Convoy({"config", "show", "htpp"}).exit_code, 2);
}

TEST_F(ConfigCommandTest, ReloadTellsMistakesAndKeysForARestart) {
  Replace("group: {id: a}\n");
  ProcessResult result = Convoy({"config", "reload"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output,
            "the configuration is in force\n"
            "group.id comes into force when convoyd is restarted\n");
  Replace("group: {idd: a}\n");
  result = Convoy({"config", "reload"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr(":1: group.idd: unknown key"));
  result = Convoy({"status"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output,
              HasSubstr("\nmistake:          " + daemon_.config_file() +
                        ":1: group.idd: unknown key"));
  EXPECT_THAT(result.output, HasSubstr("for the new value of group.id\n"));
}

// In force, it would fail each https transfer from then on.
TEST_F(ConfigCommandTest, ACertificateThatCannotBeReadKeepsTheOldOne) {
  const std::string none = Local("none.pem");
  Replace("http: {max_redirects: 7}\n");
  ASSERT_TRUE(BecomesValue("http.max_redirects", "7"));
  Replace("http:\n  max_redirects: 8\n  ca_file: " + none + "\n");
  const std::string mistake =
      absl::StrCat(daemon_.config_file(), ":3: http.ca_file: ", none,
                   " cannot be read: No such file or directory");
  const ProcessResult result = Convoy({"config", "reload"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr(mistake));
  EXPECT_EQ(Value("http.max_redirects").value(), "7");
  EXPECT_EQ(Value("http.ca_file").value(), "");
}

}  // namespace
}  // namespace convoy::testing
