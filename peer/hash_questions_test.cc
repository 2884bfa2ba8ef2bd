#include "peer/hash_questions.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr PieceIndex kOne{1};
constexpr PieceIndex kTwo{2};

TEST(HashQuestionsTest, AQuestionEndsOnce) {
  HashQuestions questions;
  const std::uint64_t first = questions.Ask({kOne, kTwo});
  EXPECT_THAT(questions.End(first, {kOne, kTwo}), ElementsAre(kOne, kTwo));
  EXPECT_THAT(questions.End(first, {kOne, kTwo}), IsEmpty());
}

TEST(HashQuestionsTest, WhatWasAskedAboutAnewHasTimeAnew) {
  HashQuestions questions;
  const std::uint64_t first = questions.Ask({kOne, kTwo});
  const std::uint64_t second = questions.Ask({kTwo});
  EXPECT_THAT(questions.End(first, {kOne, kTwo}), ElementsAre(kOne));
  EXPECT_THAT(questions.End(second, {kTwo}), ElementsAre(kTwo));
}

}  // namespace
}  // namespace convoy
