#include "peer/piece_ledger.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace convoy {
namespace {

constexpr std::int64_t kPiece = PieceLayout::kMinPieceLength;

// One letter for each piece: . missing, i in flight, w written, F flushed.
std::string Draw(const PieceLedger& ledger) {
  std::string text;
  for (PieceIndex piece; piece.value < ledger.layout().count(); ++piece.value) {
    text += ".iwF"[static_cast<int>(ledger.state(piece))];
  }
  return text;
}

PieceSpan Span(int first, int end) {
  return {PieceIndex{first}, PieceIndex{end}};
}

TEST(PieceLedgerTest, PiecesGoFromMissingToFlushed) {
  PieceLedger ledger{PieceLayout(4 * kPiece)};
  EXPECT_EQ(Draw(ledger), "....");
  ledger.Claim(Span(0, 3));
  EXPECT_EQ(Draw(ledger), "iii.");
  ledger.MarkWritten(0, 2 * kPiece + 1);
  EXPECT_EQ(Draw(ledger), "wwi.");
  ledger.MarkFlushed(ledger.TakeWritten());
  EXPECT_EQ(Draw(ledger), "FFi.");
  EXPECT_EQ(ledger.flushed_bytes(), 2 * kPiece);
  EXPECT_EQ(ledger.written_bytes(), 2 * kPiece + 1);
  EXPECT_FALSE(ledger.AllWritten());
}

TEST(PieceLedgerTest, ReleasedPieceKeepsItsFirstBytes) {
  PieceLedger ledger{PieceLayout(3 * kPiece)};
  ledger.Claim(Span(0, 3));
  ledger.MarkWritten(0, kPiece + 100);
  ledger.Release(Span(0, 3));
  EXPECT_EQ(Draw(ledger), "w..");
  EXPECT_EQ(ledger.FirstMissing(), Span(1, 3));
  EXPECT_EQ(ledger.NextByte(PieceIndex{1}), kPiece + 100);
  ledger.Claim(Span(1, 3));
  ledger.MarkWritten(kPiece + 100, kPiece - 100);
  EXPECT_EQ(Draw(ledger), "wwi");
}

TEST(PieceLedgerTest, WantedPiecesComeFirst) {
  PieceLedger ledger(PieceLayout(8 * kPiece), {Span(0, 2), Span(5, 6)});
  EXPECT_EQ(Draw(ledger), "FF...F..");
  ledger.Prefer({Span(1, 3), Span(4, 7)}, {}, /*only=*/false);
  std::string order;
  for (PieceSpan span = ledger.FirstMissing(); !span.empty();
       span = ledger.FirstMissing()) {
    ledger.Claim(span);
    order += std::to_string(span.first.value) + "-" +
             std::to_string(span.end.value) + " ";
  }
  EXPECT_EQ(order, "2-3 4-5 6-7 3-4 7-8 ");
}

TEST(PieceLedgerTest, MissingPiecesBehindAPlaceComeBeforeThoseInFrontOfIt) {
  PieceLedger ledger(PieceLayout(8 * kPiece), {Span(5, 6)});
  ledger.Prefer({Span(0, 1)}, PieceIndex{4}, /*only=*/false);
  EXPECT_EQ(ledger.FirstMissing(), Span(0, 1));
  ledger.Prefer({}, PieceIndex{4}, /*only=*/false);
  EXPECT_EQ(ledger.FirstMissing(), Span(4, 5));
  ledger.Claim(Span(4, 5));
  EXPECT_EQ(ledger.FirstMissing(), Span(6, 8));
  ledger.Claim(Span(6, 8));
  EXPECT_EQ(ledger.FirstMissing(), Span(0, 4));
}

TEST(PieceLedgerTest, OnlyWantedPiecesCome) {
  PieceLedger ledger{PieceLayout(8 * kPiece)};
  ledger.Prefer({Span(1, 2), Span(5, 8)}, PieceIndex{6}, /*only=*/true);
  EXPECT_EQ(ledger.FirstMissing(), Span(6, 8));
  ledger.Claim(Span(6, 8));
  EXPECT_EQ(ledger.FirstMissing(), Span(1, 2));
  ledger.Claim(Span(1, 2));
  EXPECT_EQ(ledger.FirstMissing(), Span(5, 6));
  ledger.Claim(Span(5, 6));
  EXPECT_TRUE(ledger.FirstMissing().empty());
  ledger.Prefer({}, {}, /*only=*/true);
  EXPECT_TRUE(ledger.FirstMissing().empty());
}

TEST(PieceLedgerTest, FindsTheFirstRunOfMissingPieces) {
  PieceLedger ledger(PieceLayout(8 * kPiece), {Span(0, 2), Span(5, 6)});
  EXPECT_EQ(Draw(ledger), "FF...F..");
  EXPECT_EQ(ledger.FirstMissing(), Span(2, 5));
  ledger.Claim(Span(2, 5));
  EXPECT_EQ(ledger.FirstMissing(), Span(6, 8));
  ledger.Claim(Span(6, 8));
  EXPECT_TRUE(ledger.FirstMissing().empty());
}

TEST(PieceLedgerTest, FrontierPassesOnlyWholeBeginnings) {
  PieceLedger ledger{PieceLayout(4 * kPiece)};
  ledger.Claim(Span(0, 4));
  ledger.MarkWritten(2 * kPiece, kPiece);
  EXPECT_EQ(ledger.frontier(), 0);
  ledger.MarkWritten(0, kPiece + 7);
  EXPECT_EQ(ledger.frontier(), kPiece + 7);
  ledger.MarkWritten(kPiece + 7, kPiece - 7);
  EXPECT_EQ(ledger.frontier(), 3 * kPiece);
  ledger.MarkWritten(3 * kPiece, kPiece);
  EXPECT_EQ(ledger.frontier(), 4 * kPiece);
  EXPECT_TRUE(ledger.AllWritten());
}

TEST(PieceLedgerTest, TakesEachWrittenPieceOnce) {
  PieceLedger ledger{PieceLayout(2 * kPiece + 5)};
  ledger.Claim(Span(0, 3));
  ledger.MarkWritten(0, kPiece);
  EXPECT_EQ(ledger.untaken_bytes(), kPiece);
  EXPECT_EQ(ledger.TakeWritten(), std::vector<PieceIndex>{PieceIndex{0}});
  EXPECT_EQ(ledger.untaken_bytes(), 0);
  ledger.MarkWritten(kPiece, kPiece + 5);
  EXPECT_EQ(ledger.untaken_bytes(), kPiece + 5);
  EXPECT_EQ(ledger.TakeWritten(),
            (std::vector<PieceIndex>{PieceIndex{1}, PieceIndex{2}}));
  EXPECT_TRUE(ledger.TakeWritten().empty());
}

TEST(PieceLedgerTest, CountsTheShortLastPieceExactly) {
  PieceLedger ledger{PieceLayout(kPiece + 5)};
  ledger.Claim(Span(0, 2));
  ledger.MarkWritten(0, kPiece + 5);
  ledger.MarkFlushed(ledger.TakeWritten());
  EXPECT_EQ(ledger.flushed_bytes(), kPiece + 5);
  EXPECT_TRUE(ledger.AllFlushed());
}

TEST(PieceLedgerTest, FlushedSpansSurviveARestore) {
  const std::vector<PieceSpan> spans = {Span(1, 3), Span(4, 5)};
  PieceLedger ledger(PieceLayout(5 * kPiece), spans);
  EXPECT_EQ(ledger.FlushedSpans(), spans);
  EXPECT_EQ(ledger.flushed_bytes(), 3 * kPiece);
  EXPECT_EQ(ledger.written_bytes(), 3 * kPiece);
  EXPECT_EQ(ledger.frontier(), 0);
}

TEST(PieceLedgerTest, EmptyFileIsWhole) {
  PieceLedger ledger{PieceLayout(0)};
  EXPECT_TRUE(ledger.AllWritten());
  EXPECT_TRUE(ledger.AllFlushed());
  EXPECT_TRUE(ledger.FirstMissing().empty());
}

}  // namespace
}  // namespace convoy
