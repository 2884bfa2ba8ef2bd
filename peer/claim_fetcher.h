#ifndef CONVOY_PEER_CLAIM_FETCHER_H_
#define CONVOY_PEER_CLAIM_FETCHER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/executor.h"
#include "peer/connection_ramp.h"
#include "peer/http_settings.h"
#include "peer/origin_answer.h"
#include "peer/origin_connection.h"
#include "peer/origin_transport.h"
#include "peer/piece_layout.h"
#include "peer/remote_identity.h"

namespace convoy {

// Fetches claimed pieces of one content from one URL, a span of neighbours with
// each request, and gives them out piece by piece. A piece is in memory until
// it is whole: nothing that was not checked reaches the file. Lanes are added
// while they help. One span more waits for the lane that is free next: whoever
// claims it as well is heard of before a byte of it is fetched.
//
// Thread: everything on the executor.
class ClaimFetcher final : private OriginConnection::Owner {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    // The head of the first answer, which has the right size.
    virtual void OnOriginAnswer(const OriginAnswer& answer,
                                const OriginResponseHead& head) = 0;
    virtual void OnOriginBytes(PieceIndex piece, std::int64_t in_piece,
                               std::int64_t bytes) = 0;
    // A whole piece, not checked.
    virtual void OnOriginPiece(PieceIndex piece, std::string bytes) = 0;
    // These pieces were not fetched. An error that is not retryable holds for
    // the URL: another size (SIZE_MISMATCH), no ranges
    // (INSUFFICIENT_RANGE_SUPPORT), another version (REMOTE_FILE_CHANGED).
    virtual void OnSpanFailed(PieceSpan rest, absl::Status status,
                              std::optional<absl::Duration> retry_after) = 0;
    // wanted_spans() may have changed.
    virtual void OnLanesChanged() = 0;
  };

  struct Parts {  // Not owned.
    OriginTransport* transport;
    Executor* executor;
  };

  struct Plan {
    // Without a range.
    OriginRequest request;
    int max_connections = 1;
    // Bytes of several answers must be of one version of the file: requests
    // carry If-Range. Not needed where each piece's hash is known.
    bool one_version = false;
    // What the file is known to be; its validator is that of the URL.
    std::optional<RemoteIdentity> identity;
  };

  ClaimFetcher(const Parts& parts, Plan plan, PieceLayout layout, Owner* owner);
  ~ClaimFetcher() override;
  ClaimFetcher(const ClaimFetcher&) = delete;
  ClaimFetcher& operator=(const ClaimFetcher&) = delete;

  // How many spans it would take now.
  int wanted_spans() const;
  int connections() const;
  // How many pieces a lane is given at a time, so that it is done in about
  // `span_time`.
  int PiecesFor(absl::Duration span_time) const;

  // REQUIRES: wanted_spans() > 0.
  void Fetch(PieceSpan span);
  // What is being fetched now, and what waits.
  std::vector<PieceSpan> spans() const;
  // These pieces are not wanted any more, unless they are half there. What was
  // claimed with them and is behind them is given back.
  std::vector<PieceSpan> Drop(PieceSpan span);
  // Gives the span back that waits, if there is one.
  PieceSpan TakeWaiting();
  void SetPaused(bool paused);

 private:
  struct Lane {
    Lane(OriginTransport* transport, OriginConnection::Owner* owner)
        : connection(transport, owner) {}
    OriginConnection connection;
    PieceSpan span;     // What is left: the first is being fetched.
    std::string bytes;  // Of the first.
  };

  absl::Status OnAnswer(OriginConnection* connection,
                        const OriginAnswer& answer,
                        const OriginResponseHead& head) override;
  absl::Status OnBytes(OriginConnection* connection,
                       absl::string_view bytes) override;
  void OnDone(OriginConnection* connection, absl::Status status,
              std::optional<absl::Duration> retry_after) override;

  // Lanes that have nothing to do and are worth having.
  int free_lanes() const;
  Lane* LaneOf(const OriginConnection* connection);
  void Request(Lane* lane);
  // The lane has nothing to do any more; the owner is told later.
  void Free(Lane* lane);
  void TellOwner();
  void OnRampTimer();

  const Parts parts_;
  const Plan plan_;
  const PieceLayout layout_;
  Owner* const owner_;

  std::vector<std::unique_ptr<Lane>> lanes_;
  PieceSpan next_;
  std::optional<RemoteIdentity> identity_;
  bool answered_ = false;
  ConnectionRamp ramp_;
  Executor::TimerId ramp_timer_ = 0;
  std::int64_t received_ = 0;
  std::int64_t received_at_interval_ = 0;
  std::int64_t interval_bytes_ = 0;  // Of the last whole interval.
  bool paused_ = false;
  bool was_paused_ = false;  // Since the last interval.
  bool telling_ = false;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace convoy

#endif  // CONVOY_PEER_CLAIM_FETCHER_H_
