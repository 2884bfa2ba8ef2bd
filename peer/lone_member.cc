#include "peer/lone_member.h"

#include <algorithm>
#include <utility>

#include "peer/piece_spans.h"

namespace convoy {
namespace {

class LoneMember final : public SwarmMember {
 public:
  LoneMember(const SwarmContent& content, SwarmObserver* observer,
             Executor* executor)
      : storage_(content.storage), observer_(observer), executor_(executor) {
    missing_ =
        Pieces([this](PieceIndex piece) { return !storage_->verified(piece); });
  }

  void TellWhy(std::string refused, std::string policy) {
    Later([this, refused = std::move(refused), policy = std::move(policy)] {
      SwarmNews news;
      news.refused = refused;
      news.policy = policy;
      observer_->OnSwarmNews(news);
    });
  }

  void SetDemand(int lanes, int max_pieces) override {
    lanes_ = lanes;
    max_pieces_ = max_pieces;
    if (lanes_ == 0 || missing_.empty() || std::exchange(claiming_, true)) {
      return;
    }
    Later([this] {
      claiming_ = false;
      Claim();
    });
  }
  void SetOriginUsable(bool) override {}
  void NoteProgress(PieceIndex, std::int64_t) override {}
  void PiecePut(PieceIndex) override {
    if (!doubts_ || !Uncertain().empty()) return;
    doubts_ = false;
    Later([this] { observer_->OnDoubtsSettled(); });
  }
  void Unclaim(PieceSpan span) override { missing_ = Union(missing_, {span}); }
  void Doubt(bool) override {
    doubts_ = true;
    missing_ = Uncertain();
  }
  void SetBacklog(bool) override {}
  PeerBytes Received() const override { return {}; }
  void Seed(SwarmObserver* observer) override { observer_ = observer; }

 private:
  template <typename Task>
  void Later(Task task) {
    executor_->Post([task = std::move(task),
                     alive = std::weak_ptr<char>(alive_)]() mutable {
      if (!alive.expired()) task();
    });
  }

  template <typename Wanted>
  PieceSpans Pieces(Wanted wanted) const {
    std::vector<PieceIndex> pieces;
    for (const PieceSpan& span : storage_->map().pieces()) {
      for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
        if (wanted(piece)) pieces.push_back(piece);
      }
    }
    return SpansOf(pieces);
  }
  PieceSpans Uncertain() const {
    return Pieces([this](PieceIndex piece) {
      return !storage_->hashes().certain(piece);
    });
  }

  // The observer answers each claim with SetDemand.
  void Claim() {
    if (lanes_ == 0 || missing_.empty()) return;
    PieceSpan claimed = missing_.front();
    claimed.end.value =
        std::min(claimed.end.value, claimed.first.value + max_pieces_);
    missing_.front().first = claimed.end;
    if (missing_.front().empty()) missing_.erase(missing_.begin());
    observer_->OnClaimed(claimed);
  }

  const std::shared_ptr<SwarmStorage> storage_;
  SwarmObserver* observer_;
  Executor* const executor_;
  PieceSpans missing_;
  int lanes_ = 0;
  int max_pieces_ = 1;
  bool claiming_ = false;
  bool doubts_ = false;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace

std::unique_ptr<SwarmMember> MakeLoneMember(const SwarmContent& content,
                                            SwarmObserver* observer,
                                            Executor* executor,
                                            std::string refused,
                                            std::string policy) {
  auto member = std::make_unique<LoneMember>(content, observer, executor);
  member->TellWhy(std::move(refused), std::move(policy));
  return member;
}

}  // namespace convoy
