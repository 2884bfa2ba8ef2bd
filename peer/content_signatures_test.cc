// Whose signatures make a manifest one that is believed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "peer/content_rules.h"
#include "peer/content_testing.h"
#include "peer/signature_testing.h"
#include "peer/trusted_signers.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kSize = 2 << 20;
constexpr char kUrl[] = "http://origin.test/pub/file";
constexpr char kUnauthenticated[] =
    "pieces of a manifest given by an unauthenticated origin";
const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

class ContentSignaturesTest : public ::testing::Test {
 protected:
  ContentSignaturesTest() {
    query_.urls = {kUrl};
    query_.http = std::make_shared<const HttpSettings>();
    query_.mode_policy = "job";
    settings_.signers = *TrustedSigners::Read(signer_.certificate_pem);
  }

  static std::string Signed(const TestSigner& signer, const std::string& name) {
    const std::string metainfo = TestMetainfo(std::string(kSize, 'x'));
    const auto manifest = ReadManifest(metainfo);
    return WithSignatures(
        metainfo,
        absl::StrCat("d", SignatureEntry(name, signer, (*manifest)->info()),
                     "e"));
  }
  std::string Signed() const { return Signed(signer_, "fleet"); }

  CheckedManifest Check(const std::string& metainfo) const {
    ManifestSource source;
    source.place = ManifestPlace::kBesideUrl;
    source.asked_url = query_.urls.front() + ".torrent";
    source.effective_url = source.asked_url;
    return CheckFrom(source, metainfo);
  }
  CheckedManifest CheckFrom(const ManifestSource& source,
                            const std::string& metainfo) const {
    auto checked =
        CheckManifest(query_, settings_, source, metainfo, std::nullopt, kNow);
    EXPECT_TRUE(checked.ok()) << checked.status();
    return checked.ok() ? *std::move(checked) : CheckedManifest();
  }
  FoundContent Find(const std::string& metainfo) const {
    ContentEvidence evidence;
    evidence.manifest = Check(metainfo);
    ProbedOrigin probe;
    probe.identity.complete_length = kSize;
    probe.identity.validator.etag = "\"v1\"";
    probe.serves_ranges = true;
    probe.effective_url = query_.urls.front();
    probe.metadata.mirrors = {"http://mirror.test/file"};
    evidence.probe = std::move(probe);
    return Judge(query_, settings_, std::move(evidence));
  }

  const TestSigner signer_ = MakeTestSigner();
  ContentQuery query_;
  ContentSettings settings_;
};

TEST_F(ContentSignaturesTest, ASignedManifestIsBelievedHoweverItCame) {
  const CheckedManifest checked = Check(Signed());
  EXPECT_TRUE(checked.trusted);
  EXPECT_EQ(checked.integrity, "pieces of a manifest signed by test signer");
  ManifestSource elsewhere;
  elsewhere.place = ManifestPlace::kLinkHeader;
  elsewhere.asked_url = "http://cdn.test/m";
  elsewhere.effective_url = "http://other.test/m";
  elsewhere.named_by_https = false;
  EXPECT_TRUE(CheckFrom(elsewhere, Signed()).trusted);
}

TEST_F(ContentSignaturesTest, ItIsEnoughWhereIntegrityIsMandatory) {
  query_.proof_demand = ProofDemand::kPolicy;
  const FoundContent found = Find(Signed());
  EXPECT_TRUE(found.error.ok()) << found.error;
  EXPECT_TRUE(found.trusted);
  EXPECT_TRUE(found.peers_allowed);
  EXPECT_EQ(found.integrity, "pieces of a manifest signed by test signer");
}

TEST_F(ContentSignaturesTest, AStrangersManifestIsUsedAsAnUnsignedOneIs) {
  const std::string metainfo = Signed(MakeTestSigner(), "somebody");
  const FoundContent found = Find(metainfo);
  EXPECT_TRUE(found.error.ok()) << found.error;
  EXPECT_NE(found.manifest, nullptr);
  EXPECT_FALSE(found.trusted);
  EXPECT_TRUE(found.peers_allowed);
  EXPECT_EQ(found.integrity,
            absl::StrCat(kUnauthenticated,
                         "; it is signed by somebody, who is not in "
                         "swarm.signers_file"));

  query_.proof_demand = ProofDemand::kPolicy;
  const absl::Status error = Find(metainfo).error;
  EXPECT_EQ(ErrorDetailOf(error).reason(), v1::ERROR_REASON_VALIDATION_FAILED);
  EXPECT_EQ(ErrorDetailOf(error).policy(), "swarm.integrity");
  EXPECT_THAT(std::string(error.message()),
              HasSubstr("it is signed by somebody, who is not in "
                        "swarm.signers_file"));
}

TEST_F(ContentSignaturesTest, TheSentenceSaysWhatIsMissing) {
  const std::string unsigned_manifest = TestMetainfo(std::string(kSize, 'x'));
  EXPECT_EQ(Check(unsigned_manifest).integrity,
            absl::StrCat(kUnauthenticated, "; it bears no signature"));
  // That of another file.
  std::string wrong = Signed(signer_, "test signer");
  wrong.replace(wrong.find("6:pieces160:") + 12, 1, "?");
  EXPECT_EQ(Check(wrong).integrity,
            absl::StrCat(kUnauthenticated,
                         "; its signature by test signer does not match"));
  settings_.signers = nullptr;
  EXPECT_EQ(Check(unsigned_manifest).integrity, kUnauthenticated);
  EXPECT_EQ(Check(Signed()).integrity,
            absl::StrCat(kUnauthenticated,
                         "; it is signed by fleet, but swarm.signers_file is "
                         "not set"));
  EXPECT_FALSE(Check(Signed()).trusted);
}

// Else whoever stands between could give any file that was signed once.
TEST_F(ContentSignaturesTest, ItIsBelievedUnderItsOwnNameOnly) {
  const auto trusted = [this](const std::string& url) {
    query_.urls = {url};
    return Check(Signed()).trusted;
  };
  EXPECT_TRUE(trusted("http://origin.test/file"));
  EXPECT_TRUE(trusted("http://other.test/any/where/file?version=2"));
  EXPECT_TRUE(trusted("http://origin.test/%66ile"));
  EXPECT_FALSE(trusted("http://origin.test/file2"));
  EXPECT_FALSE(trusted("http://origin.test/File"));
  EXPECT_FALSE(trusted("http://origin.test/file/"));
  EXPECT_FALSE(trusted("http://origin.test/get?file"));
  EXPECT_FALSE(trusted("http://origin.test/pub%2Ffile"));
  EXPECT_EQ(Check(Signed()).integrity,
            absl::StrCat(kUnauthenticated,
                         "; it is signed by test signer for a file \"file\", "
                         "and no URL of the job ends with that name"));
  query_.urls = {"http://origin.test/latest", "http://mirror.test/file"};
  EXPECT_TRUE(Check(Signed()).trusted);
}

TEST_F(ContentSignaturesTest, TheSizeOfTheOriginStillDecides) {
  ManifestSource source;
  source.asked_url = source.effective_url = "http://origin.test/file.torrent";
  EXPECT_FALSE(
      CheckManifest(query_, settings_, source, Signed(), kSize + 1, kNow).ok());
}

TEST_F(ContentSignaturesTest, OtherProofsNeedNone) {
  const std::string metainfo = Signed(MakeTestSigner(), "somebody");
  query_.urls = {"https://origin.test/file"};
  EXPECT_EQ(Check(metainfo).integrity,
            "pieces of a manifest that came by https from the origin");
  query_.urls = {kUrl};
  query_.manifest_info_hash = (*ReadManifest(metainfo))->info_hash;
  EXPECT_EQ(Check(metainfo).integrity,
            "pieces of the manifest whose info-hash is in the job");
}

// Mirrors of plain http are worth something where bytes are checked.
TEST_F(ContentSignaturesTest, ItVouchesForMirrors) {
  query_.urls = {"https://origin.test/file"};
  HttpSettings any_host;
  any_host.ignore_host_name = true;  // So that https proves nothing.
  query_.http = std::make_shared<const HttpSettings>(any_host);
  EXPECT_EQ(Find(Signed()).mirrors.size(), 1u);
  EXPECT_EQ(Find(Signed(MakeTestSigner(), "x")).mirrors.size(), 0u);
}

TEST_F(ContentSignaturesTest, TheConfigurationSaysWhoIsBelieved) {
  SwarmSettings swarm;
  swarm.signers = settings_.signers;
  ContentSettings settings = ContentSettings::Of(swarm, "");
  EXPECT_EQ(settings.signers, swarm.signers);
  swarm.signers = *TrustedSigners::Read(MakeTestSigner().public_pem);
  settings.Update(swarm);
  EXPECT_EQ(settings.signers, swarm.signers);
  swarm.signers = nullptr;
  settings.Update(swarm);
  EXPECT_EQ(settings.signers, nullptr);
}

}  // namespace
}  // namespace convoy
