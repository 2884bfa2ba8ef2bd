#include "daemon/metrics_collector.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "peer/base/mutex.h"

namespace convoy {
namespace {

// One question: answers may come when nobody waits any more.
class Question {
 public:
  void Answer(MetricsSnapshot snapshot) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    snapshot_ = std::move(snapshot);
    snapshot_.complete = true;
    answered_.NotifyAll();
  }

  MetricsSnapshot Wait(const Clock& clock, absl::Duration patience)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::Duration deadline = clock.Monotonic() + patience;
    MutexLock lock(&mutex_);
    while (!snapshot_.complete && clock.Monotonic() < deadline) {
      answered_.WaitFor(&mutex_, deadline - clock.Monotonic());
    }
    return snapshot_;
  }

 private:
  Mutex mutex_;
  CondVar answered_;
  MetricsSnapshot snapshot_ ABSL_GUARDED_BY(mutex_);
};

// Each answer comes on the engine's thread, one after another.
void AskEngine(Contents& contents, MetricsSnapshot snapshot,
               std::shared_ptr<Question> question) {
  contents.Count(
      [&contents, snapshot = std::move(snapshot),
       question = std::move(question)](const ContentCounts& counts) mutable {
        snapshot.contents = counts;
        contents.ListPeers("", [snapshot = std::move(snapshot),
                                question = std::move(question)](
                                   std::vector<PeerInfo> peers) mutable {
          snapshot.peers = std::move(peers);
          question->Answer(std::move(snapshot));
        });
      });
}

}  // namespace

MetricsCollector::MetricsCollector(Parts parts, absl::Duration patience)
    : parts_(std::move(parts)),
      patience_(patience),
      start_time_(parts_.clock->Now()) {}

MetricsSnapshot MetricsCollector::Collect() const {
  const auto question = std::make_shared<Question>();
  parts_.control->Post([question, parts = parts_] {
    MetricsSnapshot snapshot;
    if (parts.statistics) parts.statistics(&snapshot.statistics);
    if (parts.config) snapshot.config = parts.config();
    if (parts.declared) snapshot.declared = parts.declared();
    AskEngine(parts.engine->contents(), std::move(snapshot), question);
  });
  MetricsSnapshot snapshot = question->Wait(*parts_.clock, patience_);
  snapshot.start_time = start_time_;
  snapshot.control_delays = parts_.control_delays->Read();
  snapshot.engine_delays = parts_.engine->Delays();
  return snapshot;
}

}  // namespace convoy
