#ifndef CONVOY_PEER_SMALL_GET_H_
#define CONVOY_PEER_SMALL_GET_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/executor.h"
#include "peer/origin_answer.h"
#include "peer/origin_connection.h"
#include "peer/origin_transport.h"

namespace convoy {

// One GET whose answer is small, kept in memory. Thread: the transport's
// executor. Destroying it ends the request.
class SmallGet final : private OriginConnection::Owner {
 public:
  static constexpr std::size_t kMaxBody = 16 << 20;

  enum class Want {
    kBody,
    // A body of a 200 is not read; one of a 206 is read and dropped.
    kHead,
  };
  struct Answer {
    // Errors: as ReadAnswer's and the transport's; INVALID_SERVER_RESPONSE for
    // a body longer than kMaxBody; TIMEOUT. With kHead, OK once the head was
    // good.
    absl::Status status;
    OriginAnswer answer;
    OriginResponseHead head;
    std::string body;
    // The origin asked to wait this long (Retry-After).
    std::optional<absl::Duration> retry_after;
  };
  using Done = absl::AnyInvocable<void(Answer) &&>;

  // Neither is owned.
  SmallGet(OriginTransport* transport, Executor* executor);
  ~SmallGet() override;

  // Once. The body may take `patience` from the head on: what is before it,
  // also waiting for a free connection, is bounded by the transport. `done` is
  // called once, last, never from inside; it may destroy this.
  void Start(OriginRequest request, Want want, absl::Duration patience,
             Done done);

 private:
  absl::Status OnAnswer(OriginConnection* connection,
                        const OriginAnswer& answer,
                        const OriginResponseHead& head) override;
  absl::Status OnBytes(OriginConnection* connection,
                       absl::string_view bytes) override;
  void OnDone(OriginConnection* connection, absl::Status status,
              std::optional<absl::Duration> retry_after) override;

  absl::Status TooLong() const;
  void OnTimer();
  void StopTimer();

  Executor* const executor_;
  std::string url_;
  Want want_ = Want::kBody;
  absl::Duration patience_;
  Done done_;
  Answer answer_;
  bool has_head_ = false;
  Executor::TimerId timer_ = 0;
  OriginConnection connection_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_SMALL_GET_H_
