#include "peer/content_shelf.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "peer/base/log.h"
#include "peer/base/status_macros.h"
#include "peer/file_identity_stamp.h"
#include "peer/late_hashes.h"
#include "peer/target_file.h"

namespace convoy {
namespace {

// `stats` of what goes on now become those since `before` began.
void AddEarlier(const ContentStats& before, ContentStats* stats) {
  stats->from_origin += before.from_origin;
  stats->from_mirrors += before.from_mirrors;
  stats->from_cache_hosts += before.from_cache_hosts;
  stats->from_lan += before.from_lan;
  stats->from_group += before.from_group;
  stats->from_internet += before.from_internet;
  stats->to_lan += before.to_lan;
  stats->to_group += before.to_group;
  stats->to_internet += before.to_internet;
  stats->failed_bytes += before.failed_bytes;
  stats->redundant_bytes += before.redundant_bytes;
  // The last one that fetched it.
  if (stats->download_duration == absl::ZeroDuration()) {
    stats->background = before.background;
  }
  stats->download_duration += before.download_duration;
}

// What the cache keeps of a content that is whole. The file must be what it was
// when its bytes were verified.
absl::StatusOr<NewContent> NewContentOf(const SeededContent& held) {
  NewContent content;
  CONVOY_ASSIGN_OR_RETURN(content.file, held.file->Duplicate());
  CONVOY_ASSIGN_OR_RETURN(content.verified, StampOf(content.file.get()));
  // Reads nothing, but says whether the file is what it was.
  CONVOY_RETURN_IF_ERROR(held.storage->Read(PieceIndex{0}, 0, nullptr, 0));
  content.keep.content_id = held.manifest->info_hash;
  content.keep.owner = held.owner;
  content.name = held.manifest->name;
  content.source_url = held.source_url;
  content.piece_length = held.manifest->layout.piece_length();
  content.metainfo = held.manifest->metainfo;
  content.late_hashes = KeptHashes(held.storage->hashes());
  content.is_private = held.manifest->is_private;
  return content;
}

// The whole file of a kept content, for reading. Null: it is changed just now.
std::shared_ptr<SwarmStorage> StorageOf(const OpenedContent& opened,
                                        std::shared_ptr<TargetFile> file) {
  const PieceLayout& layout = opened.manifest->layout;
  auto storage = std::make_shared<SwarmStorage>(
      file, HashesOfKept(opened.manifest, opened.late_hashes),
      StorageMap::Whole(layout));
  for (PieceIndex piece; piece.value < layout.count(); ++piece.value) {
    storage->MarkVerified(piece);
  }
  // From here on the storage looks whether the file is changed. Where it was
  // changed before, whoever asks next finds it gone.
  if (!storage->Freeze().ok()) return nullptr;
  const absl::StatusOr<UniqueFd> fd = file->Duplicate();
  return fd.ok() && StillSame(fd->get(), opened.identity) ? storage : nullptr;
}

}  // namespace

// A content that is open and in the swarm.
class ContentShelf::Seed final : public SwarmObserver {
 public:
  Seed(ContentShelf* shelf, SeededContent content, bool of_cache)
      : shelf_(shelf),
        content_(std::move(content)),
        of_cache_(of_cache),
        since_(shelf->parts_.clock->Now()),
        last_use_(since_),
        news_(content_.news) {}

  // A content of a transfer goes on in its membership; one of the cache joins.
  void Begin() {
    SwarmObserver* const self = this;
    if (content_.member != nullptr) return content_.member->Seed(self);
    SwarmContent joined;
    joined.manifest = content_.manifest;
    joined.storage = content_.storage;
    joined.mode = shelf_->mode_;
    content_.member = shelf_->parts_.swarm->Join(std::move(joined), self);
  }

  ContentInfo Info() const {
    ContentInfo info;
    info.id = content_.manifest->info_hash;
    info.name = content_.manifest->name;
    info.source_url = content_.source_url;
    info.size = content_.manifest->layout.size();
    info.piece_length = content_.manifest->layout.piece_length();
    info.state = ContentState::kSeeding;
    info.available_bytes = info.size;
    info.create_time = since_;
    info.last_use_time = last_use_;
    info.owner = content_.owner;
    info.stats = stats();
    return info;
  }
  ContentStats stats() const {
    const ContentStats& fetched = content_.news.stats;
    ContentStats stats = news_.stats;
    stats.from_origin = fetched.from_origin;
    stats.from_mirrors = fetched.from_mirrors;
    stats.from_cache_hosts = fetched.from_cache_hosts;
    stats.http_connections = 0;
    stats.download_duration = fetched.download_duration;
    stats.background = fetched.background;
    stats.mode = fetched.mode;
    return stats;
  }

  const SeededContent& content() const { return content_; }
  // It is the cache's, not a job's any more.
  bool of_cache() const { return of_cache_; }
  void GiveToCache() { of_cache_ = true; }
  absl::Time last_use() const { return last_use_; }
  bool has_peers() const { return news_.connections() > 0; }

 private:
  void OnPeerPiece(PieceIndex) override {}
  void OnClaimed(PieceSpan span) override { content_.member->Unclaim(span); }
  void OnUnclaimed(PieceSpan) override {}
  void OnDoubtsSettled() override {}
  void OnSwarmNews(const SwarmNews& news) override {
    const auto given = [](const SwarmNews& of) {
      return of.stats.to_lan + of.stats.to_group + of.stats.to_internet;
    };
    if (given(news) != given(news_)) {
      last_use_ = shelf_->parts_.clock->Now();
      if (of_cache_) shelf_->cache_->Touch(content_.manifest->info_hash);
    }
    news_ = news;
  }
  void OnSwarmError(absl::Status status) override {
    shelf_->OnSeedFailed(content_.manifest->info_hash, status);
  }

  ContentShelf* const shelf_;
  SeededContent content_;
  bool of_cache_;
  const absl::Time since_;
  absl::Time last_use_;
  SwarmNews news_;
};

ContentShelf::ContentShelf(const Parts& parts, const SwarmSettings& settings,
                           std::unique_ptr<CacheDisk> disk)
    : parts_(parts), mode_(settings.max_mode) {
  if (disk == nullptr) return;
  ContentCache::Listener* const self = this;
  cache_ = std::make_unique<ContentCache>(
      ContentCache::Parts{parts.executor, parts.worker, parts.clock, self,
                          parts.content_settings},
      settings, std::move(disk));
}

ContentShelf::~ContentShelf() = default;

void ContentShelf::Start() {
  parts_.swarm->SetAskedForContent(
      [this](const std::string& content_id) { OnAsked(content_id); });
  if (cache_ == nullptr) return;
  cache_->Start([this](absl::Status status) {
    if (!status.ok()) LogWarning("the cache begins empty: ", status.message());
    for (const auto& [key, content] : cache_->entries()) {
      HoldIfResting(key.ToString());
    }
  });
}

void ContentShelf::Stop() {
  seeds_.clear();
  cache_.reset();
}

void ContentShelf::SetSettings(const SwarmSettings& settings) {
  mode_ = settings.max_mode;
  if (cache_ != nullptr) cache_->SetSettings(settings);
}

bool ContentShelf::Begin(const std::string& content_id,
                         SwarmTransfer* transfer) {
  if (!filling_.emplace(content_id, transfer).second) return false;
  // What is here could not be copied; two members of one content there cannot
  // be.
  CloseSeed(content_id);
  if (cache_ != nullptr) cache_->SetBusy(content_id, true);
  return true;
}

void ContentShelf::Abandon(const std::string& content_id) {
  const auto transfer = filling_.find(content_id);
  if (transfer != filling_.end()) {
    Remember(content_id, transfer->second->Info().stats);
  }
  SetFree(content_id);
  HoldIfResting(content_id);
}

void ContentShelf::Finish(SeededContent content) {
  SetFree(content.manifest->info_hash);
  BeginSeed(std::move(content));
}

void ContentShelf::FinishCopy(SeededContent content) {
  const std::string& id = content.manifest->info_hash;
  const bool is_here = seeds_.count(id) != 0 || filling_.count(id) != 0 ||
                       (cache_ != nullptr && cache_->Find(id) != nullptr);
  if (!is_here) return BeginSeed(std::move(content));
  if (content.storage->Freeze().ok()) NoteHeld(content);
}

void ContentShelf::SetFree(const std::string& content_id) {
  filling_.erase(content_id);
  if (cache_ != nullptr) cache_->SetBusy(content_id, false);
  const auto found = waiting_.find(content_id);
  if (found == waiting_.end()) return;
  auto waiting = std::move(found->second);
  waiting_.erase(found);
  for (auto& free : waiting) parts_.executor->Post(std::move(free));
}

std::shared_ptr<SwarmStorage> ContentShelf::Filling(
    const std::string& content_id) {
  const auto transfer = filling_.find(content_id);
  if (transfer == filling_.end()) return nullptr;
  const std::shared_ptr<SwarmStorage>& storage = transfer->second->storage();
  // One of ranges loses parts of its pieces at its end.
  const bool whole = storage->map().local_size() == storage->layout().size();
  return whole ? storage : nullptr;
}

void ContentShelf::WhenFree(const std::string& content_id,
                            absl::Duration origin_delay,
                            absl::AnyInvocable<void() &&> free) {
  filling_.at(content_id)->WaitNoLonger(origin_delay);
  waiting_[content_id].push_back(std::move(free));
}

void ContentShelf::BeginSeed(SeededContent content) {
  const std::string id = content.manifest->info_hash;
  if (!content.storage->Freeze().ok()) return;
  NoteHeld(content);
  auto seed = std::make_unique<Seed>(this, std::move(content), false);
  Seed* const begun = seed.get();
  seeds_[id] = std::move(seed);
  begun->Begin();
}

void ContentShelf::NoteHeld(const SeededContent& content) {
  if (cache_ == nullptr) return;
  absl::StatusOr<NewContent> held = NewContentOf(content);
  if (held.ok()) cache_->NoteHeld(*std::move(held));
}

void ContentShelf::OpenWhole(const std::string& content_id, Opened opened) {
  parts_.executor->Post([this, content_id, opened = std::move(opened),
                         alive = std::weak_ptr<char>(alive_)]() mutable {
    if (alive.expired()) return;
    const auto seed = seeds_.find(content_id);
    if (seed != seeds_.end()) {
      return std::move(opened)(seed->second->content().storage);
    }
    if (cache_ == nullptr || !cache_->MayHave(content_id)) {
      return std::move(opened)(nullptr);
    }
    cache_->Open(content_id, [opened = std::move(opened)](
                                 absl::StatusOr<OpenedContent> kept) mutable {
      if (!kept.ok()) return std::move(opened)(nullptr);
      std::shared_ptr<TargetFile> file = OpenTargetFile(std::move(kept->fd));
      std::move(opened)(StorageOf(*kept, std::move(file)));
    });
  });
}

void ContentShelf::OnAsked(const std::string& content_id) {
  if (cache_ == nullptr || seeds_.count(content_id) != 0 ||
      filling_.count(content_id) != 0 || !opening_.insert(content_id).second) {
    return;
  }
  cache_->Open(content_id,
               [this, content_id](absl::StatusOr<OpenedContent> opened) {
                 OnOpened(content_id, std::move(opened));
               });
}

void ContentShelf::OnOpened(const std::string& content_id,
                            absl::StatusOr<OpenedContent> opened) {
  opening_.erase(content_id);
  if (!opened.ok()) {
    if (absl::IsNotFound(opened.status())) UnholdIfGone(content_id);
    return;
  }
  if (seeds_.count(content_id) != 0 || filling_.count(content_id) != 0) return;
  SeededContent content;
  content.manifest = opened->manifest;
  content.file = OpenTargetFile(std::move(opened->fd));
  content.storage = StorageOf(*opened, content.file);
  if (content.storage == nullptr) return;
  content.news.stats.mode = mode_;
  if (const CachedContent* const kept = cache_->Find(content_id)) {
    content.source_url = std::string(kept->source_url());
    content.owner = kept->owner();
  }
  CloseOldest();
  auto seed = std::make_unique<Seed>(this, std::move(content), true);
  Seed* const begun = seed.get();
  seeds_[content_id] = std::move(seed);
  begun->Begin();
}

void ContentShelf::CloseOldest() {
  if (seeds_.size() < kMaxOpen) return;
  auto oldest = seeds_.end();
  for (auto seed = seeds_.begin(); seed != seeds_.end(); ++seed) {
    if (!seed->second->of_cache() || seed->second->has_peers()) continue;
    if (oldest == seeds_.end() ||
        seed->second->last_use() < oldest->second->last_use()) {
      oldest = seed;
    }
  }
  if (oldest == seeds_.end()) return;
  const std::string id = oldest->first;
  CloseSeed(id);
  HoldIfResting(id);
}

void ContentShelf::CloseSeed(const std::string& content_id) {
  const auto seed = seeds_.find(content_id);
  if (seed == seeds_.end()) return;
  Remember(content_id, seed->second->stats());
  seeds_.erase(seed);
}

void ContentShelf::Remember(const std::string& content_id,
                            const ContentStats& stats) {
  if (remembered_.size() >= kMaxRemembered &&
      remembered_.count(content_id) == 0) {
    remembered_.erase(remembered_.begin());
  }
  ContentStats& sum = remembered_[content_id];
  ContentStats more = stats;
  AddEarlier(sum, &more);
  sum = more;
}

void ContentShelf::OnSeedFailed(const std::string& content_id,
                                const absl::Status& status) {
  LogInfo("content ", absl::BytesToHexString(content_id),
          " is not given to peers any more: ", status.message());
  DropSeed(content_id);
  // Open finds out whether it is still what was kept.
  if (cache_ != nullptr && cache_->Find(content_id) != nullptr) {
    cache_->Open(content_id, [](absl::StatusOr<OpenedContent>) {});
  }
}

void ContentShelf::DropSeed(const std::string& content_id) {
  parts_.executor->Post(
      [this, content_id, alive = std::weak_ptr<char>(alive_)] {
        if (alive.expired()) return;
        CloseSeed(content_id);
        HoldIfResting(content_id);
      });
}

void ContentShelf::HoldIfResting(const std::string& content_id) {
  if (cache_ == nullptr || cache_->Find(content_id) == nullptr ||
      seeds_.count(content_id) != 0 || filling_.count(content_id) != 0) {
    return;
  }
  parts_.swarm->Hold(content_id);
}

void ContentShelf::UnholdIfGone(const std::string& content_id) {
  if (cache_->Find(content_id) != nullptr || seeds_.count(content_id) != 0 ||
      filling_.count(content_id) != 0) {
    return;
  }
  parts_.swarm->Unhold(content_id);
}

void ContentShelf::OnEvicted(const std::string& content_id) {
  const auto seed = seeds_.find(content_id);
  if (seed != seeds_.end() && seed->second->of_cache()) DropSeed(content_id);
  UnholdIfGone(content_id);
}

ContentInfo ContentShelf::InfoOf(const std::string& content_id) const {
  ContentInfo info;
  const std::optional<ContentKey> key = ContentKey::Of(content_id);
  const CachedContent* const kept =
      cache_ == nullptr ? nullptr : cache_->Find(content_id);
  if (kept != nullptr) info = cache_->InfoOf(*key, *kept);
  info.stats.mode = mode_;
  const auto seed = seeds_.find(content_id);
  if (seed != seeds_.end()) {
    if (kept == nullptr) info = seed->second->Info();
    info.state = ContentState::kSeeding;
    info.stats = seed->second->stats();
    info.last_use_time = std::max(info.last_use_time, seed->second->last_use());
  }
  const auto transfer = filling_.find(content_id);
  if (transfer != filling_.end()) info = transfer->second->Info();
  const auto before = remembered_.find(content_id);
  if (before != remembered_.end()) AddEarlier(before->second, &info.stats);
  return info;
}

void ContentShelf::List(Answer<std::vector<ContentInfo>> answer) {
  parts_.executor->Post([this, answer = std::move(answer)]() mutable {
    std::set<std::string> ids;
    for (const auto& [id, seed] : seeds_) ids.insert(id);
    for (const auto& [id, transfer] : filling_) ids.insert(id);
    if (cache_ != nullptr) {
      for (const auto& [key, kept] : cache_->entries()) {
        ids.insert(key.ToString());
      }
    }
    std::vector<ContentInfo> infos;
    infos.reserve(ids.size());
    for (const std::string& id : ids) infos.push_back(InfoOf(id));
    std::move(answer)(std::move(infos));
  });
}

void ContentShelf::Count(Answer<ContentCounts> answer) {
  parts_.executor->Post([this, answer = std::move(answer)]() mutable {
    ContentCounts counts;
    if (cache_ != nullptr) {
      counts.gone = cache_->gone();
      for (const auto& [key, content] : cache_->entries()) {
        ++counts.kept;
        counts.kept_bytes += content.size();
      }
    }
    std::move(answer)(counts);
  });
}

ContentPresence ContentShelf::PresenceOf(const std::string& content_id) const {
  const CachedContent* const kept =
      cache_ == nullptr ? nullptr : cache_->Find(content_id);
  ContentPresence presence;
  presence.pinned = kept != nullptr && kept->pinned();
  const auto seed = seeds_.find(content_id);
  presence.here = kept != nullptr || filling_.count(content_id) != 0 ||
                  (seed != seeds_.end() && !seed->second->of_cache());
  if (presence.here || cache_ == nullptr) return presence;
  if (const auto* const departure = cache_->FindDeparture(content_id)) {
    presence.departure = *departure;
  }
  return presence;
}

void ContentShelf::LookUp(std::vector<std::string> content_ids,
                          Answer<std::vector<ContentPresence>> answer) {
  parts_.executor->Post([this, content_ids = std::move(content_ids),
                         answer = std::move(answer)]() mutable {
    std::vector<ContentPresence> found;
    found.reserve(content_ids.size());
    for (const std::string& id : content_ids) found.push_back(PresenceOf(id));
    std::move(answer)(std::move(found));
  });
}

void ContentShelf::ListPeers(std::string content_id,
                             Answer<std::vector<PeerInfo>> answer) {
  parts_.executor->Post([this, content_id = std::move(content_id),
                         answer = std::move(answer)]() mutable {
    parts_.swarm->ListPeers(std::move(content_id), std::move(answer));
  });
}

void ContentShelf::Keep(KeepRequest request, Answer<absl::Status> answer) {
  parts_.executor->Post([this, request = std::move(request),
                         answer = std::move(answer)]() mutable {
    const std::string id = request.content_id;
    const auto seed = seeds_.find(id);
    if (seed == seeds_.end()) {
      return KeepNoted(std::move(request), std::move(answer));
    }
    if (cache_ == nullptr || !cache_->keeps()) {
      DropSeed(id);
      return std::move(answer)(absl::OkStatus());
    }
    absl::StatusOr<NewContent> content = NewContentOf(seed->second->content());
    if (!content.ok()) {
      DropSeed(id);
      return std::move(answer)(content.status());
    }
    content->keep = std::move(request);
    cache_->Keep(*std::move(content), [this, id, answer = std::move(answer)](
                                          absl::Status status) mutable {
      OnKept(id, status);
      std::move(answer)(std::move(status));
    });
  });
}

void ContentShelf::KeepNoted(KeepRequest request, Answer<absl::Status> answer) {
  if (cache_ == nullptr) {
    return std::move(answer)(absl::NotFoundError("contents are not kept"));
  }
  const std::string id = request.content_id;
  cache_->KeepNoted(std::move(request), [this, id, answer = std::move(answer)](
                                            absl::Status status) mutable {
    if (status.ok()) HoldIfResting(id);
    std::move(answer)(std::move(status));
  });
}

void ContentShelf::OnKept(const std::string& content_id,
                          const absl::Status& status) {
  const auto seed = seeds_.find(content_id);
  if (seed == seeds_.end()) return HoldIfResting(content_id);
  if (status.ok()) return seed->second->GiveToCache();
  LogInfo("content ", absl::BytesToHexString(content_id),
          " is not kept: ", status.message());
  DropSeed(content_id);
}

void ContentShelf::Release(std::string content_id) {
  parts_.executor->Post([this, content_id = std::move(content_id)] {
    const auto seed = seeds_.find(content_id);
    if (seed == seeds_.end() || seed->second->of_cache()) return;
    ForgetHeld(*seed->second);
    DropSeed(content_id);
  });
}

void ContentShelf::ForgetHeld(const Seed& seed) {
  if (cache_ == nullptr) return;
  const SeededContent& content = seed.content();
  const absl::StatusOr<UniqueFd> file = content.file->Duplicate();
  if (!file.ok()) return;
  const absl::StatusOr<FileIdentityStamp> stamp = StampOf(file->get());
  if (stamp.ok()) cache_->ForgetHeld(content.manifest->info_hash, *stamp);
}

void ContentShelf::Pin(std::string content_id, bool pinned,
                       Answer<absl::Status> answer) {
  parts_.executor->Post([this, content_id = std::move(content_id), pinned,
                         answer = std::move(answer)]() mutable {
    if (cache_ == nullptr) {
      return std::move(answer)(absl::NotFoundError("no such content"));
    }
    cache_->Pin(content_id, pinned, std::move(answer));
  });
}

void ContentShelf::Evict(std::string content_id, Answer<absl::Status> answer) {
  parts_.executor->Post([this, content_id = std::move(content_id),
                         answer = std::move(answer)]() mutable {
    if (filling_.count(content_id) != 0) {
      return std::move(answer)(
          absl::FailedPreconditionError("a job is fetching it"));
    }
    const auto seed = seeds_.find(content_id);
    const bool held_by_job = seed != seeds_.end() && !seed->second->of_cache();
    if (cache_ == nullptr) {
      if (!held_by_job) {
        return std::move(answer)(absl::NotFoundError("no such content"));
      }
      DropSeed(content_id);
      return std::move(answer)(absl::OkStatus());
    }
    cache_->Evict(
        content_id, [this, content_id, held_by_job,
                     answer = std::move(answer)](absl::Status status) mutable {
          if (held_by_job && (status.ok() || absl::IsNotFound(status))) {
            const auto held = seeds_.find(content_id);
            if (held != seeds_.end()) ForgetHeld(*held->second);
            DropSeed(content_id);
            status = absl::OkStatus();
          }
          std::move(answer)(std::move(status));
        });
  });
}

void ContentShelf::Adopt(AdoptRequest request,
                         Answer<absl::StatusOr<ContentInfo>> answer) {
  parts_.executor->Post([this, request = std::move(request),
                         answer = std::move(answer)]() mutable {
    if (cache_ == nullptr) {
      return std::move(answer)(
          absl::FailedPreconditionError("contents are not kept"));
    }
    cache_->Adopt(std::move(request),
                  [this, answer = std::move(answer)](
                      absl::StatusOr<std::string> id) mutable {
                    if (!id.ok()) return std::move(answer)(id.status());
                    HoldIfResting(*id);
                    std::move(answer)(InfoOf(*id));
                  });
  });
}

}  // namespace convoy
