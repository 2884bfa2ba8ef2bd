#ifndef CONVOY_PEER_REMOTE_IDENTITY_H_
#define CONVOY_PEER_REMOTE_IDENTITY_H_

#include <cstdint>
#include <optional>

#include "peer/http_settings.h"

namespace convoy {

// What one URL says the remote file is.
struct RemoteIdentity {
  // Absent: not told.
  std::optional<std::int64_t> complete_length;
  Validator validator;
};

// One URL asked again: is it surely the same version? Needs the same size and
// the same strong ETag, or without one the same Last-Modified. With
// `digest_decides` (the whole file's SHA-256 is checked at the end) two answers
// without a validator count as the same, too.
bool SameVersion(const RemoteIdentity& before, const RemoteIdentity& now,
                 bool digest_decides);

enum class Agreement {
  kSame,         // Bytes of both may be mixed in one file.
  kUnproved,     // No contradiction and no proof: use one or the other.
  kContradicts,  // One of them is not the file that is wanted.
};

// Two URLs: do they name the same bytes? Sizes must agree, and Last-Modified
// where both send one; an equal Last-Modified or an equal strong ETag is the
// proof. With `digest_decides` an equal size is enough to mix, and nothing
// contradicts.
Agreement CompareMirrors(const RemoteIdentity& one, const RemoteIdentity& other,
                         bool digest_decides);

// A cache's answer: is it surely the file of `original`? The size must be the
// same and no validator may differ; what a cache leaves out is made up for by
// the other one. With `digest_decides` the size is enough where the original
// has no validator.
bool IsCopyOf(const RemoteIdentity& original, const RemoteIdentity& copy,
              bool digest_decides);

}  // namespace convoy

#endif  // CONVOY_PEER_REMOTE_IDENTITY_H_
