#include "peer/cached_content.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/time/time.h"
#include "peer/cache_index.h"
#include "peer/contents.h"

namespace convoy {
namespace {

CacheRow Row() {
  CacheRow row;
  row.content_id = std::string(20, '\xfe');
  row.source_url = "https://example.org/disks/disk.img";
  row.name = "disk.img";
  row.local_path = "/home/me/my.img";
  row.owner = 1000;
  row.owner_group = 100;
  row.holding = ContentHolding::kHardLink;
  row.identity = {1, 2, 3, 4};
  row.piece_length = 1 << 26;
  row.pinned = true;
  row.create_time = absl::FromUnixNanos(5);
  row.last_use_time = absl::FromUnixNanos(6);
  return row;
}

TEST(CachedContentTest, SaysWhatTheRowSays) {
  const CacheRow row = Row();
  const CachedContent content(row);
  EXPECT_EQ(content.source_url(), row.source_url);
  EXPECT_EQ(content.name(), row.name);
  EXPECT_EQ(content.local_path(), row.local_path);
  EXPECT_EQ(content.owner(), 1000u);
  EXPECT_EQ(content.owner_group(), 100u);
  EXPECT_EQ(content.holding(), ContentHolding::kHardLink);
  EXPECT_EQ(content.identity(), row.identity);
  EXPECT_EQ(content.size(), 3);
  EXPECT_EQ(content.piece_length(), 1 << 26);
  EXPECT_TRUE(content.pinned());
  EXPECT_EQ(content.create_time(), row.create_time);
  EXPECT_EQ(content.last_use_time(), row.last_use_time);
}

TEST(CachedContentTest, FindsTheNameWhereverItIs) {
  CacheRow row = Row();
  for (const char* const name : {"disk.img", "my.img", "other", ""}) {
    row.name = name;
    const CachedContent content(row);
    EXPECT_EQ(content.name(), name);
    EXPECT_EQ(content.source_url(), row.source_url);
    EXPECT_EQ(content.local_path(), row.local_path);
  }
}

TEST(CachedContentTest, NeedsNoTexts) {
  CacheRow row = Row();
  row.source_url = row.local_path = row.name = "";
  const CachedContent content(row);
  EXPECT_EQ(content.source_url(), "");
  EXPECT_EQ(content.name(), "");
}

TEST(ContentKeyTest, IsSortedAsItsDigitsAre) {
  const auto low = ContentKey::Of(std::string(20, '\x7f'));
  const auto high = ContentKey::Of(std::string(20, '\x80'));
  ASSERT_TRUE(low.has_value());
  ASSERT_TRUE(high.has_value());
  EXPECT_TRUE(*low < *high);
  EXPECT_LT(low->ToHex(), high->ToHex());
  EXPECT_EQ(high->bytes(), std::string(20, '\x80'));
}

TEST(ContentKeyTest, IsNothingElseThan20Bytes) {
  EXPECT_FALSE(ContentKey::Of("").has_value());
  EXPECT_FALSE(ContentKey::Of(std::string(19, 'a')).has_value());
  EXPECT_FALSE(ContentKey::Of(std::string(40, 'a')).has_value());
}

}  // namespace
}  // namespace convoy
