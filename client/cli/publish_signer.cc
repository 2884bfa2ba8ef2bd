#include "client/cli/publish_signer.h"

#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/hints.h"
#include "client/cli/whole_file.h"
#include "peer/base/url_text.h"
#include "peer/signature_key.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxKeyFile = 1 << 20;

absl::Status BadKey(const absl::Status& status, const std::string& key_file) {
  const bool encrypted = absl::StrContains(status.message(), "passphrase");
  return UsageError(
      absl::StrCat("--sign-key: ", key_file, " ", status.message()),
      encrypted ? absl::StrCat("give it without one, such as by the shell's "
                               "--sign-key <(openssl pkey -in ",
                               key_file, ")")
                : "make a key: openssl genpkey -algorithm ed25519 -out "
                  "signer-key.pem");
}

std::string NameOf(const SigningKey& key, const std::string& wanted,
                   absl::string_view url_prefix) {
  if (!wanted.empty()) return wanted;
  if (!key.common_name().empty()) return key.common_name();
  return std::string(HostOfUrl(url_prefix));
}

}  // namespace

absl::StatusOr<ManifestSigner> ReadPublishSigner(const std::string& key_file,
                                                 const std::string& name,
                                                 absl::string_view url_prefix) {
  const absl::StatusOr<std::string> pem = ReadKeyFile(key_file, kMaxKeyFile);
  if (!pem.ok()) {
    return UsageError(absl::StrCat("--sign-key: ", pem.status().message()),
                      "name a file with a private key that you can read");
  }
  absl::StatusOr<SigningKey> key = SigningKey::Read(*pem);
  if (!key.ok()) return BadKey(key.status(), key_file);
  std::string signer = NameOf(*key, name, url_prefix);
  absl::StatusOr<ManifestSigner> made =
      ManifestSigner::Make(*std::move(key), std::move(signer));
  if (!made.ok()) {
    return UsageError(made.status().message(),
                      "give a short name with --sign-as, and beside the key "
                      "its own certificate alone");
  }
  return made;
}

}  // namespace convoy
