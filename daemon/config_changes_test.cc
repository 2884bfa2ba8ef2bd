#include "daemon/config_changes.h"

#include <string>

#include "daemon/config_file.h"
#include "daemon/config_schema.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Settings Read(const std::string& text) {
  absl::StatusOr<Settings> settings = ParseConfig({{"c.yaml", text}}, {});
  EXPECT_TRUE(settings.ok()) << settings.status();
  return *settings;
}

TEST(ConfigChangesTest, NamesWhatChangedInTheOrderOfTheSchema) {
  const ConfigChange change = PlanConfigChange(
      Read("log: {level: debug}\nscheduler: {max_running_jobs: 3}\n"),
      Read("log: {level: error}\nscheduler: {max_running_jobs: 4}\n"));

  EXPECT_THAT(change.changed,
              ElementsAre("scheduler.max_running_jobs", "log.level"));
  EXPECT_THAT(change.for_restart, IsEmpty());
  EXPECT_EQ(change.in_force.config.scheduler().max_running_jobs(), 4);
}

TEST(ConfigChangesTest, KeepsWhatNeedsARestartAndNamesIt) {
  const ConfigChange change = PlanConfigChange(
      Read("paths: {state_directory: /a}\nlimits: {history_seconds: 5}\n"),
      Read("limits: {history_seconds: 6}\n\npaths: {state_directory: /b}\n"
           "group: {id: g}\n"));

  EXPECT_THAT(change.for_restart,
              ElementsAre("paths.state_directory", "group.id"));
  EXPECT_THAT(change.changed, ElementsAre("limits.history_seconds"));
  EXPECT_EQ(change.in_force.config.paths().state_directory(), "/a");
  EXPECT_EQ(change.in_force.ProviderOf("paths.state_directory"), "c.yaml:1");
  EXPECT_FALSE(change.in_force.config.group().has_id());
  EXPECT_EQ(change.in_force.ProviderOf("group.id"), "default");
  EXPECT_EQ(change.in_force.config.limits().history_seconds(), 6);
}

TEST(ConfigChangesTest, TakesNewLinesOfValuesThatStayed) {
  const ConfigChange change =
      PlanConfigChange(Read("log: {level: debug}\n"),
                       Read("# A comment.\nlog: {level: debug}\n"));

  EXPECT_THAT(change.changed, IsEmpty());
  EXPECT_EQ(change.in_force.ProviderOf("log.level"), "c.yaml:2");
}

TEST(ConfigChangesTest, SeesListsThatGrewShrankOrWereSortedAnew) {
  const Settings two = Read("swarm: {peers: [a:1, b:2]}\n");
  EXPECT_THAT(PlanConfigChange(two, Read("")).changed,
              ElementsAre("swarm.peers"));
  EXPECT_THAT(PlanConfigChange(Read(""), two).changed,
              ElementsAre("swarm.peers"));
  EXPECT_THAT(
      PlanConfigChange(two, Read("swarm: {peers: [b:2, a:1]}\n")).changed,
      ElementsAre("swarm.peers"));
  EXPECT_THAT(PlanConfigChange(two, two).changed, IsEmpty());
}

TEST(ConfigChangesTest, AFileOfSignersThatChangedIsNewUnderItsName) {
  const std::string text = "swarm: {signers_file: /s.pem}\n";
  Settings now = Read(text);
  now.signers_pem = "one";
  Settings wanted = now;
  EXPECT_THAT(PlanConfigChange(now, wanted).changed, IsEmpty());
  wanted.signers_pem = "another";
  const ConfigChange change = PlanConfigChange(now, wanted);
  EXPECT_THAT(change.changed, ElementsAre("swarm.signers_file"));
  EXPECT_TRUE(change.Touches("swarm"));
  EXPECT_EQ(change.in_force.signers_pem, "another");
}

TEST(ConfigChangesTest, TouchesWholeNamesOnly) {
  ConfigChange change;
  change.changed = {"cache_host.hosts"};
  EXPECT_TRUE(change.Touches("cache_host"));
  EXPECT_TRUE(change.Touches("cache_host.hosts"));
  EXPECT_FALSE(change.Touches("cache"));
}

TEST(ConfigChangesTest, EveryRuleNamesKeysThatExist) {
  int restarts = 0;
  for (const ConfigKey& key : ConfigKeys()) {
    if (NeedsRestart(key.name)) ++restarts;
  }
  EXPECT_TRUE(NeedsRestart("swarm.listen_port"));
  EXPECT_TRUE(NeedsRestart("group.ca_file"));
  EXPECT_FALSE(NeedsRestart("swarm.interfaces"));
  EXPECT_FALSE(NeedsRestart("cache.max_age_seconds"));
  // Most of the configuration is taken while the daemon runs.
  EXPECT_LT(restarts * 3, static_cast<int>(ConfigKeys().size()));
}

}  // namespace
}  // namespace convoy
