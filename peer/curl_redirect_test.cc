// Where a request goes when a server sends it elsewhere, and what goes with it.

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "peer/curl_transport_testing.h"
#include "peer/test_http_server.h"

namespace convoy {
namespace {

using Connection = TestHttpServer::Connection;
using Request = TestHttpServer::Request;
using CurlRedirectTest = CurlTransportTest;

std::string RedirectTo(const std::string& location,
                       const std::string& status = "302 Found") {
  return AnswerWith(status, {absl::StrCat("Location: ", location)}, "go there");
}

HttpSettings SecretSettings() {
  HttpSettings settings;
  settings.headers = {{"X-Api-Key", "sesame"}, {"Cookie", "sesame"}};
  settings.server_credentials = {AuthSchemes::kBasic, "user", "sesame", ""};
  return settings;
}

TEST_F(CurlRedirectTest, OnlySomeKindsKeepAnotherMethodThanGet) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    const std::string kind = request.target.substr(1);
    connection.Send(kind == "end" ? OkAnswer(request.method)
                                  : RedirectTo("/end", kind + " Go"));
  });
  for (const std::string kind : {"301", "302", "303", "307", "308"}) {
    OriginRequest request = RequestFor(server.Url("/" + kind));
    request.method = "POST";
    const bool keeps = kind == "307" || kind == "308";
    const Answer answer = Fetch(request);
    ASSERT_TRUE(answer->status.ok()) << answer->status;
    EXPECT_EQ(answer->body, keeps ? "POST" : "GET") << kind;
    EXPECT_EQ(server.requests().back().Has("Content-Length"), keeps);
  }
}

TEST_F(CurlRedirectTest, FollowsEveryKindAndKeepsTheConnection) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    if (request.target == "/a/b/301") {
      connection.Send(RedirectTo("302", "301 Moved Permanently"));
    } else if (request.target == "/a/b/302") {
      connection.Send(RedirectTo("/303"));
    } else if (request.target == "/303") {
      connection.Send(RedirectTo("?q=307", "303 See Other"));
    } else if (request.target == "/303?q=307") {
      connection.Send(RedirectTo("../x/./308", "307 Temporary Redirect"));
    } else if (request.target == "/x/308") {
      connection.Send(RedirectTo("//" + request.Header("Host") + "/end of#part",
                                 "308 Permanent Redirect"));
    } else {
      connection.Send(OkAnswer(request.target));
    }
  });
  OriginRequest request = RequestFor(server.Url("/a/b/301"));
  request.range = ByteRange{1, 2};
  request.if_range = "\"v\"";
  const Answer answer = Fetch(request);
  ASSERT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(answer->body, "/end%20of");
  EXPECT_EQ(answer->head->effective_url, server.Url("/end%20of"));
  EXPECT_EQ(server.requests().size(), 6u);
  EXPECT_EQ(server.connection_count(), 1);
  for (const Request& hop : server.requests()) {
    EXPECT_EQ(hop.Header("Range"), "bytes=1-2");
    EXPECT_EQ(hop.Header("If-Range"), "\"v\"");
    EXPECT_FALSE(hop.Has("Referer"));
  }
}

TEST_F(CurlRedirectTest, NeverAsksForABlockedUrl) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    connection.Send(request.target == "/to-blocked" ? RedirectTo("/BLOCKED/f")
                                                    : OkAnswer("body"));
  });
  limits().blocked_urls = {"ftp://*", "*/blocked/*"};
  for (const char* path : {"/blocked/f", "/to-blocked", "/x/../bl%6fcked/f"}) {
    const Answer answer = Get(server.Url(path));
    ExpectFailure(*answer, v1::ERROR_REASON_BLOCKED_BY_POLICY, false);
    EXPECT_EQ(ErrorDetailOf(answer->status).policy(), "http.blocked_urls");
  }
  EXPECT_EQ(server.requests().size(), 1u);
  const Answer allowed = Get(server.Url("/other"));
  EXPECT_EQ(allowed->body, "body");
  EXPECT_TRUE(absl::StartsWith(allowed->head->server_address, "127.0.0.1:"))
      << allowed->head->server_address;
}

TEST_F(CurlRedirectTest, AFinalDotDoesNotUnblockAHost) {
  limits().blocked_urls = {"http://localhost/*"};
  const Answer answer = Get("http://localhost./f");
  ExpectFailure(*answer, v1::ERROR_REASON_BLOCKED_BY_POLICY, false);
}

// A server of many names gives the file of the name that it is asked by.
TEST_F(CurlRedirectTest, AHostHeaderDoesNotLeadToABlockedUrl) {
  TestHttpServer server([](const Request&, Connection& connection) {
    connection.Send(OkAnswer("body"));
  });
  limits().blocked_urls = {"http://blocked.example/*"};
  HttpSettings settings;
  for (const char* host : {"blocked.example", "BLOCKED.example:80",
                           "blocked.example:1", "blocked.example."}) {
    settings.headers = {{"Host", host}};
    const Answer answer = Get(server.Url("/f"), settings);
    ExpectFailure(*answer, v1::ERROR_REASON_BLOCKED_BY_POLICY, false);
  }
  for (const char* host : {"other.example/../x", "sesame:port"}) {
    settings.headers = {{"Host", host}};
    const Answer answer = Get(server.Url("/f"), settings);
    ExpectFailure(*answer, v1::ERROR_REASON_INVALID_ARGUMENT, false);
    EXPECT_FALSE(absl::StrContains(answer->status.ToString(), "sesame"));
  }
  EXPECT_EQ(server.requests().size(), 0u);
  settings.headers = {{"Host", "other.example"}};
  EXPECT_EQ(Get(server.Url("/f"), settings)->body, "body");
  EXPECT_EQ(server.requests()[0].Header("Host"), "other.example");
}

TEST_F(CurlRedirectTest, AHostHeaderStaysAtTheJobsOwnOrigin) {
  TestHttpServer other([](const Request&, Connection& connection) {
    connection.Send(OkAnswer("body"));
  });
  TestHttpServer server([&](const Request&, Connection& connection) {
    connection.Send(RedirectTo(other.Url("/f")));
  });
  HttpSettings settings;
  settings.headers = {{"Host", "named.example"}};
  EXPECT_EQ(Get(server.Url("/f"), settings)->body, "body");
  EXPECT_EQ(server.requests()[0].Header("Host"), "named.example");
  EXPECT_EQ(other.requests()[0].Header("Host"),
            absl::StrCat("127.0.0.1:", other.port()));
}

TEST_F(CurlRedirectTest, AnswersWithoutALocationAreFinal) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    connection.Send(AnswerWith(
        request.target == "/300" ? "300 Multiple Choices" : "302 Found",
        {request.target == "/300" ? "Location: /x" : "X-No-Location: 1"},
        "body"));
  });
  for (const auto& [path, status] :
       {std::pair<const char*, int>{"/300", 300}, {"/302", 302}}) {
    const Answer answer = Get(server.Url(path));
    EXPECT_TRUE(answer->status.ok()) << answer->status;
    EXPECT_EQ(answer->head->status, status);
    EXPECT_EQ(answer->body, "body");
  }
}

TEST_F(CurlRedirectTest, SecretsStayAtTheJobsOwnOrigin) {
  std::string back;
  TestHttpServer other([&back](const Request&, Connection& connection) {
    connection.Send(RedirectTo(back));
  });
  TestHttpServer own([&](const Request& request, Connection& connection) {
    connection.Send(request.target == "/back"
                        ? OkAnswer("home")
                        : RedirectTo(other.Url("/other")));
  });
  back = own.Url("/back");
  const Answer answer = Get(own.Url("/first"), SecretSettings());
  ASSERT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(answer->body, "home");
  ASSERT_EQ(own.requests().size(), 2u);
  for (const Request& request : own.requests()) {
    EXPECT_EQ(request.Header("X-Api-Key"), "sesame");
    EXPECT_EQ(request.Header("Cookie"), "sesame");
    EXPECT_TRUE(absl::StartsWith(request.Header("Authorization"), "Basic "));
  }
  ASSERT_EQ(other.requests().size(), 1u);
  const Request foreign = other.requests()[0];
  EXPECT_FALSE(foreign.Has("X-Api-Key"));
  EXPECT_FALSE(foreign.Has("Cookie"));
  EXPECT_FALSE(foreign.Has("Authorization"));
  EXPECT_EQ(foreign.Header("User-Agent"), "convoy/1");
}

TEST_F(CurlRedirectTest, AnotherHostNameIsAnotherOrigin) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    connection.Send(request.target == "/first"
                        ? RedirectTo("http://localhost:" +
                                     request.Header("Host").substr(10) +
                                     "/second")
                        : OkAnswer("x"));
  });
  EXPECT_TRUE(Get(server.Url("/first"), SecretSettings())->status.ok());
  ASSERT_EQ(server.requests().size(), 2u);
  EXPECT_TRUE(server.requests()[0].Has("Authorization"));
  EXPECT_FALSE(server.requests()[1].Has("Authorization"));
  EXPECT_FALSE(server.requests()[1].Has("X-Api-Key"));
}

TEST_F(CurlRedirectTest, CredentialsInALocationAreNotUsed) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    connection.Send(request.target == "/first"
                        ? RedirectTo("http://user:sesame@" +
                                     request.Header("Host") + "/second")
                        : OkAnswer("x"));
  });
  const Answer answer = Get(server.Url("/first"));
  EXPECT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(answer->head->effective_url, server.Url("/second"));
  EXPECT_FALSE(server.requests()[1].Has("Authorization"));
}

TEST_F(CurlRedirectTest, LoopsEnd) {
  limits().max_redirects = 3;
  TestHttpServer server([](const Request&, Connection& connection) {
    connection.Send(RedirectTo("/again"));
  });
  const Answer answer = Get(server.Url("/first"));
  ExpectFailure(*answer, v1::ERROR_REASON_REDIRECT_REFUSED, false);
  EXPECT_EQ(GetErrorDetail(answer->status)->policy(), "http.max_redirects");
  EXPECT_EQ(GetErrorDetail(answer->status)->http_status(), 302);
  EXPECT_FALSE(answer->head.has_value());
  EXPECT_EQ(server.requests().size(), 4u);
}

TEST_F(CurlRedirectTest, RefusesOtherSchemes) {
  for (const char* location :
       {"ftp://127.0.0.1/x", "file:///etc/passwd", "javascript:alert(1)",
        "http://", "gopher://127.0.0.1:1/"}) {
    SCOPED_TRACE(location);
    TestHttpServer server([&](const Request&, Connection& connection) {
      connection.Send(RedirectTo(location));
    });
    const Answer answer = Get(server.Url("/"));
    ExpectFailure(*answer, v1::ERROR_REASON_REDIRECT_REFUSED, false);
    EXPECT_EQ(GetErrorDetail(answer->status)->url(), server.Url("/"));
  }
}

TEST_F(CurlRedirectTest, JobsMayRefuseRedirects) {
  TestHttpServer server([](const Request&, Connection& connection) {
    connection.Send(RedirectTo("/next"));
  });
  HttpSettings settings;
  settings.redirect_policy = RedirectPolicy::kRefuse;
  ExpectFailure(*Get(server.Url("/"), settings),
                v1::ERROR_REASON_REDIRECT_REFUSED, false);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(CurlRedirectTest, FollowsWhateverTheBodyOfTheRedirect) {
  TestHttpServer server([](const Request& request, Connection& connection) {
    const std::string head = "HTTP/1.1 302 Found\r\nLocation: /end\r\n";
    if (request.target == "/huge") {
      connection.Send(AnswerWith("302 Found", {"Location: /end"},
                                 std::string(1 << 20, 'x')));
    } else if (request.target == "/short") {
      connection.Send(head + "Content-Length: 10\r\n\r\nx");
      connection.Close();
    } else if (request.target == "/odd") {
      connection.Send(head +
                      "Content-Encoding: x\r\nContent-Length: 0\r\n\r\n");
    } else {
      connection.Send(OkAnswer("there"));
    }
  });
  for (const char* path : {"/huge", "/short", "/odd"}) {
    SCOPED_TRACE(path);
    const Answer answer = Get(server.Url(path));
    EXPECT_TRUE(answer->status.ok()) << answer->status;
    EXPECT_EQ(answer->body, "there");
  }
}

TEST_F(CurlRedirectTest, QueriesOfForeignPlacesAreNotShownInErrors) {
  TestHttpServer other(
      [](const Request&, Connection& connection) { connection.Close(); });
  TestHttpServer own([&](const Request&, Connection& connection) {
    connection.Send(RedirectTo(other.Url("/f?signature=sesame")));
  });
  const Answer answer = Get(own.Url("/"));
  ExpectFailure(*answer, v1::ERROR_REASON_CONNECTION_CLOSED, true);
  EXPECT_EQ(other.requests()[0].target, "/f?signature=sesame");
  EXPECT_EQ(GetErrorDetail(answer->status)->url(), other.Url("/f"));
  EXPECT_FALSE(absl::StrContains(answer->status.ToString(), "sesame"));
}

TEST_F(CurlRedirectTest, CanBeCancelledBetweenHops) {
  Event second_hop;
  TestHttpServer server([&](const Request& request, Connection& connection) {
    if (request.target == "/first") {
      connection.Send(RedirectTo("/second"));
    } else {
      second_hop.Set();
      connection.AwaitClientClose();
    }
  });
  Recorder answer;
  answer.on_done = [] { FAIL() << "called after Cancel"; };
  const auto id = Start(RequestFor(server.Url("/first")), &answer);
  second_hop.Wait();
  OnLoop([&] { transport().Cancel(id); });
  OnLoop([] {});
}

}  // namespace
}  // namespace convoy
