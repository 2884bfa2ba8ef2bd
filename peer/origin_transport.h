#ifndef CONVOY_PEER_ORIGIN_TRANSPORT_H_
#define CONVOY_PEER_ORIGIN_TRANSPORT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/byte_range.h"
#include "peer/http_settings.h"

namespace convoy {

// One request without a body. Redirects are followed inside, by the rules of
// HttpSettings.
struct OriginRequest {
  std::string url;  // http or https.
  // Empty: GET. After a redirect with 301, 302 or 303 it is GET, whatever it
  // was (RFC 9110 section 15.4).
  std::string method;
  // Absent: the whole file, without a Range header.
  std::optional<ByteRange> range;
  // Sent as If-Range when not empty (RFC 9110 section 13.1.5).
  std::string if_range;
  // The Host header. Empty: the URL's host and port.
  std::string host_header;
  // Zero: HttpLimits::connect_timeout.
  absl::Duration connect_timeout;
  // Which of the limits of bandwidth it keeps to.
  bool foreground = false;
  // A cache host is asked: the limit of origins is not for it.
  bool of_cache_host = false;
  std::shared_ptr<const HttpSettings> settings;  // Never null.
};

// Head of the final answer (after redirects, after authentication).
struct OriginResponseHead {
  int status = 0;  // 200, 206, 404 ...
  std::string effective_url;
  // Address and port at the other end: the server's, or the proxy's;
  // "192.0.2.1:443", "[2001:db8::1]:443". Empty: not known.
  std::string server_address;
  std::vector<HttpHeader> headers;  // In order, names as sent.
  // Content-Length of this answer's body. Absent: not given.
  std::optional<std::int64_t> content_length;
  // Of a well-formed Content-Range with unit bytes (RFC 9110 section 14.4).
  std::optional<ByteRange> content_range;
  // The size after the slash there; for 416 too.
  std::optional<std::int64_t> complete_length;
  // Content-Encoding, lower case. Empty or "identity": none.
  std::string content_encoding;
  Validator validator;
  // Of a Retry-After header: seconds, or a date turned into a wait (RFC 9110
  // section 10.2.3). Never negative.
  std::optional<absl::Duration> retry_after;
};

// Gets the answer of one request, in this order: OnHead at most once, OnBody
// any number of times, OnDone exactly once. All on the transport's executor.
// May call the transport from inside.
class OriginResponseHandler {
 public:
  virtual ~OriginResponseHandler() = default;

  // An error ends the request; OnDone gets it.
  virtual absl::Status OnHead(const OriginResponseHead& head) = 0;
  // The next bytes, as they were on the wire (no content coding is undone).
  // Valid during the call. An error ends the request; OnDone gets it.
  virtual absl::Status OnBody(absl::string_view bytes) = 0;
  // OK: the answer is whole by HTTP's own framing. Else an Error
  // (error_detail.h) with context REMOTE_FILE or GENERAL_TRANSPORT, `retryable`
  // set as it is. The handler is not used afterwards.
  virtual void OnDone(absl::Status status) = 0;
};

// The way to HTTP origins. One thread: its executor's.
class OriginTransport {
 public:
  using RequestId = std::uint64_t;

  virtual ~OriginTransport() = default;

  // Begins a request; waits for a free connection if the host's are all in use.
  // `handler` is not owned and must live until OnDone or Cancel. OnDone never
  // comes from inside this call. REQUIRES: on the executor.
  virtual RequestId Start(OriginRequest request,
                          OriginResponseHandler* handler) = 0;
  // Ends a request; its handler is not called any more. No effect on requests
  // that are done. May be called from inside a handler. REQUIRES: on the
  // executor.
  virtual void Cancel(RequestId id) = 0;
  // Stops reading from the network for this request, or goes on.
  virtual void SetPaused(RequestId id, bool paused) = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_ORIGIN_TRANSPORT_H_
