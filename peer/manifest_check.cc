#include "peer/manifest_check.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "peer/base/status_macros.h"
#include "peer/byte_range.h"
#include "peer/file_identity_stamp.h"
#include "peer/piece_digest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::int64_t kStep = 1 << 20;

absl::Status LocalError(v1::ErrorReason reason, absl::string_view message) {
  return Error(reason, v1::ERROR_CONTEXT_LOCAL_FILE).Status(message);
}

absl::Status Changed() {
  return LocalError(v1::ERROR_REASON_LOCAL_FILE_CHANGED,
                    "the file changed while it was read");
}

// All `length` bytes at `offset`, in `buffer`.
absl::StatusOr<absl::string_view> ReadAt(int fd, std::int64_t offset,
                                         std::int64_t length,
                                         std::vector<char>& buffer) {
  const auto wanted = static_cast<std::size_t>(length);
  std::size_t read = 0;
  while (read < wanted) {
    const ssize_t got =
        pread(fd, buffer.data() + read, wanted - read,
              static_cast<off_t>(offset + static_cast<std::int64_t>(read)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return LocalError(
          v1::ERROR_REASON_LOCAL_FILE_IO,
          absl::ErrnoToStatus(errno, "cannot read the file").message());
    }
    if (got == 0) return Changed();  // Shorter than it was.
    read += static_cast<std::size_t>(got);
  }
  return absl::string_view(buffer.data(), wanted);
}

}  // namespace

absl::StatusOr<std::optional<PieceIndex>> FirstWrongPiece(
    int fd, const Manifest& manifest, absl::FunctionRef<bool()> go_on) {
  CONVOY_ASSIGN_OR_RETURN(const FileIdentityStamp before, StampOf(fd));
  const PieceLayout& layout = manifest.layout;
  if (before.size != layout.size()) {
    return LocalError(
        v1::ERROR_REASON_SIZE_MISMATCH,
        absl::StrCat("the file has ", before.size, " bytes, its manifest says ",
                     layout.size()));
  }
  std::vector<char> buffer(
      static_cast<std::size_t>(std::min(kStep, layout.size())));
  std::optional<PieceIndex> wrong;
  for (std::int32_t i = 0; i < layout.count() && !wrong.has_value(); ++i) {
    const PieceIndex piece{i};
    const ByteRange range = layout.RangeOf(piece);
    PieceDigest digest(manifest.hash_kind);
    for (std::int64_t done = 0; done < range.length;) {
      if (!go_on()) return absl::CancelledError("the check was stopped");
      CONVOY_ASSIGN_OR_RETURN(
          const absl::string_view bytes,
          ReadAt(fd, range.offset + done, std::min(kStep, range.length - done),
                 buffer));
      digest.Update(bytes);
      done += static_cast<std::int64_t>(bytes.size());
    }
    if (digest.Finish() != manifest.HashOf(piece)) wrong = piece;
  }
  if (!StillSame(fd, before)) return Changed();
  return wrong;
}

}  // namespace convoy
