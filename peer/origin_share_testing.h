#ifndef CONVOY_PEER_ORIGIN_SHARE_TESTING_H_
#define CONVOY_PEER_ORIGIN_SHARE_TESTING_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/origin_share.h"
#include "peer/piece_layout.h"
#include "peer/share_message.h"
#include "peer/share_rank.h"

namespace convoy {

// One machine of a site, and what others tell it.
class OriginShareTest : public ::testing::Test {
 protected:
  static constexpr std::int64_t kPiece = 256 << 10;
  static constexpr int kPieces = 64;
  static constexpr MachineId kSelf = 1;
  static constexpr std::uint64_t kContent = 77;

  static PieceSpan Span(int first, int end) {
    return {PieceIndex{first}, PieceIndex{end}};
  }
  static PieceSpan Piece(int index) { return Span(index, index + 1); }
  static PieceSpan All() { return Span(0, kPieces); }

  // `count` machines whose ranks are higher than this one's, or lower.
  static std::vector<MachineId> Before(int count) {
    return Ranked(count, true);
  }
  static std::vector<MachineId> Behind(int count) {
    return Ranked(count, false);
  }
  // The best one first.
  static std::vector<MachineId> ByRank(std::vector<MachineId> machines) {
    std::sort(machines.begin(), machines.end(), [](MachineId a, MachineId b) {
      return RankOf(a, kContent) > RankOf(b, kContent);
    });
    return machines;
  }
  // A machine whose score for the piece is higher than this one's, or lower.
  static MachineId WhoLikes(int piece, bool more) {
    MachineId machine = 100;
    const std::uint64_t own = ScoreOf(kSelf, piece);
    while ((ScoreOf(machine, piece) > own) != more) ++machine;
    return machine;
  }

  std::unique_ptr<OriginShare> Make(MachineId self,
                                    const std::vector<PieceSpan>& wanted,
                                    const OriginShare::Options& options = {}) {
    return std::make_unique<OriginShare>(
        options, self, kContent, *PieceLayout::Make(kPieces * kPiece, kPiece),
        wanted, now_);
  }

  // Connections have the names of their machines.
  void Connect(MachineId machine) {
    share_->AddPeer(machine);
    share_->SetMachine(machine, machine, now_);
  }
  // A machine that wants to fetch and can, and fetches nothing yet.
  ClaimRecord Record(MachineId machine) {
    ClaimRecord record;
    record.machine = machine;
    record.sequence = ++sequence_;
    return record;
  }
  ClaimRecord Claims(MachineId machine, PieceSpan span, bool takeover = false) {
    ClaimRecord record = Record(machine);
    record.claims.push_back({span, takeover});
    return record;
  }
  // Which has got more since the last time.
  ClaimRecord Progress(MachineId machine, PieceSpan span) {
    ClaimRecord record = Claims(machine, span);
    record.blocks = record.sequence;
    return record;
  }
  void Say(ConnectionId peer, const ClaimRecord& record) {
    ShareMessage message;
    message.records.push_back(record);
    share_->Receive(peer, message, now_);
  }
  // The machine itself says it.
  void Say(const ClaimRecord& record) { Say(record.machine, record); }

  PieceSpan Take(int max = 4) { return share_->Take(now_, max); }
  // What was taken came from the origin at once, and is right.
  void Get(PieceSpan span) {
    share_->Finished(span, now_);
    share_->SetHave(span, now_);
  }
  // The pieces that Losing() names.
  static std::vector<int> Lost(OriginShare& share) {
    std::vector<int> lost;
    for (const PieceSpan& span : share.Losing()) {
      for (int i = span.first.value; i < span.end.value; ++i) lost.push_back(i);
    }
    return lost;
  }
  std::vector<int> Lost() { return Lost(*share_); }

  // Where this machine stands, as it tells the others now.
  ClaimRecord Own() {
    for (const OriginShare::Outgoing& out : share_->TakeOutgoing(now_)) {
      for (const ClaimRecord& record : out.message.records) {
        if (record.machine == kSelf) return record;
      }
    }
    ADD_FAILURE() << "nothing is told";
    return {};
  }

  absl::Duration now_ = absl::Hours(1);
  std::uint32_t sequence_ = 0;
  std::unique_ptr<OriginShare> share_ = Make(kSelf, {All()});

 private:
  static std::vector<MachineId> Ranked(int count, bool before) {
    std::vector<MachineId> machines;
    const std::uint64_t own = RankOf(kSelf, kContent);
    for (MachineId id = 100; static_cast<int>(machines.size()) < count; ++id) {
      if ((RankOf(id, kContent) > own) == before) machines.push_back(id);
    }
    return machines;
  }
};

}  // namespace convoy

#endif  // CONVOY_PEER_ORIGIN_SHARE_TESTING_H_
