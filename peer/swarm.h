#ifndef CONVOY_PEER_SWARM_H_
#define CONVOY_PEER_SWARM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "peer/contents.h"
#include "peer/manifest.h"
#include "peer/piece_layout.h"
#include "peer/swarm_settings.h"
#include "peer/swarm_storage.h"

namespace convoy {

// A content as a machine brings it into the swarm.
struct SwarmContent {
  // Of a late-bound content: made by MakeLateManifest, with placeholders.
  std::shared_ptr<const Manifest> manifest;
  std::shared_ptr<SwarmStorage> storage;
  DownloadMode mode = DownloadMode::kLan;
  // Fills the storage, from peers and from the origin; else it is whole.
  bool downloads = false;
  bool background = false;
  // Where peers give less, though they could give more, pieces that they have
  // are claimed from the origin as well. Bytes per second; 0: never.
  std::int64_t min_peer_rate = 0;
  // Trackers to announce to (BEP 3, BEP 15); Join fills it in.
  std::vector<std::string> trackers;
};

// Who and what there is of one content now.
struct SwarmNews {
  ContentStats stats;
  // Machines that share the origin by claims.
  int sharing_peers = 0;
  // Connected peers that have everything.
  int seeds = 0;
  // Other machines that this one knows want or have the content.
  int crowd = 0;
  // min_peer_rate was not reached: the origin gives what peers have, too.
  bool slow_peers = false;
  // All connections that all contents together may have are in use, so many,
  // and peers are known that are kept out by that. 0: it is not so.
  int full_connections = 0;
  // Addresses that have all connections that one may have for this content, and
  // wanted more.
  int crowded_addresses = 0;
  // No peers can be met, and why; empty: they can.
  std::string refused;
  std::string policy;

  int connections() const {
    return stats.lan_connections + stats.group_connections +
           stats.internet_connections;
  }
};

// Gets what a membership has to say, on the engine's executor.
class SwarmObserver {
 public:
  virtual ~SwarmObserver() = default;
  // A piece that peers gave is in the file, and right. Several are told
  // together, before OnSwarmNews, and the last missing one at once.
  virtual void OnPeerPiece(PieceIndex piece) = 0;
  // This machine is the one to fetch these pieces from the origin. Answers
  // SetDemand, one lane for each call.
  virtual void OnClaimed(PieceSpan span) = 0;
  // Claimed pieces that are not needed from the origin any more.
  virtual void OnUnclaimed(PieceSpan span) = 0;
  // Answers Doubt: the content may be right now.
  virtual void OnDoubtsSettled() = 0;
  // At most about five times a second.
  virtual void OnSwarmNews(const SwarmNews& news) = 0;
  // The file cannot be written, or was changed; the membership does nothing any
  // more.
  virtual void OnSwarmError(absl::Status status) = 0;
};

// One content in the swarm. Destroying it leaves; the observer is not called
// any more. Thread: the engine's executor.
class SwarmMember {
 public:
  virtual ~SwarmMember() = default;

  // How many lanes to the origin are free, and how many pieces one takes.
  virtual void SetDemand(int lanes, int max_pieces) = 0;
  // The origin can be asked, or not (it is dead, forbidden for now, or has
  // another file): others are told, and take over.
  virtual void SetOriginUsable(bool usable) = 0;
  // Bytes of a claimed piece that have come so far.
  virtual void NoteProgress(PieceIndex piece, std::int64_t bytes) = 0;
  // A piece from the origin is in the storage, verified. `hash`: its SHA-1,
  // which a late-bound content tells the others.
  virtual void PiecePut(PieceIndex piece) = 0;
  // Claimed pieces that were not fetched: others may.
  virtual void Unclaim(PieceSpan span) = 0;
  // All pieces are here, and the content is not what it must be: what is not
  // certain may be wrong, and is claimed again. OnDoubtsSettled comes when all
  // that was claimed is put and nothing is uncertain any more; unless
  // `thorough`, also when a hash was found to be false and no piece is left of
  // which only those that told one say that it is right.
  virtual void Doubt(bool thorough) = 0;
  // More is written than the disk takes for now.
  virtual void SetBacklog(bool full) = 0;
  // Bytes of blocks that peers have given so far. Of a piece that was told, all
  // are counted.
  virtual PeerBytes Received() const = 0;
  // The content is whole: it only gives from now on, and `observer` is told
  // instead of the one before.
  virtual void Seed(SwarmObserver* observer) = 0;
};

// Where contents and machines meet. Thread: the engine's executor, but for
// SetLimits.
class Swarm {
 public:
  using PeersAnswer = absl::AnyInvocable<void(std::vector<PeerInfo>) &&>;
  // Somebody asks for a content that is held and not open; the answer is
  // Join, or nothing.
  using AskedForContent = absl::AnyInvocable<void(const std::string& content)>;

  virtual ~Swarm() = default;

  // Begins at once. `observer` is not owned and outlives the membership.
  virtual std::unique_ptr<SwarmMember> Join(SwarmContent content,
                                            SwarmObserver* observer) = 0;
  // Contents that are kept and given to who asks: known to the beacon, not
  // opened.
  virtual void Hold(const std::string& content_id) = 0;
  virtual void Unhold(const std::string& content_id) = 0;
  virtual void SetAskedForContent(AskedForContent asked) = 0;
  // Peers that are connected now. The answer comes on the engine's executor.
  virtual void ListPeers(std::string content_id, PeersAnswer answer) = 0;
  // Rules for addresses and numbers of peers: for all that is there, and for
  // memberships that begin later. Trackers: for those alone. Ports, the group
  // and the mode of memberships stay.
  virtual void SetSettings(const SwarmSettings& settings) = 0;
  // Bytes given to peers since the start. Any thread.
  virtual PeerBytes Uploaded() const = 0;
  // Any thread.
  virtual void SetLimits(const BandwidthLimits& limits) = 0;
  // Why none of the peers that this mode adds can be met, and the policy;
  // empty: they can.
  virtual std::string RefusalFor(DownloadMode mode, std::string* policy) = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_SWARM_H_
