#ifndef CONVOY_DAEMON_LINK_RATE_H_
#define CONVOY_DAEMON_LINK_RATE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <utility>

#include "absl/time/time.h"

namespace convoy {

// What the link to the origins carries, as far as transfers have shown: the
// highest rate of the last day, over 5 seconds in which bytes came all the
// time. Pure.
//
// Slow traffic shows that a link has become slow only where no limit made it
// so. So the day goes on only while there is traffic without limits: a machine
// that keeps to a percentage does not measure its own limit, take a percentage
// of that, and so on.
class LinkRate {
 public:
  // Tells the bytes received so far, at a monotonic time. Call about once a
  // second. `limit`: what the classes of traffic that have limits may take
  // together; 0: none has.
  void Add(absl::Duration now, std::int64_t total, std::int64_t limit);
  // Bytes per second. 0: not known yet.
  std::int64_t rate() const;

 private:
  struct Sample {
    absl::Duration time;
    std::int64_t total;
  };

  // A rate over a whole window.
  void Take(absl::Duration now, std::int64_t rate, std::int64_t limit);

  std::deque<Sample> samples_;     // Each with more bytes than the one before.
  std::int64_t window_limit_ = 0;  // The highest one since the first of them.
  // The highest rates by hour of monotonic time; at most about a day of them.
  std::map<std::int64_t, std::int64_t> hours_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_LINK_RATE_H_
