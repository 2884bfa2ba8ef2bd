// What a SwarmTransfer tells of itself.

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "peer/base/url_text.h"
#include "peer/peer_uses.h"
#include "peer/piece_spans.h"
#include "peer/swarm_transfer.h"
#include "peer/transfer_checkpoint.h"

namespace convoy {

void SwarmTransfer::CountPeerBytes(TransferNews* news) const {
  if (member_ == nullptr) return;
  const PeerBytes received = member_->Received();
  news->lan_bytes = received.lan;
  news->group_bytes = received.group;
  news->internet_bytes = received.internet;
}

TransferHold SwarmTransfer::HoldForPeers() const {
  TransferHold hold;
  hold.text = absl::StrCat(
      "Peers come first: the origin is not asked for bytes before ",
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", shown_until_,
                       absl::UTCTimeZone()));
  hold.policy = spec_.foreground ? "swarm.origin_delay_foreground_seconds"
                                 : "swarm.origin_delay_background_seconds";
  return hold;
}

void SwarmTransfer::CompleteNews(TransferNews* news) {
  news->connections = fetcher_ == nullptr ? 0 : fetcher_->connections();
  sources_.Tell(news);
  // With a plain_delay the job itself says why it waits.
  if (peers_first_until_ && !finishing_ &&
      spec_.plain_delay == absl::ZeroDuration()) {
    news->hold = HoldForPeers();
  }
  news->activity = Activity();
  news->integrity = found_.integrity;
  news->peers = PeerUsesOf(found_, spec_.download_mode, swarm_, parts_.swarm);
  CountPeerBytes(news);
  if (store_.ledger() == nullptr) return;
  TransferCheckpoint checkpoint;
  checkpoint.source = TransferCheckpoint::Source::kSwarm;
  checkpoint.url_key = TransferCheckpoint::KeyOfUrl(spec_.urls[0]);
  checkpoint.ranges_key = TransferCheckpoint::KeyOfRanges(spec_.ranges);
  checkpoint.complete_length = layout().size();
  checkpoint.validator.etag =
      absl::BytesToHexString(found_.manifest->info_hash);
  checkpoint.layout = layout();
  checkpoint.flushed =
      Intersection(store_.ledger()->FlushedSpans(),
                   doubts_ > 0 ? certain_ : storage_->map().pieces());
  news->flushed_bytes = BytesIn(checkpoint.flushed, layout(), spec_.ranges);
  news->checkpoint = checkpoint.Encode();
  checkpoint_told_ = true;
}

std::string SwarmTransfer::Activity() const {
  if (finishing_) {
    return found_.sha256.empty() ? "bringing the file to disk"
                                 : "checking SHA-256";
  }
  if (waits_) return "waiting for another file that gets the same content";
  if (copy_ != nullptr) return "copying what this machine has already";
  if (member_ == nullptr || fetcher_ == nullptr) return "checking pieces";
  if (store_.backlog_full()) return "waiting for the disk";
  const int connections = fetcher_->connections();
  const int peers = swarm_.connections();
  std::string from_peers =
      peers == 0 ? "" : absl::StrCat(peers, peers == 1 ? " peer" : " peers");
  if (doubting_) {
    return absl::StrCat("fetching again from ", HostOfUrl(source().url),
                        " what only peers vouch for");
  }
  if (connections > 0) {
    return absl::StrCat("fetching from ", HostOfUrl(source().url), " over ",
                        connections,
                        connections == 1 ? " connection" : " connections",
                        from_peers.empty() ? "" : " and from ", from_peers);
  }
  if (peers > 0) return absl::StrCat("fetching from ", from_peers);
  if (!origin_usable_ && origin_error_.ok()) {
    return sources_.waiting() ? "waiting for a cache host"
                              : "waiting for peers before the origin is asked";
  }
  return absl::StrCat("asking ", HostOfUrl(source().url));
}

ContentInfo SwarmTransfer::Info() const {
  ContentInfo info;
  info.id = found_.manifest->info_hash;
  info.name = found_.manifest->name;
  info.source_url = spec_.urls[0];
  info.size = layout().size();
  info.piece_length = layout().piece_length();
  info.state = ContentState::kDownloading;
  if (store_.ledger() != nullptr) {
    info.available_bytes = store_.ledger()->flushed_bytes();
  }
  info.owner = spec_.owner;
  info.stats = Stats();
  return info;
}

ContentStats SwarmTransfer::Stats() const {
  const TransferNews& news = reporter_.news();
  const PeerBytes received =
      member_ == nullptr
          ? PeerBytes{news.lan_bytes, news.group_bytes, news.internet_bytes}
          : member_->Received();
  ContentStats stats = swarm_.stats;
  stats.from_origin = news.origin_bytes;
  stats.from_mirrors = news.mirror_bytes;
  stats.from_cache_hosts = news.cache_host_bytes;
  stats.from_lan = received.lan;
  stats.from_group = received.group;
  stats.from_internet = received.internet;
  stats.http_connections = fetcher_ == nullptr ? 0 : fetcher_->connections();
  stats.download_duration = parts_.clock->Monotonic() - began_;
  stats.background = !spec_.foreground;
  stats.mode = mode();
  return stats;
}

}  // namespace convoy
