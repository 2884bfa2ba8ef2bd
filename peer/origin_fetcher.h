#ifndef CONVOY_PEER_ORIGIN_FETCHER_H_
#define CONVOY_PEER_ORIGIN_FETCHER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "peer/base/executor.h"
#include "peer/connection_ramp.h"
#include "peer/origin_answer.h"
#include "peer/origin_connection.h"
#include "peer/origin_transport.h"
#include "peer/piece_store.h"
#include "peer/range_map.h"
#include "peer/remote_identity.h"

namespace convoy {

// MAX_DOWNLOAD_SIZE; `what` is too large, as a sentence.
absl::Status TooLarge(absl::string_view url, absl::string_view what,
                      std::int64_t max_size);

// Fetches what a store misses from one URL, until all is written or the URL
// fails. The first request asks for data at once; its answer is judged by the
// owner, every later one is held to the first. More connections are added while
// they help, each with a span of pieces of its own.
//
// Thread: everything on the executor.
class OriginFetcher final : private OriginConnection::Owner {
 public:
  enum class Verdict {
    kTake,           // The store is open, and the body belongs into it.
    kRemoteChanged,  // The body is of another version than the store's bytes.
    kStartOver,      // Ask again, in another way.
  };

  struct Outcome {
    enum class Kind { kWritten, kRemoteChanged, kStartOver, kFailed };
    Kind kind = Kind::kFailed;
    absl::Status status;  // Of kFailed.
    std::optional<absl::Duration> retry_after;
    std::int64_t received_bytes = 0;
  };

  class Owner {
   public:
    virtual ~Owner() = default;
    // The first answer has come. kTake: what follows goes into the store, from
    // where Plan.first said for a kPart, from the file's first byte for a
    // kWhole. An error: the URL is of no use.
    virtual absl::StatusOr<Verdict> Judge(const OriginAnswer& answer,
                                          const OriginResponseHead& head) = 0;
    // Bytes have come; the number of connections may have changed.
    virtual void OnReceived(std::int64_t bytes) = 0;
    // Once, last, not from inside a call. The fetcher may be destroyed.
    virtual void OnFetcherEnd(Outcome outcome) = 0;
  };

  struct Parts {  // Not owned.
    OriginTransport* transport;
    Executor* executor;
    PieceStore* store;
  };

  struct Plan {
    // The first request; its if_range is that of the first request only.
    OriginRequest first;
    int max_connections = 1;
    // The file's SHA-256 is checked at the end.
    bool digest_decides = false;
    // Longest stream that is taken.
    std::int64_t max_stream_bytes = 0;
    std::optional<std::int64_t> max_size;  // TransferSpec.max_size.
  };

  // `map` is not owned; it must be that of the store's file once Judge says
  // kTake.
  OriginFetcher(const Parts& parts, Plan plan, const RangeMap* map,
                Owner* owner);
  ~OriginFetcher() override;
  OriginFetcher(const OriginFetcher&) = delete;
  OriginFetcher& operator=(const OriginFetcher&) = delete;

  void Start();
  // Stops reading from the network, or goes on.
  void SetPaused(bool paused);
  // In use now.
  int connections() const;

 private:
  // A connection and the pieces it is to fetch.
  struct Lane {
    explicit Lane(OriginTransport* transport, OriginConnection::Owner* owner)
        : connection(transport, owner) {}
    OriginConnection connection;
    // Claimed in the ledger.
    PieceSpan span;
    // Local offset of the next byte, and of the end of the current body.
    std::int64_t position = 0;
    std::int64_t body_end = 0;
  };

  absl::Status OnAnswer(OriginConnection* connection,
                        const OriginAnswer& answer,
                        const OriginResponseHead& head) override;
  absl::Status OnBytes(OriginConnection* connection,
                       absl::string_view bytes) override;
  void OnDone(OriginConnection* connection, absl::Status status,
              std::optional<absl::Duration> retry_after) override;

  absl::Status TakeFirst(Lane* lane, const OriginAnswer& answer);
  absl::Status CheckLater(Lane* lane, const OriginAnswer& answer);
  absl::Status TakeStream(Lane* lane, absl::string_view bytes);
  void OnLaneFailed(Lane* lane, absl::Status status,
                    std::optional<absl::Duration> retry_after);
  Lane* NewLane();
  Lane* LaneOf(const OriginConnection* connection);
  std::int64_t SpanEnd(const Lane& lane) const;
  // Gives `lane` missing pieces, or a half of another's; ends when nothing is
  // left for anybody.
  void AssignWork(Lane* lane);
  PieceSpan SplitLargest(const Lane* taker);
  void Request(Lane* lane);
  void Release(Lane* lane);
  void StartRampTimer();
  void OnRampTimer();
  void AddLanes();
  void DropLanes();
  void EndWith(Outcome::Kind kind, absl::Status status = absl::OkStatus(),
               std::optional<absl::Duration> retry_after = std::nullopt);

  const Parts parts_;
  const Plan plan_;
  const RangeMap* const map_;
  Owner* const owner_;

  std::vector<std::unique_ptr<Lane>> lanes_;  // The oldest first.
  // Of the first answer, once taken.
  std::optional<RemoteIdentity> identity_;
  // Ranges were served, and can be held to one version.
  bool may_split_ = false;
  ConnectionRamp ramp_;
  Executor::TimerId ramp_timer_ = 0;
  std::int64_t received_bytes_ = 0;
  std::int64_t received_at_interval_ = 0;
  bool paused_ = false;
  // Since the last interval.
  bool was_paused_ = false;
  bool ended_ = false;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace convoy

#endif  // CONVOY_PEER_ORIGIN_FETCHER_H_
