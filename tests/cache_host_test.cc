// Real caching nginx, and squid, between real daemons and a real origin.

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
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

using ::testing::HasSubstr;

constexpr std::int64_t kMiB = 1 << 20;
// What a machine asks the origin about the file: a byte, and the head of a
// whole answer.
constexpr std::int64_t kQuestions = 64 << 10;

// As Microsoft Connected Cache: keyed by the origin that the query names, which
// it takes off before it asks there.
constexpr char kConnectedCache[] = R"(
map $request_uri $file {
  "~^(?<before>.*)[?&]cacheHostOrigin=[^&]*$" $before;
}
proxy_cache_path /var/cache/nginx/site keys_zone=site:16m;
server {
  listen 3128;
  location / {
    slice 4m;
    proxy_cache site;
    proxy_cache_lock on;
    proxy_cache_lock_timeout 60s;
    proxy_cache_valid 200 206 1h;
    proxy_cache_key $arg_cacheHostOrigin$file$slice_range;
    proxy_set_header Host $arg_cacheHostOrigin;
    proxy_set_header Range $slice_range;
    proxy_pass http://$arg_cacheHostOrigin$file;
  }
}
)";

// The block of peer/cache_hosts.md that begins with "# `head`".
std::string Sample(const std::string& head) {
  const std::string page = ReadFile(Runfile("peer/cache_hosts.md"));
  const std::string first = absl::StrCat("    # ", head, "\n");
  const std::size_t begin = page.find(first);
  if (begin == std::string::npos) {
    ADD_FAILURE() << "the page has no sample \"" << head << '"';
    return "";
  }
  std::string sample;
  for (absl::string_view line :
       absl::StrSplit(page.substr(begin + first.size()), '\n')) {
    if (!absl::ConsumePrefix(&line, "    ")) break;
    absl::StrAppend(&sample, line, "\n");
  }
  return sample;
}

// Each of the texts stands in `sample`, and becomes another.
std::string Adapted(
    std::string sample,
    const std::vector<std::pair<std::string, std::string>>& changes) {
  for (const auto& [from, to] : changes) {
    EXPECT_THAT(sample, HasSubstr(from));
    sample = absl::StrReplaceAll(sample, {{from, to}});
  }
  return sample;
}

// A caching nginx whose lines are those of the page, for one style.
class CachingNginx {
 public:
  // `more`: lines of the block "http".
  explicit CachingNginx(const std::string& style = "host",
                        const std::string& more = "")
      : style_(style), port_(FreePort()), nginx_(OptionsFor(more)) {}

  // For cache_host.hosts.
  std::string prefix() const {
    return absl::StrCat("http://127.0.0.1:", port_,
                        style_ == "path" ? "/depot" : "");
  }
  Nginx* operator->() { return &nginx_; }

 private:
  Nginx::Options OptionsFor(const std::string& more) const {
    Nginx::Options options;
    const std::string sample =
        style_ == "connected_cache"
            ? kConnectedCache
            : Sample(absl::StrCat("nginx, for cache_host.style: ", style_));
    options.http = absl::StrCat(
        more,
        Adapted(sample, {{"/var/cache/nginx/site", "@DIR@/cache"},
                         {"listen 3128;",
                          absl::StrCat("listen 127.0.0.1:", port_, ";")}}));
    return options;
  }

  const std::string style_;
  const int port_;
  Nginx nginx_;
};

// A squid whose lines are those of the page.
class Squid {
 public:
  static constexpr char kProgram[] = "/usr/sbin/squid";

  Squid() : port_(FreePort()) {
    // It gives up root's rights.
    chmod(folder_.path().c_str(), 0777);
    WriteFile(ConfigPath(), Config());
    const ProcessResult made =
        RunProcess({{kProgram, "-f", ConfigPath(), "-N", "-z"}});
    EXPECT_EQ(made.exit_code, 0) << made.output;
    process_.emplace(ProcessOptions{{kProgram, "-f", ConfigPath(), "-N"}});
    EXPECT_TRUE(Eventually([this] {
      return absl::StrContains(ReadFile(LogPath()), "Accepting");
    })) << ReadFile(LogPath());
  }

  std::string prefix() const {
    return absl::StrCat("http://127.0.0.1:", port_);
  }

 private:
  std::string ConfigPath() const { return folder_.path() + "/squid.conf"; }
  std::string LogPath() const { return folder_.path() + "/log"; }
  std::string Config() const {
    const std::string& folder = folder_.path();
    return absl::StrCat(
        Adapted(
            Sample("squid, for cache_host.style: host"),
            {{"http_port 3128", absl::StrCat("http_port 127.0.0.1:", port_)},
             {".example.org", "127.0.0.1"},
             {"/var/spool/squid 200000", folder + "/cache 1000"}}),
        "pid_filename ", folder, "/pid\naccess_log none\ncache_log ", LogPath(),
        "\ncoredump_dir ", folder, "\npinger_enable off\n");
  }

  TempDir folder_;
  const int port_;
  std::optional<Process> process_;
};

// The bytes are compared, not printed.
::testing::AssertionResult HasBytes(const std::string& path,
                                    const std::string& bytes) {
  if (ReadFile(path) == bytes) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << path << " has other bytes";
}

class CacheHostTest : public ::testing::Test {
 protected:
  using Settings = std::vector<std::pair<std::string, std::string>>;

  static TestDaemon::Options Plain(Settings more) {
    TestDaemon::Options options;
    options.settings = {{"swarm.download_mode", "http_only"}};
    options.settings.insert(options.settings.end(), more.begin(), more.end());
    return options;
  }
  static std::string Serve(Nginx& origin, const std::string& name,
                           std::size_t size) {
    const std::string bytes = RandomBytes(size, size);
    WriteFile(origin.root() + "/" + name, bytes);
    return bytes;
  }
  std::string Local(const std::string& name) const {
    return destination_.path() + "/" + name;
  }
  std::string Begin(TestDaemon& daemon, const std::string& url,
                    const std::string& name, v1::Job job = {}) {
    const auto made = daemon.Create({File(url, Local(name))}, std::move(job));
    if (!made.ok()) {
      ADD_FAILURE() << made.status();
      return "";
    }
    EXPECT_TRUE(daemon.Resume(made->id()).ok());
    return made->id();
  }
  // Waits for the end, checks the bytes, and tells where they came from.
  v1::SourceBytes End(TestDaemon& daemon, const std::string& id,
                      const std::string& name, const std::string& bytes) {
    const auto job =
        daemon.WaitFor(id, {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
    if (!job.ok() || job->state() != v1::JOB_STATE_TRANSFERRED) {
      ADD_FAILURE() << (job.ok() ? job->DebugString()
                                 : job.status().ToString());
      return {};
    }
    EXPECT_TRUE(daemon.Complete(id).ok());
    EXPECT_TRUE(HasBytes(Local(name), bytes));
    return job->progress().source_bytes();
  }
  // Three machines fetch one file at a time.
  void CostsTheOriginOneCopy(const std::string& prefix,
                             const std::string& style) {
    Nginx origin;
    const std::string bytes = Serve(origin, "image", 9 * kMiB + 77);
    const auto size = static_cast<std::int64_t>(bytes.size());
    std::vector<std::unique_ptr<TestDaemon>> daemons;
    std::vector<std::string> jobs;
    for (int i = 0; i < 3; ++i) {
      daemons.push_back(std::make_unique<TestDaemon>(
          Plain({{"cache_host.hosts", prefix}, {"cache_host.style", style}})));
      jobs.push_back(Begin(*daemons.back(), origin.Url("image"),
                           absl::StrCat("image.", i)));
    }
    for (std::size_t i = 0; i < 3; ++i) {
      const v1::SourceBytes from =
          End(*daemons[i], jobs[i], absl::StrCat("image.", i), bytes);
      EXPECT_EQ(from.cache_host_bytes(), size);
      EXPECT_EQ(from.origin_bytes(), 0);
    }
    EXPECT_GE(origin.BodyBytesSent(), size);
    EXPECT_LE(origin.BodyBytesSent(), size + 3 * kQuestions);
  }
  static const v1::SourceExplanation* CacheHostOf(
      const v1::ExplainJobResponse& explained, int number = 0) {
    for (const v1::SourceExplanation& source : explained.sources()) {
      if (source.kind() != v1::SourceExplanation::KIND_CACHE_HOST) continue;
      if (number-- == 0) return &source;
    }
    return nullptr;
  }

  TempDir destination_;
};

class CacheStyleTest : public CacheHostTest,
                       public ::testing::WithParamInterface<const char*> {};

TEST_P(CacheStyleTest, ThreeMachinesCostTheOriginOneCopy) {
  const CachingNginx cache(GetParam());
  CostsTheOriginOneCopy(cache.prefix(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Styles, CacheStyleTest,
                         ::testing::Values("host", "path", "connected_cache"),
                         [](const auto& style) { return style.param; });

TEST_F(CacheHostTest, ASquidCostsTheOriginOneCopyToo) {
  if (!Exists(Squid::kProgram))
    GTEST_SKIP() << Squid::kProgram << " is not here";
  const Squid cache;
  CostsTheOriginOneCopy(cache.prefix(), "host");
}

TEST_F(CacheHostTest, WhenItDiesTheOriginGoesOnAndItIsLeftAlone) {
  Nginx::Options slow;
  slow.rate = "300k";
  Nginx origin(slow);
  CachingNginx cache("host", "limit_rate 150k;\n");
  TestDaemon daemon(Plain({{"cache_host.hosts", cache.prefix()},
                           {"cache_host.ban_seconds", "3600"}}));
  const std::string bytes = Serve(origin, "image", 6 * kMiB);
  const std::string first = Begin(daemon, origin.Url("image"), "first");
  ASSERT_TRUE(daemon.WaitForBytes(first, kMiB).ok());
  origin.Release();
  cache->Stop();
  const v1::SourceBytes from = End(daemon, first, "first", bytes);
  EXPECT_GE(from.cache_host_bytes(), kMiB);
  EXPECT_GT(from.origin_bytes(), 0);
  // No byte came twice, but for those of a piece that was cut off.
  EXPECT_LE(from.cache_host_bytes() + from.origin_bytes(), 8 * kMiB);

  // It lives again, and is banned all the same.
  origin.Restrain();
  cache->Start();
  const std::int64_t before = cache->BodyBytesSent();
  const std::string second = Begin(daemon, origin.Url("image"), "second");
  const v1::ExplainJobResponse explained =
      daemon.ExplainUntil(second, [](const v1::ExplainJobResponse& now) {
        const v1::SourceExplanation* const host = CacheHostOf(now);
        return host != nullptr &&
               host->use() == v1::SourceExplanation::USE_REFUSED;
      });
  const v1::SourceExplanation* const host = CacheHostOf(explained);
  ASSERT_NE(host, nullptr);
  EXPECT_EQ(host->policy(), "cache_host.ban_seconds");
  EXPECT_EQ(host->provider(), "command line");
  ASSERT_TRUE(daemon.Suspend(second).ok());
  origin.Release();
  ASSERT_TRUE(daemon.Resume(second).ok());
  EXPECT_EQ(End(daemon, second, "second", bytes).cache_host_bytes(), 0);
  EXPECT_EQ(cache->BodyBytesSent(), before);
}

TEST_F(CacheHostTest, TheSecondOneIsAskedWhenTheFirstIsDead) {
  Nginx origin;
  CachingNginx cache;
  TestDaemon daemon(Plain(
      {{"cache_host.hosts", absl::StrCat("http://127.0.0.1:", FreePort())},
       {"cache_host.hosts", cache.prefix()}}));
  const std::string bytes = Serve(origin, "image", 3 * kMiB);
  const std::string id = Begin(daemon, origin.Url("image"), "image");
  const v1::SourceBytes from = End(daemon, id, "image", bytes);
  EXPECT_EQ(from.cache_host_bytes(), 3 * kMiB);
  EXPECT_EQ(from.origin_bytes(), 0);
}

TEST_F(CacheHostTest, NeverTheOriginWaitsAndSaysSo) {
  Nginx origin;
  CachingNginx cache;
  cache->Stop();
  TestDaemon daemon(
      Plain({{"cache_host.hosts", cache.prefix()},
             {"cache_host.ban_seconds", "1"},
             {"cache_host.fallback_delay_background_seconds", "-1"}}));
  const std::string bytes = Serve(origin, "image", 3 * kMiB);
  const std::string id = Begin(daemon, origin.Url("image"), "image");
  const std::string key = "cache_host.fallback_delay_background_seconds";
  const v1::ExplainJobResponse explained =
      daemon.ExplainUntil(id, [&key](const v1::ExplainJobResponse& now) {
        for (const v1::Factor& factor : now.factors()) {
          if (factor.policy() == key) return true;
        }
        return false;
      });
  EXPECT_TRUE(
      absl::StrContains(explained.summary(), "waiting for a cache host"))
      << explained.summary();
  EXPECT_LE(origin.BodyBytesSent(), kQuestions);
  cache->Start();
  const v1::SourceBytes from = End(daemon, id, "image", bytes);
  EXPECT_EQ(from.cache_host_bytes(), 3 * kMiB);
  EXPECT_EQ(from.origin_bytes(), 0);
}

TEST_F(CacheHostTest, ItsBytesAreNotHeldToTheRateOfOrigins) {
  Nginx origin;
  CachingNginx cache;
  // From the origin the file would take an hour.
  TestDaemon daemon(Plain({{"cache_host.hosts", cache.prefix()},
                           {"bandwidth.origin_bytes_per_second", "1000"}}));
  const std::string bytes = Serve(origin, "image", 3 * kMiB);
  const std::string id = Begin(daemon, origin.Url("image"), "image");
  const v1::SourceBytes from = End(daemon, id, "image", bytes);
  EXPECT_EQ(from.cache_host_bytes(), 3 * kMiB);
  EXPECT_EQ(from.origin_bytes(), 0);
}

TEST_F(CacheHostTest, AJobWithCredentialsAsksTheOriginAlone) {
  Nginx origin;
  CachingNginx cache;
  TestDaemon daemon(Plain({{"cache_host.hosts", cache.prefix()}}));
  const std::string bytes = Serve(origin, "image", 3 * kMiB);
  v1::Job job;
  v1::HttpHeader& header = *job.mutable_http()->add_headers();
  header.set_name("X-Token");
  header.set_value("secret");
  const std::string id =
      Begin(daemon, origin.Url("image"), "image", std::move(job));
  const v1::SourceBytes from = End(daemon, id, "image", bytes);
  EXPECT_EQ(from.origin_bytes(), 3 * kMiB);
  EXPECT_EQ(from.cache_host_bytes(), 0);
  EXPECT_EQ(cache->BodyBytesSent(), 0);
}

TEST_F(CacheHostTest, AStaleCopyIsNotTaken) {
  Nginx origin;
  CachingNginx cache;
  TestDaemon daemon(Plain({{"cache_host.hosts", cache.prefix()}}));
  const std::string old = Serve(origin, "image", 3 * kMiB);
  std::string id = Begin(daemon, origin.Url("image"), "old");
  EXPECT_EQ(End(daemon, id, "old", old).cache_host_bytes(), 3 * kMiB);
  // Same size, other bytes; nginx's ETag is of time and size.
  std::string now = RandomBytes(3 * kMiB, 99);
  WriteFile(origin.root() + "/image", now);
  const ProcessResult touched = RunProcess(
      {{"/usr/bin/touch", "-d", "2020-01-01", origin.root() + "/image"}});
  ASSERT_EQ(touched.exit_code, 0);
  id = Begin(daemon, origin.Url("image"), "now");
  const v1::SourceBytes from = End(daemon, id, "now", now);
  EXPECT_EQ(from.origin_bytes(), 3 * kMiB);
}

}  // namespace
}  // namespace convoy::testing
