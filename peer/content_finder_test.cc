#include "peer/content_finder.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "peer/content_testing.h"
#include "peer/signature_testing.h"
#include "peer/transfer_testing.h"
#include "peer/trusted_signers.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr char kUrl[] = "http://origin.test/file";
constexpr char kBeside[] = "http://origin.test/file.torrent";
constexpr char kLinked[] = "http://origin.test/m/linked.torrent";
constexpr char kGiven[] = "http://meta.test/given.torrent";
constexpr char kLink[] =
    "</m/linked.torrent>; rel=describedby; type=\"application/x-bittorrent\"";

using Urls = std::vector<std::string>;

class ContentFinderTest : public ::testing::Test {
 protected:
  ContentFinderTest() : content_(TestContent(2 * kMiB)) {
    query_.urls = {kUrl};
    query_.http = std::make_shared<const HttpSettings>();
    query_.mode_policy = "job";
    Serve(kUrl, content_, "\"v1\"");
  }

  void Serve(const std::string& url, std::string content,
             std::string etag = "") {
    FakeRemoteFile file;
    file.content = std::move(content);
    file.etag = std::move(etag);
    origin_.SetFile(url, std::move(file));
  }
  // The next answer at `url` has this header, too.
  void AddHeader(const std::string& url, std::string name, std::string value) {
    FakeOriginFault fault;
    fault.edit_head = [name, value](OriginResponseHead* head) {
      head->headers.push_back({name, value});
    };
    origin_.AddFault(url, std::move(fault));
  }
  // The next answer at `url` comes from there after a redirect.
  void Redirect(const std::string& url, std::string effective_url) {
    FakeOriginFault fault;
    fault.edit_head = [effective_url](OriginResponseHead* head) {
      head->effective_url = effective_url;
    };
    origin_.AddFault(url, std::move(fault));
  }
  void Fail(const std::string& url, int status) {
    FakeOriginFault fault;
    fault.status = status;
    origin_.AddFault(url, std::move(fault));
  }
  void Break(const std::string& url) {
    FakeOriginFault fault;
    fault.fails_at_once = FakeOriginTransport::Closed();
    origin_.AddFault(url, std::move(fault));
  }

  void Start() {
    finder_ = std::make_unique<ContentFinder>(
        ContentFinder::Parts{&origin_, &executor_, &clock_}, query_, settings_,
        [this](FoundContent found) {
          EXPECT_FALSE(found_) << "called twice";
          found_ = std::move(found);
          finder_.reset();
        });
    finder_->Start();
    EXPECT_FALSE(found_) << "called from inside Start";
  }
  const FoundContent& Find() {
    found_.reset();
    Start();
    executor_.RunUntilIdle();
    EXPECT_TRUE(found_);
    EXPECT_EQ(origin_.active(), 0);
    EXPECT_FALSE(executor_.HasTimers());
    return found_ ? *found_ : found_.emplace();
  }
  // What was asked for, in order.
  Urls Asked() const {
    Urls urls;
    for (const OriginRequest& request : origin_.requests()) {
      urls.push_back(request.url);
    }
    return urls;
  }
  std::string Manifest() const { return TestMetainfo(content_); }
  // Of another file of the same size.
  static std::string OtherManifest() {
    return TestMetainfo(TestContent(2 * kMiB, 2));
  }
  static std::string InfoHash(const std::string& metainfo) {
    return (*ReadManifest(metainfo))->info_hash;
  }
  // Info-hash of what was found, to be compared.
  std::string Found() const {
    if (!found_ || found_->manifest == nullptr) return "none";
    return found_->manifest->info_hash;
  }

  const std::string content_;
  FakeClock clock_;
  FakeExecutor executor_{clock_};
  FakeOriginTransport origin_{executor_};
  ContentQuery query_;
  ContentSettings settings_;
  std::unique_ptr<ContentFinder> finder_;
  std::optional<FoundContent> found_;
};

// The order.

TEST_F(ContentFinderTest, WithAManifestInTheJobNobodyIsAsked) {
  query_.manifest = Manifest();
  EXPECT_TRUE(Find().trusted);
  EXPECT_EQ(Found(), InfoHash(Manifest()));
  EXPECT_EQ(Asked(), Urls{});
  EXPECT_FALSE(found_->identity);
}

TEST_F(ContentFinderTest, WithAManifestAtAUrlOfTheJobTheOriginIsNotAsked) {
  query_.manifest_url = kGiven;
  Serve(kGiven, Manifest());
  Find();
  EXPECT_EQ(Found(), InfoHash(Manifest()));
  EXPECT_EQ(Asked(), Urls{kGiven});
  EXPECT_FALSE(origin_.requests()[0].range);
}

TEST_F(ContentFinderTest, TheOriginsLinkComesBeforeWhatIsBesideTheUrl) {
  AddHeader(kUrl, "Link", kLink);
  Serve(kLinked, Manifest());
  Serve(kBeside, OtherManifest());
  Find();
  EXPECT_EQ(Found(), InfoHash(Manifest()));
  EXPECT_EQ(Asked(), (Urls{kUrl, kLinked}));
}

TEST_F(ContentFinderTest, WithoutALinkTheManifestBesideTheUrlIsUsed) {
  Serve(kBeside, Manifest());
  Find();
  EXPECT_EQ(Found(), InfoHash(Manifest()));
  EXPECT_EQ(found_->manifest_fault, "");
  EXPECT_EQ(Asked(), (Urls{kUrl, kBeside}));
}

TEST_F(ContentFinderTest, AManifestThatCannotBeUsedLeadsToTheNextPlace) {
  query_.manifest = "no manifest";
  query_.manifest_url = kGiven;
  Serve(kGiven, "neither");
  AddHeader(kUrl, "Link", kLink);
  Serve(kLinked, TestMetainfo(std::string(100, 'x')));
  Serve(kBeside, Manifest());
  Find();
  EXPECT_EQ(Found(), InfoHash(Manifest()));
  EXPECT_EQ(Asked(), (Urls{kGiven, kUrl, kLinked, kBeside}));
  // Of the first, which the job named.
  EXPECT_TRUE(absl::StartsWith(found_->manifest_fault,
                               "the job's manifest cannot be used: "))
      << found_->manifest_fault;
}

TEST_F(ContentFinderTest, ThatNoneIsBesideTheUrlIsNormal) {
  for (const int status : {404, 403, 401, 410}) {
    Fail(kBeside, status);
    Find();
    EXPECT_EQ(Found(), "none");
    EXPECT_EQ(found_->manifest_fault, "") << status;
    EXPECT_TRUE(found_->error.ok());
  }
}

TEST_F(ContentFinderTest, WhatIsBesideTheUrlAndNoManifestIsSaidToBeSo) {
  Serve(kBeside, "<html>not found</html>");
  Find();
  EXPECT_EQ(Found(), "none");
  EXPECT_TRUE(absl::StartsWith(
      found_->manifest_fault,
      "the manifest beside the URL (http://origin.test/file.torrent) cannot "
      "be used: "))
      << found_->manifest_fault;
  EXPECT_TRUE(absl::StrContains(found_->refused, found_->manifest_fault));
}

TEST_F(ContentFinderTest, ALinkThatCannotBeFetchedIsSaidToBeSo) {
  AddHeader(kUrl, "Link", kLink);
  Find();
  EXPECT_EQ(found_->manifest_fault,
            "a manifest could not be fetched from "
            "http://origin.test/m/linked.torrent: the origin has no such file "
            "(HTTP status 404)");
}

TEST_F(ContentFinderTest, OneThatIsLinkedAndBesideIsFetchedOnce) {
  AddHeader(kUrl, "Link",
            "<file.torrent>; rel=describedby; type=application/x-bittorrent");
  Find();
  EXPECT_EQ(Asked(), (Urls{kUrl, kBeside}));
}

// The probe.

TEST_F(ContentFinderTest, TheOriginIsAskedForOneByte) {
  Find();
  ASSERT_FALSE(origin_.requests().empty());
  EXPECT_EQ(origin_.requests()[0].range, (ByteRange{0, 1}));
  EXPECT_EQ(origin_.sent_bytes(), 1);
  ASSERT_TRUE(found_->identity);
  EXPECT_EQ(found_->identity->complete_length, 2 * kMiB);
  EXPECT_EQ(found_->identity->validator.etag, "\"v1\"");
  EXPECT_TRUE(found_->serves_ranges);
  EXPECT_EQ(found_->effective_url, kUrl);
}

TEST_F(ContentFinderTest, AnAnswerWithTheWholeFileEndsAfterItsHead) {
  FakeRemoteFile file;
  file.content = content_;
  file.serves_ranges = false;
  origin_.SetFile(kUrl, std::move(file));
  Find();
  EXPECT_EQ(origin_.sent_bytes(), 0);
  EXPECT_FALSE(found_->serves_ranges);
  EXPECT_EQ(found_->identity->complete_length, 2 * kMiB);
}

TEST_F(ContentFinderTest, AnEmptyFileHasNoManifest) {
  Serve(kUrl, "");
  Find();
  EXPECT_EQ(Found(), "none");
  EXPECT_EQ(found_->identity->complete_length, 0);
  EXPECT_EQ(found_->policy, "swarm.min_file_size_bytes");
}

TEST_F(ContentFinderTest, WhenTheOriginDoesNotAnswerThereIsNoManifest) {
  Break(kUrl);
  Serve(kBeside, Manifest());
  Find();
  EXPECT_EQ(Found(), "none");
  EXPECT_FALSE(found_->peers_allowed);
  EXPECT_EQ(found_->refused,
            "the origin did not tell what the file is: the connection broke");
  EXPECT_TRUE(found_->error.ok());
  EXPECT_EQ(Asked(), Urls{kUrl});
}

// Where it is looked.

TEST_F(ContentFinderTest, BesideTheUrlIsBeforeTheQuery) {
  query_.urls = {"http://origin.test/file?token=t"};
  Serve(query_.urls[0], content_, "\"v1\"");
  Serve("http://origin.test/file.torrent?token=t", Manifest());
  Find();
  EXPECT_EQ(Found(), InfoHash(Manifest()));
}

TEST_F(ContentFinderTest, ALinkIsRelativeToTheUrlThatAnswered) {
  FakeOriginFault fault;
  fault.edit_head = [](OriginResponseHead* head) {
    head->effective_url = "http://cdn.test/a/file";
    head->headers.push_back(
        {"Link", "<m>; rel=describedby; type=application/x-bittorrent"});
  };
  origin_.AddFault(kUrl, std::move(fault));
  Serve("http://cdn.test/a/m", Manifest());
  Find();
  EXPECT_EQ(Asked(), (Urls{kUrl, "http://cdn.test/a/m"}));
  EXPECT_EQ(Found(), InfoHash(Manifest()));
}

TEST_F(ContentFinderTest, BesideTheUrlIsLookedOnlyIfTheConfigurationSaysSo) {
  settings_.look_beside_url = false;
  Serve(kBeside, Manifest());
  Find();
  EXPECT_EQ(Found(), "none");
  EXPECT_EQ(Asked(), Urls{kUrl});
}

TEST_F(ContentFinderTest, BesideSmallFilesNothingIsLookedFor) {
  settings_.min_file_size = 2 * kMiB + 1;
  AddHeader(kUrl, "Link", kLink);
  Find();
  EXPECT_EQ(Asked(), (Urls{kUrl, kLinked}));
}

TEST_F(ContentFinderTest, BesideFilesOfUnknownSizeItIsLooked) {
  settings_.min_file_size = 2 * kMiB + 1;
  FakeRemoteFile file;
  file.content = content_;
  file.serves_ranges = false;
  file.tells_length = false;
  origin_.SetFile(kUrl, std::move(file));
  Find();
  EXPECT_EQ(Asked(), (Urls{kUrl, kBeside}));
}

TEST_F(ContentFinderTest, InModeSimpleNothingIsLookedFor) {
  query_.download_mode = DownloadMode::kSimple;
  Find();
  EXPECT_EQ(Asked(), Urls{});
  EXPECT_EQ(Found(), "none");
  EXPECT_EQ(found_->policy, "job");

  query_.download_mode = DownloadMode::kLan;
  settings_.max_mode = DownloadMode::kSimple;
  Find();
  EXPECT_EQ(Asked(), Urls{});
  EXPECT_EQ(found_->policy, "swarm.download_mode");
}

TEST_F(ContentFinderTest, InModeHttpOnlyManifestsCheckPieces) {
  query_.download_mode = DownloadMode::kHttpOnly;
  Serve(kBeside, Manifest());
  Find();
  EXPECT_EQ(Found(), InfoHash(Manifest()));
  EXPECT_FALSE(found_->peers_allowed);
}

TEST_F(ContentFinderTest, OfAPrivateJobNothingIsLookedFor) {
  query_.is_private = true;
  Serve(kBeside, Manifest());
  Find();
  EXPECT_EQ(Asked(), Urls{});
  EXPECT_EQ(Found(), "none");
}

TEST_F(ContentFinderTest, AManifestInAPrivateJobChecksPieces) {
  query_.is_private = true;
  query_.manifest_url = kGiven;
  Serve(kGiven, Manifest());
  Find();
  EXPECT_EQ(Found(), InfoHash(Manifest()));
  EXPECT_FALSE(found_->peers_allowed);
  EXPECT_EQ(found_->policy, "job");
}

// What belongs to the file.

TEST_F(ContentFinderTest, AManifestOfAnotherSizeThanTheOriginsIsNotUsed) {
  Serve(kBeside, TestMetainfo(TestContent(2 * kMiB + 1)));
  Find();
  EXPECT_EQ(Found(), "none");
  EXPECT_TRUE(absl::StrContains(found_->manifest_fault, "2097153 bytes"));
}

TEST_F(ContentFinderTest, AManifestOfAnotherSizeThanTheJobExpectsIsNotUsed) {
  query_.expected_size = 2 * kMiB + 1;
  query_.manifest = Manifest();
  Find();
  EXPECT_EQ(Found(), "none");
  EXPECT_TRUE(absl::StrContains(found_->manifest_fault, "this one has 2097153"))
      << found_->manifest_fault;
}

TEST_F(ContentFinderTest, OfSeveralThePinnedManifestIsTaken) {
  query_.manifest_info_hash = InfoHash(Manifest());
  query_.proof_demand = ProofDemand::kPolicy;
  AddHeader(kUrl, "Link", kLink);
  Serve(kLinked, OtherManifest());
  Serve(kBeside, Manifest());
  Find();
  EXPECT_TRUE(found_->error.ok()) << found_->error;
  EXPECT_EQ(Found(), InfoHash(Manifest()));
  EXPECT_TRUE(found_->trusted);
}

TEST_F(ContentFinderTest, AnotherManifestThanThePinnedOneIsNotUsed) {
  query_.manifest_info_hash = InfoHash(OtherManifest());
  Serve(kBeside, Manifest());
  Find();
  EXPECT_EQ(Found(), "none");
  EXPECT_TRUE(found_->error.ok());
  EXPECT_TRUE(
      absl::StrContains(found_->manifest_fault,
                        absl::BytesToHexString(query_.manifest_info_hash)))
      << found_->manifest_fault;
}

// Who is believed; the table is in content_rules_test.

class HttpsContentFinderTest : public ContentFinderTest {
 protected:
  HttpsContentFinderTest() {
    query_.urls = {kHttps};
    Serve(kHttps, content_, "\"v1\"");
  }
  static constexpr char kHttps[] = "https://origin.test/file";
  static constexpr char kHttpsBeside[] = "https://origin.test/file.torrent";
};

TEST_F(HttpsContentFinderTest, TheManifestBesideIsTrusted) {
  Serve(kHttpsBeside, Manifest());
  EXPECT_TRUE(Find().trusted);
}

TEST_F(HttpsContentFinderTest, ARedirectedManifestIsThatOfAnotherHost) {
  Serve(kHttpsBeside, Manifest());
  Redirect(kHttpsBeside, "https://cdn.test/file.torrent");
  EXPECT_FALSE(Find().trusted);
  EXPECT_EQ(Found(), InfoHash(Manifest()));
}

TEST_F(HttpsContentFinderTest, ALinkToldByHttpIsNotTrusted) {
  FakeOriginFault fault;
  fault.edit_head = [](OriginResponseHead* head) {
    head->effective_url = "http://origin.test/file";
    head->headers.push_back({"Link",
                             "<https://origin.test/evil>; rel=describedby; "
                             "type=application/x-bittorrent"});
  };
  origin_.AddFault(kHttps, std::move(fault));
  Serve("https://origin.test/evil", Manifest());
  EXPECT_FALSE(Find().trusted);
  EXPECT_EQ(Found(), InfoHash(Manifest()));
}

TEST_F(HttpsContentFinderTest, TheOriginsDigestLetsPeersHelp) {
  AddHeader(
      kHttps, "Repr-Digest",
      absl::StrCat("sha-256=:", absl::Base64Escape(Sha256Of(content_)), ":"));
  EXPECT_TRUE(Find().late_bound);
  EXPECT_EQ(found_->sha256, Sha256Of(content_));
  EXPECT_NE(found_->manifest, nullptr);
}

TEST_F(HttpsContentFinderTest, MirrorsComeFromTheOriginsLinks) {
  AddHeader(kHttps, "Link", "<https://mirror.test/f>; rel=duplicate");
  EXPECT_EQ(Find().mirrors, (Urls{"https://mirror.test/f"}));
}

TEST_F(HttpsContentFinderTest, SecretsDoNotFollowALinkToAnotherHost) {
  HttpSettings secret;
  secret.headers = {{"Cookie", "sesame"}};
  query_.http = std::make_shared<const HttpSettings>(secret);
  AddHeader(kHttps, "Link",
            "<https://cdn.test/m>; rel=describedby; "
            "type=application/x-bittorrent");
  Find();
  ASSERT_EQ(Asked(), (Urls{kHttps, "https://cdn.test/m", kHttpsBeside}));
  EXPECT_EQ(origin_.requests()[0].settings->headers.size(), 1);
  EXPECT_EQ(origin_.requests()[1].settings->headers.size(), 0);
  EXPECT_EQ(origin_.requests()[2].settings->headers.size(), 1);
}

// Integrity is mandatory.

class MandatoryFinderTest : public ContentFinderTest {
 protected:
  MandatoryFinderTest() { query_.proof_demand = ProofDemand::kPolicy; }
  v1::ErrorDetail error() const { return ErrorDetailOf(found_->error); }
};

TEST_F(MandatoryFinderTest, NothingThatVouchesIsAnError) {
  Serve(kBeside, Manifest());
  Find();
  EXPECT_EQ(error().reason(), v1::ERROR_REASON_VALIDATION_FAILED);
  EXPECT_EQ(error().policy(), "swarm.integrity");
}

TEST_F(MandatoryFinderTest, AManifestOfPlainHttpThatIsSignedIsEnough) {
  const TestSigner signer = MakeTestSigner();
  settings_.signers = *TrustedSigners::Read(signer.certificate_pem);
  const auto manifest = ReadManifest(Manifest());
  Serve(kBeside,
        WithSignatures(
            Manifest(),
            absl::StrCat("d", SignatureEntry("x", signer, (*manifest)->info()),
                         "e")));
  EXPECT_TRUE(Find().error.ok()) << found_->error;
  EXPECT_TRUE(found_->trusted);
  EXPECT_EQ(found_->integrity, "pieces of a manifest signed by test signer");
  EXPECT_EQ(Found(), InfoHash(Manifest()));

  // The clock is the calendar's, and the certificate has its time.
  clock_.SetNow(absl::FromUnixSeconds(4'000'000'001));
  Find();
  EXPECT_EQ(error().reason(), v1::ERROR_REASON_VALIDATION_FAILED);
  EXPECT_TRUE(absl::StrContains(found_->error.message(),
                                "it is signed by test signer, whose "
                                "certificate in swarm.signers_file was valid "
                                "until"))
      << found_->error;
}

// A better one may be elsewhere.
TEST_F(MandatoryFinderTest, AManifestOfAStrangerIsPassedOver) {
  const TestSigner signer = MakeTestSigner();
  settings_.signers = *TrustedSigners::Read(signer.public_pem);
  const auto signed_by = [this](const TestSigner& by) {
    const auto manifest = ReadManifest(Manifest());
    return WithSignatures(
        Manifest(),
        absl::StrCat("d", SignatureEntry("x", by, (*manifest)->info()), "e"));
  };
  AddHeader(kUrl, "Link", kLink);
  Serve(kLinked, signed_by(MakeTestSigner()));
  Serve(kBeside, signed_by(signer));
  EXPECT_TRUE(Find().trusted);
  EXPECT_EQ(Asked(), (Urls{kUrl, kLinked, kBeside}));

  AddHeader(kUrl, "Link", kLink);
  Serve(kBeside, signed_by(MakeTestSigner()));
  Find();
  EXPECT_EQ(error().policy(), "swarm.integrity");
  EXPECT_TRUE(absl::StrContains(
      found_->error.message(),
      "no authenticated manifest (pieces of a manifest given by an "
      "unauthenticated origin; it is signed by x, who is not in "
      "swarm.signers_file)"))
      << found_->error;
}

TEST_F(MandatoryFinderTest, ItIsLookedBesideSmallFilesAndForPrivateJobs) {
  const TestSigner signer = MakeTestSigner();
  settings_.signers = *TrustedSigners::Read(signer.public_pem);
  settings_.min_file_size = 2 * kMiB + 1;
  const auto manifest = ReadManifest(Manifest());
  Serve(kBeside,
        WithSignatures(
            Manifest(),
            absl::StrCat("d", SignatureEntry("x", signer, (*manifest)->info()),
                         "e")));
  for (const bool is_private : {false, true}) {
    query_.is_private = is_private;
    EXPECT_TRUE(Find().error.ok()) << found_->error;
    EXPECT_EQ(Found(), InfoHash(Manifest()));
    EXPECT_FALSE(found_->peers_allowed);
  }
}

TEST_F(MandatoryFinderTest, WhereNothingIsLookedForTheJobMustVouch) {
  query_.download_mode = DownloadMode::kSimple;
  Find();
  EXPECT_EQ(error().reason(), v1::ERROR_REASON_VALIDATION_FAILED);
  EXPECT_TRUE(absl::StrContains(found_->error.message(),
                                "in mode simple none is looked for"));
  query_.expected_sha256 = Sha256Of(content_);
  EXPECT_TRUE(Find().error.ok());
  EXPECT_EQ(Asked(), Urls{});
}

TEST_F(MandatoryFinderTest, AManifestOfTheJobThatIsNotThereIsAnErrorAtOnce) {
  query_.manifest_url = kGiven;
  query_.expected_sha256 = Sha256Of(content_);
  Find();
  EXPECT_EQ(error().reason(), v1::ERROR_REASON_VALIDATION_FAILED);
  EXPECT_FALSE(error().retryable());
  EXPECT_TRUE(absl::StrContains(found_->error.message(), "404"));
  EXPECT_EQ(Asked(), Urls{kGiven});
}

TEST_F(MandatoryFinderTest, AManifestOfTheJobThatIsNotThereNowIsTriedLater) {
  query_.manifest_url = kGiven;
  Fail(kGiven, 503);
  Find();
  EXPECT_EQ(error().reason(), v1::ERROR_REASON_HTTP_STATUS);
  EXPECT_TRUE(error().retryable());
}

TEST_F(MandatoryFinderTest, AnotherManifestThanThePinnedOneIsAnError) {
  query_.manifest = Manifest();
  query_.manifest_sha256 = Sha256Of(OtherManifest());
  query_.expected_sha256 = Sha256Of(content_);
  Find();
  EXPECT_EQ(error().reason(), v1::ERROR_REASON_VALIDATION_FAILED);
  EXPECT_TRUE(absl::StrContains(found_->error.message(), "sha-256 is in the"));
  EXPECT_EQ(Asked(), Urls{});

  query_.manifest.clear();
  Serve(kBeside, Manifest());
  Find();
  EXPECT_EQ(error().reason(), v1::ERROR_REASON_VALIDATION_FAILED);
  EXPECT_EQ(Asked(), (Urls{kUrl, kBeside}));
}

TEST_F(MandatoryFinderTest, AnOriginThatDoesNotAnswerNowIsTriedLater) {
  Break(kUrl);
  Find();
  EXPECT_EQ(error().reason(), v1::ERROR_REASON_CONNECTION_CLOSED);
  EXPECT_TRUE(error().retryable());
}

TEST_F(MandatoryFinderTest, AManifestThatCannotBeFetchedNowIsTriedLater) {
  Fail(kBeside, 503);
  Find();
  EXPECT_EQ(error().http_status(), 503);
  EXPECT_TRUE(error().retryable());
}

TEST_F(MandatoryFinderTest, BehindAnUnauthenticatedManifestABetterOneIsFound) {
  query_.urls = {"https://origin.test/file"};
  AddHeader(query_.urls[0], "Link",
            absl::StrCat("<", kLinked,
                         ">; rel=describedby; type=application/x-bittorrent"));
  Serve(query_.urls[0], content_, "\"v1\"");
  Serve(kLinked, Manifest());
  Serve("https://origin.test/file.torrent", Manifest());
  Find();
  EXPECT_TRUE(found_->error.ok()) << found_->error;
  EXPECT_TRUE(found_->trusted);
}

TEST_F(MandatoryFinderTest, BehindAnUnauthenticatedManifestADigestIsFound) {
  query_.urls = {"https://origin.test/file"};
  query_.manifest_url = kGiven;
  Serve(kGiven, Manifest());
  Serve(query_.urls[0], content_, "\"v1\"");
  AddHeader(query_.urls[0], "Digest",
            absl::StrCat("sha-256=", absl::Base64Escape(Sha256Of(content_))));
  Find();
  EXPECT_TRUE(found_->error.ok()) << found_->error;
  EXPECT_FALSE(found_->trusted);
  EXPECT_EQ(Found(), InfoHash(Manifest()));
  EXPECT_EQ(found_->sha256, Sha256Of(content_));
}

TEST_F(MandatoryFinderTest, ASha256InTheJobIsEnough) {
  query_.expected_sha256 = Sha256Of(content_);
  EXPECT_TRUE(Find().error.ok());
  EXPECT_TRUE(found_->late_bound);
}

// Bounds.

TEST_F(ContentFinderTest, AManifestThatComesTooSlowlyIsNotWaitedFor) {
  Serve(kBeside, std::string(4096, 'd'));
  origin_.SetRates(100, 0);
  Start();
  executor_.Advance(ContentFinder::kPatience + absl::Seconds(1));
  ASSERT_TRUE(found_);
  EXPECT_EQ(Found(), "none");
  EXPECT_TRUE(absl::StrContains(found_->manifest_fault, "not whole after 30s"))
      << found_->manifest_fault;
  EXPECT_EQ(origin_.active(), 0);
}

TEST_F(ContentFinderTest, AManifestThatTheJobNamesMayTakeItsTime) {
  query_.manifest_url = kGiven;
  const std::string manifest = TestMetainfo(
      content_, absl::StrCat("6:source2000:", std::string(2000, 'x')));
  Serve(kGiven, manifest);
  // One byte each 50 ms.
  const absl::Duration takes =
      absl::Milliseconds(50) * static_cast<std::int64_t>(manifest.size());
  ASSERT_GT(takes, ContentFinder::kPatience);
  origin_.SetRates(20, 0);
  Start();
  executor_.Advance(takes);
  EXPECT_TRUE(found_);
  EXPECT_EQ(Found(), InfoHash(manifest));
}

TEST_F(ContentFinderTest, DestroyingItEndsTheSearch) {
  Start();
  finder_.reset();
  executor_.RunUntilIdle();
  EXPECT_EQ(Asked(), Urls{});

  Serve(kBeside, Manifest());
  origin_.SetRates(20, 0);
  Start();
  executor_.Advance(absl::Seconds(1));
  ASSERT_EQ(Asked(), (Urls{kUrl, kBeside}));
  finder_.reset();
  EXPECT_EQ(origin_.active(), 0);
  executor_.Advance(absl::Minutes(1));
  EXPECT_FALSE(found_);
}

}  // namespace
}  // namespace convoy
