#ifndef CONVOY_BENCH_LAB_PAIR_H_
#define CONVOY_BENCH_LAB_PAIR_H_

#include <cstdint>

#include "absl/time/time.h"
#include "bench/lab_node.h"
#include "bench/lab_outcome.h"

namespace convoy::bench {

// Of RunLateJoiner: until the file is there, by what a cable of the LAN needs
// for it.
constexpr char kLateTime[] = "time until the file is there ÷ LAN's bound";

struct PairPlan {
  std::int64_t size = 0;  // Of the file.
  // From when the one has the file until the other begins: announcements that
  // follow a start, and what programs tidy up after a download, shall be over.
  absl::Duration settle = absl::Seconds(40);
};

// Two machines of a new site, one of which has the file and gives it. The
// program runs on both unless something else is said. What does not happen
// within 75 s is given up, with a note.

// The other wants the file a while later: time until its first bytes, until it
// has all, and what the origin sent it.
Outcome RunLateJoiner(const PairPlan& plan, const LabProgram& program);
// The other is killed when it has half, and comes back: time until it gets
// bytes from the first again.
Outcome RunRejoin(const PairPlan& plan, const LabProgram& program);
// The other is libtorrent, the same for all: processor time and memory of the
// one that gives.
Outcome RunSeeding(const PairPlan& plan, const LabProgram& program);

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_LAB_PAIR_H_
