// What a torrent tells of: to its peers the pieces that are here, to its
// listener the rest.

#include <algorithm>
#include <cstdint>
#include <libtorrent/torrent_status.hpp>
#include <utility>

#include "peer/libtorrent_peer.h"
#include "peer/libtorrent_torrent.h"

namespace convoy {
namespace {

constexpr absl::Duration kNewsInterval = absl::Milliseconds(200);
// How long peers are not told of pieces that other peers gave.
constexpr absl::Duration kHaveDelayForEach = absl::Milliseconds(40);
constexpr absl::Duration kMaxHaveDelay = absl::Milliseconds(300);
constexpr int kLastPart = 16;

}  // namespace

// libtorrent sends each peer a packet for each HAVE. Told of several pieces it
// sends those behind the first together, and none to peers that have the piece
// by now. Who got a piece from the origin tells of it at once, and has it for
// all meanwhile.
void LibtorrentTorrent::OnPieceRight() {
  if (FewAreMissing()) return LibtorrentDisk::TellRight(entry_.get());
  if (std::exchange(right_due_, true)) return;
  const absl::Duration delay = std::min(
      kHaveDelayForEach * static_cast<int>(connections_.size()), kMaxHaveDelay);
  parts_.loop->PostAfter(delay, [weak = weak_from_this()] {
    const auto torrent = weak.lock();
    if (torrent == nullptr || torrent->stopped_) return;
    torrent->right_due_ = false;
    LibtorrentDisk::TellRight(torrent->entry_.get());
  });
}

// At the end there is nothing else that peers could take.
bool LibtorrentTorrent::FewAreMissing() const {
  return missing_pieces_ - static_cast<std::int32_t>(entry_->right.size()) <=
         content_.manifest->layout.count() / kLastPart;
}

void LibtorrentTorrent::NewsSoon() {
  if (stopped_ || std::exchange(news_due_, true)) return;
  parts_.loop->PostAfter(kNewsInterval, [weak = weak_from_this()] {
    const auto torrent = weak.lock();
    if (torrent == nullptr || torrent->stopped_) return;
    torrent->news_due_ = false;
    torrent->SendNews();
  });
}

void LibtorrentTorrent::TellPieces() {
  if (listener_ == nullptr || untold_pieces_.empty()) return;
  listener_->OnPiecesHere(std::exchange(untold_pieces_, {}));
}

void LibtorrentTorrent::SendNews() {
  if (listener_ == nullptr) return;
  TellPieces();
  SwarmNews news;
  news.stats = stats_;
  news.stats.from_lan = from_lan_;
  news.stats.from_group = from_group_;
  news.stats.from_internet = from_internet_;
  news.crowd = crowd_;
  news.slow_peers = slow_peers_.slow();
  for (const auto& [id, peer] : connections_) {
    switch (peer->kind_) {
      case PeerKind::kLan:
        ++news.stats.lan_connections;
        break;
      case PeerKind::kGroup:
        ++news.stats.group_connections;
        break;
      case PeerKind::kInternet:
        ++news.stats.internet_connections;
        break;
    }
    if (peer->machine_ != 0) ++news.sharing_peers;
    if (peer->connection().is_seed()) ++news.seeds;
  }
  const ShunnedPeers::Counts shunned = guard_.shunned();
  news.stats.wrong_bytes_addresses = shunned.wrong_bytes;
  news.stats.false_hashes_addresses = shunned.false_hashes;
  news.crowded_addresses = guard_.crowded_addresses();
  // It may not be in the session yet.
  if (handle_.is_valid()) {
    const lt::torrent_status status = handle_.status({});
    news.stats.failed_bytes = status.total_failed_bytes;
    news.stats.redundant_bytes = status.total_redundant_bytes;
    const bool others = status.connect_candidates > 0 ||
                        crowd_ > static_cast<int>(connections_.size());
    if (others) {
      news.full_connections = LibtorrentSession::FullConnections(handle_);
    }
  }
  listener_->OnNews(news);
}

}  // namespace convoy
