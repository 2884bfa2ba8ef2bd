#include "client/socket_path.h"

#include <map>
#include <set>
#include <string>

#include "gtest/gtest.h"

namespace convoy {
namespace {

using Environment = std::map<std::string, std::string>;

std::string PathIn(const Environment& environment,
                   const std::set<std::string>& files, uid_t uid = 1000) {
  return DefaultSocketPath(
      uid,
      [&](const char* name) {
        const auto found = environment.find(name);
        return found == environment.end() ? nullptr : found->second.c_str();
      },
      [&](const std::string& path) { return files.count(path) > 0; });
}

constexpr char kUsers[] = "/run/user/1000/convoy/convoyd.sock";
constexpr char kMachines[] = "/run/convoy/convoyd.sock";

TEST(SocketPathTest, TakesTheMachinesDaemonByDefault) {
  EXPECT_EQ(PathIn({}, {}), kMachines);
}

TEST(SocketPathTest, PrefersTheUsersDaemonIfItIsThere) {
  const Environment environment = {{"XDG_RUNTIME_DIR", "/run/user/1000"}};
  EXPECT_EQ(PathIn(environment, {kUsers, kMachines}), kUsers);
  EXPECT_EQ(PathIn(environment, {kMachines}), kMachines);
}

TEST(SocketPathTest, WithoutARuntimeFolderLooksIntoTheStateFolder) {
  const std::string state = "/home/anna/.local/state/convoy/convoyd.sock";
  EXPECT_EQ(PathIn({{"HOME", "/home/anna"}}, {state, kMachines}), state);
  EXPECT_EQ(PathIn({{"HOME", "/home/anna"}}, {kMachines}), kMachines);
  EXPECT_EQ(PathIn({{"HOME", "/home/anna"}}, {state}, 0), kMachines);
  const Environment named = {{"HOME", "/home/anna"}, {"XDG_STATE_HOME", "/st"}};
  EXPECT_EQ(PathIn(named, {"/st/convoy/convoyd.sock", state}),
            "/st/convoy/convoyd.sock");
}

TEST(SocketPathTest, WithARuntimeFolderTheStateFolderDoesNotCount) {
  const Environment environment = {{"HOME", "/home/anna"},
                                   {"XDG_RUNTIME_DIR", "/run/user/1000"}};
  EXPECT_EQ(
      PathIn(environment, {"/home/anna/.local/state/convoy/convoyd.sock"}),
      kMachines);
}

TEST(SocketPathTest, IgnoresRelativeFolders) {
  EXPECT_EQ(PathIn({{"XDG_RUNTIME_DIR", "run"}}, {"run/convoy/convoyd.sock"}),
            kMachines);
}

TEST(SocketPathTest, RootTakesTheMachinesDaemon) {
  const Environment environment = {{"XDG_RUNTIME_DIR", "/run/user/1000"}};
  EXPECT_EQ(PathIn(environment, {kUsers}, 0), kMachines);
}

TEST(SocketPathTest, TheVariableBeatsAll) {
  const Environment environment = {{"XDG_RUNTIME_DIR", "/run/user/1000"},
                                   {"CONVOY_SOCKET", "/tmp/c.sock"}};
  EXPECT_EQ(PathIn(environment, {kUsers}), "/tmp/c.sock");
}

TEST(SocketPathTest, AnEmptyVariableIsAsGoodAsNone) {
  EXPECT_EQ(PathIn({{"CONVOY_SOCKET", ""}}, {}), kMachines);
  EXPECT_EQ(PathIn({{"XDG_RUNTIME_DIR", ""}}, {"/convoy/convoyd.sock"}),
            kMachines);
}

}  // namespace
}  // namespace convoy
