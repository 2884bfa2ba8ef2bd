#include "daemon/job_state.h"

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// What each event does in each state. "." is not allowed, "=" stays; else the
// state that is entered, by its letter:
//
//   S suspended    Q queued            C connecting   T transferring
//   R transient error ("retrying")     E error        D transferred ("done")
//   A acknowledged X cancelled
constexpr char kTable[] = R"(
  event               S  Q  C  T  R  E  D  A  X
  resume              Q  =  =  =  Q  Q  =  .  .
  suspend             =  S  S  S  S  S  =  .  .
  cancel              X  X  X  X  X  X  X  .  .
  complete            A  A  A  A  A  A  A  .  .
  change              =  =  =  =  =  =  =  .  .
  add_files           =  =  =  =  =  =  S  .  .
  scheduled           .  C  .  .  .  .  .  .  .
  preempted           .  .  Q  Q  .  .  .  .  .
  first_byte          .  .  T  =  .  .  .  .  .
  recoverable_failure .  .  R  R  .  .  .  .  .
  fatal_failure       .  E  E  E  E  .  .  .  .
  all_transferred     .  .  .  D  .  .  .  .  .
  demand_met          .  .  S  S  .  .  .  .  .
  rejected            E  E  E  E  E  E  E  .  .
  refetch             =  =  =  =  =  =  Q  .  .
  retry_due           .  .  .  .  Q  .  .  .  .
  no_progress         .  .  E  E  E  .  .  .  .
  inactive            X  X  X  X  X  X  X  .  .
  restart             =  =  Q  Q  =  =  =  =  =
)";

const std::map<std::string, JobEvent>& Events() {
  static const auto* const events = new std::map<std::string, JobEvent>{
      {"resume", JobEvent::kResume},
      {"suspend", JobEvent::kSuspend},
      {"cancel", JobEvent::kCancel},
      {"complete", JobEvent::kComplete},
      {"change", JobEvent::kChange},
      {"add_files", JobEvent::kAddFiles},
      {"scheduled", JobEvent::kScheduled},
      {"preempted", JobEvent::kPreempted},
      {"first_byte", JobEvent::kFirstByte},
      {"recoverable_failure", JobEvent::kRecoverableFailure},
      {"fatal_failure", JobEvent::kFatalFailure},
      {"all_transferred", JobEvent::kAllTransferred},
      {"demand_met", JobEvent::kDemandMet},
      {"rejected", JobEvent::kRejected},
      {"refetch", JobEvent::kRefetch},
      {"retry_due", JobEvent::kRetryDue},
      {"no_progress", JobEvent::kNoProgress},
      {"inactive", JobEvent::kInactive},
      {"restart", JobEvent::kRestart},
  };
  return *events;
}

v1::JobState StateOfLetter(char letter) {
  switch (letter) {
    case 'S':
      return v1::JOB_STATE_SUSPENDED;
    case 'Q':
      return v1::JOB_STATE_QUEUED;
    case 'C':
      return v1::JOB_STATE_CONNECTING;
    case 'T':
      return v1::JOB_STATE_TRANSFERRING;
    case 'R':
      return v1::JOB_STATE_TRANSIENT_ERROR;
    case 'E':
      return v1::JOB_STATE_ERROR;
    case 'D':
      return v1::JOB_STATE_TRANSFERRED;
    case 'A':
      return v1::JOB_STATE_ACKNOWLEDGED;
    case 'X':
      return v1::JOB_STATE_CANCELLED;
    default:
      return v1::JOB_STATE_UNSPECIFIED;
  }
}

struct Cell {
  std::string event_name;
  char state = 0;
  char outcome = 0;
};

std::vector<Cell> Cells() {
  std::istringstream table(kTable);
  std::string word;
  std::string states;
  for (table >> word; states.size() < 9 && table >> word;) states += word;
  std::vector<Cell> cells;
  std::string event;
  while (table >> event) {
    for (const char state : states) {
      table >> word;
      cells.push_back({event, state, word[0]});
    }
  }
  return cells;
}

class JobStateCellTest : public testing::TestWithParam<Cell> {};

TEST_P(JobStateCellTest, DoesWhatTheTableSays) {
  const Cell& cell = GetParam();
  const v1::JobState state = StateOfLetter(cell.state);
  const Transition transition =
      TransitionOf(Events().at(cell.event_name), state);
  if (cell.outcome == '.') {
    EXPECT_FALSE(transition.allowed);
    return;
  }
  EXPECT_TRUE(transition.allowed);
  EXPECT_EQ(transition.next,
            cell.outcome == '=' ? state : StateOfLetter(cell.outcome));
}

INSTANTIATE_TEST_SUITE_P(All, JobStateCellTest, testing::ValuesIn(Cells()),
                         [](const testing::TestParamInfo<Cell>& cell) {
                           return absl::StrCat(
                               cell.param.event_name, "_in_",
                               StateName(StateOfLetter(cell.param.state)));
                         });

TEST(JobStateTest, TheTableHasEachEventAndEachState) {
  EXPECT_EQ(Events().size(), static_cast<std::size_t>(kLastJobEvent) + 1);
  EXPECT_EQ(Cells().size(), Events().size() * 9);
  EXPECT_EQ(v1::JobState_ARRAYSIZE, 10);
}

TEST(JobStateTest, LeavingTheRunningStatesStopsTransfers) {
  for (const JobEvent event :
       {JobEvent::kSuspend, JobEvent::kCancel, JobEvent::kComplete,
        JobEvent::kPreempted, JobEvent::kRecoverableFailure,
        JobEvent::kFatalFailure, JobEvent::kRejected, JobEvent::kNoProgress,
        JobEvent::kInactive}) {
    EXPECT_TRUE(TransitionOf(event, v1::JOB_STATE_TRANSFERRING).effects &
                kStopTransfers)
        << static_cast<int>(event);
  }
}

TEST(JobStateTest, FinalStatesEndTheLifeOfAJob) {
  for (const JobEvent event :
       {JobEvent::kCancel, JobEvent::kComplete, JobEvent::kInactive}) {
    const unsigned effects =
        TransitionOf(event, v1::JOB_STATE_TRANSFERRED).effects;
    EXPECT_TRUE(effects & kEndLife);
    EXPECT_TRUE(effects & kRemoveTemporaries);
  }
}

TEST(JobStateTest, FailuresAreCountedAndResumeForgetsThem) {
  EXPECT_TRUE(
      TransitionOf(JobEvent::kRecoverableFailure, v1::JOB_STATE_CONNECTING)
          .effects &
      kCountFailure);
  EXPECT_TRUE(
      TransitionOf(JobEvent::kFatalFailure, v1::JOB_STATE_QUEUED).effects &
      kCountFailure);
  EXPECT_TRUE(TransitionOf(JobEvent::kResume, v1::JOB_STATE_ERROR).effects &
              kForgetFailure);
  EXPECT_TRUE(
      TransitionOf(JobEvent::kFirstByte, v1::JOB_STATE_CONNECTING).effects &
      kForgetFailure);
  EXPECT_FALSE(
      TransitionOf(JobEvent::kRetryDue, v1::JOB_STATE_TRANSIENT_ERROR).effects &
      kForgetFailure);
}

TEST(JobStateTest, ARefusalNamesTheStateAndWhatWouldHelp) {
  const absl::Status status =
      CheckAllowed(JobEvent::kResume, v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorDetailOf(status).reason(), v1::ERROR_REASON_INVALID_STATE);
  EXPECT_EQ(status.message(),
            "the job is CANCELLED, which is final; create a new job instead");
  EXPECT_TRUE(CheckAllowed(JobEvent::kResume, v1::JOB_STATE_SUSPENDED).ok());
}

}  // namespace
}  // namespace convoy
