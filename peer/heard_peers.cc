#include "peer/heard_peers.h"

#include <iterator>

namespace convoy {

HeardPeer* HeardPeers::Note(const BeaconKey& key, const HeardPeer& heard) {
  const Name name(key, heard.machine);
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) {
    HeardPeer& peer = found->second->peer;
    const absl::Duration reported =
        peer.SaysTheSameAs(heard) ? peer.reported : -absl::InfiniteDuration();
    CountAddress(peer.address, -1);
    CountAddress(heard.address, 1);
    peer = heard;
    peer.reported = reported;
    entries_.splice(entries_.end(), entries_, found->second);
    return &peer;
  }
  const auto share = addresses_.find(heard.address);
  if (share != addresses_.end() && share->second >= kMaxEntriesOfAddress) {
    return nullptr;
  }
  if (by_name_.size() >= kMaxEntries) ForgetOldest();
  entries_.push_back({name, heard});
  HeardPeer& peer = entries_.back().peer;
  peer.reported = -absl::InfiniteDuration();
  by_name_.emplace(name, std::prev(entries_.end()));
  ++counts_[key];
  CountAddress(heard.address, 1);
  return &peer;
}

void HeardPeers::Expire(absl::Duration now) {
  while (!entries_.empty() && entries_.front().peer.heard + kMemory < now) {
    ForgetOldest();
  }
}

int HeardPeers::CountOf(const BeaconKey& key) const {
  const auto found = counts_.find(key);
  return found == counts_.end() ? 0 : found->second;
}

std::vector<HeardPeer*> HeardPeers::Of(const BeaconKey& key) {
  std::vector<HeardPeer*> peers;
  for (auto at = by_name_.lower_bound(Name(key, 0));
       at != by_name_.end() && at->first.first == key; ++at) {
    peers.push_back(&at->second->peer);
  }
  return peers;
}

void HeardPeers::ForgetOldest() {
  const Entry& oldest = entries_.front();
  const auto count = counts_.find(oldest.name.first);
  if (--count->second == 0) counts_.erase(count);
  CountAddress(oldest.peer.address, -1);
  by_name_.erase(oldest.name);
  entries_.pop_front();
}

void HeardPeers::CountAddress(const IpAddress& address, int by) {
  const auto count = addresses_.try_emplace(address, 0).first;
  count->second += by;
  if (count->second == 0) addresses_.erase(count);
}

}  // namespace convoy
