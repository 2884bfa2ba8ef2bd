#include "peer/base/lru_map.h"

#include <string>

#include "gtest/gtest.h"

namespace convoy {
namespace {

TEST(LruMapTest, FindsWhatIsThere) {
  LruMap<int, std::string> map(2);
  EXPECT_EQ(map.Find(1), nullptr);
  map.Insert(1, "one");
  ASSERT_NE(map.Find(1), nullptr);
  EXPECT_EQ(*map.Find(1), "one");
  EXPECT_EQ(map.Find(2), nullptr);
}

TEST(LruMapTest, ForgetsWhatWasNotUsedForLongest) {
  LruMap<int, std::string> map(2);
  map.Insert(1, "one");
  map.Insert(2, "two");
  EXPECT_NE(map.Find(1), nullptr);  // Now 2 is the oldest.
  map.Insert(3, "three");
  EXPECT_EQ(map.Find(2), nullptr);
  EXPECT_NE(map.Find(1), nullptr);
  EXPECT_NE(map.Find(3), nullptr);
  EXPECT_EQ(map.size(), 2u);
}

TEST(LruMapTest, ReplacesTheValueOfAKey) {
  LruMap<int, std::string> map(2);
  map.Insert(1, "one");
  map.Insert(2, "two");
  EXPECT_EQ(map.Insert(1, "uno"), "uno");
  EXPECT_EQ(map.size(), 2u);
  map.Insert(3, "three");  // 2 is the oldest: 1 was put in again.
  EXPECT_EQ(map.Find(2), nullptr);
  EXPECT_EQ(*map.Find(1), "uno");
}

TEST(LruMapTest, ErasesAndHasRoomAgain) {
  LruMap<int, std::string> map(1);
  map.Insert(1, "one");
  map.Erase(1);
  map.Erase(7);
  EXPECT_EQ(map.size(), 0u);
  map.Insert(2, "two");
  EXPECT_EQ(*map.Find(2), "two");
}

}  // namespace
}  // namespace convoy
