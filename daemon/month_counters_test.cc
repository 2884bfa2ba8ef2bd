#include "daemon/month_counters.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/time/civil_time.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

class MonthCountersTest : public ::testing::Test {
 protected:
  MonthCountersTest() {
    const char* const parent = std::getenv("TEST_TMPDIR");
    std::string made =
        std::string(parent == nullptr ? "/tmp" : parent) + "/month.XXXXXX";
    path_ = std::string(::mkdtemp(made.data())) + "/month";
  }

  MonthCounters Open(absl::Time now) const {
    return MonthCounters(path_, absl::UTCTimeZone(), now);
  }
  absl::Status Save(MonthCounters& counters) const {
    const auto month = counters.TakeUnsaved();
    EXPECT_TRUE(month.has_value());
    EXPECT_FALSE(counters.TakeUnsaved().has_value());
    return month.has_value() ? SaveMonth(path_, *month) : absl::OkStatus();
  }
  static absl::Time At(int month, int day) {
    return absl::FromCivil(absl::CivilDay(2026, month, day),
                           absl::UTCTimeZone());
  }
  static v1::MonthStatistics Totals(std::int64_t origin, std::int64_t group,
                                    std::int64_t internet) {
    v1::MonthStatistics totals;
    totals.set_origin_bytes(origin);
    totals.set_uploaded_group_bytes(group);
    totals.set_uploaded_internet_bytes(internet);
    return totals;
  }

  std::string path_;
};

TEST_F(MonthCountersTest, CountsWhatCameSinceTheCallBefore) {
  MonthCounters counters = Open(At(3, 5));
  EXPECT_TRUE(counters.Add(Totals(10, 0, 0), At(3, 5)));
  EXPECT_TRUE(counters.Add(Totals(15, 2, 3), At(3, 6)));
  EXPECT_FALSE(counters.Add(Totals(15, 2, 3), At(3, 7)));

  EXPECT_EQ(counters.month().origin_bytes(), 15);
  EXPECT_EQ(counters.uploaded_outside(), 5);
  EXPECT_EQ(counters.month().start_time().seconds(),
            absl::ToUnixSeconds(At(3, 1)));
}

TEST_F(MonthCountersTest, GoesOnAfterARestart) {
  MonthCounters before = Open(At(3, 5));
  before.Add(Totals(10, 1, 0), At(3, 5));
  ASSERT_TRUE(Save(before).ok());

  MonthCounters after = Open(At(3, 6));
  EXPECT_EQ(after.month().origin_bytes(), 10);
  // The process counts from 0 again.
  after.Add(Totals(4, 1, 0), At(3, 6));
  EXPECT_EQ(after.month().origin_bytes(), 14);
  EXPECT_EQ(after.uploaded_outside(), 2);
}

TEST_F(MonthCountersTest, BeginsANewMonthWhileItRunsAndAtTheStart) {
  MonthCounters counters = Open(At(3, 31));
  counters.Add(Totals(10, 7, 0), At(3, 31));
  ASSERT_TRUE(Save(counters).ok());
  counters.Add(Totals(12, 7, 0), At(4, 1));
  EXPECT_EQ(counters.month().origin_bytes(), 2);
  EXPECT_EQ(counters.uploaded_outside(), 0);

  EXPECT_EQ(Open(At(5, 2)).month().origin_bytes(), 0);
}

TEST_F(MonthCountersTest, BeginsAtNothingWithAFileThatIsNone) {
  std::ofstream(path_) << "\xff\xff not ours";
  MonthCounters counters = Open(At(3, 5));
  EXPECT_EQ(counters.month().origin_bytes(), 0);
  counters.Add(Totals(10, 0, 0), At(3, 5));
  ASSERT_TRUE(Save(counters).ok());
  EXPECT_EQ(Open(At(3, 5)).month().origin_bytes(), 10);
}

TEST_F(MonthCountersTest, SaysWhyItCannotBeSaved) {
  const absl::Status status =
      SaveMonth("/nonexistent/month", v1::MonthStatistics());
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(status.message().find("/nonexistent/month"), std::string::npos);
}

}  // namespace
}  // namespace convoy
