#ifndef CONVOY_PEER_CURL_EASY_H_
#define CONVOY_PEER_CURL_EASY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/byte_range.h"
#include "peer/chain_checks.h"
#include "peer/curl_error.h"
#include "peer/curl_sockets.h"
#include "peer/curl_url.h"
#include "peer/http_settings.h"

namespace convoy {

// Connections of one CurlTransport share TLS sessions, so that a second one to
// the same server costs no whole handshake. One thread at a time.
class CurlShare {
 public:
  CurlShare();
  // REQUIRES: every CurlEasy that used it is gone.
  ~CurlShare();
  CurlShare(const CurlShare&) = delete;
  CurlShare& operator=(const CurlShare&) = delete;

  void* handle() const { return handle_; }  // CURLSH*

 private:
  void* const handle_;
};

// One request to one URL, as libcurl's options: a handle that a CurlLoop
// drives.
class CurlEasy {
 public:
  // Gets what the server sends, from inside libcurl.
  class Sink {
   public:
    enum class Body { kTaken, kPause, kAbort };

    // One line of a head, its line end included. False ends the transfer with
    // CURLE_WRITE_ERROR.
    virtual bool OnHeaderLine(absl::string_view line) = 0;
    // kPause: the same bytes come again when the pause is over. kAbort ends the
    // transfer with CURLE_WRITE_ERROR.
    virtual Body OnBodyBytes(absl::string_view bytes) = 0;

   protected:
    ~Sink() = default;
  };

  struct Get {
    const HttpUrl& url;
    const std::string& method;  // Empty: GET.
    // The URL has the scheme, host and port that the job named: it gets the
    // job's headers, credentials and client certificate.
    bool own_origin;
    const std::optional<ByteRange>& range;
    const std::string& if_range;
    // Empty: the URL's host.
    const std::string& host_header;
    absl::Duration connect_timeout;
    const HttpSettings& settings;
    const HttpLimits& limits;
    const CurlShare& share;
    CurlSockets& sockets;
    // The connection is marked low effort while this request has it.
    bool low_effort;
  };

  // `sink` is not owned. INVALID_ARGUMENT: a header or a credential that HTTP
  // cannot carry.
  static absl::StatusOr<std::unique_ptr<CurlEasy>> Make(const Get& get,
                                                        Sink* sink);
  // REQUIRES: not in a CurlLoop.
  ~CurlEasy();
  CurlEasy(const CurlEasy&) = delete;
  CurlEasy& operator=(const CurlEasy&) = delete;

  void* handle() const { return handle_; }  // CURL*

  // Stops reading from the network, or goes on; then bytes may come before this
  // returns. Not 0: the CURLcode with which they ended the transfer. REQUIRES:
  // outside of libcurl.
  int SetPaused(bool paused);

  // The rate below which an answer is given up, from now on. REQUIRES: outside
  // of libcurl.
  void SetLowSpeed(std::int64_t bytes_per_second);

  // An answer that ends with its connection is whole, over TLS, only if the
  // server said goodbye (RFC 9112 section 9.8); libcurl does not look. What is
  // returned turns true with the goodbye. Null: there is no TLS to look into,
  // or HTTP/2 has its own framing. REQUIRES: from inside libcurl, with the
  // head.
  std::shared_ptr<const bool> WatchForGoodbye();

  // The loop is woken when so many bytes have come, or the connection has
  // ended, not by every packet (SO_RCVLOWAT). Never more than the answer still
  // has, and 1 at its end: the next one on this connection may be shorter. No
  // effect on HTTP/2, where a connection outlives an answer that was given up.
  // From inside libcurl.
  void SetLowWater(int bytes);

  // On the way to the server or to a proxy. From inside libcurl.
  bool HasTls() const;

  // OriginResponseHead.server_address. REQUIRES: a head has come.
  std::string ServerAddress() const;

  // What libcurl knows about the end of the transfer, but for names and URL.
  CurlFailure Failure(int code) const;

 private:
  class Options;

  CurlEasy(CurlSockets& sockets, bool low_effort);

  static int OnSocketMade(void* easy, int socket, int purpose);
  static int OnConnected(void* easy, char* remote_ip, char* local_ip,
                         int remote_port, int local_port);

  void* const handle_;
  void* headers_ = nullptr;  // curl_slist*
  std::unique_ptr<char[]> error_text_;
  CurlSockets& sockets_;
  int socket_ = -1;  // Of the connection that is used; -1: not known.
  const bool low_effort_;
  ServerChain chain_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_CURL_EASY_H_
