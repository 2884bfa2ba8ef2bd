#include "peer/origin_questions.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "peer/base/fake_executor.h"
#include "peer/fake_origin_transport.h"

namespace convoy {
namespace {

class OriginQuestionsTest : public ::testing::Test {
 protected:
  std::optional<absl::StatusOr<Validator>> Ask(const std::string& url) {
    std::optional<absl::StatusOr<Validator>> answer;
    questions_.Ask(
        url, std::make_shared<const HttpSettings>(),
        [&answer](absl::StatusOr<Validator> got) { answer = std::move(got); });
    EXPECT_FALSE(answer.has_value());
    executor_.RunUntilIdle();
    EXPECT_EQ(origin_.active(), 0);
    return answer;
  }

  FakeClock clock_;
  FakeExecutor executor_{clock_};
  FakeOriginTransport origin_{executor_};
  OriginQuestions questions_{&origin_, &executor_};
};

TEST_F(OriginQuestionsTest, TellsTheValidatorOfTheVersionThatIsThereNow) {
  FakeRemoteFile file;
  file.content = "content";
  file.etag = "\"one\"";
  origin_.SetFile("http://origin.test/f", file);
  auto answer = Ask("http://origin.test/f");
  ASSERT_TRUE(answer.has_value() && answer->ok());
  EXPECT_EQ((*answer)->etag, "\"one\"");

  file.etag = "\"two\"";
  origin_.SetFile("http://origin.test/f", file);
  answer = Ask("http://origin.test/f");
  ASSERT_TRUE(answer.has_value() && answer->ok());
  EXPECT_EQ((*answer)->etag, "\"two\"");
}

TEST_F(OriginQuestionsTest, AFileThatIsNotThereIsAnError) {
  const auto answer = Ask("http://origin.test/none");
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->ok());
}

}  // namespace
}  // namespace convoy
