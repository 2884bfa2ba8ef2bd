#ifndef CONVOY_PEER_BASE_LRU_MAP_H_
#define CONVOY_PEER_BASE_LRU_MAP_H_

#include <cstddef>
#include <list>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace convoy {

// A map that never has more than `capacity` entries: the one that was not used
// for the longest time makes room. Not thread-safe.
template <typename Key, typename Value>
class LruMap {
 public:
  // REQUIRES: capacity > 0.
  explicit LruMap(std::size_t capacity) : capacity_(capacity) {}
  LruMap(const LruMap&) = delete;
  LruMap& operator=(const LruMap&) = delete;

  // Null: not there. Else the entry is the newest now; the pointer lives until
  // the entry goes.
  Value* Find(const Key& key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  // Puts it in as the newest, or in the place of the one with this key.
  Value& Insert(const Key& key, Value value) {
    if (Value* const there = Find(key)) {
      *there = std::move(value);
      return *there;
    }
    if (by_key_.size() == capacity_) {
      by_key_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(value));
    by_key_.emplace(key, entries_.begin());
    return entries_.front().second;
  }

  void Erase(const Key& key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return;
    entries_.erase(found->second);
    by_key_.erase(found);
  }

  std::size_t size() const { return by_key_.size(); }

 private:
  using Entries = std::list<std::pair<Key, Value>>;

  const std::size_t capacity_;
  Entries entries_;  // The newest first.
  absl::flat_hash_map<Key, typename Entries::iterator> by_key_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_LRU_MAP_H_
