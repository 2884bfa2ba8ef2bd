#include "peer/trusted_signers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "peer/content_testing.h"
#include "peer/manifest.h"
#include "peer/signature_testing.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

class TrustedSignersTest : public ::testing::Test {
 protected:
  TrustedSignersTest() : info_((*ReadManifest(metainfo_))->info()) {}

  static TestSigner Named(const std::string& name) {
    TestSigner::Wish wish;
    wish.name = name;
    return MakeTestSigner(wish);
  }

  // `entries`: bencoded names and signatures.
  Manifest Signed(const std::string& entries) const {
    const auto manifest = ReadManifest(
        WithSignatures(metainfo_, absl::StrCat("d", entries, "e")));
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    return **manifest;
  }

  // Who signed it, or why nobody did, by those whom `pem` names.
  static std::string Check(const Manifest& manifest, const std::string& pem,
                           absl::Time now = kNow) {
    const auto signers = TrustedSigners::Read(pem);
    EXPECT_TRUE(signers.ok()) << signers.status();
    const TrustedSigners::Verdict verdict = (*signers)->Check(manifest, now);
    EXPECT_NE(verdict.signer.empty(), verdict.why_not.empty());
    return verdict.signer.empty() ? verdict.why_not
                                  : absl::StrCat("signer: ", verdict.signer);
  }

  const std::string metainfo_ = TestMetainfo(std::string(1000, 'x'));
  const std::string info_;
  const TestSigner depot_ = Named("depot");
  const TestSigner other_ = Named("other");
};

TEST_F(TrustedSignersTest, BelievesWhomTheFileNames) {
  for (const TestSigner::Kind kind :
       {TestSigner::Kind::kEd25519, TestSigner::Kind::kEc,
        TestSigner::Kind::kRsa}) {
    TestSigner::Wish wish;
    wish.kind = kind;
    wish.name = "release";
    const TestSigner signer = MakeTestSigner(wish);
    const Manifest manifest = Signed(SignatureEntry("x", signer, info_));
    EXPECT_EQ(Check(manifest, signer.certificate_pem), "signer: release");
    EXPECT_THAT(Check(manifest, signer.public_pem), StartsWith("signer: key "));
    EXPECT_EQ(Check(manifest, other_.public_pem + signer.certificate_pem),
              "signer: release");
    EXPECT_EQ(Check(manifest, other_.certificate_pem),
              "it is signed by x, who is not in swarm.signers_file");
  }
}

TEST_F(TrustedSignersTest, WithoutASignatureNobodyIsBelieved) {
  EXPECT_EQ(Check(**ReadManifest(metainfo_), depot_.public_pem),
            "it bears no signature");
  EXPECT_EQ(Check(Signed(""), depot_.public_pem), "it bears no signature");
}

TEST_F(TrustedSignersTest, ASignatureOfOtherBytesDoesNotMatch) {
  const auto other_file = ReadManifest(TestMetainfo(std::string(1000, 'y')));
  const std::string another((*other_file)->info());
  EXPECT_EQ(Check(Signed(SignatureEntry("depot", depot_, another)),
                  depot_.certificate_pem),
            "its signature by depot does not match");
  // As the certificate in the manifest says; it does not count for more.
  const std::string claimed =
      absl::StrCat("1:xd11:certificate", depot_.certificate_der.size(), ":",
                   depot_.certificate_der, "9:signature3:abce");
  EXPECT_EQ(Check(Signed(claimed), depot_.certificate_pem),
            "its signature by x does not match");
  EXPECT_EQ(Check(Signed(claimed), other_.certificate_pem),
            "it is signed by x, who is not in swarm.signers_file");
}

TEST_F(TrustedSignersTest, TheCertificateInTheManifestIsNoProof) {
  std::string entry = SignatureEntry("depot", other_, info_);
  entry.insert(entry.find("9:signature"),
               absl::StrCat("11:certificate", other_.certificate_der.size(),
                            ":", other_.certificate_der));
  EXPECT_EQ(Check(Signed(entry), depot_.certificate_pem),
            "its signature by depot does not match");
  EXPECT_EQ(Check(Signed(entry), other_.certificate_pem), "signer: other");
}

TEST_F(TrustedSignersTest, TheSignaturesOwnInfoIsSignedToo) {
  const std::string own = "d4:notei7ee";
  const std::string entry = SignatureEntry("depot", depot_, info_, own);
  EXPECT_EQ(Check(Signed(entry), depot_.certificate_pem), "signer: depot");
  std::string changed = entry;
  changed.replace(changed.find("i7e"), 3, "i8e");
  EXPECT_EQ(Check(Signed(changed), depot_.certificate_pem),
            "its signature by depot does not match");
  std::string without = entry;
  without.erase(without.find("4:info"), 6 + own.size());
  EXPECT_EQ(Check(Signed(without), depot_.certificate_pem),
            "its signature by depot does not match");
}

TEST_F(TrustedSignersTest, CertificatesHaveTheirTime) {
  TestSigner::Wish wish;
  wish.name = "depot";
  wish.begin = absl::FromUnixSeconds(1'000);
  wish.end = absl::FromUnixSeconds(2'000);
  const TestSigner signer = MakeTestSigner(wish);
  const Manifest manifest = Signed(SignatureEntry("depot", signer, info_));
  const auto at = [&](int seconds) {
    return Check(manifest, signer.certificate_pem,
                 absl::FromUnixSeconds(seconds));
  };
  EXPECT_EQ(at(999),
            "it is signed by depot, whose certificate in swarm.signers_file "
            "is valid from 1970-01-01 00:16:40 UTC on");
  EXPECT_EQ(at(1'000), "signer: depot");
  EXPECT_EQ(at(2'000), "signer: depot");
  EXPECT_EQ(at(2'001),
            "it is signed by depot, whose certificate in swarm.signers_file "
            "was valid until 1970-01-01 00:33:20 UTC");
  // The key by itself has none, nor has another certificate of it.
  EXPECT_THAT(Check(manifest, signer.certificate_pem + signer.public_pem),
              StartsWith("signer: key "));
}

TEST_F(TrustedSignersTest, OneRightSignatureOfManyIsEnough) {
  std::string entries;
  for (int i = 0; i < 15; ++i) {
    absl::StrAppend(&entries, "2:", 10 + i,
                    "d9:signature64:", std::string(64, 'x'), "e");
  }
  EXPECT_EQ(Check(Signed(entries), depot_.certificate_pem),
            "it is signed by 10, who is not in swarm.signers_file, and it is "
            "signed by 11, who is not in swarm.signers_file, and it is signed "
            "by 12, who is not in swarm.signers_file, and 12 more do not count "
            "either");
  entries += SignatureEntry("depot", depot_, info_);
  EXPECT_EQ(Check(Signed(entries), depot_.certificate_pem), "signer: depot");
}

TEST_F(TrustedSignersTest, WhatHasTooMuchToHashIsNotCheckedToTheEnd) {
  Manifest manifest =
      Signed("1:ad9:signature1:xe" + SignatureEntry("depot", depot_, info_));
  // So large that no second signature can be tried.
  manifest.metainfo = std::string(TrustedSigners::kMaxHashedBytes / 2 + 1, 'x');
  manifest.info_begin = 0;
  manifest.info_size = manifest.metainfo.size();
  EXPECT_THAT(Check(manifest, depot_.certificate_pem),
              HasSubstr("too large to check its signature by depot"));
}

TEST_F(TrustedSignersTest, NamesOfStrangersAreShownSafelyAndShort) {
  EXPECT_EQ(Check(Signed("7:a\n\x1b[1m\xff"
                         "d9:signature1:xe"),
                  depot_.public_pem),
            "it is signed by a\\n\\x1b[1m?, who is not in swarm.signers_file");
  const std::string name(200, 'n');
  EXPECT_EQ(
      Check(Signed("200:" + name + "d9:signature1:xe"), depot_.public_pem),
      absl::StrCat("it is signed by ", name.substr(0, 64),
                   ", who is not in swarm.signers_file"));
}

TEST_F(TrustedSignersTest, WhatCannotBeReadIsNoSignature) {
  const Manifest manifest = Signed("5:depotd9:signaturei1ee");
  EXPECT_EQ(Check(manifest, depot_.public_pem),
            "its signatures cannot be read: \"signature\" is of another type");
  EXPECT_EQ(TrustedSigners::WhyNobody(manifest),
            "its signatures cannot be read: \"signature\" is of another type");
}

TEST_F(TrustedSignersTest, WithoutTheFileTheSignersAreNamed) {
  EXPECT_EQ(TrustedSigners::WhyNobody(**ReadManifest(metainfo_)), "");
  EXPECT_EQ(
      TrustedSigners::WhyNobody(Signed(SignatureEntry("depot", depot_, info_))),
      "it is signed by depot, but swarm.signers_file is not set");
}

TEST_F(TrustedSignersTest, HoldsSoManyKeysAndNoMore) {
  std::string pem;
  for (std::size_t i = 0; i < TrustedSigners::kMaxKeys; ++i) {
    pem += depot_.public_pem;
  }
  EXPECT_TRUE(TrustedSigners::Read(pem).ok());
  EXPECT_EQ(TrustedSigners::Read(pem + other_.public_pem).status().message(),
            "has 33 certificates and keys; allowed: 32");
}

}  // namespace
}  // namespace convoy
