#ifndef CONVOY_DAEMON_MANIFEST_PUBLISHER_H_
#define CONVOY_DAEMON_MANIFEST_PUBLISHER_H_

#include <atomic>
#include <memory>

#include "convoy/v1/swarm_service.pb.h"
#include "daemon/caller.h"
#include "daemon/owner_files.h"
#include "daemon/publish_stream.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"

namespace convoy {

// The Publish call: reads files with the caller's rights and writes a manifest
// beside each. Calls take turns, file by file.
//
// Thread-safe. The work runs on the worker, which nobody else must wait for;
// what it has begun when Stop comes ends within a moment.
class ManifestPublisher {
 public:
  struct Parts {  // Not owned.
    const Clock* clock = nullptr;
    Executor* worker = nullptr;
    OwnerFiles* files = nullptr;
  };

  explicit ManifestPublisher(const Parts& parts) : parts_(parts) {}
  ManifestPublisher(const ManifestPublisher&) = delete;
  ManifestPublisher& operator=(const ManifestPublisher&) = delete;

  // Answers on `stream`. This must outlive the worker's tasks.
  void Publish(const Caller& caller,
               std::shared_ptr<const v1::PublishRequest> request,
               std::shared_ptr<PublishStream> stream);
  // Calls under way, and later ones, end with SHUTTING_DOWN.
  void Stop() { stopped_ = true; }

 private:
  class Task;

  // The task's next part takes its turn.
  void Continue(std::unique_ptr<Task> task);

  const Parts parts_;
  std::atomic<bool> stopped_ = false;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_MANIFEST_PUBLISHER_H_
