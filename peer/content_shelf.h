#ifndef CONVOY_PEER_CONTENT_SHELF_H_
#define CONVOY_PEER_CONTENT_SHELF_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/cache_disk.h"
#include "peer/content_cache.h"
#include "peer/contents.h"
#include "peer/file_worker.h"
#include "peer/swarm.h"
#include "peer/swarm_settings.h"
#include "peer/swarm_transfer.h"

namespace convoy {

// What this machine has for its peers: contents that transfers fill, those that
// jobs hold until they are handed over, and those that the cache keeps. Kept
// ones are opened when a peer asks, the least recently asked for is closed when
// too many are open.
//
// Thread: the engine's executor; as Contents says, its calls may come from any
// thread, and are posted.
class ContentShelf final : public Contents,
                           public ContentRegistry,
                           private ContentCache::Listener {
 public:
  // Kept contents that are open at a time.
  static constexpr std::size_t kMaxOpen = 1000;
  // Contents that are not open, and whose statistics are remembered.
  static constexpr std::size_t kMaxRemembered = 10'000;

  struct Parts {  // Not owned.
    Executor* executor;
    FileWorker* worker;
    const Clock* clock;
    Swarm* swarm;
    const ContentSettings* content_settings;
  };

  // Null `disk`: nothing is kept.
  ContentShelf(const Parts& parts, const SwarmSettings& settings,
               std::unique_ptr<CacheDisk> disk);
  ~ContentShelf() override;

  // Reads what is kept. Once, first. On the executor.
  void Start();
  // Leaves the swarm with everything. On the executor.
  void Stop();

  // For contents that are opened from now on, and for what is kept. On the
  // executor.
  void SetSettings(const SwarmSettings& settings);

  // ContentRegistry.
  bool Begin(const std::string& content_id, SwarmTransfer* transfer) override;
  void Abandon(const std::string& content_id) override;
  void Finish(SeededContent content) override;
  void FinishCopy(SeededContent content) override;
  void OpenWhole(const std::string& content_id, Opened opened) override;
  std::shared_ptr<SwarmStorage> Filling(const std::string& content_id) override;
  void WhenFree(const std::string& content_id, absl::Duration origin_delay,
                absl::AnyInvocable<void() &&> free) override;

  // Contents.
  void List(Answer<std::vector<ContentInfo>> answer) override;
  void Count(Answer<ContentCounts> answer) override;
  void LookUp(std::vector<std::string> content_ids,
              Answer<std::vector<ContentPresence>> answer) override;
  void ListPeers(std::string content_id,
                 Answer<std::vector<PeerInfo>> answer) override;
  void Keep(KeepRequest request, Answer<absl::Status> answer) override;
  void Release(std::string content_id) override;
  void Pin(std::string content_id, bool pinned,
           Answer<absl::Status> answer) override;
  void Evict(std::string content_id, Answer<absl::Status> answer) override;
  void Adopt(AdoptRequest request,
             Answer<absl::StatusOr<ContentInfo>> answer) override;

 private:
  class Seed;

  void OnEvicted(const std::string& content_id) override;

  // No transfer fills it any more.
  void SetFree(const std::string& content_id);
  void BeginSeed(SeededContent content);
  // So that the cache knows it though the process ends before its job does.
  void NoteHeld(const SeededContent& content);
  // The file of the seed will not be handed over.
  void ForgetHeld(const Seed& seed);
  // A job gives a content that it has from an earlier process.
  void KeepNoted(KeepRequest request, Answer<absl::Status> answer);
  // What a seed or a transfer that ends now has counted.
  void Remember(const std::string& content_id, const ContentStats& stats);
  void CloseSeed(const std::string& content_id);
  void OnKept(const std::string& content_id, const absl::Status& status);
  void OnAsked(const std::string& content_id);
  void OnOpened(const std::string& content_id,
                absl::StatusOr<OpenedContent> opened);
  void CloseOldest();
  // The file of a seed failed, or was changed.
  void OnSeedFailed(const std::string& content_id, const absl::Status& status);
  // In a later task: the seed may be in the middle of a call.
  void DropSeed(const std::string& content_id);
  // What the swarm knows of a content that is in none of its memberships here:
  // that it is kept, or that it is not any more.
  void HoldIfResting(const std::string& content_id);
  void UnholdIfGone(const std::string& content_id);
  ContentInfo InfoOf(const std::string& content_id) const;
  ContentPresence PresenceOf(const std::string& content_id) const;

  const Parts parts_;
  DownloadMode mode_;
  std::unique_ptr<ContentCache> cache_;  // Null: nothing is kept.
  std::map<std::string, SwarmTransfer*> filling_;
  // Who waits until a content is not in filling_.
  std::map<std::string, std::vector<absl::AnyInvocable<void() &&>>> waiting_;
  std::map<std::string, std::unique_ptr<Seed>> seeds_;
  std::set<std::string> opening_;
  // Of seeds and transfers that were closed since the start.
  std::map<std::string, ContentStats> remembered_;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace convoy

#endif  // CONVOY_PEER_CONTENT_SHELF_H_
