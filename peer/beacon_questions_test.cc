#include "peer/beacon_questions.h"

#include <random>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace convoy {
namespace {

constexpr absl::Duration kStart = absl::Hours(1);

BeaconKey Key(int number) {
  BeaconKey key = {};
  key[0] = static_cast<std::uint8_t>(number >> 8);
  key[1] = static_cast<std::uint8_t>(number);
  return key;
}

class BeaconQuestionsTest : public ::testing::Test {
 protected:
  struct Asked {
    absl::Duration at;  // Since kStart.
    BeaconMessage message;
  };

  // All that is asked from now on, for `time`.
  std::vector<Asked> Run(absl::Duration time, std::size_t max_entries = 32) {
    const absl::Duration end = now_ + time;
    std::vector<Asked> asked;
    while (true) {
      BeaconMessage message;
      while (questions_.Next(
          max_entries, now_, [this](const BeaconKey&) { return crowd_; },
          &message)) {
        asked.push_back({now_ - kStart, message});
      }
      const absl::Duration next = questions_.NextDue(now_);
      EXPECT_GT(next, now_);
      if (next > end) break;
      now_ = next;
    }
    now_ = end;
    return asked;
  }

  std::mt19937_64 generator_{7};
  BeaconQuestions questions_{[this] { return generator_(); }};
  absl::Duration now_ = kStart;
  int crowd_ = 0;
};

TEST_F(BeaconQuestionsTest, AsksOftenInTheFirstSecondAndThenRarely) {
  EXPECT_EQ(questions_.NextDue(now_), absl::InfiniteDuration());
  ASSERT_TRUE(questions_.Add(Key(1), "info-hash", now_));
  const auto asked = Run(absl::Minutes(5));
  ASSERT_GT(asked.size(), 40u);
  EXPECT_EQ(asked[0].at, absl::ZeroDuration());
  const double expected[] = {0, 0.1, 0.3, 1.0};
  for (int i = 0; i < 4; ++i) {
    EXPECT_NEAR(absl::ToDoubleSeconds(asked[i].at), expected[i],
                0.1001 * expected[i]);
  }
  std::set<absl::Duration> pauses;
  for (std::size_t i = 4; i < asked.size(); ++i) {
    const absl::Duration pause = asked[i].at - asked[i - 1].at;
    EXPECT_GE(pause, absl::Seconds(5));
    EXPECT_LE(pause, absl::Seconds(6.25));
    pauses.insert(pause);
  }
  EXPECT_GT(pauses.size(), 10u);  // Never in step.
  for (const Asked& each : asked) {
    ASSERT_EQ(each.message.entries.size(), 1u);
    EXPECT_EQ(each.message.entries[0].key, Key(1));
  }
}

TEST_F(BeaconQuestionsTest, ALargeCrowdIsAskedRarely) {
  crowd_ = 1000;
  questions_.Add(Key(1), "info-hash", now_);
  const auto asked = Run(absl::Minutes(10));
  ASSERT_GT(asked.size(), 15u);
  EXPECT_EQ(asked[0].message.entries[0].known, 1000);
  for (std::size_t i = 1; i < asked.size(); ++i) {
    const absl::Duration pause = asked[i].at - asked[i - 1].at;
    EXPECT_GE(pause, absl::Seconds(23.9));
    EXPECT_LE(pause, absl::Seconds(30.1));
  }
}

TEST_F(BeaconQuestionsTest, TellsHowManyAreKnown) {
  questions_.Add(Key(1), "info-hash", now_);
  crowd_ = 3;
  questions_.Find(Key(1))->peers = 7;
  EXPECT_EQ(Run(absl::ZeroDuration())[0].message.entries[0].known, 7);
  crowd_ = 70'000;
  EXPECT_EQ(Run(absl::Seconds(0.2))[0].message.entries[0].known, 65'535);
}

TEST_F(BeaconQuestionsTest, ManyContentsShareDatagrams) {
  for (int i = 0; i < 100; ++i) questions_.Add(Key(i), "info-hash", now_);
  const auto first = Run(absl::ZeroDuration());
  ASSERT_EQ(first.size(), 4u);
  std::set<BeaconKey> keys;
  for (const Asked& asked : first) {
    EXPECT_LE(asked.message.entries.size(), 32u);
    for (const auto& entry : asked.message.entries) keys.insert(entry.key);
  }
  EXPECT_EQ(keys.size(), 100u);
  // In the long run, too, though each has a rhythm of its own.
  Run(absl::Minutes(1));
  std::size_t entries = 0;
  const auto later = Run(absl::Minutes(5));
  for (const Asked& asked : later) entries += asked.message.entries.size();
  EXPECT_GT(entries, 100u * 45);
  EXPECT_GT(entries / later.size(), 20u);
}

TEST_F(BeaconQuestionsTest, SendsABoundedNumberOfDatagrams) {
  for (std::size_t i = 0; i < BeaconQuestions::kMaxWanted; ++i) {
    ASSERT_TRUE(questions_.Add(Key(static_cast<int>(i)), "info-hash", now_));
  }
  EXPECT_FALSE(questions_.Add(Key(60'000), "info-hash", now_));
  EXPECT_TRUE(questions_.Add(Key(1), "info-hash", now_));
  const auto asked = Run(absl::Seconds(10));
  EXPECT_LE(asked.size(),
            BeaconQuestions::kBurst + 10 * BeaconQuestions::kPerSecond + 1);
  std::set<BeaconKey> keys;
  for (const Asked& each : asked) {
    for (const auto& entry : each.message.entries) keys.insert(entry.key);
  }
  EXPECT_EQ(keys.size(), BeaconQuestions::kMaxWanted);
}

TEST_F(BeaconQuestionsTest, WhatIsNotWantedIsNotAsked) {
  questions_.Add(Key(1), "one", now_);
  questions_.Add(Key(2), "two", now_);
  EXPECT_EQ(questions_.Find(Key(2))->info_hash, "two");
  questions_.Remove(Key(1));
  questions_.Remove(Key(3));
  EXPECT_EQ(questions_.Find(Key(1)), nullptr);
  for (const Asked& asked : Run(absl::Minutes(1))) {
    ASSERT_EQ(asked.message.entries.size(), 1u);
    EXPECT_EQ(asked.message.entries[0].key, Key(2));
  }
  questions_.Remove(Key(2));
  EXPECT_EQ(questions_.NextDue(now_), absl::InfiniteDuration());
}

TEST_F(BeaconQuestionsTest, BeginsAnew) {
  questions_.Add(Key(1), "info-hash", now_);
  Run(absl::Minutes(1));
  questions_.Add(Key(1), "info-hash", now_);
  EXPECT_EQ(Run(absl::Seconds(1.2)).size(), 4u);
  Run(absl::Minutes(1));
  questions_.RestartAll(now_);
  EXPECT_EQ(Run(absl::Seconds(1.7)).size(), 4u);
}

TEST_F(BeaconQuestionsTest, KnowsItsQuestionsForAWhile) {
  questions_.Add(Key(1), "info-hash", now_);
  const std::uint64_t nonce = Run(absl::ZeroDuration())[0].message.nonce;
  EXPECT_TRUE(questions_.WasAsked(nonce, now_));
  EXPECT_FALSE(questions_.WasAsked(nonce + 1, now_));
  EXPECT_TRUE(questions_.WasAsked(nonce, now_ + absl::Seconds(29)));
  EXPECT_FALSE(questions_.WasAsked(nonce, now_ + absl::Seconds(31)));
}

}  // namespace
}  // namespace convoy
