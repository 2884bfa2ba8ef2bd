#include "daemon/config_watcher.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kPatience = absl::Seconds(150);

class ConfigWatcherTest : public ::testing::Test {
 protected:
  ConfigWatcherTest() {
    const char* const parent = std::getenv("TEST_TMPDIR");
    std::string made =
        std::string(parent == nullptr ? "/tmp" : parent) + "/watcher.XXXXXX";
    root_ = ::mkdtemp(made.data());
  }
  ~ConfigWatcherTest() override {
    watcher_.reset();
    fs::remove_all(root_);
  }

  std::string Path(const std::string& name) const { return root_ + "/" + name; }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name)) << text;
  }
  void Start(const std::string& file) {
    Watch([path = Path(file)] { return ConfigPlaces(path); });
  }
  void StartFolder(const std::string& folder) {
    Watch([path = Path(folder)] { return FolderPlaces(path); });
  }
  // Waits for the next change.
  bool Told() {
    absl::MutexLock lock(&mutex_);
    const auto more = [this] { return changes_ > seen_; };
    const bool told =
        mutex_.AwaitWithTimeout(absl::Condition(&more), kPatience);
    seen_ = changes_;
    return told;
  }
  int changes() {
    absl::MutexLock lock(&mutex_);
    return changes_;
  }

 private:
  void Watch(std::function<std::vector<ConfigWatcher::Place>()> places) {
    auto watcher = ConfigWatcher::Start(std::move(places), [this] {
      absl::MutexLock lock(&mutex_);
      ++changes_;
    });
    ASSERT_TRUE(watcher.ok()) << watcher.status();
    watcher_ = *std::move(watcher);
  }

  std::string root_;
  absl::Mutex mutex_;
  int changes_ = 0;
  int seen_ = 0;
  std::unique_ptr<ConfigWatcher> watcher_;
};

TEST_F(ConfigWatcherTest, TellsOfAFileWrittenInPlace) {
  Write("convoyd.yaml", "a");
  Start("convoyd.yaml");
  Write("convoyd.yaml", "b");
  EXPECT_TRUE(Told());
}

TEST_F(ConfigWatcherTest, TellsOfAFileReplacedByRenameAgainAndAgain) {
  Write("convoyd.yaml", "a");
  Start("convoyd.yaml");
  for (int i = 0; i < 3; ++i) {
    Write(".new", "b");
    fs::rename(Path(".new"), Path("convoyd.yaml"));
    EXPECT_TRUE(Told()) << i;
  }
}

TEST_F(ConfigWatcherTest, TellsOfFragmentsMadeChangedAndRemoved) {
  fs::create_directory(Path("conf.d"));
  Start("convoyd.yaml");
  Write("conf.d/10.yaml", "a");
  EXPECT_TRUE(Told());
  Write("conf.d/10.yaml", "b");
  EXPECT_TRUE(Told());
  fs::remove(Path("conf.d/10.yaml"));
  EXPECT_TRUE(Told());
}

TEST_F(ConfigWatcherTest, TellsOfFoldersThatCameLaterWentAndCameAgain) {
  Start("etc/convoy/convoyd.yaml");
  for (int i = 0; i < 2; ++i) {
    fs::create_directories(Path("etc/convoy/conf.d"));
    EXPECT_TRUE(Told()) << i;
    Write("etc/convoy/conf.d/a.yaml", "a");
    EXPECT_TRUE(Told()) << i;
    fs::remove_all(Path("etc"));
    EXPECT_TRUE(Told()) << i;
  }
}

TEST_F(ConfigWatcherTest, FollowsLinks) {
  fs::create_directory(Path("real"));
  Write("real/one.yaml", "a");
  Write("real/two.yaml", "a");
  fs::create_symlink(Path("real/one.yaml"), Path("convoyd.yaml"));
  Start("convoyd.yaml");
  Write("real/one.yaml", "b");
  EXPECT_TRUE(Told());
  fs::create_symlink(Path("real/two.yaml"), Path("link"));
  fs::rename(Path("link"), Path("convoyd.yaml"));
  EXPECT_TRUE(Told());
  Write("real/two.yaml", "b");
  EXPECT_TRUE(Told());
}

TEST_F(ConfigWatcherTest, FollowsAFolderThatIsALink) {
  fs::create_directory(Path("one"));
  fs::create_directory(Path("two"));
  fs::create_symlink("one", Path("jobs.d"));
  StartFolder("jobs.d");
  fs::create_symlink("two", Path("link"));
  fs::rename(Path("link"), Path("jobs.d"));
  EXPECT_TRUE(Told());
  Write("two/a.yaml", "a");
  EXPECT_TRUE(Told());
}

// As deployment tools have it: the link in the middle of the path is replaced.
TEST_F(ConfigWatcherTest, FollowsLinksOnTheWay) {
  fs::create_directories(Path("releases/1/jobs.d"));
  fs::create_directories(Path("releases/2/jobs.d"));
  fs::create_symlink("releases/1", Path("current"));
  fs::create_symlink(Path("current/jobs.d"), Path("jobs.d"));
  StartFolder("jobs.d");
  fs::create_symlink("releases/2", Path("link"));
  fs::rename(Path("link"), Path("current"));
  EXPECT_TRUE(Told());
  Write("releases/2/jobs.d/a.yaml", "a");
  EXPECT_TRUE(Told());
}

TEST_F(ConfigWatcherTest, FollowsLinkedFilesOfAFolder) {
  fs::create_directory(Path("real"));
  fs::create_directory(Path("jobs.d"));
  Write("real/a.yaml", "a");
  fs::create_symlink("../real/a.yaml", Path("jobs.d/a.yaml"));
  StartFolder("jobs.d");
  Write("real/a.yaml", "b");
  EXPECT_TRUE(Told());
}

TEST_F(ConfigWatcherTest, LinksThatLeadInACircleEnd) {
  fs::create_symlink("b", Path("a"));
  fs::create_symlink("a", Path("b"));
  StartFolder("a");
  fs::remove(Path("a"));
  fs::create_directory(Path("a"));
  EXPECT_TRUE(Told());
}

TEST_F(ConfigWatcherTest, TellsOfPermissions) {
  Write("convoyd.yaml", "a");
  Start("convoyd.yaml");
  ASSERT_EQ(::chmod(Path("convoyd.yaml").c_str(), 0600), 0);
  EXPECT_TRUE(Told());
}

TEST_F(ConfigWatcherTest, SaysNothingOfOtherFiles) {
  Write("convoyd.yaml", "a");
  Start("convoyd.yaml");
  for (int i = 0; i < 100; ++i) Write("other" + std::to_string(i), "x");
  // What comes after them is the first that counts, and one event.
  Write("other", "b");
  fs::rename(Path("other"), Path("convoyd.yaml"));
  EXPECT_TRUE(Told());
  EXPECT_EQ(changes(), 1);
}

TEST_F(ConfigWatcherTest, GathersABurst) {
  fs::create_directory(Path("conf.d"));
  Start("convoyd.yaml");
  const absl::Time begin = absl::Now();
  for (int i = 0; i < 200; ++i) {
    Write("conf.d/" + std::to_string(i) + ".yaml", "x");
  }
  EXPECT_TRUE(Told());
  // One each 0.2 s, where the writing took so long.
  const int known = changes();
  EXPECT_LE(known, 2 + (absl::Now() - begin) / absl::Milliseconds(200));
}

}  // namespace
}  // namespace convoy
