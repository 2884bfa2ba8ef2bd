#ifndef CONVOY_TESTS_TRACKER_H_
#define CONVOY_TESTS_TRACKER_H_

#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"

namespace convoy::testing {

// A BitTorrent tracker over HTTP (BEP 3, compact answers, IPv4). A peer's
// address is the one its announce comes from. Announces are read one after
// another, on one thread.
class Tracker {
 public:
  // On a free port of `address`, which this host must have; or in a namespace
  // of `ip netns` (swarm_net.h).
  explicit Tracker(const std::string& address = "127.0.0.1",
                   const std::string& network_namespace = "");
  ~Tracker();
  Tracker(const Tracker&) = delete;
  Tracker& operator=(const Tracker&) = delete;

  // "http://ADDRESS:PORT/announce".
  const std::string& announce_url() const { return announce_url_; }

  // Peers of a content (20 bytes), as they announced themselves; of them, those
  // that have all.
  int PeerCount(const std::string& info_hash) const;
  int SeedCount(const std::string& info_hash) const;
  // Blocks until there are so many seeds. False: not within `timeout`.
  bool WaitForSeeds(const std::string& info_hash, int count,
                    absl::Duration timeout);

 private:
  struct Peer {
    std::string compact;  // Address and port, 6 bytes.
    std::int64_t left = 0;
  };
  // By info-hash and peer id.
  using Peers = std::map<std::pair<std::string, std::string>, Peer>;

  void Accept();
  void Serve(const UniqueFd& socket, absl::string_view address);
  // The body of the answer to a request's target.
  std::string Announce(absl::string_view target, absl::string_view address);
  int Count(const std::string& info_hash, bool seeds_only) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  UniqueFd listener_;
  std::string announce_url_;

  mutable Mutex mutex_;
  CondVar changed_;
  Peers peers_ ABSL_GUARDED_BY(mutex_);

  std::thread accepting_;  // Last: starts when all else is there.
};

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_TRACKER_H_
