#include "peer/cache_disk.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "peer/base/log.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// As long as a file's name may be. Manifests may say more.
constexpr std::size_t kMaxNameSize = 255;
// A file takes up to a block more than its size.
constexpr std::int64_t kBlock = 4096;

absl::Status Gone(absl::string_view why) {
  return Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_LOCAL_FILE)
      .Status(why);
}

// A file that cannot be opened is gone, unless it is the machine that cannot.
absl::Status GoneOrPassing(const absl::Status& status) {
  const v1::ErrorReason reason = ErrorDetailOf(status).reason();
  if (reason == v1::ERROR_REASON_LOCAL_FILE_IO) return status;
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kInvalidArgument:
      return Gone(status.message());
    default:
      return status;
  }
}

// Without a part of a character at its end.
std::string ShortName(std::string name) {
  if (name.size() <= kMaxNameSize) return name;
  std::size_t end = kMaxNameSize;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) {
    --end;
  }
  name.resize(end);
  return name;
}

bool IsLink(ContentHolding holding) {
  return holding == ContentHolding::kReflink ||
         holding == ContentHolding::kHardLink;
}

CacheRow RowOf(const NewContent& content, const HeldFile& held,
               absl::Time now) {
  CacheRow row;
  row.content_id = content.keep.content_id;
  row.source_url = content.source_url;
  row.name = ShortName(content.name);
  row.local_path = content.keep.local_path;
  row.owner = content.keep.owner;
  row.owner_group = content.keep.owner_group;
  row.holding = held.holding;
  row.identity = held.identity;
  row.piece_length = content.piece_length;
  row.pinned = content.keep.pinned;
  row.create_time = now;
  row.last_use_time = now;
  return row;
}

absl::Status ChangedSinceVerified() {
  return Error(v1::ERROR_REASON_LOCAL_FILE_CHANGED,
               v1::ERROR_CONTEXT_LOCAL_FILE)
      .Status("the file changed after its bytes were checked");
}

}  // namespace

CacheDisk::CacheDisk(std::unique_ptr<CacheIndex> index, FileLinkFolder folder,
                     OpenAsOwner open_as_owner)
    : index_(std::move(index)),
      folder_(std::move(folder)),
      open_as_owner_(std::move(open_as_owner)) {}

absl::StatusOr<std::vector<CacheRow>> CacheDisk::Load() {
  CONVOY_ASSIGN_OR_RETURN(std::vector<CacheRow> rows, index_->LoadAll());
  // A device may have another number since the machine started. That of a
  // link is its folder's.
  const absl::StatusOr<std::uint64_t> device = folder_.Device();
  if (!device.ok()) return rows;
  for (CacheRow& row : rows) {
    if (IsLink(row.holding)) row.identity.device = *device;
  }
  return rows;
}

void CacheDisk::RemoveStrayLinks(const std::vector<CacheRow>& rows) {
  std::vector<std::string> ids;
  ids.reserve(rows.size());
  for (const CacheRow& row : rows) {
    if (IsLink(row.holding)) ids.push_back(row.content_id);
  }
  const absl::StatusOr<int> removed = folder_.RemoveAllBut(ids);
  if (removed.ok() && *removed > 0) {
    LogInfo("removed ", *removed, " files of the cache without a row");
  }
  if (ErrorDetailOf(removed.status()).reason() ==
      v1::ERROR_REASON_ACCESS_DENIED) {
    LogWarning("the cache keeps no links: ", removed.status().message());
  }
}

absl::StatusOr<CacheRow> CacheDisk::Keep(NewContent content, absl::Time now) {
  const std::string& id = content.keep.content_id;
  const auto unchanged = [&content] {
    return !content.verified.has_value() ||
           StillSame(content.file.get(), *content.verified);
  };
  if (!unchanged()) return ChangedSinceVerified();
  CONVOY_ASSIGN_OR_RETURN(
      const HeldFile held,
      folder_.Add(content.file.get(), content.keep.owner, id));
  CacheRow row = RowOf(content, held, now);
  absl::Status stored = unchanged() ? absl::OkStatus() : ChangedSinceVerified();
  if (stored.ok()) {
    stored = index_->Put(
        row, {std::move(content.metainfo), std::move(content.late_hashes)});
  }
  if (!stored.ok()) {
    // Not needed, or of no use: a link without a row goes at the next start.
    folder_.Remove(id).IgnoreError();
    return stored;
  }
  if (held.holding == ContentHolding::kFinalPath) {
    LogDebug("kept without a link: ", row.local_path, ": ", held.why);
  }
  return row;
}

absl::StatusOr<CacheRow> CacheDisk::NoteHeld(NewContent content,
                                             absl::Time now) {
  HeldFile held;
  held.holding = ContentHolding::kJob;
  CONVOY_ASSIGN_OR_RETURN(held.identity, StampOf(content.file.get()));
  if (content.verified.has_value() && *content.verified != held.identity) {
    return ChangedSinceVerified();
  }
  CacheRow row = RowOf(content, held, now);
  CONVOY_RETURN_IF_ERROR(index_->Put(
      row, {std::move(content.metainfo), std::move(content.late_hashes)}));
  return row;
}

void CacheDisk::Remove(const ContentKey& key, ContentHolding holding) {
  // The row first: a link without a row goes at the next start.
  absl::Status status = index_->Remove(key.bytes());
  if (IsLink(holding)) status.Update(folder_.Remove(key.bytes()));
  if (!status.ok()) {
    LogWarning("content ", key.ToHex(),
               " is not removed from the cache: ", status.message());
  }
}

absl::Status CacheDisk::SetPinned(const ContentKey& key, bool pinned) {
  return index_->SetPinned(key.bytes(), pinned);
}

void CacheDisk::Touch(const std::vector<CacheUse>& uses) {
  if (uses.empty()) return;
  const absl::Status status = index_->Touch(uses);
  if (!status.ok()) {
    LogWarning("uses of the cache are not stored: ", status.message());
  }
}

absl::StatusOr<UniqueFd> CacheDisk::OpenFile(const HeldPlace& place) const {
  absl::StatusOr<UniqueFd> fd =
      IsLink(place.holding)
          ? folder_.Open(place.key.bytes())
          : open_as_owner_(place.owner, place.owner_group, place.local_path);
  if (!fd.ok()) return GoneOrPassing(fd.status());
  const absl::StatusOr<FileIdentityStamp> now = StampOf(fd->get());
  if (!now.ok()) return GoneOrPassing(now.status());
  if (*now != place.identity) return Gone("the file was changed or replaced");
  return fd;
}

absl::StatusOr<CacheDisk::ReadResult> CacheDisk::ReadManifestOf(
    const HeldPlace& place) {
  CONVOY_ASSIGN_OR_RETURN(CacheManifest stored,
                          index_->ReadManifest(place.key.bytes()));
  auto manifest = ReadManifest(stored.metainfo);
  if (!manifest.ok()) {
    return Gone(absl::StrCat("its manifest: ", manifest.status().message()));
  }
  if ((*manifest)->info_hash != place.key.bytes() ||
      (*manifest)->layout.size() != place.identity.size) {
    return Gone("its manifest is another content's");
  }
  return ReadResult{*std::move(manifest), std::move(stored.late_hashes)};
}

absl::StatusOr<std::vector<bool>> CacheDisk::MeasureLinks(
    const std::vector<SweepEntry>& entries,
    std::vector<EvictionEntry>& evictable) {
  std::vector<std::size_t> indexes;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!IsLink(entries[i].holding)) continue;
    indexes.push_back(i);
    ids.push_back(entries[i].key.ToString());
  }
  CONVOY_ASSIGN_OR_RETURN(const std::vector<LinkUse> uses,
                          folder_.Measure(ids));
  std::vector<bool> lost(entries.size(), false);
  for (std::size_t n = 0; n < uses.size(); ++n) {
    const std::size_t i = indexes[n];
    lost[i] = !uses[n].exists;
    const bool costs =
        entries[i].holding == ContentHolding::kReflink || !uses[n].shared;
    evictable[i].own_bytes = costs ? uses[n].allocated_bytes : 0;
  }
  return lost;
}

std::vector<CacheDisk::Going> CacheDisk::Sweep(
    const std::vector<SweepEntry>& entries, absl::Time now,
    const EvictionLimits& limits) {
  std::vector<EvictionEntry> evictable;
  evictable.reserve(entries.size());
  std::int64_t linked = 0;  // The most that all links may cost.
  for (const SweepEntry& entry : entries) {
    evictable.push_back({entry.last_use, 0, entry.held});
    if (IsLink(entry.holding)) linked += entry.size + kBlock;
  }
  std::vector<Going> going;
  std::optional<FileSystemSpace> space;
  if (const auto found = folder_.Space(); found.ok()) space = *found;
  if (space.has_value() && (linked > MaxOwnBytes(limits, space->size) ||
                            space->free < limits.min_free_bytes)) {
    const absl::StatusOr<std::vector<bool>> lost =
        MeasureLinks(entries, evictable);
    if (!lost.ok()) {
      LogWarning("the cache is not measured: ", lost.status().message());
      space.reset();
    }
    for (std::size_t i = 0; lost.ok() && i < entries.size(); ++i) {
      if (!(*lost)[i]) continue;
      going.push_back({i, GoneBy::kLostLink});
      evictable[i].held = true;  // Goes already.
    }
  }
  for (const Eviction& eviction :
       ChooseEvictions(evictable, now, limits, space)) {
    const GoneBy cause = eviction.cause == EvictionCause::kAge ? GoneBy::kAge
                         : eviction.cause == EvictionCause::kSize
                             ? GoneBy::kSize
                             : GoneBy::kFreeSpace;
    going.push_back({eviction.index, cause});
  }
  return going;
}

}  // namespace convoy
