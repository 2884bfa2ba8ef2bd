#include "peer/manifest_maker.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "peer/base/status_macros.h"
#include "peer/piece_layout.h"
#include "peer/sha1.h"
#include "peer/sha256.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::size_t kStep = 1 << 20;

struct Digests {
  std::string sha256;
  std::string piece_hashes;
};

absl::Status LocalError(v1::ErrorReason reason, absl::string_view message) {
  return Error(reason, v1::ERROR_CONTEXT_LOCAL_FILE).Status(message);
}

absl::Status Changed() {
  return LocalError(v1::ERROR_REASON_LOCAL_FILE_CHANGED,
                    "the file changed while it was read");
}

absl::StatusOr<struct stat> StatOf(int fd) {
  struct stat info = {};
  if (fstat(fd, &info) != 0) {
    return LocalError(
        v1::ERROR_REASON_LOCAL_FILE_IO,
        absl::ErrnoToStatus(errno, "cannot read the file's size").message());
  }
  if (!S_ISREG(info.st_mode)) {
    return LocalError(v1::ERROR_REASON_PATH_NOT_REGULAR, "it is no plain file");
  }
  return info;
}

bool SameVersion(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

absl::StatusOr<PieceLayout> LayoutFor(std::int64_t size,
                                      const ManifestSpec& spec) {
  if (!spec.piece_length.has_value()) return PieceLayout(size);
  CONVOY_RETURN_IF_ERROR(CheckPieceLength(*spec.piece_length));
  const auto layout = PieceLayout::Make(size, *spec.piece_length);
  if (!layout.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("in pieces of ", *spec.piece_length,
                     " bytes the file has more than ", PieceLayout::kMaxCount));
  }
  return *layout;
}

// All of `buffer`, but for the end of the file.
absl::StatusOr<absl::string_view> ReadAt(int fd, std::int64_t offset,
                                         std::vector<char>& buffer) {
  std::size_t read = 0;
  while (read < buffer.size()) {
    const ssize_t got =
        pread(fd, buffer.data() + read, buffer.size() - read,
              static_cast<off_t>(offset + static_cast<std::int64_t>(read)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return LocalError(
          v1::ERROR_REASON_LOCAL_FILE_IO,
          absl::ErrnoToStatus(errno, "cannot read the file").message());
    }
    if (got == 0) break;
    read += static_cast<std::size_t>(got);
  }
  return absl::string_view(buffer.data(), read);
}

// SHA-1 of each piece, from bytes that come one after another.
class PieceHasher {
 public:
  explicit PieceHasher(const PieceLayout& layout)
      : piece_length_(static_cast<std::size_t>(layout.piece_length())),
        left_(piece_length_) {
    hashes_.reserve(static_cast<std::size_t>(layout.count()) * Sha1::kSize);
  }

  void Update(absl::string_view bytes) {
    while (!bytes.empty()) {
      const absl::string_view part = bytes.substr(0, left_);
      sha1_.Update(part);
      left_ -= part.size();
      if (left_ == 0) EndPiece();
      bytes.remove_prefix(part.size());
    }
  }
  std::string Finish() {
    if (left_ != piece_length_) EndPiece();
    return std::move(hashes_);
  }

 private:
  void EndPiece() {
    hashes_ += sha1_.Finish();
    left_ = piece_length_;
  }

  const std::size_t piece_length_;
  std::size_t left_;  // Bytes that the piece under way still wants.
  Sha1 sha1_;
  std::string hashes_;
};

absl::StatusOr<Digests> DigestsOf(
    int fd, const PieceLayout& layout,
    absl::FunctionRef<bool(std::int64_t)> progress) {
  // Advice: a failure changes nothing.
  (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  PieceHasher pieces(layout);
  Sha256 whole;
  std::vector<char> buffer(static_cast<std::size_t>(
      std::clamp<std::int64_t>(layout.size(), 1, kStep)));
  std::int64_t done = 0;
  while (done < layout.size()) {
    CONVOY_ASSIGN_OR_RETURN(const absl::string_view bytes,
                            ReadAt(fd, done, buffer));
    const std::int64_t left = layout.size() - done;
    const auto read = static_cast<std::int64_t>(bytes.size());
    if (read != std::min(left, static_cast<std::int64_t>(buffer.size()))) {
      return Changed();
    }
    pieces.Update(bytes);
    whole.Update(bytes);
    done += read;
    if (!progress(done)) return absl::CancelledError("cancelled");
  }
  return Digests{whole.Finish(), pieces.Finish()};
}

std::string Text(absl::string_view text) {
  return absl::StrCat(text.size(), ":", text);
}

// Keys of a bencoded dictionary rise.
std::string EncodedInfo(absl::string_view name, const PieceLayout& layout,
                        absl::string_view piece_hashes) {
  return absl::StrCat("d6:lengthi", layout.size(), "e4:name", Text(name),
                      "12:piece lengthi", layout.piece_length(), "e6:pieces",
                      Text(piece_hashes), "e");
}

void EncodeMetainfo(absl::string_view info,
                    const std::vector<std::string>& url_seeds,
                    MadeManifest* made) {
  std::string& metainfo = made->metainfo;
  metainfo = absl::StrCat("d10:created by", Text("convoy"), "4:info");
  made->info_begin = metainfo.size();
  made->info_size = info.size();
  absl::StrAppend(&metainfo, info);
  if (!url_seeds.empty()) {
    absl::StrAppend(&metainfo, "8:url-listl");
    for (const std::string& url : url_seeds) metainfo += Text(url);
    metainfo += 'e';
  }
  metainfo += 'e';
}

}  // namespace

absl::Status CheckPieceLength(std::int64_t piece_length) {
  const bool power_of_two =
      piece_length > 0 && (piece_length & (piece_length - 1)) == 0;
  if (!power_of_two || piece_length < kMinGivenPieceLength ||
      piece_length > kMaxGivenPieceLength) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the piece length ", piece_length, " is no power of two from ",
        kMinGivenPieceLength, " to ", kMaxGivenPieceLength));
  }
  return absl::OkStatus();
}

absl::StatusOr<MadeManifest> MakeManifest(
    int fd, const ManifestSpec& spec,
    absl::FunctionRef<bool(std::int64_t)> progress) {
  CONVOY_ASSIGN_OR_RETURN(const struct stat before, StatOf(fd));
  MadeManifest made;
  made.size = before.st_size;
  CONVOY_ASSIGN_OR_RETURN(const PieceLayout layout, LayoutFor(made.size, spec));
  CONVOY_ASSIGN_OR_RETURN(Digests digests, DigestsOf(fd, layout, progress));
  CONVOY_ASSIGN_OR_RETURN(const struct stat after, StatOf(fd));
  if (!SameVersion(before, after)) return Changed();
  made.sha256 = std::move(digests.sha256);
  if (made.size == 0) return made;
  const std::string info = EncodedInfo(spec.name, layout, digests.piece_hashes);
  Sha1 info_hash;
  info_hash.Update(info);
  made.info_hash = info_hash.Finish();
  EncodeMetainfo(info, spec.url_seeds, &made);
  return made;
}

}  // namespace convoy
