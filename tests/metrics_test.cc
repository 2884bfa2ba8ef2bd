// Metrics of a real convoyd, as Prometheus' own tools see them.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kMiB = 1 << 20;

ProcessResult Shell(const std::string& command) {
  ProcessOptions options;
  options.argv = {"/bin/sh", "-c", command};
  return RunProcess(options);
}

// "... metrics at http://127.0.0.1:41234/metrics" of a daemon's log.
std::string MetricsUrl(const TestDaemon& daemon) {
  const std::string log = daemon.Log();
  std::smatch match;
  EXPECT_TRUE(
      std::regex_search(log, match, std::regex("metrics at (http://\\S+)")))
      << log;
  return match[1];
}

std::string Scrape(const TestDaemon& daemon) {
  const ProcessResult result = Shell("curl -sSf " + MetricsUrl(daemon));
  EXPECT_EQ(result.exit_code, 0) << result.output;
  return result.output;
}

// The value of the series with exactly this name and labels; -1: none.
double Value(const std::string& exposition, const std::string& series) {
  for (absl::string_view line : absl::StrSplit(exposition, '\n')) {
    double value = -1;
    if (absl::ConsumePrefix(&line, series + " ") &&
        absl::SimpleAtod(line, &value)) {
      return value;
    }
  }
  return -1;
}

// Names of families: "# TYPE convoy_jobs gauge".
std::set<std::string> FamiliesOf(const std::string& exposition) {
  std::set<std::string> names;
  for (absl::string_view line : absl::StrSplit(exposition, '\n')) {
    if (!absl::ConsumePrefix(&line, "# TYPE ")) continue;
    names.insert(std::string(line.substr(0, line.find(' '))));
  }
  return names;
}

// Metrics that a text names, without the suffixes of histograms. Names with a
// colon are results of rules.
std::set<std::string> MetricsNamedIn(const std::string& text) {
  static const std::regex kName("\\b(convoy|process)_[a-z_]+\\b");
  static const std::regex kSuffix("_(bucket|count|sum)$");
  std::set<std::string> names;
  for (std::sregex_iterator it(text.begin(), text.end(), kName), end; it != end;
       ++it) {
    names.insert(std::regex_replace(it->str(), kSuffix, ""));
  }
  return names;
}

TestDaemon::Options WithMetrics() {
  TestDaemon::Options options;
  options.settings = {{"metrics.listen", "127.0.0.1:0"},
                      {"swarm.interfaces", "lo"},
                      {"swarm.listen_port", "0"},
                      {"swarm.beacon_port", absl::StrCat(FreePort())}};
  return options;
}

class MetricsTest : public ::testing::Test {
 protected:
  std::string Local(const std::string& name) const {
    return destination_.path() + "/" + name;
  }
  // Fetches `name` of the origin to its end.
  v1::Job Fetch(TestDaemon& daemon, const std::string& name,
                const std::string& local) {
    v1::FetchRequest request;
    *request.add_files() = File(origin_.Url(name), Local(local));
    const auto job = daemon.Fetch(request);
    return job.ok() ? *job : v1::Job();
  }

  TempDir destination_;
  Nginx origin_;
};

TEST_F(MetricsTest, CountWhatHasHappenedAndPleasePromtool) {
  TestDaemon daemon(WithMetrics());
  WriteFile(origin_.root() + "/a.bin", RandomBytes(700'000, 3));
  ASSERT_EQ(Fetch(daemon, "a.bin", "a.bin").state(),
            v1::JOB_STATE_ACKNOWLEDGED);
  const auto failed = daemon.Run({File(origin_.Url("none"), Local("none"))});
  ASSERT_EQ(failed->state(), v1::JOB_STATE_ERROR);

  const std::string text = Scrape(daemon);
  EXPECT_EQ(Value(text, "convoy_received_bytes_total{source=\"origin\"}"),
            700'000);
  EXPECT_EQ(Value(text, "convoy_received_bytes_total{source=\"lan\"}"), 0);
  EXPECT_EQ(Value(text, "convoy_files_transferred_total"), 1);
  EXPECT_EQ(Value(text, "convoy_jobs_completed_total"), 1);
  EXPECT_EQ(Value(text, "convoy_jobs{state=\"acknowledged\"}"), 1);
  EXPECT_EQ(Value(text, "convoy_jobs{state=\"error\"}"), 1);
  EXPECT_EQ(Value(text, "convoy_job_failures_total{reason=\"HTTP_STATUS\"}"),
            1);
  EXPECT_EQ(Value(text, "convoy_scrape_complete"), 1);
  EXPECT_EQ(Value(text, "convoy_config_last_reload_successful"), 1);
  EXPECT_GT(Value(text,
                  "convoy_event_loop_delay_seconds_count"
                  "{loop=\"engine\"}"),
            0);
  const double age = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()) -
                     Value(text, "process_start_time_seconds");
  EXPECT_GE(age, 0);
  EXPECT_LT(age, 600);

  WriteFile(Local("metrics"), text);
  const ProcessResult checked =
      Shell("promtool check metrics < " + Local("metrics"));
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
  EXPECT_EQ(checked.output, "");
}

TEST_F(MetricsTest, TellWhatPeersGaveAndTook) {
  TestDaemon::Options options = WithMetrics();
  TestDaemon first(options);
  for (const auto& setting : FromPeersAlone()) {
    options.settings.push_back(setting);
  }
  TestDaemon second(options);
  const std::string bytes = RandomBytes(3 * kMiB, 5);
  WriteFile(origin_.root() + "/a.bin", bytes);
  ProcessOptions publish;
  publish.argv = {Runfile("client/cli/convoy"), "publish",
                  origin_.root() + "/a.bin", "--url-prefix", origin_.Url("")};
  ASSERT_EQ(RunProcess(publish).exit_code, 0);
  ASSERT_EQ(Fetch(first, "a.bin", "1.bin").state(), v1::JOB_STATE_ACKNOWLEDGED);
  ASSERT_EQ(Fetch(second, "a.bin", "2.bin").state(),
            v1::JOB_STATE_ACKNOWLEDGED);
  EXPECT_TRUE(ReadFile(Local("2.bin")) == bytes);

  const std::string took = Scrape(second);
  EXPECT_EQ(Value(took, "convoy_received_bytes_total{source=\"lan\"}"),
            3 * kMiB);
  EXPECT_EQ(Value(took, "convoy_origin_spared_bytes_total"), 3 * kMiB);
  // What was given is told some tenths of a second later.
  constexpr char kGiven[] = "convoy_uploaded_bytes_total{network=\"lan\"}";
  std::string gave;
  EXPECT_TRUE(Eventually([&] {
    gave = Scrape(first);
    return Value(gave, kGiven) >= 3 * kMiB;
  })) << gave;
  EXPECT_EQ(Value(gave, "convoy_cache_contents"), 1);
  EXPECT_EQ(Value(gave, "convoy_cache_bytes"), 3 * kMiB);
}

TEST_F(MetricsTest, AWrongConfigurationIsSeenUntilItIsRight) {
  TestDaemon::Options options = WithMetrics();
  options.settings[0].second = absl::StrCat("127.0.0.1:", FreePort());
  TestDaemon daemon(options);
  // In one step, so that it is read once.
  const auto replace = [&daemon](const std::string& text) {
    WriteFile(daemon.config_file() + ".new", text);
    std::filesystem::rename(daemon.config_file() + ".new",
                            daemon.config_file());
  };
  constexpr char kSuccessful[] = "convoy_config_last_reload_successful";
  constexpr char kFailures[] =
      "convoy_config_reloads_total{result=\"failure\"}";
  constexpr char kSuccesses[] =
      "convoy_config_reloads_total{result=\"success\"}";
  std::string text;
  const auto becomes = [&](double successful) {
    return Eventually([&] {
      text = Scrape(daemon);
      return Value(text, kSuccessful) == successful;
    });
  };
  // The files are read once more when they begin to be watched.
  ASSERT_TRUE(
      Eventually([&] { return Value(Scrape(daemon), kSuccesses) == 1; }));
  replace("limits:\n  max_jobs_per_user: 0\n  nothing: 1\n");
  ASSERT_TRUE(becomes(0)) << text;
  EXPECT_EQ(Value(text, kFailures), 1);
  EXPECT_EQ(Value(text, kSuccesses), 1);
  EXPECT_EQ(Value(text, "convoy_config_mistakes"), 2);

  // A start finds them too, and serves all the same.
  ASSERT_EQ(daemon.Stop(), 0);
  daemon.Start();
  text = Scrape(daemon);
  EXPECT_EQ(Value(text, kSuccessful), 0);
  EXPECT_EQ(Value(text, "convoy_config_mistakes"), 2);

  replace("limits:\n  max_jobs_per_user: 5\n");
  ASSERT_TRUE(becomes(1)) << text;
  EXPECT_EQ(Value(text, kSuccesses), 1);
  EXPECT_EQ(Value(text, "convoy_config_mistakes"), 0);
}

TEST_F(MetricsTest, DashboardAndRulesNameOnlyWhatIsExported) {
  const TestDaemon daemon(WithMetrics());
  const std::set<std::string> exported = FamiliesOf(Scrape(daemon));
  for (const char* file :
       {"packaging/grafana/convoy.json",
        "packaging/prometheus/convoy.rules.yaml",
        "packaging/prometheus/convoy.rules.test.yaml", "docs/operations.md"}) {
    const std::set<std::string> named = MetricsNamedIn(ReadFile(Runfile(file)));
    EXPECT_GT(named.size(), 5u) << file;
    for (const std::string& name : named) {
      EXPECT_THAT(exported, Contains(name)) << file;
    }
  }
}

TEST_F(MetricsTest, EveryMetricIsExplained) {
  const TestDaemon daemon(WithMetrics());
  const std::string page = ReadFile(Runfile("docs/operations.md"));
  for (const std::string& name : FamiliesOf(Scrape(daemon))) {
    // prometheus-cpp's of itself.
    if (absl::StartsWith(name, "exposer_")) continue;
    EXPECT_THAT(page, HasSubstr(absl::StrCat("`", name)));
  }
}

TEST_F(MetricsTest, PromtoolAcceptsTheRulesAndTheirTests) {
  const std::string folder = Runfile("packaging/prometheus");
  const ProcessResult checked =
      Shell("promtool check rules " + folder + "/convoy.rules.yaml");
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
  const ProcessResult tested =
      Shell("promtool test rules " + folder + "/convoy.rules.test.yaml");
  EXPECT_EQ(tested.exit_code, 0) << tested.output;
}

TEST_F(MetricsTest, APortThatIsTakenIsAnErrorThatNamesTheKey) {
  const TestDaemon daemon(WithMetrics());
  std::smatch match;
  const std::string url = MetricsUrl(daemon);
  ASSERT_TRUE(std::regex_search(url, match, std::regex("http://([^/]+)/")));
  ProcessOptions options;
  WriteFile(Local("convoyd.yaml"), "");
  options.argv = {
      Runfile("daemon/convoyd"), "--config=" + Local("convoyd.yaml"),
      "--state-dir=" + Local("state"), "--socket=" + Local("convoyd.sock"),
      absl::StrCat("--set=metrics.listen=", match[1].str())};
  const ProcessResult second = RunProcess(options);
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.output,
              HasSubstr(absl::StrCat("metrics.listen: nothing can listen at ",
                                     match[1].str())));
}

}  // namespace
}  // namespace convoy::testing
