#ifndef CONVOY_PEER_FAKE_CACHE_INDEX_H_
#define CONVOY_PEER_FAKE_CACHE_INDEX_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/cache_index.h"

namespace convoy {

// A CacheIndex in memory. Its disk outlives it, as a file would.
class FakeCacheIndex final : public CacheIndex {
 public:
  struct Disk {
    struct Kept {
      CacheRow row;
      CacheManifest manifest;
    };
    std::map<std::string, Kept> kept;
    // What every call answers while it is not OK.
    absl::Status failure;
    int manifests_read = 0;
  };

  explicit FakeCacheIndex(std::shared_ptr<Disk> disk)
      : disk_(std::move(disk)) {}

  absl::StatusOr<std::vector<CacheRow>> LoadAll() override {
    if (!disk_->failure.ok()) return disk_->failure;
    std::vector<CacheRow> rows;
    for (const auto& [id, kept] : disk_->kept) rows.push_back(kept.row);
    return rows;
  }
  absl::Status Put(const CacheRow& row,
                   const CacheManifest& manifest) override {
    if (!disk_->failure.ok()) return disk_->failure;
    disk_->kept[row.content_id] = {row, manifest};
    return absl::OkStatus();
  }
  absl::Status Touch(const std::vector<CacheUse>& uses) override {
    if (!disk_->failure.ok()) return disk_->failure;
    for (const CacheUse& use : uses) {
      const auto found = disk_->kept.find(use.content_id);
      if (found == disk_->kept.end()) continue;
      found->second.row.last_use_time = use.time;
    }
    return absl::OkStatus();
  }
  absl::Status SetPinned(absl::string_view content_id, bool pinned) override {
    if (!disk_->failure.ok()) return disk_->failure;
    const auto found = disk_->kept.find(std::string(content_id));
    if (found != disk_->kept.end()) found->second.row.pinned = pinned;
    return absl::OkStatus();
  }
  absl::Status Remove(absl::string_view content_id) override {
    if (!disk_->failure.ok()) return disk_->failure;
    disk_->kept.erase(std::string(content_id));
    return absl::OkStatus();
  }
  absl::StatusOr<CacheManifest> ReadManifest(
      absl::string_view content_id) override {
    if (!disk_->failure.ok()) return disk_->failure;
    const auto found = disk_->kept.find(std::string(content_id));
    if (found == disk_->kept.end()) return absl::NotFoundError("not kept");
    ++disk_->manifests_read;
    return found->second.manifest;
  }

 private:
  const std::shared_ptr<Disk> disk_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_FAKE_CACHE_INDEX_H_
