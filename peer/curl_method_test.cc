// Requests by another method than GET.

#include <string>

#include "gtest/gtest.h"
#include "peer/curl_transport_testing.h"
#include "peer/test_http_server.h"

namespace convoy {
namespace {

using Connection = TestHttpServer::Connection;
using Request = TestHttpServer::Request;

class CurlMethodTest : public CurlTransportTest {
 protected:
  static OriginRequest By(const std::string& method, const std::string& url) {
    OriginRequest request = RequestFor(url);
    request.method = method;
    return request;
  }
};

TEST_F(CurlMethodTest, SendsTheMethodAndSaysThatThereIsNoBody) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    connection.Send(OkAnswer(request.method));
  });
  for (const std::string method :
       {"POST", "PUT", "PATCH", "DELETE", "REPORT", "x!y"}) {
    const Answer answer = Fetch(By(method, server.Url("/f")));
    ASSERT_TRUE(answer->status.ok()) << answer->status;
    EXPECT_EQ(answer->body, method);
    const Request request = server.requests().back();
    const bool may_have_body =
        method == "POST" || method == "PUT" || method == "PATCH";
    EXPECT_EQ(request.Header("Content-Length"), may_have_body ? "0" : "");
    EXPECT_FALSE(request.Has("Content-Type"));
    EXPECT_FALSE(request.Has("Expect"));
    EXPECT_FALSE(request.Has("Range"));
  }
}

TEST_F(CurlMethodTest, UsesNoKeptConnectionOnWhichItMightBeSentTwice) {
  TestHttpServer server([](const Request&, Connection& connection) {
    connection.Send(OkAnswer("x"));
  });
  EXPECT_TRUE(Get(server.Url("/"))->status.ok());
  EXPECT_TRUE(Fetch(By("POST", server.Url("/")))->status.ok());
  EXPECT_EQ(server.connection_count(), 2);
}

TEST_F(CurlMethodTest, ADigestIsOfTheMethod) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    if (request.Has("Authorization")) {
      connection.Send(OkAnswer(request.method));
    } else {
      connection.Send(AnswerWith(
          "401 Unauthorized",
          {"WWW-Authenticate: Digest realm=\"r\", nonce=\"n\""}, "who?"));
    }
  });
  HttpSettings settings;
  settings.server_credentials = {AuthSchemes::kDigest, "user", "sesame", ""};
  OriginRequest request = RequestFor(server.Url("/f"), settings);
  request.method = "POST";
  const Answer answer = Fetch(request);
  ASSERT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(answer->body, "POST");
  // MD5(MD5("user:r:sesame"):n:MD5("POST:/f")), RFC 2069's form of RFC 7616.
  EXPECT_NE(server.requests()
                .back()
                .Header("Authorization")
                .find("response=\"d019567e8fff9dda54fc9e252e011519\""),
            std::string::npos)
      << server.requests().back().Header("Authorization");
  for (const Request& one : server.requests()) {
    EXPECT_EQ(one.Header("Content-Length"), "0");
  }
}

}  // namespace
}  // namespace convoy
