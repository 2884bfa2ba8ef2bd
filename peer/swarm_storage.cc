#include "peer/swarm_storage.h"

#include <algorithm>
#include <array>
#include <utility>

#include "peer/base/status_macros.h"
#include "peer/piece_digest.h"
#include "peer/sha256.h"

namespace convoy {
namespace {

// Small enough to be in the processor's cache when it is hashed.
constexpr std::size_t kHashBuffer = 64 << 10;
// As much as half a millisecond has time for.
constexpr std::int64_t kQuickHash = 1 << 20;

absl::Status NoPlace() {
  return absl::OutOfRangeError("the file has no such piece of the content");
}

}  // namespace

StorageMap StorageMap::Whole(const PieceLayout& layout) {
  StorageMap map;
  map.segments_.push_back({ByteRange{0, layout.size()}, 0});
  map.pieces_.push_back(layout.All());
  map.local_size_ = map.file_size_ = layout.size();
  return map;
}

StorageMap StorageMap::OfRanges(const std::vector<ByteRange>& ranges,
                                const PieceLayout& layout) {
  StorageMap map;
  for (const ByteRange& range : ranges) {
    const std::int64_t length = range.length == ByteRange::kToEnd
                                    ? layout.size() - range.offset
                                    : range.length;
    if (length == 0) continue;
    map.segments_.push_back({ByteRange{range.offset, length}, map.local_size_});
    map.local_size_ += length;
  }
  map.file_size_ = map.local_size_;
  const auto by_offset = [](const Segment& a, const Segment& b) {
    return a.content.offset < b.content.offset;
  };
  std::sort(map.segments_.begin(), map.segments_.end(), by_offset);
  for (const Segment& segment : map.segments_) {
    const PieceSpan touched = {
        layout.PieceAt(segment.content.offset),
        PieceIndex{layout.PieceAt(segment.content.end() - 1).value + 1}};
    if (!map.pieces_.empty() &&
        touched.first.value <= map.pieces_.back().end.value) {
      map.pieces_.back().end = touched.end;
    } else {
      map.pieces_.push_back(touched);
    }
  }
  map.AddRests(layout);
  std::sort(map.segments_.begin(), map.segments_.end(), by_offset);
  return map;
}

void StorageMap::AddRests(const PieceLayout& layout) {
  const std::vector<Segment> wanted = segments_;
  std::size_t next = 0;
  for (const PieceSpan& span : pieces_) {
    const ByteRange all = layout.RangeOf(span);
    std::int64_t at = all.offset;
    const auto fill = [&](std::int64_t end) {
      if (end <= at) return;
      segments_.push_back({ByteRange{at, end - at}, file_size_});
      file_size_ += end - at;
    };
    while (next < wanted.size() && wanted[next].content.offset < all.end()) {
      fill(wanted[next].content.offset);
      at = wanted[next++].content.end();
    }
    fill(all.end());
  }
}

std::optional<ByteRange> StorageMap::At(std::int64_t offset) const {
  const auto after =
      std::upper_bound(segments_.begin(), segments_.end(), offset,
                       [](std::int64_t at, const Segment& segment) {
                         return at < segment.content.offset;
                       });
  if (after == segments_.begin()) return std::nullopt;
  const Segment& segment = *std::prev(after);
  const std::int64_t inside = offset - segment.content.offset;
  if (inside >= segment.content.length) return std::nullopt;
  return ByteRange{segment.file_offset + inside,
                   segment.content.length - inside};
}

bool StorageMap::Has(PieceIndex piece) const {
  const auto after = std::upper_bound(
      pieces_.begin(), pieces_.end(), piece,
      [](PieceIndex at, const PieceSpan& span) { return at < span.first; });
  return after != pieces_.begin() && piece < std::prev(after)->end;
}

SwarmStorage::SwarmStorage(std::shared_ptr<TargetFile> file,
                           std::shared_ptr<PieceHashes> hashes, StorageMap map)
    : file_(std::move(file)),
      hashes_(std::move(hashes)),
      map_(std::move(map)),
      verified_(static_cast<std::size_t>(hashes_->layout().count())) {}

bool SwarmStorage::verified(PieceIndex piece) const {
  MutexLock lock(&mutex_);
  return verified_[static_cast<std::size_t>(piece.value)];
}

bool SwarmStorage::MayGive(PieceIndex piece) const {
  return !IsDoubted(piece) && verified(piece);
}

// Asked before `verified`: that one waits for PutPiece, which makes a piece
// certain before its bytes are there.
bool SwarmStorage::IsDoubted(PieceIndex piece) const {
  return doubted_ && !hashes_->certain(piece);
}

void SwarmStorage::MarkVerified(PieceIndex piece) {
  MutexLock lock(&mutex_);
  verified_[static_cast<std::size_t>(piece.value)] = true;
}

absl::Status SwarmStorage::WriteAt(std::int64_t offset,
                                   absl::string_view bytes) {
  while (!bytes.empty()) {
    const std::optional<ByteRange> at = map_.At(offset);
    if (!at) return NoPlace();
    const auto length = static_cast<std::size_t>(
        std::min(at->length, static_cast<std::int64_t>(bytes.size())));
    CONVOY_RETURN_IF_ERROR(file_->Write(at->offset, bytes.substr(0, length)));
    bytes.remove_prefix(length);
    offset += static_cast<std::int64_t>(length);
  }
  return absl::OkStatus();
}

// The lock is held while the bytes go into the page cache: else a late block of
// a bad peer could fall into a piece that was just found right.
absl::StatusOr<bool> SwarmStorage::WriteBlock(PieceIndex piece,
                                              std::int64_t begin,
                                              absl::string_view bytes) {
  MutexLock lock(&mutex_);
  if (verified_[static_cast<std::size_t>(piece.value)]) return false;
  CONVOY_RETURN_IF_ERROR(
      WriteAt(layout().RangeOf(piece).offset + begin, bytes));
  return true;
}

void SwarmStorage::SetWord(PieceIndex piece,
                           const std::optional<std::string>& hash) {
  MutexLock lock(&mutex_);
  if (verified_[static_cast<std::size_t>(piece.value)]) return;
  hashes_->Forget(piece);
  if (hash) hashes_->Learn(piece, *hash);
}

// What is right, and the bytes, change under one lock: else a peer's word could
// make others verified in between.
absl::StatusOr<bool> SwarmStorage::PutPiece(PieceIndex piece,
                                            absl::string_view bytes,
                                            Authority authority) {
  const std::string hash = hashes_->HashOf(bytes);
  MutexLock lock(&mutex_);
  auto verified = verified_[static_cast<std::size_t>(piece.value)];
  const bool decides = authority == Authority::kOrigin;
  if (verified && (hashes_->certain(piece) || !decides)) return false;
  const std::optional<std::string> before = hashes_->Find(piece);
  if (!decides) hashes_->Forget(piece);
  if (!(decides ? hashes_->Decide(piece, hash) : hashes_->Learn(piece, hash))) {
    return absl::DataLossError("the bytes of the piece are not right");
  }
  if (verified && before == hash) return false;
  verified = false;
  CONVOY_RETURN_IF_ERROR(WriteAt(layout().RangeOf(piece).offset, bytes));
  verified = true;
  return true;
}

bool SwarmStorage::Unchanged() {
  if (!frozen_) return true;
  const absl::StatusOr<FileStamp> now = file_->Stamp();
  if (!now.ok() || !(*now == stamp_)) changed_ = true;
  return !changed_;
}

absl::Status SwarmStorage::Freeze() {
  CONVOY_ASSIGN_OR_RETURN(stamp_, file_->Stamp());
  frozen_ = true;
  return absl::OkStatus();
}

absl::Status SwarmStorage::Read(PieceIndex piece, std::int64_t begin,
                                char* buffer, std::size_t length) {
  if (!Unchanged()) {
    return absl::FailedPreconditionError("the file was changed");
  }
  const bool doubted = IsDoubted(piece);
  if (!verified(piece)) {
    return absl::FailedPreconditionError("the piece is not verified");
  }
  if (doubted) return absl::UnavailableError("the piece is in doubt");
  return ReadBack(piece, begin, buffer, length);
}

absl::Status SwarmStorage::ReadBack(PieceIndex piece, std::int64_t begin,
                                    char* buffer, std::size_t length) {
  return ReadAt(layout().RangeOf(piece).offset + begin, buffer, length);
}

absl::Status SwarmStorage::ReadAt(std::int64_t offset, char* buffer,
                                  std::size_t length) {
  while (length > 0) {
    const std::optional<ByteRange> at = map_.At(offset);
    if (!at) return NoPlace();
    const auto step = std::min(static_cast<std::size_t>(at->length), length);
    CONVOY_RETURN_IF_ERROR(file_->Read(at->offset, buffer, step));
    buffer += step;
    length -= step;
    offset += static_cast<std::int64_t>(step);
  }
  return absl::OkStatus();
}

bool SwarmStorage::TryRead(PieceIndex piece, std::int64_t begin, char* buffer,
                           std::size_t length) {
  return Unchanged() && MayGive(piece) &&
         TryReadBack(piece, begin, buffer, length);
}

bool SwarmStorage::TryReadBack(PieceIndex piece, std::int64_t begin,
                               char* buffer, std::size_t length) {
  const std::optional<ByteRange> at =
      map_.At(layout().RangeOf(piece).offset + begin);
  return at && at->length >= static_cast<std::int64_t>(length) &&
         file_->TryRead(at->offset, buffer, length);
}

absl::StatusOr<std::string> SwarmStorage::HashPiece(PieceIndex piece) {
  PieceDigest digest = hashes_->NewDigest();
  CONVOY_RETURN_IF_ERROR(
      ReadRange(layout().RangeOf(piece),
                [&digest](absl::string_view bytes) { digest.Update(bytes); }));
  return digest.Finish();
}

std::optional<std::string> SwarmStorage::TryHashPiece(PieceIndex piece) {
  const std::int64_t length = layout().RangeOf(piece).length;
  if (length > kQuickHash) return std::nullopt;
  PieceDigest digest = hashes_->NewDigest();
  std::array<char, kHashBuffer> buffer;
  for (std::int64_t begin = 0; begin < length;) {
    const auto step = static_cast<std::size_t>(
        std::min(length - begin, static_cast<std::int64_t>(buffer.size())));
    if (!TryReadBack(piece, begin, buffer.data(), step)) return std::nullopt;
    digest.Update(absl::string_view(buffer.data(), step));
    begin += static_cast<std::int64_t>(step);
  }
  return digest.Finish();
}

absl::StatusOr<std::string> SwarmStorage::HashBlock(PieceIndex piece,
                                                    std::int64_t begin) {
  const ByteRange range = layout().RangeOf(piece);
  const ByteRange block = {
      range.offset + begin,
      std::min(PieceLayout::kBlockLength, range.length - begin)};
  Sha256 sha256;
  CONVOY_RETURN_IF_ERROR(ReadRange(
      block, [&sha256](absl::string_view bytes) { sha256.Update(bytes); }));
  return sha256.Finish();
}

absl::Status SwarmStorage::ReadRange(
    ByteRange range, absl::FunctionRef<void(absl::string_view)> each) {
  std::array<char, kHashBuffer> buffer;
  for (std::int64_t offset = range.offset; offset < range.end();) {
    const auto step = static_cast<std::size_t>(std::min(
        range.end() - offset, static_cast<std::int64_t>(buffer.size())));
    CONVOY_RETURN_IF_ERROR(ReadAt(offset, buffer.data(), step));
    each(absl::string_view(buffer.data(), step));
    offset += static_cast<std::int64_t>(step);
  }
  return absl::OkStatus();
}

}  // namespace convoy
