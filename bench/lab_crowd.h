#ifndef CONVOY_BENCH_LAB_CROWD_H_
#define CONVOY_BENCH_LAB_CROWD_H_

#include "bench/lab_node.h"
#include "bench/lab_outcome.h"
#include "bench/lab_site.h"

namespace convoy::bench {

struct CrowdPlan {
  LabSiteOptions site;
  // Every third machine dies by SIGKILL when half of the bound has passed, and
  // is back 5 s later.
  bool churn = false;
};

// All machines of a new site ask for its file at the same time. Measures the
// time of the last against the bound, the origin's copies, what it cost. Who
// has not finished after six times the bound (at least 30 s) is given up, with
// a note. Every file is compared with the SHA-256; a wrong one ends the bench.
Outcome RunCrowd(const CrowdPlan& plan, const LabProgram& program);

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_LAB_CROWD_H_
