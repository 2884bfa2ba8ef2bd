#include "peer/content_rules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "peer/base/status_macros.h"
#include "peer/base/url_text.h"
#include "peer/http_headers.h"
#include "peer/late_manifest.h"
#include "peer/sha256.h"
#include "proto/error_detail.h"
#include "proto/utf8.h"

namespace convoy {
namespace {

// The job's field.
constexpr char kDemandOfJob[] = "required_integrity";

// Why peers are not used, and who decided it.
struct Refusal {
  std::string why;  // Empty: they may be used.
  std::string policy;
};

std::string Sha256Of(absl::string_view bytes) {
  Sha256 sha256;
  sha256.Update(bytes);
  return sha256.Finish();
}

DownloadMode ModeOf(const ContentQuery& query,
                    const ContentSettings& settings) {
  return std::min(query.download_mode, settings.max_mode);
}

bool InGroup(const ContentSettings& settings) {
  return !settings.group_ca_pem.empty() || !settings.group_key.empty();
}

bool SameHost(absl::string_view url, absl::string_view other) {
  const absl::StatusOr<HttpUrl> a = HttpUrl::Parse(url);
  const absl::StatusOr<HttpUrl> b = HttpUrl::Parse(other);
  return a.ok() && b.ok() && a->host() == b->host();
}

bool IsHttps(absl::string_view url) {
  const absl::StatusOr<HttpUrl> parsed = HttpUrl::Parse(url);
  return parsed.ok() && parsed->IsHttps();
}

std::string NameOf(const ManifestSource& source) {
  const std::string url =
      absl::StrCat(" (", RedactedUrl(source.asked_url), ")");
  switch (source.place) {
    case ManifestPlace::kJobBytes:
      return "the job's manifest";
    case ManifestPlace::kJobUrl:
      return absl::StrCat("the job's manifest", url);
    case ManifestPlace::kLinkHeader:
      return absl::StrCat("the manifest that the origin links to", url);
    case ManifestPlace::kBesideUrl:
      return absl::StrCat("the manifest beside the URL", url);
  }
  return "";
}

// Empty: nobody authenticates it.
std::string WhyTrusted(const ContentQuery& query,
                       const ManifestSource& source) {
  if (!query.manifest_info_hash.empty()) {
    return "pieces of the manifest whose info-hash is in the job";
  }
  if (!query.manifest_sha256.empty()) {
    return "pieces of the manifest whose sha-256 is in the job";
  }
  if (source.place == ManifestPlace::kJobBytes) {
    return "pieces of a manifest given in the job";
  }
  const bool from_origin =
      source.named_by_https && IsHttps(query.urls.front()) &&
      SameHost(source.effective_url, query.urls.front()) &&
      CameByHttps(*query.http, source.asked_url, source.effective_url);
  return from_origin ? "pieces of a manifest that came by https from the origin"
                     : "";
}

// The manifest is of the name by which the job asks for the file: what is
// signed of another file is no proof for this one.
bool IsOfUrl(const Manifest& manifest, const ContentQuery& query) {
  return std::any_of(
      query.urls.begin(), query.urls.end(),
      [&manifest](const std::string& url) {
        const absl::StatusOr<HttpUrl> parsed = HttpUrl::Parse(url);
        return parsed.ok() &&
               ToUtf8(PercentDecoded(parsed->FileName())) == manifest.name;
      });
}

// What its signatures say for a manifest. `why_not`: empty where nobody is
// believed and it bears none.
TrustedSigners::Verdict CheckSignatures(const ContentQuery& query,
                                        const ContentSettings& settings,
                                        const Manifest& manifest,
                                        absl::Time now) {
  if (settings.signers == nullptr) {
    return {"", TrustedSigners::WhyNobody(manifest)};
  }
  TrustedSigners::Verdict verdict = settings.signers->Check(manifest, now);
  if (!verdict.signer.empty() && !IsOfUrl(manifest, query)) {
    return {"",
            absl::StrCat("it is signed by ", verdict.signer, " for a file \"",
                         absl::Utf8SafeCHexEscape(manifest.name),
                         "\", and no URL of the job ends with that name")};
  }
  return verdict;
}

std::string WhyUntrusted(const ContentQuery& query,
                         const ManifestSource& source) {
  return SameHost(source.effective_url, query.urls.front())
             ? "pieces of a manifest given by an unauthenticated origin"
             : "pieces of a manifest that nobody authenticated: it came from "
               "another host than the origin's";
}

// A digest that is checked at the end, and who says it.
struct TrustedDigest {
  std::string sha256;
  std::string integrity;
};

// Of the whole remote file, by an origin whose word counts; or empty.
std::string OriginsDigest(const ContentQuery& query,
                          const ContentEvidence& evidence) {
  if (!evidence.probe || !CameByHttps(*query.http, query.urls.front(),
                                      evidence.probe->effective_url)) {
    return "";
  }
  return evidence.probe->metadata.sha256;
}

TrustedDigest DigestOf(const ContentQuery& query,
                       const ContentEvidence& evidence) {
  if (!query.expected_sha256.empty()) {
    return {query.expected_sha256, "sha-256 given in the job"};
  }
  // That of the whole file says nothing of a part.
  const std::string digest = OriginsDigest(query, evidence);
  if (!query.ranges.empty() || digest.empty()) return {};
  return {digest, "sha-256 sent by the origin over https"};
}

absl::Status MandatoryError(const ContentQuery& query,
                            const ContentSettings& settings,
                            const ContentEvidence& evidence,
                            const TrustedDigest& digest) {
  if (query.proof_demand == ProofDemand::kNone) return absl::OkStatus();
  if (!evidence.manifest && !evidence.given_error.ok()) {
    return evidence.given_error;
  }
  if (!digest.sha256.empty() ||
      (evidence.manifest && evidence.manifest->trusted)) {
    return absl::OkStatus();
  }
  // What may pass with time is no verdict.
  if (!evidence.probe_error.ok()) return evidence.probe_error;
  if (!evidence.lookup_error.ok()) return evidence.lookup_error;
  std::string fault = evidence.manifest ? evidence.manifest->integrity
                                        : evidence.manifest_fault;
  if (fault.empty() && !MayLook(query, settings)) {
    fault = "in mode simple none is looked for: the job must name it";
  }
  return UnprovenError(
      query.proof_demand, query.urls.front(),
      absl::StrCat(
          "nothing vouches for the file's bytes, and integrity is mandatory: "
          "there is no sha-256 in the job or from an https origin, and no "
          "authenticated manifest",
          fault.empty() ? "" : absl::StrCat(" (", fault, ")")));
}

Refusal ModeRefusal(const ContentQuery& query,
                    const ContentSettings& settings) {
  if (query.is_private) {
    return {
        "the job is private: its bytes are neither asked of peers nor given "
        "to them",
        "job"};
  }
  const DownloadMode mode = ModeOf(query, settings);
  if (mode >= DownloadMode::kLan) return {};
  return {absl::StrCat("the download mode is ",
                       mode == DownloadMode::kSimple ? "simple" : "http_only",
                       ": bytes come from the origin and mirrors only"),
          query.download_mode <= settings.max_mode ? query.mode_policy
                                                   : "swarm.download_mode"};
}

Refusal SizeRefusal(std::int64_t size, const ContentSettings& settings) {
  if (size >= settings.min_file_size) return {};
  return {absl::StrCat("the file has ", size, " bytes; those of less than ",
                       settings.min_file_size,
                       " are fetched from the origin alone"),
          "swarm.min_file_size_bytes"};
}

// BEP 27.
Refusal PrivateManifestRefusal(const ContentQuery& query,
                               const ContentSettings& settings) {
  if (InGroup(settings)) {
    return {
        "the manifest is private (BEP 27): its peers are those that its "
        "trackers know, and a machine of an authenticated group meets only "
        "the group",
        "group.ca_file"};
  }
  if (ModeOf(query, settings) == DownloadMode::kInternet) return {};
  return {
      "the manifest is private (BEP 27): its peers are those that its "
      "trackers know, which are asked in download mode internet only",
      query.download_mode <= settings.max_mode ? query.mode_policy
                                               : "swarm.download_mode"};
}

Refusal ManifestRefusal(const ContentQuery& query,
                        const ContentSettings& settings,
                        const Manifest& manifest) {
  Refusal refusal = ModeRefusal(query, settings);
  if (refusal.why.empty()) {
    refusal = SizeRefusal(manifest.layout.size(), settings);
  }
  if (refusal.why.empty() && manifest.is_private) {
    refusal = PrivateManifestRefusal(query, settings);
  }
  return refusal;
}

void Refuse(Refusal refusal, FoundContent* found) {
  found->refused = std::move(refusal.why);
  found->policy = std::move(refusal.policy);
}

void UseManifest(const ContentQuery& query, const ContentSettings& settings,
                 CheckedManifest checked, const TrustedDigest& digest,
                 FoundContent* found) {
  found->manifest = std::move(checked.manifest);
  found->trusted = checked.trusted;
  found->integrity = std::move(checked.integrity);
  if (!digest.sha256.empty()) {
    absl::StrAppend(&found->integrity, ", and ", digest.integrity);
  }
  Refusal refusal = ManifestRefusal(query, settings, *found->manifest);
  // Whatever is done with it.
  absl::StatusOr<std::shared_ptr<const Manifest>> named =
      settings.NameForPeers(found->manifest);
  if (named.ok()) {
    found->manifest = *std::move(named);
  } else if (refusal.why.empty()) {
    refusal = {std::string(named.status().message()), "group.ca_file"};
  }
  found->peers_allowed = refusal.why.empty();
  Refuse(std::move(refusal), found);
}

std::string NothingVouches(const ContentEvidence& evidence) {
  return absl::StrCat(
      "nothing vouches for bytes of peers: there is no manifest",
      evidence.manifest_fault.empty()
          ? ""
          : absl::StrCat(" (", evidence.manifest_fault, ")"),
      ", no sha-256 in the job or from an https origin, and no authenticated "
      "group");
}

// Why machines cannot share a file without a manifest.
Refusal LateRefusal(const ContentQuery& query, const ContentSettings& settings,
                    const ContentEvidence& evidence, bool vouched) {
  Refusal refusal = ModeRefusal(query, settings);
  if (!refusal.why.empty()) return refusal;
  if (!evidence.probe) {
    return {absl::StrCat("the origin did not tell what the file is: ",
                         evidence.probe_error.message()),
            ""};
  }
  const RemoteIdentity& identity = evidence.probe->identity;
  if (!identity.complete_length) {
    return {vouched ? "the origin does not tell the file's size"
                    : NothingVouches(evidence),
            ""};
  }
  refusal = SizeRefusal(*identity.complete_length, settings);
  if (!refusal.why.empty()) return refusal;
  if (!vouched) return {NothingVouches(evidence), ""};
  if (query.expected_size.value_or(*identity.complete_length) !=
      *identity.complete_length) {
    return {"the file at the origin has another size than the job expects", ""};
  }
  if (identity.validator.ForIfRange().empty()) {
    return {
        "the origin gives no strong ETag and no Last-Modified, by which "
        "machines could tell that they fetch the same version",
        ""};
  }
  if (!evidence.probe->serves_ranges) {
    return {
        "the origin does not serve ranges, so that machines cannot share "
        "the file",
        ""};
  }
  return {};
}

// Normalised; a Host header of the job stands in for the URL's host. Empty: it
// is none.
std::string UrlAskedFor(const ContentQuery& query) {
  absl::StatusOr<HttpUrl> url = HttpUrl::Parse(query.urls.front());
  const std::string host = HostAmong(query.http->headers);
  if (url.ok() && !host.empty()) url = url->WithAuthority(host);
  return url.ok() ? url->normalized() : "";
}

void BindLate(const ContentQuery& query, const ContentSettings& settings,
              const ContentEvidence& evidence, const TrustedDigest& digest,
              FoundContent* found) {
  found->integrity = digest.integrity;
  const bool vouched = !digest.sha256.empty() || InGroup(settings);
  Refusal refusal = LateRefusal(query, settings, evidence, vouched);
  if (!refusal.why.empty()) return Refuse(std::move(refusal), found);
  const RemoteIdentity& identity = evidence.probe->identity;
  LateContent content;
  content.size = *identity.complete_length;
  // That of a part names no file.
  content.sha256 = query.ranges.empty() && !query.expected_sha256.empty()
                       ? query.expected_sha256
                       : OriginsDigest(query, evidence);
  content.url = UrlAskedFor(query);
  content.validator = identity.validator.ForIfRange();
  content.group_key = settings.group_key;
  content.group_ca_pem = settings.group_ca_pem;
  absl::StatusOr<std::shared_ptr<const Manifest>> manifest =
      MakeLateManifest(content);
  if (!manifest.ok()) {
    return Refuse({std::string(manifest.status().message()),
                   InGroup(settings) ? "group.ca_file" : ""},
                  found);
  }
  found->manifest = *std::move(manifest);
  found->late_bound = true;
  found->trusted = !digest.sha256.empty();
  found->peers_allowed = true;
  if (found->integrity.empty()) {
    found->integrity =
        "hashes told by machines of the group, size and validator of the "
        "origin";
  }
}

// Those of an https origin that are plain http are worth something only where
// their bytes are checked.
std::vector<std::string> MirrorsOf(const ContentQuery& query,
                                   const ProbedOrigin& probe, bool vouched) {
  std::vector<std::string> mirrors;
  const absl::StatusOr<HttpUrl> base = HttpUrl::Parse(probe.effective_url);
  if (!base.ok()) return mirrors;
  std::vector<std::string> known;
  for (const std::string& url : query.urls) {
    const absl::StatusOr<HttpUrl> parsed = HttpUrl::Parse(url);
    if (parsed.ok()) known.push_back(parsed->normalized());
  }
  const bool needs_https = IsHttps(query.urls.front()) && !vouched;
  for (const std::string& target : probe.metadata.mirrors) {
    const absl::StatusOr<HttpUrl> url = base->Resolve(target);
    if (!url.ok() || (needs_https && !url->IsHttps()) ||
        std::find(known.begin(), known.end(), url->normalized()) !=
            known.end()) {
      continue;
    }
    known.push_back(url->normalized());
    mirrors.push_back(url->text());
  }
  return mirrors;
}

}  // namespace

ContentQuery ContentQuery::Of(const TransferSpec& spec) {
  ContentQuery query;
  query.urls = spec.urls;
  query.ranges = spec.ranges;
  query.expected_size = spec.expected_size;
  query.expected_sha256 = spec.expected_sha256;
  query.http = spec.http;
  query.download_mode = spec.download_mode;
  query.is_private = spec.is_private;
  query.proof_demand = spec.proof_demand;
  query.mode_policy = spec.mode_policy;
  query.manifest = spec.manifest;
  query.manifest_url = spec.manifest_url;
  query.manifest_info_hash = spec.manifest_info_hash;
  query.manifest_sha256 = spec.manifest_sha256;
  return query;
}

ContentSettings ContentSettings::Of(const SwarmSettings& settings,
                                    std::string group_key) {
  ContentSettings of;
  of.Update(settings);
  if (settings.group_ca_pem.empty() || group_key.empty()) return of;
  of.group_ca_pem = settings.group_ca_pem;
  of.group_key = std::move(group_key);
  return of;
}

void ContentSettings::Update(const SwarmSettings& settings) {
  max_mode = settings.max_mode;
  min_file_size = settings.min_file_size;
  look_beside_url = settings.look_beside_url;
  signers = settings.signers;
}

absl::StatusOr<std::shared_ptr<const Manifest>> ContentSettings::NameForPeers(
    std::shared_ptr<const Manifest> manifest) const {
  if (!InGroup(*this)) return manifest;
  return MakeGroupManifest(*manifest, group_ca_pem, group_key);
}

absl::StatusOr<CheckedManifest> CheckManifest(const ContentQuery& query,
                                              const ContentSettings& settings,
                                              const ManifestSource& source,
                                              absl::string_view bytes,
                                              std::optional<std::int64_t> size,
                                              absl::Time now) {
  if (!query.manifest_sha256.empty() &&
      Sha256Of(bytes) != query.manifest_sha256) {
    return absl::FailedPreconditionError(absl::StrCat(
        NameOf(source), " is not the one whose sha-256 is in the job"));
  }
  const absl::StatusOr<std::shared_ptr<const Manifest>> manifest =
      ReadManifest(bytes);
  if (!manifest.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        NameOf(source), " cannot be used: ", manifest.status().message()));
  }
  const std::string& wanted = query.manifest_info_hash;
  if (!wanted.empty() && wanted != (*manifest)->info_hash &&
      wanted != (*manifest)->info_hash_v2) {
    const bool of_v2 = wanted.size() == (*manifest)->info_hash_v2.size();
    return absl::FailedPreconditionError(
        absl::StrCat(NameOf(source), " has the info-hash ",
                     absl::BytesToHexString(of_v2 ? (*manifest)->info_hash_v2
                                                  : (*manifest)->info_hash),
                     "; the job wants ", absl::BytesToHexString(wanted)));
  }
  if (size && (*manifest)->layout.size() != *size) {
    return absl::InvalidArgumentError(absl::StrCat(
        NameOf(source), " is of a file of ", (*manifest)->layout.size(),
        " bytes; this one has ", *size));
  }
  CheckedManifest checked;
  checked.manifest = *manifest;
  checked.integrity = WhyTrusted(query, source);
  checked.trusted = !checked.integrity.empty();
  if (checked.trusted) return checked;
  const TrustedSigners::Verdict verdict =
      CheckSignatures(query, settings, **manifest, now);
  checked.trusted = !verdict.signer.empty();
  checked.integrity =
      checked.trusted
          ? absl::StrCat("pieces of a manifest signed by ", verdict.signer)
          : absl::StrCat(WhyUntrusted(query, source),
                         verdict.why_not.empty() ? "" : "; ", verdict.why_not);
  return checked;
}

bool CameByHttps(const HttpSettings& settings, absl::string_view asked_url,
                 absl::string_view effective_url) {
  if (settings.ignore_untrusted_chain || settings.ignore_host_name ||
      settings.chain_checks.LeavesOutAny()) {
    return false;  // Nobody knows who answered.
  }
  const absl::StatusOr<HttpUrl> asked = HttpUrl::Parse(asked_url);
  const absl::StatusOr<HttpUrl> effective = HttpUrl::Parse(effective_url);
  if (!asked.ok() || !effective.ok() || !asked->IsHttps() ||
      !effective->IsHttps()) {
    return false;
  }
  // Who may go from https to http may have come back by any redirect.
  return settings.redirect_policy != RedirectPolicy::kFollowInsecure ||
         asked->normalized() == effective->normalized();
}

std::shared_ptr<const HttpSettings> HttpSettingsFor(
    const std::shared_ptr<const HttpSettings>& settings,
    absl::string_view job_url, absl::string_view url) {
  const absl::StatusOr<HttpUrl> job = HttpUrl::Parse(job_url);
  const absl::StatusOr<HttpUrl> other = HttpUrl::Parse(url);
  if (job.ok() && other.ok() && job->origin() == other->origin()) {
    return settings;
  }
  auto plain = std::make_shared<HttpSettings>(*settings);
  plain->headers.clear();
  plain->server_credentials = HttpCredentials();
  plain->client_certificate_pem.clear();
  plain->client_key_pem.clear();
  plain->default_client_certificate = false;
  return plain;
}

bool NeedsManifest(const ContentQuery& query) {
  return query.proof_demand != ProofDemand::kNone &&
         query.expected_sha256.empty();
}

bool MayLook(const ContentQuery& query, const ContentSettings& settings) {
  return ModeOf(query, settings) != DownloadMode::kSimple &&
         (!query.is_private || NeedsManifest(query));
}

absl::Status UnprovenError(ProofDemand demand, absl::string_view url,
                           absl::string_view message) {
  v1::ErrorDetail detail;
  detail.set_reason(v1::ERROR_REASON_VALIDATION_FAILED);
  detail.set_context(v1::ERROR_CONTEXT_REMOTE_FILE);
  if (demand == ProofDemand::kPolicy) {
    detail.set_policy("swarm.integrity");
  } else {
    detail.set_field(kDemandOfJob);
  }
  return Error(std::move(detail)).Url(url).Status(message);
}

FoundContent Judge(const ContentQuery& query, const ContentSettings& settings,
                   ContentEvidence evidence) {
  FoundContent found;
  found.probe_error = evidence.probe_error;
  found.retry_after = evidence.retry_after;
  const TrustedDigest digest = DigestOf(query, evidence);
  found.sha256 = digest.sha256;
  if (evidence.probe) {
    found.identity = evidence.probe->identity;
    found.serves_ranges = evidence.probe->serves_ranges;
    found.effective_url = evidence.probe->effective_url;
  }
  found.error = MandatoryError(query, settings, evidence, digest);
  if (!found.error.ok()) {
    const v1::ErrorDetail detail = ErrorDetailOf(found.error);
    Refuse({std::string(found.error.message()),
            detail.field() == kDemandOfJob ? "job" : detail.policy()},
           &found);
    return found;
  }
  found.manifest_fault = evidence.manifest_fault;
  if (evidence.manifest) {
    UseManifest(query, settings, *std::move(evidence.manifest), digest, &found);
  } else {
    BindLate(query, settings, evidence, digest, &found);
  }
  if (evidence.probe) {
    const bool vouched = found.trusted || !found.sha256.empty();
    found.mirrors = MirrorsOf(query, *evidence.probe, vouched);
  }
  return found;
}

}  // namespace convoy
