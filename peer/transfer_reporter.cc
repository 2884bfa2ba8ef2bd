#include "peer/transfer_reporter.h"

#include <utility>

namespace convoy {
namespace {

constexpr absl::Duration kInterval = absl::Milliseconds(200);

}  // namespace

void ObserverLink::Cut() {
  std::optional<TransferNews> dropped;
  MutexLock lock(&mutex_);
  cut_ = true;
  dropped.swap(news_);
}

TransferObserver* ObserverLink::observer() {
  MutexLock lock(&mutex_);
  return cut_ ? nullptr : observer_;
}

void ObserverLink::SendNews(const std::shared_ptr<ObserverLink>& link,
                            TransferNews news) {
  {
    MutexLock lock(&link->mutex_);
    if (link->cut_) return;
    const bool posted = link->news_.has_value();
    link->news_ = std::move(news);
    if (posted) return;
  }
  link->executor_->Post([link] { link->DeliverNews(); });
}

void ObserverLink::DeliverNews() {
  std::optional<TransferNews> news;
  {
    MutexLock lock(&mutex_);
    if (cut_) return;
    news.swap(news_);
  }
  if (news) observer_->OnNews(*news);
}

void ObserverLink::SendCheckpointVoid(
    const std::shared_ptr<ObserverLink>& link) {
  {
    MutexLock lock(&link->mutex_);
    link->news_.reset();
  }
  link->executor_->Post([link] {
    TransferObserver* const observer = link->observer();
    if (observer != nullptr) observer->OnCheckpointVoid();
  });
}

void ObserverLink::SendEnd(const std::shared_ptr<ObserverLink>& link,
                           TransferEnd end) {
  link->executor_->Post([link, end = std::move(end)]() mutable {
    TransferObserver* const observer = link->observer();
    if (observer != nullptr) observer->OnEnd(std::move(end));
  });
}

TransferReporter::TransferReporter(std::shared_ptr<ObserverLink> link,
                                   Executor* executor, const Clock* clock,
                                   Complete complete)
    : link_(std::move(link)),
      executor_(executor),
      clock_(clock),
      complete_(std::move(complete)) {}

TransferReporter::~TransferReporter() {
  if (timer_ != 0) executor_->CancelTimer(timer_);
}

void TransferReporter::Changed() {
  if (ended_) return;
  if (news_.connected != sent_connected_ || news_.size != sent_size_) {
    return Send();
  }
  if (timer_ != 0) return;
  const absl::Duration wait = last_sent_ + kInterval - clock_->Monotonic();
  if (wait <= absl::ZeroDuration()) return Send();
  timer_ = executor_->PostAfter(wait, [this] {
    timer_ = 0;
    Send();
  });
}

void TransferReporter::Send() {
  if (timer_ != 0) executor_->CancelTimer(std::exchange(timer_, 0));
  complete_(&news_);
  sent_connected_ = news_.connected;
  sent_size_ = news_.size;
  last_sent_ = clock_->Monotonic();
  ObserverLink::SendNews(link_, news_);
}

void TransferReporter::VoidCheckpoint() {
  if (timer_ != 0) executor_->CancelTimer(std::exchange(timer_, 0));
  ObserverLink::SendCheckpointVoid(link_);
}

void TransferReporter::End(absl::Status status,
                           std::optional<absl::Duration> retry_after) {
  if (std::exchange(ended_, true)) return;
  if (timer_ != 0) executor_->CancelTimer(std::exchange(timer_, 0));
  complete_(&news_);
  TransferEnd end;
  end.status = std::move(status);
  end.retry_after = retry_after;
  end.news = std::move(news_);
  ObserverLink::SendEnd(link_, std::move(end));
}

}  // namespace convoy
