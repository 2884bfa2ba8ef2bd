#ifndef CONVOY_PEER_CURL_TRANSPORT_H_
#define CONVOY_PEER_CURL_TRANSPORT_H_

#include <memory>

#include "peer/base/clock.h"
#include "peer/curl_loop.h"
#include "peer/http_settings.h"
#include "peer/origin_transport.h"
#include "peer/rate_limiter.h"

namespace convoy {

// OriginTransport over libcurl: HTTP/1.1 and HTTP/2, connections kept and used
// again, at most HttpLimits::max_connections_per_host to one scheme, host and
// port. What waits for a connection waits in order.
//
// Bodies come as the limiter lets them; who waits for it waits in turn.
//
// Handlers are called on the loop's thread, often from inside libcurl; Start,
// Cancel and SetPaused take effect after that.
class CurlTransport final : public OriginTransport {
 public:
  // All but `limits` are not owned. `clock` dates Retry-After.
  CurlTransport(CurlLoop* loop, const HttpLimits& limits, const Clock& clock,
                RateLimiter* limiter);
  // Ends all requests as Cancel does. REQUIRES: loop->Stop() has returned.
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  // For requests that are sent, and connections that are made, from now on. On
  // the loop's thread.
  void SetLimits(const HttpLimits& limits);

  // Connections are marked low effort (RFC 8622) while background requests have
  // them. From the next request on. Any thread. Default: no.
  void SetLowEffortBackground(bool low_effort);

  RequestId Start(OriginRequest request,
                  OriginResponseHandler* handler) override;
  void Cancel(RequestId id) override;
  void SetPaused(RequestId id, bool paused) override;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_CURL_TRANSPORT_H_
