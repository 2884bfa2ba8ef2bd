#include "peer/piece_spans.h"

#include <gtest/gtest.h>

#include <string>

namespace convoy {
namespace {

// "0-3 5-6": pieces 0, 1, 2 and 5.
PieceSpan Span(int first, int end) {
  return {PieceIndex{first}, PieceIndex{end}};
}

std::string Text(const PieceSpans& spans) {
  std::string text;
  for (const PieceSpan& span : spans) {
    if (!text.empty()) text += " ";
    text +=
        std::to_string(span.first.value) + "-" + std::to_string(span.end.value);
  }
  return text;
}

TEST(PieceSpansTest, NeighboursMakeOneSpan) {
  EXPECT_EQ(Text(SpansOf({{0}, {1}, {2}, {5}})), "0-3 5-6");
  EXPECT_EQ(Text(SpansOf({})), "");
}

TEST(PieceSpansTest, UnionMergesWhatOverlapsAndWhatTouches) {
  EXPECT_EQ(Text(Union({Span(0, 2), Span(6, 8)}, {Span(2, 4), Span(7, 9)})),
            "0-4 6-9");
  EXPECT_EQ(Text(Union({}, {Span(2, 4)})), "2-4");
  EXPECT_EQ(Text(Union({Span(0, 9)}, {Span(2, 4)})), "0-9");
}

TEST(PieceSpansTest, IntersectionIsWhatBothHave) {
  EXPECT_EQ(
      Text(Intersection({Span(0, 4), Span(6, 9)}, {Span(2, 7), Span(8, 20)})),
      "2-4 6-7 8-9");
  EXPECT_EQ(Text(Intersection({Span(0, 4)}, {Span(4, 8)})), "");
}

TEST(PieceSpansTest, ComplementIsTheRestOfTheLayout) {
  const PieceLayout layout = *PieceLayout::Make(10 * 16384, 16384);
  EXPECT_EQ(Text(Complement({Span(2, 4), Span(9, 10)}, layout)), "0-2 4-9");
  EXPECT_EQ(Text(Complement({}, layout)), "0-10");
  EXPECT_EQ(Text(Complement({Span(0, 10)}, layout)), "");
}

}  // namespace
}  // namespace convoy
