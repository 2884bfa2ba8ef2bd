#ifndef CONVOY_PEER_BEACON_KEY_H_
#define CONVOY_PEER_BEACON_KEY_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace convoy {

// Names a content in the beacon. Who knows the content's info-hash can make the
// key; who hears the key learns nothing that it did not know.
using BeaconKey = std::array<std::uint8_t, 20>;

// Makes keys. Immutable, so any thread.
class BeaconKeyMaker {
 public:
  // For contents that anybody may know: SHA-1 of "convoy beacon", the info-hash
  // and `group_id`, which may be empty. Other groups have other keys, so that
  // machines meet only those with the same id.
  static BeaconKeyMaker Open(absl::string_view group_id);
  // Within an authenticated group: HMAC-SHA256 of the info-hash with
  // GroupIdentity::group_key(), its first 20 bytes.
  static BeaconKeyMaker Group(absl::string_view group_key);

  BeaconKey KeyOf(absl::string_view info_hash) const;

 private:
  BeaconKeyMaker(absl::string_view group_id, absl::string_view group_key)
      : group_id_(group_id), group_key_(group_key) {}

  std::string group_id_;
  std::string group_key_;  // Empty: open.
};

}  // namespace convoy

#endif  // CONVOY_PEER_BEACON_KEY_H_
