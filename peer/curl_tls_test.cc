// TLS: whom the transport trusts, what it shows, and HTTP/2.

#include <netinet/in.h>
#include <sys/socket.h>

#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"
#include "peer/curl_transport_testing.h"
#include "peer/test_http_server.h"
#include "peer/test_nginx.h"

namespace convoy {
namespace {

using Connection = TestHttpServer::Connection;
using Request = TestHttpServer::Request;
using CurlTlsTest = CurlTransportTest;
using CurlHttp2Test = CurlTransportTest;

const TestCertificate& ServerCertificate() {
  static const auto& made = *new TestCertificate(MakeTestCertificate("server"));
  return made;
}

TestHttpServer::Tls ServerTls(const std::string& client_ca_pem = "") {
  return {ServerCertificate().certificate_pem, ServerCertificate().key_pem,
          client_ca_pem};
}

HttpSettings Trusting(const std::string& ca_pem) {
  HttpSettings settings;
  settings.ca_pem = ca_pem;
  return settings;
}
HttpSettings Trusting() {
  return Trusting(ServerCertificate().certificate_pem);
}
HttpSettings TrustingWithClient(const std::string& certificate_pem,
                                const std::string& key_pem) {
  HttpSettings settings = Trusting();
  settings.client_certificate_pem = certificate_pem;
  settings.client_key_pem = key_pem;
  return settings;
}

void SayTarget(const Request& request, Connection& connection) {
  connection.Send(OkAnswer(request.target));
}

std::string HeaderOf(const Recorder& answer, absl::string_view name) {
  if (!answer.head) return "";
  for (const HttpHeader& header : answer.head->headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

// Takes one connection, reads what comes first, says `answer`, and closes.
class OneAnswer {
 public:
  explicit OneAnswer(const std::string& answer)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_.get(), generic, size), 0);
    EXPECT_EQ(::listen(listener_.get(), 8), 0);
    EXPECT_EQ(::getsockname(listener_.get(), generic, &size), 0);
    url_ = absl::StrCat("https://127.0.0.1:", ntohs(address.sin_port), "/");
    thread_ = std::thread([this, answer] {
      const UniqueFd socket(::accept(listener_.get(), nullptr, nullptr));
      char buffer[4096];
      EXPECT_GT(::recv(socket.get(), buffer, sizeof(buffer), 0), 0);
      ::send(socket.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    });
  }
  ~OneAnswer() { thread_.join(); }
  const std::string& url() const { return url_; }

 private:
  UniqueFd listener_;
  std::string url_;
  std::thread thread_;
};

TEST_F(CurlTlsTest, TrustsNobodyUnknown) {
  TestHttpServer server(SayTarget, ServerTls());
  const Answer answer = Get(server.Url("/"));
  ExpectFailure(*answer, v1::ERROR_REASON_TRUST_FAILURE, false);
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(CurlTlsTest, TrustsTheCertificatesOfTheJobAndKeepsTheConnection) {
  TestHttpServer server(SayTarget, ServerTls());
  for (int i = 0; i < 50; ++i) {
    const std::string path = absl::StrCat("/", i);
    const Answer answer = Get(server.Url(path), Trusting());
    ASSERT_EQ(answer->body, path) << answer->status;
  }
  EXPECT_EQ(server.connection_count(), 1);
  // Another job, which trusts somebody else, cannot use that connection.
  const TestCertificate other = MakeTestCertificate("other");
  ExpectFailure(*Get(server.Url("/"), Trusting(other.certificate_pem)),
                v1::ERROR_REASON_TRUST_FAILURE, false);
}

TEST_F(CurlTlsTest, RefusesCertificatesOfOtherHosts) {
  const TestCertificate other =
      MakeTestCertificate("127.0.0.1", "DNS:other.example");
  TestHttpServer server(SayTarget, {other.certificate_pem, other.key_pem, ""});
  ExpectFailure(*Get(server.Url("/"), Trusting(other.certificate_pem)),
                v1::ERROR_REASON_TRUST_FAILURE, false);
}

TEST_F(CurlTlsTest, TrustsTheConfiguredFileUnlessTheJobHasItsOwn) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/ca.pem");
  std::ofstream(path) << ServerCertificate().certificate_pem;
  limits().ca_file = path;
  TestHttpServer server(SayTarget, ServerTls());
  EXPECT_EQ(Get(server.Url("/configured"))->body, "/configured");
  const TestCertificate other = MakeTestCertificate("other");
  ExpectFailure(*Get(server.Url("/"), Trusting(other.certificate_pem)),
                v1::ERROR_REASON_TRUST_FAILURE, false);
}

TEST_F(CurlTlsTest, ReportsCertificateFilesThatCannotBeUsed) {
  limits().ca_file = "/nonexistent/ca.pem";
  TestHttpServer server(SayTarget, ServerTls());
  ExpectFailure(*Get(server.Url("/")), v1::ERROR_REASON_SECURE_CHANNEL_FAILURE,
                false);
  ExpectFailure(*Get(server.Url("/"), Trusting("no PEM at all")),
                v1::ERROR_REASON_SECURE_CHANNEL_FAILURE, false);
  ExpectFailure(*Get(server.Url("/"), TrustingWithClient("no PEM", "at all")),
                v1::ERROR_REASON_SECURE_CHANNEL_FAILURE, false);
}

TEST_F(CurlTlsTest, LeavesOutOnlyTheCheckThatTheJobNames) {
  const TestCertificate other =
      MakeTestCertificate("127.0.0.1", "DNS:other.example");
  TestHttpServer server(SayTarget, {other.certificate_pem, other.key_pem, ""});
  HttpSettings no_chain;
  no_chain.ignore_untrusted_chain = true;
  ExpectFailure(*Get(server.Url("/"), no_chain), v1::ERROR_REASON_TRUST_FAILURE,
                false);
  HttpSettings no_host = Trusting(other.certificate_pem);
  no_host.ignore_host_name = true;
  EXPECT_EQ(Get(server.Url("/trusted"), no_host)->body, "/trusted");
  HttpSettings neither;
  neither.ignore_untrusted_chain = true;
  neither.ignore_host_name = true;
  EXPECT_EQ(Get(server.Url("/any"), neither)->body, "/any");
  // The connection that one of them has left open is not for others.
  ExpectFailure(*Get(server.Url("/")), v1::ERROR_REASON_TRUST_FAILURE, false);
}

TEST_F(CurlTlsTest, WantsProofThatACertificateIsNotRevoked) {
  TestHttpServer server(SayTarget, ServerTls());
  HttpSettings settings = Trusting();
  settings.check_revocation = true;
  // This server staples no OCSP answer.
  ExpectFailure(*Get(server.Url("/"), settings), v1::ERROR_REASON_TRUST_FAILURE,
                false);
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(CurlTlsTest, TheConfiguredCertificateStandsInWhereAJobNamesNone) {
  const TestCertificate client = MakeTestCertificate("client");
  const std::string path = absl::StrCat(::testing::TempDir(), "/client.pem");
  std::ofstream(path) << client.certificate_pem << client.key_pem;
  limits().client_certificate_file = path;
  TestHttpServer server(SayTarget, ServerTls(client.certificate_pem));
  EXPECT_EQ(Get(server.Url("/shown"), Trusting())->body, "/shown");
  HttpSettings without = Trusting();
  without.default_client_certificate = false;
  EXPECT_FALSE(Get(server.Url("/"), without)->status.ok());
}

TEST_F(CurlTlsTest, ShowsTheJobsCertificate) {
  const TestCertificate client = MakeTestCertificate("client of the job");
  TestHttpServer server(SayTarget, ServerTls(client.certificate_pem));
  const HttpSettings settings =
      TrustingWithClient(client.certificate_pem, client.key_pem);
  Answer answer = Get(server.Url("/"), settings);
  EXPECT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(server.requests()[0].client_name, "client of the job");

  // One file for both.
  answer = Get(server.Url("/"),
               TrustingWithClient(client.key_pem + client.certificate_pem, ""));
  EXPECT_TRUE(answer->status.ok()) << answer->status;

  ExpectFailure(*Get(server.Url("/"), Trusting()),
                v1::ERROR_REASON_SECURE_CHANNEL_FAILURE, false);
}

TEST_F(CurlTlsTest, ACertificateWithoutItsKeyBorrowsNoConnection) {
  const TestCertificate client = MakeTestCertificate("client");
  const TestCertificate thief = MakeTestCertificate("thief");
  TestHttpServer server(SayTarget, ServerTls(client.certificate_pem));
  EXPECT_TRUE(Get(server.Url("/"),
                  TrustingWithClient(client.certificate_pem, client.key_pem))
                  ->status.ok());
  for (const std::string& key : {thief.key_pem, std::string()}) {
    ExpectFailure(*Get(server.Url("/stolen"),
                       TrustingWithClient(client.certificate_pem, key)),
                  v1::ERROR_REASON_SECURE_CHANNEL_FAILURE, false);
  }
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(CurlTlsTest, TheJobsCertificateStaysAtItsOwnOrigin) {
  const TestCertificate client = MakeTestCertificate("client");
  TestHttpServer other(SayTarget, ServerTls(client.certificate_pem));
  TestHttpServer own(
      [&](const Request&, Connection& connection) {
        connection.Send(AnswerWith(
            "302 Found", {absl::StrCat("Location: ", other.Url("/"))}));
      },
      ServerTls(client.certificate_pem));
  const HttpSettings settings =
      TrustingWithClient(client.certificate_pem, client.key_pem);
  ExpectFailure(*Get(own.Url("/"), settings),
                v1::ERROR_REASON_SECURE_CHANNEL_FAILURE, false);
  EXPECT_TRUE(other.requests().empty());
  EXPECT_TRUE(Get(other.Url("/"), settings)->status.ok());
}

TEST_F(CurlTlsTest, FollowsToPlainHttpOnlyIfJobAndConfigurationAllow) {
  TestHttpServer plain(SayTarget);
  TestHttpServer secure(
      [&](const Request&, Connection& connection) {
        connection.Send(AnswerWith(
            "302 Found", {absl::StrCat("Location: ", plain.Url("/plain"))}));
      },
      ServerTls());
  HttpSettings settings = Trusting();
  settings.server_credentials = {AuthSchemes::kBasic, "user", "sesame", ""};
  ExpectFailure(*Get(secure.Url("/"), settings),
                v1::ERROR_REASON_REDIRECT_REFUSED, false);
  EXPECT_TRUE(plain.requests().empty());

  settings.redirect_policy = RedirectPolicy::kFollowInsecure;
  const Answer answer = Get(secure.Url("/"), settings);
  EXPECT_EQ(answer->body, "/plain") << answer->status;
  ASSERT_EQ(plain.requests().size(), 1u);
  EXPECT_FALSE(plain.requests()[0].Has("Authorization"));

  StopTransport();
  limits().allow_https_to_http = false;
  const Answer refused = Get(secure.Url("/"), settings);
  ExpectFailure(*refused, v1::ERROR_REASON_REDIRECT_REFUSED, false);
  EXPECT_EQ(GetErrorDetail(refused->status)->policy(),
            "http.allow_https_to_http");
  EXPECT_EQ(plain.requests().size(), 1u);
}

TEST_F(CurlTlsTest, ReportsHandshakesThatDoNotEnd) {
  // Busy servers cut handshakes; those who speak something else never finish
  // one.
  OneAnswer cut("");
  ExpectFailure(*Get(cut.url()), v1::ERROR_REASON_CONNECTION_CLOSED, true);
  OneAnswer plain("HTTP/1.1 400 Bad Request\r\n\r\n");
  ExpectFailure(*Get(plain.url()), v1::ERROR_REASON_SECURE_CHANNEL_FAILURE,
                false);
}

TEST_F(CurlTlsTest, AnEndWithoutGoodbyeIsNoWholeAnswer) {
  TestHttpServer server(
      [](const Request& request, Connection& connection) {
        connection.Send("HTTP/1.0 200 OK\r\n\r\nbytes");
        if (request.target == "/cut") {
          connection.Cut();
        } else {
          connection.Close();
        }
      },
      ServerTls());
  ExpectFailure(*Get(server.Url("/cut"), Trusting()),
                v1::ERROR_REASON_CONNECTION_CLOSED, true);
  const Answer whole = Get(server.Url("/close"), Trusting());
  EXPECT_TRUE(whole->status.ok()) << whole->status;
  EXPECT_EQ(whole->body, "bytes");
}

constexpr char kTellAboutConnection[] = R"(
    add_header X-Protocol $server_protocol always;
    add_header X-Connection $connection always;
    add_header X-Resumed $ssl_session_reused always;
    location /slow { limit_rate 200k; }
    location /moved { return 302 /f; }
)";

std::unique_ptr<TestNginx> StartNginx() {
  return std::make_unique<TestNginx>(ServerCertificate().certificate_pem,
                                     ServerCertificate().key_pem,
                                     kTellAboutConnection);
}

TEST_F(CurlHttp2Test, SpeaksItAndKeepsTheConnection) {
  const auto nginx = StartNginx();
  nginx->Write("f", "0123456789");
  std::string first_connection;
  for (int i = 0; i < 100; ++i) {
    OriginRequest request = RequestFor(nginx->Url("/moved"), Trusting());
    request.range = ByteRange{2, 3};
    const Answer answer = Fetch(request);
    ASSERT_TRUE(answer->status.ok()) << answer->status;
    EXPECT_EQ(answer->head->status, 206);
    EXPECT_EQ(answer->head->content_range, (ByteRange{2, 3}));
    EXPECT_EQ(answer->head->complete_length, 10);
    EXPECT_EQ(answer->head->validator.etag.substr(0, 1), "\"");
    EXPECT_EQ(answer->head->effective_url, nginx->Url("/f"));
    EXPECT_EQ(answer->body, "234");
    EXPECT_EQ(HeaderOf(*answer, "x-protocol"), "HTTP/2.0");
    if (i == 0) first_connection = HeaderOf(*answer, "x-connection");
    EXPECT_EQ(HeaderOf(*answer, "x-connection"), first_connection);
  }
}

TEST_F(CurlHttp2Test, ResumesTlsSessionsOnNewConnections) {
  const auto nginx = StartNginx();
  nginx->Write("slow", std::string(1 << 20, 's'));
  nginx->Write("f", "x");
  Recorder busy;
  Event first_bytes;
  busy.on_body = [&](absl::string_view) {
    first_bytes.Set();
    return absl::OkStatus();
  };
  const auto id = Start(RequestFor(nginx->Url("/slow"), Trusting()), &busy);
  first_bytes.Wait();
  const Answer second = Get(nginx->Url("/f"), Trusting());
  OnLoop([&] { transport().Cancel(id); });
  EXPECT_EQ(HeaderOf(busy, "x-resumed"), ".");
  EXPECT_EQ(HeaderOf(*second, "x-resumed"), "r");
  EXPECT_NE(HeaderOf(busy, "x-connection"), HeaderOf(*second, "x-connection"));
}

TEST_F(CurlHttp2Test, APausedRequestHoldsUpNoOther) {
  const auto nginx = StartNginx();
  const std::string body(8 << 20, 'b');
  nginx->Write("f", body);
  Recorder paused;
  OriginTransport::RequestId id = 0;
  Event pause;
  paused.on_body = [&](absl::string_view bytes) {
    if (paused.body.size() == bytes.size()) {  // The first ones.
      transport().SetPaused(id, true);
      pause.Set();
    }
    return absl::OkStatus();
  };
  OnLoop([&] {
    id = transport().Start(RequestFor(nginx->Url("/f"), Trusting()), &paused);
  });
  pause.Wait();
  for (int i = 0; i < 4; ++i) {
    const Answer other = Get(nginx->Url("/f"), Trusting());
    EXPECT_TRUE(other->status.ok()) << other->status;
    EXPECT_TRUE(other->body == body);
    EXPECT_EQ(HeaderOf(*other, "x-protocol"), "HTTP/2.0");
  }
  OnLoop([&] {
    paused.on_body = nullptr;
    transport().SetPaused(id, false);
  });
  paused.Wait();
  EXPECT_TRUE(paused.status.ok()) << paused.status;
  EXPECT_TRUE(paused.body == body);
}

TEST_F(CurlHttp2Test, CancelsOneOfMany) {
  const auto nginx = StartNginx();
  nginx->Write("slow", std::string(1 << 20, 's'));
  nginx->Write("f", "fast");
  std::vector<Answer> answers;
  std::vector<OriginTransport::RequestId> ids;
  OnLoop([&] {
    for (int i = 0; i < 8; ++i) {
      answers.push_back(std::make_unique<Recorder>());
      ids.push_back(transport().Start(
          RequestFor(nginx->Url(i < 4 ? "/slow" : "/f"), Trusting()),
          answers.back().get()));
    }
  });
  for (int i = 4; i < 8; ++i) {
    answers[i]->Wait();
    EXPECT_EQ(answers[i]->body, "fast") << answers[i]->status;
  }
  OnLoop([&] {
    for (int i = 0; i < 4; ++i) transport().Cancel(ids[i]);
  });
  OnLoop([] {});
  EXPECT_EQ(Get(nginx->Url("/f"), Trusting())->body, "fast");
}

}  // namespace
}  // namespace convoy
