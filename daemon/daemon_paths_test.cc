#include "daemon/daemon_paths.h"

#include <sys/stat.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "convoy/v1/config.pb.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

constexpr DaemonIdentity kRoot = {0, 0};
constexpr DaemonIdentity kUser = {1000, 1000};

Environment With(std::map<std::string, std::string> variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

DaemonPaths PathsOf(const DaemonIdentity& identity,
                    const Environment& environment,
                    const v1::PathsConfig& config = {}) {
  const auto paths = MakeDaemonPaths(config, identity, environment);
  EXPECT_TRUE(paths.ok()) << paths.status();
  return paths.value_or(DaemonPaths());
}

TEST(DaemonPathsTest, RootUsesTheMachinesFolders) {
  const Environment environment = With({{"HOME", "/root"},
                                        {"XDG_RUNTIME_DIR", "/run/user/0"},
                                        {"XDG_CONFIG_HOME", "/root/c"}});
  const DaemonPaths paths = PathsOf(kRoot, environment);
  EXPECT_EQ(paths.state_directory, "/var/lib/convoy");
  EXPECT_EQ(paths.socket, "/run/convoy/convoyd.sock");
  EXPECT_EQ(DefaultConfigFile(kRoot, environment), "/etc/convoy/convoyd.yaml");
}

TEST(DaemonPathsTest, UserUsesXdgFolders) {
  const Environment environment = With({{"HOME", "/home/u"},
                                        {"XDG_RUNTIME_DIR", "/run/user/1000"},
                                        {"XDG_STATE_HOME", "/state"},
                                        {"XDG_CONFIG_HOME", "/config"}});
  const DaemonPaths paths = PathsOf(kUser, environment);
  EXPECT_EQ(paths.state_directory, "/state/convoy");
  EXPECT_EQ(paths.socket, "/run/user/1000/convoy/convoyd.sock");
  EXPECT_EQ(DefaultConfigFile(kUser, environment),
            "/config/convoy/convoyd.yaml");
}

TEST(DaemonPathsTest, UserWithoutXdgUsesHome) {
  const Environment environment = With({{"HOME", "/home/u"}});
  const DaemonPaths paths = PathsOf(kUser, environment);
  EXPECT_EQ(paths.state_directory, "/home/u/.local/state/convoy");
  EXPECT_EQ(paths.socket, "/home/u/.local/state/convoy/convoyd.sock");
  EXPECT_EQ(DefaultConfigFile(kUser, environment),
            "/home/u/.config/convoy/convoyd.yaml");
}

TEST(DaemonPathsTest, RelativeXdgFoldersAreIgnored) {
  const DaemonPaths paths =
      PathsOf(kUser, With({{"HOME", "/home/u"}, {"XDG_STATE_HOME", "state"}}));
  EXPECT_EQ(paths.state_directory, "/home/u/.local/state/convoy");
}

TEST(DaemonPathsTest, ConfigurationComesFirst) {
  v1::PathsConfig config;
  config.set_state_directory("/srv/state");
  EXPECT_EQ(PathsOf(kUser, With({}), config).state_directory, "/srv/state");
  EXPECT_EQ(PathsOf(kUser, With({}), config).socket, "/srv/state/convoyd.sock");
  config.set_socket("/srv/s");
  EXPECT_EQ(PathsOf(kRoot, With({}), config).socket, "/srv/s");
}

TEST(DaemonPathsTest, UserWithoutHomeIsToldWhatToSet) {
  const auto paths = MakeDaemonPaths({}, kUser, With({}));
  EXPECT_NE(paths.status().message().find("--state-dir"), std::string::npos);
  EXPECT_EQ(DefaultConfigFile(kUser, With({})), "");
}

class MakeDirectoriesTest : public ::testing::Test {
 protected:
  MakeDirectoriesTest() {
    char name[] = "/tmp/convoy-paths-XXXXXX";
    root_ = ::mkdtemp(name);
    old_umask_ = ::umask(077);
  }
  ~MakeDirectoriesTest() override { ::umask(old_umask_); }

  static mode_t ModeOf(const std::string& path) {
    struct stat attributes = {};
    EXPECT_EQ(::stat(path.c_str(), &attributes), 0) << path;
    return attributes.st_mode & 07777;
  }

  std::string root_;
  mode_t old_umask_ = 0;
};

TEST_F(MakeDirectoriesTest, MakesAllOfThemWithTheModeWhateverTheUmask) {
  EXPECT_TRUE(MakeDirectories(root_ + "/a/b/c", 0755).ok());
  EXPECT_EQ(ModeOf(root_ + "/a"), 0755u);
  EXPECT_EQ(ModeOf(root_ + "/a/b/c"), 0755u);
}

TEST_F(MakeDirectoriesTest, LeavesExistingOnesAsTheyAre) {
  ASSERT_TRUE(MakeDirectories(root_ + "/a", 0700).ok());
  EXPECT_TRUE(MakeDirectories(root_ + "/a/b", 0755).ok());
  EXPECT_TRUE(MakeDirectories(root_ + "/a", 0755).ok());
  EXPECT_EQ(ModeOf(root_ + "/a"), 0700u);
  EXPECT_EQ(ModeOf(root_ + "/a/b"), 0755u);
}

TEST_F(MakeDirectoriesTest, SaysWhenSomethingElseStandsThere) {
  const std::string file = root_ + "/file";
  std::fclose(std::fopen(file.c_str(), "w"));
  EXPECT_NE(MakeDirectories(file, 0755).message().find("not a folder"),
            std::string::npos);
  EXPECT_FALSE(MakeDirectories(file + "/below", 0755).ok());
}

}  // namespace
}  // namespace convoy
