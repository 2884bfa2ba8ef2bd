#ifndef CONVOY_PEER_CURL_REQUEST_H_
#define CONVOY_PEER_CURL_REQUEST_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "peer/base/clock.h"
#include "peer/curl_easy.h"
#include "peer/curl_loop.h"
#include "peer/curl_sockets.h"
#include "peer/curl_url.h"
#include "peer/http_settings.h"
#include "peer/origin_transport.h"
#include "peer/rate_limiter.h"
#include "peer/response_head_parser.h"

namespace convoy {

// One request of a CurlTransport: an exchange with its own URL, then one for
// each redirect. All on the loop's thread.
//
//   Open -> Launch -> OnExchangeEnd(redirected) -> Launch -> ... ->
//   OnExchangeEnd
//
// The handler may ask the transport to cancel this request in any of its calls:
// then Detach is called, and the request is destroyed later, from a task.
class CurlRequest final : public CurlTransfer, private CurlEasy::Sink {
 public:
  using Id = OriginTransport::RequestId;

  // What all requests of a transport share. Not owned.
  struct Environment {
    CurlLoop* loop;
    const HttpLimits* limits;
    const Clock* clock;
    const CurlShare* share;
    CurlSockets* sockets;
    RateLimiter* limiter;
    // Background requests mark their connections.
    const std::atomic<bool>* low_effort_background;
  };

  // Told of ends.
  class Owner {
   public:
    // The exchange is over and out of the loop. If request->redirected() it
    // goes on with url(); else `status` is for the handler's OnDone.
    virtual void OnExchangeEnd(CurlRequest* request, absl::Status status) = 0;
    // Calls request->DeliverHeld() soon, in a task. From inside libcurl.
    virtual void OnBytesHeld(CurlRequest* request) = 0;
    // The limiter lets no bytes come. Calls request->TryAgain() in a task, when
    // it does. From inside libcurl.
    virtual void OnThrottled(CurlRequest* request) = 0;
    // Calls request->StillGathers() now and then, until that is false. From
    // inside libcurl.
    virtual void OnGathering(CurlRequest* request) = 0;

   protected:
    ~Owner() = default;
  };

  // `handler` and `owner` are not owned.
  CurlRequest(Id id, OriginRequest request, OriginResponseHandler* handler,
              const Environment& environment, Owner* owner);
  // Calls Withdraw().
  ~CurlRequest();

  Id id() const { return id_; }
  // Null after Detach.
  OriginResponseHandler* handler() const { return handler_; }
  void Detach() { handler_ = nullptr; }

  // Reads the URL. Call first; an error ends the request.
  absl::Status Open();
  // Where the next exchange goes. REQUIRES: Open() was OK.
  const HttpUrl& url() const { return *url_; }
  bool redirected() const { return redirected_; }

  // Begins the exchange with url(). An error ends the request.
  absl::Status Launch();
  // Takes the exchange out of the loop, if there is one. REQUIRES: outside of
  // libcurl.
  void Withdraw();

  TrafficClass traffic() const {
    return request_.foreground ? TrafficClass::kForeground
                               : TrafficClass::kBackground;
  }
  TrafficFrom from() const {
    return request_.of_cache_host ? TrafficFrom::kElsewhere
                                  : TrafficFrom::kOrigin;
  }

  // From now on, bytes are not taken.
  void SetPaused(bool paused) { paused_ = paused; }
  // Tells libcurl, outside of it.
  void ApplyPause();
  // Asks the limiter anew. REQUIRES: outside of libcurl.
  void TryAgain();
  // Gives the handler what came from libcurl, if it is not paused. REQUIRES:
  // outside of libcurl.
  void DeliverHeld();
  // False: no bytes came since the last call, or none are waited for. What
  // comes now is taken at once.
  bool StillGathers();

 private:
  void OnTransferDone(int curl_code) override;
  bool OnHeaderLine(absl::string_view line) override;
  Body OnBodyBytes(absl::string_view bytes) override;

  // The blank line after a head. An error ends the request.
  absl::Status OnHeadComplete();
  absl::Status OnRedirect(absl::string_view location);
  // BLOCKED_BY_POLICY: http.blocked_urls.
  absl::Status CheckNotBlocked(const HttpUrl& url) const;
  absl::Status RedirectRefused(absl::string_view policy,
                               absl::string_view why) const;
  absl::Status DeliverHead();
  // Has bytes that trickle in wake the loop less often, while many are to come.
  void GatherBytes();
  // Gives the handler what is held. False: it takes no more.
  bool PassHeld();
  // Ends the exchange outside of libcurl. `this` may be gone then.
  void EndExchange(int curl_code);
  // How the exchange ended, for the handler.
  absl::Status EndOfExchange(int curl_code);
  absl::Status FailureOf(int curl_code) const;
  // The URL for errors: what follows "?" in a place the job did not name may be
  // a secret of that place.
  std::string ShownUrl() const;
  bool AtOwnOrigin() const { return url_->origin() == own_url_->origin(); }

  const Id id_;
  const OriginRequest request_;
  std::string method_;  // Of the next exchange.
  OriginResponseHandler* handler_;
  const Environment environment_;
  Owner& owner_;

  std::optional<HttpUrl> own_url_;  // That the job named.
  std::optional<HttpUrl> url_;
  int redirects_ = 0;
  bool paused_ = false;  // By the handler.

  // Of one exchange.
  std::unique_ptr<CurlEasy> easy_;
  ResponseHeadParser head_;
  bool head_delivered_ = false;
  bool throttled_ = false;  // Paused by the limiter.
  // Null: the answer's end needs no goodbye.
  std::shared_ptr<const bool> said_goodbye_;
  bool redirected_ = false;
  std::size_t skipped_bytes_ = 0;
  std::size_t body_bytes_ = 0;  // That libcurl gave.
  // Of the body; 0: not known.
  std::size_t body_length_ = 0;
  absl::Duration head_at_;
  bool has_tls_ = false;
  int low_water_ = 1;
  bool looked_after_ = false;
  std::size_t bytes_at_look_ = 0;
  // The last of them, which the handler has not got yet.
  std::string held_;
  bool delivery_posted_ = false;
  absl::Status failure_;  // Why a callback ended it.
};

}  // namespace convoy

#endif  // CONVOY_PEER_CURL_REQUEST_H_
