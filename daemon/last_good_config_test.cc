#include "daemon/last_good_config.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

constexpr char kFile[] = "/etc/convoy/convoyd.yaml";

class LastGoodConfigTest : public ::testing::Test {
 protected:
  LastGoodConfigTest() {
    char name[] = "/tmp/convoy-last-good-XXXXXX";
    directory_ = ::mkdtemp(name);
  }
  ~LastGoodConfigTest() override { std::filesystem::remove_all(directory_); }

  absl::Status Keep(const std::vector<ConfigSource>& files) const {
    return KeepLastGoodConfig(directory_, kFile, files);
  }
  absl::StatusOr<Settings> Load(const std::string& config_file = kFile) const {
    return LoadLastGoodConfig(directory_, config_file, {});
  }
  std::string Path() const { return directory_ + "/last_good_config"; }

  std::string directory_;
};

TEST_F(LastGoodConfigTest, GivesBackWhatWasKept) {
  EXPECT_TRUE(absl::IsNotFound(Load().status()));
  ASSERT_TRUE(Keep({{kFile, "limits: {max_jobs_per_user: 5}\n"},
                    {"conf.d/1\n0.yaml", "\nlog: {level: debug}"},
                    {"conf.d/2.yaml", ""}})
                  .ok());
  const absl::StatusOr<Settings> settings = Load();
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->config.limits().max_jobs_per_user(), 5);
  EXPECT_EQ(settings->ProviderOf("limits.max_jobs_per_user"),
            std::string(kFile) + ":1");
  EXPECT_EQ(settings->config.log().level(), "debug");
  ASSERT_EQ(settings->files.size(), 3u);
  EXPECT_EQ(settings->files[1].path, "conf.d/1\n0.yaml");
}

TEST_F(LastGoodConfigTest, TheNewestStaysAndOnlyTheDaemonReadsIt) {
  ASSERT_TRUE(Keep({{kFile, "limits: {max_jobs_per_user: 5}\n"}}).ok());
  ASSERT_TRUE(Keep({}).ok());
  EXPECT_EQ(Load()->config.limits().max_jobs_per_user(), 10000);
  struct stat status = {};
  ASSERT_EQ(::stat(Path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(LastGoodConfigTest, ThatOfAnotherFileIsNone) {
  ASSERT_TRUE(Keep({{kFile, ""}}).ok());
  EXPECT_TRUE(absl::IsNotFound(Load("/other.yaml").status()));
}

TEST_F(LastGoodConfigTest, TheCommandLineStillWins) {
  ASSERT_TRUE(Keep({{kFile, "log: {level: debug}\n"}}).ok());
  EXPECT_EQ(LoadLastGoodConfig(directory_, kFile, {{"log.level", "error"}})
                ->config.log()
                .level(),
            "error");
  EXPECT_FALSE(
      LoadLastGoodConfig(directory_, kFile, {{"log.level", "loud"}}).ok());
}

TEST_F(LastGoodConfigTest, WhatIsCutOffIsNotUsed) {
  ASSERT_TRUE(Keep({{kFile, "log: {level: debug}\n"}}).ok());
  std::string bytes;
  std::getline(std::ifstream(Path()), bytes, '\0');
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::ofstream(Path()) << bytes.substr(0, size);
    const absl::StatusOr<Settings> settings = Load();
    // Without any file it is whole again.
    if (settings.ok()) {
      EXPECT_TRUE(settings->files.empty()) << size;
    }
  }
  std::ofstream(Path()) << bytes;
  EXPECT_TRUE(Load().ok());
}

}  // namespace
}  // namespace convoy
