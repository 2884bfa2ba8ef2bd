#ifndef CONVOY_CLIENT_CLI_HTTP_FLAGS_H_
#define CONVOY_CLIENT_CLI_HTTP_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "convoy/v1/job.pb.h"

namespace CLI {
class App;
}

namespace convoy {

// Flags that say how to speak to the origin. Secrets come from files or
// standard input, never from the command line, which other users can read.
struct HttpFlags {
  std::vector<std::string> headers;
  std::string user;
  std::string password_file;
  std::string bearer_file;
  std::string proxy;
  bool no_proxy = false;
  std::string proxy_user;
  std::string proxy_password_file;
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
  bool ignore_untrusted_chain = false;
  bool ignore_host_name = false;
  bool check_revocation = false;
  std::string redirects;
  std::string method;
  bool approve_certificates = false;
  std::vector<std::string> approve_keys;
  std::vector<std::string> refuse_keys;
};

void AddHttpFlags(CLI::App& command, HttpFlags& flags);

// Reads the files that the flags name. INVALID_ARGUMENT: a flag is wrong.
absl::StatusOr<v1::HttpOptions> HttpOptionsFrom(const HttpFlags& flags);

// What of Job UpdateJob's mask must name for these options: method and approval
// each alone, all others together.
std::vector<std::string> HttpFieldsOf(const v1::HttpOptions& options);

// `before`, with the keys of `change` approved and refused.
v1::ServerCertificateApproval Approve(
    v1::ServerCertificateApproval before,
    const v1::ServerCertificateApproval& change);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_HTTP_FLAGS_H_
