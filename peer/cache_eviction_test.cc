#include "peer/cache_eviction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"

namespace convoy {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

// An entry that was used `hours` ago.
EvictionEntry Used(int hours, std::int64_t own_mib, bool held = false) {
  return {kNow - absl::Hours(hours), own_mib * kMiB, held};
}
EvictionEntry Held(int hours, std::int64_t own_mib) {
  return Used(hours, own_mib, true);
}

struct Case {
  const char* name;
  std::vector<EvictionEntry> entries;
  int max_age_hours = 72;
  int max_percent = 100;
  std::int64_t max_mib = 0;
  std::int64_t min_free_mib = 0;
  std::int64_t size_mib = 1000;
  std::int64_t free_mib = 1000;
  // "3 age, 0 size": indexes and causes, in order.
  const char* evicted;
};

std::string Describe(const std::vector<Eviction>& evictions) {
  return absl::StrJoin(
      evictions, ", ", [](std::string* out, const Eviction& eviction) {
        const char* const cause = eviction.cause == EvictionCause::kAge ? "age"
                                  : eviction.cause == EvictionCause::kSize
                                      ? "size"
                                      : "free";
        absl::StrAppend(out, eviction.index, " ", cause);
      });
}

EvictionLimits LimitsOf(const Case& test) {
  SwarmSettings settings;
  settings.cache_max_age = absl::Hours(test.max_age_hours);
  settings.cache_max_percent = test.max_percent;
  settings.cache_max_bytes = test.max_mib * kMiB;
  settings.cache_min_free_bytes = test.min_free_mib * kMiB;
  return EvictionLimits(settings);
}

std::string NameOf(const testing::TestParamInfo<Case>& test) {
  return test.param.name;
}

class CacheEvictionTest : public testing::TestWithParam<Case> {};

TEST_P(CacheEvictionTest, Chooses) {
  const Case& test = GetParam();
  EXPECT_EQ(Describe(ChooseEvictions(
                test.entries, kNow, LimitsOf(test),
                FileSystemSpace{test.size_mib * kMiB, test.free_mib * kMiB})),
            test.evicted);
}

Case Age(const char* name, int max_age_hours,
         std::vector<EvictionEntry> entries, const char* evicted) {
  Case test;
  test.name = name;
  test.max_age_hours = max_age_hours;
  test.entries = std::move(entries);
  test.evicted = evicted;
  return test;
}

INSTANTIATE_TEST_SUITE_P(
    ByAge, CacheEvictionTest,
    testing::Values(Age("NothingToDo", 72, {}, ""),
                    Age("OldestUseFirst", 72,
                        {Used(80, 1), Used(10, 1), Used(90, 1), Used(72, 0)},
                        "2 age, 0 age, 3 age"),
                    Age("YoungerThanTheLimitStays", 72, {Used(71, 1)}, ""),
                    Age("HeldStays", 72, {Held(1000, 1), Used(80, 1)}, "1 age"),
                    Age("LastUseInTheFutureStays", 72, {Used(-5, 1)}, ""),
                    Age("NoAgeLetsAllGo", 0, {Used(0, 1), Held(1, 1)}, "0 age"),
                    Age("EqualsInTheirOrder", 1,
                        {Used(2, 1), Used(2, 1), Used(2, 1)},
                        "0 age, 1 age, 2 age")),
    NameOf);

Case Size(const char* name, int max_percent, std::int64_t max_mib,
          std::vector<EvictionEntry> entries, const char* evicted) {
  Case test;
  test.name = name;
  test.max_percent = max_percent;
  test.max_mib = max_mib;
  test.entries = std::move(entries);
  test.evicted = evicted;
  return test;
}

INSTANTIATE_TEST_SUITE_P(
    BySize, CacheEvictionTest,
    testing::Values(
        Size("JustFull", 10, 0, {Used(2, 60), Used(1, 40)}, ""),
        Size("PercentOfTheFileSystem", 10, 0, {Used(1, 60), Used(2, 41)},
             "1 size"),
        Size("BytesInsteadOfALargerPercent", 50, 100,
             {Used(1, 60), Used(2, 41)}, "1 size"),
        Size("BytesInsteadOfASmallerPercent", 10, 500,
             {Used(1, 300), Used(2, 200)}, ""),
        Size("OnlyAsManyAsNeeded", 10, 0,
             {Used(1, 30), Used(4, 30), Used(3, 30), Used(2, 30)}, "1 size"),
        Size("WithoutOwnBytesStays", 10, 0,
             {Used(9, 0), Used(2, 60), Used(1, 60)}, "1 size"),
        Size("HeldCountsAndStays", 10, 0,
             {Held(9, 90), Used(2, 10), Used(1, 5)}, "1 size"),
        Size("HeldAloneIsTooMuch", 10, 0, {Held(9, 200), Used(1, 5)}, "1 size"),
        Size("LargerThanAllGoesAlone", 10, 0,
             {Used(9, 50), Used(8, 40), Used(0, 101)}, "2 size"),
        Size("AgedCountNoMore", 10, 0, {Used(80, 90), Used(1, 90)}, "0 age")),
    NameOf);

Case Free(const char* name, std::int64_t min_free_mib, std::int64_t free_mib,
          std::vector<EvictionEntry> entries, const char* evicted) {
  Case test;
  test.name = name;
  test.min_free_mib = min_free_mib;
  test.free_mib = free_mib;
  test.entries = std::move(entries);
  test.evicted = evicted;
  return test;
}

INSTANTIATE_TEST_SUITE_P(
    ByFreeSpace, CacheEvictionTest,
    testing::Values(
        Free("JustEnough", 100, 100, {Used(1, 50)}, ""),
        Free("UntilEnoughIsFree", 100, 70,
             {Used(1, 20), Used(3, 20), Used(2, 20)}, "1 free, 2 free"),
        Free("WithoutOwnBytesStays", 100, 0, {Used(9, 0), Used(1, 10)},
             "1 free"),
        Free("HeldStays", 100, 0, {Held(9, 100), Used(1, 10)}, "1 free"),
        Free("WhatAgeFreesCounts", 100, 90, {Used(80, 10), Used(1, 10)},
             "0 age")),
    NameOf);

TEST(CacheEvictionTest, AgeAloneDecidesWhereSpaceIsNotKnown) {
  Case test;
  test.max_percent = 1;
  test.min_free_mib = 1'000'000;
  EXPECT_EQ(Describe(ChooseEvictions({Used(80, 1), Used(1, 1'000'000)}, kNow,
                                     LimitsOf(test), std::nullopt)),
            "0 age");
}

TEST(CacheEvictionTest, TheLargestFileSystemDoesNotOverflow) {
  Case test;
  test.max_percent = 100;
  const EvictionLimits limits = LimitsOf(test);
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  EXPECT_GT(MaxOwnBytes(limits, kLargest), kLargest - 1000);
}

}  // namespace
}  // namespace convoy
