#include "peer/shunned_peers.h"

namespace convoy {

bool ShunnedPeers::Add(const std::string& content, const std::string& address,
                       ShunReason reason) {
  Sweep();
  const Entry entry = {reason, clock_.Monotonic() + kTime};
  if (!contents_[content].emplace(address, entry).second) return false;
  order_.emplace_back(content, address);
  if (order_.size() > kMax) ForgetOldest();
  return true;
}

bool ShunnedPeers::Has(const std::string& content,
                       const std::string& address) const {
  const auto addresses = contents_.find(content);
  if (addresses == contents_.end()) return false;
  const auto found = addresses->second.find(address);
  return found != addresses->second.end() &&
         clock_.Monotonic() < found->second.until;
}

ShunnedPeers::Counts ShunnedPeers::CountsOf(const std::string& content) {
  Sweep();
  Counts counts;
  const auto addresses = contents_.find(content);
  if (addresses == contents_.end()) return counts;
  for (const auto& [address, entry] : addresses->second) {
    switch (entry.reason) {
      case ShunReason::kWrongBytes:
        ++counts.wrong_bytes;
        break;
      case ShunReason::kFalseHashes:
        ++counts.false_hashes;
        break;
    }
  }
  return counts;
}

void ShunnedPeers::Sweep() {
  const absl::Duration now = clock_.Monotonic();
  while (!order_.empty()) {
    const auto& [content, address] = order_.front();
    if (now < contents_.at(content).at(address).until) return;
    ForgetOldest();
  }
}

void ShunnedPeers::ForgetOldest() {
  const auto addresses = contents_.find(order_.front().first);
  addresses->second.erase(order_.front().second);
  if (addresses->second.empty()) contents_.erase(addresses);
  order_.pop_front();
}

}  // namespace convoy
