#ifndef CONVOY_PEER_ORIGIN_SHARE_H_
#define CONVOY_PEER_ORIGIN_SHARE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "peer/claim_order.h"
#include "peer/holder_trust.h"
#include "peer/open_pieces.h"
#include "peer/own_claims.h"
#include "peer/peer_holdings.h"
#include "peer/piece_layout.h"
#include "peer/share_machines.h"
#include "peer/share_message.h"

namespace convoy {

// Decides, for one content on one machine, which pieces this machine may fetch
// from the origin now, so that a piece is fetched by one machine of the site:
// the rule of origin_sharing.md. Knows no sockets and no clock: it is told what
// happens, with the time (monotonic, never falling), and gives spans to fetch
// and messages to send.
//
// How a caller uses it: tell events, in any number; then, when NextWake() has
// come, Losing(), Take() while a connection to the origin is idle, and
// TakeOutgoing().
//
// What peers say is hostile input: any ids, spans and sequences may be given,
// memory and work are bounded for each connection. Not thread-safe.
class OriginShare {
 public:
  struct Options {
    // Machines of the site that fetch at the same time.
    int max_claimers = 6;
    // The longest wait, from the construction on, for peers to be found: before
    // the first piece where pieces are few for the crowd, else after some.
    absl::Duration hold_off = absl::Milliseconds(500);
    // A claim without any sign of progress for this long is void.
    absl::Duration claim_timeout = absl::Seconds(3);
    // How long the signs are believed while no piece appears; in proportion
    // longer for pieces beyond 256 KiB.
    absl::Duration belief = absl::Seconds(30);
    // Claims are told again this often.
    absl::Duration renewal = absl::Seconds(1);
    // To how many peers news of other machines is passed on, and how often, in
    // crowds where not everybody is connected with everybody.
    std::size_t relay_fanout = 8;
    absl::Duration relay_interval = absl::Milliseconds(50);
  };

  // Why Take() gave nothing.
  enum class Wait {
    kNothing,           // It gave something.
    kComplete,          // Everything wanted is here.
    kOriginUnusable,    // SetOriginUsable(false).
    kHoldOff,           // Peers are being found.
    kPeersHaveIt,       // All that is missing comes from peers.
    kOthersFetchIt,     // All that nobody has is claimed.
    kOthersRankBefore,  // max_claimers other machines fetch.
  };

  struct Outgoing {
    std::vector<ConnectionId> to;
    ShareMessage message;  // Records only.
  };

  // `self` is not 0. `content` is the same on all machines of the content, such
  // as 8 bytes of the info-hash. `wanted`: inside the layout; what is there
  // already is told by SetHave.
  OriginShare(const Options& options, MachineId self, std::uint64_t content,
              const PieceLayout& layout, const std::vector<PieceSpan>& wanted,
              absl::Duration now);
  OriginShare(const OriginShare&) = delete;
  OriginShare& operator=(const OriginShare&) = delete;

  // This machine has them, checked, from whomever.
  void SetHave(PieceSpan span, absl::Duration now);
  // False: the way to the origin is dead, too slow, or not allowed yet; the
  // others are told. Claims stay until Failed(). True at first.
  void SetOriginUsable(bool usable);
  // Other machines with this content that discovery has heard of, connected or
  // not. 0 at first: nobody is waited for.
  void SetCrowd(int machines, absl::Duration now);

  // A connection to a peer: of a foreign BitTorrent client, until SetMachine.
  void AddPeer(ConnectionId peer);
  // The peer speaks "cv_share"; the id is from its extension handshake.
  void SetMachine(ConnectionId peer, MachineId machine, absl::Duration now);
  void RemovePeer(ConnectionId peer, absl::Duration now);
  void PeerHas(ConnectionId peer, PieceIndex piece, absl::Duration now);
  void PeerHasAll(ConnectionId peer, absl::Duration now);
  // Records of a message of the peer's.
  void Receive(ConnectionId peer, const ShareMessage& message,
               absl::Duration now);

  // Claims neighbouring pieces, at most `max_pieces`, and returns them: fetch
  // them now, in order. Empty: nothing now; waiting() says why. The caller
  // sizes by its rate: about half a second of work for one connection, far more
  // where alone() is true.
  PieceSpan Take(absl::Duration now, int max_pieces);
  Wait waiting() const { return wait_; }
  // No other machine of the site is known: nobody is kept waiting by a long
  // claim.
  bool alone() const { return sharers_.empty() && crowd_ == 0; }
  // This machine fetches it, or checks what it fetched.
  bool Claims(PieceIndex piece) const { return own_.Find(piece) != nullptr; }
  // So many bytes of the piece have come from the origin in this attempt.
  void SetProgress(PieceIndex piece, std::int64_t bytes) {
    own_.SetProgress(piece, bytes);
  }
  // All bytes of them have come; SetHave follows when they are checked, Failed
  // if they are wrong.
  void Finished(PieceSpan span, absl::Duration now);
  // Given back: the fetch broke, or has not begun and shall not.
  void Failed(PieceSpan span);
  // Own claims that are void: the pieces came from peers, a peer has them, or
  // another machine fetches them. Stop fetching; each is told once and is no
  // claim any more. Never pieces of which half or more has come, unless this
  // machine has them already.
  std::vector<PieceSpan> Losing();

  // When Losing() or TakeOutgoing() may have something though nothing more
  // happens, or Take() if a connection is idle; `now` or before: at once.
  absl::Duration NextWake(absl::Duration now, bool idle) const;
  // Messages to send now, once.
  std::vector<Outgoing> TakeOutgoing(absl::Duration now);

 private:
  struct Peer {
    MachineId machine = 0;  // 0: a foreign client.
    PeerHoldings holdings;
    // Has been told where this machine and the best ones stand.
    bool greeted = false;
    // Told of a machine that lied: what it says of others counts no more.
    absl::Duration gossip_ignored_until = -absl::InfiniteDuration();
    // Records that it may send now; grows with time.
    double allowance = 0;
    absl::Duration allowance_at;
  };
  // Another machine that fetches, and until when if nothing is heard of it.
  struct Rival {
    MachineId machine;
    std::uint64_t rank;
    absl::Duration until;
  };
  // A piece that may be taken over, and from when on.
  struct Overdue {
    absl::Duration at = absl::InfiniteDuration();
    PieceIndex piece;
  };

  // Events.
  Peer* Find(ConnectionId id);
  void Appeared(PieceIndex piece, MachineId holder, absl::Duration now);
  void Lose(PieceIndex piece);
  void LoseToPeers(PieceIndex piece);
  void ShortenRuns();
  // True: it is news.
  bool ReceiveRecord(ConnectionId id, Peer& peer, const ClaimRecord& record,
                     absl::Duration now);
  bool Affords(Peer& peer, absl::Duration now) const;
  void BreakTies(const ShareMachines::Machine& machine);
  bool LosesTo(const ShareMachines::Machine& machine,
               const ShareMachines::Held& held, PieceIndex piece) const;
  void WatchRanks(absl::Duration now);

  // Taking.
  Wait Refusal(absl::Duration now);
  bool MayClaim(absl::Duration now) const;
  std::vector<MachineId> Owners() const;
  std::int32_t SpanLimit(std::size_t owners, int max_pieces) const;
  PieceSpan TakeOver(absl::Duration now);
  Overdue MostOverdue() const;

  // What time brings.
  void Tick(absl::Duration now);
  // After a change of what is missing, or of what peers have.
  void WatchHolders(absl::Duration now);
  // After a change of free_until_, and when it has come.
  void WatchClaims(absl::Duration now);
  // At most `max` others: those that fetch, and those that would be next.
  std::vector<ShareMachines::Machine*> Best(int max, absl::Duration now);
  absl::Duration FreeAt() const;
  absl::Duration SettledAt() const;
  // Pieces are many enough for so many picks of each machine of a crowd whose
  // machines do not know of each other.
  bool MayScatter(std::int64_t picks) const;
  bool HoldsOff(absl::Duration now) const;
  void WatchRank(absl::Duration now);
  absl::Duration NextTake(absl::Duration now) const;

  // Messages.
  bool Relaying() const { return crowd_ > static_cast<int>(sharers_.size()); }
  bool Renews() const;
  ClaimRecord OwnRecord(absl::Duration now);
  void Greet(absl::Duration now, std::vector<Outgoing>* out);
  void Relay(absl::Duration now, std::vector<Outgoing>* out);
  std::vector<ConnectionId> RelayTargets();

  const Options options_;
  const MachineId self_;
  const std::uint64_t rank_;
  const PieceLayout layout_;
  const absl::Duration start_;
  OpenPieces pieces_;
  OwnClaims own_;
  HolderTrust trust_;
  ShareMachines machines_;
  ClaimOrder order_;
  absl::flat_hash_map<ConnectionId, Peer> peers_;
  // Those with a machine.
  std::vector<ConnectionId> sharers_;
  // The best max_claimers, as the last Take() saw them.
  std::vector<Rival> rivals_;
  // Those of the hold-off.
  std::vector<MachineId> first_best_;

  bool usable_ = true;
  int crowd_ = 0;
  Wait wait_ = Wait::kNothing;
  // Take() may answer differently than the last time.
  bool changed_ = true;
  std::vector<PieceIndex> lost_;

  // Pieces taken before the machines knew each other.
  std::int64_t scattered_ = 0;
  // When machines came, went, or ranks changed.
  absl::Duration mesh_changed_at_;
  // When a piece came or appeared.
  absl::Duration news_at_;
  // Neither ranks nor claims of others bind this machine: nothing comes of
  // them.
  absl::Duration free_until_ = -absl::InfiniteDuration();
  bool may_claim_ = true;
  // When this machine came to be among the best.
  absl::Duration promoted_at_ = -absl::InfiniteDuration();
  // Since when something is open; infinite: nothing is.
  absl::Duration open_since_ = absl::InfiniteDuration();

  std::uint32_t sequence_ = 0;
  bool tell_ = false;
  bool greet_ = false;
  bool told_claims_ = false;
  absl::Duration told_at_ = -absl::InfiniteDuration();
  bool relay_ = false;
  absl::Duration relayed_at_ = -absl::InfiniteDuration();
  // Machines that fetch no more, which others have yet to be told.
  std::vector<MachineId> leavers_;
  std::size_t next_target_ = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_ORIGIN_SHARE_H_
