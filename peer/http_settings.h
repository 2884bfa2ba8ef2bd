#ifndef CONVOY_PEER_HTTP_SETTINGS_H_
#define CONVOY_PEER_HTTP_SETTINGS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace convoy {

struct HttpHeader {
  std::string name;
  std::string value;
};

// What tells one version of a remote file from another (RFC 9110 section 8.8).
struct Validator {
  std::string etag;           // As sent, quotes and W/ included.
  std::string last_modified;  // As sent.

  bool empty() const { return etag.empty() && last_modified.empty(); }
  // May be used in If-Range: a strong ETag, else Last-Modified (RFC 9110
  // section 13.1.5). Empty: none.
  std::string ForIfRange() const {
    if (!etag.empty() && etag.rfind("W/", 0) != 0) return etag;
    return last_modified;
  }
  friend bool operator==(const Validator& a, const Validator& b) {
    return a.etag == b.etag && a.last_modified == b.last_modified;
  }
};

// Bits: a login may be good for several.
enum class AuthSchemes : unsigned {
  kNone = 0,
  kBasic = 1,
  kDigest = 2,
  kNtlm = 4,
  kBearer = 8,
};
constexpr AuthSchemes operator|(AuthSchemes a, AuthSchemes b) {
  return static_cast<AuthSchemes>(static_cast<unsigned>(a) |
                                  static_cast<unsigned>(b));
}
constexpr bool Has(AuthSchemes all, AuthSchemes one) {
  return (static_cast<unsigned>(all) & static_cast<unsigned>(one)) != 0;
}

struct HttpCredentials {
  // kBearer stands alone. Of others the server's choice is taken: DIGEST before
  // NTLM before BASIC.
  AuthSchemes schemes = AuthSchemes::kNone;
  std::string user_name;
  std::string password;
  std::string bearer_token;
};

enum class ProxyMode { kConfigured, kDirect, kOverride };
enum class RedirectPolicy { kFollow, kFollowInsecure, kRefuse };

// Which servers a job approves by their keys, besides all other checks
// (ServerCertificateApproval in convoy/v1/job.proto; keys as there).
struct CertificateApproval {
  std::vector<std::string> approved_keys;
  std::vector<std::string> refused_keys;
};

// Checks of a server's certificate chain that are left out, one by one; all
// others stay.
struct ChainChecks {
  bool ignore_unknown_ca = false;
  bool ignore_dates = false;
  bool ignore_usage = false;

  bool LeavesOutAny() const {
    return ignore_unknown_ca || ignore_dates || ignore_usage;
  }
};

// What one job says about HTTP, secrets included. Immutable once shared.
// Headers, server credentials and the client certificate go only to the scheme,
// host and port of the URL the job named.
struct HttpSettings {
  // By which files are asked for. Empty: GET. Else a file has one URL, no
  // ranges and no manifest, and comes whole by one request.
  std::string method;
  std::vector<HttpHeader> headers;
  HttpCredentials server_credentials;
  HttpCredentials proxy_credentials;
  ProxyMode proxy_mode = ProxyMode::kConfigured;
  std::string proxy_url;
  std::vector<std::string> proxy_bypass;
  // PEM. Empty: not set.
  std::string ca_pem;
  std::string client_certificate_pem;
  std::string client_key_pem;
  // False: HttpLimits.client_certificate_file does not stand in.
  bool default_client_certificate = true;
  // Checks of servers' certificates that are left out, or added (HttpTls in
  // convoy/v1/job.proto). What comes over a connection with one left out counts
  // as not authenticated.
  bool ignore_untrusted_chain = false;  // All of chain_checks, and more.
  ChainChecks chain_checks;
  bool ignore_host_name = false;
  bool check_revocation = false;
  // Absent: the other checks are enough.
  std::optional<CertificateApproval> certificate_approval;
  RedirectPolicy redirect_policy = RedirectPolicy::kFollow;
};

// What the configuration says about HTTP, for all jobs. Meanings, ranges and
// defaults: HttpConfig in convoy/v1/config.proto.
struct HttpLimits {
  int max_connections_per_host = 16;
  int max_connections_per_file = 4;
  absl::Duration connect_timeout = absl::Seconds(15);
  std::int64_t low_speed_bytes_per_second = 100;
  absl::Duration low_speed_timeout = absl::Seconds(30);
  int max_redirects = 10;
  bool allow_https_to_http = true;
  std::string proxy_url;
  std::string ca_file;
  // Shown by jobs that name none. PEM, paths; empty: none. The key may stand in
  // the certificate's file.
  std::string client_certificate_file;
  std::string client_key_file;
  // Patterns (peer/base/url_pattern.h) of URLs that are never asked for.
  std::vector<std::string> blocked_urls;
};

// What the configuration says of cache hosts, for all jobs. Meanings, ranges
// and defaults: CacheHostConfig in convoy/v1/config.proto.
struct CacheHostSettings {
  enum class Style { kHost, kPath, kConnectedCache };

  std::vector<std::string> hosts;        // URL prefixes, in order.
  std::string key = "cache_host.hosts";  // Of the configuration, names them.
  Style style = Style::kHost;
  absl::Duration ban = absl::Minutes(15);
  absl::Duration connect_timeout = absl::Seconds(3);
  bool on_vpn = true;
};

}  // namespace convoy

#endif  // CONVOY_PEER_HTTP_SETTINGS_H_
