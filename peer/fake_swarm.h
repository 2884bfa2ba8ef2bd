#ifndef CONVOY_PEER_FAKE_SWARM_H_
#define CONVOY_PEER_FAKE_SWARM_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "peer/base/executor.h"
#include "peer/beacon_news.h"
#include "peer/piece_spans.h"
#include "peer/swarm.h"
#include "peer/swarm_transfer.h"

namespace convoy {

// A swarm of which a test is the other half: it claims for the transfer what is
// missing, in order, unless told that others do; and gives what the test gives.
// All of that for the content that joined last; the others are only members.
// One thread.
class FakeSwarm final : public Swarm {
 public:
  explicit FakeSwarm(Executor& executor) : executor_(executor) {}

  // How many pieces the transfer may claim; the rest is other machines'.
  void AllowClaims(int pieces) {
    allowed_ = pieces;
    Claim();
  }
  void SetPeers(int lan, int crowd) {
    SwarmNews news;
    news.stats.lan_connections = lan;
    news.sharing_peers = lan;
    news.crowd = crowd;
    news_ = news;
    if (observer_ != nullptr) observer_->OnSwarmNews(news);
  }
  void FindPeersSlow() {
    news_.slow_peers = true;
    observer_->OnSwarmNews(news_);
  }
  // A peer's piece arrives and is found right.
  void GivePiece(PieceIndex piece, absl::string_view bytes) {
    EXPECT_TRUE(content_.storage->WriteBlock(piece, 0, bytes).ok());
    content_.storage->MarkVerified(piece);
    missing_.erase(piece.value);
    news_.stats.from_lan += static_cast<std::int64_t>(bytes.size());
    observer_->OnSwarmNews(news_);
    observer_->OnPeerPiece(piece);
  }
  void Claim(PieceSpan span) { observer_->OnClaimed(span); }
  void Unclaim(PieceSpan span) { observer_->OnUnclaimed(span); }
  // REQUIRES: the content is doubted.
  void SettleDoubts() { observer_->OnDoubtsSettled(); }
  void Fail(absl::Status status) { observer_->OnSwarmError(std::move(status)); }
  // Of any member. REQUIRES: it is there.
  SwarmObserver& ObserverOf(const std::string& content_id) {
    return *observers_.at(content_id);
  }
  // A peer asks for a content.
  void Ask(const std::string& content_id) { asked_(content_id); }

  bool joined() const { return member_ != nullptr; }
  bool seeding() const { return seeding_; }
  bool origin_usable() const { return origin_usable_; }
  // Calls of Doubt so far; and how the last one was meant.
  int doubts() const { return doubts_; }
  bool thorough() const { return thorough_; }
  const SwarmContent& content() const { return content_; }
  const std::vector<PieceSpan>& claims() const { return claims_; }
  const std::vector<PieceSpan>& unclaimed() const { return unclaimed_; }
  // Pieces of the origin that the transfer put into the storage.
  const std::vector<PieceIndex>& put() const { return put_; }
  // What the beacon tells others of a content. Absent: nothing.
  std::optional<BeaconHolding> HoldingOf(const std::string& content_id) const {
    const auto found = holdings_.find(content_id);
    if (found == holdings_.end()) return std::nullopt;
    return found->second;
  }
  std::size_t members() const { return observers_.size(); }
  // Calls of Join so far.
  int joins() const { return joins_; }

  std::unique_ptr<SwarmMember> Join(SwarmContent content,
                                    SwarmObserver* observer) override {
    content_ = std::move(content);
    observer_ = observer;
    missing_.clear();
    for (const PieceSpan& span : content_.storage->map().pieces()) {
      for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
        if (!content_.storage->verified(piece)) missing_.insert(piece.value);
      }
    }
    const std::string& id = content_.manifest->info_hash;
    ++joins_;
    EXPECT_TRUE(observers_.emplace(id, observer).second) << "joined twice";
    holdings_[id] =
        content_.downloads ? BeaconHolding::kSome : BeaconHolding::kAll;
    auto member = std::make_unique<Member>(this, id);
    member_ = member.get();
    executor_.Post([this] {
      if (observer_ != nullptr) observer_->OnSwarmNews(news_);
    });
    return member;
  }
  void Hold(const std::string& content_id) override {
    holdings_[content_id] = BeaconHolding::kResting;
  }
  void Unhold(const std::string& content_id) override {
    holdings_.erase(content_id);
  }
  void SetAskedForContent(AskedForContent asked) override {
    asked_ = std::move(asked);
  }
  // One peer of each content that is asked for.
  void ListPeers(std::string content_id, PeersAnswer answer) override {
    PeerInfo peer;
    peer.content_id = std::move(content_id);
    std::move(answer)({peer});
  }
  void SetLimits(const BandwidthLimits&) override {}
  void SetSettings(const SwarmSettings& settings) override {
    settings_ = settings;
  }
  PeerBytes Uploaded() const override { return {}; }
  const SwarmSettings& settings() const { return settings_; }
  std::string RefusalFor(DownloadMode, std::string*) override { return ""; }

 private:
  class Member final : public SwarmMember {
   public:
    Member(FakeSwarm* swarm, std::string id)
        : swarm_(swarm), id_(std::move(id)) {}
    ~Member() override {
      swarm_->observers_.erase(id_);
      swarm_->holdings_.erase(id_);
      if (swarm_->member_ != this) return;
      swarm_->member_ = nullptr;
      swarm_->observer_ = nullptr;
    }
    void SetDemand(int lanes, int max_pieces) override {
      swarm_->lanes_ = lanes;
      swarm_->max_pieces_ = max_pieces;
      swarm_->Claim();
    }
    void SetOriginUsable(bool usable) override {
      swarm_->origin_usable_ = usable;
    }
    void NoteProgress(PieceIndex, std::int64_t) override {}
    void PiecePut(PieceIndex piece) override { swarm_->put_.push_back(piece); }
    void Unclaim(PieceSpan span) override {
      swarm_->unclaimed_.push_back(span);
      for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
        if (!swarm_->content_.storage->verified(piece)) {
          swarm_->missing_.insert(piece.value);
        }
      }
      swarm_->Claim();
    }
    // All that is uncertain is claimed, in order.
    void Doubt(bool thorough) override {
      ++swarm_->doubts_;
      swarm_->thorough_ = thorough;
      const SwarmStorage& storage = *swarm_->content_.storage;
      for (const PieceSpan& span : storage.map().pieces()) {
        for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
          if (!swarm_->content_.storage->hashes().certain(piece)) {
            swarm_->missing_.insert(piece.value);
          }
        }
      }
    }
    void SetBacklog(bool) override {}
    PeerBytes Received() const override {
      return {swarm_->news_.stats.from_lan, 0, 0};
    }
    void Seed(SwarmObserver* observer) override {
      swarm_->observers_.at(id_) = observer;
      swarm_->holdings_[id_] = BeaconHolding::kAll;
      if (swarm_->member_ != this) return;
      swarm_->observer_ = observer;
      swarm_->seeding_ = true;
    }

   private:
    FakeSwarm* const swarm_;
    const std::string id_;
  };

  void Claim() {
    if (std::exchange(claiming_, true)) return;
    executor_.Post([this] {
      claiming_ = false;
      if (observer_ == nullptr || lanes_ == 0 || allowed_ == 0 ||
          missing_.empty()) {
        return;
      }
      PieceSpan span{PieceIndex{*missing_.begin()},
                     PieceIndex{*missing_.begin()}};
      while (span.count() < std::min(max_pieces_, allowed_) &&
             missing_.erase(span.end.value) > 0) {
        ++span.end.value;
      }
      allowed_ -= span.count();
      claims_.push_back(span);
      observer_->OnClaimed(span);
    });
  }

  Executor& executor_;
  SwarmContent content_;
  SwarmObserver* observer_ = nullptr;
  Member* member_ = nullptr;
  std::set<std::int32_t> missing_;
  std::vector<PieceSpan> claims_;
  std::vector<PieceSpan> unclaimed_;
  std::vector<PieceIndex> put_;
  std::map<std::string, SwarmObserver*> observers_;  // Of all members.
  std::map<std::string, BeaconHolding> holdings_;
  AskedForContent asked_;
  int joins_ = 0;
  SwarmSettings settings_;
  SwarmNews news_;
  int lanes_ = 0;
  int max_pieces_ = 1;
  int allowed_ = 1 << 30;
  bool claiming_ = false;
  bool origin_usable_ = false;
  bool seeding_ = false;
  int doubts_ = 0;
  bool thorough_ = false;
};

// What transfers left behind, and which contents they fill.
class FakeRegistry final : public ContentRegistry {
 public:
  bool Begin(const std::string& content_id, SwarmTransfer*) override {
    return filling.insert(content_id).second;
  }
  void Abandon(const std::string& content_id) override {
    filling.erase(content_id);
  }
  void Finish(SeededContent content) override {
    filling.erase(content.manifest->info_hash);
    finished.push_back(std::move(content));
  }
  void FinishCopy(SeededContent content) override {
    copied.push_back(std::move(content));
  }
  void OpenWhole(const std::string&, Opened opened) override {
    std::move(opened)(whole);
  }
  std::shared_ptr<SwarmStorage> Filling(const std::string&) override {
    return filled;
  }
  void WhenFree(const std::string&, absl::Duration,
                absl::AnyInvocable<void() &&> free) override {
    waiting.push_back(std::move(free));
  }

  std::set<std::string> filling;
  std::vector<SeededContent> finished;
  std::vector<SeededContent> copied;
  // What the machine has already; or null.
  std::shared_ptr<SwarmStorage> whole;
  // What another transfer fills; or null.
  std::shared_ptr<SwarmStorage> filled;
  std::vector<absl::AnyInvocable<void() &&>> waiting;
};

}  // namespace convoy

#endif  // CONVOY_PEER_FAKE_SWARM_H_
