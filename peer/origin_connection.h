#ifndef CONVOY_PEER_ORIGIN_CONNECTION_H_
#define CONVOY_PEER_ORIGIN_CONNECTION_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/origin_answer.h"
#include "peer/origin_transport.h"

namespace convoy {

// One request after another to an origin. Holds each answer to what its head
// says: a body that is longer is INVALID_SERVER_RESPONSE, a shorter one
// CONNECTION_CLOSED. Thread: the transport's executor.
class OriginConnection final : private OriginResponseHandler {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    // The head of a good answer. An error ends the request; OnDone gets it.
    virtual absl::Status OnAnswer(OriginConnection* connection,
                                  const OriginAnswer& answer,
                                  const OriginResponseHead& head) = 0;
    // Next bytes of the body, in order. An error ends the request; OnDone gets
    // it. May call Stop.
    virtual absl::Status OnBytes(OriginConnection* connection,
                                 absl::string_view bytes) = 0;
    // The request is over. OK: the body was whole. May call Start.
    virtual void OnDone(OriginConnection* connection, absl::Status status,
                        std::optional<absl::Duration> retry_after) = 0;
  };

  // Neither is owned.
  OriginConnection(OriginTransport* transport, Owner* owner)
      : transport_(transport), owner_(owner) {}
  ~OriginConnection() override { Stop(); }
  OriginConnection(const OriginConnection&) = delete;
  OriginConnection& operator=(const OriginConnection&) = delete;

  // REQUIRES: !active().
  void Start(OriginRequest request);
  // Ends the request; the owner hears no more of it.
  void Stop();
  void SetPaused(bool paused);

  bool active() const { return active_; }
  // Bytes of the current body so far.
  std::int64_t received() const { return received_; }

 private:
  absl::Status OnHead(const OriginResponseHead& head) override;
  absl::Status OnBody(absl::string_view bytes) override;
  void OnDone(absl::Status status) override;

  OriginTransport* const transport_;
  Owner* const owner_;

  bool active_ = false;
  OriginRequest request_;
  OriginTransport::RequestId id_ = 0;
  std::optional<absl::Duration> retry_after_;
  // Absent: no head yet, or its size is not told.
  std::optional<std::int64_t> announced_;
  std::int64_t received_ = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_ORIGIN_CONNECTION_H_
