#ifndef CONVOY_PEER_LIBTORRENT_OBSERVER_H_
#define CONVOY_PEER_LIBTORRENT_OBSERVER_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "peer/base/executor.h"
#include "peer/libtorrent_torrent.h"
#include "peer/swarm.h"

namespace convoy {

// The way from a torrent to its observer: from the loop to the engine.
class ObserverPost final : public LibtorrentTorrent::Listener {
 public:
  // `observer`: read on the engine's executor; gone with the member.
  ObserverPost(std::weak_ptr<SwarmObserver*> observer, Executor* executor)
      : observer_(std::move(observer)), executor_(executor) {}

  void OnPiecesHere(std::vector<PieceIndex> pieces) override {
    executor_->Post([pieces = std::move(pieces), observer = observer_] {
      for (const PieceIndex piece : pieces) {
        // The last one may end the membership.
        if (const auto to = observer.lock()) (*to)->OnPeerPiece(piece);
      }
    });
  }
  void OnClaimed(PieceSpan span) override {
    Post([span](SwarmObserver* to) { to->OnClaimed(span); });
  }
  void OnUnclaimed(PieceSpan span) override {
    Post([span](SwarmObserver* to) { to->OnUnclaimed(span); });
  }
  void OnDoubtsSettled() override {
    Post([](SwarmObserver* to) { to->OnDoubtsSettled(); });
  }
  void OnNews(const SwarmNews& news) override {
    Post([news](SwarmObserver* to) { to->OnSwarmNews(news); });
  }
  void OnError(absl::Status status) override {
    Post([status = std::move(status)](SwarmObserver* to) {
      to->OnSwarmError(status);
    });
  }

 private:
  template <typename Task>
  void Post(Task task) {
    executor_->Post([task = std::move(task), observer = observer_] {
      if (const auto alive = observer.lock()) task(*alive);
    });
  }

  const std::weak_ptr<SwarmObserver*> observer_;
  Executor* const executor_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_LIBTORRENT_OBSERVER_H_
