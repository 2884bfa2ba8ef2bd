#ifndef CONVOY_PEER_SHARE_MACHINES_H_
#define CONVOY_PEER_SHARE_MACHINES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "peer/open_pieces.h"
#include "peer/piece_layout.h"
#include "peer/share_message.h"

namespace convoy {

// Names a connection to a peer, as long as it lasts.
using ConnectionId = std::uint64_t;

// What the other machines of the site said of themselves, and how far each is
// believed. Claims that count are told to OpenPieces. Not thread-safe.
//
// A claim counts no more when
// - its machine is gone: disconnected, or not heard of for claim_timeout where
//   it is known through others;
// - its machine gives no sign of progress for claim_timeout; it counts again
//   when signs come;
// - no piece of it, or none of its machine, appeared for `belief`, whatever the
//   signs; the machine is then shunned: it neither claims nor ranks for a
//   while.
class ShareMachines {
 public:
  struct Limits {
    absl::Duration claim_timeout;
    absl::Duration belief;
    // Machines that fetch at the same time.
    int places;
    // Machines kept that are known through others.
    int max_remote;
  };

  struct Held {
    PieceSpan pieces;
    bool fetched = false;  // Not being fetched any more: on its way.
    bool takeover = false;
    bool void_ = false;    // Nothing appeared: counts no more, whatever comes.
    bool counted = false;  // OpenPieces knows.
    absl::Duration since;
    // When a piece of it appeared; `since` at first.
    absl::Duration seen_at;
  };

  struct Machine {
    MachineId id = 0;
    std::uint64_t rank = 0;
    // The connection to it; none: known through `introducer`.
    std::optional<ConnectionId> direct;
    ConnectionId introducer = 0;
    // None: whatever comes is newer.
    std::optional<std::uint32_t> sequence;
    // The sequence that was passed on.
    std::optional<std::uint32_t> relayed;
    // The newest one.
    ClaimRecord record;
    // It wants to fetch, and can.
    bool willing = false;
    // What of the record is believed.
    std::vector<Held> held;
    absl::Duration heard_at;
    // Sign of progress: of anything, and of a piece that appeared.
    absl::Duration sign_at;
    absl::Duration seen_at;
    // Since when it has claims without a pause.
    absl::Duration claims_since;
    // When it had claims that count.
    absl::Duration active_at = -absl::InfiniteDuration();
    // Since when one of the places is its; none: it stands by, or cannot fetch.
    std::optional<absl::Duration> placed_at;
    bool stalled = false;
    int stalls = 0;
    absl::Duration benched_until = -absl::InfiniteDuration();
    int lies = 0;
    absl::Duration shunned_until = -absl::InfiniteDuration();
    // Pieces that it claimed and gave up; pieces that appeared.
    std::int64_t broken = 0;
    std::int64_t kept = 0;

    // Some that count, and are still being fetched.
    bool HasClaims() const;
  };

  // `pieces` is not owned.
  ShareMachines(const Limits& limits, std::uint64_t content,
                OpenPieces* pieces);

  // Null: not known.
  Machine* Find(MachineId id);
  // `connection` leads to the machine. False: another one does already.
  bool Connect(MachineId id, ConnectionId connection, absl::Duration now);
  // `linger`: others may be connected with it still, or have what it fetched.
  void Disconnect(MachineId id, bool linger, absl::Duration now);
  // What `connection` says. The machine if it is news that counts, else null.
  Machine* Accept(const ClaimRecord& record, ConnectionId connection,
                  absl::Duration now);
  // A piece is with a peer for the first time. `holder`: the machine that the
  // peer is, or 0. Counts for that machine, if it claimed the piece, and for
  // those that are known through others: their pieces come by way of others.
  // True: it counts for somebody.
  bool PieceAppeared(PieceIndex piece, MachineId holder, absl::Duration now);
  // Voids what has to be voided by now. True: something changed.
  bool Expire(absl::Duration now);
  // When Expire() has something to do, if nothing happens.
  absl::Duration NextExpiry() const { return next_expiry_; }
  // Who told of a machine that lied: once.
  std::vector<ConnectionId> TakeBlamed() { return std::exchange(blamed_, {}); }

  // What decides who has a place.
  struct Ranking {
    std::uint64_t own;  // Rank of this machine; 0: it takes no place.
    // Since when there is something to claim; infinite: nothing is.
    absl::Duration open_since;
  };
  // Machines that want to fetch and can, best rank first, at most `max`. The
  // first ones, this machine among them, have the places. Who has one and
  // claims nothing for claim_timeout, though something is open, is passed over;
  // so are all that do not fetch where a place stays unused for three such
  // times.
  std::vector<Machine*> Best(std::size_t max, const Ranking& ranking,
                             absl::Duration now);
  // Until when a machine that Best() gave is one of those, if nothing happens.
  absl::Duration CountsUntil(const Machine& machine,
                             absl::Duration open_since) const;

  // Calls function(const Held&) for each that counts.
  template <typename Function>
  void ForEachHeld(Function function) const {
    for (const MachineId id : holding_) {
      for (const Held& held : machines_.at(id).held) {
        if (held.counted) function(held);
      }
    }
  }

 private:
  struct Since {
    PieceIndex piece;
    absl::Duration at;
    bool is_void = false;
  };

  Machine& Add(MachineId id, absl::Duration now);
  void Remove(MachineId id);
  // For one more machine of this rank that is known through others. False: its
  // rank is too low.
  bool MakeRoom(std::uint64_t rank);
  // What `machine` holds from now on.
  void Hold(Machine& machine, const ClaimRecord& record, absl::Duration now);
  Held Inherit(const Machine& machine, const ClaimedSpan& claim,
               absl::Duration now) const;
  std::vector<Held> OnTheirWay(const Machine& machine,
                               const ClaimRecord& record,
                               absl::Duration now) const;
  void CountBroken(Machine& machine, const std::vector<Held>& next) const;
  void Count(const Machine& machine, Held& held, absl::Duration now);
  void Uncount(Held& held);
  bool ExpireMachine(Machine& machine, absl::Duration now);
  bool ExpireHeld(Machine& machine, absl::Duration now);
  bool IsBreakingPromises(const Machine& machine) const;
  void Shun(Machine& machine, absl::Duration now);
  // Counts, and something of it is still to appear.
  bool IsPending(const Held& held) const;
  bool HasPendingClaims(const Machine& machine) const;
  absl::Duration Deadline(const Machine& machine, const Held& held) const;
  // Of what is known through others.
  absl::Duration SilenceDeadline(const Machine& machine) const;
  absl::Duration StallDeadline(const Machine& machine) const;
  absl::Duration LieDeadline(const Machine& machine) const;
  // Of what has a place.
  absl::Duration IdleDeadline(const Machine& machine,
                              absl::Duration open_since) const;
  void NoteExpiry(const Machine& machine);

  const Limits limits_;
  const std::uint64_t content_;
  OpenPieces& pieces_;
  std::map<MachineId, Machine> machines_;
  std::set<std::pair<std::uint64_t, Machine*>> by_rank_;
  // Machines with something in `held`.
  std::set<MachineId> holding_;
  int remote_ = 0;
  // Since when not all places are of machines that fetch; infinite: they are.
  absl::Duration vacant_since_ = absl::InfiniteDuration();
  absl::Duration next_expiry_ = absl::InfiniteDuration();
  std::vector<ConnectionId> blamed_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_SHARE_MACHINES_H_
