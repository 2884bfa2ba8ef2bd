// Checks of a server's certificate chain that a job leaves out, one by one.

#include <string>

#include "gtest/gtest.h"
#include "peer/curl_transport_testing.h"
#include "peer/test_http_server.h"

namespace convoy {
namespace {

using Connection = TestHttpServer::Connection;
using Request = TestHttpServer::Request;

const TestCertificate& Authority() {
  static const auto& made = *new TestCertificate(MakeTestCertificate("ca"));
  return made;
}

class CurlChainTest : public CurlTransportTest {
 protected:
  static TestHttpServer::Script Answering() {
    return [](const Request&, Connection& connection) {
      connection.Send(OkAnswer("in"));
    };
  }
  static TestHttpServer::Tls Showing(const TestCertificate& certificate) {
    return {certificate.certificate_pem, certificate.key_pem, ""};
  }
  // Of a job that trusts Authority(), or nobody that is there.
  static HttpSettings Job(const ChainChecks& checks, bool trusts = true) {
    HttpSettings settings;
    settings.ca_pem = trusts ? Authority().certificate_pem
                             : MakeTestCertificate("other").certificate_pem;
    settings.chain_checks = checks;
    return settings;
  }
  // "in", or "" where the server is not trusted.
  std::string Ask(const TestHttpServer& server, const HttpSettings& settings) {
    const Answer answer = Get(server.Url("/"), settings);
    if (!answer->status.ok()) {
      ExpectFailure(*answer, v1::ERROR_REASON_TRUST_FAILURE, false);
    }
    return answer->body;
  }
};

const ChainChecks kAll = {};
const ChainChecks kNoCa = {true, false, false};
const ChainChecks kNoDates = {false, true, false};
const ChainChecks kNoUsage = {false, false, true};
const ChainChecks kNoCaAndDates = {true, true, false};

TEST_F(CurlChainTest, DatesAloneAreLeftOut) {
  TestHttpServer expired(Answering(), Showing(MakeIssuedCertificate(
                                          Authority(), -absl::Hours(1))));
  EXPECT_EQ(Ask(expired, Job(kAll)), "");
  EXPECT_EQ(Ask(expired, Job(kNoDates)), "in");
  EXPECT_EQ(Ask(expired, Job(kNoUsage)), "");
  EXPECT_EQ(Ask(expired, Job(kNoCa)), "");
  // Who signed it is checked all the same.
  EXPECT_EQ(Ask(expired, Job(kNoDates, false)), "");
  EXPECT_EQ(Ask(expired, Job(kNoCaAndDates, false)), "in");
}

TEST_F(CurlChainTest, AnUnknownAuthorityAloneIsLeftOut) {
  TestHttpServer server(
      Answering(), Showing(MakeIssuedCertificate(Authority(), absl::Hours(1))));
  EXPECT_EQ(Ask(server, Job(kAll, false)), "");
  EXPECT_EQ(Ask(server, Job(kNoCa, false)), "in");
  EXPECT_EQ(Ask(server, Job(kNoDates, false)), "");
  TestHttpServer self_signed(Answering(), Showing(MakeTestCertificate("self")));
  EXPECT_EQ(Ask(self_signed, Job(kNoCa, false)), "in");
}

TEST_F(CurlChainTest, TheUsageAloneIsLeftOut) {
  TestHttpServer client(
      Answering(), Showing(MakeIssuedCertificate(Authority(), absl::Hours(1),
                                                 "clientAuth")));
  EXPECT_EQ(Ask(client, Job(kAll)), "");
  EXPECT_EQ(Ask(client, Job(kNoUsage)), "in");
  EXPECT_EQ(Ask(client, Job(kNoDates)), "");
  EXPECT_EQ(Ask(client, Job(kNoUsage, false)), "");
}

TEST_F(CurlChainTest, TheHostIsCheckedAllTheSame) {
  const TestCertificate other = MakeTestCertificate("o", "DNS:other.example");
  TestHttpServer server(Answering(), Showing(other));
  EXPECT_EQ(Ask(server, Job({true, true, true}, false)), "");
}

// Neither the connection nor its session is for those who would refuse it.
TEST_F(CurlChainTest, WhatWasLetThroughIsLentToNobody) {
  TestHttpServer expired(Answering(), Showing(MakeIssuedCertificate(
                                          Authority(), -absl::Hours(1))));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Ask(expired, Job(kNoDates)), "in");
    EXPECT_EQ(Ask(expired, Job(kAll)), "");
  }
}

}  // namespace
}  // namespace convoy
