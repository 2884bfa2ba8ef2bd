#include "daemon/config_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/admin_service.pb.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/settings.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// The message of the error that `text` leads to; empty: none.
std::string ErrorOf(const std::string& text) {
  return std::string(ParseConfig({{"f.yaml", text}}, {}).status().message());
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file),
          std::istreambuf_iterator<char>()};
}

constexpr char kSections[] =
    "paths, limits, scheduler, http, log, swarm, group, cache, bandwidth, "
    "network, cache_host, machine, metrics, remote_control";
constexpr char kAllYaml[] = "daemon/testdata/config/all.yaml";

TEST(ParseConfigTest, WithoutFilesAllIsDefault) {
  const auto settings = ParseConfig({}, {});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->config.limits().max_jobs_per_user(), 10000);
  EXPECT_EQ(settings->config.limits().max_jobs_per_machine(), 200000);
  EXPECT_EQ(settings->config.limits().max_files_per_job(), 10000);
  EXPECT_EQ(settings->config.limits().max_ranges_per_file(), 500);
  EXPECT_EQ(settings->config.http().allow_https_to_http(), true);
  EXPECT_EQ(settings->config.log().level(), "info");
  EXPECT_FALSE(settings->config.paths().has_socket());
  EXPECT_FALSE(settings->config.http().has_proxy_url());
  EXPECT_EQ(settings->ProviderOf("limits.max_jobs_per_user"), "default");
}

TEST(ParseConfigTest, EmptyFilesAreAllowed) {
  for (const char* text :
       {"", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "~\n",
        "http:\n", "http: {}\n", "\xEF\xBB\xBF", "{}\n"}) {
    EXPECT_EQ(ErrorOf(text), "") << text;
  }
}

TEST(ParseConfigTest, EveryKeyCanBeSetInAFile) {
  const auto settings = ParseConfig({{"all.yaml", ReadFile(kAllYaml)}}, {});
  ASSERT_TRUE(settings.ok()) << settings.status();
  const v1::GetEffectiveConfigResponse response = EffectiveConfig(*settings);
  for (const v1::ConfigValue& value : response.values()) {
    EXPECT_TRUE(absl::StartsWith(value.provider(), "all.yaml:"))
        << value.key() << " is missing in all.yaml";
  }
  EXPECT_EQ(settings->config.paths().socket(), "/srv/convoy/convoyd.sock");
  EXPECT_EQ(settings->config.limits().history_seconds(), 0);
  EXPECT_EQ(settings->config.http().proxy_url(), "http://proxy.example:3128");
  EXPECT_EQ(settings->config.http().allow_https_to_http(), false);
  EXPECT_EQ(settings->config.log().level(), "debug");
  EXPECT_EQ(settings->config.swarm().interfaces_size(), 2);
  EXPECT_EQ(settings->config.swarm().allowed_networks(1), "fd00::/8");
  EXPECT_EQ(settings->config.swarm().peers(0), "depot.example:6772");
  EXPECT_EQ(settings->config.swarm().trackers(1), "udp://tracker.example:6969");
  EXPECT_EQ(settings->config.bandwidth().schedule(0),
            "mon-fri 08:00-18:00 foreground=50% background=10%");
}

TEST(ParseConfigTest, LaterOnesWinKeyByKey) {
  const auto settings = ParseConfig(
      {{"a.yaml", "http:\n  max_redirects: 1\n  connect_timeout_seconds: 2\n"},
       {"b.yaml", "\nhttp:\n  max_redirects: 3\nlog: {level: error}\n"}},
      {{"log.level", "debug"}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->config.http().max_redirects(), 3);
  EXPECT_EQ(settings->ProviderOf("http.max_redirects"), "b.yaml:3");
  EXPECT_EQ(settings->config.http().connect_timeout_seconds(), 2);
  EXPECT_EQ(settings->ProviderOf("http.connect_timeout_seconds"), "a.yaml:3");
  EXPECT_EQ(settings->config.log().level(), "debug");
  EXPECT_EQ(settings->ProviderOf("log.level"), "command line");
}

TEST(ParseConfigTest, ALaterFileCanUnset) {
  const auto settings =
      ParseConfig({{"a.yaml", "http: {proxy_url: 'http://p'}"},
                   {"b.yaml", "http: {proxy_url: ''}"}},
                  {});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_FALSE(settings->config.http().has_proxy_url());
  EXPECT_EQ(settings->ProviderOf("http.proxy_url"), "b.yaml:1");
}

std::vector<std::string> InterfacesOf(const Settings& settings) {
  const auto& items = settings.config.swarm().interfaces();
  return {items.begin(), items.end()};
}

using Texts = std::vector<std::string>;

TEST(ParseConfigTest, ListsStandInBlocksInBracketsOrAlone) {
  for (const char* text :
       {"swarm:\n  interfaces:\n  - a\n  # more\n  - \"b,c\"\n",
        "swarm:\n  interfaces:\n    - a\n    - b,c\n",
        "swarm: {interfaces: [a,\n  'b,c']}\n"}) {
    const auto settings = ParseConfig({{"f.yaml", text}}, {});
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_EQ(InterfacesOf(*settings), Texts({"a", "b,c"})) << text;
    EXPECT_TRUE(
        absl::StartsWith(settings->ProviderOf("swarm.interfaces"), "f.yaml:"));
  }
  const auto alone =
      ParseConfig({{"f.yaml", "swarm:\n  interfaces: a,b\n"}}, {});
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_EQ(InterfacesOf(*alone), Texts({"a,b"}));
}

TEST(ParseConfigTest, ALaterListReplacesTheWhole) {
  const ConfigSource first = {"a.yaml", "swarm: {interfaces: [a, b]}\n"};
  const struct {
    const char* later;
    Texts expected;
  } cases[] = {{"swarm: {interfaces: [c]}\n", {"c"}},
               {"swarm: {interfaces: c}\n", {"c"}},
               {"swarm: {interfaces: []}\n", {}},
               {"swarm: {interfaces: ''}\n", {}},
               {"swarm: {max_claimers: 2}\n", {"a", "b"}}};
  for (const auto& one : cases) {
    const auto settings = ParseConfig({first, {"b.yaml", one.later}}, {});
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_EQ(InterfacesOf(*settings), one.expected) << one.later;
  }
}

TEST(ParseConfigTest, EachValueOnTheCommandLineIsOneItem) {
  const ConfigSource file = {"a.yaml", "swarm: {interfaces: [a, b]}\n"};
  const std::string key = "swarm.interfaces";
  const struct {
    ConfigOverrides command_line;
    Texts expected;
  } cases[] = {{{{key, "c"}}, {"c"}},
               {{{key, "c"}, {key, "d,e"}}, {"c", "d,e"}},
               {{{key, ""}}, {}},
               {{{key, ""}, {key, "c"}, {key, "d"}}, {"c", "d"}},
               {{{key, "c"}, {key, ""}, {key, "d"}}, {"d"}}};
  for (const auto& one : cases) {
    const auto settings = ParseConfig({file}, one.command_line);
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_EQ(InterfacesOf(*settings), one.expected);
    EXPECT_EQ(settings->ProviderOf(key), "command line");
  }
}

TEST(ParseConfigTest, NamesTheLineOfAWrongItem) {
  const std::string allowed =
      "; allowed: up to 256 items of 1024 bytes: names of interfaces, such as "
      "eth0 or \"wl*\"";
  EXPECT_EQ(
      ErrorOf("swarm:\n"
              "  interfaces:\n"
              "  - a\n"
              "  - ''\n"
              "  - ~\n"
              "  - [b]\n"
              "  - c: d\n"
              "  - &e e\n"
              "  - *e\n"
              "  - !!str f\n"
              "  - much-too-long-a-name\n"),
      "f.yaml:4: swarm.interfaces: is an empty text" + allowed +
          "\nf.yaml:5: swarm.interfaces: has no value" + allowed +
          "\nf.yaml:6: swarm.interfaces: is not a single value" + allowed +
          "\nf.yaml:7: swarm.interfaces: is not a single value" + allowed +
          "\nf.yaml:9: swarm.interfaces: is an alias; write its value "
          "out" +
          allowed + "\nf.yaml:10: swarm.interfaces: has a tag" + allowed +
          "\nf.yaml:11: swarm.interfaces: \"much-too-long-a-name\" is "
          "too long" +
          allowed);
  EXPECT_EQ(ErrorOf("swarm:\n  interfaces: {a: b}\n"),
            "f.yaml:2: swarm.interfaces: is not a single value" + allowed);
}

TEST(ParseConfigTest, TooManyItemsAreOneMistake) {
  std::string text = "swarm:\n  interfaces:\n";
  for (int i = 0; i < 5000; ++i) text += "  - a\n";
  EXPECT_EQ(
      ErrorOf(text),
      "f.yaml:259: swarm.interfaces: has too many items; allowed: up to 256 "
      "items of 1024 bytes: names of interfaces, such as eth0 or \"wl*\"");
}

struct WrongText {
  std::string text;
  std::string error;
};

TEST(ParseConfigTest, SaysFileLineKeyAndWhatIsAllowed) {
  const std::string sections = kSections;
  const std::string scheduler =
      "max_running_jobs, max_running_files, time_slice_seconds";
  const WrongText cases[] = {
      {"\nhtpp:\n  a: 1\n",
       "f.yaml:2: htpp: unknown key; did you mean \"http\"?; allowed: " +
           sections},
      {"zebra: 1\n", "f.yaml:1: zebra: unknown key; allowed: " + sections},
      {"scheduler:\n  max_runing_jobs: 1\n",
       "f.yaml:2: scheduler.max_runing_jobs: unknown key; did you mean "
       "\"scheduler.max_running_jobs\"?; allowed: " +
           scheduler},
      {"log.level: info\n",
       "f.yaml:1: log.level: a path of keys; write \"level\" below \"log:\"; "
       "allowed: " +
           sections},
      {"log:\n  level: loud\n",
       "f.yaml:2: log.level: \"loud\" is none of the known values; allowed: "
       "error, warning, info, debug"},
      {"http:\n\n  max_redirects: many\n",
       "f.yaml:3: http.max_redirects: \"many\" is not a whole number; allowed: "
       "0 to 50"},
      {"http:\n  max_redirects: \"3\"\n",
       "f.yaml:2: http.max_redirects: is a text in quotes; write it without; "
       "allowed: 0 to 50"},
      {"http:\n  max_redirects:\n",
       "f.yaml:2: http.max_redirects: has no value; allowed: 0 to 50"},
      {"http:\n  max_redirects: ~\n",
       "f.yaml:2: http.max_redirects: has no value; allowed: 0 to 50"},
      {"http:\n  max_redirects: [3]\n",
       "f.yaml:2: http.max_redirects: is not a single value; allowed: 0 to 50"},
      {"http:\n  max_redirects: !!int 3\n",
       "f.yaml:2: http.max_redirects: has a tag; allowed: 0 to 50"},
      {"http:\n  max_redirects: 3\n  max_redirects: 4\n",
       "f.yaml:3: http.max_redirects: given twice, first in line 2; allowed: "
       "once"},
      {"log: {}\nhttp: {}\nlog: {}\n",
       "f.yaml:3: log: given twice, first in line 1; allowed: once"},
      {"scheduler: 3\n",
       "f.yaml:1: scheduler: not a map of keys; allowed: " + scheduler},
      {"\n- http\n", "f.yaml:2: not a map of keys; allowed: " + sections},
      {"text\n", "f.yaml:1: not a map of keys; allowed: " + sections},
      {"? [a]\n: b\n",
       "f.yaml:1: a key that is not a text; allowed: names of keys"},
      {"log: {}\n---\nhttp: {}\n",
       "f.yaml:2: text after the end of the document; allowed: one document in "
       "a file"},
      {"log: {}\nhttp: \x01\n",
       "f.yaml:2: a control character; allowed: UTF-8 text"},
      {"log: {}\n\nhttp: \xFF\n", "f.yaml:3: not UTF-8; allowed: UTF-8 text"},
      {"http: {\n", "f.yaml:2: not YAML: end of map flow not found"},
      {"log: *a\n", "f.yaml:1: not YAML: the referenced anchor is not defined"},
      {"log: &a {level: info}\nhttp: *a\n",
       "f.yaml:2: http: not a map of keys; allowed: max_connections_per_host, "
       "max_connections_per_file, connect_timeout_seconds, "
       "low_speed_bytes_per_second, low_speed_timeout_seconds, max_redirects, "
       "allow_https_to_http, proxy_url, ca_file, blocked_urls, "
       "client_certificate_file, client_key_file"},
      {"log: {level: &a info}\nhttp: {ca_file: *a}\n",
       "f.yaml:2: http.ca_file: is an alias; write its value out; allowed: an "
       "absolute path of at most 4095 bytes"},
      {"]\n", "f.yaml:1: not YAML: illegal flow end"},
      {",a\n",
       "f.yaml:1: text after the end of the document; allowed: one document in "
       "a file"},
      {"log: {}\n...\nmore\n",
       "f.yaml:3: text after the end of the document; allowed: one document in "
       "a file"},
  };
  for (const WrongText& one : cases) {
    EXPECT_EQ(ErrorOf(one.text), one.error) << one.text;
  }
}

TEST(ParseConfigTest, ReportsAllMistakesOfAllFiles) {
  const absl::Status status =
      ParseConfig({{"a.yaml", "log: {level: loud}\nhttp: {max_redirects: x}\n"},
                   {"b.yaml", "nonsense: 1\n"}},
                  {{"log.level", "quiet"}, {"zebra", "1"}})
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      status.message(),
      "a.yaml:1: log.level: \"loud\" is none of the known values; allowed: "
      "error, warning, info, debug\n"
      "a.yaml:2: http.max_redirects: \"x\" is not a whole number; allowed: 0 "
      "to "
      "50\n"
      "b.yaml:1: nonsense: unknown key; allowed: " +
          std::string(kSections) +
          "\n"
          "command line: log.level: \"quiet\" is none of the known values; "
          "allowed: "
          "error, warning, info, debug\n"
          "command line: zebra: unknown key; allowed: " +
          kSections);
}

TEST(ParseConfigTest, CountsMistakesAboveTwenty) {
  std::string text;
  for (int i = 0; i < 25; ++i) absl::StrAppend(&text, "unknown", i, ": 1\n");
  const std::vector<std::string> lines = absl::StrSplit(ErrorOf(text), '\n');
  ASSERT_EQ(lines.size(), 21u);
  EXPECT_TRUE(absl::StartsWith(lines[19], "f.yaml:20: unknown19: "));
  EXPECT_EQ(lines[20], "and 5 more");
}

TEST(ParseConfigTest, NeverRepeatsAProxysPassword) {
  const std::string error =
      ErrorOf("http: {proxy_url: 'ftp://user:hunter2@proxy'}\n");
  EXPECT_FALSE(error.empty());
  EXPECT_FALSE(absl::StrContains(error, "hunter2")) << error;
}

TEST(ParseConfigTest, DeepNestingIsAnError) {
  EXPECT_TRUE(absl::StartsWith(ErrorOf(std::string(100000, '[')), "f.yaml:"));
  EXPECT_TRUE(absl::StartsWith(ErrorOf(std::string(100000, '{')), "f.yaml:"));
  std::string dashes;
  for (int i = 0; i < 20000; ++i) dashes += "- ";
  EXPECT_TRUE(absl::StartsWith(ErrorOf(dashes), "f.yaml:"));
}

TEST(ParseConfigTest, RepeatedAnchorsDoNotExplode) {
  std::string text = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 60; ++i) {
    absl::StrAppend(&text, "a", i, ": &a", i, " [*a", i - 1, ", *a", i - 1,
                    "]\n");
  }
  EXPECT_TRUE(absl::StartsWith(ErrorOf(text), "f.yaml:1: a0: unknown key"));
  EXPECT_TRUE(absl::StartsWith(ErrorOf("http: &a {max_redirects: *a}\n"),
                               "f.yaml:1: "));
}

// A few bytes of a right file changed.
std::string Mutate(std::string text, std::mt19937& random) {
  const std::string pieces[] = {
      ":",  "\n", "  ", "-", "\"", "'", "#",  "[", "}",   "*a",   "&a",
      "!!", "|",  ">",  "?", "\t", "%", "\0", "~", "---", "\xFF", "9999999999"};
  for (auto count = 1 + random() % 4; count > 0; --count) {
    const std::size_t at = random() % (text.size() + 1);
    switch (random() % 3) {
      case 0:
        text.erase(at, 1 + random() % 8);
        break;
      case 1:
        text.insert(at, pieces[random() % std::size(pieces)]);
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(random() % 256);
    }
  }
  return text;
}

TEST(ParseConfigTest, MutatedFilesAreReadOrRefusedWithFileAndLine) {
  const std::string right = ReadFile(kAllYaml);
  std::mt19937 random(20240229);
  int refused = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = Mutate(right, random);
    const auto settings = ParseConfig({{"dir/f.yaml", text}}, {});
    if (settings.ok()) continue;
    ++refused;
    for (absl::string_view line :
         absl::StrSplit(settings.status().message(), '\n')) {
      absl::string_view rest = line;
      ASSERT_TRUE(absl::ConsumePrefix(&rest, "dir/f.yaml:") ||
                  absl::ConsumePrefix(&rest, "and "))
          << line << "\n"
          << text;
      ASSERT_TRUE(rest[0] >= '1' && rest[0] <= '9') << line << "\n" << text;
    }
  }
  EXPECT_GT(refused, 500);
}

// Files.

class LoadConfigTest : public testing::Test {
 protected:
  LoadConfigTest() {
    std::string name = testing::TempDir() + "/configXXXXXX";
    folder_ = mkdtemp(name.data());
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(absl::StrCat(folder_, "/", name)) << text;
  }
  void MakeFolder(const std::string& name) {
    ASSERT_EQ(mkdir(absl::StrCat(folder_, "/", name).c_str(), 0755), 0);
  }
  std::string Path(const std::string& name) {
    return absl::StrCat(folder_, "/", name);
  }

  std::string folder_;
};

TEST_F(LoadConfigTest, ReadsFragmentsInNameOrder) {
  MakeFolder("conf.d");
  Write("convoyd.yaml", "http: {max_redirects: 1}\n");
  Write("conf.d/20-b.yaml", "http: {max_redirects: 3}\n");
  Write("conf.d/10-a.yaml", "http: {max_redirects: 2}\nlog: {level: debug}\n");
  Write("conf.d/.hidden.yaml", "nonsense\n");
  Write("conf.d/30-c.yaml.bak", "nonsense\n");
  const auto settings = LoadConfig(Path("convoyd.yaml"), {});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->config.http().max_redirects(), 3);
  EXPECT_EQ(settings->ProviderOf("http.max_redirects"),
            Path("conf.d/20-b.yaml") + ":1");
  EXPECT_EQ(settings->ProviderOf("log.level"), Path("conf.d/10-a.yaml") + ":2");
}

TEST_F(LoadConfigTest, AGivenFileMustExist) {
  const absl::Status status = LoadConfig(Path("convoyd.yaml"), {}).status();
  EXPECT_EQ(ErrorDetailOf(status).reason(), v1::ERROR_REASON_PATH_NOT_FOUND);
  EXPECT_EQ(ErrorDetailOf(status).local_path(), Path("convoyd.yaml"));
  EXPECT_TRUE(absl::StrContains(status.message(), Path("convoyd.yaml")));
}

TEST_F(LoadConfigTest, ADefaultFileNeedNotExist) {
  MakeFolder("conf.d");
  Write("conf.d/a.yaml", "log: {level: debug}\n");
  const auto settings =
      LoadDefaultConfig(Path("convoyd.yaml"), {{"http.max_redirects", "4"}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->config.log().level(), "debug");
  EXPECT_EQ(settings->config.http().max_redirects(), 4);
  EXPECT_TRUE(LoadDefaultConfig("", {}).ok());
}

TEST_F(LoadConfigTest, ADefaultFileIsReadIfItExists) {
  Write("convoyd.yaml", "log: {level: loud}\n");
  EXPECT_EQ(LoadDefaultConfig(Path("convoyd.yaml"), {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(LoadConfigTest, RefusesWhatIsNoFile) {
  MakeFolder("convoyd.yaml");
  EXPECT_EQ(
      ErrorDetailOf(LoadConfig(Path("convoyd.yaml"), {}).status()).reason(),
      v1::ERROR_REASON_LOCAL_FILE_IO);
}

TEST_F(LoadConfigTest, RefusesAHugeFile) {
  Write("convoyd.yaml", std::string((1 << 20) + 1, '#'));
  EXPECT_EQ(
      ErrorDetailOf(LoadConfig(Path("convoyd.yaml"), {}).status()).reason(),
      v1::ERROR_REASON_LOCAL_FILE_IO);
}

TEST_F(LoadConfigTest, RefusesAFragmentThatCannotBeRead) {
  Write("convoyd.yaml", "");
  MakeFolder("conf.d");
  ASSERT_EQ(symlink("nowhere", Path("conf.d/a.yaml").c_str()), 0);
  const absl::Status status = LoadConfig(Path("convoyd.yaml"), {}).status();
  EXPECT_EQ(ErrorDetailOf(status).reason(), v1::ERROR_REASON_PATH_NOT_FOUND);
  EXPECT_EQ(ErrorDetailOf(status).local_path(), Path("conf.d/a.yaml"));
}

// What is made of settings.

TEST(MakeHttpLimitsTest, TakesEveryKeyOfHttp) {
  const auto settings = ParseConfig({{"all.yaml", ReadFile(kAllYaml)}}, {});
  ASSERT_TRUE(settings.ok()) << settings.status();
  const HttpLimits limits = MakeHttpLimits(*settings);
  EXPECT_EQ(limits.max_connections_per_host, 8);
  EXPECT_EQ(limits.max_connections_per_file, 1);
  EXPECT_EQ(limits.connect_timeout, absl::Seconds(5));
  EXPECT_EQ(limits.low_speed_bytes_per_second, 0);
  EXPECT_EQ(limits.low_speed_timeout, absl::Seconds(6));
  EXPECT_EQ(limits.max_redirects, 0);
  EXPECT_EQ(limits.allow_https_to_http, false);
  EXPECT_EQ(limits.proxy_url, "http://proxy.example:3128");
  EXPECT_EQ(limits.ca_file, "/etc/ssl/fleet.pem");
}

TEST(MakeHttpLimitsTest, DefaultsAreThoseOfTheEngine) {
  const HttpLimits limits = MakeHttpLimits(*ParseConfig({}, {}));
  const HttpLimits engine;
  EXPECT_EQ(limits.max_connections_per_host, engine.max_connections_per_host);
  EXPECT_EQ(limits.max_connections_per_file, engine.max_connections_per_file);
  EXPECT_EQ(limits.connect_timeout, engine.connect_timeout);
  EXPECT_EQ(limits.low_speed_bytes_per_second,
            engine.low_speed_bytes_per_second);
  EXPECT_EQ(limits.low_speed_timeout, engine.low_speed_timeout);
  EXPECT_EQ(limits.max_redirects, engine.max_redirects);
  EXPECT_EQ(limits.allow_https_to_http, engine.allow_https_to_http);
}

TEST(EffectiveConfigTest, NamesEachKeyItsValueAndWhoSetIt) {
  const auto settings =
      ParseConfig({{"f.yaml",
                    "http:\n  proxy_url: http://u:hunter2@p:1\n"
                    "swarm: {interfaces: [a, \"b,c\"]}\n"}},
                  {{"log.level", "debug"}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  const v1::GetEffectiveConfigResponse response = EffectiveConfig(*settings);
  ASSERT_EQ(response.values(0).key(), "paths.state_directory");
  EXPECT_EQ(response.values(0).value(), "");
  EXPECT_EQ(response.values(0).provider(), "default");
  const auto find = [&response](absl::string_view key) {
    for (const v1::ConfigValue& value : response.values()) {
      if (value.key() == key) return value;
    }
    return v1::ConfigValue();
  };
  EXPECT_EQ(find("log.level").value(), "debug");
  EXPECT_EQ(find("log.level").provider(), "command line");
  EXPECT_EQ(find("http.proxy_url").value(), "http://p:1");
  EXPECT_EQ(find("http.proxy_url").provider(), "f.yaml:2");
  EXPECT_EQ(find("swarm.interfaces").value(), "[a, \"b,c\"]");
  EXPECT_EQ(find("swarm.interfaces").provider(), "f.yaml:3");
  EXPECT_FALSE(absl::StrContains(response.DebugString(), "hunter2"));
}

}  // namespace
}  // namespace convoy
