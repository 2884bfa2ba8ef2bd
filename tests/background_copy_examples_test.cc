// The example programs of client/examples/, against a real daemon and origin.
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

class BackgroundCopyExamplesTest
    : public ::testing::TestWithParam<const char*> {
 protected:
  ProcessResult Run(const std::string& url, const std::string& path) {
    ProcessOptions options;
    options.argv = {Runfile(std::string("client/examples/") + GetParam()), url,
                    path};
    options.environment = {{"CONVOY_SOCKET", daemon_.socket()}};
    return RunProcess(options);
  }

  TestDaemon daemon_;
  Nginx origin_;
  TempDir folder_;
};

TEST_P(BackgroundCopyExamplesTest, DeliversAFile) {
  const std::string bytes = RandomBytes(3'000'000, 1);
  WriteFile(origin_.root() + "/file", bytes);
  const ProcessResult result =
      Run(origin_.Url("file"), folder_.path() + "/got");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(ReadFile(folder_.path() + "/got"), bytes);
  EXPECT_TRUE(absl::StrContains(result.output, "3000000")) << result.output;
}

TEST_P(BackgroundCopyExamplesTest, SaysWhatWentWrong) {
  const ProcessResult result =
      Run(origin_.Url("none"), folder_.path() + "/got");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(absl::StrContains(result.output, "404")) << result.output;
  EXPECT_FALSE(Exists(folder_.path() + "/got"));
}

INSTANTIATE_TEST_SUITE_P(All, BackgroundCopyExamplesTest,
                         ::testing::Values("bits_polling", "bits_callback",
                                           "bits_messages", "do_stream"));

}  // namespace
}  // namespace convoy::testing
