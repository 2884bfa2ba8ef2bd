// What a torrent does with the hashes of a late-bound content.

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "peer/libtorrent_peer.h"
#include "peer/libtorrent_torrent.h"

namespace convoy {
namespace {

// Who has a piece that is right says so at once: after this time nobody will.
constexpr absl::Duration kVouching = absl::Seconds(5);
// That one connection may tell, and ask for: those of all pieces and so many
// more at once, and so many a second.
constexpr int kMoreHashes = 1024;
constexpr int kHashesPerSecond = 1000;

}  // namespace

void LibtorrentTorrent::DecideHash(PieceIndex piece) {
  const std::vector<HashWords::Teller> wrong = words_.Decided(piece);
  if (doubts_ && !wrong.empty()) doubts_->found = true;
  // Before what waits is found to be wrong: who was deceived is not to blame.
  Blame(wrong, piece);
  TellHash(piece);
  SettleDisputes();
}

void LibtorrentTorrent::TellHash(PieceIndex piece) {
  for (const ShareMessage& message : HashMessages({piece})) Broadcast(message);
  LibtorrentDisk::HashLearned(entry_.get(), piece);
}

std::vector<ShareMessage> LibtorrentTorrent::HashMessages(
    const std::vector<PieceIndex>& pieces) const {
  SwarmStorage& storage = *content_.storage;
  std::vector<ShareMessage> messages;
  ShareMessage certain;
  ShareMessage relayed;
  relayed.relayed = true;
  const auto finish = [&messages](ShareMessage* message, std::size_t enough) {
    if (message->hashes.size() < enough) return;
    messages.push_back(*message);
    message->hashes.clear();
  };
  for (const PieceIndex piece : pieces) {
    if (!storage.MayGive(piece)) continue;
    ShareMessage& message = storage.hashes().certain(piece) ? certain : relayed;
    const std::optional<std::string> hash = storage.hashes().Find(piece);
    if (hash) message.hashes.push_back({piece, *hash});
    finish(&message, ShareMessage::kMaxHashes);
  }
  finish(&certain, 1);
  finish(&relayed, 1);
  return messages;
}

// A machine that comes is told the hashes of what is here.
void LibtorrentTorrent::Greet(TorrentPeer* peer) {
  std::vector<PieceIndex> known;
  for (const auto& [piece, hash] : content_.storage->hashes().Known()) {
    known.push_back(piece);
  }
  for (const ShareMessage& message : HashMessages(known)) {
    peer->Send(EncodeShareMessage(message));
  }
  Touch();
  NewsSoon();
}

void LibtorrentTorrent::OnHashWanted(PieceIndex piece) {
  // Nobody will vouch for what a liar gave.
  if (guard_.IsOfShunned(piece)) {
    return LibtorrentDisk::GiveUpHash(entry_.get(), piece);
  }
  AskForHashes({piece});
}

// Asks until somebody vouches for the bytes of the pieces, or nobody does. What
// is disputed waits for the origin.
void LibtorrentTorrent::AskForHashes(std::vector<PieceIndex> pieces) {
  if (pieces.empty()) return;
  ShareMessage message;
  for (const PieceIndex piece : pieces) {
    message.hash_requests.push_back(piece);
    if (message.hash_requests.size() < ShareMessage::kMaxRequests) continue;
    Broadcast(message);
    message.hash_requests.clear();
  }
  if (!message.hash_requests.empty()) Broadcast(message);
  const std::uint64_t question = questions_.Ask(pieces);
  parts_.loop->PostAfter(kVouching, [weak = weak_from_this(), question,
                                     pieces = std::move(pieces)] {
    const auto torrent = weak.lock();
    if (torrent == nullptr || torrent->stopped_) return;
    torrent->OnNobodyVouches(torrent->questions_.End(question, pieces));
  });
}

void LibtorrentTorrent::OnNobodyVouches(const std::vector<PieceIndex>& pieces) {
  std::vector<PieceIndex> again;
  for (const PieceIndex piece : pieces) {
    if (entry_->held.count(piece.value) == 0) continue;
    if (words_.IsDisputed(piece) && origin_usable_) {
      again.push_back(piece);
      continue;
    }
    if (guard_.SendersAreHere(piece)) Drop(guard_.Disowned(piece));
    LibtorrentDisk::GiveUpHash(entry_.get(), piece);
  }
  AskForHashes(std::move(again));
}

void LibtorrentTorrent::OnHashes(TorrentPeer* peer,
                                 const ShareMessage& message) {
  const PieceHashes& hashes = content_.storage->hashes();
  if (!hashes.late_bound() || peer->lied_) return;
  const std::int32_t count = hashes.layout().count();
  if (!peer->hashes_told_) {
    peer->hashes_told_.emplace(count + kMoreHashes, kHashesPerSecond);
    peer->hashes_asked_.emplace(count + kMoreHashes, kHashesPerSecond);
  }
  if (!message.hashes.empty()) HearHashes(peer, message);
  if (!peer->lied_) AnswerHashRequests(peer, message);
}

void LibtorrentTorrent::HearHashes(TorrentPeer* peer,
                                   const ShareMessage& message) {
  const HashWords::Teller teller = {peer->id_, message.relayed};
  guard_.Remember(teller.id);
  const std::string address =
      TorrentPeer::AddressText(peer->connection().remote());
  for (const auto& [piece, hash] : message.hashes) {
    if (!peer->hashes_told_->Take(Now())) break;
    if (piece.value >= content_.manifest->layout.count()) continue;
    // Who only gives settles no disputes.
    const bool certain = content_.storage->hashes().certain(piece);
    if (!content_.downloads && !certain) continue;
    if (words_.Tell(teller, address, piece, hash)) {
      LibtorrentDisk::HashLearned(entry_.get(), piece);
    } else {
      Blame({teller}, piece);
    }
    if (peer->lied_) break;
  }
  SettleDisputes();
}

void LibtorrentTorrent::AnswerHashRequests(TorrentPeer* peer,
                                           const ShareMessage& message) {
  std::vector<PieceIndex> asked;
  for (const PieceIndex piece : message.hash_requests) {
    if (!peer->hashes_asked_->Take(Now())) break;
    if (piece.value < content_.manifest->layout.count()) asked.push_back(piece);
  }
  for (const ShareMessage& answer : HashMessages(asked)) {
    peer->Send(EncodeShareMessage(answer));
  }
}

void LibtorrentTorrent::Blame(const std::vector<HashWords::Teller>& tellers,
                              PieceIndex piece) {
  std::vector<ConnectionId> liars;
  std::vector<ConnectionId> deceived;
  for (const HashWords::Teller& teller : tellers) {
    if (teller.relays && guard_.Forgives(teller.id, piece)) continue;
    (teller.relays && deceived_ ? deceived : liars).push_back(teller.id);
  }
  if (!liars.empty()) Expose(liars);
  // All pieces are here: none waits for what they said.
  if (!deceived.empty()) words_.Forget(deceived);
}

void LibtorrentTorrent::Expose(const std::vector<ConnectionId>& liars) {
  for (const ConnectionId liar : liars) {
    guard_.Shun(liar, ShunReason::kFalseHashes);
    const auto found = connections_.find(liar);
    if (found != connections_.end()) found->second->lied_ = true;
  }
  Drop(liars);
  const std::vector<PieceIndex> changed = words_.Forget(liars);
  for (const PieceIndex piece : changed) {
    LibtorrentDisk::HashLearned(entry_.get(), piece);
  }
  std::vector<PieceIndex> given;
  for (const auto& [number, held] : entry_->held) {
    const PieceIndex piece{number};
    const bool by_liar = std::any_of(
        liars.begin(), liars.end(),
        [&](ConnectionId liar) { return guard_.HasSent(liar, piece); });
    if (by_liar) given.push_back(piece);
  }
  for (const PieceIndex piece : given) {
    LibtorrentDisk::GiveUpHash(entry_.get(), piece);
  }
  // Who sent what still waits may have found that others spoke for it.
  std::vector<PieceIndex> waiting;
  for (const PieceIndex piece : changed) {
    if (entry_->held.count(piece.value) != 0) waiting.push_back(piece);
  }
  AskForHashes(std::move(waiting));
}

void LibtorrentTorrent::SettleDisputes() {
  if (stopped_ || !checked_ || !content_.downloads) return;
  if (!origin_usable_) {
    // Nobody can decide: who stands by what is here is believed.
    std::vector<PieceIndex> believed;
    for (const auto& [number, held] : entry_->held) {
      const PieceIndex piece{number};
      if (words_.IsDisputed(piece) && words_.Believe(piece, held[0].hash)) {
        believed.push_back(piece);
      }
    }
    for (const PieceIndex piece : believed) {
      LibtorrentDisk::HashLearned(entry_.get(), piece);
    }
    return;
  }
  if (doubts_) return SettleDoubts();
  const std::optional<PieceIndex> piece =
      words_.FirstDisputed([this](PieceIndex disputed) {
        return !share_.Claims(disputed) && !offered_.IsTaken(disputed);
      });
  const bool decides = deciding_ && offered_.IsTaken(*deciding_);
  if (!piece || decides || lanes_ <= 0) return;
  deciding_ = piece;
  offered_.Add(*piece);
  --lanes_;
  listener_->OnClaimed({*piece, PieceIndex{piece->value + 1}});
}

void LibtorrentTorrent::Doubt(bool thorough) {
  if (stopped_) return;
  // What was being fetched before does not come any more.
  offered_.Clear();
  deciding_.reset();
  deceived_ = true;
  const std::vector<PieceIndex> suspects = words_.Suspects();
  doubts_ = Doubts{thorough, false, {suspects.begin(), suspects.end()}};
  SettleDisputes();
}

void LibtorrentTorrent::SettleDoubts() {
  while (lanes_ > 0) {
    // What liars alone stood by is disputed.
    std::optional<PieceIndex> piece = words_.FirstDisputed(
        [this](PieceIndex disputed) { return !offered_.IsTaken(disputed); });
    if (!piece && (doubts_->thorough || !doubts_->found)) piece = NextSuspect();
    if (!piece) break;
    offered_.Add(*piece);
    --lanes_;
    listener_->OnClaimed({*piece, PieceIndex{piece->value + 1}});
  }
  if (lanes_ == 0 || offered_.any_taken()) return;
  doubts_.reset();
  listener_->OnDoubtsSettled();
}

std::optional<PieceIndex> LibtorrentTorrent::NextSuspect() {
  std::deque<PieceIndex>& suspects = doubts_->suspects;
  while (!suspects.empty()) {
    const PieceIndex piece = suspects.front();
    suspects.pop_front();
    if (!content_.storage->hashes().certain(piece) &&
        !offered_.IsTaken(piece)) {
      return piece;
    }
  }
  return std::nullopt;
}

}  // namespace convoy
