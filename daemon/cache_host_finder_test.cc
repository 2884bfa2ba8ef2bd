#include "daemon/cache_host_finder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "peer/base/clock.h"
#include "peer/base/mutex.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

using Records = std::optional<std::vector<SrvRecord>>;

// A finder whose name servers say what a test wants, when it wants.
class CacheHostFinderTest : public ::testing::Test {
 protected:
  CacheHostFinderTest() {
    const char* const parent = std::getenv("TEST_TMPDIR");
    std::string made =
        std::string(parent == nullptr ? "/tmp" : parent) + "/finder.XXXXXX";
    root_ = ::mkdtemp(made.data());
    Write("/etc/resolv.conf", "search site.example\n");
  }
  ~CacheHostFinderTest() override {
    finder_.reset();
    fs::remove_all(root_);
  }

  void Write(const std::string& path, const std::string& text) const {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  // Option 235 of networkd's lease.
  void WriteLease(const std::string& hex) const {
    Write("/run/systemd/netif/leases/2",
          absl::StrCat("ADDRESS=192.0.2.7\nOPTION_235=", hex, "\n"));
  }
  void Start(const std::string& source) {
    CacheHostFinder::Sources sources;
    sources.clock = &clock_;
    sources.root = root_;
    sources.ask = [this](const std::string& name) {
      MutexLock lock(&mutex_);
      asked_.push_back(name);
      changed_.NotifyAll();
      return records_;
    };
    finder_ = std::make_unique<CacheHostFinder>(
        std::move(sources), source, [this](const FoundCacheHosts& found) {
          MutexLock lock(&mutex_);
          news_.push_back(absl::StrCat(found.source, ": ",
                                       absl::StrJoin(found.hosts, " ")));
          changed_.NotifyAll();
        });
    finder_->WaitForFirst(absl::Minutes(2));
  }
  // What the name servers say from now on.
  void Say(Records records) {
    MutexLock lock(&mutex_);
    records_ = std::move(records);
  }
  // All that has been found, one after another, when there are so many.
  std::string News(std::size_t count) {
    MutexLock lock(&mutex_);
    while (news_.size() < count) changed_.Wait(&mutex_);
    return absl::StrJoin(news_, "; ");
  }
  // When so many questions were asked: the last one.
  std::string Question(std::size_t count) {
    MutexLock lock(&mutex_);
    while (asked_.size() < count) changed_.Wait(&mutex_);
    return asked_.back();
  }

  RealClock clock_;
  std::string root_;
  Mutex mutex_;
  CondVar changed_;
  Records records_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> asked_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> news_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<CacheHostFinder> finder_;
};

const Records kOne = {{{0, 0, 3128, "one.example"}}};
const Records kTwo = {{{1, 0, 80, "one.example"}, {0, 0, 81, "two.example"}}};

TEST_F(CacheHostFinderTest, AsksTheSearchDomainAndKeepsTheOrderOfPriorities) {
  Say(kTwo);
  Start("dns_sd");
  EXPECT_EQ(Question(1), "_convoy-cache._tcp.site.example");
  EXPECT_EQ(News(1), "dns_sd: http://two.example:81 http://one.example:80");
}

TEST_F(CacheHostFinderTest, TheOldAnswerStaysWhileNobodyAnswers) {
  Say(kOne);
  Start("dns_sd");
  Say(std::nullopt);
  finder_->Ask("dns_sd");
  Question(2);
  finder_->Ask("dns_sd");
  Question(3);
  Say(kTwo);
  finder_->Ask("dns_sd");
  EXPECT_EQ(News(2),
            "dns_sd: http://one.example:3128; "
            "dns_sd: http://two.example:81 http://one.example:80");
}

TEST_F(CacheHostFinderTest, ThatThereIsNoneIsAnAnswer) {
  Say(kOne);
  Start("dns_sd");
  Say(Records(std::in_place));
  finder_->Ask("dns_sd");
  EXPECT_EQ(News(2), "dns_sd: http://one.example:3128; dns_sd: ");
}

TEST_F(CacheHostFinderTest, TheCacheHostsOfAnotherSiteDoNotStay) {
  Say(kOne);
  Start("dns_sd");
  Say(std::nullopt);
  Write("/etc/resolv.conf", "search elsewhere.example\n");
  finder_->NetworkChanged();
  EXPECT_EQ(Question(2), "_convoy-cache._tcp.elsewhere.example");
  EXPECT_EQ(News(2), "dns_sd: http://one.example:3128; dns_sd: ");
}

TEST_F(CacheHostFinderTest, WithoutASearchDomainNobodyIsAsked) {
  Write("/etc/resolv.conf", "nameserver 192.0.2.1\n");
  Say(kOne);
  Start("dns_sd");
  EXPECT_EQ(News(1), "dns_sd: ");
  MutexLock lock(&mutex_);
  EXPECT_TRUE(asked_.empty());
}

TEST_F(CacheHostFinderTest, TheDhcpOptionIsReadAnewWhenTheNetworkChanges) {
  WriteLease("6f6e652c74776f3a3831");  // "one,two:81"
  Start("dhcp_option");
  EXPECT_EQ(News(1), "dhcp_option: http://one http://two:81");
  WriteLease("74776f");  // "two"
  finder_->NetworkChanged();
  EXPECT_EQ(News(2),
            "dhcp_option: http://one http://two:81; dhcp_option: http://two");
}

TEST_F(CacheHostFinderTest, AnotherSourceIsAskedAtOnce) {
  WriteLease("6f6e65");  // "one"
  Say(kOne);
  Start("none");
  finder_->Ask("dhcp_option_forced");
  News(1);
  finder_->Ask("dns_sd");
  News(2);
  finder_->Ask("none");
  EXPECT_EQ(News(3),
            "dhcp_option_forced: http://one; dns_sd: http://one.example:3128; "
            "none: ");
}

TEST_F(CacheHostFinderTest, EndsWhileNobodyIsAsked) {
  Start("none");
  finder_.reset();
  EXPECT_EQ(News(0), "");
}

}  // namespace
}  // namespace convoy
