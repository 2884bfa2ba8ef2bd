#include "peer/content_cache.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "peer/adopted_file.h"
#include "peer/base/log.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr absl::Duration kSweepInterval = absl::Minutes(1);
// After a change: many come together.
constexpr absl::Duration kSweepSoon = absl::Seconds(1);

absl::Status NotKept() {
  return Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
      .Status("the cache has no such content");
}

HeldPlace PlaceOf(const ContentKey& key, const CachedContent& content) {
  HeldPlace place;
  place.key = key;
  place.holding = content.holding();
  place.identity = content.identity();
  place.local_path = std::string(content.local_path());
  place.owner = content.owner();
  place.owner_group = content.owner_group();
  return place;
}

using Cause = ContentDeparture::Cause;

Cause CauseOf(CacheDisk::GoneBy rule, const EvictionLimits& limits) {
  switch (rule) {
    case CacheDisk::GoneBy::kAge:
      return Cause::kAge;
    case CacheDisk::GoneBy::kSize:
      return limits.max_bytes > 0 ? Cause::kSizeBytes : Cause::kSizePercent;
    case CacheDisk::GoneBy::kFreeSpace:
      return Cause::kFreeSpace;
    case CacheDisk::GoneBy::kLostLink:
      break;
  }
  return Cause::kChanged;
}

// For the log.
absl::string_view Why(Cause cause) {
  switch (cause) {
    case Cause::kAge:
      return "nobody asked for it (cache.max_age_seconds)";
    case Cause::kSizePercent:
      return "the cache is full (cache.max_size_percent)";
    case Cause::kSizeBytes:
      return "the cache is full (cache.max_size_bytes)";
    case Cause::kFreeSpace:
      return "space is short (cache.min_free_bytes)";
    case Cause::kCall:
      return "somebody asked for it";
    case Cause::kPrivate:
      return "its manifest is private";
    case Cause::kChanged:
      break;
  }
  return "its file in the cache was removed";
}

std::int64_t& CountOf(Cause cause, ContentCounts::Gone& gone) {
  switch (cause) {
    case Cause::kAge:
      return gone.age;
    case Cause::kSizePercent:
    case Cause::kSizeBytes:
      return gone.size;
    case Cause::kFreeSpace:
      return gone.free_space;
    case Cause::kCall:
      return gone.call;
    case Cause::kChanged:
    case Cause::kPrivate:  // It never was here.
      break;
  }
  return gone.changed;
}

}  // namespace

ContentCache::ContentCache(const Parts& parts, const SwarmSettings& settings,
                           std::unique_ptr<CacheDisk> disk)
    : parts_(parts),
      disk_(std::move(disk)),
      serial_(std::make_shared<SerialFileWorker>(*parts.worker)),
      checks_(*parts.worker),
      limits_(settings) {}

ContentCache::~ContentCache() {
  *stopped_ = true;
  if (sweep_timer_ != 0) parts_.executor->CancelTimer(sweep_timer_);
}

template <typename Work, typename Then>
void ContentCache::OnDisk(Work work, Then then) {
  serial_->Post([disk = disk_, executor = parts_.executor,
                 alive = std::weak_ptr<char>(alive_), work = std::move(work),
                 then = std::move(then)]() mutable {
    executor->Post([alive = std::move(alive), then = std::move(then),
                    result = work(*disk)]() mutable {
      if (!alive.expired()) std::move(then)(std::move(result));
    });
  });
}

void ContentCache::WhenLoaded(Task task) {
  if (!loaded_) return waiting_.push_back(std::move(task));
  std::move(task)();
}

void ContentCache::Start(Answer<absl::Status> answer) {
  OnDisk([](CacheDisk& disk) { return disk.Load(); },
         [this, answer = std::move(answer)](auto rows) mutable {
           OnLoaded(std::move(rows), std::move(answer));
         });
}

void ContentCache::OnLoaded(absl::StatusOr<std::vector<CacheRow>> rows,
                            Answer<absl::Status> answer) {
  const absl::Status status = rows.status();
  if (rows.ok()) {
    const absl::Time oldest = parts_.clock->Now() - limits_.max_age;
    for (const CacheRow& row : *rows) {
      const std::optional<ContentKey> key = ContentKey::Of(row.content_id);
      if (!key.has_value()) continue;
      const bool held = row.holding == ContentHolding::kJob;
      if (held && row.create_time < oldest) {
        RemoveRow(*key, row.holding);
      } else {
        (held ? held_ : entries_).emplace(*key, CachedContent(row));
      }
    }
    // Before what waits: a new link has its row, but not in these.
    serial_->Post([disk = disk_, known = *std::move(rows)] {
      disk->RemoveStrayLinks(known);
    });
  }
  loaded_ = true;
  if (!entries_.empty()) ArmSweep(kSweepInterval);
  for (Task& task : std::exchange(waiting_, {})) std::move(task)();
  std::move(answer)(status);
}

absl::Status ContentCache::CheckMayKeep(bool is_private) const {
  const auto refused = [] {
    return Error(v1::ERROR_REASON_BLOCKED_BY_POLICY,
                 v1::ERROR_CONTEXT_LOCAL_FILE);
  };
  if (is_private) {
    return refused().Status("it is private: it is not kept for peers");
  }
  if (limits_.max_age <= absl::ZeroDuration()) {
    return refused()
        .Policy("cache.max_age_seconds")
        .Status("contents are not kept: cache.max_age_seconds is 0");
  }
  return absl::OkStatus();
}

void ContentCache::Keep(NewContent content, Answer<absl::Status> answer) {
  WhenLoaded([this, content = std::move(content),
              answer = std::move(answer)]() mutable {
    KeepLoaded(std::move(content), std::move(answer));
  });
}

void ContentCache::KeepLoaded(NewContent content, Answer<absl::Status> answer) {
  const std::optional<ContentKey> key = ContentKey::Of(content.keep.content_id);
  absl::Status refused = key.has_value()
                             ? CheckMayKeep(content.is_private)
                             : InvalidField("content_id", "must have 20 bytes");
  if (!refused.ok()) {
    if (key.has_value() && content.is_private) {
      NoteDeparture(*key, Cause::kPrivate);
    }
    return OnDisk([refused](CacheDisk&) { return refused; }, std::move(answer));
  }
  const auto old = entries_.find(*key);
  if (old != entries_.end() && old->second.pinned()) {
    content.keep.pinned = true;
  }
  ++keeping_[*key];
  OnDisk(
      [content = std::move(content),
       now = parts_.clock->Now()](CacheDisk& disk) mutable {
        return disk.Keep(std::move(content), now);
      },
      [this, key = *key, answer = std::move(answer)](auto row) mutable {
        OnKept(key, std::move(row), std::move(answer));
      });
}

void ContentCache::NoteHeld(NewContent content) {
  WhenLoaded([this, content = std::move(content)]() mutable {
    NoteHeldLoaded(std::move(content));
  });
}

void ContentCache::NoteHeldLoaded(NewContent content) {
  const std::optional<ContentKey> key = ContentKey::Of(content.keep.content_id);
  if (!key.has_value() || entries_.count(*key) != 0 ||
      keeping_.count(*key) != 0 || !CheckMayKeep(content.is_private).ok()) {
    return;
  }
  OnDisk(
      [content = std::move(content),
       now = parts_.clock->Now()](CacheDisk& disk) mutable {
        return disk.NoteHeld(std::move(content), now);
      },
      [this, key = *key](absl::StatusOr<CacheRow> row) {
        if (row.ok()) held_.insert_or_assign(key, CachedContent(*row));
      });
}

void ContentCache::ForgetHeld(absl::string_view content_id,
                              const FileIdentityStamp& file) {
  const std::optional<ContentKey> key = ContentKey::Of(content_id);
  const auto held = key.has_value() ? held_.find(*key) : held_.end();
  if (held == held_.end() || held->second.identity() != file) return;
  held_.erase(held);
  if (entries_.count(*key) == 0 && keeping_.count(*key) == 0) {
    RemoveRow(*key, ContentHolding::kJob);
  }
}

void ContentCache::KeepNoted(KeepRequest request, Answer<absl::Status> answer) {
  WhenLoaded([this, request = std::move(request),
              answer = std::move(answer)]() mutable {
    KeepNotedLoaded(std::move(request), std::move(answer));
  });
}

void ContentCache::KeepNotedLoaded(KeepRequest request,
                                   Answer<absl::Status> answer) {
  const std::optional<ContentKey> key = ContentKey::Of(request.content_id);
  const auto held = key.has_value() ? held_.find(*key) : held_.end();
  if (held == held_.end()) {
    return OnDisk([](CacheDisk&) { return NotKept(); }, std::move(answer));
  }
  HeldPlace place = PlaceOf(*key, held->second);
  place.holding = ContentHolding::kFinalPath;
  place.local_path = request.local_path;
  place.owner = request.owner;
  place.owner_group = request.owner_group;
  OpenPlace(std::move(place),
            [this, request = std::move(request), answer = std::move(answer),
             source_url = std::string(held->second.source_url())](
                absl::StatusOr<OpenedContent> opened) mutable {
              if (!opened.ok()) return std::move(answer)(opened.status());
              NewContent content;
              content.keep = std::move(request);
              content.file = std::move(opened->fd);
              content.verified = opened->identity;
              content.name = opened->manifest->name;
              content.source_url = std::move(source_url);
              content.piece_length = opened->manifest->layout.piece_length();
              content.metainfo = opened->manifest->metainfo;
              content.late_hashes = std::move(opened->late_hashes);
              content.is_private = opened->manifest->is_private;
              KeepLoaded(std::move(content), std::move(answer));
            });
}

void ContentCache::OnKept(const ContentKey& key, absl::StatusOr<CacheRow> row,
                          Answer<absl::Status> answer) {
  const auto keeping = keeping_.find(key);
  if (--keeping->second == 0) keeping_.erase(keeping);
  if (row.ok()) {
    entries_.insert_or_assign(key, CachedContent(*row));
    departures_.erase(key);
    held_.erase(key);
    ArmSweep(kSweepSoon);
  }
  std::move(answer)(row.status());
}

void ContentCache::Adopt(AdoptRequest request,
                         Answer<absl::StatusOr<std::string>> answer) {
  checks_.Post(
      [this, executor = parts_.executor, alive = std::weak_ptr<char>(alive_),
       stopped = stopped_, settings = *parts_.content_settings,
       request = std::move(request), answer = std::move(answer)]() mutable {
        auto content =
            CheckAdoptedFile(std::move(request), settings,
                             [&stopped] { return !stopped->load(); });
        executor->Post([this, alive = std::move(alive),
                        content = std::move(content),
                        answer = std::move(answer)]() mutable {
          if (alive.expired()) return;
          OnAdopted(std::move(content), std::move(answer));
        });
      });
}

void ContentCache::OnAdopted(absl::StatusOr<NewContent> content,
                             Answer<absl::StatusOr<std::string>> answer) {
  if (!content.ok()) return std::move(answer)(content.status());
  std::string id = content->keep.content_id;
  Keep(*std::move(content), [id = std::move(id), answer = std::move(answer)](
                                absl::Status status) mutable {
    if (!status.ok()) return std::move(answer)(std::move(status));
    std::move(answer)(std::move(id));
  });
}

void ContentCache::Open(absl::string_view content_id,
                        Answer<absl::StatusOr<OpenedContent>> answer) {
  WhenLoaded([this, id = std::string(content_id),
              answer = std::move(answer)]() mutable {
    OpenLoaded(id, std::move(answer));
  });
}

void ContentCache::OpenLoaded(const std::string& content_id,
                              Answer<absl::StatusOr<OpenedContent>> answer) {
  const CachedContent* const content = Find(content_id);
  if (content == nullptr) {
    return OnDisk([](CacheDisk&) { return NotKept(); }, std::move(answer));
  }
  OpenPlace(PlaceOf(*ContentKey::Of(content_id), *content), std::move(answer));
}

void ContentCache::OpenPlace(HeldPlace place,
                             Answer<absl::StatusOr<OpenedContent>> answer) {
  // The file not by serial_: one that hangs (of a remote file system, by its
  // final path) must hold up nothing else.
  parts_.worker->Post([this, executor = parts_.executor, disk = disk_,
                       alive = std::weak_ptr<char>(alive_),
                       place = std::move(place),
                       answer = std::move(answer)]() mutable {
    auto fd = disk->OpenFile(place);
    executor->Post([this, alive = std::move(alive), place = std::move(place),
                    fd = std::move(fd), answer = std::move(answer)]() mutable {
      if (alive.expired()) return;
      ReadManifestFor(place, std::move(fd), std::move(answer));
    });
  });
}

void ContentCache::ReadManifestFor(
    const HeldPlace& place, absl::StatusOr<UniqueFd> fd,
    Answer<absl::StatusOr<OpenedContent>> answer) {
  if (!fd.ok()) return OnOpened(place, fd.status(), std::move(answer));
  OnDisk(
      [place, fd = *std::move(fd)](
          CacheDisk& disk) mutable -> absl::StatusOr<OpenedContent> {
        auto read = disk.ReadManifestOf(place);
        if (!read.ok()) return read.status();
        return OpenedContent{std::move(fd), std::move(read->manifest),
                             std::move(read->late_hashes), place.identity};
      },
      [this, place, answer = std::move(answer)](auto opened) mutable {
        OnOpened(place, std::move(opened), std::move(answer));
      });
}

void ContentCache::OnOpened(const HeldPlace& place,
                            absl::StatusOr<OpenedContent> opened,
                            Answer<absl::StatusOr<OpenedContent>> answer) {
  if (opened.ok()) {
    Touch(place.key.bytes());
  } else if (opened.status().code() == absl::StatusCode::kNotFound) {
    // Meanwhile another file may be kept under this id.
    const auto found = entries_.find(place.key);
    if (found != entries_.end() && keeping_.count(place.key) == 0 &&
        found->second.identity() == place.identity) {
      Drop(place.key, Cause::kChanged, opened.status().message(),
           [](absl::Status) {});
    }
  }
  std::move(answer)(std::move(opened));
}

void ContentCache::Touch(absl::string_view content_id) {
  CachedContent* const content = FindMutable(content_id);
  if (content == nullptr) return;
  content->set_last_use_time(parts_.clock->Now());
  used_.insert(*ContentKey::Of(content_id));
}

void ContentCache::Pin(absl::string_view content_id, bool pinned,
                       Answer<absl::Status> answer) {
  WhenLoaded([this, id = std::string(content_id), pinned,
              answer = std::move(answer)]() mutable {
    CachedContent* const content = FindMutable(id);
    if (content == nullptr) {
      return OnDisk([](CacheDisk&) { return NotKept(); }, std::move(answer));
    }
    const bool before = content->pinned();
    content->set_pinned(pinned);
    OnDisk([key = *ContentKey::Of(id),
            pinned](CacheDisk& disk) { return disk.SetPinned(key, pinned); },
           [this, id, before,
            answer = std::move(answer)](absl::Status status) mutable {
             CachedContent* const now = FindMutable(id);
             if (!status.ok() && now != nullptr) now->set_pinned(before);
             std::move(answer)(std::move(status));
           });
  });
}

void ContentCache::Evict(absl::string_view content_id,
                         Answer<absl::Status> answer) {
  WhenLoaded([this, id = std::string(content_id),
              answer = std::move(answer)]() mutable {
    EvictLoaded(id, std::move(answer));
  });
}

void ContentCache::EvictLoaded(const std::string& content_id,
                               Answer<absl::Status> answer) {
  if (Find(content_id) == nullptr) {
    return OnDisk([](CacheDisk&) { return NotKept(); }, std::move(answer));
  }
  const ContentKey key = *ContentKey::Of(content_id);
  if (IsBusy(key)) {
    return OnDisk(
        [](CacheDisk&) {
          return Error(v1::ERROR_REASON_INVALID_STATE,
                       v1::ERROR_CONTEXT_REQUEST)
              .Status("a transfer has this content: it stays until then");
        },
        std::move(answer));
  }
  Drop(key, Cause::kCall, Why(Cause::kCall), std::move(answer));
}

void ContentCache::NoteDeparture(const ContentKey& key, Cause cause) {
  if (departures_.size() >= kMaxDepartures && !departures_.contains(key)) {
    departures_.erase(departures_.begin());
  }
  departures_[key] = {cause, parts_.clock->Now()};
}

void ContentCache::Drop(const ContentKey& key, Cause cause,
                        absl::string_view why, Answer<absl::Status> answer) {
  const ContentKey dropped = key;  // `key` may be the entry's own.
  const auto found = entries_.find(dropped);
  const ContentHolding holding = found->second.holding();
  LogInfo("content ", dropped.ToHex(), " (", found->second.local_path(),
          ") leaves the cache: ", why);
  entries_.erase(found);
  used_.erase(dropped);
  ++CountOf(cause, gone_);
  NoteDeparture(dropped, cause);
  OnDisk(
      [dropped, holding](CacheDisk& disk) {
        disk.Remove(dropped, holding);
        return absl::OkStatus();
      },
      std::move(answer));
  parts_.listener->OnEvicted(dropped.ToString());
}

void ContentCache::RemoveRow(const ContentKey& key, ContentHolding holding) {
  serial_->Post([disk = disk_, key, holding] { disk->Remove(key, holding); });
}

bool ContentCache::IsBusy(const ContentKey& key) const {
  return busy_.count(key) > 0 || keeping_.count(key) > 0;
}

void ContentCache::SetBusy(absl::string_view content_id, bool busy) {
  const std::optional<ContentKey> key = ContentKey::Of(content_id);
  if (!key.has_value()) return;
  if (busy) {
    busy_.insert(*key);
  } else {
    busy_.erase(*key);
  }
}

void ContentCache::SetSettings(const SwarmSettings& settings) {
  limits_ = EvictionLimits(settings);
  ArmSweep(kSweepSoon);
}

const CachedContent* ContentCache::Find(absl::string_view content_id) const {
  const std::optional<ContentKey> key = ContentKey::Of(content_id);
  if (!key.has_value()) return nullptr;
  const auto found = entries_.find(*key);
  return found == entries_.end() ? nullptr : &found->second;
}

const ContentDeparture* ContentCache::FindDeparture(
    absl::string_view content_id) const {
  const std::optional<ContentKey> key = ContentKey::Of(content_id);
  if (!key.has_value()) return nullptr;
  const auto found = departures_.find(*key);
  return found == departures_.end() ? nullptr : &found->second;
}

CachedContent* ContentCache::FindMutable(absl::string_view content_id) {
  return const_cast<CachedContent*>(Find(content_id));
}

ContentInfo ContentCache::InfoOf(const ContentKey& key,
                                 const CachedContent& content) const {
  ContentInfo info;
  info.id = key.ToString();
  info.name = std::string(content.name());
  info.source_url = std::string(content.source_url());
  info.size = content.size();
  info.piece_length = content.piece_length();
  info.state = ContentState::kResting;
  info.available_bytes = content.size();
  info.holding = content.holding();
  info.local_path = std::string(content.local_path());
  info.pinned = content.pinned();
  info.create_time = content.create_time();
  info.last_use_time = content.last_use_time();
  if (!content.pinned() && !IsBusy(key)) {
    info.expire_time = content.last_use_time() + limits_.max_age;
  }
  info.owner = content.owner();
  return info;
}

void ContentCache::ArmSweep(absl::Duration delay) {
  const absl::Duration due = parts_.clock->Monotonic() + delay;
  if (sweep_timer_ != 0) {
    if (sweep_due_ <= due) return;
    parts_.executor->CancelTimer(sweep_timer_);
  }
  sweep_due_ = due;
  sweep_timer_ = parts_.executor->PostAfter(
      delay, [this, alive = std::weak_ptr<char>(alive_)] {
        if (alive.expired()) return;
        sweep_timer_ = 0;
        Sweep();
      });
}

void ContentCache::Sweep() {
  if (sweeping_) return ArmSweep(kSweepSoon);
  if (entries_.empty()) return;  // Keep arms the next one.
  const absl::Time now = parts_.clock->Now();
  std::vector<CacheDisk::SweepEntry> entries;
  entries.reserve(entries_.size());
  for (auto& [key, content] : entries_) {
    // The clock was ahead once: it would not age until it is there again.
    if (content.last_use_time() > now) {
      content.set_last_use_time(now);
      used_.insert(key);
    }
    entries.push_back({key, content.holding(), content.size(),
                       content.last_use_time(),
                       content.pinned() || IsBusy(key)});
  }
  std::vector<CacheUse> uses;
  uses.reserve(used_.size());
  for (const ContentKey& key : std::exchange(used_, {})) {
    uses.push_back({key.ToString(), entries_.at(key).last_use_time()});
  }
  sweeping_ = true;
  OnDisk(
      [entries = std::move(entries), uses = std::move(uses), now,
       limits = limits_](CacheDisk& disk) mutable {
        disk.Touch(uses);
        auto going = disk.Sweep(entries, now, limits);
        return std::make_pair(std::move(entries), std::move(going));
      },
      [this, limits = limits_](auto swept) {
        OnSwept(swept.first, swept.second, limits);
      });
}

void ContentCache::OnSwept(const std::vector<CacheDisk::SweepEntry>& entries,
                           const std::vector<CacheDisk::Going>& going,
                           const EvictionLimits& limits) {
  sweeping_ = false;
  for (const CacheDisk::Going& one : going) {
    const CacheDisk::SweepEntry& entry = entries[one.index];
    const auto found = entries_.find(entry.key);
    const bool lost = one.cause == CacheDisk::GoneBy::kLostLink;
    // What happened since the sweep looked at it counts.
    if (found == entries_.end() || IsBusy(entry.key) ||
        found->second.last_use_time() != entry.last_use ||
        (found->second.pinned() && !lost)) {
      continue;
    }
    const Cause cause = CauseOf(one.cause, limits);
    Drop(entry.key, cause, Why(cause), [](absl::Status) {});
  }
  if (!entries_.empty()) ArmSweep(kSweepInterval);
}

}  // namespace convoy
