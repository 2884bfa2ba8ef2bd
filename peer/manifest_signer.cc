#include "peer/manifest_signer.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace convoy {
namespace {

// Keys of a dictionary rise: this one's place is behind "info".
constexpr absl::string_view kSignaturesKey = "10:signatures";
// No signatures nest deeper.
constexpr int kMaxDepth = 32;

std::string Text(absl::string_view text) {
  return absl::StrCat(text.size(), ":", text);
}

// Takes a bencoded text from the head of `*bytes`. Nothing: there is none.
std::optional<absl::string_view> TakeText(absl::string_view* bytes) {
  const std::size_t colon = bytes->find_first_not_of("0123456789");
  std::uint64_t size = 0;
  if (colon == absl::string_view::npos || (*bytes)[colon] != ':' ||
      !absl::SimpleAtoi(bytes->substr(0, colon), &size)) {
    return std::nullopt;
  }
  const absl::string_view rest = bytes->substr(colon + 1);
  if (size > rest.size()) return std::nullopt;
  *bytes = rest.substr(static_cast<std::size_t>(size));
  return rest.substr(0, static_cast<std::size_t>(size));
}

// Takes a bencoded value of any kind.
bool TakeValue(absl::string_view* bytes, int depth) {
  if (depth > kMaxDepth) return false;
  if (absl::ConsumePrefix(bytes, "i")) {
    const std::size_t end = bytes->find('e');
    if (end == absl::string_view::npos) return false;
    bytes->remove_prefix(end + 1);
    return true;
  }
  const bool is_dictionary = absl::ConsumePrefix(bytes, "d");
  if (!is_dictionary && !absl::ConsumePrefix(bytes, "l")) {
    return TakeText(bytes).has_value();
  }
  while (!absl::ConsumePrefix(bytes, "e")) {
    if (is_dictionary && !TakeText(bytes).has_value()) return false;
    if (!TakeValue(bytes, depth + 1)) return false;
  }
  return true;
}

// What `metainfo` has besides the file of `made`, between the info dictionary
// and what follows it. Nothing: it is another file.
std::optional<absl::string_view> Addition(absl::string_view metainfo,
                                          const MadeManifest& made) {
  const std::size_t head = made.info_begin + made.info_size;
  const absl::string_view wanted = made.metainfo;
  if (metainfo.size() < wanted.size() ||
      !absl::ConsumePrefix(&metainfo, wanted.substr(0, head)) ||
      !absl::ConsumeSuffix(&metainfo, wanted.substr(head))) {
    return std::nullopt;
  }
  return metainfo;
}

bool IsSameButForSignatures(absl::string_view metainfo,
                            const MadeManifest& made) {
  std::optional<absl::string_view> addition = Addition(metainfo, made);
  if (!addition.has_value()) return false;
  if (addition->empty()) return true;
  return absl::ConsumePrefix(&*addition, kSignaturesKey) &&
         TakeValue(&*addition, 0) && addition->empty();
}

absl::string_view InfoOf(const MadeManifest& made) {
  return absl::string_view(made.metainfo)
      .substr(made.info_begin, made.info_size);
}

std::string Beginning(const SigningKey& key, absl::string_view name) {
  return absl::StrCat(kSignaturesKey, "d", Text(name), "d",
                      key.certificate().empty()
                          ? ""
                          : "11:certificate" + Text(key.certificate()),
                      "9:signature");
}

}  // namespace

ManifestSigner::ManifestSigner(SigningKey key, std::string name)
    : key_(std::move(key)), beginning_(Beginning(key_, name)) {}

absl::StatusOr<ManifestSigner> ManifestSigner::Make(SigningKey key,
                                                    std::string name) {
  if (name.empty() || name.size() > kMaxNameSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("the signer's name has ", name.size(),
                     " bytes; allowed: 1 to ", kMaxNameSize));
  }
  if (key.certificate().size() > kMaxCertificateSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("the signer's certificate has ", key.certificate().size(),
                     " bytes as DER; allowed: ", kMaxCertificateSize));
  }
  return ManifestSigner(std::move(key), std::move(name));
}

absl::StatusOr<std::string> ManifestSigner::Sign(
    const MadeManifest& made) const {
  const absl::StatusOr<std::string> signature = key_.Sign(InfoOf(made));
  if (!signature.ok()) return signature.status();
  std::string metainfo = made.metainfo;
  metainfo.insert(made.info_begin + made.info_size,
                  absl::StrCat(beginning_, Text(*signature), "ee"));
  return metainfo;
}

bool ManifestSigner::HasSigned(absl::string_view metainfo,
                               const MadeManifest& made) const {
  std::optional<absl::string_view> addition = Addition(metainfo, made);
  if (!addition.has_value() || !absl::ConsumePrefix(&*addition, beginning_)) {
    return false;
  }
  const std::optional<absl::string_view> signature = TakeText(&*addition);
  return signature.has_value() && *addition == "ee" &&
         key_.Verifies(InfoOf(made), *signature);
}

absl::StatusOr<std::string> MetainfoToWrite(absl::string_view before,
                                            const MadeManifest& made,
                                            const ManifestSigner* signer) {
  if (signer == nullptr) {
    return IsSameButForSignatures(before, made) ? std::string(before)
                                                : made.metainfo;
  }
  if (signer->HasSigned(before, made)) return std::string(before);
  return signer->Sign(made);
}

}  // namespace convoy
