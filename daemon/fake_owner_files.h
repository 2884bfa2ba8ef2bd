#ifndef CONVOY_DAEMON_FAKE_OWNER_FILES_H_
#define CONVOY_DAEMON_FAKE_OWNER_FILES_H_

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/job.h"
#include "daemon/owner_files.h"
#include "peer/base/ids.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"
#include "proto/error_detail.h"

namespace convoy {

// Names and inodes in memory; descriptors are invalid unless `contents` is set.
// Every folder exists. Outlives a manager, as a disk would. Thread-safe.
class FakeOwnerFiles final : public OwnerFiles {
 public:
  absl::Status CheckDestination(const JobOwner& /*owner*/,
                                const std::string& local_path) override {
    return FailureOf(local_path);
  }

  absl::StatusOr<TemporaryFile> CreateTemporary(const JobOwner& /*owner*/,
                                                const std::string& local_path,
                                                const JobId& job,
                                                int file_index) override {
    if (absl::Status status = FailureOf(local_path); !status.ok()) {
      return status;
    }
    if (may_write && !may_write()) return Changed(local_path);
    TemporaryFile made;
    made.path = TemporaryPath(local_path, job, file_index);
    MutexLock lock(&mutex_);
    made.identity = {1, ++last_inode_};
    inodes_[made.path] = last_inode_;
    return made;
  }

  absl::StatusOr<UniqueFd> OpenTemporary(
      const JobOwner& /*owner*/, const std::string& path,
      const FileIdentity& identity) override {
    if (InodeOf(path) != identity.inode) return Changed(path);
    if (contents.empty()) return UniqueFd();
    UniqueFd fd(memfd_create("temporary", MFD_CLOEXEC));
    const auto size = static_cast<ssize_t>(contents.size());
    if (pwrite(fd.get(), contents.data(), contents.size(), 0) != size)
      std::abort();
    return fd;
  }

  absl::StatusOr<UniqueFd> OpenSource(const JobOwner& /*owner*/,
                                      const std::string& path) override {
    if (absl::Status status = FailureOf(path); !status.ok()) return status;
    return UniqueFd();
  }

  absl::StatusOr<std::string> ReadSmallFile(const JobOwner& /*owner*/,
                                            const std::string& path,
                                            std::size_t /*max*/) override {
    if (absl::Status status = FailureOf(path); !status.ok()) return status;
    return "PEM of " + path;
  }

  // Those of inodes_ that are at `path` or below it.
  absl::StatusOr<std::vector<FoundFile>> ListFiles(
      const JobOwner& /*owner*/, const std::string& path,
      std::size_t /*max*/) override {
    if (absl::Status status = FailureOf(path); !status.ok()) return status;
    MutexLock lock(&mutex_);
    std::vector<FoundFile> found;
    for (const auto& [name, inode] : inodes_) {
      const bool below = name.rfind(path + "/", 0) == 0;
      if (name == path || below) found.push_back({name, 0});
    }
    return found;
  }

  absl::Status Publish(const JobOwner& /*owner*/,
                       const std::string& temporary_path,
                       const FileIdentity& identity,
                       const std::string& local_path) override {
    if (absl::Status status = FailureOf(local_path); !status.ok()) {
      return status;
    }
    if (may_write && !may_write()) return Changed(local_path);
    MutexLock lock(&mutex_);
    const auto found = inodes_.find(temporary_path);
    if (found == inodes_.end() || found->second != identity.inode) {
      const auto final = inodes_.find(local_path);
      const bool before =
          final != inodes_.end() && final->second == identity.inode;
      return before ? absl::OkStatus() : Changed(temporary_path);
    }
    inodes_.erase(found);
    inodes_[local_path] = identity.inode;
    return absl::OkStatus();
  }

  absl::Status RemoveTemporary(const JobOwner& /*owner*/,
                               const std::string& path,
                               const FileIdentity& identity) override {
    if (absl::Status status = FailureOf(path); !status.ok()) return status;
    if (may_write && !may_write()) return Changed(path);
    MutexLock lock(&mutex_);
    const auto found = inodes_.find(path);
    if (found == inodes_.end()) return absl::OkStatus();
    if (identity.inode == 0 || identity.inode == found->second) {
      inodes_.erase(found);
    }
    return absl::OkStatus();
  }

  absl::Status SetMode(const JobOwner& /*owner*/, const std::string& path,
                       mode_t /*mode*/) override {
    return FailureOf(path);
  }
  absl::Status Remove(const JobOwner& /*owner*/,
                      const std::string& path) override {
    if (absl::Status status = FailureOf(path); !status.ok()) return status;
    Remove(path);
    return absl::OkStatus();
  }

  // Every call on `path` fails; OK: works again.
  void Fail(const std::string& path, absl::Status status) {
    MutexLock lock(&mutex_);
    failures_[path] = std::move(status);
  }
  // Somebody else removes a file.
  void Remove(const std::string& path) {
    MutexLock lock(&mutex_);
    inodes_.erase(path);
  }
  bool Exists(const std::string& path) const { return InodeOf(path) != 0; }
  // Asked before each change; false: nothing is changed, and the call fails.
  // Set it before other threads use the files.
  std::function<bool()> may_write;
  // What OpenTemporary's descriptors read. Set it likewise.
  std::string contents;

  // All files there are.
  std::vector<std::string> Paths() const {
    MutexLock lock(&mutex_);
    std::vector<std::string> paths;
    for (const auto& file : inodes_) paths.push_back(file.first);
    return paths;
  }

 private:
  static absl::Status Changed(const std::string& path) {
    return Error(v1::ERROR_REASON_LOCAL_FILE_CHANGED,
                 v1::ERROR_CONTEXT_LOCAL_FILE)
        .LocalPath(path)
        .Status("the temporary file is gone, or is another file now");
  }
  absl::Status FailureOf(const std::string& path) const {
    MutexLock lock(&mutex_);
    const auto found = failures_.find(path);
    return found == failures_.end() ? absl::OkStatus() : found->second;
  }
  // 0: no such file.
  std::uint64_t InodeOf(const std::string& path) const {
    MutexLock lock(&mutex_);
    const auto found = inodes_.find(path);
    return found == inodes_.end() ? 0 : found->second;
  }

  mutable Mutex mutex_;
  std::uint64_t last_inode_ ABSL_GUARDED_BY(mutex_) = 100;
  std::map<std::string, std::uint64_t> inodes_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, absl::Status> failures_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_FAKE_OWNER_FILES_H_
