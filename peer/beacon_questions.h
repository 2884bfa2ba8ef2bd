#ifndef CONVOY_PEER_BEACON_QUESTIONS_H_
#define CONVOY_PEER_BEACON_QUESTIONS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/random.h"
#include "peer/beacon_key.h"
#include "peer/beacon_message.h"
#include "peer/source_limiter.h"

namespace convoy {

// What this machine asks for, and when: at once, after 100 ms, 300 ms and 1 s
// (each less or more by a tenth, so that machines that began together do not
// stay together), then every 5 to 30 s, the more rarely the larger the crowd
// is. A crowd that is large enough is not asked again within the first second.
//
// Times are monotonic and passed in. Not thread-safe.
class BeaconQuestions {
 public:
  static constexpr std::size_t kMaxWanted = 10'000;
  // With so many known, nobody has to be found in a hurry.
  static constexpr int kLargeCrowd = 32;
  static constexpr absl::Duration kShortest = absl::Seconds(5);
  static constexpr absl::Duration kLongest = absl::Seconds(30);
  // What is asked every few seconds may be asked so much earlier, with others
  // in one datagram.
  static constexpr absl::Duration kEarly = absl::Seconds(2);
  // Datagrams. Less than what others look at (BeaconEnvelope::kEach).
  static constexpr double kPerSecond = 50;
  static constexpr double kBurst = 100;
  // Answers are expected so long.
  static constexpr absl::Duration kPatience = absl::Seconds(30);
  static constexpr std::size_t kMaxAsked = 4096;

  struct Wanted {
    std::string info_hash;
    int peers = 0;  // That this machine is connected to.
    int round = 0;  // Times asked in the first second.
    absl::Duration due;
  };
  // Machines heard of a content.
  using Crowd = std::function<int(const BeaconKey&)>;

  explicit BeaconQuestions(RandomSource random);

  // Begins, or begins anew. False: kMaxWanted are there.
  bool Add(const BeaconKey& key, absl::string_view info_hash,
           absl::Duration now);
  void Remove(const BeaconKey& key);
  // Null: it is not wanted. Lives until the next Add or Remove.
  Wanted* Find(const BeaconKey& key);
  const Wanted* Find(const BeaconKey& key) const;
  // All begin anew within half a second.
  void RestartAll(absl::Duration now);

  // The next datagram that is due, with at most `max_entries` entries, key and
  // `known` filled in. False: none, or not yet.
  bool Next(std::size_t max_entries, absl::Duration now, const Crowd& crowd,
            BeaconMessage* message);
  // When Next has one. InfiniteDuration(): nothing is wanted.
  absl::Duration NextDue(absl::Duration now);

  // This machine asked that, lately.
  bool WasAsked(std::uint64_t nonce, absl::Duration now);

 private:
  void Schedule(const BeaconKey& key, Wanted* wanted, absl::Duration due);
  // How long until it is asked again. `wanted` was asked just now.
  absl::Duration Pause(const Wanted& wanted, int crowd);
  // From `low` to `high`.
  double Between(double low, double high);
  std::uint64_t NewNonce(absl::Duration now);
  void ForgetAsked(absl::Duration now);

  const RandomSource random_;
  absl::flat_hash_map<BeaconKey, Wanted> wanted_;
  std::set<std::pair<absl::Duration, BeaconKey>> by_due_;
  TokenBucket datagrams_{kPerSecond, kBurst};
  absl::flat_hash_map<std::uint64_t, absl::Duration> asked_;  // Until when.
  std::deque<std::uint64_t> asked_in_order_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_BEACON_QUESTIONS_H_
