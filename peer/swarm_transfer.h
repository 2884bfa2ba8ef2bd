#ifndef CONVOY_PEER_SWARM_TRANSFER_H_
#define CONVOY_PEER_SWARM_TRANSFER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/cache_hosts.h"
#include "peer/claim_fetcher.h"
#include "peer/content_rules.h"
#include "peer/file_worker.h"
#include "peer/http_sources.h"
#include "peer/origin_transport.h"
#include "peer/piece_copy.h"
#include "peer/piece_hashes.h"
#include "peer/piece_store.h"
#include "peer/swarm.h"
#include "peer/swarm_storage.h"
#include "peer/target_file.h"
#include "peer/transfer_checkpoint.h"
#include "peer/transfer_engine.h"
#include "peer/transfer_reporter.h"

namespace convoy {

class SwarmTransfer;

// A content that is whole, open and in the swarm: what a transfer leaves
// behind.
struct SeededContent {
  std::shared_ptr<const Manifest> manifest;
  std::shared_ptr<SwarmStorage> storage;
  std::shared_ptr<TargetFile> file;
  std::unique_ptr<SwarmMember> member;
  SwarmNews news;
  std::string source_url;
  uid_t owner = 0;
};

// Who is told of the contents that transfers fill. On the engine's executor.
class ContentRegistry {
 public:
  virtual ~ContentRegistry() = default;
  // False: another transfer of this machine fills it.
  virtual bool Begin(const std::string& content_id,
                     SwarmTransfer* transfer) = 0;
  // The transfer that began has ended without it.
  virtual void Abandon(const std::string& content_id) = 0;
  // The transfer that began has it whole.
  virtual void Finish(SeededContent content) = 0;
  // One that did not begin has it whole, without a member.
  virtual void FinishCopy(SeededContent content) = 0;

  // A file of this machine that has the content whole, for reading; null: there
  // is none. The answer comes as a task of its own.
  using Opened = absl::AnyInvocable<void(std::shared_ptr<SwarmStorage>) &&>;
  virtual void OpenWhole(const std::string& content_id, Opened opened) = 0;
  // The file that a transfer fills with the whole content now. Null: none.
  virtual std::shared_ptr<SwarmStorage> Filling(
      const std::string& content_id) = 0;
  // REQUIRES: a transfer fills it. `free` comes as a task of its own, when none
  // does any more. Until then that one waits no longer than `origin_delay` for
  // peers.
  virtual void WhenFree(const std::string& content_id,
                        absl::Duration origin_delay,
                        absl::AnyInvocable<void() &&> free) = 0;
};

// Fills one file with a content whose pieces have hashes: from a file of this
// machine that has it whole; else from the peers of a swarm, and from the
// origin, piece by piece, those that this machine claims. Every piece is
// checked before it counts. While another transfer of this machine fills the
// same content, it waits for that one. Where no peers are allowed, it neither
// waits nor copies, and what it got is given to nobody. Where the digest of a
// late-bound content is wrong at the end, the pieces that are here on peers'
// words are fetched again, and it is checked again.
//
// Thread: everything on the engine's executor.
class SwarmTransfer final : public Transfer,
                            private SwarmObserver,
                            private ClaimFetcher::Owner,
                            private PieceStore::Listener {
 public:
  struct Parts {  // Not owned.
    OriginTransport* transport;
    Executor* executor;
    FileWorker* worker;
    const Clock* clock;
    int max_connections_per_file;
    Swarm* swarm;
    ContentRegistry* registry;
    CacheHosts* cache_hosts = nullptr;  // Null: none.
  };
  // The content cannot be had in this way: the reason, as a sentence. What was
  // fetched is forgotten; the transfer is destroyed by the call.
  using GiveUp = absl::AnyInvocable<void(std::string reason) &&>;

  // `spec.target` is in `file` by now; `spec` outlives this.
  // REQUIRES: found.manifest is there.
  SwarmTransfer(const Parts& parts, const TransferSpec& spec,
                FoundContent found, std::shared_ptr<TargetFile> file,
                std::shared_ptr<ObserverLink> link, GiveUp give_up);
  ~SwarmTransfer() override;

  void Start();
  void CheckpointForgotten() override;

  ContentInfo Info() const;
  const std::shared_ptr<SwarmStorage>& storage() const { return storage_; }
  // Another file of this machine waits for it: the origin is asked after this
  // time, even if TransferSpec.origin_delay says later.
  void WaitNoLonger(absl::Duration origin_delay);

 private:
  void OnPeerPiece(PieceIndex piece) override;
  void OnClaimed(PieceSpan span) override;
  void OnUnclaimed(PieceSpan span) override;
  void OnDoubtsSettled() override;
  void OnSwarmNews(const SwarmNews& news) override;
  void OnSwarmError(absl::Status status) override;

  void OnOriginAnswer(const OriginAnswer& answer,
                      const OriginResponseHead& head) override;
  void OnOriginBytes(PieceIndex piece, std::int64_t in_piece,
                     std::int64_t bytes) override;
  void OnOriginPiece(PieceIndex piece, std::string bytes) override;
  void OnSpanFailed(PieceSpan rest, absl::Status status,
                    std::optional<absl::Duration> retry_after) override;
  void OnLanesChanged() override;

  void OnFlushed() override;
  void OnBacklog(bool full) override;
  void OnStoreEnd(absl::Status status) override;

  // What an earlier transfer left and can be used.
  struct Left {
    std::vector<PieceSpan> verified;
    // To be hashed first: they are in the file, and nobody knows if right.
    std::vector<PieceSpan> unchecked;
  };
  Left FindLeft() const;
  void Check(std::vector<PieceSpan> unchecked);
  void Begin(const std::vector<PieceSpan>& verified);
  // Where this machine has the content, or gets it just now.
  void LookHere();
  void OnWhole(std::shared_ptr<SwarmStorage> whole);
  void Copy(std::shared_ptr<SwarmStorage> from);
  // While it waits: what the other transfer has by now.
  void CopyFilled();
  void OnCopied(const std::vector<PieceIndex>& pieces);
  void OnCopyEnd(const absl::Status& status, bool local);
  void Join();
  // Leaves it to the machine's peers.
  void HandOver();
  // With whom it is shared.
  DownloadMode mode() const {
    return found_.peers_allowed ? spec_.download_mode : DownloadMode::kHttpOnly;
  }
  ContentStats Stats() const;
  // Asks the source whose turn it is, from now on.
  void UseSource();
  void UpdateDemand();
  void OnOriginChecked(PieceIndex piece, absl::StatusOr<bool> put);
  void OnUrlFailed(absl::Status status, bool may_pass,
                   std::optional<absl::Duration> retry_after);
  void SetOriginUsable(bool usable);
  // The origin is not asked for so long.
  void HoldOrigin(absl::Duration wait);
  void OnHoldOver();
  void AskAgain();
  void OnStallTimer();
  void NotePiece(PieceIndex piece);
  void OnWritten();
  // The digest of a late-bound content is wrong: what is not certain is fetched
  // again. False: that is no way to a right one.
  bool Doubt();
  void GiveUpWith(std::string reason);
  void End(absl::Status status,
           std::optional<absl::Duration> retry_after = std::nullopt);
  void CompleteNews(TransferNews* news);
  void CountPeerBytes(TransferNews* news) const;
  TransferHold HoldForPeers() const;
  std::string Activity() const;
  void PostTimer(absl::Duration delay, void (SwarmTransfer::*what)());

  // Of the source that is asked, or will be.
  const HttpSource& source() const {
    return sources_.waiting() ? sources_.origin() : *sources_.current();
  }
  const PieceLayout& layout() const { return found_.manifest->layout; }

  const Parts parts_;
  const TransferSpec& spec_;
  const FoundContent found_;
  const std::shared_ptr<TargetFile> file_;
  GiveUp give_up_;
  const absl::Duration began_;
  const std::shared_ptr<SwarmStorage> storage_;
  TransferReporter reporter_;
  PieceStore store_;

  HttpSources sources_;
  std::unique_ptr<PieceCopy> copy_;
  bool copy_failed_ = false;
  // For another transfer of this machine.
  bool waits_ = false;
  std::unique_ptr<ClaimFetcher> fetcher_;
  std::unique_ptr<SwarmMember> member_;
  SwarmNews swarm_;
  bool registered_ = false;

  bool origin_usable_ = false;
  // Peers come first until then, monotonic; absent: the origin may be asked.
  std::optional<absl::Duration> peers_first_until_;
  absl::Time shown_until_;
  // Why the origin is not used now; the one that ends the transfer in the end.
  absl::Status origin_error_;
  std::optional<absl::Duration> retry_after_;
  absl::Duration next_wait_;
  int bad_pieces_ = 0;  // From this URL, in a row.
  // Monotonic time of the last piece.
  absl::Duration last_piece_;

  bool checkpoint_told_ = false;
  std::vector<PieceSpan> to_begin_with_;
  bool finishing_ = false;
  // How often the digest was wrong; fetches again what is not certain.
  int doubts_ = 0;
  bool doubting_ = false;
  // What was certain, and on disk, when the digest was found wrong.
  std::vector<PieceSpan> certain_;
  std::optional<absl::Status> pending_end_;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace convoy

#endif  // CONVOY_PEER_SWARM_TRANSFER_H_
