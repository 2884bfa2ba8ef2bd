#ifndef CONVOY_PEER_TRANSFER_REPORTER_H_
#define CONVOY_PEER_TRANSFER_REPORTER_H_

#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/base/mutex.h"
#include "peer/transfer_engine.h"

namespace convoy {

// The way from a transfer to its observer, who lives on another executor. Keeps
// only the newest news on the way. Thread-safe.
class ObserverLink {
 public:
  // Neither is owned.
  ObserverLink(TransferObserver* observer, Executor* executor)
      : observer_(observer), executor_(executor) {}

  // The observer is not called any more; not after the return, when called on
  // its executor.
  void Cut();

  static void SendNews(const std::shared_ptr<ObserverLink>& link,
                       TransferNews news);
  // News that are still on the way are dropped.
  static void SendCheckpointVoid(const std::shared_ptr<ObserverLink>& link);
  static void SendEnd(const std::shared_ptr<ObserverLink>& link,
                      TransferEnd end);

 private:
  TransferObserver* observer();
  void DeliverNews();

  TransferObserver* const observer_;
  Executor* const executor_;

  Mutex mutex_;
  bool cut_ ABSL_GUARDED_BY(mutex_) = false;
  // Set: a task to deliver it is posted.
  std::optional<TransferNews> news_ ABSL_GUARDED_BY(mutex_);
};

// Keeps the news of one transfer and sends it: at once when `connected` or
// `size` changes, else at most five times a second. Thread: the engine's
// executor.
class TransferReporter {
 public:
  // Fills in what is not kept up to date all the time.
  using Complete = absl::AnyInvocable<void(TransferNews*)>;

  // `executor` is the engine's; neither it nor `clock` is owned.
  TransferReporter(std::shared_ptr<ObserverLink> link, Executor* executor,
                   const Clock* clock, Complete complete);
  ~TransferReporter();
  TransferReporter(const TransferReporter&) = delete;
  TransferReporter& operator=(const TransferReporter&) = delete;

  // To be changed, then Changed() called.
  TransferNews& news() { return news_; }
  const TransferNews& news() const { return news_; }
  // Cheap: call it for every chunk.
  void Changed();
  // TransferObserver::OnCheckpointVoid.
  void VoidCheckpoint();
  void End(absl::Status status, std::optional<absl::Duration> retry_after);
  bool ended() const { return ended_; }

 private:
  void Send();

  const std::shared_ptr<ObserverLink> link_;
  Executor* const executor_;
  const Clock* const clock_;
  Complete complete_;

  TransferNews news_;
  bool sent_connected_ = false;
  std::optional<std::int64_t> sent_size_;
  absl::Duration last_sent_ = -absl::InfiniteDuration();
  Executor::TimerId timer_ = 0;
  bool ended_ = false;
};

}  // namespace convoy

#endif  // CONVOY_PEER_TRANSFER_REPORTER_H_
