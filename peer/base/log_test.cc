#include "peer/base/log.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

enum class Journal { kNone, kReadsStandardError, kReadsSomethingElse };

void SetJournalStream(Journal journal, int fd) {
  struct stat found = {};
  fstat(fd, &found);
  switch (journal) {
    case Journal::kNone:
      unsetenv("JOURNAL_STREAM");
      break;
    case Journal::kReadsStandardError:
      setenv("JOURNAL_STREAM",
             absl::StrCat(found.st_dev, ":", found.st_ino).c_str(), 1);
      break;
    case Journal::kReadsSomethingElse:
      setenv("JOURNAL_STREAM",
             absl::StrCat(found.st_dev, ":", found.st_ino + 1).c_str(), 1);
      break;
  }
}

// The lines that `write` leaves on standard error, in a process of its own: the
// log looks at its surroundings once.
std::vector<std::string> Logged(Journal journal, void (*write)()) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  const pid_t child = fork();
  if (child == 0) {
    dup2(write_end.get(), STDERR_FILENO);
    SetJournalStream(journal, STDERR_FILENO);
    write();
    _exit(0);
  }
  write_end.reset();
  std::string text;
  char buffer[4096];
  ssize_t got = 0;
  while ((got = read(read_end.get(), buffer, sizeof(buffer))) > 0) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  int result = 0;
  waitpid(child, &result, 0);
  EXPECT_TRUE(WIFEXITED(result) && WEXITSTATUS(result) == 0);
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  EXPECT_EQ(lines.back(), "");
  lines.pop_back();
  return lines;
}

void WriteOneOfEach() {
  SetLogLevel(LogLevel::kDebug);
  LogError("job ", 7, " failed");
  LogWarning("warned");
  LogInfo("told {} %d");
  LogDebug("whispered");
}

TEST(LogTest, JournalGetsPriorities) {
  EXPECT_EQ(Logged(Journal::kReadsStandardError, WriteOneOfEach),
            (std::vector<std::string>{"<3>job 7 failed", "<4>warned",
                                      "<6>told {} %d", "<7>whispered"}));
}

TEST(LogTest, OthersGetTimeAndLevel) {
  for (const Journal journal : {Journal::kNone, Journal::kReadsSomethingElse}) {
    const std::vector<std::string> lines = Logged(journal, WriteOneOfEach);
    ASSERT_EQ(lines.size(), 4u);
    const char kTime[] =
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}.[0-9]{3}[+-][0-9:]+ ";
    EXPECT_TRUE(testing::internal::RE::FullMatch(
        lines[0], absl::StrCat(kTime, "error: job 7 failed")))
        << lines[0];
    EXPECT_TRUE(testing::internal::RE::FullMatch(
        lines[3], absl::StrCat(kTime, "debug: whispered")))
        << lines[3];
  }
}

TEST(LogTest, DropsDebugLinesByDefault) {
  EXPECT_EQ(Logged(Journal::kReadsStandardError,
                   [] {
                     LogDebug("whispered");
                     LogInfo("told");
                   }),
            std::vector<std::string>{"<6>told"});
}

TEST(LogTest, DropsWhatIsAboveTheLevel) {
  EXPECT_EQ(Logged(Journal::kReadsStandardError,
                   [] {
                     SetLogLevel(LogLevel::kError);
                     LogWarning("warned");
                     LogError("failed");
                   }),
            std::vector<std::string>{"<3>failed"});
}

TEST(LogTest, HostileTextCannotMakeLinesOfItsOwn) {
  EXPECT_EQ(
      Logged(Journal::kReadsStandardError,
             [] { LogInfo("a\n<0>b\x1b[2J\x7f\t\xc3\xa9"); }),
      std::vector<std::string>{"<6>a\\x0a<0>b\\x1b[2J\\x7f\\x09\xc3\xa9"});
}

TEST(LogTest, HoldsBackRepeatedLines) {
  const std::vector<std::string> lines =
      Logged(Journal::kReadsStandardError, [] {
        for (int i = 0; i < 1000; ++i) LogInfo("again");
        LogInfo("other");
      });
  ASSERT_EQ(lines.size(), 11u);
  EXPECT_EQ(lines[9], "<6>again");
  EXPECT_EQ(lines[10], "<6>other");
}

}  // namespace
}  // namespace convoy
