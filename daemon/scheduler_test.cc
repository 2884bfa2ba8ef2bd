#include "daemon/scheduler.h"

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

constexpr absl::Duration kNow = absl::Hours(5);
constexpr absl::Duration kSlice = absl::Seconds(300);

JobId IdOf(char name) {
  JobId::Bytes bytes = {};
  bytes[0] = static_cast<std::uint8_t>(name);
  return JobId(bytes);
}

v1::JobPriority PriorityOf(char letter) {
  switch (letter) {
    case 'F':
      return v1::JOB_PRIORITY_FOREGROUND;
    case 'H':
      return v1::JOB_PRIORITY_HIGH;
    case 'L':
      return v1::JOB_PRIORITY_LOW;
    default:
      return v1::JOB_PRIORITY_NORMAL;
  }
}

// One job a line, in the order of their turns: "NAME PRIORITY FILES [SECONDS]",
// where SECONDS is how long it has been running; without it waits.
std::vector<SchedulerJob> World(const std::string& text) {
  std::vector<SchedulerJob> jobs;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    const std::vector<std::string> words =
        absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (words.empty()) continue;
    SchedulerJob job;
    job.id = IdOf(words[0][0]);
    job.priority = PriorityOf(words[1][0]);
    job.turn = jobs.size() + 1;
    if (!absl::SimpleAtoi(words[2], &job.files)) std::abort();
    int seconds = 0;
    if (words.size() > 3 && absl::SimpleAtoi(words[3], &seconds)) {
      job.running_since = kNow - absl::Seconds(seconds);
    }
    jobs.push_back(job);
  }
  return jobs;
}

Schedule Decide(const std::string& world, int max_jobs, int max_files) {
  return MakeSchedule(World(world), {max_jobs, max_files, kSlice}, kNow);
}

// "a1 b2": job a runs with one file, then b with two.
std::string Show(const Schedule& schedule) {
  return absl::StrJoin(
      schedule.grants, " ", [](std::string* out, const Grant& grant) {
        absl::StrAppend(out,
                        std::string(1, static_cast<char>(grant.id.bytes()[0])),
                        grant.files);
      });
}

TEST(SchedulerTest, NobodyRunsWhenNobodyIsThere) {
  EXPECT_EQ(Show(Decide("", 4, 4)), "");
  EXPECT_EQ(Decide("", 4, 4).next_change, absl::InfiniteDuration());
}

TEST(SchedulerTest, PrioritiesGoInOrder) {
  EXPECT_EQ(Show(Decide(R"(
              a L 1
              b N 1
              c H 1
              d F 1)",
                        3, 16)),
            "d1 c1 b1");
}

TEST(SchedulerTest, WithinAPriorityTheEarlierTurnGoesFirst) {
  EXPECT_EQ(Show(Decide(R"(
              a N 1
              b N 1
              c N 1)",
                        2, 16)),
            "a1 b1");
}

TEST(SchedulerTest, ForegroundTakesThePlaceOfARunningJob) {
  EXPECT_EQ(Show(Decide(R"(
              a N 1 10
              b N 1 20
              c F 1)",
                        2, 16)),
            "c1 a1");
}

TEST(SchedulerTest, AWaitingJobDoesNotDisturbOneWithinItsTimeSlice) {
  EXPECT_EQ(Show(Decide(R"(
              a N 1
              b N 1 299)",
                        1, 16)),
            "b1");
}

TEST(SchedulerTest, AfterItsTimeSliceAJobGivesWayToItsPriority) {
  EXPECT_EQ(Show(Decide(R"(
              a N 1 300
              b N 1)",
                        1, 16)),
            "b1");
}

TEST(SchedulerTest, AfterItsTimeSliceAJobDoesNotGiveWayToALowerPriority) {
  EXPECT_EQ(Show(Decide(R"(
              a N 1 1000
              b L 1)",
                        1, 16)),
            "a1");
}

TEST(SchedulerTest, AfterItsTimeSliceAJobStaysIfNobodyWaits) {
  const Schedule schedule = Decide("a N 1 1000", 1, 16);
  EXPECT_EQ(Show(schedule), "a1");
  EXPECT_EQ(schedule.next_change, absl::InfiniteDuration());
}

TEST(SchedulerTest, TheOneThatRanLongestGivesWayFirst) {
  EXPECT_EQ(Show(Decide(R"(
              a N 1 400
              b N 1 500
              c N 1)",
                        2, 16)),
            "c1 a1");
}

TEST(SchedulerTest, JobsOfOnePriorityShareTheFilePlacesInTurn) {
  EXPECT_EQ(Show(Decide(R"(
              a N 100
              b N 1
              c N 100)",
                        16, 6)),
            "a3 b1 c2");
}

TEST(SchedulerTest, AHigherPriorityTakesAllFilePlacesItCanUse) {
  EXPECT_EQ(Show(Decide(R"(
              a N 5 10
              b H 3)",
                        16, 4)),
            "b3 a1");
  EXPECT_EQ(Show(Decide(R"(
              a N 5 10
              b H 9)",
                        16, 4)),
            "b4");
}

TEST(SchedulerTest, AJobWithoutAFileToTransferTakesNoPlace) {
  EXPECT_EQ(Show(Decide(R"(
              a N 0 10
              b N 1)",
                        1, 16)),
            "b1");
}

TEST(SchedulerTest, TheAnswerChangesWhenATimeSliceEndsThatSomebodyWaitsFor) {
  const Schedule schedule = Decide(R"(
              a N 1 100
              b N 1 250
              c N 1)",
                                   2, 16);
  EXPECT_EQ(Show(schedule), "a1 b1");
  EXPECT_EQ(schedule.next_change, kNow + absl::Seconds(50));
}

TEST(SchedulerTest, AJobThatJustGotItsPlaceHasAWholeTimeSlice) {
  const Schedule schedule = Decide(R"(
              a N 1
              b N 1)",
                                   1, 16);
  EXPECT_EQ(schedule.next_change, kNow + kSlice);
}

TEST(SchedulerTest, NobodyWaitsForTheTimeSliceOfAnotherPriority) {
  EXPECT_EQ(Decide(R"(
              a H 1 100
              b N 1)",
                   1, 16)
                .next_change,
            absl::InfiniteDuration());
}

}  // namespace
}  // namespace convoy
