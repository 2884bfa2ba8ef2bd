#ifndef CONVOY_PEER_CONTENT_RULES_H_
#define CONVOY_PEER_CONTENT_RULES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/byte_range.h"
#include "peer/curl_url.h"
#include "peer/http_settings.h"
#include "peer/manifest.h"
#include "peer/origin_metadata.h"
#include "peer/remote_identity.h"
#include "peer/swarm_settings.h"
#include "peer/transfer_engine.h"
#include "peer/trusted_signers.h"

// What a file's bytes are and who is believed, as pure functions. The rules as
// a table: "What the bytes are, and whom to trust" in peer/README.md.
namespace convoy {

// What a job says of its file, as far as it matters here.
struct ContentQuery {
  std::vector<std::string> urls;  // Not empty.
  std::vector<ByteRange> ranges;
  std::optional<std::int64_t> expected_size;
  std::string expected_sha256;
  std::shared_ptr<const HttpSettings> http;  // Never null.
  DownloadMode download_mode = DownloadMode::kLan;
  bool is_private = false;
  // The origin is asked which version of the file it has, in any mode.
  bool needs_identity = false;
  ProofDemand proof_demand = ProofDemand::kNone;
  std::string mode_policy;
  std::string manifest;
  std::string manifest_url;
  std::string manifest_info_hash;
  std::string manifest_sha256;

  static ContentQuery Of(const TransferSpec& spec);
};

// What the configuration says.
struct ContentSettings {
  DownloadMode max_mode = DownloadMode::kLan;
  std::int64_t min_file_size = 1 << 20;
  bool look_beside_url = true;
  // Whose signatures of manifests are believed; null: nobody's.
  std::shared_ptr<const TrustedSigners> signers;
  // The authenticated group; both empty: none, or this machine is no member.
  // The key is the same on all machines of the group.
  std::string group_ca_pem;
  std::string group_key;

  // `group_key`: empty where this machine is no member.
  static ContentSettings Of(const SwarmSettings& settings,
                            std::string group_key);
  // Takes over all but the group.
  void Update(const SwarmSettings& settings);

  // The manifest by which a content goes among peers: in a group the group's
  // own, else the same. INVALID_ARGUMENT: the group's certificate.
  absl::StatusOr<std::shared_ptr<const Manifest>> NameForPeers(
      std::shared_ptr<const Manifest> manifest) const;
};

// What is known of a file before its bytes come.
struct FoundContent {
  // What the swarm is about. Null: there is none, the file comes by plain HTTP.
  // Of a late-bound content: synthetic, its piece hashes are placeholders. In
  // an authenticated group: the group's own, with the same pieces.
  std::shared_ptr<const Manifest> manifest;
  // The pieces' real hashes are learned from the machines that fetch them from
  // the origin.
  bool late_bound = false;
  // The manifest is authenticated; late-bound: a trusted SHA-256 decides at the
  // end.
  bool trusted = false;
  // With a manifest: peers may be used. Else `refused` tells why not.
  bool peers_allowed = false;
  // For TransferNews.integrity. Empty: nothing but what plain HTTP gives.
  std::string integrity;
  // Why no peers will be used, as a sentence, and who decided it: a
  // configuration key, "job", or empty. Empty: they may.
  std::string refused;
  std::string policy;
  // Why the first manifest that was given or found is not used. Empty: it is,
  // or there was none.
  std::string manifest_fault;
  // Of the local file, to be checked at the end: the job's, else that of an
  // https origin. 32 bytes, or empty.
  std::string sha256;

  // What the origin answered, where it was asked (urls[0]).
  std::optional<RemoteIdentity> identity;
  bool serves_ranges = false;
  std::string effective_url;
  // Named by the origin, best first, none of them one of the job's. They get no
  // headers, credentials or certificates of the job: HttpSettingsFor.
  std::vector<std::string> mirrors;

  // The first URL could not be asked, and why. An Error.
  absl::Status probe_error;
  std::optional<absl::Duration> retry_after;  // With probe_error.

  // Not OK: the transfer must end with it, for integrity is mandatory.
  absl::Status error;
};

// A manifest that was read and is of the file.
struct CheckedManifest {
  std::shared_ptr<const Manifest> manifest;
  bool trusted = false;
  std::string integrity;
};

// The origin's answer.
struct ProbedOrigin {
  RemoteIdentity identity;
  bool serves_ranges = false;
  std::string effective_url;
  OriginMetadata metadata;
};

// What was found out. Statuses are Errors.
struct ContentEvidence {
  std::optional<CheckedManifest> manifest;
  // Why the first manifest that was given or found is not used.
  std::string manifest_fault;
  // The manifest that the job names or pins cannot be had.
  absl::Status given_error;
  // Another one could not be had now; later it may.
  absl::Status lookup_error;
  std::optional<ProbedOrigin> probe;
  absl::Status probe_error;
  std::optional<absl::Duration> retry_after;  // With probe_error.
};

enum class ManifestPlace { kJobBytes, kJobUrl, kLinkHeader, kBesideUrl };

// Where a manifest's bytes are from.
struct ManifestSource {
  ManifestPlace place = ManifestPlace::kJobBytes;
  // Asked for here, answered there after redirects. Empty for kJobBytes.
  std::string asked_url;
  std::string effective_url;
  // False: asked_url was told by somebody who is not authenticated.
  bool named_by_https = true;
};

// Reads a manifest. `size`: of the remote file, if known. `now`: calendar time,
// for certificates of signers. FAILED_PRECONDITION: it is not the one that the
// job pins. INVALID_ARGUMENT: it cannot be used. With a sentence.
absl::StatusOr<CheckedManifest> CheckManifest(const ContentQuery& query,
                                              const ContentSettings& settings,
                                              const ManifestSource& source,
                                              absl::string_view bytes,
                                              std::optional<std::int64_t> size,
                                              absl::Time now);

// An answer at `effective_url` to a request for `asked_url` is authenticated by
// TLS: neither these nor a redirect between them was plain http.
bool CameByHttps(const HttpSettings& settings, absl::string_view asked_url,
                 absl::string_view effective_url);

// `settings` as they may be used for `url`: job headers, credentials and client
// certificate only where it has the scheme, host and port of `job_url`.
std::shared_ptr<const HttpSettings> HttpSettingsFor(
    const std::shared_ptr<const HttpSettings>& settings,
    absl::string_view job_url, absl::string_view url);

// May the origin be asked about manifests and digests, beyond what the job
// names?
bool MayLook(const ContentQuery& query, const ContentSettings& settings);
// A manifest may be all that can vouch for the bytes: then it is looked for
// whatever the file's size, for private jobs too.
bool NeedsManifest(const ContentQuery& query);

// Nothing vouches for the bytes, though it is demanded: VALIDATION_FAILED,
// which names swarm.integrity, or the job's field. REQUIRES: `demand` is not
// kNone.
absl::Status UnprovenError(ProofDemand demand, absl::string_view url,
                           absl::string_view message);

// The rules.
FoundContent Judge(const ContentQuery& query, const ContentSettings& settings,
                   ContentEvidence evidence);

}  // namespace convoy

#endif  // CONVOY_PEER_CONTENT_RULES_H_
