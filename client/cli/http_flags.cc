#include "client/cli/http_flags.h"

#include <CLI/CLI.hpp>
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

}  // namespace

void AddHttpFlags(CLI::App& command, HttpFlags& flags) {
  const std::string group = "How to speak to the origin";
  command
      .add_option("--header", flags.headers,
                  "'Name: value' to send with each request; @FILE: a header on "
                  "each line. Can be repeated")
      ->type_name("TEXT")
      ->expected(1)
      ->take_all()
      ->group(group);
  auto* user = command.add_option("--user", flags.user, "User name")
                   ->type_name("NAME")
                   ->group(group);
  auto* password = command
                       .add_option("--password-file", flags.password_file,
                                   "File with the password; -: standard input")
                       ->type_name("FILE")
                       ->needs(user)
                       ->group(group);
  user->needs(password);
  command
      .add_option("--bearer-file", flags.bearer_file,
                  "File with a bearer token; -: standard input")
      ->type_name("FILE")
      ->excludes(user)
      ->group(group);
  auto* proxy = command
                    .add_option("--proxy", flags.proxy,
                                "http, https, socks5 or socks5h URL")
                    ->type_name("URL")
                    ->group(group);
  command.add_flag("--no-proxy", flags.no_proxy, "Use no proxy at all")
      ->excludes(proxy)
      ->group(group);
  auto* proxy_user =
      command.add_option("--proxy-user", flags.proxy_user, "User of the proxy")
          ->type_name("NAME")
          ->group(group);
  proxy_user->needs(
      command
          .add_option("--proxy-password-file", flags.proxy_password_file,
                      "File with the proxy's password; -: standard input")
          ->type_name("FILE")
          ->needs(proxy_user)
          ->group(group));
  command
      .add_option("--cacert", flags.ca_file,
                  "PEM file of certificates to trust instead of the machine's")
      ->type_name("FILE")
      ->group(group);
  auto* cert = command
                   .add_option("--cert", flags.certificate_file,
                               "PEM file of the client's certificate")
                   ->type_name("FILE")
                   ->group(group);
  command
      .add_option("--key", flags.key_file,
                  "PEM file of its key, if it is not in --cert")
      ->type_name("FILE")
      ->needs(cert)
      ->group(group);
  command
      .add_option("--redirects", flags.redirects,
                  "follow (not from https to http), follow-insecure or refuse")
      ->type_name("WHICH")
      ->check(CLI::IsMember({"follow", "follow-insecure", "refuse"}))
      ->group(group);
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
  if (flags.redirects == "follow-insecure") {
    options.set_redirect_policy(v1::HTTP_REDIRECT_POLICY_FOLLOW_INSECURE);
  } else if (flags.redirects == "refuse") {
    options.set_redirect_policy(v1::HTTP_REDIRECT_POLICY_REFUSE);
  } else if (flags.redirects == "follow") {
    options.set_redirect_policy(v1::HTTP_REDIRECT_POLICY_FOLLOW);
  }
  return options;
}

}  // namespace convoy
