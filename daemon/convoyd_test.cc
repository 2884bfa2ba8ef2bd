// The program from the outside: its command line, exit codes and signals.

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "daemon/control_socket.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;

struct Result {
  int exit_code = -1;
  std::string output;  // Both streams.
};

class ConvoydTest : public ::testing::Test {
 protected:
  ConvoydTest() {
    char name[] = "/tmp/convoy-program-XXXXXX";
    directory_ = ::mkdtemp(name);
  }

  static Result Run(const std::string& arguments) {
    const std::string command =
        std::string(std::getenv("CONVOYD")) + " " + arguments + " 2>&1";
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    Result result;
    char buffer[4096];
    for (std::size_t size;
         (size = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0;) {
      result.output.append(buffer, size);
    }
    const int status = ::pclose(pipe);
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return result;
  }

  std::string WriteConfig(const std::string& text) const {
    const std::string path = directory_ + "/convoyd.yaml";
    std::ofstream(path) << text;
    return path;
  }

  std::string directory_;
};

TEST_F(ConvoydTest, HelpTeaches) {
  const Result help = Run("--help");
  EXPECT_EQ(help.exit_code, 0);
  for (const char* word :
       {"--config", "--check-config", "--state-dir", "--socket", "--set",
        "--log-level", "--version", "Examples:", "Exit codes:"}) {
    EXPECT_THAT(help.output, HasSubstr(word));
  }
}

TEST_F(ConvoydTest, VersionIsTold) {
  const Result version = Run("--version");
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.output, HasSubstr("convoyd 0."));
}

TEST_F(ConvoydTest, WrongUsageIsExitCode2) {
  EXPECT_EQ(Run("--no-such-flag").exit_code, 2);
  EXPECT_EQ(Run("argument").exit_code, 2);
  const Result no_value = Run("--check-config --set log.level");
  EXPECT_EQ(no_value.exit_code, 2);
  EXPECT_THAT(no_value.output, HasSubstr("KEY=VALUE"));
}

TEST_F(ConvoydTest, CheckConfigTellsWhetherItIsRight) {
  const std::string right = WriteConfig("log:\n  level: debug\n");
  EXPECT_EQ(Run("--check-config --config " + right).exit_code, 0);
  const std::string wrong = WriteConfig("log:\n  level: loud\n");
  const Result checked = Run("--check-config --config " + wrong);
  EXPECT_EQ(checked.exit_code, 2);
  EXPECT_THAT(checked.output, HasSubstr(wrong + ":2: log.level"));
}

TEST_F(ConvoydTest, CheckConfigReadsTheCertificatesThatAreNamed) {
  const std::string config = WriteConfig("http:\n  ca_file: /none/ca.pem\n");
  const Result checked = Run("--check-config --config " + config);
  EXPECT_EQ(checked.exit_code, 2);
  EXPECT_THAT(checked.output,
              HasSubstr(config + ":2: http.ca_file: /none/ca.pem cannot be "
                                 "read: No such file"));
}

TEST_F(ConvoydTest, AStateWithoutJobsHasNoTemporaries) {
  const Result listed = Run("--list-temporaries " + directory_ + "/none");
  EXPECT_EQ(listed.exit_code, 0);
  EXPECT_EQ(listed.output, "");
}

TEST_F(ConvoydTest, ShorthandsSetTheirKeys) {
  for (const char* flag :
       {"--state-dir=relative", "--socket=relative", "--log-level=loud",
        "--set=http.max_redirects=-1", "--set no.such=1"}) {
    EXPECT_EQ(Run(std::string("--check-config ") + flag).exit_code, 2) << flag;
  }
  EXPECT_EQ(Run("--check-config --state-dir=/s --socket=/c --log-level=debug "
                "--set http.max_redirects=1 --set log.level=info")
                .exit_code,
            0);
}

TEST_F(ConvoydTest, ConfigFileThatIsMissingIsAnError) {
  const Result result = Run("--config " + directory_ + "/none.yaml");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, HasSubstr("none.yaml"));
}

TEST_F(ConvoydTest, StartThatFailsIsExitCode1) {
  const std::string config = WriteConfig("");
  const Result result = Run("--config " + config + " --state-dir " +
                            directory_ + " --socket " + config);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("cannot start"));
}

TEST_F(ConvoydTest, StopsInOrderWhenAsked) {
  const std::string socket = directory_ + "/s";
  const std::string config = WriteConfig("");
  const std::string notify = directory_ + "/notify";
  const UniqueFd notified(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, notify.c_str());
  ASSERT_EQ(::bind(notified.get(), reinterpret_cast<sockaddr*>(&address),
                   sizeof(address)),
            0);
  for (const int signal : {SIGTERM, SIGINT}) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::setenv("NOTIFY_SOCKET", notify.c_str(), 1);
      const char* const program = std::getenv("CONVOYD");
      ::execl(program, program, "--config", config.c_str(), "--state-dir",
              (directory_ + "/state").c_str(), "--socket", socket.c_str(),
              nullptr);
      ::_exit(127);
    }
    char state[100] = {};
    ASSERT_GT(::recv(notified.get(), state, sizeof(state) - 1, 0), 0);
    EXPECT_STREQ(state, "READY=1");
    EXPECT_TRUE(ProbeSocket(socket).ok());
    ::kill(child, SIGPIPE);  // Harmless.
    ::kill(child, SIGHUP);   // So is this.
    ::kill(child, signal);
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_FALSE(ProbeSocket(socket).ok());
    ASSERT_GT(::recv(notified.get(), state, sizeof(state) - 1, 0), 0);
    EXPECT_STREQ(state, "STOPPING=1");
  }
}

}  // namespace
}  // namespace convoy
