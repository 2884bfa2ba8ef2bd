#ifndef CONVOY_PEER_CONNECTION_RAMP_H_
#define CONVOY_PEER_CONNECTION_RAMP_H_

#include <cstdint>

namespace convoy {

// How many connections to one origin are worth having: adds one, looks whether
// the rate rose with it by at least a sixth, keeps it then and tries the next,
// else drops it and stays. Fed once per interval of one fixed length. Not
// thread-safe.
class ConnectionRamp {
 public:
  explicit ConnectionRamp(int max_connections) : max_(max_connections) {}

  // How many connections there should be.
  int target() const { return target_; }
  // No more changes: nothing is to be measured any more.
  bool settled() const { return settled_; }

  // `bytes` came in the interval that ends now, over target() connections all
  // the time.
  void OnInterval(std::int64_t bytes);
  // A connection beyond the first was refused: no more than `connections` from
  // now on.
  void Limit(int connections);

 private:
  const int max_;
  int target_ = 1;
  bool settled_ = false;
  // The connection that was added last has not had an interval to start up yet.
  bool warming_up_ = true;
  // Of the last interval with one connection less. 0: there is none yet.
  std::int64_t bytes_before_ = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_CONNECTION_RAMP_H_
