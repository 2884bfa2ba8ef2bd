#include "peer/peer_guard.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/escaping.h"
#include "peer/base/log.h"

namespace convoy {
namespace {

// Those before them are forgotten: then a liar that has gone may come back
// once.
constexpr std::size_t kMaxRemembered = 10'000;
constexpr std::size_t kMaxRelaying = 10'000;
// Requests of one connection that were never answered.
constexpr std::size_t kMaxAsked = 1 << 16;

const char* TextOf(ShunReason reason) {
  switch (reason) {
    case ShunReason::kWrongBytes:
      return "it gave wrong bytes";
    case ShunReason::kFalseHashes:
      return "it told false hashes";
  }
  return "";
}

}  // namespace

PeerGuard::PeerGuard(std::shared_ptr<SwarmStorage> storage, std::string content,
                     ShunnedPeers* shunned)
    : storage_(std::move(storage)),
      content_(std::move(content)),
      shunned_(*shunned),
      blame_(storage_->layout()) {}

bool PeerGuard::Admit(ConnectionId peer, const std::string& address) {
  if (IsShunned(address)) return false;
  int& connections = connections_[address];
  if (connections >= kMaxConnections) {
    crowded_.insert(address);
    return false;
  }
  ++connections;
  peers_[peer].address = address;
  return true;
}

void PeerGuard::Leave(ConnectionId peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return;
  crowded_.erase(found->second.address);
  const auto counted = connections_.find(found->second.address);
  if (--counted->second == 0) connections_.erase(counted);
  peers_.erase(found);
}

void PeerGuard::Shun(ConnectionId peer, ShunReason reason) {
  const std::string* const address = AddressOf(peer);
  if (address == nullptr || !shunned_.Add(content_, *address, reason)) return;
  LogWarning("address ", *address, " is met no more for content ",
             absl::BytesToHexString(content_), ": ", TextOf(reason));
}

const std::string* PeerGuard::AddressOf(ConnectionId peer) const {
  const auto found = peers_.find(peer);
  if (found != peers_.end()) return &found->second.address;
  const auto remembered = remembered_.find(peer);
  return remembered == remembered_.end() ? nullptr : &remembered->second;
}

void PeerGuard::Remember(ConnectionId peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end() || remembered_.count(peer) != 0) return;
  if (remembered_.size() >= kMaxRemembered) {
    remembered_.erase(remembered_.begin());
  }
  remembered_.emplace(peer, found->second.address);
}

bool PeerGuard::Forgives(ConnectionId peer, PieceIndex piece) {
  const std::string* const address = AddressOf(peer);
  if (address == nullptr) return true;
  if (relayed_.size() >= kMaxRelaying) relayed_.clear();
  std::set<std::int32_t>& pieces = relayed_[*address];
  if (pieces.size() <= kForgiven) pieces.insert(piece.value);
  if (pieces.size() > kForgiven) return false;
  blame_.Excuse(piece, peer);
  return true;
}

void PeerGuard::Asked(ConnectionId peer, PieceIndex piece, std::int64_t begin) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return;
  auto& asked = found->second.asked;
  if (asked.size() >= kMaxAsked) asked.clear();
  asked.insert(KeyOf(piece, begin));
}

bool PeerGuard::Arrived(ConnectionId peer, PieceIndex piece,
                        std::int64_t begin) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return false;
  auto& asked = found->second.asked;
  const auto request = asked.find(KeyOf(piece, begin));
  if (request == asked.end()) return false;
  asked.erase(request);
  arriving_from_ = peer;
  arriving_ = KeyOf(piece, begin);
  return true;
}

void PeerGuard::Written(PieceIndex piece, std::int64_t begin) {
  const ConnectionId peer = std::exchange(arriving_from_, 0);
  if (peer == 0 || arriving_ != KeyOf(piece, begin)) return;
  if (peers_.count(peer) == 0) return;
  Remember(peer);
  blame_.Wrote(piece,
               static_cast<std::int32_t>(begin / PieceLayout::kBlockLength),
               peer);
}

std::vector<ConnectionId> PeerGuard::Failed(PieceIndex piece) {
  if (storage_->hashes().certain(piece)) return Disowned(piece);
  blame_.Doubted(piece,
                 [&](std::int32_t block) { return ReadBlock(piece, block); });
  return {};
}

std::vector<ConnectionId> PeerGuard::Disowned(PieceIndex piece) {
  const std::optional<ConnectionId> liar = blame_.Failed(
      piece, [&](std::int32_t block) { return ReadBlock(piece, block); });
  if (!liar) return {};
  Shun(*liar, ShunReason::kWrongBytes);
  return {*liar};
}

std::vector<ConnectionId> PeerGuard::Passed(PieceIndex piece) {
  if (!storage_->hashes().certain(piece)) {
    blame_.Forget(piece);
    return {};
  }
  const std::vector<ConnectionId> liars = blame_.Passed(
      piece, [&](std::int32_t block) { return ReadBlock(piece, block); });
  for (const ConnectionId liar : liars) Shun(liar, ShunReason::kWrongBytes);
  return liars;
}

bool PeerGuard::SendersAreHere(PieceIndex piece) const {
  const std::vector<ConnectionId> senders = blame_.SendersOf(piece);
  return std::all_of(senders.begin(), senders.end(),
                     [&](ConnectionId sender) {
                       return sender != 0 && peers_.count(sender) != 0;
                     }) &&
         !senders.empty();
}

bool PeerGuard::HasSent(ConnectionId peer, PieceIndex piece) const {
  const std::vector<ConnectionId> senders = blame_.SendersOf(piece);
  return std::find(senders.begin(), senders.end(), peer) != senders.end();
}

bool PeerGuard::IsOfShunned(PieceIndex piece) const {
  const std::vector<ConnectionId> senders = blame_.SendersOf(piece);
  return std::any_of(senders.begin(), senders.end(), [&](ConnectionId sender) {
    const std::string* const address = AddressOf(sender);
    return peers_.count(sender) == 0 && address != nullptr &&
           IsShunned(*address);
  });
}

std::optional<std::string> PeerGuard::ReadBlock(PieceIndex piece,
                                                std::int32_t block) {
  const std::int64_t begin = block * PieceLayout::kBlockLength;
  const std::int64_t length =
      std::min(PieceLayout::kBlockLength,
               storage_->layout().RangeOf(piece).length - begin);
  std::string bytes(static_cast<std::size_t>(length), '\0');
  if (!storage_->ReadBack(piece, begin, &bytes[0], bytes.size()).ok()) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace convoy
