#ifndef CONVOY_PEER_CURL_TRANSPORT_H_
#define CONVOY_PEER_CURL_TRANSPORT_H_

#include <memory>

#include "peer/base/clock.h"
#include "peer/curl_loop.h"
#include "peer/http_settings.h"
#include "peer/origin_transport.h"

namespace convoy {

// OriginTransport over libcurl: HTTP/1.1 and HTTP/2, connections kept and used
// again, at most HttpLimits::max_connections_per_host to one scheme, host and
// port. What waits for a connection waits in order.
//
// Handlers are called on the loop's thread, often from inside libcurl; Start,
// Cancel and SetPaused take effect after that.
class CurlTransport final : public OriginTransport {
 public:
  // `loop` and `clock` are not owned. `clock` dates Retry-After.
  CurlTransport(CurlLoop* loop, const HttpLimits& limits, const Clock& clock);
  // Ends all requests as Cancel does. REQUIRES: loop->Stop() has returned.
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

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
