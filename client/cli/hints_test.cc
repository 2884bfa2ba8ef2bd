#include "client/cli/hints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "client/cli/cli_context.h"
#include "client/cli/exit_code.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;

TEST(HintsTest, EachReasonHasAHintButThoseThatNeedAField) {
  for (int value = 1; value <= v1::ErrorReason_MAX; ++value) {
    if (!v1::ErrorReason_IsValid(value)) continue;
    v1::ErrorDetail detail;
    detail.set_reason(static_cast<v1::ErrorReason>(value));
    detail.set_field("files[0]");
    const std::string hint = HintFor(detail, "1a2b3c4d");
    EXPECT_FALSE(hint.empty()) << ReasonName(detail.reason());
    EXPECT_NE(hint.back(), '.') << hint;
  }
}

TEST(HintsTest, NamesTheJob) {
  v1::ErrorDetail detail;
  detail.set_reason(v1::ERROR_REASON_DISK_FULL);
  EXPECT_THAT(HintFor(detail, "1a2b3c4d"), HasSubstr("resume 1a2b3c4d"));
  EXPECT_THAT(HintFor(detail, ""), HasSubstr("resume ID"));
}

TEST(HintsTest, DependsOnTheHttpStatus) {
  v1::ErrorDetail detail;
  detail.set_reason(v1::ERROR_REASON_HTTP_STATUS);
  detail.set_http_status(401);
  EXPECT_THAT(HintFor(detail, "x"), HasSubstr("--password-file"));
  detail.set_http_status(404);
  EXPECT_THAT(HintFor(detail, "x"), HasSubstr("--url"));
}

TEST(HintsTest, AKeyThatIsNotApprovedIsShownWithTheCommandThatApprovesIt) {
  v1::ErrorDetail detail;
  detail.set_reason(v1::ERROR_REASON_SERVER_CERTIFICATE_NOT_APPROVED);
  detail.set_server_key("a+b/c=");
  EXPECT_THAT(HintFor(detail, "1a2b"),
              HasSubstr("convoy set 1a2b --approve-key a+b/c= "));
  EXPECT_THAT(HintFor(detail, ""), HasSubstr("then: convoy resume ID"));
}

TEST(HintsTest, ASocketOfOthersIsNoDaemonThatIsDown) {
  EXPECT_THAT(HintFor(absl::UnavailableError("cannot reach the daemon at /s: "
                                             "there is no such socket"),
                      ""),
              HasSubstr("is convoyd running"));
  EXPECT_THAT(
      HintFor(absl::UnavailableError("cannot reach the daemon at /s: "
                                     "this user may not connect to the socket"),
              ""),
      HasSubstr("for other users"));
}

TEST(HintsTest, AFileThatIsNotThereIsLookedForInItsJob) {
  v1::ErrorDetail detail;
  detail.set_reason(v1::ERROR_REASON_NOT_FOUND);
  EXPECT_THAT(HintFor(detail, "1a2b3c4d"), HasSubstr("convoy jobs"));
  detail.set_field("file.index");
  EXPECT_THAT(HintFor(detail, "1a2b3c4d"), HasSubstr("show 1a2b3c4d"));
}

TEST(HintsTest, OnlyACallThatGotNoAnswerMayNeedALongerTimeout) {
  EXPECT_THAT(HintFor(absl::DeadlineExceededError(""), ""),
              HasSubstr("--timeout"));
  const absl::Status stalled = Error(v1::ERROR_REASON_DOWNLOAD_NO_PROGRESS,
                                     v1::ERROR_CONTEXT_REMOTE_FILE)
                                   .Status("no progress");
  ASSERT_TRUE(absl::IsDeadlineExceeded(stalled));
  EXPECT_THAT(HintFor(stalled, "1a2b3c4d"), HasSubstr("explain 1a2b3c4d"));
}

TEST(HintsTest, AnErrorIsASentenceWithPolicyAndHint) {
  const absl::Status status = Error(v1::ERROR_REASON_BLOCKED_BY_POLICY,
                                    v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
                                  .Policy("origin.allowed_hosts")
                                  .Status("o.test is not an allowed host\x1b");
  EXPECT_EQ(ErrorText(status, ""),
            "convoy: o.test is not an allowed host?\n"
            "policy: origin.allowed_hosts\n"
            "hint: an administrator can change the policy in the daemon's "
            "configuration\n");
}

TEST(HintsTest, AnErrorSpeaksOfCommands) {
  const absl::Status status =
      Error(v1::ERROR_REASON_EMPTY, v1::ERROR_CONTEXT_REQUEST)
          .Status("the job has no files; add some with AddFiles first");
  EXPECT_THAT(ErrorText(status, "1a2b3c4d"),
              HasSubstr("add some with convoy add 1a2b3c4d URL first\n"));
}

TEST(ExitCodeTest, FollowsTheStatus) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCodeOf(absl::DeadlineExceededError("")), 1);
  EXPECT_EQ(ExitCodeOf(InvalidField("files", "wrong")), 1);
  EXPECT_EQ(ExitCodeOf(UsageError("wrong", "")), 2);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("")), 4);
  EXPECT_EQ(ExitCodeOf(Error(v1::ERROR_REASON_STORE_UNAVAILABLE,
                             v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
                           .Status("")),
            1);
  EXPECT_EQ(
      ExitCodeOf(Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
                     .Status("")),
      5);
}

}  // namespace
}  // namespace convoy
