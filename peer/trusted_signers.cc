#include "peer/trusted_signers.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "peer/base/status_macros.h"
#include "proto/utf8.h"

namespace convoy {
namespace {

// A manifest's signers as they are shown.
constexpr std::size_t kMaxShownName = 64;
constexpr std::size_t kMaxShown = 3;

// Of somebody who may be anybody.
std::string Shown(absl::string_view name) {
  return absl::Utf8SafeCHexEscape(ToUtf8(name.substr(0, kMaxShownName)));
}

std::string Shown(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

// Sentences that say the same once, at most kMaxShown.
std::string Joined(std::vector<std::string> reasons) {
  reasons.erase(std::unique(reasons.begin(), reasons.end()), reasons.end());
  if (reasons.size() > kMaxShown) {
    const std::size_t more = reasons.size() - kMaxShown;
    reasons.resize(kMaxShown);
    reasons.push_back(absl::StrCat(more, " more do not count either"));
  }
  return absl::StrJoin(reasons, ", and ");
}

std::string Unreadable(const Manifest& manifest) {
  return absl::StrCat("its signatures cannot be read: ",
                      manifest.signatures_fault);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const TrustedSigners>> TrustedSigners::Read(
    absl::string_view pem) {
  CONVOY_ASSIGN_OR_RETURN(std::vector<VerifyingKey> keys,
                          VerifyingKey::ReadAll(pem));
  if (keys.size() > kMaxKeys) {
    return absl::InvalidArgumentError(absl::StrCat(
        "has ", keys.size(), " certificates and keys; allowed: ", kMaxKeys));
  }
  const std::shared_ptr<TrustedSigners> signers(new TrustedSigners());
  signers->keys_ = std::move(keys);
  return std::shared_ptr<const TrustedSigners>(signers);
}

std::string TrustedSigners::WhyNobody(const Manifest& manifest) {
  if (!manifest.signatures_fault.empty()) return Unreadable(manifest);
  if (manifest.signatures.empty()) return "";
  std::vector<std::string> reasons;
  for (const ManifestSignature& signature : manifest.signatures) {
    reasons.push_back(absl::StrCat("it is signed by ", Shown(signature.signer),
                                   ", but swarm.signers_file is not set"));
  }
  return Joined(std::move(reasons));
}

TrustedSigners::Verdict TrustedSigners::Check(const Manifest& manifest,
                                              absl::Time now) const {
  if (!manifest.signatures_fault.empty()) return {"", Unreadable(manifest)};
  if (manifest.signatures.empty()) return {"", "it bears no signature"};
  std::vector<std::string> reasons;
  std::size_t left = kMaxHashedBytes;
  for (const ManifestSignature& signature : manifest.signatures) {
    Verdict verdict = CheckOne(signature, manifest.info(), now, &left);
    if (!verdict.signer.empty()) return verdict;
    reasons.push_back(std::move(verdict.why_not));
  }
  return {"", Joined(std::move(reasons))};
}

TrustedSigners::Verdict TrustedSigners::CheckOne(
    const ManifestSignature& signature, absl::string_view info, absl::Time now,
    std::size_t* left) const {
  const std::size_t size = info.size() + signature.info.size();
  const auto too_large = [&] {
    return Verdict{"",
                   absl::StrCat("it is too large to check its signature by ",
                                Shown(signature.signer))};
  };
  if (size > *left) return too_large();
  std::string both;
  absl::string_view bytes = info;
  if (!signature.info.empty()) {
    both = absl::StrCat(info, signature.info);
    bytes = both;
  }
  std::string not_now;
  for (const VerifyingKey& key : keys_) {
    if (size > *left) return too_large();
    *left -= size;
    if (!key.Verifies(bytes, signature.signature)) continue;
    if (now >= key.begin() && now <= key.end()) return {key.name(), ""};
    not_now = absl::StrCat(
        "it is signed by ", Shown(key.name()),
        ", whose certificate in swarm.signers_file ",
        now < key.begin()
            ? absl::StrCat("is valid from ", Shown(key.begin()), " on")
            : absl::StrCat("was valid until ", Shown(key.end())));
  }
  if (!not_now.empty()) return {"", not_now};
  const std::string name = Shown(signature.signer);
  return {"", IsClaimed(signature)
                  ? absl::StrCat("its signature by ", name, " does not match")
                  : absl::StrCat("it is signed by ", name,
                                 ", who is not in swarm.signers_file")};
}

bool TrustedSigners::IsClaimed(const ManifestSignature& signature) const {
  return std::any_of(keys_.begin(), keys_.end(),
                     [&signature](const VerifyingKey& key) {
                       return key.name() == signature.signer ||
                              (!key.certificate().empty() &&
                               key.certificate() == signature.certificate);
                     });
}

}  // namespace convoy
