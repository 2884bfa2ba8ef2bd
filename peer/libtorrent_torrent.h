#ifndef CONVOY_PEER_LIBTORRENT_TORRENT_H_
#define CONVOY_PEER_LIBTORRENT_TORRENT_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <libtorrent/torrent_handle.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/contents.h"
#include "peer/hash_questions.h"
#include "peer/hash_words.h"
#include "peer/ip_address.h"
#include "peer/libtorrent_disk.h"
#include "peer/libtorrent_loop.h"
#include "peer/libtorrent_session.h"
#include "peer/offered_pieces.h"
#include "peer/origin_share.h"
#include "peer/peer_guard.h"
#include "peer/rate_limiter.h"
#include "peer/share_message.h"
#include "peer/shunned_peers.h"
#include "peer/slow_peers.h"
#include "peer/swarm.h"
#include "peer/upload_counter.h"

namespace convoy {

class TorrentPeer;

// One content in the session: a torrent whose peers that are Convoy daemons
// also share the origin. Adds to libtorrent what it does not know: claims,
// hashes of late-bound pieces, and who gave what.
//
// Thread: the loop's. Held by shared_ptr: libtorrent's plugins keep a weak one.
class LibtorrentTorrent final
    : public DiskListener,
      public std::enable_shared_from_this<LibtorrentTorrent> {
 public:
  // What it says, on the loop: the swarm passes it on to the engine.
  class Listener {
   public:
    virtual ~Listener() = default;
    // Pieces that are here now, of peers or of the origin: with the next news,
    // or with the last missing piece.
    virtual void OnPiecesHere(std::vector<PieceIndex> pieces) = 0;
    virtual void OnClaimed(PieceSpan span) = 0;
    virtual void OnUnclaimed(PieceSpan span) = 0;
    virtual void OnDoubtsSettled() = 0;
    virtual void OnNews(const SwarmNews& news) = 0;
    virtual void OnError(absl::Status status) = 0;
  };
  struct Parts {  // Not owned.
    LibtorrentLoop* loop;
    LibtorrentDisk* disk;
    LibtorrentSession* session;
    const Clock* clock;
    // Which kind of peer an address is.
    std::function<PeerKind(const std::string& address, bool authenticated)>
        kind_of;
    MachineId machine;
    int max_claimers = 6;
    // Counts what comes from outside of the LAN.
    RateLimiter* limiter = nullptr;
    UploadCounter* uploaded;
    ShunnedPeers* shunned;
  };

  LibtorrentTorrent(const Parts& parts, SwarmContent content,
                    std::unique_ptr<Listener> listener);
  ~LibtorrentTorrent() override;

  struct Endpoint {
    std::string address;
    int port = 0;
    // It is known to have the content, or pieces of it.
    bool holds = false;
  };

  // `peers`: those that are known already. `crowd`: machines heard of.
  void Start(const std::vector<Endpoint>& peers, int crowd);
  // Leaves the session. The listener is not called any more.
  void Stop();

  // SwarmMember's.
  void SetDemand(int lanes, int max_pieces);
  void SetOriginUsable(bool usable);
  void NoteProgress(PieceIndex piece, std::int64_t bytes);
  void PiecePut(PieceIndex piece);
  void Unclaim(PieceSpan span);
  void Doubt(bool thorough);
  void SetBacklog(bool full);
  void Seed();

  void AddPeer(const Endpoint& peer);
  void SetCrowd(int machines);
  const std::string& id() const { return content_.manifest->info_hash; }
  std::vector<PeerInfo> Peers() const;
  // Where its connections lead to.
  void AddEndpoints(std::set<std::pair<IpAddress, int>>* endpoints) const;
  // Any thread.
  PeerBytes received() const {
    return {from_lan_.load(), from_group_.load(), from_internet_.load()};
  }
  bool downloads() const { return content_.downloads; }
  bool background() const { return content_.background; }
  // Peers of the LAN that want bytes get them, where the session gives to the
  // LAN alone.
  void UnchokeLan();
  // Low effort or not, as the content and the session's limits say now.
  void MarkConnections();

 private:
  friend class TorrentPeer;
  class Plugin;

  void OnHashWanted(PieceIndex piece) override;
  void OnPieceRight() override;
  void OnBlockWritten(PieceIndex piece, std::int64_t begin) override;
  void OnDiskError(absl::Status status) override;

  // From the plugins.
  void OnFilesChecked();
  void OnPiecePassed(PieceIndex piece);
  void OnPieceFailed(PieceIndex piece);
  void OnShareMessage(TorrentPeer* peer, absl::string_view payload);
  void OnHashes(TorrentPeer* peer, const ShareMessage& message);
  // False: it is not wanted.
  bool AddConnection(TorrentPeer* peer, const std::string& address);
  void RemoveConnection(TorrentPeer* peer);
  void CountFrom(const TorrentPeer& peer, std::int64_t bytes);
  void CountTo(const TorrentPeer& peer, std::int64_t bytes);

  void Drop(std::vector<ConnectionId> peers);
  void DialNow();
  // A connected peer has told what it has.
  void NoteHoldings();
  // A peer is known at this address that holds something.
  void BePatient(const std::string& address);
  // Its connections are those of an authenticated group.
  bool in_group() const { return parts_.session->tls() != nullptr; }
  // May peers of this kind be met for this content?
  bool MayMeet(PeerKind kind) const;
  // Sets handle_.
  absl::Status Add(lt::add_torrent_params params);
  void Greet(TorrentPeer* peer);
  void TellHash(PieceIndex piece);
  // What others may be told of these pieces, in messages that are short enough:
  // hashes of those that are here, checked; what is relayed is said to be.
  std::vector<ShareMessage> HashMessages(
      const std::vector<PieceIndex>& pieces) const;
  void HearHashes(TorrentPeer* peer, const ShareMessage& message);
  void AnswerHashRequests(TorrentPeer* peer, const ShareMessage& message);
  void AskForHashes(std::vector<PieceIndex> pieces);
  // The time to answer a question is over.
  void OnNobodyVouches(const std::vector<PieceIndex>& pieces);
  // A late-bound piece of the origin's is there.
  void DecideHash(PieceIndex piece);
  // They told a hash of the piece that is not so. Who relays one is forgiven a
  // few times; where this machine was deceived, it stays also after that, and
  // its words are forgotten.
  void Blame(const std::vector<HashWords::Teller>& tellers, PieceIndex piece);
  // They told lies: they go, with all that they told and gave, and those that
  // have gone do not come back.
  void Expose(const std::vector<ConnectionId>& liars);
  // Fetches a piece of which peers say different things, one at a time; what is
  // in doubt with all lanes.
  void SettleDisputes();
  void SettleDoubts();
  // The next that is uncertain and not fetched.
  std::optional<PieceIndex> NextSuspect();
  void AvoidUnwanted(lt::add_torrent_params* params) const;
  absl::Duration Now() const;
  // Measures the peers each second, as long as they are not found to be slow.
  void WatchRate();
  // How many connected peers have each piece.
  std::vector<int> Availability() const;
  // Asks the share what to fetch, soon.
  void Touch();
  void RunShare();
  void SendOutgoing();
  void Broadcast(const ShareMessage& message);
  void NewsSoon();
  void SendNews();
  void TellPieces();
  bool FewAreMissing() const;

  const Parts parts_;
  SwarmContent content_;
  std::unique_ptr<Listener> listener_;
  const std::shared_ptr<LibtorrentDisk::Entry> entry_;
  lt::torrent_handle handle_;
  OriginShare share_;
  PeerGuard guard_;
  SlowPeers slow_peers_;
  OfferedPieces offered_;
  bool checked_ = false;
  // The origin waits so long for the first peer that holds something: one is
  // known, and about to be connected.
  absl::Duration patience_until_ = -absl::InfiniteDuration();
  bool was_patient_ = false;
  bool was_more_patient_ = false;
  // Addresses of peers that are known to hold something.
  std::set<std::string> holders_;
  int lanes_ = 0;
  int max_pieces_ = 1;
  bool touched_ = false;
  Executor::TimerId wake_timer_ = 0;
  absl::Duration wake_time_ = absl::InfiniteDuration();

  std::map<std::uint64_t, TorrentPeer*> connections_;
  std::uint64_t last_connection_ = 0;
  HashWords words_;
  HashQuestions questions_;
  // The disputed piece that is being fetched, as long as offered_ has it.
  std::optional<PieceIndex> deciding_;
  bool origin_usable_ = true;
  // Since Doubt, until OnDoubtsSettled.
  struct Doubts {
    bool thorough = false;
    // A hash was told that is false.
    bool found = false;
    std::deque<PieceIndex> suspects;
  };
  std::optional<Doubts> doubts_;
  // Doubt was called: who believes the same liar is no worse than this machine.
  bool deceived_ = false;

  ContentStats stats_;
  std::atomic<std::int64_t> from_lan_{0};
  std::atomic<std::int64_t> from_group_{0};
  std::atomic<std::int64_t> from_internet_{0};
  int crowd_ = 0;
  bool news_due_ = false;
  // Not told yet: a wake of the engine for each would cost more than its work.
  std::vector<PieceIndex> untold_pieces_;
  std::int32_t missing_pieces_ = 0;
  bool right_due_ = false;
  bool stopped_ = false;
};

}  // namespace convoy

#endif  // CONVOY_PEER_LIBTORRENT_TORRENT_H_
