#ifndef CONVOY_BENCH_CROWD_SIMULATION_H_
#define CONVOY_BENCH_CROWD_SIMULATION_H_

#include <cstdint>

#include "absl/time/time.h"
#include "peer/origin_share.h"

namespace convoy::bench {

// A crowd of machines that want one content at the same time. Rates in bytes a
// second.
struct Crowd {
  int machines = 8;
  int pieces = 512;
  std::int64_t piece_length = 256 << 10;
  double origin_rate = 100e6 / 8;
  double lan_rate = 1e9 / 8;  // Of each machine, in each direction.
  // Connections of a machine, on average; everybody with everybody where that
  // is less.
  int degree = 40;
  // Pieces that a machine gives, and gets, at the same time.
  int slots = 4;
  absl::Duration origin_latency = absl::Milliseconds(10);
  // Machines start within this time.
  absl::Duration start_spread = absl::Milliseconds(50);
  // A third dies when half of the bound is over, and is back 5 s later.
  bool churn = false;
  // Shares of the machines whose way to the origin has a twentieth of its rate,
  // or carries nothing.
  double slow = 0;
  double stalled = 0;
  // False: nothing is told among the machines but which pieces they have.
  bool claims = true;
  std::uint32_t seed = 1;
  OriginShare::Options options;
};

struct CrowdResult {
  // All have everything.
  bool done = false;
  // What the origin sent, in contents.
  double copies = 0;
  // When the last machine had everything, and no earlier than which it could.
  absl::Duration time;
  absl::Duration bound;
  // Of each machine, on average.
  double claims = 0;
  double messages = 0;
  double message_bytes = 0;
  // Machines that fetched anything.
  int fetchers = 0;
  // The most machines that fetched at the same time, without those that had not
  // had the time to hear of the others (a second).
  int fetch_at_once = 0;
};

// Runs OriginShare on every machine of the crowd, by events. Origin and links
// are modelled: the origin's rate is shared equally by all requests; peers ask
// for the rarest piece first and are told of new ones with latency; a piece
// goes from one machine to another at the rate of a slot. What is asked of the
// origin and not wanted any more is counted as far as it had come, with what
// was on its way.
CrowdResult SimulateCrowd(const Crowd& crowd);

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_CROWD_SIMULATION_H_
