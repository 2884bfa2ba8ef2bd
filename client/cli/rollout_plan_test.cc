#include "client/cli/rollout_plan.h"

#include <gtest/gtest.h>

#include <string>

#include "daemon/declaration_reader.h"

namespace convoy {
namespace {

const absl::TimeZone kUtc = absl::UTCTimeZone();
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

Declaration Job(const std::string& more) {
  DeclarationFile file = ReadDeclarations(
      "j.yaml", "words:\n  url: https://example.org/w\n  path: /w\n" + more);
  EXPECT_TRUE(file.mistakes.empty());
  return file.jobs.at(0);
}

TEST(ParseMachinesTest, TakesLinesCommasLabelsAndComments) {
  const auto machines =
      ParseMachines("web-1 ring=canary site=a\n# none\nweb-2, web-3\r\n\n");
  ASSERT_TRUE(machines.ok());
  ASSERT_EQ(machines->size(), 3u);
  EXPECT_EQ((*machines)[0].id, "web-1");
  EXPECT_EQ((*machines)[0].labels.size(), 2u);
  EXPECT_EQ((*machines)[2].id, "web-3");
  EXPECT_FALSE(ParseMachines("# nobody\n").ok());
  EXPECT_FALSE(ParseMachines("web-1 canary").ok());
}

TEST(PlanRolloutTest, SaysWhoTakesPartAndWhen) {
  const auto machines =
      *ParseMachines("a ring=canary, b ring=canary, c ring=rest");
  const RolloutPlan plan = PlanRollout(
      Job("  labels: [ring=canary]\n  not_before: 2023-11-15T00:00:00Z\n"),
      machines, kNow, kUtc);
  EXPECT_EQ(plan.selected, 2);
  EXPECT_TRUE(plan.lines[0].selected());
  EXPECT_EQ(plan.lines[0].start_time(), "2023-11-15T00:00:00+00:00");
  EXPECT_FALSE(plan.lines[2].selected());
  EXPECT_EQ(plan.lines[2].reason(),
            "this machine has not the label ring=canary");
}

TEST(PlanRolloutTest, CountsHundredsOfThousandsOfMachines) {
  std::string text;
  for (int i = 0; i < 220'000; ++i) text += "web-" + std::to_string(i) + "\n";
  const RolloutPlan plan =
      PlanRollout(Job("  percent: 100\n"), *ParseMachines(text), kNow, kUtc);
  EXPECT_EQ(plan.selected, 220'000);
  EXPECT_EQ(plan.better_percent, 0);
}

TEST(PlanRolloutTest, TenPercentStayWithinFifty) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "web-" + std::to_string(i) + "\n";
  const auto machines = *ParseMachines(text);
  const RolloutPlan ten =
      PlanRollout(Job("  percent: 10\n"), machines, kNow, kUtc);
  const RolloutPlan fifty =
      PlanRollout(Job("  percent: 50\n"), machines, kNow, kUtc);
  EXPECT_NEAR(ten.selected, 100, 40);
  EXPECT_NEAR(fifty.selected, 500, 60);
  for (std::size_t i = 0; i < machines.size(); ++i) {
    EXPECT_TRUE(!ten.lines[i].selected() || fifty.lines[i].selected());
  }
}

// Ten thousand ids: with the percent that the plan names, each cohort has its
// size, and still nests.
TEST(PlanRolloutTest, NamesThePercentThatGivesTheAskedSize) {
  std::string text;
  for (int i = 0; i < 10000; ++i) text += "web-" + std::to_string(i) + "\n";
  const auto machines = *ParseMachines(text);
  int named = 0;
  for (int i = 0; i < 40; ++i) {
    Declaration job = Job("");
    job.name = "job-" + std::to_string(i);
    int before = 0;
    for (const int percent : {10, 50}) {
      job.rollout.percent = percent * 100;
      RolloutPlan plan = PlanRollout(job, machines, kNow, kUtc);
      if (plan.better_percent > 0) {
        ++named;
        job.rollout.percent = plan.better_percent;
        plan = PlanRollout(job, machines, kNow, kUtc);
      }
      EXPECT_NEAR(plan.selected, percent * 100, 100) << job.name;
      EXPECT_GT(job.rollout.percent, before);
      before = job.rollout.percent;
    }
  }
  EXPECT_GT(named, 0);
}

TEST(SummaryOfTest, SaysWhatWouldBringOthers) {
  const auto machines = *ParseMachines("a ring=canary,b,c ring=canary");
  const Declaration canary = Job("  labels: [ring=canary]\n  percent: 50\n");
  RolloutPlan plan = PlanRollout(canary, machines, kNow, kUtc);
  EXPECT_EQ(plan.labelled, 2);
  plan.selected = 0;
  plan.better_percent = 7312;
  EXPECT_EQ(SummaryOf(canary, plan, kNow, kUtc),
            "words: 0 of 3 machines take part (0.0 %; percent: 50); 2 of them "
            "have the labels ring=canary; for 50 % of 2 say percent: 73.12");
}

TEST(SummaryOfTest, CountsInNumbersAndPercent) {
  const auto machines = *ParseMachines("a,b,c,d");
  const Declaration all = Job("");
  EXPECT_EQ(SummaryOf(all, PlanRollout(all, machines, kNow, kUtc), kNow, kUtc),
            "words: 4 of 4 machines take part (100.0 %; percent: 100), from "
            "now on");
  const Declaration none = Job("  percent: 0\n");
  EXPECT_EQ(
      SummaryOf(none, PlanRollout(none, machines, kNow, kUtc), kNow, kUtc),
      "words: 0 of 4 machines take part (0.0 %; percent: 0)");
}

}  // namespace
}  // namespace convoy
