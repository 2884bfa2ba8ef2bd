// Credentials for servers, and proxies.

#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "peer/curl_transport_testing.h"
#include "peer/test_http_server.h"

namespace convoy {
namespace {

using Connection = TestHttpServer::Connection;
using Request = TestHttpServer::Request;
using CurlAuthTest = CurlTransportTest;
using CurlProxyTest = CurlTransportTest;

constexpr char kBasicUserSesame[] = "Basic dXNlcjpzZXNhbWU=";  // user:sesame

HttpSettings ServerCredentials(AuthSchemes scheme) {
  HttpSettings settings;
  settings.server_credentials = {scheme, "user", "sesame", "sesame"};
  return settings;
}

HttpSettings ThroughProxy(const TestHttpServer& proxy) {
  HttpSettings settings;
  settings.proxy_mode = ProxyMode::kOverride;
  settings.proxy_url = proxy.Url("");
  return settings;
}

TEST_F(CurlAuthTest, SendsBasicAndBearerAtOnce) {
  TestHttpServer server([](const Request&, Connection& connection) {
    connection.Send(OkAnswer("in"));
  });
  Get(server.Url("/"), ServerCredentials(AuthSchemes::kBasic));
  EXPECT_EQ(server.requests()[0].Header("Authorization"), kBasicUserSesame);
  Get(server.Url("/"), ServerCredentials(AuthSchemes::kBearer));
  EXPECT_EQ(server.requests()[1].Header("Authorization"), "Bearer sesame");
}

TEST_F(CurlAuthTest, CredentialsReplaceAnAuthorizationHeader) {
  TestHttpServer server([](const Request&, Connection& connection) {
    connection.Send(OkAnswer("in"));
  });
  HttpSettings settings;
  settings.headers = {{"Authorization", "Own scheme"}};
  Get(server.Url("/"), settings);
  EXPECT_EQ(server.requests()[0].Header("Authorization"), "Own scheme");
  settings.server_credentials = {AuthSchemes::kBasic, "user", "sesame", ""};
  Get(server.Url("/"), settings);
  EXPECT_EQ(server.requests()[1].Header("Authorization"), kBasicUserSesame);
}

TEST_F(CurlAuthTest, AnswersADigestChallengeAndHidesIt) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    const std::string given = request.Header("Authorization");
    if (absl::StrContains(given, "response=")) {
      connection.Send(AnswerWith("206 Partial Content",
                                 {"Content-Range: bytes 0-1/9"}, "in"));
    } else {
      connection.Send(AnswerWith(
          "401 Unauthorized",
          {"WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\", "
           "algorithm=SHA-256"},
          "who are you?"));
    }
  });
  OriginRequest request =
      RequestFor(server.Url("/f?q"), ServerCredentials(AuthSchemes::kDigest));
  request.range = ByteRange{0, 2};
  const Answer answer = Fetch(request);
  ASSERT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(answer->head->status, 206);
  EXPECT_EQ(answer->body, "in");
  ASSERT_EQ(server.requests().size(), 2u);
  EXPECT_EQ(server.connection_count(), 1);
  const Request second = server.requests()[1];
  EXPECT_TRUE(
      absl::StrContains(second.Header("Authorization"), "uri=\"/f?q\""));
  EXPECT_FALSE(absl::StrContains(second.Header("Authorization"), "sesame"));
  EXPECT_EQ(second.Header("Range"), "bytes=0-1");
}

TEST_F(CurlAuthTest, RefusedCredentialsAreAHead) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    connection.Send(AnswerWith(
        "401 Unauthorized",
        {request.target == "/digest"
             ? "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\""
             : "WWW-Authenticate: Basic realm=\"r\""},
        "go away"));
  });
  for (const auto scheme :
       {AuthSchemes::kBasic, AuthSchemes::kDigest, AuthSchemes::kBearer}) {
    const Answer answer =
        Get(server.Url(scheme == AuthSchemes::kDigest ? "/digest" : "/basic"),
            ServerCredentials(scheme));
    EXPECT_TRUE(answer->status.ok()) << answer->status;
    EXPECT_EQ(answer->head->status, 401);
    EXPECT_EQ(answer->body, "go away");
    for (const HttpHeader& header : answer->head->headers) {
      EXPECT_NE(header.name, "WWW-Authenticate");
    }
  }
}

TEST_F(CurlProxyTest, AsksTheProxyForPlainUrls) {
  TestHttpServer proxy([](const Request& request, Connection& connection) {
    connection.Send(OkAnswer(request.target));
  });
  HttpSettings settings = ThroughProxy(proxy);
  settings.proxy_credentials = {AuthSchemes::kBasic, "user", "sesame", ""};
  settings.proxy_bypass = {".inside.example", "127.0.0.1"};
  const Answer answer = Get("http://files.example/f", settings);
  EXPECT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(answer->body, "http://files.example/f");
  EXPECT_EQ(proxy.requests()[0].Header("Proxy-Authorization"),
            kBasicUserSesame);
  EXPECT_FALSE(proxy.requests()[0].Has("Authorization"));
}

TEST_F(CurlProxyTest, BypassedHostsAndDirectJobsUseNoProxy) {
  TestHttpServer proxy([](const Request&, Connection& connection) {
    connection.Send(OkAnswer("from the proxy"));
  });
  TestHttpServer server([](const Request& request, Connection& connection) {
    connection.Send(OkAnswer(request.target));
  });
  limits().proxy_url = proxy.Url("");
  EXPECT_EQ(Get(server.Url("/configured"))->body, "from the proxy");

  HttpSettings direct;
  direct.proxy_mode = ProxyMode::kDirect;
  EXPECT_EQ(Get(server.Url("/direct"), direct)->body, "/direct");
  EXPECT_FALSE(server.requests()[0].Has("Proxy-Authorization"));

  HttpSettings bypassed = ThroughProxy(proxy);
  bypassed.proxy_bypass = {"127.0.0.1"};
  EXPECT_EQ(Get(server.Url("/bypassed"), bypassed)->body, "/bypassed");
  bypassed.proxy_bypass = {"127.*"};
  EXPECT_EQ(Get(server.Url("/by-pattern"), bypassed)->body, "/by-pattern");
  EXPECT_EQ(proxy.requests().size(), 1u);
  bypassed.proxy_bypass = {"10.*"};
  EXPECT_EQ(Get(server.Url("/not"), bypassed)->body, "from the proxy");
}

// Each hop of a redirect is looked at by itself; the environment's exceptions
// are not the job's.
TEST_F(CurlProxyTest, ARedirectMayLeaveTheProxy) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    connection.Send(OkAnswer(request.target));
  });
  TestHttpServer proxy([&](const Request&, Connection& connection) {
    connection.Send(
        AnswerWith("302 Found", {"Location: " + server.Url("/direct")}));
  });
  ::setenv("no_proxy", "*", 1);
  HttpSettings settings = ThroughProxy(proxy);
  settings.proxy_credentials = {AuthSchemes::kBasic, "user", "sesame", ""};
  settings.proxy_bypass = {"<local>"};
  EXPECT_EQ(Get("http://files.example/f", settings)->body, "/direct");
  ::unsetenv("no_proxy");
  EXPECT_EQ(proxy.requests().size(), 1u);
  ASSERT_EQ(server.requests().size(), 1u);
  EXPECT_FALSE(server.requests()[0].Has("Proxy-Authorization"));
}

TEST_F(CurlProxyTest, UsesTheEnvironmentUnlessTheJobSaysOtherwise) {
  TestHttpServer proxy([](const Request&, Connection& connection) {
    connection.Send(OkAnswer("from the proxy"));
  });
  ::setenv("http_proxy", proxy.Url("").c_str(), 1);
  ::setenv("no_proxy", "bypassed.example", 1);
  EXPECT_EQ(Get("http://files.example/f")->body, "from the proxy");
  HttpSettings direct;
  direct.proxy_mode = ProxyMode::kDirect;
  ExpectFailure(*Get("http://files.invalid/f", direct),
                v1::ERROR_REASON_NAME_RESOLUTION_FAILURE, true);
  ExpectFailure(*Get("http://bypassed.example/f"),
                v1::ERROR_REASON_NAME_RESOLUTION_FAILURE, true);
  ::unsetenv("http_proxy");
  ::unsetenv("no_proxy");
}

TEST_F(CurlProxyTest, AnswersAProxysDigestChallenge) {
  TestHttpServer proxy([](const Request& request, Connection& connection) {
    if (absl::StrContains(request.Header("Proxy-Authorization"), "response=")) {
      connection.Send(OkAnswer("in"));
    } else {
      connection.Send(AnswerWith(
          "407 Proxy Authentication Required",
          {"Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\""},
          "who are you?"));
    }
  });
  HttpSettings settings = ThroughProxy(proxy);
  settings.proxy_credentials = {AuthSchemes::kDigest, "user", "sesame", ""};
  const Answer answer = Get("http://files.example/f", settings);
  EXPECT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(answer->body, "in");

  // Without credentials the refusal is a head.
  const Answer refused = Get("http://files.example/f", ThroughProxy(proxy));
  EXPECT_TRUE(refused->status.ok()) << refused->status;
  EXPECT_EQ(refused->head->status, 407);
}

TEST_F(CurlProxyTest, ReportsTunnelsThatAProxyRefuses) {
  TestHttpServer proxy([](const Request& request, Connection& connection) {
    EXPECT_EQ(request.method, "CONNECT");
    EXPECT_FALSE(request.Has("X-Api-Key"));
    const bool knows = request.target == "known.example:443";
    connection.Send(AnswerWith(
        knows ? "503 Service Unavailable" : "407 Proxy Authentication Required",
        {"Proxy-Authenticate: Basic realm=\"r\""}, "no"));
  });
  HttpSettings settings = ThroughProxy(proxy);
  settings.headers = {{"X-Api-Key", "sesame"}};
  settings.proxy_credentials = {AuthSchemes::kBasic, "user", "sesame", ""};
  Answer answer = Get("https://other.example/f", settings);
  ExpectFailure(*answer, v1::ERROR_REASON_PROXY_FAILURE, false);
  EXPECT_EQ(GetErrorDetail(answer->status)->http_status(), 407);
  EXPECT_FALSE(answer->head.has_value());
  answer = Get("https://known.example/f", settings);
  ExpectFailure(*answer, v1::ERROR_REASON_PROXY_FAILURE, true);
  EXPECT_EQ(GetErrorDetail(answer->status)->http_status(), 503);
}

TEST_F(CurlProxyTest, ReportsProxiesThatCannotBeUsed) {
  limits().connect_timeout = absl::Seconds(1);
  HttpSettings settings;
  settings.proxy_mode = ProxyMode::kOverride;
  settings.proxy_url = "http://no-such-proxy.invalid:3128";
  ExpectFailure(*Get("http://files.example/", settings),
                v1::ERROR_REASON_PROXY_NAME_RESOLUTION_FAILURE, true);

  for (const char* url :
       {"ftp://user:sesame@127.0.0.1:1", "http://user:sesame@127.0.0.1:port"}) {
    settings.proxy_url = url;
    const Answer answer = Get("http://files.example/", settings);
    ExpectFailure(*answer, v1::ERROR_REASON_PROXY_FAILURE, false);
    EXPECT_FALSE(absl::StrContains(answer->status.ToString(), "sesame"));
  }

  // Speaks HTTP, not SOCKS.
  TestHttpServer no_socks([](const Request&, Connection&) {});
  settings.proxy_url = absl::StrCat("socks5h://127.0.0.1:", no_socks.port());
  const Answer answer = Get("http://files.example/", settings);
  ASSERT_FALSE(answer->status.ok());
  EXPECT_TRUE(GetErrorDetail(answer->status)->retryable());
}

TEST_F(CurlProxyTest, TunnelsWithCredentialsAreNotLentToOtherJobs) {
  const TestCertificate certificate = MakeTestCertificate("origin");
  TestHttpServer origin(
      [](const Request& request, Connection& connection) {
        connection.Send(OkAnswer(request.target));
      },
      {certificate.certificate_pem, certificate.key_pem, ""});
  TestHttpServer proxy([&](const Request& request, Connection& connection) {
    if (request.Header("Proxy-Authorization") == kBasicUserSesame) {
      connection.Send("HTTP/1.1 200 Connected\r\nX-Of-Proxy: 1\r\n\r\n");
      connection.TunnelTo(origin.port());
    } else {
      connection.Send(AnswerWith("407 Proxy Authentication Required", {}));
    }
  });
  HttpSettings settings = ThroughProxy(proxy);
  settings.ca_pem = certificate.certificate_pem;
  const std::string url = origin.Url("/through");
  const HttpSettings without = settings;
  settings.proxy_credentials = {AuthSchemes::kBasic, "user", "sesame", ""};
  const Answer answer = Get(url, settings);
  EXPECT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(answer->body, "/through");
  EXPECT_FALSE(origin.requests()[0].Has("Proxy-Authorization"));
  ASSERT_TRUE(answer->head.has_value());
  for (const HttpHeader& header : answer->head->headers) {
    EXPECT_NE(header.name, "X-Of-Proxy");
  }
  ExpectFailure(*Get(url, without), v1::ERROR_REASON_PROXY_FAILURE, false);
}

}  // namespace
}  // namespace convoy
