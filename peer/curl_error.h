#ifndef CONVOY_PEER_CURL_ERROR_H_
#define CONVOY_PEER_CURL_ERROR_H_

#include <string>

#include "absl/status/status.h"
#include "peer/server_certificates.h"

namespace convoy {

// What libcurl says of a transfer that failed.
struct CurlFailure {
  int code = 0;        // CURLcode
  std::string text;    // CURLOPT_ERRORBUFFER; may name the proxy's password.
  int proxy_code = 0;  // CURLproxycode
  // Of the proxy's answer to CONNECT. 0: there was none.
  int connect_status = 0;
  std::string url;   // Of the hop, free of secrets.
  std::string host;  // With its port.
  // Of CURLE_SSL_PINNEDPUBKEYNOTMATCH: what the server showed, and whether the
  // job refuses its key.
  ServerCertificates certificates;
  bool key_refused = false;
};

// The Error that `failure` is. REQUIRES: `failure.code` is not CURLE_OK.
absl::Status CurlFailureToStatus(const CurlFailure& failure);

}  // namespace convoy

#endif  // CONVOY_PEER_CURL_ERROR_H_
