#include "peer/remote_identity.h"

#include <string>

#include "absl/strings/match.h"

namespace convoy {
namespace {

// Empty if there is none.
std::string StrongEtag(const Validator& validator) {
  return absl::StartsWith(validator.etag, "W/") ? "" : validator.etag;
}

}  // namespace

bool SameVersion(const RemoteIdentity& before, const RemoteIdentity& now,
                 bool digest_decides) {
  if (before.complete_length != now.complete_length) return false;
  const std::string etag = StrongEtag(before.validator);
  if (!etag.empty()) return etag == now.validator.etag;
  if (!before.validator.last_modified.empty()) {
    return before.validator.last_modified == now.validator.last_modified;
  }
  return digest_decides && now.validator.ForIfRange().empty();
}

bool IsCopyOf(const RemoteIdentity& original, const RemoteIdentity& copy,
              bool digest_decides) {
  if (!copy.complete_length ||
      original.complete_length != copy.complete_length) {
    return false;
  }
  const std::string etag = StrongEtag(original.validator);
  const std::string copy_etag = StrongEtag(copy.validator);
  if (!etag.empty() && !copy_etag.empty()) return etag == copy_etag;
  const std::string& modified = original.validator.last_modified;
  if (!modified.empty()) return modified == copy.validator.last_modified;
  return digest_decides && etag.empty();
}

Agreement CompareMirrors(const RemoteIdentity& one, const RemoteIdentity& other,
                         bool digest_decides) {
  const bool same_size = one.complete_length.has_value() &&
                         one.complete_length == other.complete_length;
  if (digest_decides) {
    return same_size ? Agreement::kSame : Agreement::kUnproved;
  }
  if (one.complete_length && other.complete_length && !same_size) {
    return Agreement::kContradicts;
  }
  const std::string& modified = one.validator.last_modified;
  const std::string& other_modified = other.validator.last_modified;
  if (!modified.empty() && !other_modified.empty() &&
      modified != other_modified) {
    return Agreement::kContradicts;
  }
  const std::string etag = StrongEtag(one.validator);
  const bool proved = (!modified.empty() && modified == other_modified) ||
                      (!etag.empty() && etag == other.validator.etag);
  return same_size && proved ? Agreement::kSame : Agreement::kUnproved;
}

}  // namespace convoy
