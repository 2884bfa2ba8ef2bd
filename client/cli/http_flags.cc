#include "client/cli/http_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cli/hints.h"
#include "client/cli/local_path.h"
#include "google/protobuf/repeated_field.h"
#include "peer/base/status_macros.h"

namespace convoy {
namespace {

// More than the longest header block or token that the daemon takes.
constexpr std::size_t kMaxSecretFile = 1 << 20;

// The text of a file, or of standard input for "-".
absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const auto close = [](std::FILE* file) {
    if (file != nullptr && file != stdin) std::fclose(file);
  };
  const std::unique_ptr<std::FILE, decltype(close)> file(
      path == "-" ? stdin : std::fopen(path.c_str(), "re"), close);
  std::string text;
  if (file != nullptr) {
    text.resize(kMaxSecretFile + 1);
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  }
  if (file == nullptr || std::ferror(file.get()) != 0) {
    return UsageError(
        absl::StrCat("cannot read ", path, ": ", std::strerror(errno)), "");
  }
  if (text.size() > kMaxSecretFile) {
    return UsageError(absl::StrCat(path, " is larger than 1 MiB"), "");
  }
  return text;
}

// A secret: the file's text without the line end.
absl::StatusOr<std::string> ReadSecret(const std::string& path) {
  CONVOY_ASSIGN_OR_RETURN(std::string secret, ReadFile(path));
  while (absl::EndsWith(secret, "\n") || absl::EndsWith(secret, "\r")) {
    secret.pop_back();
  }
  if (secret.empty()) return UsageError(absl::StrCat(path, " is empty"), "");
  return secret;
}

bool IsSecretHeader(absl::string_view name) {
  return absl::EqualsIgnoreCase(name, "authorization") ||
         absl::EqualsIgnoreCase(name, "proxy-authorization") ||
         absl::EqualsIgnoreCase(name, "cookie");
}

absl::Status AddHeader(absl::string_view line, v1::HttpOptions& options) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(line, absl::MaxSplits(':', 1));
  const absl::string_view name = absl::StripAsciiWhitespace(parts[0]);
  if (parts.size() != 2 || name.empty()) {
    return UsageError(absl::StrCat("--header: \"", line, "\" has no name"),
                      "give it as --header 'Name: value'");
  }
  v1::HttpHeader& header = *options.add_headers();
  header.set_name(std::string(name));
  header.set_value(std::string(absl::StripAsciiWhitespace(parts[1])));
  return absl::OkStatus();
}

// --header TEXT, or --header @FILE with a header on each line.
absl::Status AddHeaders(const std::string& flag, v1::HttpOptions& options) {
  if (!absl::StartsWith(flag, "@")) {
    CONVOY_RETURN_IF_ERROR(AddHeader(flag, options));
    if (IsSecretHeader(options.headers().rbegin()->name())) {
      return UsageError(
          absl::StrCat("--header: ", options.headers().rbegin()->name(),
                       " is a secret, and all users can see command lines"),
          "put the line into a file and give --header @FILE, or use "
          "--bearer-file");
    }
    return absl::OkStatus();
  }
  CONVOY_ASSIGN_OR_RETURN(const std::string text, ReadFile(flag.substr(1)));
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    CONVOY_RETURN_IF_ERROR(AddHeader(line, options));
  }
  return absl::OkStatus();
}

absl::Status AddLogin(v1::HttpCredentials::Target target,
                      const std::string& user, const std::string& password_file,
                      v1::HttpOptions& options) {
  if (user.empty()) return absl::OkStatus();
  v1::HttpCredentials& credentials = *options.add_credentials();
  credentials.set_target(target);
  credentials.set_scheme(v1::HttpCredentials::SCHEME_BASIC);
  credentials.set_user_name(user);
  CONVOY_ASSIGN_OR_RETURN(*credentials.mutable_password(),
                          ReadSecret(password_file));
  return absl::OkStatus();
}

// An option with a value.
CLI::Option* Add(CLI::App& command, const std::string& name,
                 std::string& variable, const std::string& value,
                 const std::string& about) {
  return command.add_option(name, variable, about)
      ->type_name(value)
      ->group("How to speak to the origin");
}

void AddLoginFlags(CLI::App& command, HttpFlags& flags) {
  auto* user = Add(command, "--user", flags.user, "NAME", "User name");
  user->needs(Add(command, "--password-file", flags.password_file, "FILE",
                  "File with the password; -: standard input")
                  ->needs(user));
  Add(command, "--bearer-file", flags.bearer_file, "FILE",
      "File with a bearer token; -: standard input")
      ->excludes(user);
}

void AddProxyFlags(CLI::App& command, HttpFlags& flags) {
  auto* proxy = Add(command, "--proxy", flags.proxy, "URL",
                    "http, https, socks5 or socks5h URL");
  command.add_flag("--no-proxy", flags.no_proxy, "Use no proxy at all")
      ->excludes(proxy)
      ->group(proxy->get_group());
  auto* user = Add(command, "--proxy-user", flags.proxy_user, "NAME",
                   "User of the proxy");
  user->needs(Add(command, "--proxy-password-file", flags.proxy_password_file,
                  "FILE", "File with the proxy's password; -: standard input")
                  ->needs(user));
}

v1::HttpRedirectPolicy RedirectPolicy(const std::string& flag) {
  if (flag == "follow") return v1::HTTP_REDIRECT_POLICY_FOLLOW;
  if (flag == "follow-insecure") {
    return v1::HTTP_REDIRECT_POLICY_FOLLOW_INSECURE;
  }
  return flag == "refuse" ? v1::HTTP_REDIRECT_POLICY_REFUSE
                          : v1::HTTP_REDIRECT_POLICY_UNSPECIFIED;
}

void SetProxyAndTls(const HttpFlags& flags, v1::HttpOptions& options) {
  if (flags.no_proxy) {
    options.mutable_proxy()->set_mode(v1::HttpProxy::MODE_DIRECT);
  } else if (!flags.proxy.empty()) {
    options.mutable_proxy()->set_mode(v1::HttpProxy::MODE_OVERRIDE);
    options.mutable_proxy()->set_url(flags.proxy);
  }
  if (!flags.ca_file.empty()) {
    options.mutable_tls()->set_ca_file(AbsolutePath(flags.ca_file));
  }
  if (!flags.certificate_file.empty()) {
    options.mutable_tls()->set_client_certificate_file(
        AbsolutePath(flags.certificate_file));
  }
  if (!flags.key_file.empty()) {
    options.mutable_tls()->set_client_key_file(AbsolutePath(flags.key_file));
  }
  if (flags.ignore_untrusted_chain) {
    options.mutable_tls()->set_ignore_untrusted_chain(true);
  }
  if (flags.ignore_host_name) {
    options.mutable_tls()->set_ignore_host_name(true);
  }
  if (flags.check_revocation) {
    options.mutable_tls()->set_check_revocation(true);
  }
}

void AddApprovalFlags(CLI::App& command, HttpFlags& flags) {
  constexpr char kGroup[] = "How to speak to the origin";
  command
      .add_flag("--approve-certificates", flags.approve_certificates,
                "Wait until the key of each https server is approved, besides "
                "all other checks; the job's error tells the key")
      ->group(kGroup);
  const auto add_keys = [&](const char* name, std::vector<std::string>& keys,
                            const char* about) {
    command.add_option(name, keys, about)
        ->type_name("KEY")
        ->expected(1)
        ->allow_extra_args(false)  // What follows may be a URL.
        ->take_all()
        ->group(kGroup);
  };
  add_keys("--approve-key", flags.approve_keys,
           "A server's key that is approved: base64 of the SHA-256 of its "
           "certificate's SubjectPublicKeyInfo. Can be repeated");
  add_keys("--refuse-key", flags.refuse_keys,
           "A server's key with which the job fails. Can be repeated");
}

void SetApproval(const HttpFlags& flags, v1::HttpOptions& options) {
  if (!flags.approve_certificates && flags.approve_keys.empty() &&
      flags.refuse_keys.empty()) {
    return;
  }
  v1::ServerCertificateApproval& approval =
      *options.mutable_certificate_approval();
  for (const std::string& key : flags.approve_keys) {
    approval.add_approved_keys(key);
  }
  for (const std::string& key : flags.refuse_keys) {
    approval.add_refused_keys(key);
  }
}

using Keys = google::protobuf::RepeatedPtrField<std::string>;

// Puts `keys` into `to`, and takes them out of `from`.
void Move(const Keys& keys, Keys* to, Keys* from) {
  for (const std::string& key : keys) {
    from->erase(std::remove(from->begin(), from->end(), key), from->end());
    if (std::find(to->begin(), to->end(), key) == to->end()) *to->Add() = key;
  }
}

}  // namespace

void AddHttpFlags(CLI::App& command, HttpFlags& flags) {
  command
      .add_option("--header", flags.headers,
                  "'Name: value' to send with each request; @FILE: a header on "
                  "each line. Can be repeated")
      ->type_name("TEXT")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all()
      ->group("How to speak to the origin");
  AddLoginFlags(command, flags);
  AddProxyFlags(command, flags);
  Add(command, "--cacert", flags.ca_file, "FILE",
      "PEM file of certificates to trust instead of the machine's");
  auto* cert = Add(command, "--cert", flags.certificate_file, "FILE",
                   "PEM file of the client's certificate");
  Add(command, "--key", flags.key_file, "FILE",
      "PEM file of its key, if it is not in --cert")
      ->needs(cert);
  const auto add_check = [&command](const char* name, bool& variable,
                                    const char* about) {
    command.add_flag(name, variable, about)
        ->group("How to speak to the origin");
  };
  add_check("--ignore-untrusted-chain", flags.ignore_untrusted_chain,
            "Take a server certificate whatever its issuer, date and purpose");
  add_check("--ignore-host-name", flags.ignore_host_name,
            "Take a server certificate of another host");
  add_check("--check-revocation", flags.check_revocation,
            "The server must prove that its certificate is not revoked (OCSP "
            "stapling)");
  Add(command, "--redirects", flags.redirects, "WHICH",
      "follow (not from https to http), follow-insecure or refuse")
      ->check(CLI::IsMember({"follow", "follow-insecure", "refuse"}));
  Add(command, "--method", flags.method, "METHOD",
      "Ask by another method than GET, such as POST: whole files, without a "
      "request body, from the origin alone");
  AddApprovalFlags(command, flags);
}

absl::StatusOr<v1::HttpOptions> HttpOptionsFrom(const HttpFlags& flags) {
  v1::HttpOptions options;
  for (const std::string& header : flags.headers) {
    CONVOY_RETURN_IF_ERROR(AddHeaders(header, options));
  }
  CONVOY_RETURN_IF_ERROR(AddLogin(v1::HttpCredentials::TARGET_SERVER,
                                  flags.user, flags.password_file, options));
  CONVOY_RETURN_IF_ERROR(AddLogin(v1::HttpCredentials::TARGET_PROXY,
                                  flags.proxy_user, flags.proxy_password_file,
                                  options));
  if (!flags.bearer_file.empty()) {
    v1::HttpCredentials& credentials = *options.add_credentials();
    credentials.set_target(v1::HttpCredentials::TARGET_SERVER);
    credentials.set_scheme(v1::HttpCredentials::SCHEME_BEARER);
    CONVOY_ASSIGN_OR_RETURN(*credentials.mutable_bearer_token(),
                            ReadSecret(flags.bearer_file));
  }
  SetProxyAndTls(flags, options);
  options.set_redirect_policy(RedirectPolicy(flags.redirects));
  options.set_method(flags.method);
  SetApproval(flags, options);
  return options;
}

std::vector<std::string> HttpFieldsOf(const v1::HttpOptions& options) {
  std::vector<std::string> fields;
  v1::HttpOptions others = options;
  others.clear_method();
  others.clear_certificate_approval();
  if (others.ByteSizeLong() > 0) {
    fields = {"http.headers", "http.credentials", "http.proxy", "http.tls",
              "http.redirect_policy"};
  }
  if (!options.method().empty()) fields.push_back("http.method");
  if (options.has_certificate_approval()) {
    fields.push_back("http.certificate_approval");
  }
  return fields;
}

v1::ServerCertificateApproval Approve(
    v1::ServerCertificateApproval before,
    const v1::ServerCertificateApproval& change) {
  Move(change.approved_keys(), before.mutable_approved_keys(),
       before.mutable_refused_keys());
  Move(change.refused_keys(), before.mutable_refused_keys(),
       before.mutable_approved_keys());
  return before;
}

}  // namespace convoy
