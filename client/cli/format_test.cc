#include "client/cli/format.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>

namespace convoy {
namespace {

TEST(FormatTest, BytesHaveThreeDigitsAndIecUnits) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(1023), "1023 B");
  EXPECT_EQ(FormatBytes(1024), "1.00 KiB");
  EXPECT_EQ(FormatBytes(1536), "1.50 KiB");
  EXPECT_EQ(FormatBytes(10 * 1024 - 1), "10.0 KiB");
  EXPECT_EQ(FormatBytes(123 * 1024), "123 KiB");
  EXPECT_EQ(FormatBytes(1023 * 1024), "1023 KiB");
  EXPECT_EQ(FormatBytes(1024 * 1024 - 1), "1.00 MiB");
  EXPECT_EQ(FormatBytes(std::int64_t{5} << 30), "5.00 GiB");
  EXPECT_EQ(FormatBytes(std::numeric_limits<std::int64_t>::max()), "8.00 EiB");
}

TEST(FormatTest, Rates) { EXPECT_EQ(FormatRate(2 << 20), "2.00 MiB/s"); }

TEST(FormatTest, SpansHaveTwoUnits) {
  EXPECT_EQ(FormatSpan(absl::ZeroDuration()), "0s");
  EXPECT_EQ(FormatSpan(absl::Milliseconds(1)), "1s");
  EXPECT_EQ(FormatSpan(absl::Seconds(59)), "59s");
  EXPECT_EQ(FormatSpan(absl::Seconds(185)), "3m 05s");
  EXPECT_EQ(FormatSpan(absl::Minutes(127)), "2h 07m");
  EXPECT_EQ(FormatSpan(absl::Hours(76)), "3d 04h");
  EXPECT_EQ(FormatSpan(-absl::Hours(1)), "0s");
  EXPECT_EQ(FormatSpan(absl::InfiniteDuration()), "forever");
}

TEST(FormatTest, ReadsTheSpansThatItPrints) {
  for (const absl::Duration span :
       {absl::ZeroDuration(), absl::Seconds(59), absl::Seconds(185),
        absl::Minutes(127), absl::Hours(76), absl::Hours(24 * 100)}) {
    EXPECT_EQ(ParseSpan(FormatSpan(span)), span);
  }
}

TEST(FormatTest, ReadsSpansOfDaysAndParts) {
  EXPECT_EQ(ParseSpan("100d"), absl::Hours(2400));
  EXPECT_EQ(ParseSpan("1d12h"), absl::Hours(36));
  EXPECT_EQ(ParseSpan("1h30m"), absl::Minutes(90));
  EXPECT_EQ(ParseSpan("1500ms"), absl::Milliseconds(1500));
  EXPECT_EQ(ParseSpan("0"), absl::ZeroDuration());
  for (const char* text : {"", " ", "d", "-1d", "1d-2h", "1d+2h", "-5s", "5",
                           "soon", "inf", "1dd", "99999999999d"}) {
    EXPECT_EQ(ParseSpan(text), std::nullopt) << text;
  }
}

TEST(FormatTest, TimesAreOfTheGivenZone) {
  EXPECT_EQ(
      FormatMoment(absl::FromUnixSeconds(1'700'000'000), absl::UTCTimeZone()),
      "2023-11-14 22:13:20");
}

TEST(FormatTest, PercentIsHundredOnlyWhenAllIsThere) {
  EXPECT_EQ(FormatPercent(0, 10), "0%");
  EXPECT_EQ(FormatPercent(9'999, 10'000), "99%");
  EXPECT_EQ(FormatPercent(10, 10), "100%");
  EXPECT_EQ(FormatPercent(5, 0), "?");
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(FormatPercent(kHuge - 1, kHuge), "99%");
}

TEST(FormatTest, NamesOfStatesAndPriorities) {
  EXPECT_EQ(StateText(v1::JOB_STATE_TRANSIENT_ERROR), "transient error");
  EXPECT_EQ(PriorityText(v1::JOB_PRIORITY_FOREGROUND), "foreground");
}

TEST(FormatTest, SourcesAreSplitOnlyWhenThereIsMoreThanOne) {
  v1::SourceBytes bytes;
  EXPECT_EQ(SourcesText(bytes), "");
  bytes.set_origin_bytes(300);
  EXPECT_EQ(SourcesText(bytes), "origin");
  bytes.set_mirror_bytes(100);
  EXPECT_EQ(SourcesText(bytes), "origin 75%, mirrors 25%");
  EXPECT_EQ(AmountsText(bytes), "origin 300 B, mirrors 100 B");
}

TEST(FormatTest, SourcesAreAHundredPercentTogether) {
  v1::SourceBytes bytes;
  bytes.set_origin_bytes(32);
  bytes.set_lan_bytes(224);
  EXPECT_EQ(SourcesText(bytes), "origin 12%, LAN 88%");
  bytes.set_group_bytes(224);
  bytes.set_internet_bytes(224);
  EXPECT_EQ(SourcesText(bytes), "origin 4%, LAN 34%, group 31%, internet 31%");
  bytes.Clear();
  EXPECT_EQ(AmountsText(bytes), "");
  bytes.set_lan_bytes(224 << 20);
  EXPECT_EQ(SourcesText(bytes), "LAN");
  EXPECT_EQ(AmountsText(bytes), "LAN 224 MiB");
}

TEST(FormatTest, PrintableTakesControlCharactersOut) {
  EXPECT_EQ(Printable("a\x1b[31mb\n\tc\x7f"), "a?[31mb??c?");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "31m"),
            "?31m");  // C1 CSI
  EXPECT_EQ(Printable("a\xe2\x80\xae"
                      "b"),
            "a?b");                          // right-to-left
  EXPECT_EQ(Printable("a\xff\xc3"), "a??");  // broken UTF-8
  EXPECT_EQ(Printable(absl::string_view("a\0b", 3)), "a?b");
  EXPECT_EQ(Printable("Stra\xc3\x9f"
                      "e"),
            "Stra\xc3\x9f"
            "e");
}

TEST(FormatTest, WideCharactersCountTwice) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("\xc3\xa4"), 1);
  EXPECT_EQ(DisplayWidth("\xe6\x97\xa5\xe6\x9c\xac"), 4);
}

TEST(FormatTest, ShortenKeepsBothEnds) {
  EXPECT_EQ(Shorten("abcdefghij", 10), "abcdefghij");
  EXPECT_EQ(Shorten("abcdefghij", 9), "abc...hij");
  EXPECT_EQ(Shorten("abcdefghij", 4), "a...");
  EXPECT_EQ(Shorten("abcdefghij", 2), "..");
  EXPECT_EQ(Shorten("abcdefghij", 0), "");
  EXPECT_EQ(Shorten("\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5", 5),
            "...");  // no room for half a wide one
}

TEST(FormatTest, PadsToColumns) {
  EXPECT_EQ(PadRight("\xc3\xa4", 3), "\xc3\xa4  ");
  EXPECT_EQ(PadLeft("7", 3), "  7");
  EXPECT_EQ(PadLeft("1234", 3), "1234");
}

}  // namespace
}  // namespace convoy
