#include "daemon/swarm_calls.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/field_check.h"
#include "daemon/swarm_proto.h"
#include "peer/base/status_macros.h"
#include "peer/base/unique_fd.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxManifestBytes = 16 << 20;

absl::Status ShuttingDown() {
  return Error(v1::ERROR_REASON_SHUTTING_DOWN,
               v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
      .Retryable()
      .Status("the daemon is stopping");
}

absl::Status NoSuchContent(absl::string_view digits) {
  return Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
      .Field("content_id")
      .Status(absl::StrCat("there is no content ", digits,
                           ", or it belongs to another user"));
}

// What the engine says of the content that the request names.
absl::Status ContentError(const absl::Status& status,
                          absl::string_view digits) {
  if (status.ok() || GetErrorDetail(status).has_value()) return status;
  if (absl::IsNotFound(status)) return NoSuchContent(digits);
  return Error(absl::IsFailedPrecondition(status)
                   ? v1::ERROR_REASON_INVALID_STATE
                   : v1::ERROR_REASON_INTERNAL,
               v1::ERROR_CONTEXT_REQUEST)
      .Field("content_id")
      .StatusWithCode(status.code(), status.message());
}

// What the engine says of a file and its manifest.
absl::Status AdoptError(const absl::Status& status,
                        const v1::AdoptFileRequest& request) {
  if (status.ok() || GetErrorDetail(status).has_value()) return status;
  if (absl::IsInvalidArgument(status)) {
    return Error(v1::ERROR_REASON_INVALID_ARGUMENT, v1::ERROR_CONTEXT_REQUEST)
        .Field("manifest_path")
        .LocalPath(request.manifest_path())
        .Status(absl::StrCat("the manifest ", request.manifest_path(),
                             " cannot be used: ", status.message()));
  }
  return Error(absl::IsFailedPrecondition(status)
                   ? v1::ERROR_REASON_VALIDATION_FAILED
                   : v1::ERROR_REASON_INTERNAL,
               v1::ERROR_CONTEXT_LOCAL_FILE)
      .Field("local_path")
      .LocalPath(request.local_path())
      .StatusWithCode(status.code(), absl::StrCat(request.local_path(), ": ",
                                                  status.message()));
}

// Both files, with the caller's rights. Blocks.
absl::StatusOr<AdoptRequest> Open(OwnerFiles& files, const JobOwner& owner,
                                  const v1::AdoptFileRequest& request) {
  AdoptRequest opened;
  CONVOY_ASSIGN_OR_RETURN(
      opened.metainfo,
      files.ReadSmallFile(owner, request.manifest_path(), kMaxManifestBytes));
  CONVOY_ASSIGN_OR_RETURN(opened.file,
                          files.OpenSource(owner, request.local_path()));
  opened.keep.local_path = request.local_path();
  opened.keep.owner = owner.uid;
  opened.keep.owner_group = owner.gid;
  opened.keep.pinned = request.pinned();
  return opened;
}

}  // namespace

v1::Content SwarmCalls::Shown::Snapshot(const ContentInfo& info) const {
  const auto job = jobs.find(info.id);
  return ContentSnapshot(info, job == jobs.end() ? "" : job->second);
}

SwarmCalls::SwarmCalls(Parts parts)
    : parts_(std::move(parts)),
      work_(*parts_.control, *parts_.files_executor),
      self_(std::make_shared<SwarmCalls*>(this)) {}

void SwarmCalls::Shutdown() {
  stopped_ = true;
  waiting_.clear();
}

template <typename T>
Contents::Answer<T> SwarmCalls::Later(absl::AnyInvocable<void(T) &&> then) {
  using Then = absl::AnyInvocable<void(T) &&>;
  const std::uint64_t id = ++last_wait_;
  const auto held = std::make_shared<Then>(std::move(then));
  waiting_[id] = held;
  return [control = parts_.control, self = std::weak_ptr<SwarmCalls*>(self_),
          held = std::weak_ptr<Then>(held), id](T result) mutable {
    control->Post([self = std::move(self), held = std::move(held), id,
                   result = std::move(result)]() mutable {
      const std::shared_ptr<SwarmCalls*> calls = self.lock();
      const std::shared_ptr<Then> next = held.lock();
      if (calls == nullptr || next == nullptr) return;
      (*calls)->waiting_.erase(id);
      std::move (*next)(std::move(result));
    });
  };
}

void SwarmCalls::See(const Caller& caller,
                     absl::AnyInvocable<void(Shown) &&> then) {
  parts_.contents->List(Later<std::vector<ContentInfo>>(
      [this, caller,
       then = std::move(then)](std::vector<ContentInfo> infos) mutable {
        Shown shown;
        shown.jobs = parts_.jobs(caller);
        std::copy_if(
            std::make_move_iterator(infos.begin()),
            std::make_move_iterator(infos.end()),
            std::back_inserter(shown.infos), [&](const ContentInfo& info) {
              return caller.administrator || caller.uid == info.owner ||
                     shown.jobs.count(info.id) > 0;
            });
        std::move(then)(std::move(shown));
      }));
}

template <typename T>
void SwarmCalls::Find(
    const Caller& caller, const std::string& digits, Reply<T> reply,
    absl::AnyInvocable<void(const ContentInfo&, v1::Content, Reply<T>) &&>
        then) {
  if (stopped_) return std::move(reply)(ShuttingDown());
  absl::StatusOr<std::string> id = ReadContentId(digits, "content_id");
  if (!id.ok()) return std::move(reply)(id.status());
  See(caller, [digits, id = *std::move(id), reply = std::move(reply),
               then = std::move(then)](const Shown& shown) mutable {
    const auto found =
        std::find_if(shown.infos.begin(), shown.infos.end(),
                     [&](const ContentInfo& info) { return info.id == id; });
    if (found == shown.infos.end()) {
      return std::move(reply)(NoSuchContent(digits));
    }
    std::move(then)(*found, shown.Snapshot(*found), std::move(reply));
  });
}

void SwarmCalls::ListContents(const Caller& caller,
                              const v1::ListContentsRequest& request,
                              Reply<v1::ListContentsResponse> reply) {
  if (stopped_) return std::move(reply)(ShuttingDown());
  absl::StatusOr<ContentPage> page = ReadContentPage(request);
  if (!page.ok()) return std::move(reply)(page.status());
  See(caller, [page = *std::move(page),
               reply = std::move(reply)](const Shown& shown) mutable {
    v1::ListContentsResponse response;
    std::string last;
    for (const ContentInfo& info : shown.infos) {
      if (info.id <= page.after) continue;
      if (response.contents_size() == page.size) {
        response.set_next_page_token(ContentPageToken(last));
        break;
      }
      *response.add_contents() = shown.Snapshot(info);
      last = info.id;
    }
    std::move(reply)(std::move(response));
  });
}

void SwarmCalls::GetContent(const Caller& caller,
                            const v1::GetContentRequest& request,
                            Reply<v1::Content> reply) {
  Find<v1::Content>(
      caller, request.content_id(), std::move(reply),
      [](const ContentInfo&, v1::Content content, Reply<v1::Content> answer) {
        std::move(answer)(std::move(content));
      });
}

void SwarmCalls::ListPeers(const Caller& caller,
                           const v1::ListPeersRequest& request,
                           Reply<v1::ListPeersResponse> reply) {
  if (stopped_) return std::move(reply)(ShuttingDown());
  std::string only;
  if (!request.content_id().empty()) {
    absl::StatusOr<std::string> id =
        ReadContentId(request.content_id(), "content_id");
    if (!id.ok()) return std::move(reply)(id.status());
    only = *std::move(id);
  }
  See(caller, [this, digits = request.content_id(), only,
               reply = std::move(reply)](const Shown& shown) mutable {
    absl::flat_hash_set<std::string> ids;
    for (const ContentInfo& info : shown.infos) ids.insert(info.id);
    if (!only.empty() && !ids.contains(only)) {
      return std::move(reply)(NoSuchContent(digits));
    }
    parts_.contents->ListPeers(
        only, Later<std::vector<PeerInfo>>(
                  [ids = std::move(ids), reply = std::move(reply)](
                      const std::vector<PeerInfo>& peers) mutable {
                    v1::ListPeersResponse response;
                    for (const PeerInfo& peer : peers) {
                      if (!ids.contains(peer.content_id)) continue;
                      *response.add_peers() = PeerSnapshot(peer);
                    }
                    std::move(reply)(std::move(response));
                  }));
  });
}

void SwarmCalls::PinContent(const Caller& caller,
                            const v1::PinContentRequest& request,
                            Reply<v1::Content> reply) {
  Find<v1::Content>(
      caller, request.content_id(), std::move(reply),
      [this, caller, request](const ContentInfo& info, const v1::Content&,
                              Reply<v1::Content> answer) {
        parts_.contents->Pin(
            info.id, request.pinned(),
            Later<absl::Status>([this, caller, digits = request.content_id(),
                                 answer = std::move(answer)](
                                    const absl::Status& status) mutable {
              if (!status.ok()) {
                return std::move(answer)(ContentError(status, digits));
              }
              // When it goes is for the engine to say.
              v1::GetContentRequest again;
              again.set_content_id(digits);
              GetContent(caller, again, std::move(answer));
            }));
      });
}

void SwarmCalls::EvictContent(const Caller& caller,
                              const v1::EvictContentRequest& request,
                              Reply<v1::EvictContentResponse> reply) {
  Find<v1::EvictContentResponse>(
      caller, request.content_id(), std::move(reply),
      [this, request](const ContentInfo& info, const v1::Content&,
                      Reply<v1::EvictContentResponse> answer) {
        parts_.contents->Evict(
            info.id,
            Later<absl::Status>(
                [digits = request.content_id(), answer = std::move(answer)](
                    const absl::Status& status) mutable {
                  if (!status.ok()) {
                    return std::move(answer)(ContentError(status, digits));
                  }
                  std::move(answer)(v1::EvictContentResponse());
                }));
      });
}

void SwarmCalls::AdoptFile(const Caller& caller,
                           const v1::AdoptFileRequest& request,
                           Reply<v1::Content> reply) {
  if (stopped_) return std::move(reply)(ShuttingDown());
  absl::Status status = CheckAbsolutePath("local_path", request.local_path());
  status.Update(CheckAbsolutePath("manifest_path", request.manifest_path()));
  if (!status.ok()) return std::move(reply)(std::move(status));
  work_.Run<absl::StatusOr<AdoptRequest>>(
      [files = parts_.files, owner = JobOwner{caller.uid, caller.gid},
       request] { return Open(*files, owner, request); },
      [this, caller, request,
       reply = std::move(reply)](absl::StatusOr<AdoptRequest> opened) mutable {
        if (!opened.ok()) return std::move(reply)(opened.status());
        Adopt(caller, request, *std::move(opened), std::move(reply));
      });
}

void SwarmCalls::Adopt(const Caller& caller,
                       const v1::AdoptFileRequest& request, AdoptRequest opened,
                       Reply<v1::Content> reply) {
  if (stopped_) return std::move(reply)(ShuttingDown());
  parts_.contents->Adopt(
      std::move(opened),
      Later<absl::StatusOr<ContentInfo>>(
          [this, caller, request, reply = std::move(reply)](
              const absl::StatusOr<ContentInfo>& info) mutable {
            if (!info.ok()) {
              return std::move(reply)(AdoptError(info.status(), request));
            }
            Shown shown;
            shown.jobs = parts_.jobs(caller);
            std::move(reply)(shown.Snapshot(*info));
          }));
}

}  // namespace convoy
