#include "peer/curl_error.h"

#include <curl/curl.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// What one failure means: the sentence is made of `summary`, and libcurl's text
// where that is safe to show.
struct Meaning {
  v1::ErrorReason reason;
  bool retryable;
  absl::string_view summary;
  bool shows_text = true;
};

constexpr Meaning kConnectionClosed = {
    v1::ERROR_REASON_CONNECTION_CLOSED, true,
    "the connection broke before the answer was whole"};
constexpr Meaning kSecureChannel = {v1::ERROR_REASON_SECURE_CHANNEL_FAILURE,
                                    false, "TLS could not be set up"};
constexpr Meaning kNotTrusted = {v1::ERROR_REASON_TRUST_FAILURE, false,
                                 "the server's certificate is not trusted"};
constexpr Meaning kBadAnswer = {v1::ERROR_REASON_INVALID_SERVER_RESPONSE, false,
                                "the answer breaks HTTP"};
constexpr Meaning kDefect = {v1::ERROR_REASON_INTERNAL, false,
                             "libcurl failed unexpectedly"};
// libcurl's text quotes the proxy's URL, password included.
constexpr Meaning kProxyUnusable = {
    v1::ERROR_REASON_PROXY_FAILURE, false,
    "the proxy's URL cannot be used; check http.proxy_url, the job's proxy and "
    "the environment",
    false};

// Some codes have several causes, which only libcurl's text tells apart.
bool Says(const CurlFailure& failure, absl::string_view phrase) {
  return absl::StrContains(failure.text, phrase);
}

// A handshake that the other side cut, not one it refused.
bool HandshakeWasCut(const CurlFailure& failure) {
  return Says(failure, "SSL_ERROR_SYSCALL") ||
         Says(failure, "SSL_ERROR_ZERO_RETURN") ||
         Says(failure, "unexpected eof") || Says(failure, "reset by peer");
}

Meaning MeaningOfReceiveError(const CurlFailure& failure) {
  // TLS 1.3: the server refuses the client's certificate after the handshake.
  if (Says(failure, " alert ")) return kSecureChannel;
  if (Says(failure, "in chunked-encoding") &&
      !Says(failure, "transfer closed")) {
    return kBadAnswer;
  }
  return kConnectionClosed;
}

// SOCKS.
Meaning MeaningOfProxyError(const CurlFailure& failure) {
  switch (failure.proxy_code) {
    case CURLPX_CLOSED:
    case CURLPX_RECV_ADDRESS:
    case CURLPX_RECV_AUTH:
    case CURLPX_RECV_CONNECT:
    case CURLPX_RECV_REQACK:
    case CURLPX_REPLY_CONNECTION_REFUSED:
    case CURLPX_REPLY_GENERAL_SERVER_FAILURE:
    case CURLPX_REPLY_HOST_UNREACHABLE:
    case CURLPX_REPLY_NETWORK_UNREACHABLE:
    case CURLPX_REPLY_TTL_EXPIRED:
    case CURLPX_RESOLVE_HOST:
    case CURLPX_SEND_AUTH:
    case CURLPX_SEND_CONNECT:
    case CURLPX_SEND_REQUEST:
      return {v1::ERROR_REASON_PROXY_FAILURE, true,
              "the proxy gave no connection to the server"};
    default:
      return {v1::ERROR_REASON_PROXY_FAILURE, false,
              "the proxy refused the connection"};
  }
}

Meaning MeaningOfConnect(const CurlFailure& failure) {
  if (failure.connect_status == 407) {
    return {v1::ERROR_REASON_PROXY_FAILURE, false,
            "the proxy needs other credentials than the job has"};
  }
  return {v1::ERROR_REASON_PROXY_FAILURE, failure.connect_status >= 500,
          "the proxy gave no connection to the server"};
}

Meaning MeaningOfCode(const CurlFailure& failure) {
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {v1::ERROR_REASON_NAME_RESOLUTION_FAILURE, true,
              "the server's name does not resolve"};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {v1::ERROR_REASON_PROXY_NAME_RESOLUTION_FAILURE, true,
              "the proxy's name does not resolve"};
    case CURLE_COULDNT_CONNECT:
      return {v1::ERROR_REASON_CONNECT_FAILURE, true,
              "no connection to the server"};
    case CURLE_OPERATION_TIMEDOUT:
      return {v1::ERROR_REASON_TIMEOUT, true, "the server is too slow"};

    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
      return kConnectionClosed;
    case CURLE_RECV_ERROR:
      return MeaningOfReceiveError(failure);

    case CURLE_SSL_CONNECT_ERROR:
      return HandshakeWasCut(failure) ? kConnectionClosed : kSecureChannel;
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_USE_SSL_FAILED:
      return kSecureChannel;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_ISSUER_ERROR:
      return kNotTrusted;

    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9, or no HTTP at all.
    case CURLE_WEIRD_SERVER_REPLY:
      return kBadAnswer;

    case CURLE_PROXY:
      return MeaningOfProxyError(failure);
    case CURLE_AUTH_ERROR:
    case CURLE_LOGIN_DENIED:
      return {v1::ERROR_REASON_AUTHENTICATION_FAILED, false,
              "the server and this client found no way to authenticate"};
    case CURLE_OUT_OF_MEMORY:
      return {v1::ERROR_REASON_INTERNAL, true, "out of memory"};
    default:
      return kDefect;
  }
}

// CONNECT, by the proxy's answer.
bool WasRefused(const CurlFailure& failure) {
  return failure.connect_status != 0 && failure.connect_status / 100 != 2;
}

Meaning MeaningOf(const CurlFailure& failure) {
  if (Says(failure, "Unsupported proxy")) return kProxyUnusable;
  return WasRefused(failure) ? MeaningOfConnect(failure)
                             : MeaningOfCode(failure);
}

// A key that is not among those that the job approves.
absl::Status KeyFailure(const CurlFailure& failure) {
  const std::string& key = failure.certificates.key;
  v1::ErrorDetail detail;
  detail.set_context(v1::ERROR_CONTEXT_GENERAL_TRANSPORT);
  if (failure.key_refused) {
    detail.set_reason(v1::ERROR_REASON_TRUST_FAILURE);
    return Error(std::move(detail))
        .Url(failure.url)
        .Status(absl::StrCat(failure.host,
                             ": the job refuses the server's key ", key));
  }
  detail.set_reason(v1::ERROR_REASON_SERVER_CERTIFICATE_NOT_APPROVED);
  detail.set_server_key(key);
  for (const std::string& der : failure.certificates.der) {
    detail.add_server_certificates(der);
  }
  return Error(std::move(detail))
      .Url(failure.url)
      .Retryable()
      .Status(absl::StrCat(
          failure.host,
          ": the job has not approved the server's certificate; its key is ",
          key.empty() ? "not known" : key));
}

}  // namespace

absl::Status CurlFailureToStatus(const CurlFailure& failure) {
  if (failure.code == CURLE_SSL_PINNEDPUBKEYNOTMATCH) {
    return KeyFailure(failure);
  }
  const Meaning meaning = MeaningOf(failure);
  // Whoever answered, it was an answer.
  const v1::ErrorContext context =
      meaning.reason == v1::ERROR_REASON_INVALID_SERVER_RESPONSE ||
              meaning.reason == v1::ERROR_REASON_AUTHENTICATION_FAILED ||
              WasRefused(failure)
          ? v1::ERROR_CONTEXT_REMOTE_FILE
          : v1::ERROR_CONTEXT_GENERAL_TRANSPORT;
  const absl::string_view text =
      failure.text.empty()
          ? curl_easy_strerror(static_cast<CURLcode>(failure.code))
          : absl::string_view(failure.text);
  const std::string message =
      meaning.shows_text
          ? absl::StrCat(failure.host, ": ", meaning.summary, " (", text, ")")
          : std::string(meaning.summary);
  return Error(meaning.reason, context)
      .Url(failure.url)
      .HttpStatus(WasRefused(failure) ? failure.connect_status : 0)
      .Retryable(meaning.retryable)
      .Status(message);
}

}  // namespace convoy
