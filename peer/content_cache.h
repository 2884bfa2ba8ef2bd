#ifndef CONVOY_PEER_CONTENT_CACHE_H_
#define CONVOY_PEER_CONTENT_CACHE_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/base/unique_fd.h"
#include "peer/cache_disk.h"
#include "peer/cache_eviction.h"
#include "peer/cached_content.h"
#include "peer/content_rules.h"
#include "peer/contents.h"
#include "peer/file_identity_stamp.h"
#include "peer/file_worker.h"
#include "peer/manifest.h"
#include "peer/serial_file_worker.h"
#include "peer/swarm_settings.h"

namespace convoy {

// A kept content, opened for peers.
struct OpenedContent {
  UniqueFd fd;  // For reading.
  std::shared_ptr<const Manifest> manifest;
  std::string late_hashes;
  // Ask StillSame(fd, identity) before each read: bytes that were changed are
  // never served.
  FileIdentityStamp identity;
};

// Finished contents that are given to peers: which are kept, how, and for how
// long. Says nothing of the swarm, which opens them here.
//
// Thread: `executor`, for all calls and answers. An answer comes as a task of
// its own, and not after the destructor. What blocks runs on `worker`.
//
// Every change is on disk before it is answered; a use within a minute. A
// content that is in memory may be gone from the disk: Open finds out.
class ContentCache {
 public:
  template <typename T>
  using Answer = Contents::Answer<T>;
  using Entries = absl::btree_map<ContentKey, CachedContent>;
  // Of contents that left, so many are remembered.
  static constexpr std::size_t kMaxDepartures = 10'000;

  class Listener {
   public:
    virtual ~Listener() = default;
    // The cache has it no more, for whatever reason: stop seeding it from
    // there. A transfer may have it still. Also from inside Evict.
    virtual void OnEvicted(const std::string& content_id) = 0;
  };

  // Not owned. Executor and worker outlive what was posted to them.
  struct Parts {
    Executor* executor;
    FileWorker* worker;
    const Clock* clock;
    Listener* listener;
    const ContentSettings* content_settings;
  };

  ContentCache(const Parts& parts, const SwarmSettings& settings,
               std::unique_ptr<CacheDisk> disk);
  // Stops a check that is under way (Adopt).
  ~ContentCache();
  ContentCache(const ContentCache&) = delete;
  ContentCache& operator=(const ContentCache&) = delete;

  // Once, first: reads the index, and opens no file. Then removes, in the
  // background, links without a row. Not OK: the cache begins empty, and works.
  // Other calls may come before the answer; they wait for it, but Find and
  // entries(), which find nothing.
  void Start(Answer<absl::Status> answer);

  // Keeps a finished file; replaces an older one of the same id. What must go
  // for it goes within a second. BLOCKED_BY_POLICY: it is private, or contents
  // are not kept (cache.max_age_seconds is 0). Errors of FileLinkFolder::Add.
  // UNAVAILABLE: the index cannot be written.
  void Keep(NewContent content, Answer<absl::Status> answer);
  // A job has the content whole, and will hand it over; remembered for as long
  // as contents are kept, for a daemon that starts meanwhile. Where the cache
  // has the content, or may not keep it, nothing happens. `content.keep` needs
  // no path.
  void NoteHeld(NewContent content);
  // The job gives it up. Nothing happens where another file was noted.
  void ForgetHeld(absl::string_view content_id, const FileIdentityStamp& file);
  // Keeps what was noted, now that it has its name. NOT_FOUND: nothing was, or
  // the file at `request.local_path` is not the one that was. Else as Keep.
  void KeepNoted(KeepRequest request, Answer<absl::Status> answer);
  // Checks the whole file first (CheckAdoptedFile), one at a time, then as
  // Keep. Answers the content's id.
  void Adopt(AdoptRequest request, Answer<absl::StatusOr<std::string>> answer);
  // Counts as a use. NOT_FOUND: not kept, or what was kept is gone or changed;
  // then it is forgotten. Other errors may pass.
  void Open(absl::string_view content_id,
            Answer<absl::StatusOr<OpenedContent>> answer);
  // A peer or a job has asked for it.
  void Touch(absl::string_view content_id);
  // Pinned contents are not evicted by age or size. NOT_FOUND, UNAVAILABLE.
  void Pin(absl::string_view content_id, bool pinned,
           Answer<absl::Status> answer);
  // Pinned or not. NOT_FOUND. FAILED_PRECONDITION: busy.
  void Evict(absl::string_view content_id, Answer<absl::Status> answer);
  // A transfer has it: it cannot be evicted. Need not be kept.
  void SetBusy(absl::string_view content_id, bool busy);

  // From now on; the directory of the constructor stays.
  void SetSettings(const SwarmSettings& settings);
  // Contents are kept at all (cache.max_age_seconds is not 0).
  bool keeps() const { return limits_.max_age > absl::ZeroDuration(); }

  // Null: not kept. Both change with the next task.
  const CachedContent* Find(absl::string_view content_id) const;
  const Entries& entries() const { return entries_; }  // In id order.
  // False: it is not kept. True also while that is not known yet.
  bool MayHave(absl::string_view content_id) const {
    return !loaded_ || Find(content_id) != nullptr;
  }
  // What left the cache since the start.
  const ContentCounts::Gone& gone() const { return gone_; }
  // Null: it is kept, or why it left is not remembered.
  const ContentDeparture* FindDeparture(absl::string_view content_id) const;
  // What peers' listings show of a content; state kResting, no stats.
  ContentInfo InfoOf(const ContentKey& key, const CachedContent& content) const;

 private:
  using Task = Executor::Task;

  // Runs `work`(CacheDisk&) on the worker, after all that was posted before,
  // then `then`(result) here.
  template <typename Work, typename Then>
  void OnDisk(Work work, Then then);
  void WhenLoaded(Task task);
  void OnLoaded(absl::StatusOr<std::vector<CacheRow>> rows,
                Answer<absl::Status> answer);
  absl::Status CheckMayKeep(bool is_private) const;
  void KeepLoaded(NewContent content, Answer<absl::Status> answer);
  void OnKept(const ContentKey& key, absl::StatusOr<CacheRow> row,
              Answer<absl::Status> answer);
  void OnAdopted(absl::StatusOr<NewContent> content,
                 Answer<absl::StatusOr<std::string>> answer);
  void NoteHeldLoaded(NewContent content);
  void KeepNotedLoaded(KeepRequest request, Answer<absl::Status> answer);
  void OpenLoaded(const std::string& content_id,
                  Answer<absl::StatusOr<OpenedContent>> answer);
  void OpenPlace(HeldPlace place, Answer<absl::StatusOr<OpenedContent>> answer);
  void ReadManifestFor(const HeldPlace& place, absl::StatusOr<UniqueFd> fd,
                       Answer<absl::StatusOr<OpenedContent>> answer);
  void OnOpened(const HeldPlace& place, absl::StatusOr<OpenedContent> opened,
                Answer<absl::StatusOr<OpenedContent>> answer);
  void EvictLoaded(const std::string& content_id, Answer<absl::Status> answer);
  void NoteDeparture(const ContentKey& key, ContentDeparture::Cause cause);
  // Counts and forgets a content that is there, tells the listener, and has its
  // row and link removed; then answers.
  void Drop(const ContentKey& key, ContentDeparture::Cause cause,
            absl::string_view why, Answer<absl::Status> answer);
  void RemoveRow(const ContentKey& key, ContentHolding holding);
  // A transfer has it, or a Keep is under way.
  bool IsBusy(const ContentKey& key) const;
  CachedContent* FindMutable(absl::string_view content_id);

  // Lets the next sweep come after `delay` at the latest.
  void ArmSweep(absl::Duration delay);
  void Sweep();
  void OnSwept(const std::vector<CacheDisk::SweepEntry>& entries,
               const std::vector<CacheDisk::Going>& going,
               const EvictionLimits& limits);

  const Parts parts_;
  const std::shared_ptr<CacheDisk> disk_;
  // For everything that touches index and links, in order.
  const std::shared_ptr<SerialFileWorker> serial_;
  // For checks, which take long: one at a time.
  SerialFileWorker checks_;
  EvictionLimits limits_;

  ContentCounts::Gone gone_;
  // Of what left since the start; at most kMaxDepartures.
  absl::flat_hash_map<ContentKey, ContentDeparture> departures_;

  bool loaded_ = false;
  std::vector<Task> waiting_;  // For loaded_.
  Entries entries_;
  // Whole contents of jobs, their rows have no path.
  Entries held_;
  absl::flat_hash_set<ContentKey> busy_;
  absl::flat_hash_map<ContentKey, int>
      keeping_;                           // Keeps under way, by content.
  absl::flat_hash_set<ContentKey> used_;  // Uses that are not stored yet.

  Executor::TimerId sweep_timer_ = 0;  // 0: none.
  absl::Duration sweep_due_;           // Of sweep_timer_; monotonic.
  bool sweeping_ = false;

  const std::shared_ptr<std::atomic<bool>> stopped_ =
      std::make_shared<std::atomic<bool>>(false);
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace convoy

#endif  // CONVOY_PEER_CONTENT_CACHE_H_
