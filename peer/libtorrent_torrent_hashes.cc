// What a torrent does with the hashes of a late-bound content.

#include <optional>
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
  const std::vector<ConnectionId> liars = words_.Decided(piece);
  TellHash(piece);
  for (const ConnectionId liar : liars) Expose(liar);
  SettleDisputes();
}

void LibtorrentTorrent::TellHash(PieceIndex piece) {
  const std::optional<std::string> hash =
      content_.storage->hashes().Find(piece);
  if (!hash) return;
  ShareMessage message;
  message.hashes.push_back({piece, *hash});
  Broadcast(message);
  LibtorrentDisk::HashLearned(entry_.get(), piece);
}

// A machine that comes is told the hashes of what is here.
void LibtorrentTorrent::Greet(TorrentPeer* peer) {
  std::vector<ShareMessage> messages;
  for (const auto& [piece, hash] : content_.storage->hashes().Known()) {
    if (!content_.storage->verified(piece)) continue;
    if (messages.empty() ||
        messages.back().hashes.size() >= ShareMessage::kMaxHashes) {
      messages.emplace_back();
    }
    messages.back().hashes.push_back({piece, hash});
  }
  for (const ShareMessage& message : messages) {
    peer->Send(EncodeShareMessage(message));
  }
  Touch();
  NewsSoon();
}

void LibtorrentTorrent::OnHashWanted(PieceIndex piece) { AskForHash(piece); }

// Asks until somebody vouches for the bytes of the piece, or those that sent
// them do not.
void LibtorrentTorrent::AskForHash(PieceIndex piece) {
  ShareMessage message;
  message.hash_requests.push_back(piece);
  Broadcast(message);
  parts_.loop->PostAfter(kVouching, [weak = weak_from_this(), piece] {
    const auto torrent = weak.lock();
    if (torrent == nullptr || torrent->stopped_ ||
        torrent->entry_->held.count(piece.value) == 0) {
      return;
    }
    const bool waits =
        torrent->words_.IsDisputed(piece) && torrent->origin_usable_;
    if (waits || !torrent->guard_.SendersAreHere(piece)) {
      return torrent->AskForHash(piece);
    }
    torrent->Drop(torrent->guard_.Disowned(piece));
    LibtorrentDisk::GiveUpHash(torrent->entry_.get(), piece);
  });
}

std::optional<std::string> LibtorrentTorrent::HashToTell(
    PieceIndex piece) const {
  if (!content_.storage->verified(piece)) return std::nullopt;
  return content_.storage->hashes().Find(piece);
}

void LibtorrentTorrent::OnHashes(TorrentPeer* peer,
                                 const ShareMessage& message) {
  PieceHashes& hashes = content_.storage->hashes();
  if (!hashes.late_bound() || peer->lied_) return;
  const std::int32_t count = hashes.layout().count();
  if (!peer->hashes_told_) {
    peer->hashes_told_.emplace(count + kMoreHashes, kHashesPerSecond);
    peer->hashes_asked_.emplace(count + kMoreHashes, kHashesPerSecond);
  }
  for (const auto& [piece, hash] : message.hashes) {
    if (!peer->hashes_told_->Take(Now())) break;
    if (piece.value >= count) continue;
    if (!words_.Tell(peer->id_, piece, hash)) return Expose(peer->id_);
    LibtorrentDisk::HashLearned(entry_.get(), piece);
  }
  if (!message.hashes.empty()) SettleDisputes();
  ShareMessage answer;
  for (const PieceIndex piece : message.hash_requests) {
    if (!peer->hashes_asked_->Take(Now())) break;
    if (piece.value >= count) continue;
    const std::optional<std::string> hash = HashToTell(piece);
    if (hash && answer.hashes.size() < ShareMessage::kMaxHashes) {
      answer.hashes.push_back({piece, *hash});
    }
  }
  if (!answer.hashes.empty()) peer->Send(EncodeShareMessage(answer));
}

void LibtorrentTorrent::Expose(ConnectionId liar) {
  guard_.Shun(liar);
  const auto found = connections_.find(liar);
  if (found != connections_.end()) found->second->lied_ = true;
  Drop({liar});
  for (const PieceIndex piece : words_.Forget(liar)) {
    LibtorrentDisk::HashLearned(entry_.get(), piece);
  }
  std::vector<PieceIndex> given;
  for (const auto& [number, held] : entry_->held) {
    const PieceIndex piece{number};
    if (guard_.HasSent(liar, piece)) given.push_back(piece);
  }
  for (const PieceIndex piece : given) {
    LibtorrentDisk::GiveUpHash(entry_.get(), piece);
  }
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
  const std::optional<PieceIndex> piece = words_.FirstDisputed();
  const bool decides = deciding_ && offered_.IsTaken(*deciding_);
  if (!piece || decides || lanes_ <= 0) return;
  deciding_ = piece;
  offered_.Add(*piece);
  --lanes_;
  listener_->OnClaimed({*piece, PieceIndex{piece->value + 1}});
}

}  // namespace convoy
