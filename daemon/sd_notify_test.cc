#include "daemon/sd_notify.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

Environment With(std::map<std::string, std::string> variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

std::string NewDirectory() {
  char name[] = "/tmp/convoy-notify-XXXXXX";
  return ::mkdtemp(name);
}

// `name` as in NOTIFY_SOCKET.
UniqueFd BoundTo(const std::string& name, int type) {
  UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name[0] == '@') address.sun_path[0] = '\0';
  EXPECT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) +
                                          name.size())),
            0);
  return fd;
}

std::string Received(const UniqueFd& fd) {
  char text[100] = {};
  const ssize_t size = ::recv(fd.get(), text, sizeof(text), MSG_DONTWAIT);
  return size < 0 ? "" : std::string(text, static_cast<std::size_t>(size));
}

TEST(ServiceManagerTest, TellsTheSocketOfTheEnvironment) {
  const std::string path = NewDirectory() + "/notify";
  const UniqueFd socket = BoundTo(path, SOCK_DGRAM);
  const ServiceManager manager(With({{"NOTIFY_SOCKET", path}}));
  manager.Notify("READY=1");
  EXPECT_EQ(Received(socket), "READY=1");
}

TEST(ServiceManagerTest, TellsAnAbstractSocket) {
  const std::string name = absl::StrCat("@convoy-notify-", ::getpid());
  const UniqueFd socket = BoundTo(name, SOCK_DGRAM);
  ServiceManager(With({{"NOTIFY_SOCKET", name}})).Notify("STOPPING=1");
  EXPECT_EQ(Received(socket), "STOPPING=1");
}

TEST(ServiceManagerTest, WithoutSocketNothingHappens) {
  ServiceManager(With({})).Notify("READY=1");
  ServiceManager(With({{"NOTIFY_SOCKET", std::string(200, 'x')}}))
      .Notify("READY=1");
}

TEST(ServiceManagerTest, WatchdogIsAskedForThisProcessOnly) {
  EXPECT_EQ(ServiceManager(With({})).watchdog_timeout(),
            absl::InfiniteDuration());
  EXPECT_EQ(
      ServiceManager(With({{"WATCHDOG_USEC", "3000000"}})).watchdog_timeout(),
      absl::Seconds(3));
  EXPECT_EQ(ServiceManager(
                With({{"WATCHDOG_USEC", "3000000"}, {"WATCHDOG_PID", "1"}}))
                .watchdog_timeout(),
            absl::InfiniteDuration());
  EXPECT_EQ(
      ServiceManager(With({{"WATCHDOG_USEC", "soon"}})).watchdog_timeout(),
      absl::InfiniteDuration());
}

// Runs `body` in a child whose descriptor 3 is `third`, as after exec by a
// service manager.
int InChild(const UniqueFd& third, const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(third.get(), 3);
    ::_exit(body() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

Environment Passed(const std::string& count) {
  return With(
      {{"LISTEN_PID", absl::StrCat(::getpid())}, {"LISTEN_FDS", count}});
}

TEST(ActivatedSocketTest, TakesTheListeningSocket) {
  const UniqueFd socket = BoundTo(NewDirectory() + "/s", SOCK_STREAM);
  ASSERT_EQ(::listen(socket.get(), 1), 0);
  EXPECT_EQ(InChild(socket,
                    [] {
                      const auto taken = TakeActivatedSocket(Passed("1"));
                      return taken.ok() && taken->get() == 3 &&
                             ::fcntl(3, F_GETFD) == FD_CLOEXEC;
                    }),
            0);
}

TEST(ActivatedSocketTest, ForAnotherProcessThereIsNone) {
  const auto none =
      TakeActivatedSocket(With({{"LISTEN_PID", "1"}, {"LISTEN_FDS", "1"}}));
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->valid());
}

TEST(ActivatedSocketTest, WithoutActivationThereIsNone) {
  const auto none = TakeActivatedSocket(With({}));
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->valid());
}

TEST(ActivatedSocketTest, RefusesWhatItCannotServe) {
  const UniqueFd datagrams = BoundTo(NewDirectory() + "/s", SOCK_DGRAM);
  const auto refused = [] { return !TakeActivatedSocket(Passed("1")).ok(); };
  EXPECT_EQ(InChild(datagrams, refused), 0);
  const UniqueFd not_listening = BoundTo(NewDirectory() + "/s", SOCK_STREAM);
  EXPECT_EQ(InChild(not_listening, refused), 0);
  const UniqueFd listening = BoundTo(NewDirectory() + "/s", SOCK_STREAM);
  ASSERT_EQ(::listen(listening.get(), 1), 0);
  EXPECT_EQ(
      InChild(listening, [] { return !TakeActivatedSocket(Passed("2")).ok(); }),
      0);
}

TEST(ActivatedSocketTest, ChildrenDoNotInheritTheVariables) {
  ::setenv("LISTEN_FDS", "1", 1);
  ::setenv("LISTEN_PID", "1", 1);
  EXPECT_TRUE(TakeActivatedSocket(ThisEnvironment()).ok());
  EXPECT_EQ(::getenv("LISTEN_FDS"), nullptr);
  EXPECT_EQ(::getenv("LISTEN_PID"), nullptr);
}

}  // namespace
}  // namespace convoy
