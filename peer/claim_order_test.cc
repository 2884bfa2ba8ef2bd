#include "peer/claim_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "peer/share_rank.h"

namespace convoy {
namespace {

constexpr std::int32_t kPieces = 512;

// Six that fetch, and one that owns all that is still open.
const std::vector<MachineId> kMachines = {1, 2, 3, 4, 5, 6, 7};
constexpr MachineId kOwner = 7;

class ClaimOrderTest : public ::testing::Test {
 protected:
  ClaimOrderTest() {
    for (std::int32_t i = 0; i < kPieces; ++i) {
      if (OwnerOf(pieces_.ExtentOf(PieceIndex{i})) != kOwner) {
        pieces_.SetHere(PieceIndex{i});
      }
    }
  }

  static MachineId OwnerOf(int extent) {
    return *std::max_element(kMachines.begin(), kMachines.end(),
                             [extent](MachineId a, MachineId b) {
                               return ScoreOf(a, extent) < ScoreOf(b, extent);
                             });
  }
  PieceSpan Choice(MachineId machine, std::int32_t max) const {
    ClaimOrder order(machine, &pieces_);
    order.SetOwners(kMachines);
    return order.Choose(ClaimOrder::Way::kOwnFirst, max);
  }

  OpenPieces pieces_{kPieces, {{PieceIndex{0}, PieceIndex{kPieces}}}};
};

TEST_F(ClaimOrderTest, TheOwnerBeginsAtTheFrontAndOthersAtTheBack) {
  const PieceSpan own = Choice(kOwner, 2);
  EXPECT_EQ(pieces_.SpanOf(pieces_.ExtentOf(own.first)).first, own.first);
  const PieceSpan others = Choice(1, 2);
  EXPECT_EQ(pieces_.SpanOf(pieces_.ExtentOf(others.first)).end, others.end);
}

// What one claims the others hear of some time later.
TEST_F(ClaimOrderTest, TheLastPiecesAreLookedForInDifferentPlaces) {
  std::set<std::int32_t> chosen;
  for (const MachineId machine : kMachines) {
    const PieceSpan span = Choice(machine, 1);
    ASSERT_EQ(span.count(), 1);
    EXPECT_TRUE(pieces_.IsOpen(span.first));
    chosen.insert(span.first.value);
  }
  // Two may meet.
  EXPECT_GE(chosen.size(), kMachines.size() - 1);
}

}  // namespace
}  // namespace convoy
