#include "peer/server_certificates.h"

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

constexpr char kBody[] =
    "MIIBdDCCARugAwIBAgIUVHZkJ0A7klcRh0wKx9t61ox41JgwCgYIKoZIzj0EAwIw\n"
    "DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjYyMDU4MzhaGA8yMTI2MTEwMjIwNTgz\n"
    "OFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABG/f\n"
    "MwgDrnzyEakOmtzA62GOHtvc4jjASPGPkSLuww9ouQGKU7Nrj/uJCzpxgKJBmmqi\n"
    "EPMKTDJaiwMazEN6PwejUzBRMB0GA1UdDgQWBBSFyWTqElMifFHIjiLh0xeKxXar\n"
    "FDAfBgNVHSMEGDAWgBSFyWTqElMifFHIjiLh0xeKxXarFDAPBgNVHRMBAf8EBTAD\n"
    "AQH/MAoGCCqGSM49BAMCA0cAMEQCIDNOj+d5HqJz08ljQ4gtdm4sY4IInFJ8hNLp\n"
    "HPfg6wvxAiAOV2eiW0fkPdIwtMLSo9AZDOCLYDpTZzaos6CvgDkI7A==\n";

// openssl x509 -pubkey -noout | openssl pkey -pubin -outform der |
// openssl dgst -sha256 -binary | base64
constexpr char kKey[] = "fbvlSW42HfTf685La+ewXiEP49YHg++CIRuaa0Q0C6M=";

std::string Pem() {
  return std::string("-----BEGIN CERTIFICATE-----\n") + kBody +
         "-----END CERTIFICATE-----\n";
}

TEST(ServerCertificatesTest, TellsTheKeyAndTheCertificatesAsDer) {
  std::string der;
  ASSERT_TRUE(absl::Base64Unescape(kBody, &der));
  const ServerCertificates read = ReadServerCertificates({Pem(), Pem()});
  EXPECT_EQ(read.key, kKey);
  EXPECT_EQ(read.der, (std::vector<std::string>{der, der}));
}

TEST(ServerCertificatesTest, KeepsTo16KiB) {
  const ServerCertificates read =
      ReadServerCertificates(std::vector<std::string>(100, Pem()));
  EXPECT_EQ(read.key, kKey);
  ASSERT_FALSE(read.der.empty());
  const std::size_t size = read.der[0].size();
  EXPECT_EQ(read.der.size(), 16 * 1024 / size);
}

TEST(ServerCertificatesTest, WhatCannotBeReadIsLeftOut) {
  EXPECT_EQ(ReadServerCertificates({}).key, "");
  EXPECT_EQ(ReadServerCertificates({"nonsense", Pem()}).key, "");
  EXPECT_TRUE(ReadServerCertificates({"nonsense", Pem()}).der.empty());
  const ServerCertificates read =
      ReadServerCertificates({Pem(), "nonsense", Pem()});
  EXPECT_EQ(read.key, kKey);
  EXPECT_EQ(read.der.size(), 1u);
}

}  // namespace
}  // namespace convoy
