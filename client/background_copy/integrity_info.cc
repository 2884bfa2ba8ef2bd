#include "client/background_copy/integrity_info.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"

namespace convoy::background_copy {
namespace {

constexpr std::size_t kSha256Size = 32;

std::optional<google::protobuf::Struct> Parse(absl::string_view json) {
  google::protobuf::Struct object;
  if (!google::protobuf::util::JsonStringToMessage(std::string(json), &object)
           .ok()) {
    return std::nullopt;
  }
  return object;
}

// Empty: absent, or no text.
std::string Text(const google::protobuf::Struct& object, const char* name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() ? "" : found->second.string_value();
}

// In lower-case hexadecimal digits.
std::optional<std::string> Sha256In(const std::string& digest) {
  const bool is_hex =
      digest.size() == 2 * kSha256Size &&
      digest.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (is_hex) return absl::AsciiStrToLower(digest);
  std::string bytes;
  if (!absl::Base64Unescape(digest, &bytes) || bytes.size() != kSha256Size) {
    return std::nullopt;
  }
  return absl::BytesToHexString(bytes);
}

}  // namespace

std::optional<v1::Manifest> ParseIntegrityInfo(absl::string_view json) {
  const std::optional<google::protobuf::Struct> object = Parse(json);
  if (!object.has_value()) return std::nullopt;
  v1::Manifest manifest;
  manifest.set_location(Text(*object, "PiecesHashFileUrl"));
  if (manifest.location().empty()) return std::nullopt;
  const std::string digest = Text(*object, "PiecesHashFileDigest");
  if (digest.empty()) return manifest;
  const std::string algorithm = Text(*object, "PiecesHashFileDigestAlgorithm");
  const bool is_sha256 = algorithm.empty() ||
                         absl::EqualsIgnoreCase(algorithm, "SHA256") ||
                         absl::EqualsIgnoreCase(algorithm, "SHA-256");
  const std::optional<std::string> sha256 = Sha256In(digest);
  if (!is_sha256 || !sha256.has_value()) return std::nullopt;
  manifest.set_sha256(*sha256);
  return manifest;
}

bool IsJsonObject(absl::string_view text) { return Parse(text).has_value(); }

}  // namespace convoy::background_copy
