#ifndef CONVOY_PEER_HTTP_TRANSFER_H_
#define CONVOY_PEER_HTTP_TRANSFER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/cache_hosts.h"
#include "peer/content_rules.h"
#include "peer/file_worker.h"
#include "peer/http_settings.h"
#include "peer/http_sources.h"
#include "peer/origin_fetcher.h"
#include "peer/origin_transport.h"
#include "peer/piece_store.h"
#include "peer/range_map.h"
#include "peer/remote_identity.h"
#include "peer/target_file.h"
#include "peer/transfer_checkpoint.h"
#include "peer/transfer_engine.h"
#include "peer/transfer_reporter.h"

namespace convoy {

// Fills one file from http and https URLs and cache hosts: goes on from a
// checkpoint, decides whether an answer belongs to the bytes that are there
// already, and what a failure means. Thread: everything on the engine's
// executor.
//
// Invariant: the store's bytes are all of `remote_` (or, where a digest decides
// at the end, of a file of the same size). What cache hosts gave counts as the
// origin's: it is taken only where it is of the origin's version.
class HttpTransfer final : public Transfer,
                           private OriginFetcher::Owner,
                           private PieceStore::Listener {
 public:
  struct Parts {  // Not owned.
    OriginTransport* transport;
    Executor* executor;
    FileWorker* worker;
    const Clock* clock;
    int max_connections_per_file;
    CacheHosts* cache_hosts = nullptr;  // Null: none.
  };

  // `spec.target` is in `file` by now. `peers`: what is told of them. Of
  // `found` are used: identity, sha256, mirrors.
  HttpTransfer(const Parts& parts, TransferSpec spec,
               std::shared_ptr<TargetFile> file,
               std::shared_ptr<ObserverLink> link, std::vector<PeerUse> peers,
               FoundContent found);
  ~HttpTransfer() override;

  void Start();
  void CheckpointForgotten() override;

 private:
  struct Failure {
    absl::Status status;
    std::optional<absl::Duration> retry_after;
  };

  absl::StatusOr<OriginFetcher::Verdict> Judge(
      const OriginAnswer& answer, const OriginResponseHead& head) override;
  void OnReceived(std::int64_t bytes) override;
  void OnFetcherEnd(OriginFetcher::Outcome outcome) override;
  void OnFlushed() override;
  void OnBacklog(bool full) override;
  void OnStoreEnd(absl::Status status) override;

  absl::Status Restore();
  absl::StatusOr<OriginFetcher::Verdict> JudgeAnswer(
      const OriginAnswer& answer);
  absl::StatusOr<OriginFetcher::Verdict> JudgeBeyondEnd(
      const OriginAnswer& answer);
  absl::StatusOr<OriginFetcher::Verdict> JudgeSameUrl(
      const OriginAnswer& answer);
  absl::StatusOr<OriginFetcher::Verdict> JudgeMirror(
      const OriginAnswer& answer);
  absl::StatusOr<OriginFetcher::Verdict> JudgeCacheHost(
      const OriginAnswer& answer);
  // Empties the store and fills it from this answer, if its body begins where
  // the file does; else asks again, from there.
  absl::StatusOr<OriginFetcher::Verdict> BeginAnew(const OriginAnswer& answer);
  absl::StatusOr<OriginFetcher::Verdict> Establish(const OriginAnswer& answer);
  absl::Status CheckSize(std::int64_t size) const;
  bool prefers() const {
    return spec_.only_wanted || !spec_.wanted.empty() || spec_.position > 0;
  }
  // Tells the ledger which pieces come first. INVALID_RANGE: bytes that alone
  // are wanted are not in the file.
  absl::Status Prefer();
  // What the file that begins now is checked with. VALIDATION_FAILED: with
  // nothing, and the job wants a proof.
  absl::Status ChooseDigest(const RemoteIdentity& remote);

  void Fetch();
  void WaitForCacheHosts();
  OriginFetcher::Plan MakePlan() const;
  ByteRange FirstRange() const;
  std::string FirstIfRange() const;
  // What the store has is of no use any more. It is emptied before anything
  // else is fetched, when no checkpoint speaks of it any more.
  void Drop();
  absl::Status Empty();
  // Counts; the error when it was too often.
  absl::Status CountRestart(absl::Status last_error);
  void OnWritten();
  void OnBroken(const OriginFetcher::Outcome& outcome);
  void OnUrlFailed(absl::Status status,
                   std::optional<absl::Duration> retry_after);
  void EndWithFailures();
  void End(absl::Status status,
           std::optional<absl::Duration> retry_after = std::nullopt);
  void CompleteNews(TransferNews* news);
  std::string Activity() const;

  // REQUIRES: nobody is waited for.
  const HttpSource& source() const { return *sources_.current(); }
  const std::string& url() const { return source().url; }
  // The URL whose bytes the source's are.
  const std::string& named_url() const {
    return source().is_cache_host() ? spec_.urls.front() : url();
  }
  // The file comes whole, by one request; a broken one is begun anew.
  bool by_method() const { return !spec_.http->method.empty(); }
  bool digest_decides() const { return !spec_.expected_sha256.empty(); }
  bool SameUrlAsStore() const;
  bool CanGoOn() const;

  const Parts parts_;
  const TransferSpec spec_;
  const FoundContent found_;
  HttpSources sources_;
  TransferReporter reporter_;
  PieceStore store_;
  RangeMap map_;

  // What the store's bytes are of, and from which URL. Absent: the store is
  // empty, or about to be emptied.
  std::optional<RemoteIdentity> remote_;
  std::uint64_t remote_url_key_ = 0;
  bool mixed_ = false;      // The store has bytes of more than one URL.
  bool dropped_ = false;    // The store is to be emptied.
  std::string taken_from_;  // The URL of the newest bytes.
  // SHA-256 that an https origin sent: with the newest answer, and what the
  // file is checked with where the job has none.
  std::string answered_sha256_;
  std::string origin_sha256_;
  // The observer has a checkpoint.
  bool checkpoint_told_ = false;

  // This URL is asked without a Range header.
  bool plain_ = false;
  int restarts_ = 0;
  // Breaks in a row that brought next to nothing.
  int poor_breaks_ = 0;
  std::vector<Failure> failures_;
  // How the transfer ends once the pieces it has are on disk.
  std::optional<Failure> pending_end_;
  bool asking_ = false;  // The fetcher waits for its first answer.
  bool finishing_ = false;
  Executor::TimerId wait_timer_ = 0;

  std::unique_ptr<OriginFetcher> fetcher_;  // Last: uses the store.
};

}  // namespace convoy

#endif  // CONVOY_PEER_HTTP_TRANSFER_H_
