#include "peer/bandwidth_plan.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

// "mtwtfss", a dot for each day that is not one of them.
std::string DaysOf(const BandwidthHours& hours) {
  std::string days = "mtwtfss";
  for (std::size_t i = 0; i < days.size(); ++i) {
    if (!hours.days[i]) days[i] = '.';
  }
  return days;
}

TEST(ParseBandwidthHoursTest, ReadsDaysAndRangesOfDays) {
  const struct {
    const char* written;
    const char* days;
  } cases[] = {{"mon", "m......"},         {"mon-fri", "mtwtf.."},
               {"sat,sun", ".....ss"},     {"mon-sun", "mtwtfss"},
               {"fri-mon", "m...fss"},     {"sun-sun", "......s"},
               {"tue,thu-fri", ".t.tf.."}, {"MON,Wed", "m.w...."},
               {"mon,mon-tue", "mt....."}};
  for (const auto& one : cases) {
    const auto hours = ParseBandwidthHours(
        absl::StrCat(one.written, " 08:00-18:00 background=1"));
    ASSERT_TRUE(hours.ok()) << hours.status();
    EXPECT_EQ(DaysOf(*hours), one.days) << one.written;
  }
}

TEST(ParseBandwidthHoursTest, ReadsTimesAndLimits) {
  const auto hours = ParseBandwidthHours(
      "\t mon  22:15-06:00 foreground=50% background=2000000 upload=0 "
      "lan_download=1000000000000 lan_upload=7");
  ASSERT_TRUE(hours.ok()) << hours.status();
  EXPECT_EQ(hours->begin, 22 * 60 + 15);
  EXPECT_EQ(hours->end, 6 * 60);
  EXPECT_EQ(hours->foreground->percent, 50);
  EXPECT_EQ(hours->foreground->bytes_per_second, 0);
  EXPECT_EQ(hours->background->percent, 0);
  EXPECT_EQ(hours->background->bytes_per_second, 2000000);
  EXPECT_EQ(hours->upload->bytes_per_second, 0);
  EXPECT_EQ(hours->lan_download->bytes_per_second, 1000000000000);
  EXPECT_EQ(hours->lan_upload->bytes_per_second, 7);
  const auto day = ParseBandwidthHours("mon 00:00-24:00 background=1");
  ASSERT_TRUE(day.ok());
  EXPECT_EQ(day->begin, 0);
  EXPECT_EQ(day->end, 24 * 60);
  EXPECT_FALSE(day->foreground.has_value());
}

TEST(ParseBandwidthHoursTest, SaysWhatIsWrong) {
  const std::string days = "; days are mon, tue, wed, thu, fri, sat, sun";
  const std::string times = "; times are 00:00 to 24:00";
  const std::string form =
      "has not days, times and limits; write it as \"mon-fri 08:00-18:00 "
      "background=10%\"";
  const std::string percent = "; percentages are 1% to 100%, and 0 is no limit";
  const std::string range =
      "; limits are 0 to 1000000000000 bytes per second, or a percentage";
  const std::string keys =
      "; limits begin with foreground=, background=, upload=, lan_download= "
      "or lan_upload=";
  const struct {
    const char* line;
    std::string problem;
  } cases[] = {
      {"", form},
      {"mon", form},
      {"mon 08:00-18:00", form},
      {"mom 08:00-18:00 background=1", "has the day \"mom\"" + days},
      {"mon, 08:00-18:00 background=1", "has the day \"\"" + days},
      {"mon- 08:00-18:00 background=1", "has the day \"\"" + days},
      {"mon-wed-fri 08:00-18:00 background=1",
       "has the day \"wed-fri\"" + days},
      {"mon 8:00-18:00 background=1", "has the time \"8:00\"" + times},
      {"mon 08:00-18:60 background=1", "has the time \"18:60\"" + times},
      {"mon 08:00-24:01 background=1", "has the time \"24:01\"" + times},
      {"mon +8:00-18:00 background=1", "has the time \"+8:00\"" + times},
      {"mon 08:00 background=1", "has the time \"\"" + times},
      {"mon 24:00-08:00 background=1",
       "has the time \"24:00-08:00\", which begins at 24:00; write 00:00"},
      {"mon 08:00-08:00 background=1",
       "has the time \"08:00-08:00\", which has no length; a whole day is "
       "00:00-24:00"},
      {"mon 08:00-18:00 all=1", "has the limit \"all=1\"" + keys},
      {"mon 08:00-18:00 50%", "has the limit \"50%\"" + keys},
      {"mon 08:00-18:00 background", "has the limit \"\"" + range},
      {"mon 08:00-18:00 background=1M", "has the limit \"1M\"" + range},
      {"mon 08:00-18:00 background=-1", "has the limit \"-1\"" + range},
      {"mon 08:00-18:00 background=1000000000001",
       "has the limit \"1000000000001\"" + range},
      {"mon 08:00-18:00 background=0%", "has the limit \"0%\"" + percent},
      {"mon 08:00-18:00 background=101%", "has the limit \"101%\"" + percent},
      {"mon 08:00-18:00 background=%", "has the limit \"%\"" + percent},
      {"mon 08:00-18:00 background=1 background=2",
       "has the limit \"background=2\", the second of its kind"},
      {"mon 08:00-18:00 lan_upload=5%",
       "has the limit \"lan_upload=5%\"; percentages are of the link to the "
       "origins, so limits of the LAN are bytes per second"},
      {"mon 08:00-18:00 \xFF\n=1", "has the limit \"\\xff\\n=1\"" + keys},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(ParseBandwidthHours(one.line).status().message(), one.problem)
        << one.line;
  }
}

// A plan in which background traffic has no limit but that of `lines`.
BandwidthPlan PlanOf(const std::vector<absl::string_view>& lines,
                     absl::TimeZone zone) {
  BandwidthPlan::Settings settings;
  for (absl::string_view line : lines) {
    const auto hours = ParseBandwidthHours(line);
    EXPECT_TRUE(hours.ok()) << hours.status();
    if (hours.ok()) settings.schedule.push_back(*hours);
  }
  return BandwidthPlan(std::move(settings), zone);
}

absl::Time Parse(absl::string_view text, absl::TimeZone zone) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime("%Y-%m-%d %H:%M:%S", text, zone, &time, &error))
      << error;
  return time;
}

std::string Text(absl::Time time, absl::TimeZone zone) {
  return time == absl::InfiniteFuture()
             ? "never"
             : absl::FormatTime("%a %Y-%m-%d %H:%M:%S %z", time, zone);
}

TEST(BandwidthPlanTest, KnowsTheLimitAndItsNextChange) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const std::vector<absl::string_view> office = {
      "mon-fri 08:00-18:00 background=8", "sat,sun 00:00-24:00 background=9"};
  const std::vector<absl::string_view> nights = {
      "fri-mon 22:00-06:00 background=5"};
  const std::vector<absl::string_view> overlap = {
      "wed 12:00-13:00 background=1", "mon-sun 00:00-24:00 background=2"};
  // 2026-11-23 is a Monday.
  const struct {
    const std::vector<absl::string_view>* lines;
    const char* now;
    std::int64_t background;
    const char* next;
  } cases[] = {
      {&office, "2026-11-23 07:59:59", 0, "Mon 2026-11-23 08:00:00 +0000"},
      {&office, "2026-11-23 08:00:00", 8, "Mon 2026-11-23 18:00:00 +0000"},
      {&office, "2026-11-23 17:59:59", 8, "Mon 2026-11-23 18:00:00 +0000"},
      {&office, "2026-11-23 18:00:00", 0, "Tue 2026-11-24 08:00:00 +0000"},
      {&office, "2026-11-27 18:00:00", 0, "Sat 2026-11-28 00:00:00 +0000"},
      // From one day to the next nothing changes.
      {&office, "2026-11-28 00:00:00", 9, "Mon 2026-11-30 00:00:00 +0000"},
      {&office, "2026-11-29 23:59:59", 9, "Mon 2026-11-30 00:00:00 +0000"},
      {&nights, "2026-11-26 23:00:00", 0, "Fri 2026-11-27 22:00:00 +0000"},
      {&nights, "2026-11-27 05:00:00", 0, "Fri 2026-11-27 22:00:00 +0000"},
      {&nights, "2026-11-27 23:00:00", 5, "Sat 2026-11-28 06:00:00 +0000"},
      {&nights, "2026-11-28 00:00:00", 5, "Sat 2026-11-28 06:00:00 +0000"},
      {&nights, "2026-11-28 06:00:00", 0, "Sat 2026-11-28 22:00:00 +0000"},
      // Monday's night ends on Tuesday.
      {&nights, "2026-11-24 05:59:59", 5, "Tue 2026-11-24 06:00:00 +0000"},
      {&nights, "2026-11-24 06:00:00", 0, "Fri 2026-11-27 22:00:00 +0000"},
      // The first line that fits.
      {&overlap, "2026-11-25 11:00:00", 2, "Wed 2026-11-25 12:00:00 +0000"},
      {&overlap, "2026-11-25 12:30:00", 1, "Wed 2026-11-25 13:00:00 +0000"},
      // The whole week, up to the same hour.
      {&overlap, "2026-11-25 13:00:00", 2, "Wed 2026-12-02 12:00:00 +0000"},
  };
  for (const auto& one : cases) {
    const BandwidthPlan::Moment moment =
        PlanOf(*one.lines, utc).At(Parse(one.now, utc), 0);
    EXPECT_EQ(moment.limits.background, one.background) << one.now;
    EXPECT_EQ(Text(moment.next_change, utc), one.next) << one.now;
  }
}

TEST(BandwidthPlanTest, WithoutChangesThereIsNoNextOne) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::Time now = Parse("2026-11-25 12:00:00", utc);
  EXPECT_EQ(PlanOf({}, utc).At(now, 0).next_change, absl::InfiniteFuture());
  const BandwidthPlan::Moment moment =
      PlanOf({"mon-sun 00:00-24:00 background=3"}, utc).At(now, 0);
  EXPECT_EQ(moment.limits.background, 3);
  EXPECT_EQ(moment.next_change, absl::InfiniteFuture());
}

// Walks from change to change.
std::string WalkOf(const BandwidthPlan& plan, absl::Time from, absl::Time to,
                   absl::TimeZone zone) {
  std::string walk;
  while (from < to) {
    const BandwidthPlan::Moment moment = plan.At(from, 0);
    absl::StrAppend(&walk, absl::FormatTime("%H:%M%z ", from, zone),
                    moment.limits.background, "\n");
    EXPECT_GT(moment.next_change, from);
    if (moment.next_change <= from) break;
    from = moment.next_change;
  }
  return walk;
}

class ClockChangeTest : public testing::Test {
 protected:
  ClockChangeTest() {
    EXPECT_TRUE(absl::LoadTimeZone("Europe/Berlin", &zone_));
  }
  std::string WalkOn(absl::CivilDay day, absl::string_view line) {
    return WalkOf(PlanOf({line}, zone_), absl::FromCivil(day, zone_),
                  absl::FromCivil(day + 1, zone_), zone_);
  }

  absl::TimeZone zone_;
  // Clocks go from 02:00 to 03:00, and from 03:00 to 02:00.
  const absl::CivilDay forward_{2026, 3, 29};
  const absl::CivilDay back_{2026, 10, 25};
};

TEST_F(ClockChangeTest, HoursThatClocksLeaveOutDoNotCome) {
  EXPECT_EQ(WalkOn(forward_, "sun 02:15-02:45 background=7"), "00:00+0100 0\n");
  EXPECT_EQ(WalkOn(forward_, "sun 01:30-02:30 background=7"),
            "00:00+0100 0\n01:30+0100 7\n03:00+0200 0\n");
  EXPECT_EQ(WalkOn(forward_, "sun 02:30-03:30 background=7"),
            "00:00+0100 0\n03:00+0200 7\n03:30+0200 0\n");
  EXPECT_EQ(WalkOn(forward_, "sun 01:00-05:00 background=7"),
            "00:00+0100 0\n01:00+0100 7\n05:00+0200 0\n");
}

TEST_F(ClockChangeTest, HoursThatClocksRepeatComeTwice) {
  EXPECT_EQ(WalkOn(back_, "sun 02:15-02:45 background=7"),
            "00:00+0200 0\n02:15+0200 7\n02:45+0200 0\n02:15+0100 7\n"
            "02:45+0100 0\n");
  EXPECT_EQ(WalkOn(back_, "sun 02:30-04:00 background=7"),
            "00:00+0200 0\n02:30+0200 7\n02:00+0100 0\n02:30+0100 7\n"
            "04:00+0100 0\n");
  EXPECT_EQ(WalkOn(back_, "sun 01:00-03:00 background=7"),
            "00:00+0200 0\n01:00+0200 7\n03:00+0100 0\n");
}

TEST_F(ClockChangeTest, ADayIsAsLongAsItIs) {
  const absl::CivilDay saturday = back_ - 1;
  const BandwidthPlan plan = PlanOf({"sun 00:00-24:00 background=7"}, zone_);
  const absl::Time begin =
      plan.At(absl::FromCivil(saturday, zone_), 0).next_change;
  EXPECT_EQ(begin, absl::FromCivil(back_, zone_));
  EXPECT_EQ(plan.At(begin, 0).next_change - begin, absl::Hours(25));
}

TEST(BandwidthPlanTest, MidnightMayComeTwice) {
  // Clocks went from 00:01 to 23:01 of the day before.
  absl::TimeZone zone;
  ASSERT_TRUE(absl::LoadTimeZone("America/St_Johns", &zone));
  const BandwidthPlan plan = PlanOf({"sun 00:00-12:00 background=7"}, zone);
  EXPECT_EQ(WalkOf(plan, absl::FromCivil(absl::CivilDay(2006, 10, 28), zone),
                   absl::FromCivil(absl::CivilDay(2006, 10, 30), zone), zone),
            "00:00-0230 0\n00:00-0230 7\n23:01-0330 0\n00:00-0330 7\n"
            "12:00-0330 0\n");
}

TEST(BandwidthPlanTest, TheStricterOfBytesAndPercentHolds) {
  const struct {
    BandwidthRate rate;
    std::int64_t link;
    std::int64_t measured;
    std::int64_t limit;
  } cases[] = {
      {{0, 0}, 1000, 0, 0},
      {{300, 0}, 1000, 0, 300},
      {{0, 40}, 1000, 0, 400},
      {{300, 40}, 1000, 0, 300},
      {{500, 40}, 1000, 0, 400},
      // Measured only where it is not configured; unknown it limits nothing.
      {{0, 40}, 1000, 50, 400},
      {{0, 40}, 0, 50, 20},
      {{0, 40}, 0, 0, 0},
      {{500, 40}, 0, 0, 500},
      {{0, 1}, 0, 5, 1},
      {{0, 100}, 1'000'000'000'000, 0, 1'000'000'000'000},
      {{0, 33}, 199, 0, 65},
  };
  for (const auto& one : cases) {
    BandwidthPlan::Settings settings;
    settings.link = one.link;
    settings.foreground = one.rate;
    settings.background = one.rate;
    const BandwidthPlan plan(settings, absl::UTCTimeZone());
    const BandwidthLimits limits = plan.At(absl::Now(), one.measured).limits;
    EXPECT_EQ(limits.foreground, one.limit);
    EXPECT_EQ(limits.background, one.limit);
  }
}

TEST(BandwidthPlanTest, LimitsThatALineDoesNotNameStay) {
  BandwidthPlan::Settings settings;
  settings.link = 1000;
  settings.foreground = {500, 0};
  settings.background = {200, 90};
  settings.upload = 50;
  settings.lan_download = 60;
  settings.lan_upload = 70;
  settings.low_effort_background = false;
  settings.schedule = {
      *ParseBandwidthHours("mon-sun 00:00-12:00 background=30% lan_upload=0"),
      *ParseBandwidthHours("mon-sun 12:00-24:00 foreground=0 upload=1% "
                           "lan_download=9")};
  const BandwidthPlan plan(settings, absl::UTCTimeZone());
  const absl::Time midnight =
      absl::FromCivil(absl::CivilDay(2026, 11, 25), absl::UTCTimeZone());
  BandwidthLimits morning;
  morning.foreground = 500;
  // The percentage of the line stands for both of the settings.
  morning.background = 300;
  morning.upload = 50;
  morning.lan_download = 60;
  morning.lan_upload = 0;
  morning.low_effort_background = false;
  EXPECT_EQ(plan.At(midnight, 0).limits, morning);
  BandwidthLimits evening;
  evening.foreground = 0;
  evening.background = 200;
  evening.upload = 10;
  evening.lan_download = 9;
  evening.lan_upload = 70;
  evening.low_effort_background = false;
  EXPECT_EQ(plan.At(midnight + absl::Hours(12), 0).limits, evening);
}

TEST(BandwidthPlanTest, KnowsWhetherTheLinkMustBeMeasured) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  EXPECT_FALSE(PlanOf({}, utc).NeedsMeasuredLink());
  EXPECT_FALSE(
      PlanOf({"mon 00:00-01:00 background=1"}, utc).NeedsMeasuredLink());
  EXPECT_TRUE(PlanOf({"mon 00:00-01:00 upload=1%"}, utc).NeedsMeasuredLink());
  BandwidthPlan::Settings settings;
  settings.background.percent = 5;
  EXPECT_TRUE(BandwidthPlan(settings, utc).NeedsMeasuredLink());
  settings.link = 1;
  EXPECT_FALSE(BandwidthPlan(settings, utc).NeedsMeasuredLink());
}

TEST(WeeklyHoursTest, AreDaysAndTimesAlone) {
  const auto hours = ParseWeeklyHours("fri-sun 22:00-06:00");
  ASSERT_TRUE(hours.ok()) << hours.status();
  // Monday 2026-01-05: Sunday's night goes on until six.
  EXPECT_TRUE(hours->Contains(absl::CivilMinute(2026, 1, 5, 5, 59)));
  EXPECT_FALSE(hours->Contains(absl::CivilMinute(2026, 1, 5, 6, 0)));
  for (const char* wrong : {"", "mon", "mon 22:00-06:00 background=1",
                            "mon 22:00", "moon 22:00-06:00"}) {
    EXPECT_FALSE(ParseWeeklyHours(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace convoy
