#include "peer/curl_error.h"

#include <curl/curl.h>

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

CurlFailure Failure(int code, const std::string& text = "") {
  CurlFailure failure;
  failure.code = code;
  failure.text = text;
  failure.url = "https://h/f";
  failure.host = "h";
  return failure;
}

v1::ErrorDetail DetailOf(const CurlFailure& failure) {
  return ErrorDetailOf(CurlFailureToStatus(failure));
}

TEST(CurlErrorTest, NetworkTroubleMayPass) {
  for (const auto& [code, reason] :
       {std::pair{CURLE_COULDNT_RESOLVE_HOST,
                  v1::ERROR_REASON_NAME_RESOLUTION_FAILURE},
        {CURLE_COULDNT_RESOLVE_PROXY,
         v1::ERROR_REASON_PROXY_NAME_RESOLUTION_FAILURE},
        {CURLE_COULDNT_CONNECT, v1::ERROR_REASON_CONNECT_FAILURE},
        {CURLE_OPERATION_TIMEDOUT, v1::ERROR_REASON_TIMEOUT},
        {CURLE_PARTIAL_FILE, v1::ERROR_REASON_CONNECTION_CLOSED},
        {CURLE_RECV_ERROR, v1::ERROR_REASON_CONNECTION_CLOSED},
        {CURLE_HTTP2_STREAM, v1::ERROR_REASON_CONNECTION_CLOSED}}) {
    const v1::ErrorDetail detail = DetailOf(Failure(code));
    EXPECT_EQ(detail.reason(), reason) << code;
    EXPECT_TRUE(detail.retryable()) << code;
    EXPECT_EQ(detail.context(), v1::ERROR_CONTEXT_GENERAL_TRANSPORT);
    EXPECT_EQ(detail.url(), "https://h/f");
  }
}

TEST(CurlErrorTest, TrustAndFormDoNotPass) {
  for (const auto& [code, reason] :
       {std::pair{CURLE_PEER_FAILED_VERIFICATION,
                  v1::ERROR_REASON_TRUST_FAILURE},
        {CURLE_SSL_CONNECT_ERROR, v1::ERROR_REASON_SECURE_CHANNEL_FAILURE},
        {CURLE_SSL_CERTPROBLEM, v1::ERROR_REASON_SECURE_CHANNEL_FAILURE},
        {CURLE_WEIRD_SERVER_REPLY, v1::ERROR_REASON_INVALID_SERVER_RESPONSE},
        {CURLE_BAD_FUNCTION_ARGUMENT, v1::ERROR_REASON_INTERNAL}}) {
    const v1::ErrorDetail detail = DetailOf(Failure(code));
    EXPECT_EQ(detail.reason(), reason) << code;
    EXPECT_FALSE(detail.retryable()) << code;
  }
}

TEST(CurlErrorTest, AKeyThatIsNotApprovedMayBeOneThatIsRefusedIsNot) {
  CurlFailure failure = Failure(CURLE_SSL_PINNEDPUBKEYNOTMATCH, "text");
  failure.certificates.key = "key=";
  failure.certificates.der = {"one", "two"};
  v1::ErrorDetail detail = DetailOf(failure);
  EXPECT_EQ(detail.reason(), v1::ERROR_REASON_SERVER_CERTIFICATE_NOT_APPROVED);
  EXPECT_TRUE(detail.retryable());
  EXPECT_EQ(detail.context(), v1::ERROR_CONTEXT_GENERAL_TRANSPORT);
  EXPECT_EQ(detail.url(), "https://h/f");
  EXPECT_EQ(detail.server_key(), "key=");
  ASSERT_EQ(detail.server_certificates_size(), 2);
  EXPECT_EQ(detail.server_certificates(1), "two");

  failure.key_refused = true;
  detail = DetailOf(failure);
  EXPECT_EQ(detail.reason(), v1::ERROR_REASON_TRUST_FAILURE);
  EXPECT_FALSE(detail.retryable());
  EXPECT_EQ(detail.server_key(), "");
  EXPECT_EQ(detail.server_certificates_size(), 0);
}

TEST(CurlErrorTest, TellsCausesApartThatShareACode) {
  EXPECT_EQ(DetailOf(Failure(CURLE_SSL_CONNECT_ERROR,
                             "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in "
                             "connection to h:443"))
                .reason(),
            v1::ERROR_REASON_CONNECTION_CLOSED);
  EXPECT_EQ(DetailOf(Failure(CURLE_RECV_ERROR,
                             "OpenSSL SSL_read: error:0A00045C:SSL "
                             "routines::tlsv13 alert certificate required"))
                .reason(),
            v1::ERROR_REASON_SECURE_CHANNEL_FAILURE);
  EXPECT_EQ(DetailOf(Failure(CURLE_RECV_ERROR,
                             "Illegal or missing hexadecimal sequence in "
                             "chunked-encoding"))
                .reason(),
            v1::ERROR_REASON_INVALID_SERVER_RESPONSE);
}

TEST(CurlErrorTest, RefusalsOfAProxy) {
  CurlFailure failure = Failure(CURLE_RECV_ERROR, "CONNECT tunnel failed");
  failure.connect_status = 407;
  EXPECT_EQ(DetailOf(failure).reason(), v1::ERROR_REASON_PROXY_FAILURE);
  EXPECT_EQ(DetailOf(failure).http_status(), 407);
  EXPECT_EQ(DetailOf(failure).context(), v1::ERROR_CONTEXT_REMOTE_FILE);
  EXPECT_TRUE(
      absl::StrContains(CurlFailureToStatus(failure).message(), "the proxy"))
      << CurlFailureToStatus(failure);
  EXPECT_FALSE(DetailOf(failure).retryable());
  failure.connect_status = 502;
  EXPECT_TRUE(DetailOf(failure).retryable());
  // A tunnel that was there and broke later.
  failure.connect_status = 200;
  EXPECT_EQ(DetailOf(failure).reason(), v1::ERROR_REASON_CONNECTION_CLOSED);
  EXPECT_EQ(DetailOf(failure).http_status(), 0);
  EXPECT_EQ(DetailOf(failure).context(), v1::ERROR_CONTEXT_GENERAL_TRANSPORT);

  CurlFailure socks = Failure(CURLE_PROXY);
  socks.proxy_code = CURLPX_USER_REJECTED;
  EXPECT_FALSE(DetailOf(socks).retryable());
  socks.proxy_code = CURLPX_REPLY_HOST_UNREACHABLE;
  EXPECT_TRUE(DetailOf(socks).retryable());
  EXPECT_EQ(DetailOf(socks).reason(), v1::ERROR_REASON_PROXY_FAILURE);
}

TEST(CurlErrorTest, NeverQuotesAProxysUrl) {
  const absl::Status status = CurlFailureToStatus(
      Failure(CURLE_COULDNT_RESOLVE_PROXY,
              "Unsupported proxy syntax in 'http://me:sesame@p:x'"));
  EXPECT_EQ(ErrorDetailOf(status).reason(), v1::ERROR_REASON_PROXY_FAILURE);
  EXPECT_FALSE(absl::StrContains(status.ToString(), "sesame"));
}

}  // namespace
}  // namespace convoy
