// Logins that are good for several schemes, and NTLM, where the connection is
// what is logged in.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "peer/base/mutex.h"
#include "peer/curl_transport_testing.h"
#include "peer/test_http_server.h"

namespace convoy {
namespace {

using Connection = TestHttpServer::Connection;
using Request = TestHttpServer::Request;
using CurlNtlmTest = CurlTransportTest;
using CurlSchemesTest = CurlTransportTest;

HttpSettings Login(AuthSchemes schemes, const std::string& user = "ann") {
  HttpSettings settings;
  settings.server_credentials = {schemes, user, "pencil", ""};
  return settings;
}

std::uint32_t LittleEndian(absl::string_view bytes, std::size_t at, int size) {
  std::uint32_t number = 0;
  for (int i = size - 1; i >= 0; --i) {
    number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return number;
}

// A field of an NTLM message (MS-NLMP section 2.2.2): its length at `at`, its
// place 4 bytes later.
std::string Field(const std::string& message, std::size_t at) {
  return message.substr(LittleEndian(message, at + 4, 4),
                        LittleEndian(message, at, 2));
}

std::string FromUtf16(const std::string& text) {
  std::string ascii;
  for (std::size_t i = 0; i < text.size(); i += 2) ascii.push_back(text[i]);
  return ascii;
}

// CHALLENGE_MESSAGE of the domain LAB, with its name as target information, so
// that the answer is one of NTLMv2.
std::string Challenge() {
  const std::string name("L\0A\0B\0", 6);
  std::string message("NTLMSSP\0\2\0\0\0", 12);
  message += std::string("\6\0\6\0\x38\0\0\0", 8);  // Target name.
  message += std::string("\x05\x82\x89\x22", 4);    // Flags.
  message += "12345678";                            // The challenge.
  message += std::string(8, '\0');
  message += std::string("\x0E\0\x0E\0\x3E\0\0\0", 8);  // Target information.
  message += std::string("\6\1\xB1\x1D\0\0\0\x0F", 8);  // Version.
  message += name;
  message += std::string("\2\0\6\0", 4) + name + std::string(4, '\0');
  return message;
}

// Knows who is on each connection. What it says of a request is "USER on
// CONNECTION".
class NtlmServer {
 public:
  explicit NtlmServer(bool is_proxy = false)
      : asks_(is_proxy ? "Proxy-Authenticate" : "WWW-Authenticate"),
        answers_(is_proxy ? "Proxy-Authorization" : "Authorization"),
        refusal_(is_proxy ? "407 Proxy Authentication Required"
                          : "401 Unauthorized"),
        server_([this](const Request& request, Connection& connection) {
          Answer(request, connection);
        }) {}

  TestHttpServer& http() { return server_; }

 private:
  void Answer(const Request& request, Connection& connection) {
    const std::string given = request.Header(answers_);
    absl::string_view text = given;
    std::string message;
    if (absl::ConsumePrefix(&text, "NTLM ")) {
      absl::Base64Unescape(text, &message);
    }
    const std::uint32_t type =
        message.size() < 12 ? 0 : LittleEndian(message, 8, 4);
    if (type == 1) return Refuse(connection, Challenge());
    MutexLock lock(&mutex_);
    if (type == 3 && Field(message, 20).size() > 24) {
      logged_in_[request.connection] = absl::StrCat(
          FromUtf16(Field(message, 28)), "\\", FromUtf16(Field(message, 36)));
    }
    const auto found = logged_in_.find(request.connection);
    if (found == logged_in_.end()) return Refuse(connection, "");
    connection.Send(
        OkAnswer(absl::StrCat(found->second, " on ", request.connection)));
  }

  void Refuse(Connection& connection, const std::string& challenge) {
    connection.Send(
        AnswerWith(refusal_,
                   {absl::StrCat(asks_, ": NTLM", challenge.empty() ? "" : " ",
                                 absl::Base64Escape(challenge))},
                   "who are you?"));
  }

  const std::string asks_;
  const std::string answers_;
  const std::string refusal_;
  Mutex mutex_;
  std::map<int, std::string> logged_in_ ABSL_GUARDED_BY(mutex_);
  TestHttpServer server_;  // Last: its threads use all else.
};

TEST_F(CurlNtlmTest, LogsAConnectionIn) {
  NtlmServer server;
  const Answer answer = Get(server.http().Url("/"), Login(AuthSchemes::kNtlm));
  ASSERT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(answer->head->status, 200);
  EXPECT_EQ(answer->body, "\\ann on 0");
  EXPECT_EQ(server.http().requests().size(), 2u);
}

TEST_F(CurlNtlmTest, TheUserNameMayHaveADomain) {
  NtlmServer server;
  EXPECT_EQ(
      Get(server.http().Url("/"), Login(AuthSchemes::kNtlm, "LAB\\ann"))->body,
      "LAB\\ann on 0");
}

TEST_F(CurlNtlmTest, AConnectionIsLentToNobody) {
  NtlmServer server;
  const std::string url = server.http().Url("/");
  EXPECT_EQ(Get(url, Login(AuthSchemes::kNtlm, "ann"))->body, "\\ann on 0");
  EXPECT_EQ(Get(url)->head->status, 401);
  EXPECT_EQ(Get(url, Login(AuthSchemes::kNtlm, "bob"))->body, "\\bob on 2");
  EXPECT_EQ(Get(url, Login(AuthSchemes::kBasic, "ann"))->head->status, 401);
}

// Each handshake stays on its connection, however they are mixed.
TEST_F(CurlNtlmTest, ManyAtOnceAreEachLoggedIn) {
  NtlmServer server;
  std::vector<Answer> answers;
  for (int i = 0; i < 12; ++i) {
    answers.push_back(std::make_unique<Recorder>());
    Start(RequestFor(server.http().Url("/"),
                     Login(AuthSchemes::kNtlm, i % 2 == 0 ? "ann" : "bob")),
          answers.back().get());
  }
  for (int i = 0; i < 12; ++i) {
    answers[i]->Wait();
    ASSERT_TRUE(answers[i]->status.ok()) << answers[i]->status;
    EXPECT_TRUE(absl::StartsWith(answers[i]->body,
                                 i % 2 == 0 ? "\\ann on " : "\\bob on "))
        << answers[i]->body;
  }
}

TEST_F(CurlNtlmTest, AProxyMayAskForIt) {
  NtlmServer proxy(/*is_proxy=*/true);
  HttpSettings settings;
  settings.proxy_mode = ProxyMode::kOverride;
  settings.proxy_url = proxy.http().Url("");
  settings.proxy_credentials = {AuthSchemes::kNtlm | AuthSchemes::kBasic, "ann",
                                "pencil", ""};
  const Answer answer = Get("http://files.example/f", settings);
  ASSERT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(answer->head->status, 200);
  EXPECT_TRUE(absl::StartsWith(answer->body, "\\ann on ")) << answer->body;
}

// Offers what a test says, and takes what comes: the scheme is the body.
TestHttpServer::Script Offering(const std::vector<std::string>& offers) {
  return [offers](const Request& request, Connection& connection) {
    const std::string given = request.Header("Authorization");
    if (!given.empty()) {
      connection.Send(OkAnswer(given.substr(0, given.find(' '))));
      return;
    }
    std::vector<std::string> lines;
    for (const std::string& offer : offers) {
      lines.push_back(absl::StrCat("WWW-Authenticate: ", offer));
    }
    connection.Send(AnswerWith("401 Unauthorized", lines));
  };
}

TEST_F(CurlSchemesTest, TheSafestOfThoseOfferedIsUsed) {
  const std::string basic = "Basic realm=\"r\"";
  const std::string digest = "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"";
  TestHttpServer both(Offering({basic, digest}));
  TestHttpServer weak(Offering({basic}));
  const HttpSettings login =
      Login(AuthSchemes::kBasic | AuthSchemes::kDigest | AuthSchemes::kNtlm);
  EXPECT_EQ(Get(both.Url("/"), login)->body, "Digest");
  EXPECT_EQ(Get(weak.Url("/"), login)->body, "Basic");
  // A password is not sent to a server that has not asked.
  EXPECT_FALSE(both.requests()[0].Has("Authorization"));
  EXPECT_FALSE(weak.requests()[0].Has("Authorization"));
}

TEST_F(CurlSchemesTest, WhatTheLoginIsNotGoodForIsNotUsed) {
  TestHttpServer weak(Offering({"Basic realm=\"r\""}));
  const Answer answer =
      Get(weak.Url("/"), Login(AuthSchemes::kDigest | AuthSchemes::kNtlm));
  ASSERT_TRUE(answer->head.has_value());
  EXPECT_EQ(answer->head->status, 401);
  for (const Request& request : weak.requests()) {
    EXPECT_FALSE(request.Has("Authorization"));
  }
}

}  // namespace
}  // namespace convoy
