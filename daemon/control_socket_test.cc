#include "daemon/control_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <future>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;

class ControlSocketTest : public ::testing::Test {
 protected:
  ControlSocketTest() {
    char name[] = "/tmp/convoy-socket-XXXXXX";
    directory_ = ::mkdtemp(name);
    path_ = directory_ + "/s";
  }

  // A socket file that nobody listens at, as a killed process leaves it.
  void LeaveStaleSocket() const {
    const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path_.c_str());
    ASSERT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address),
                     sizeof(address)),
              0);
  }
  bool Exists() const {
    struct stat attributes = {};
    return ::lstat(path_.c_str(), &attributes) == 0;
  }

  std::string directory_;
  std::string path_;
};

TEST_F(ControlSocketTest, ListensWithTheModeWhateverTheUmask) {
  const mode_t old = ::umask(077);
  const auto socket = ControlSocket::Make(path_, 0666);
  ::umask(old);
  ASSERT_TRUE(socket.ok()) << socket.status();
  struct stat attributes = {};
  ASSERT_EQ(::stat(path_.c_str(), &attributes), 0);
  EXPECT_EQ(attributes.st_mode & 07777, 0666u);
  EXPECT_TRUE(ProbeSocket(path_).ok());
}

TEST_F(ControlSocketTest, RemovesItsFile) {
  { ASSERT_TRUE(ControlSocket::Make(path_, 0600).ok()); }
  EXPECT_FALSE(Exists());
  EXPECT_FALSE(ProbeSocket(path_).ok());
}

TEST_F(ControlSocketTest, LeavesAFileThatTookItsPlace) {
  auto socket = ControlSocket::Make(path_, 0600);
  ASSERT_TRUE(socket.ok());
  ::unlink(path_.c_str());
  std::ofstream(path_) << "mine";
  { const ControlSocket gone = *std::move(socket); }
  EXPECT_TRUE(Exists());
}

TEST_F(ControlSocketTest, ReplacesASocketThatNobodyServes) {
  LeaveStaleSocket();
  EXPECT_TRUE(ControlSocket::Make(path_, 0600).ok());
}

TEST_F(ControlSocketTest, SecondDaemonIsToldWhoServes) {
  const auto first = ControlSocket::Make(path_, 0600);
  const auto second = ControlSocket::Make(path_, 0600);
  EXPECT_THAT(
      std::string(second.status().message()),
      HasSubstr(absl::StrCat("another daemon (process ", ::getpid(), ")")));
  EXPECT_TRUE(ProbeSocket(path_).ok());
}

TEST_F(ControlSocketTest, SecondDaemonIsToldEvenIfTheSocketFileIsGone) {
  const auto first = ControlSocket::Make(path_, 0600);
  ::unlink(path_.c_str());
  const auto second = ControlSocket::Make(path_, 0600);
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr("another daemon"));
}

TEST_F(ControlSocketTest, AChildThatAKilledDaemonWasMakingIsWaitedFor) {
  auto made = ControlSocket::Make(path_, 0600);
  ASSERT_TRUE(made.ok()) << made.status();
  std::optional<ControlSocket> killed(*std::move(made));
  int gate[2];
  ASSERT_EQ(pipe(gate), 0);
  // It has all that the daemon had open, as between fork and exec.
  const int child = fork();
  if (child == 0) {
    close(gate[1]);
    char end = 0;
    _exit(static_cast<int>(read(gate[0], &end, 1)));
  }
  killed.reset();
  auto next = std::async(std::launch::async,
                         [this] { return ControlSocket::Make(path_, 0600); });
  EXPECT_EQ(next.wait_for(std::chrono::milliseconds(50)),
            std::future_status::timeout);
  close(gate[1]);
  const auto socket = next.get();
  EXPECT_TRUE(socket.ok()) << socket.status();
  close(gate[0]);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
}

TEST_F(ControlSocketTest, AnotherProgramsSocketIsLeftAlone) {
  auto first = ControlSocket::Make(path_, 0600);
  ::unlink((path_ + ".lock").c_str());  // As if it did not lock.
  const auto second = ControlSocket::Make(path_, 0600);
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr("already serves"));
  EXPECT_TRUE(ProbeSocket(path_).ok());
}

TEST_F(ControlSocketTest, WhatIsNoSocketIsLeftAlone) {
  std::ofstream(path_) << "precious";
  const auto socket = ControlSocket::Make(path_, 0600);
  EXPECT_THAT(std::string(socket.status().message()),
              HasSubstr("is not a socket"));
  EXPECT_TRUE(Exists());
}

TEST_F(ControlSocketTest, SymbolicLinkIsNotFollowed) {
  const std::string target = directory_ + "/target";
  ASSERT_EQ(::symlink(target.c_str(), (path_ + ".lock").c_str()), 0);
  EXPECT_FALSE(ControlSocket::Make(path_, 0600).ok());
  struct stat attributes = {};
  EXPECT_NE(::lstat(target.c_str(), &attributes), 0);
}

TEST_F(ControlSocketTest, LongestPathIs107Bytes) {
  const std::string prefix = directory_ + "/";
  const std::string longest = prefix + std::string(107 - prefix.size(), 'x');
  EXPECT_TRUE(ControlSocket::Make(longest, 0600).ok());
  const auto socket = ControlSocket::Make(longest + "x", 0600);
  EXPECT_EQ(socket.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(socket.status().message()), HasSubstr("1 to 107"));
}

TEST_F(ControlSocketTest, FolderThatDoesNotExistIsNamed) {
  const auto socket = ControlSocket::Make(directory_ + "/no/s", 0600);
  EXPECT_THAT(std::string(socket.status().message()),
              HasSubstr(directory_ + "/no"));
}

}  // namespace
}  // namespace convoy
