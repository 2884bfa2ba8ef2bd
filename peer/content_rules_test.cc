#include "peer/content_rules.h"

#include <cstdint>
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
#include "peer/late_manifest.h"
#include "peer/sha256.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr char kHttp[] = "http://origin.test/file";
constexpr char kHttps[] = "https://origin.test/file";
constexpr std::int64_t kSize = 2 << 20;

ContentQuery QueryFor(std::string url) {
  ContentQuery query;
  query.urls = {std::move(url)};
  query.http = std::make_shared<const HttpSettings>();
  query.mode_policy = "job";
  return query;
}

ContentQuery Mandatory(std::string url) {
  ContentQuery query = QueryFor(std::move(url));
  query.proof_demand = ProofDemand::kPolicy;
  return query;
}

std::string Metainfo() { return TestMetainfo(std::string(kSize, 'x')); }

std::string InfoHash() { return (*ReadManifest(Metainfo()))->info_hash; }

std::string Sha256Of(absl::string_view bytes) {
  Sha256 sha256;
  sha256.Update(bytes);
  return sha256.Finish();
}

std::string Digest(char c) { return std::string(32, c); }

ManifestSource From(ManifestPlace place, std::string asked,
                    std::string effective = "") {
  ManifestSource source;
  source.place = place;
  source.effective_url = effective.empty() ? asked : std::move(effective);
  source.asked_url = std::move(asked);
  return source;
}

// An answer that lets machines share the file.
ProbedOrigin Probe(std::string url) {
  ProbedOrigin probe;
  probe.identity.complete_length = kSize;
  probe.identity.validator.etag = "\"v1\"";
  probe.serves_ranges = true;
  probe.effective_url = std::move(url);
  return probe;
}

ContentEvidence Probed(std::string url) {
  ContentEvidence evidence;
  evidence.probe = Probe(std::move(url));
  return evidence;
}

absl::StatusOr<CheckedManifest> Check(const ContentQuery& query,
                                      const ManifestSource& source,
                                      const std::string& bytes,
                                      std::optional<std::int64_t> size) {
  return CheckManifest(query, ContentSettings(), source, bytes, size,
                       absl::UnixEpoch());
}

CheckedManifest Checked(const ContentQuery& query, const ManifestSource& source,
                        const std::string& metainfo = Metainfo()) {
  absl::StatusOr<CheckedManifest> checked =
      Check(query, source, metainfo, std::nullopt);
  EXPECT_TRUE(checked.ok()) << checked.status();
  return checked.ok() ? *std::move(checked) : CheckedManifest();
}

ContentEvidence WithManifest(const ContentQuery& query,
                             const std::string& metainfo = Metainfo()) {
  ContentEvidence evidence = Probed(query.urls.front());
  evidence.manifest = Checked(
      query, From(ManifestPlace::kBesideUrl, query.urls.front() + ".torrent"),
      metainfo);
  return evidence;
}

ContentSettings Group() {
  ContentSettings settings;
  settings.group_ca_pem = kTestGroupCa;
  settings.group_key = "key";
  return settings;
}

ContentSettings MaxMode(DownloadMode mode) {
  ContentSettings settings;
  settings.max_mode = mode;
  return settings;
}

v1::ErrorReason ReasonOf(const absl::Status& status) {
  return ErrorDetailOf(status).reason();
}

// Who is believed.

struct TrustCase {
  const char* what;
  const char* origin;
  const char* asked;
  const char* effective;
  bool trusted;
};

TEST(ManifestTrustTest, HttpsFromTheOriginsOwnHostIsTrusted) {
  const TrustCase kTable[] = {
      {"https all the way", kHttps, "https://origin.test/m",
       "https://origin.test/m", true},
      {"redirected at the host", kHttps, "https://origin.test/m",
       "https://origin.test:8443/n", true},
      {"another spelling", "https://ORIGIN.test/file", "https://origin.test/m",
       "HTTPS://Origin.Test:443/m", true},
      {"http", kHttp, "http://origin.test/m", "http://origin.test/m", false},
      {"http origin, https manifest", kHttp, "https://origin.test/m",
       "https://origin.test/m", false},
      {"https origin, http manifest", kHttps, "http://origin.test/m",
       "http://origin.test/m", false},
      {"from http to https", kHttps, "http://origin.test/m",
       "https://origin.test/m", false},
      {"from https to http", kHttps, "https://origin.test/m",
       "http://origin.test/m", false},
      {"another host", kHttps, "https://cdn.test/m", "https://cdn.test/m",
       false},
      {"redirected to another host", kHttps, "https://origin.test/m",
       "https://cdn.test/m", false},
      {"redirected from another host", kHttps, "https://cdn.test/m",
       "https://origin.test/m", true},
  };
  for (const TrustCase& row : kTable) {
    for (const ManifestPlace place :
         {ManifestPlace::kJobUrl, ManifestPlace::kLinkHeader,
          ManifestPlace::kBesideUrl}) {
      const CheckedManifest checked =
          Checked(QueryFor(row.origin), From(place, row.asked, row.effective));
      EXPECT_EQ(checked.trusted, row.trusted) << row.what;
      EXPECT_EQ(checked.integrity ==
                    "pieces of a manifest that came by https from the origin",
                row.trusted)
          << row.what << ": " << checked.integrity;
    }
  }
}

TEST(ManifestTrustTest, HttpsWithACheckLeftOutIsNotTrusted) {
  HttpSettings no_chain;
  no_chain.ignore_untrusted_chain = true;
  HttpSettings no_dates;
  no_dates.chain_checks.ignore_dates = true;
  HttpSettings no_host;
  no_host.ignore_host_name = true;
  for (const HttpSettings& settings : {no_chain, no_dates, no_host}) {
    ContentQuery query = QueryFor(kHttps);
    query.http = std::make_shared<const HttpSettings>(settings);
    EXPECT_FALSE(
        Checked(query, From(ManifestPlace::kBesideUrl, "https://origin.test/m"))
            .trusted);
  }
}

TEST(ManifestTrustTest, TheSentenceTellsWhoseWordItIs) {
  EXPECT_EQ(Checked(QueryFor(kHttp),
                    From(ManifestPlace::kBesideUrl, "http://origin.test/m"))
                .integrity,
            "pieces of a manifest given by an unauthenticated origin");
  EXPECT_EQ(Checked(QueryFor(kHttps),
                    From(ManifestPlace::kLinkHeader, "https://cdn.test/m"))
                .integrity,
            "pieces of a manifest that nobody authenticated: it came from "
            "another host than the origin's");
}

TEST(ManifestTrustTest, ANameThatCameByHttpIsNotTrusted) {
  ManifestSource source =
      From(ManifestPlace::kLinkHeader, "https://origin.test/m");
  source.named_by_https = false;
  EXPECT_FALSE(Checked(QueryFor(kHttps), source).trusted);
}

TEST(ManifestTrustTest, ARedirectIsNotTrustedWhereItMayHaveGoneByHttp) {
  ContentQuery query = QueryFor(kHttps);
  HttpSettings settings;
  settings.redirect_policy = RedirectPolicy::kFollowInsecure;
  query.http = std::make_shared<const HttpSettings>(settings);
  EXPECT_TRUE(
      Checked(query, From(ManifestPlace::kBesideUrl, "https://origin.test/m",
                          "https://origin.test:443/m"))
          .trusted);
  EXPECT_FALSE(
      Checked(query, From(ManifestPlace::kBesideUrl, "https://origin.test/m",
                          "https://origin.test/n"))
          .trusted);
}

TEST(ManifestTrustTest, AFileThatTheOwnerGaveIsTrusted) {
  const CheckedManifest checked = Checked(QueryFor(kHttp), ManifestSource());
  EXPECT_TRUE(checked.trusted);
  EXPECT_EQ(checked.integrity, "pieces of a manifest given in the job");
}

TEST(ManifestTrustTest, AnInfoHashInTheJobIsTrusted) {
  ContentQuery query = QueryFor(kHttp);
  query.manifest_info_hash = InfoHash();
  const CheckedManifest checked =
      Checked(query, From(ManifestPlace::kLinkHeader, "http://cdn.test/m"));
  EXPECT_TRUE(checked.trusted);
  EXPECT_EQ(checked.integrity,
            "pieces of the manifest whose info-hash is in the job");
}

TEST(ManifestTrustTest, AnInfoHashOfVersion2MayBeCutShort) {
  const std::string metainfo = TestMetainfoV2(std::string(kSize, 'c'));
  const std::string whole = (*ReadManifest(metainfo))->info_hash_v2;
  ContentQuery query = QueryFor(kHttp);
  for (const std::string& pinned : {whole, whole.substr(0, 20)}) {
    query.manifest_info_hash = pinned;
    const auto checked = Check(query, ManifestSource(), metainfo, kSize);
    ASSERT_TRUE(checked.ok()) << checked.status();
    EXPECT_TRUE(checked->trusted);
  }
  query.manifest_info_hash = whole.substr(0, 31) + "?";
  const absl::Status other =
      Check(query, ManifestSource(), metainfo, kSize).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(other)) << other;
  EXPECT_TRUE(absl::StrContains(other.message(), absl::BytesToHexString(whole)))
      << other;
  // One of version 1 has no such hash.
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Check(query, ManifestSource(), Metainfo(), kSize).status()));
}

TEST(ManifestTrustTest, TheManifestsSha256InTheJobIsTrusted) {
  ContentQuery query = QueryFor(kHttp);
  query.manifest_sha256 = Sha256Of(Metainfo());
  const CheckedManifest checked =
      Checked(query, From(ManifestPlace::kLinkHeader, "http://cdn.test/m"));
  EXPECT_TRUE(checked.trusted);
  EXPECT_EQ(checked.integrity,
            "pieces of the manifest whose sha-256 is in the job");
}

// What is no manifest of the file.

TEST(ManifestCheckTest, AnotherManifestThanThePinnedOneIsRefused) {
  const ManifestSource source =
      From(ManifestPlace::kJobUrl, "https://origin.test/m?token=sesame");
  ContentQuery by_hash = QueryFor(kHttps);
  by_hash.manifest_info_hash = std::string(20, '\x01');
  ContentQuery by_sha256 = QueryFor(kHttps);
  by_sha256.manifest_sha256 = Digest('\x01');
  ContentQuery by_both = QueryFor(kHttps);
  by_both.manifest_info_hash = InfoHash();
  by_both.manifest_sha256 = Digest('\x01');
  for (const ContentQuery& query : {by_hash, by_sha256, by_both}) {
    const absl::Status status =
        Check(query, source, Metainfo(), kSize).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_TRUE(absl::StartsWith(status.message(),
                                 "the job's manifest (https://origin.test/m) "))
        << status;
  }
}

TEST(ManifestCheckTest, AManifestOfAnotherSizeIsRefused) {
  const ManifestSource source =
      From(ManifestPlace::kBesideUrl, "http://origin.test/file.torrent");
  EXPECT_TRUE(Check(QueryFor(kHttp), source, Metainfo(), kSize).ok());
  const absl::Status status =
      Check(QueryFor(kHttp), source, Metainfo(), kSize + 1).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(status.message(),
            "the manifest beside the URL (http://origin.test/file.torrent) is "
            "of a file of 2097152 bytes; this one has 2097153");
}

TEST(ManifestCheckTest, AManifestOfSeveralFilesOrNoneIsRefused) {
  for (const char* bytes :
       {"<html>", "",
        "d4:infod5:filesld6:lengthi1e4:pathl1:aeee4:name1:x12:piece "
        "lengthi262144e6:pieces20:aaaaaaaaaaaaaaaaaaaaee"}) {
    const absl::Status status =
        Check(QueryFor(kHttp), ManifestSource(), bytes, std::nullopt).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << bytes;
    EXPECT_TRUE(absl::StartsWith(status.message(),
                                 "the job's manifest cannot be used: "))
        << status;
  }
}

// Secrets.

TEST(HttpSettingsForTest, SecretsGoToTheOriginOfTheJobAndToNoOther) {
  HttpSettings secret;
  secret.headers = {{"Cookie", "sesame"}};
  secret.server_credentials.schemes = AuthSchemes::kBearer;
  secret.server_credentials.bearer_token = "sesame";
  secret.client_certificate_pem = "certificate";
  secret.client_key_pem = "key";
  secret.proxy_url = "http://proxy.test:3128";
  secret.proxy_credentials.password = "proxy";
  secret.ca_pem = "ca";
  secret.certificate_approval = CertificateApproval();
  const auto settings = std::make_shared<const HttpSettings>(secret);
  EXPECT_EQ(HttpSettingsFor(settings, kHttps, "https://origin.test:443/m"),
            settings);
  for (const char* other : {"http://origin.test/m", "https://origin.test:444/m",
                            "https://cdn.test/m", "no URL"}) {
    const auto plain = HttpSettingsFor(settings, kHttps, other);
    EXPECT_TRUE(plain->headers.empty()) << other;
    EXPECT_EQ(plain->server_credentials.schemes, AuthSchemes::kNone);
    EXPECT_EQ(plain->server_credentials.bearer_token, "");
    EXPECT_EQ(plain->client_certificate_pem, "");
    EXPECT_EQ(plain->client_key_pem, "");
    // The way there is the same.
    EXPECT_EQ(plain->proxy_url, secret.proxy_url);
    EXPECT_EQ(plain->proxy_credentials.password, "proxy");
    EXPECT_EQ(plain->ca_pem, "ca");
    EXPECT_TRUE(plain->certificate_approval.has_value());
  }
}

// With a manifest.

TEST(JudgeTest, AnUnauthenticatedManifestIsUsedAndSaidToBeSo) {
  const ContentQuery query = QueryFor(kHttp);
  const FoundContent found = Judge(query, {}, WithManifest(query));
  EXPECT_TRUE(found.error.ok());
  ASSERT_NE(found.manifest, nullptr);
  EXPECT_EQ(found.manifest->info_hash, InfoHash());
  EXPECT_FALSE(found.trusted);
  EXPECT_FALSE(found.late_bound);
  EXPECT_TRUE(found.peers_allowed);
  EXPECT_EQ(found.refused, "");
  EXPECT_EQ(found.integrity,
            "pieces of a manifest given by an unauthenticated origin");
}

TEST(JudgeTest, TheJobsSha256IsCheckedAtTheEndInAnyCase) {
  ContentQuery query = QueryFor(kHttps);
  query.expected_sha256 = Digest('j');
  ContentEvidence evidence = WithManifest(query);
  evidence.probe->metadata.sha256 = Digest('o');
  const FoundContent found = Judge(query, {}, std::move(evidence));
  EXPECT_EQ(found.sha256, Digest('j'));
  EXPECT_EQ(found.integrity,
            "pieces of a manifest that came by https from the origin, and "
            "sha-256 given in the job");
}

TEST(JudgeTest, WhatTheOriginAnsweredIsPassedOn) {
  FoundContent found = Judge(QueryFor(kHttp), {}, Probed("http://cdn.test/f"));
  ASSERT_TRUE(found.identity);
  EXPECT_EQ(found.identity->complete_length, kSize);
  EXPECT_EQ(found.identity->validator.etag, "\"v1\"");
  EXPECT_TRUE(found.serves_ranges);
  EXPECT_EQ(found.effective_url, "http://cdn.test/f");
  found = Judge(QueryFor(kHttp), {}, ContentEvidence());
  EXPECT_FALSE(found.identity);
}

// Which peers.

struct ModeCase {
  DownloadMode asked;
  DownloadMode allowed;
  bool peers;
  const char* policy;
};

TEST(PeersTest, TheDownloadModeDecides) {
  const ModeCase kTable[] = {
      {DownloadMode::kSimple, DownloadMode::kInternet, false, "job"},
      {DownloadMode::kHttpOnly, DownloadMode::kInternet, false, "job"},
      {DownloadMode::kLan, DownloadMode::kHttpOnly, false,
       "swarm.download_mode"},
      {DownloadMode::kInternet, DownloadMode::kSimple, false,
       "swarm.download_mode"},
      {DownloadMode::kLan, DownloadMode::kLan, true, ""},
      {DownloadMode::kInternet, DownloadMode::kLan, true, ""},
  };
  for (const ModeCase& row : kTable) {
    ContentQuery query = QueryFor(kHttps);
    query.download_mode = row.asked;
    const FoundContent found =
        Judge(query, MaxMode(row.allowed), WithManifest(query));
    EXPECT_EQ(found.peers_allowed, row.peers);
    EXPECT_EQ(found.refused.empty(), row.peers);
    EXPECT_EQ(found.policy, row.policy);
    // Pieces are checked in any mode.
    EXPECT_NE(found.manifest, nullptr);
  }
}

TEST(PeersTest, APrivateJobHasNone) {
  ContentQuery query = QueryFor(kHttps);
  query.is_private = true;
  const FoundContent found = Judge(query, {}, WithManifest(query));
  EXPECT_NE(found.manifest, nullptr);
  EXPECT_FALSE(found.peers_allowed);
  EXPECT_EQ(found.policy, "job");
  EXPECT_TRUE(absl::StrContains(found.refused, "private")) << found.refused;
}

TEST(PeersTest, SmallFilesComeFromTheOriginAlone) {
  ContentSettings settings;
  settings.min_file_size = kSize;
  const ContentQuery query = QueryFor(kHttps);
  EXPECT_TRUE(Judge(query, settings, WithManifest(query)).peers_allowed);
  settings.min_file_size = kSize + 1;
  const FoundContent found = Judge(query, settings, WithManifest(query));
  EXPECT_NE(found.manifest, nullptr);
  EXPECT_FALSE(found.peers_allowed);
  EXPECT_EQ(found.policy, "swarm.min_file_size_bytes");
}

TEST(PeersTest, APrivateManifestHasPeersInModeInternetOnly) {
  const std::string metainfo =
      TestMetainfo(std::string(kSize, 'x'), "7:privatei1e");
  ContentQuery query = QueryFor(kHttps);
  query.download_mode = DownloadMode::kInternet;
  FoundContent found = Judge(query, MaxMode(DownloadMode::kInternet),
                             WithManifest(query, metainfo));
  EXPECT_TRUE(found.peers_allowed);

  found = Judge(query, MaxMode(DownloadMode::kGroup),
                WithManifest(query, metainfo));
  EXPECT_FALSE(found.peers_allowed);
  EXPECT_NE(found.manifest, nullptr);
  EXPECT_EQ(found.policy, "swarm.download_mode");

  query.download_mode = DownloadMode::kLan;
  found = Judge(query, MaxMode(DownloadMode::kInternet),
                WithManifest(query, metainfo));
  EXPECT_FALSE(found.peers_allowed);
  EXPECT_EQ(found.policy, "job");
  EXPECT_TRUE(absl::StrContains(found.refused, "BEP 27")) << found.refused;
}

TEST(PeersTest, APrivateManifestHasNoneInAGroup) {
  ContentQuery query = QueryFor(kHttps);
  query.download_mode = DownloadMode::kInternet;
  ContentSettings settings = Group();
  settings.max_mode = DownloadMode::kInternet;
  const FoundContent found =
      Judge(query, settings,
            WithManifest(
                query, TestMetainfo(std::string(kSize, 'x'), "7:privatei1e")));
  EXPECT_FALSE(found.peers_allowed);
  EXPECT_EQ(found.policy, "group.ca_file");
}

TEST(PeersTest, InAGroupAManifestGoesByTheGroupsName) {
  ContentQuery query = QueryFor(kHttps);
  const auto expected =
      MakeGroupManifest(**ReadManifest(Metainfo()), kTestGroupCa, "key");
  ASSERT_TRUE(expected.ok());
  FoundContent found = Judge(query, Group(), WithManifest(query));
  EXPECT_TRUE(found.peers_allowed);
  EXPECT_EQ(found.manifest->info_hash, (*expected)->info_hash);
  EXPECT_EQ(found.manifest->piece_hashes, (*expected)->piece_hashes);
  // It may be kept for others later.
  query.download_mode = DownloadMode::kHttpOnly;
  found = Judge(query, Group(), WithManifest(query));
  EXPECT_FALSE(found.peers_allowed);
  EXPECT_EQ(found.manifest->info_hash, (*expected)->info_hash);
}

TEST(PeersTest, AGroupWhoseCertificateCannotBeReadHasNone) {
  const ContentQuery query = QueryFor(kHttps);
  ContentSettings settings = Group();
  settings.group_ca_pem = "no certificate";
  for (ContentEvidence evidence : {WithManifest(query), Probed(kHttps)}) {
    const FoundContent found = Judge(query, settings, std::move(evidence));
    EXPECT_FALSE(found.peers_allowed);
    EXPECT_EQ(found.policy, "group.ca_file");
  }
  settings.group_ca_pem = "";
  EXPECT_FALSE(Judge(query, settings, WithManifest(query)).peers_allowed);
}

// Without a manifest.

class LateTest : public ::testing::Test {
 protected:
  LateTest() {
    with_digest_ = QueryFor(kHttp);
    with_digest_.expected_sha256 = Digest('j');
  }

  static std::string RefusedOf(const ContentQuery& query,
                               ContentEvidence evidence) {
    const FoundContent found = Judge(query, {}, std::move(evidence));
    EXPECT_EQ(found.manifest, nullptr);
    EXPECT_FALSE(found.late_bound);
    EXPECT_FALSE(found.peers_allowed);
    EXPECT_FALSE(found.refused.empty());
    return found.refused;
  }

  ContentQuery with_digest_;
};

TEST_F(LateTest, ASha256InTheJobLetsPeersHelp) {
  const FoundContent found = Judge(with_digest_, {}, Probed(kHttp));
  EXPECT_TRUE(found.late_bound);
  EXPECT_TRUE(found.trusted);
  EXPECT_TRUE(found.peers_allowed);
  EXPECT_EQ(found.sha256, Digest('j'));
  EXPECT_EQ(found.integrity, "sha-256 given in the job");
  ASSERT_NE(found.manifest, nullptr);
  EXPECT_EQ(found.manifest->layout.size(), kSize);
}

TEST_F(LateTest, ADigestOfAnHttpsOriginLetsPeersHelp) {
  ContentEvidence evidence = Probed(kHttps);
  evidence.probe->metadata.sha256 = Digest('o');
  const FoundContent found = Judge(QueryFor(kHttps), {}, std::move(evidence));
  EXPECT_TRUE(found.late_bound);
  EXPECT_TRUE(found.trusted);
  EXPECT_EQ(found.sha256, Digest('o'));
  EXPECT_EQ(found.integrity, "sha-256 sent by the origin over https");
}

TEST_F(LateTest, ADigestThatCameByHttpSaysNothing) {
  for (const auto& [url, effective] :
       {std::pair(kHttp, kHttp), std::pair(kHttp, kHttps),
        std::pair(kHttps, kHttp)}) {
    ContentEvidence evidence = Probed(effective);
    evidence.probe->metadata.sha256 = Digest('o');
    const FoundContent found = Judge(QueryFor(url), {}, std::move(evidence));
    EXPECT_FALSE(found.late_bound);
    EXPECT_EQ(found.sha256, "");
    EXPECT_EQ(found.integrity, "");
  }
}

TEST_F(LateTest, WithoutADigestNothingVouches) {
  const std::string refused = RefusedOf(QueryFor(kHttps), Probed(kHttps));
  EXPECT_TRUE(absl::StartsWith(refused, "nothing vouches for bytes of peers"))
      << refused;
  ContentEvidence evidence = Probed(kHttps);
  evidence.manifest_fault = "the manifest is of another file";
  EXPECT_TRUE(absl::StrContains(
      RefusedOf(QueryFor(kHttps), std::move(evidence)),
      "there is no manifest (the manifest is of another file), no sha-256"));
}

TEST_F(LateTest, NeedsAStrongValidator) {
  ContentEvidence evidence = Probed(kHttp);
  evidence.probe->identity.validator.etag = "W/\"weak\"";
  EXPECT_TRUE(
      absl::StrContains(RefusedOf(with_digest_, evidence), "strong ETag"));
  evidence.probe->identity.validator.last_modified =
      "Sun, 06 Nov 1994 08:49:37 GMT";
  EXPECT_TRUE(Judge(with_digest_, {}, std::move(evidence)).late_bound);
}

TEST_F(LateTest, NeedsASizeThatIsKnownAndNotSmall) {
  ContentEvidence evidence = Probed(kHttp);
  evidence.probe->identity.complete_length.reset();
  EXPECT_EQ(RefusedOf(with_digest_, evidence),
            "the origin does not tell the file's size");
  evidence.probe->identity.complete_length = (1 << 20) - 1;
  const FoundContent found = Judge(with_digest_, {}, std::move(evidence));
  EXPECT_FALSE(found.late_bound);
  EXPECT_EQ(found.policy, "swarm.min_file_size_bytes");
}

TEST_F(LateTest, NeedsTheSizeThatTheJobExpects) {
  with_digest_.expected_size = kSize + 1;
  EXPECT_TRUE(absl::StrContains(RefusedOf(with_digest_, Probed(kHttp)),
                                "another size"));
}

TEST_F(LateTest, NeedsRanges) {
  ContentEvidence evidence = Probed(kHttp);
  evidence.probe->serves_ranges = false;
  EXPECT_TRUE(absl::StrContains(RefusedOf(with_digest_, std::move(evidence)),
                                "does not serve ranges"));
}

TEST_F(LateTest, NeedsAnAnswerOfTheOrigin) {
  ContentEvidence evidence;
  evidence.probe_error = absl::UnavailableError("the connection broke");
  EXPECT_EQ(RefusedOf(with_digest_, std::move(evidence)),
            "the origin did not tell what the file is: the connection broke");
}

TEST_F(LateTest, NeedsAModeWithPeersAndNoPrivateJob) {
  with_digest_.download_mode = DownloadMode::kHttpOnly;
  RefusedOf(with_digest_, Probed(kHttp));
  with_digest_.download_mode = DownloadMode::kLan;
  with_digest_.is_private = true;
  RefusedOf(with_digest_, Probed(kHttp));
}

TEST_F(LateTest, AGroupVouchesForItsMachines) {
  const FoundContent found = Judge(QueryFor(kHttp), Group(), Probed(kHttp));
  EXPECT_TRUE(found.late_bound);
  EXPECT_TRUE(found.peers_allowed);
  EXPECT_FALSE(found.trusted);
  EXPECT_EQ(found.sha256, "");
  EXPECT_EQ(found.integrity,
            "hashes told by machines of the group, size and validator of the "
            "origin");
  EXPECT_TRUE(absl::StrContains(found.manifest->metainfo, "8:ssl-cert"));
}

std::string LateHash(const ContentQuery& query, ContentEvidence evidence,
                     const ContentSettings& settings = {}) {
  const FoundContent found = Judge(query, settings, std::move(evidence));
  EXPECT_TRUE(found.late_bound) << found.refused;
  return found.manifest == nullptr ? "" : found.manifest->info_hash;
}

TEST_F(LateTest, UrlsOfTheSameBytesMeet) {
  ContentQuery mirror = QueryFor("http://mirror.test/other");
  mirror.expected_sha256 = Digest('j');
  ContentEvidence evidence = Probed("http://mirror.test/other");
  evidence.probe->identity.validator.etag = "\"mirrors own\"";
  EXPECT_EQ(LateHash(with_digest_, Probed(kHttp)),
            LateHash(mirror, std::move(evidence)));
  // As well where the digest comes from the origin.
  ContentEvidence told = Probed(kHttps);
  told.probe->metadata.sha256 = Digest('j');
  EXPECT_EQ(LateHash(with_digest_, Probed(kHttp)),
            LateHash(QueryFor(kHttps), std::move(told)));
}

TEST_F(LateTest, WithoutADigestUrlAndValidatorNameTheContent) {
  const std::string hash = LateHash(QueryFor(kHttp), Probed(kHttp), Group());
  EXPECT_EQ(
      LateHash(QueryFor("HTTP://Origin.Test:80/file"), Probed(kHttp), Group()),
      hash);
  EXPECT_NE(
      LateHash(QueryFor("http://mirror.test/file"), Probed(kHttp), Group()),
      hash);
  // A server of many names gives the file of the name that it is asked by.
  ContentQuery named = QueryFor(kHttp);
  auto http = std::make_shared<HttpSettings>();
  http->headers = {{"host", "named.test"}};
  named.http = http;
  EXPECT_EQ(
      LateHash(named, Probed(kHttp), Group()),
      LateHash(QueryFor("http://named.test/file"), Probed(kHttp), Group()));
  EXPECT_NE(LateHash(named, Probed(kHttp), Group()), hash);
  ContentEvidence newer = Probed(kHttp);
  newer.probe->identity.validator.etag = "\"v2\"";
  EXPECT_NE(LateHash(QueryFor(kHttp), std::move(newer), Group()), hash);
  ContentSettings other = Group();
  other.group_key = "other";
  EXPECT_NE(LateHash(QueryFor(kHttp), Probed(kHttp), other), hash);
}

TEST_F(LateTest, ADigestOfTheWholeFileDoesNotVouchForParts) {
  ContentQuery query = QueryFor(kHttps);
  query.ranges = {ByteRange{0, 100}};
  ContentEvidence evidence = Probed(kHttps);
  evidence.probe->metadata.sha256 = Digest('o');
  FoundContent found = Judge(query, {}, evidence);
  EXPECT_EQ(found.sha256, "");
  EXPECT_FALSE(found.late_bound);
  // It names the whole file all the same: parts and wholes meet in a group.
  EXPECT_EQ(LateHash(query, evidence, Group()),
            LateHash(QueryFor(kHttps), evidence, Group()));
}

TEST_F(LateTest, ADigestOfPartsDoesNotNameTheFile) {
  ContentQuery parts = with_digest_;
  parts.ranges = {ByteRange{0, 100}};
  EXPECT_EQ(Judge(parts, {}, Probed(kHttp)).sha256, Digest('j'));
  EXPECT_NE(LateHash(parts, Probed(kHttp)),
            LateHash(with_digest_, Probed(kHttp)));
}

// Integrity is mandatory.

TEST(MandatoryTest, WithoutAnyDigestOrManifestTheJobFails) {
  const FoundContent found = Judge(Mandatory(kHttps), {}, Probed(kHttps));
  EXPECT_EQ(ReasonOf(found.error), v1::ERROR_REASON_VALIDATION_FAILED);
  EXPECT_EQ(ErrorDetailOf(found.error).policy(), "swarm.integrity");
  EXPECT_FALSE(ErrorDetailOf(found.error).retryable());
  EXPECT_EQ(found.policy, "swarm.integrity");
  EXPECT_FALSE(found.peers_allowed);
}

TEST(MandatoryTest, WhatDemandsItIsNamed) {
  ContentQuery query = Mandatory(kHttps);
  query.proof_demand = ProofDemand::kJob;
  const FoundContent found = Judge(query, {}, Probed(kHttps));
  EXPECT_EQ(ErrorDetailOf(found.error).policy(), "");
  EXPECT_EQ(ErrorDetailOf(found.error).field(), "required_integrity");
  EXPECT_EQ(found.policy, "job");
}

TEST(MandatoryTest, AnUnauthenticatedManifestIsNotEnough) {
  const ContentQuery query = Mandatory(kHttp);
  const FoundContent found = Judge(query, {}, WithManifest(query));
  EXPECT_EQ(ReasonOf(found.error), v1::ERROR_REASON_VALIDATION_FAILED);
  EXPECT_TRUE(absl::StrContains(found.error.message(),
                                "given by an unauthenticated origin"))
      << found.error;
}

TEST(MandatoryTest, AGroupIsNotEnough) {
  EXPECT_FALSE(Judge(Mandatory(kHttp), Group(), Probed(kHttp)).error.ok());
}

TEST(MandatoryTest, AnAuthenticatedManifestIsEnough) {
  const ContentQuery query = Mandatory(kHttps);
  EXPECT_TRUE(Judge(query, {}, WithManifest(query)).error.ok());
}

TEST(MandatoryTest, ASha256IsEnough) {
  ContentQuery query = Mandatory(kHttp);
  query.expected_sha256 = Digest('j');
  EXPECT_TRUE(Judge(query, {}, Probed(kHttp)).error.ok());
  EXPECT_TRUE(Judge(query, {}, WithManifest(query)).error.ok());
  EXPECT_TRUE(Judge(query, {}, ContentEvidence()).error.ok());
  ContentEvidence told = Probed(kHttps);
  told.probe->metadata.sha256 = Digest('o');
  EXPECT_TRUE(Judge(Mandatory(kHttps), {}, std::move(told)).error.ok());
}

TEST(MandatoryTest, WhatMayPassWithTimeIsToldAsItIs) {
  const absl::Status broken = Error(v1::ERROR_REASON_CONNECTION_CLOSED,
                                    v1::ERROR_CONTEXT_GENERAL_TRANSPORT)
                                  .Retryable()
                                  .Status("the connection broke");
  ContentEvidence no_probe;
  no_probe.probe_error = broken;
  EXPECT_EQ(Judge(Mandatory(kHttp), {}, no_probe).error, broken);
  ContentEvidence no_manifest = Probed(kHttp);
  no_manifest.lookup_error = broken;
  EXPECT_EQ(Judge(Mandatory(kHttp), {}, no_manifest).error, broken);
  // But no hindrance where it is not needed.
  EXPECT_TRUE(Judge(QueryFor(kHttp), {}, no_probe).error.ok());
  ContentQuery with_digest = Mandatory(kHttp);
  with_digest.expected_sha256 = Digest('j');
  EXPECT_TRUE(Judge(with_digest, {}, no_manifest).error.ok());
}

TEST(MandatoryTest, AGivenManifestThatCannotBeHadFailsTheJob) {
  ContentQuery query = Mandatory(kHttp);
  query.expected_sha256 = Digest('j');
  ContentEvidence evidence = Probed(kHttp);
  evidence.given_error =
      Error(v1::ERROR_REASON_VALIDATION_FAILED, v1::ERROR_CONTEXT_REMOTE_FILE)
          .Status("another one");
  EXPECT_EQ(Judge(query, {}, evidence).error, evidence.given_error);
  query.proof_demand = ProofDemand::kNone;
  EXPECT_TRUE(Judge(query, {}, evidence).error.ok());
}

// Mirrors.

using Mirrors = std::vector<std::string>;

TEST(MirrorsTest, AreThoseOfTheOriginThatTheJobDoesNotName) {
  ContentQuery query = QueryFor(kHttp);
  query.urls.push_back("http://known.test/file");
  ContentEvidence evidence = Probed("http://cdn.test/a/file");
  evidence.probe->metadata.mirrors = {
      "http://one.test/f",  "http://Known.test:80/file",
      "../b/file?x#part",   kHttp,
      "http://ONE.test/f",  "ftp://two.test/f",
      "https://two.test/f", "http://me:sesame@three.test/f"};
  EXPECT_EQ(Judge(query, {}, std::move(evidence)).mirrors,
            (Mirrors{"http://one.test/f", "http://cdn.test/b/file?x",
                     "https://two.test/f", "http://three.test/f"}));
}

TEST(MirrorsTest, OfAnHttpsOriginThatVouchesForNothingAreHttps) {
  ContentEvidence evidence = Probed(kHttps);
  evidence.probe->metadata.mirrors = {"http://one.test/f",
                                      "https://two.test/f"};
  EXPECT_EQ(Judge(QueryFor(kHttps), {}, evidence).mirrors,
            (Mirrors{"https://two.test/f"}));
  evidence.probe->metadata.sha256 = Digest('o');
  EXPECT_EQ(Judge(QueryFor(kHttps), {}, evidence).mirrors,
            (Mirrors{"http://one.test/f", "https://two.test/f"}));
}

TEST(ContentQueryTest, IsThatOfTheTransfer) {
  TransferSpec spec;
  spec.urls = {kHttp};
  spec.ranges = {ByteRange{1, 2}};
  spec.expected_size = 3;
  spec.expected_sha256 = "4";
  spec.http = std::make_shared<const HttpSettings>();
  spec.download_mode = DownloadMode::kGroup;
  spec.is_private = true;
  spec.proof_demand = ProofDemand::kPolicy;
  spec.mode_policy = "5";
  spec.manifest = "6";
  spec.manifest_url = "7";
  spec.manifest_info_hash = "8";
  spec.manifest_sha256 = "9";
  const ContentQuery query = ContentQuery::Of(spec);
  EXPECT_EQ(query.urls, spec.urls);
  EXPECT_EQ(query.ranges, spec.ranges);
  EXPECT_EQ(query.expected_size, 3);
  EXPECT_EQ(query.http, spec.http);
  EXPECT_EQ(query.download_mode, DownloadMode::kGroup);
  EXPECT_TRUE(query.is_private);
  EXPECT_EQ(query.proof_demand, ProofDemand::kPolicy);
  EXPECT_EQ(absl::StrCat(query.expected_sha256, query.mode_policy,
                         query.manifest, query.manifest_url,
                         query.manifest_info_hash, query.manifest_sha256),
            "456789");
}

TEST(ContentSettingsTest, WithoutAuthorityOrKeyThereIsNoGroup) {
  SwarmSettings swarm;
  swarm.max_mode = DownloadMode::kGroup;
  swarm.min_file_size = 7;
  swarm.look_beside_url = false;
  ContentSettings settings = ContentSettings::Of(swarm, "key");
  EXPECT_EQ(settings.group_key, "");
  EXPECT_EQ(settings.max_mode, DownloadMode::kGroup);
  EXPECT_EQ(settings.min_file_size, 7);
  EXPECT_FALSE(settings.look_beside_url);
  swarm.group_ca_pem = kTestGroupCa;
  settings = ContentSettings::Of(swarm, "key");
  EXPECT_EQ(settings.group_key, "key");
  EXPECT_EQ(settings.group_ca_pem, kTestGroupCa);
  settings = ContentSettings::Of(swarm, "");
  EXPECT_EQ(settings.group_key, "");
  EXPECT_EQ(settings.group_ca_pem, "");
}

}  // namespace
}  // namespace convoy
