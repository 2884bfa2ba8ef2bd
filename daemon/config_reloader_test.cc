#include "daemon/config_reloader.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "daemon/config_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ConfigReloaderTest : public ::testing::Test {
 protected:
  ConfigReloaderTest() {
    ConfigReloader::Parts parts;
    parts.control = &executor_;
    parts.files_executor = &executor_;
    parts.in_force = &in_force_;
    parts.read = [this] { return ParseConfig({{"c.yaml", text_}}, {}); };
    parts.read_named = [this](Settings* settings) {
      settings->signers_pem = signers_pem_;
      return check_;
    };
    parts.keep = [this](const Settings& settings) {
      kept_.push_back(settings.files.at(0).text);
    };
    parts.apply = [this](const ConfigChange& change, const Settings& before) {
      applied_.push_back(change.changed);
      jobs_before_ = before.config.limits().max_jobs_per_user();
    };
    reloader_.emplace(std::move(parts));
  }

  v1::ReloadConfigResponse Reload(const std::string& text) {
    text_ = text;
    std::optional<v1::ReloadConfigResponse> answer;
    reloader_->Reload("test", [&answer](v1::ReloadConfigResponse response) {
      answer = std::move(response);
    });
    executor_.RunUntilIdle();
    EXPECT_TRUE(answer.has_value());
    return answer.value_or(v1::ReloadConfigResponse());
  }
  int jobs() const { return in_force_.config.limits().max_jobs_per_user(); }

  FakeClock clock_;
  FakeExecutor executor_{clock_};
  std::string text_;
  absl::Status check_;
  std::string signers_pem_;
  Settings in_force_ = *ParseConfig({}, {});
  std::vector<std::vector<std::string>> applied_;
  int jobs_before_ = 0;
  std::vector<std::string> kept_;
  std::optional<ConfigReloader> reloader_;
};

TEST_F(ConfigReloaderTest, BringsChangesIntoForceAndTellsAllPartsOnce) {
  const auto answer = Reload("limits: {max_jobs_per_user: 7}\n");

  EXPECT_THAT(answer.mistakes(), IsEmpty());
  EXPECT_EQ(jobs(), 7);
  EXPECT_EQ(jobs_before_, 10000);
  EXPECT_EQ(in_force_.ProviderOf("limits.max_jobs_per_user"), "c.yaml:1");
  EXPECT_THAT(applied_, ElementsAre(ElementsAre("limits.max_jobs_per_user")));
  Reload(text_);
  EXPECT_EQ(applied_.size(), 1);
}

TEST_F(ConfigReloaderTest, KeepsTheLastGoodOneAndSaysWhereTheMistakesAre) {
  Reload("limits: {max_jobs_per_user: 7}\n");
  const auto answer = Reload(
      "limits:\n  max_jobs_per_user: 0\n  history_seconds: 9\nhtpp: 1\n");

  EXPECT_THAT(
      answer.mistakes(),
      ElementsAre(::testing::StartsWith("c.yaml:2: limits.max_jobs_per_user: "),
                  ::testing::StartsWith("c.yaml:4: htpp: ")));
  EXPECT_EQ(jobs(), 7);
  EXPECT_EQ(in_force_.config.limits().history_seconds(), 604800);
  EXPECT_EQ(applied_.size(), 1);
  EXPECT_THAT(kept_, ElementsAre("limits: {max_jobs_per_user: 7}\n"));
}

TEST_F(ConfigReloaderTest, KeepsItAlsoWhenAFileThatItNamesIsWrong) {
  check_ = absl::NotFoundError("c.yaml:1: group.ca_file: /x is not there");
  const auto answer = Reload("limits: {max_jobs_per_user: 7}\n");

  EXPECT_THAT(answer.mistakes(),
              ElementsAre("c.yaml:1: group.ca_file: /x is not there"));
  EXPECT_THAT(kept_, IsEmpty());
  EXPECT_EQ(jobs(), 10000);
}

TEST_F(ConfigReloaderTest, AFileThatItNamesMayBeWhatChanged) {
  const std::string text = "swarm: {signers_file: /s.pem}\n";
  signers_pem_ = "one";
  Reload(text);
  Reload(text);
  signers_pem_ = "another";
  Reload(text);

  EXPECT_THAT(applied_, ElementsAre(ElementsAre("swarm.signers_file"),
                                    ElementsAre("swarm.signers_file")));
  EXPECT_EQ(in_force_.signers_pem, "another");
}

TEST_F(ConfigReloaderTest, NamesKeysForARestartUntilTheyAreTakenBack) {
  const std::string text = "swarm: {listen_port: 7000}\n";
  EXPECT_THAT(Reload(text).keys_for_restart(),
              ElementsAre("swarm.listen_port"));
  EXPECT_THAT(Reload(text).keys_for_restart(),
              ElementsAre("swarm.listen_port"));
  EXPECT_EQ(in_force_.config.swarm().listen_port(), 6881);
  EXPECT_THAT(applied_, IsEmpty());
  EXPECT_THAT(Reload("").keys_for_restart(), IsEmpty());
}

TEST_F(ConfigReloaderTest, AnswersNobodyOnceItIsGone) {
  bool answered = false;
  reloader_->Reload("test", [&answered](const v1::ReloadConfigResponse&) {
    answered = true;
  });
  reloader_.reset();
  executor_.RunUntilIdle();
  EXPECT_FALSE(answered);
}

}  // namespace
}  // namespace convoy
