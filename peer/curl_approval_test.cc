// Jobs that approve the key of each server.

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "peer/curl_transport_testing.h"
#include "peer/server_certificates.h"
#include "peer/test_http_server.h"
#include "peer/test_nginx.h"

namespace convoy {
namespace {

using Connection = TestHttpServer::Connection;
using Request = TestHttpServer::Request;

const TestCertificate& One() {
  static const auto& made = *new TestCertificate(MakeTestCertificate("one"));
  return made;
}
const TestCertificate& Other() {
  static const auto& made = *new TestCertificate(MakeTestCertificate("other"));
  return made;
}

TestHttpServer::Tls TlsOf(const TestCertificate& certificate) {
  return {certificate.certificate_pem, certificate.key_pem, ""};
}

std::string KeyOf(const TestCertificate& certificate) {
  return ReadServerCertificates({certificate.certificate_pem}).key;
}

void SayTarget(const Request& request, Connection& connection) {
  connection.Send(OkAnswer(request.target));
}

class CurlApprovalTest : public CurlTransportTest {
 protected:
  // Of a job that trusts both certificates.
  static HttpSettings Approving(const std::vector<std::string>& approved,
                                const std::vector<std::string>& refused = {}) {
    HttpSettings settings;
    settings.ca_pem = One().certificate_pem + Other().certificate_pem;
    settings.certificate_approval = CertificateApproval{approved, refused};
    return settings;
  }
  static HttpSettings WithoutApproval() {
    HttpSettings settings = Approving({});
    settings.certificate_approval.reset();
    return settings;
  }
  static void ExpectNotApproved(const Recorder& answer,
                                const TestCertificate& certificate) {
    ExpectFailure(answer, v1::ERROR_REASON_SERVER_CERTIFICATE_NOT_APPROVED,
                  true);
    const v1::ErrorDetail detail = ErrorDetailOf(answer.status);
    const std::string key = KeyOf(certificate);
    EXPECT_EQ(detail.server_key(), key);
    EXPECT_TRUE(absl::StrContains(answer.status.message(), key))
        << answer.status;
    ASSERT_EQ(detail.server_certificates_size(), 1);
    EXPECT_EQ(
        detail.server_certificates(0),
        ReadServerCertificates({certificate.certificate_pem}).der.front());
  }
};

TEST_F(CurlApprovalTest, AnUnknownKeyGetsNoRequestAndIsTold) {
  TestHttpServer server(SayTarget, TlsOf(One()));
  ExpectNotApproved(*Get(server.Url("/"), Approving({})), One());
  ExpectNotApproved(*Get(server.Url("/"), Approving({KeyOf(Other())})), One());
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(CurlApprovalTest, TheKeyThatIsToldIsTheOneToApprove) {
  TestHttpServer server(SayTarget, TlsOf(One()));
  const Answer refused = Get(server.Url("/"), Approving({}));
  const std::string key = ErrorDetailOf(refused->status).server_key();
  const Answer answer = Get(server.Url("/f"), Approving({KeyOf(Other()), key}));
  EXPECT_TRUE(answer->status.ok()) << answer->status;
  EXPECT_EQ(answer->body, "/f");
}

TEST_F(CurlApprovalTest, ARefusedKeyIsNotTrusted) {
  TestHttpServer server(SayTarget, TlsOf(One()));
  const Answer answer =
      Get(server.Url("/"), Approving({KeyOf(Other())}, {KeyOf(One())}));
  ExpectFailure(*answer, v1::ERROR_REASON_TRUST_FAILURE, false);
  EXPECT_EQ(ErrorDetailOf(answer->status).server_key(), "");
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(CurlApprovalTest, TheOtherChecksStay) {
  TestHttpServer server(SayTarget, TlsOf(One()));
  HttpSettings settings = Approving({KeyOf(One())});
  settings.ca_pem = Other().certificate_pem;
  ExpectFailure(*Get(server.Url("/"), settings), v1::ERROR_REASON_TRUST_FAILURE,
                false);
  // Where the job leaves them out, the key is still looked at.
  settings.ignore_untrusted_chain = true;
  EXPECT_TRUE(Get(server.Url("/"), settings)->status.ok());
  settings.certificate_approval = CertificateApproval();
  ExpectNotApproved(*Get(server.Url("/"), settings), One());
  settings.ignore_host_name = true;
  ExpectNotApproved(*Get(server.Url("/"), settings), One());
}

TEST_F(CurlApprovalTest, ConnectionsAreKeptForJobsThatApproveTheSame) {
  TestHttpServer server(SayTarget, TlsOf(One()));
  const HttpSettings approving = Approving({KeyOf(One())});
  EXPECT_TRUE(Get(server.Url("/a"), approving)->status.ok());
  EXPECT_TRUE(Get(server.Url("/b"), approving)->status.ok());
  EXPECT_EQ(server.requests().back().connection, 0);
  // Nobody else gets that connection.
  ExpectNotApproved(*Get(server.Url("/c"), Approving({})), One());
  ExpectNotApproved(*Get(server.Url("/d"), Approving({KeyOf(Other())})), One());
  EXPECT_TRUE(Get(server.Url("/e"), WithoutApproval())->status.ok());
  EXPECT_NE(server.requests().back().connection, 0);
  // Nor does such a job get one of those that ask nobody.
  ExpectNotApproved(*Get(server.Url("/f"), Approving({})), One());
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST_F(CurlApprovalTest, EachServerOnTheWayMustBeApproved) {
  TestHttpServer target(SayTarget, TlsOf(Other()));
  TestHttpServer server(
      [&](const Request&, Connection& connection) {
        connection.Send(AnswerWith(
            "302 Found", {absl::StrCat("Location: ", target.Url("/end"))}));
      },
      TlsOf(One()));
  ExpectNotApproved(*Get(server.Url("/"), Approving({KeyOf(One())})), Other());
  EXPECT_TRUE(target.requests().empty());
  const Answer answer =
      Get(server.Url("/"), Approving({KeyOf(One()), KeyOf(Other())}));
  EXPECT_EQ(answer->body, "/end") << answer->status;
}

TEST_F(CurlApprovalTest, PlainHttpHasNoKey) {
  TestHttpServer server(SayTarget);
  EXPECT_EQ(Get(server.Url("/f"), Approving({}))->body, "/f");
}

TEST_F(CurlApprovalTest, ARealServersSessionsThatAreResumedTellTheKeyToo) {
  TestNginx nginx(One().certificate_pem, One().key_pem,
                  "keepalive_timeout 0; add_header X-Resumed "
                  "$ssl_session_reused always;");
  nginx.Write("f", "bytes");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Get(nginx.Url("/f"), Approving({KeyOf(One())}))->body, "bytes");
    ExpectNotApproved(*Get(nginx.Url("/f"), Approving({})), One());
  }
}

}  // namespace
}  // namespace convoy
