#include "peer/signature_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "peer/signature_testing.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TestSigner Signer(TestSigner::Kind kind) {
  TestSigner::Wish wish;
  wish.kind = kind;
  return MakeTestSigner(wish);
}

TestSigner Rsa(int bits) {
  TestSigner::Wish wish;
  wish.kind = TestSigner::Kind::kRsa;
  wish.rsa_bits = bits;
  return MakeTestSigner(wish);
}

TestSigner Curve(const std::string& name) {
  TestSigner::Wish wish;
  wish.kind = TestSigner::Kind::kEc;
  wish.curve = name;
  return MakeTestSigner(wish);
}

VerifyingKey Public(const std::string& pem) {
  auto keys = VerifyingKey::ReadAll(pem);
  EXPECT_TRUE(keys.ok()) << keys.status();
  return keys->at(0);
}

std::string Refusal(const std::string& pem) {
  return std::string(VerifyingKey::ReadAll(pem).status().message());
}

std::string PrivateRefusal(const std::string& pem) {
  const auto key = SigningKey::Read(pem);
  return key.ok() ? "" : std::string(key.status().message());
}

constexpr TestSigner::Kind kKinds[] = {
    TestSigner::Kind::kEd25519, TestSigner::Kind::kEc, TestSigner::Kind::kRsa};

TEST(SignatureKeyTest, WhatIsSignedIsVerifiedByThisKeyAlone) {
  std::vector<TestSigner> signers;
  std::vector<std::string> signatures;
  for (const TestSigner::Kind kind : kKinds) {
    signers.push_back(Signer(kind));
    const auto key = SigningKey::Read(signers.back().private_pem);
    ASSERT_TRUE(key.ok()) << key.status();
    const auto signature = key->Sign("bytes");
    ASSERT_TRUE(signature.ok()) << signature.status();
    EXPECT_TRUE(key->Verifies("bytes", *signature));
    signatures.push_back(*signature);
  }
  for (std::size_t i = 0; i < signers.size(); ++i) {
    for (const std::string& pem :
         {signers[i].public_pem, signers[i].certificate_pem}) {
      const VerifyingKey key = Public(pem);
      for (std::size_t j = 0; j < signatures.size(); ++j) {
        EXPECT_EQ(key.Verifies("bytes", signatures[j]), i == j) << i << j;
      }
      std::string wrong = signatures[i];
      wrong.back() ^= 1;
      EXPECT_FALSE(key.Verifies("bytes", wrong));
      EXPECT_FALSE(key.Verifies("Bytes", signatures[i]));
      EXPECT_FALSE(key.Verifies("bytes", signatures[i] + "x"));
      EXPECT_FALSE(key.Verifies("bytes", ""));
    }
  }
}

// So that what is published again stays as it is.
TEST(SignatureKeyTest, RsaAndEd25519SignAlike) {
  for (const TestSigner::Kind kind :
       {TestSigner::Kind::kEd25519, TestSigner::Kind::kRsa}) {
    const auto key = SigningKey::Read(Signer(kind).private_pem);
    EXPECT_EQ(*key->Sign("bytes"), *key->Sign("bytes"));
  }
}

TEST(VerifyingKeyTest, AFileMayHoldSeveralOfBothKindsAndWords) {
  const TestSigner one = Signer(TestSigner::Kind::kEc);
  const TestSigner two = Signer(TestSigner::Kind::kEd25519);
  const auto keys = VerifyingKey::ReadAll(
      absl::StrCat("# The depot.\n", one.certificate_pem, "\nthe next\n",
                   two.public_pem, one.public_pem));
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->size(), 3u);
  EXPECT_EQ((*keys)[0].certificate(), one.certificate_der);
  EXPECT_EQ((*keys)[0].name(), "test signer");
  EXPECT_EQ((*keys)[0].begin(), absl::FromUnixSeconds(0));
  EXPECT_EQ((*keys)[0].end(), absl::FromUnixSeconds(4'000'000'000));
  EXPECT_EQ((*keys)[1].certificate(), "");
  EXPECT_THAT((*keys)[1].name(), MatchesRegex("key [0-9a-f]{16}"));
  EXPECT_EQ((*keys)[1].begin(), absl::InfinitePast());
  EXPECT_EQ((*keys)[1].end(), absl::InfiniteFuture());
  EXPECT_NE((*keys)[1].name(), (*keys)[2].name());
}

TEST(VerifyingKeyTest, ACertificateWithoutANameGoesByItsKey) {
  TestSigner::Wish wish;
  wish.name = "";
  const TestSigner signer = MakeTestSigner(wish);
  EXPECT_EQ(Public(signer.certificate_pem).name(),
            Public(signer.public_pem).name());
}

TEST(VerifyingKeyTest, WhatIsWeakOrOfAnotherKindIsRefused) {
  EXPECT_EQ(Refusal(Rsa(1024).public_pem),
            "has an RSA key of 1024 bits; allowed: 2048 to 8192");
  EXPECT_EQ(Refusal(Rsa(1024).certificate_pem),
            "has an RSA key of 1024 bits; allowed: 2048 to 8192");
  EXPECT_EQ(Refusal(Rsa(2048).public_pem), "");
  EXPECT_EQ(Refusal(Curve("P-192").public_pem),
            "has an EC key of 192 bits, which is too weak; P-256 is not");
  EXPECT_EQ(Refusal(Curve("P-384").public_pem), "");
  EXPECT_EQ(Refusal(Signer(TestSigner::Kind::kEd448).public_pem),
            "has a key that is neither RSA, nor EC, nor Ed25519");
}

TEST(VerifyingKeyTest, WhatIsNoListOfKeysIsRefused) {
  const TestSigner signer = MakeTestSigner();
  EXPECT_EQ(Refusal(""), "has no PEM certificate or public key");
  EXPECT_EQ(Refusal("text"), "has no PEM certificate or public key");
  EXPECT_EQ(Refusal(signer.private_pem),
            "has a private key; only certificates and public keys belong "
            "there");
  EXPECT_EQ(Refusal("-----BEGIN X-----\nAAAA\n-----END X-----\n"),
            "has a block \"X\"; allowed: CERTIFICATE and PUBLIC KEY");
  EXPECT_EQ(
      Refusal("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
      "has a key that cannot be read");
  EXPECT_EQ(
      Refusal("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
      "has a certificate that cannot be read");
  // The second one is cut off: the first does not stand for it.
  EXPECT_EQ(Refusal(signer.public_pem + signer.public_pem.substr(0, 60)),
            "has a PEM block that cannot be read");
}

TEST(SigningKeyTest, TakesTheCertificateBesideIt) {
  const TestSigner signer = MakeTestSigner();
  const auto bare = SigningKey::Read(signer.private_pem);
  ASSERT_TRUE(bare.ok()) << bare.status();
  EXPECT_EQ(bare->certificate(), "");
  EXPECT_EQ(bare->common_name(), "");
  for (const std::string& pem : {signer.private_pem + signer.certificate_pem,
                                 signer.certificate_pem + signer.private_pem}) {
    const auto key = SigningKey::Read(pem);
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(key->certificate(), signer.certificate_der);
    EXPECT_EQ(key->common_name(), "test signer");
  }
  EXPECT_EQ(
      PrivateRefusal(signer.private_pem + MakeTestSigner().certificate_pem),
      "has a certificate of another key");
}

TEST(SigningKeyTest, WhatCannotSignIsRefused) {
  const TestSigner signer = MakeTestSigner();
  EXPECT_EQ(PrivateRefusal(""), "has no PEM private key");
  EXPECT_EQ(PrivateRefusal(signer.public_pem), "has no PEM private key");
  EXPECT_EQ(PrivateRefusal(signer.certificate_pem), "has no PEM private key");
  EXPECT_THAT(PrivateRefusal(signer.encrypted_pem),
              HasSubstr("a private key with a passphrase"));
  EXPECT_THAT(PrivateRefusal(Rsa(1024).private_pem), HasSubstr("1024 bits"));
  EXPECT_THAT(PrivateRefusal(Signer(TestSigner::Kind::kEd448).private_pem),
              HasSubstr("neither RSA"));
}

}  // namespace
}  // namespace convoy
