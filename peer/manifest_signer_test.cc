#include "peer/manifest_signer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "peer/base/unique_fd.h"
#include "peer/manifest.h"
#include "peer/signature_testing.h"
#include "peer/trusted_signers.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

MadeManifest Made(const std::string& bytes,
                  const std::string& url = "http://h/disk.img") {
  const UniqueFd fd(memfd_create("test", MFD_CLOEXEC));
  EXPECT_EQ(write(fd.get(), bytes.data(), bytes.size()),
            static_cast<ssize_t>(bytes.size()));
  ManifestSpec spec;
  spec.name = "disk.img";
  if (!url.empty()) spec.url_seeds = {url};
  const auto made =
      MakeManifest(fd.get(), spec, [](std::int64_t) { return true; });
  EXPECT_TRUE(made.ok()) << made.status();
  return *made;
}

ManifestSigner Signer(const std::string& pem, const std::string& name = "me") {
  auto key = SigningKey::Read(pem);
  EXPECT_TRUE(key.ok()) << key.status();
  auto signer = ManifestSigner::Make(*std::move(key), name);
  EXPECT_TRUE(signer.ok()) << signer.status();
  return *std::move(signer);
}

TestSigner OfKind(TestSigner::Kind kind) {
  TestSigner::Wish wish;
  wish.kind = kind;
  return MakeTestSigner(wish);
}

TEST(ManifestSignerTest, SignsWhatIsBelieved) {
  const MadeManifest made = Made("bytes");
  for (const TestSigner::Kind kind :
       {TestSigner::Kind::kEd25519, TestSigner::Kind::kEc,
        TestSigner::Kind::kRsa}) {
    const TestSigner signer = OfKind(kind);
    const auto metainfo =
        Signer(signer.private_pem + signer.certificate_pem).Sign(made);
    ASSERT_TRUE(metainfo.ok()) << metainfo.status();
    const auto manifest = ReadManifest(*metainfo);
    ASSERT_TRUE(manifest.ok()) << manifest.status();
    ASSERT_EQ((*manifest)->signatures.size(), 1u);
    EXPECT_EQ((*manifest)->signatures[0].signer, "me");
    EXPECT_EQ((*manifest)->signatures[0].certificate, signer.certificate_der);
    EXPECT_EQ((*TrustedSigners::Read(signer.certificate_pem))
                  ->Check(**manifest, absl::FromUnixSeconds(1'000'000'000))
                  .signer,
              "test signer");
    // All else is as it was.
    EXPECT_EQ((*manifest)->info_hash, made.info_hash);
    EXPECT_EQ((*manifest)->url_seeds.size(), 1u);
  }
}

TEST(ManifestSignerTest, KeysOfTheFileRise) {
  const auto metainfo =
      Signer(MakeTestSigner().private_pem).Sign(Made("bytes"));
  const std::size_t signatures = metainfo->find("10:signaturesd2:med9:");
  EXPECT_LT(metainfo->find("4:info"), signatures);
  EXPECT_LT(signatures, metainfo->find("8:url-list"));
  EXPECT_THAT(*metainfo, Not(HasSubstr("certificate")));
}

TEST(ManifestSignerTest, AManifestWithoutWebSeedsIsSignedToo) {
  const MadeManifest made = Made("bytes", "");
  const ManifestSigner signer = Signer(MakeTestSigner().private_pem);
  const auto metainfo = signer.Sign(made);
  ASSERT_TRUE(metainfo.ok());
  EXPECT_TRUE(ReadManifest(*metainfo).ok());
  EXPECT_TRUE(signer.HasSigned(*metainfo, made));
}

TEST(ManifestSignerTest, KnowsWhatItHasSigned) {
  for (const TestSigner::Kind kind :
       {TestSigner::Kind::kEd25519, TestSigner::Kind::kEc,
        TestSigner::Kind::kRsa}) {
    const TestSigner test_signer = OfKind(kind);
    const std::string both =
        test_signer.private_pem + test_signer.certificate_pem;
    const ManifestSigner signer = Signer(both);
    const MadeManifest made = Made("bytes");
    const std::string metainfo = *signer.Sign(made);
    EXPECT_TRUE(signer.HasSigned(metainfo, made));
    EXPECT_TRUE(Signer(both).HasSigned(metainfo, made));
    // Another name, no certificate, another key, other bytes, another URL.
    EXPECT_FALSE(Signer(both, "you").HasSigned(metainfo, made));
    EXPECT_FALSE(Signer(test_signer.private_pem).HasSigned(metainfo, made));
    EXPECT_FALSE(Signer(OfKind(kind).private_pem).HasSigned(metainfo, made));
    EXPECT_FALSE(signer.HasSigned(metainfo, Made("Bytes")));
    EXPECT_FALSE(signer.HasSigned(metainfo, Made("bytes", "http://i/x")));
    EXPECT_FALSE(signer.HasSigned(made.metainfo, made));
    EXPECT_FALSE(signer.HasSigned("", made));
    std::string wrong = metainfo;
    const std::size_t end = wrong.find("ee8:url-list");
    ASSERT_NE(end, std::string::npos);
    wrong[end - 1] ^= 1;
    EXPECT_FALSE(signer.HasSigned(wrong, made));
    // Another signature beside it.
    std::string more = metainfo;
    more.insert(more.find("ee8:url-list") + 1, "1:zd9:signature1:xe");
    EXPECT_FALSE(signer.HasSigned(more, made));
  }
}

TEST(ManifestSignerTest, WhatDoesNotFitIsRefused) {
  const auto make = [](const std::string& name) {
    return ManifestSigner::Make(*SigningKey::Read(MakeTestSigner().private_pem),
                                name)
        .status();
  };
  EXPECT_TRUE(make(std::string(255, 'x')).ok());
  EXPECT_EQ(make("").message(),
            "the signer's name has 0 bytes; allowed: 1 to 255");
  EXPECT_EQ(make(std::string(256, 'x')).message(),
            "the signer's name has 256 bytes; allowed: 1 to 255");
}

TEST(MetainfoToWriteTest, WhatIsSignedStaysSigned) {
  const ManifestSigner signer =
      Signer(OfKind(TestSigner::Kind::kEc).private_pem);
  const MadeManifest made = Made("bytes");
  const std::string first = *MetainfoToWrite("", made, &signer);
  EXPECT_TRUE(signer.HasSigned(first, made));
  // ECDSA would make another one.
  EXPECT_EQ(*MetainfoToWrite(first, made, &signer), first);
  EXPECT_EQ(*MetainfoToWrite(first, made, nullptr), first);
  EXPECT_TRUE(
      signer.HasSigned(*MetainfoToWrite(made.metainfo, made, &signer), made));
}

TEST(MetainfoToWriteTest, WithoutASignerSignaturesOfOtherBytesGo) {
  const std::string first =
      *Signer(MakeTestSigner().private_pem).Sign(Made("bytes"));
  const MadeManifest other = Made("other");
  EXPECT_EQ(*MetainfoToWrite(first, other, nullptr), other.metainfo);
  EXPECT_EQ(*MetainfoToWrite("", other, nullptr), other.metainfo);
  EXPECT_EQ(*MetainfoToWrite(other.metainfo, other, nullptr), other.metainfo);
}

TEST(MetainfoToWriteTest, WithoutASignerOnlySignaturesMayBeThereBesides) {
  const MadeManifest made = Made("bytes");
  const auto kept = [&made](const std::string& more) {
    std::string metainfo = made.metainfo;
    metainfo.insert(made.info_begin + made.info_size, more);
    const std::string wanted = *MetainfoToWrite(metainfo, made, nullptr);
    EXPECT_TRUE(wanted == metainfo || wanted == made.metainfo);
    return wanted == metainfo;
  };
  EXPECT_TRUE(kept("10:signaturesd1:ad9:signature1:xee"));
  EXPECT_TRUE(kept("10:signaturesd1:ad4:infod1:xl1:yi5eee9:signature1:xee"));
  for (const char* more :
       {"7:privatei1e", "10:signatures", "10:signaturesd",
        "10:signaturesd1:ad9:signature1:xe", "10:signaturesde7:privatei1e",
        "10:signaturesdi1ei1ee", "10:signatures9:x", "10:signatures-1:",
        "10:signatures99999999999999999999:x", "10:signaturesi1"}) {
    EXPECT_FALSE(kept(more)) << more;
  }
  EXPECT_FALSE(kept(absl::StrCat("10:signatures", std::string(1000, 'l'),
                                 std::string(1000, 'e'))));
}

}  // namespace
}  // namespace convoy
