#include "daemon/manifest_publisher.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/owner_folder.h"
#include "daemon/publish_plan.h"
#include "peer/base/ids.h"
#include "peer/base/status_macros.h"
#include "peer/base/unique_fd.h"
#include "peer/manifest_maker.h"
#include "peer/manifest_signer.h"
#include "proto/error_detail.h"
#include "proto/utf8.h"

namespace convoy {
namespace {

constexpr absl::Duration kProgressInterval = absl::Milliseconds(250);
// No manifest that is made here is larger.
constexpr std::size_t kMaxManifestBytes = 64 << 20;

absl::Status ShuttingDown() {
  return Error(v1::ERROR_REASON_SHUTTING_DOWN,
               v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
      .Retryable()
      .Status("the daemon is stopping");
}

// What the maker, which knows no paths, says of the file.
absl::Status AboutFile(const absl::Status& status, const PlannedFile& file) {
  const std::string message =
      absl::StrCat("cannot publish ", file.path, ": ", status.message());
  v1::ErrorDetail detail = ErrorDetailOf(status);
  if (!GetErrorDetail(status).has_value()) {
    detail.set_reason(absl::IsInvalidArgument(status)
                          ? v1::ERROR_REASON_INVALID_ARGUMENT
                          : v1::ERROR_REASON_INTERNAL);
    detail.set_context(v1::ERROR_CONTEXT_LOCAL_FILE);
  }
  return Error(std::move(detail)).LocalPath(file.path).Status(message);
}

absl::Status WriteAndSync(int fd, absl::string_view bytes,
                          const std::string& path, uid_t uid) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FileError(errno, path, "write", uid);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return fdatasync(fd) == 0 ? absl::OkStatus()
                            : FileError(errno, path, "sync", uid);
}

// Puts the manifest at `path`, as a whole or not at all. False: it was there;
// it may be signed.
absl::StatusOr<bool> WriteManifest(OwnerFiles& files, const JobOwner& owner,
                                   const std::string& path,
                                   const MadeManifest& made) {
  const absl::StatusOr<std::string> before =
      files.ReadSmallFile(owner, path, kMaxManifestBytes);
  CONVOY_ASSIGN_OR_RETURN(
      const std::string bytes,
      MetainfoToWrite(before.ok() ? *before : "", made, /*signer=*/nullptr));
  if (before.ok() && *before == bytes) return false;
  CONVOY_ASSIGN_OR_RETURN(
      const TemporaryFile temporary,
      files.CreateTemporary(owner, path, JobId::Random(), 0));
  absl::Status status =
      WriteAndSync(temporary.fd.get(), bytes, temporary.path, owner.uid);
  if (status.ok()) {
    status = files.Publish(owner, temporary.path, temporary.identity, path);
  }
  if (status.ok()) return true;
  // What failed is told; that this may fail too helps nobody.
  (void)files.RemoveTemporary(owner, temporary.path, temporary.identity);
  return status;
}

}  // namespace

// One call.
class ManifestPublisher::Task {
 public:
  Task(const ManifestPublisher& publisher, const Caller& caller,
       std::shared_ptr<const v1::PublishRequest> request,
       std::shared_ptr<PublishStream> stream)
      : publisher_(publisher),
        owner_{caller.uid, caller.gid},
        request_(std::move(request)),
        stream_(std::move(stream)) {}
  // Tasks that a worker drops are answered too.
  ~Task() {
    if (!ended_) stream_->End(ShuttingDown());
  }

  // Does the next part. False: that was the last.
  bool Step() {
    const absl::Status status = planned_ ? PublishNext() : Plan();
    if (status.ok() && next_ < plan_.size()) return true;
    ended_ = true;
    stream_->End(status);
    return false;
  }

 private:
  absl::Status Interrupted() const {
    if (publisher_.stopped_) return ShuttingDown();
    if (stream_->gone()) return absl::CancelledError("the caller went away");
    return absl::OkStatus();
  }

  absl::Status Plan() {
    CONVOY_RETURN_IF_ERROR(Interrupted());
    CONVOY_RETURN_IF_ERROR(CheckPublishRequest(*request_));
    CONVOY_ASSIGN_OR_RETURN(
        plan_, PlanPublish(*request_, owner_, *publisher_.parts_.files));
    planned_ = true;
    for (const PlannedFile& file : plan_) total_ += file.size;
    Tell(0);
    return absl::OkStatus();
  }

  absl::Status PublishNext() {
    CONVOY_RETURN_IF_ERROR(Interrupted());
    const PlannedFile& file = plan_[next_];
    OwnerFiles& files = *publisher_.parts_.files;
    CONVOY_ASSIGN_OR_RETURN(const UniqueFd fd,
                            files.OpenSource(owner_, file.path));
    absl::StatusOr<MadeManifest> made = Make(fd.get(), file);
    if (!made.ok()) {
      CONVOY_RETURN_IF_ERROR(Interrupted());
      return AboutFile(made.status(), file);
    }
    bool changed = false;
    if (!made->metainfo.empty()) {
      CONVOY_ASSIGN_OR_RETURN(
          changed, WriteManifest(files, owner_, file.manifest_path(), *made));
    }
    // The file may be another one than when it was planned.
    total_ += made->size - file.size;
    done_ += made->size;
    ++next_;
    TellEnd(file, *made, changed);
    return absl::OkStatus();
  }

  absl::StatusOr<MadeManifest> Make(int fd, const PlannedFile& file) {
    ManifestSpec spec;
    spec.name = file.name();
    spec.url_seeds.push_back(file.url);
    if (request_->piece_length_bytes() != 0) {
      spec.piece_length = request_->piece_length_bytes();
    }
    return MakeManifest(fd, spec, [this](std::int64_t done) {
      const absl::Duration now = publisher_.parts_.clock->Monotonic();
      if (now - told_ >= kProgressInterval) {
        told_ = now;
        Tell(done);
      }
      return Interrupted().ok();
    });
  }

  // `done`: of the file under way.
  void Tell(std::int64_t done) {
    v1::PublishResponse response;
    response.set_done_bytes(done_ + done);
    response.set_total_bytes(total_);
    stream_->Send(std::move(response));
  }

  void TellEnd(const PlannedFile& file, const MadeManifest& made,
               bool changed) {
    v1::PublishResponse response;
    response.set_done_bytes(done_);
    response.set_total_bytes(total_);
    v1::PublishResponse::PublishedFile& shown = *response.mutable_file();
    shown.set_path(ToUtf8(file.path));
    shown.set_sha256(absl::BytesToHexString(made.sha256));
    if (!made.metainfo.empty()) {
      shown.set_manifest_path(ToUtf8(file.manifest_path()));
      shown.set_content_id(absl::BytesToHexString(made.info_hash));
      shown.set_unchanged(!changed);
    }
    stream_->Send(std::move(response));
  }

  const ManifestPublisher& publisher_;
  const JobOwner owner_;
  const std::shared_ptr<const v1::PublishRequest> request_;
  const std::shared_ptr<PublishStream> stream_;
  std::vector<PlannedFile> plan_;
  bool planned_ = false;
  bool ended_ = false;
  std::size_t next_ = 0;
  std::int64_t done_ = 0;
  std::int64_t total_ = 0;
  absl::Duration told_ = -absl::InfiniteDuration();
};

void ManifestPublisher::Publish(
    const Caller& caller, std::shared_ptr<const v1::PublishRequest> request,
    std::shared_ptr<PublishStream> stream) {
  Continue(std::make_unique<Task>(*this, caller, std::move(request),
                                  std::move(stream)));
}

void ManifestPublisher::Continue(std::unique_ptr<Task> task) {
  parts_.worker->Post([this, task = std::move(task)]() mutable {
    if (task->Step()) Continue(std::move(task));
  });
}

}  // namespace convoy
