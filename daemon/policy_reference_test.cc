#include "daemon/policy_reference.h"

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/config_schema.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;

std::string Page() {
  const auto page = PolicyReference("proto");
  EXPECT_TRUE(page.ok()) << page.status();
  return page.value_or("");
}

TEST(PolicyReferenceTest, ThePageIsWhatTheSchemaSays) {
  std::ifstream file("docs/policies.md");
  std::stringstream stored;
  stored << file.rdbuf();
  EXPECT_EQ(stored.str(), Page()) << "run: bazel run //daemon:policy_reference";
}

TEST(PolicyReferenceTest, EveryKeyHasARow) {
  const std::string page = Page();
  for (const ConfigKey& key : ConfigKeys()) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat("\n| `", key.name, "` | ")));
  }
}

TEST(PolicyReferenceTest, ARowTellsAllThatTheSchemaSays) {
  EXPECT_THAT(
      Page(),
      HasSubstr("| `scheduler.time_slice_seconds` | How long a job runs before "
                "another one of its priority gets its place. | number | `300` "
                "| 1 to 86400 seconds | at once |  |"));
  EXPECT_THAT(Page(), HasSubstr("| restart | DOGroupIdSource |"));
}

}  // namespace
}  // namespace convoy
