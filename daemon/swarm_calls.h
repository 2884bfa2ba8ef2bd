#ifndef CONVOY_DAEMON_SWARM_CALLS_H_
#define CONVOY_DAEMON_SWARM_CALLS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "convoy/v1/swarm_service.pb.h"
#include "daemon/caller.h"
#include "daemon/file_work.h"
#include "daemon/owner_files.h"
#include "peer/base/executor.h"
#include "peer/contents.h"

namespace convoy {

// The calls of SwarmService but Publish: who may, and what the engine is asked.
//
// A content is shown to its owner, to whoever has a job that fetches it, and to
// administrators; for all others it does not exist.
//
// Belongs to the control executor; replies are called on it.
class SwarmCalls {
 public:
  template <typename T>
  using Reply = absl::AnyInvocable<void(absl::StatusOr<T>) &&>;
  // Ids of contents (20 bytes) → ids of the jobs of the caller that fetch them.
  using JobsOfContents = std::map<std::string, std::string>;

  struct Parts {  // Not owned.
    Executor* control = nullptr;
    Executor* files_executor = nullptr;
    OwnerFiles* files = nullptr;
    Contents* contents = nullptr;
    std::function<JobsOfContents(const Caller&)> jobs;
  };

  explicit SwarmCalls(Parts parts);
  SwarmCalls(const SwarmCalls&) = delete;
  SwarmCalls& operator=(const SwarmCalls&) = delete;

  void ListContents(const Caller& caller,
                    const v1::ListContentsRequest& request,
                    Reply<v1::ListContentsResponse> reply);
  void GetContent(const Caller& caller, const v1::GetContentRequest& request,
                  Reply<v1::Content> reply);
  void ListPeers(const Caller& caller, const v1::ListPeersRequest& request,
                 Reply<v1::ListPeersResponse> reply);
  void PinContent(const Caller& caller, const v1::PinContentRequest& request,
                  Reply<v1::Content> reply);
  void EvictContent(const Caller& caller,
                    const v1::EvictContentRequest& request,
                    Reply<v1::EvictContentResponse> reply);
  void AdoptFile(const Caller& caller, const v1::AdoptFileRequest& request,
                 Reply<v1::Content> reply);

  // Drops the calls that wait for the engine (their replies are destroyed
  // uncalled), and refuses later ones.
  void Shutdown();

 private:
  // What the caller may see.
  struct Shown {
    std::vector<ContentInfo> infos;  // In the order of their ids.
    JobsOfContents jobs;

    v1::Content Snapshot(const ContentInfo& info) const;
  };

  // An answer for the engine that leads to `then` on the control executor,
  // unless Shutdown comes first.
  template <typename T>
  Contents::Answer<T> Later(absl::AnyInvocable<void(T) &&> then);
  void See(const Caller& caller, absl::AnyInvocable<void(Shown) &&> then);
  // One content by its digits. NOT_FOUND, also where the caller may not see it.
  template <typename T>
  void Find(
      const Caller& caller, const std::string& digits, Reply<T> reply,
      absl::AnyInvocable<void(const ContentInfo&, v1::Content, Reply<T>) &&>
          then);
  void Adopt(const Caller& caller, const v1::AdoptFileRequest& request,
             AdoptRequest opened, Reply<v1::Content> reply);

  const Parts parts_;
  FileWork work_;
  // Continuations of calls that wait for the engine.
  std::map<std::uint64_t, std::shared_ptr<void>> waiting_;
  std::uint64_t last_wait_ = 0;
  bool stopped_ = false;
  // Answers of the engine look at it: this may be gone by then.
  std::shared_ptr<SwarmCalls*> self_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_SWARM_CALLS_H_
