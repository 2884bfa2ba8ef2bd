#ifndef CONVOY_BENCH_CONTEST_H_
#define CONVOY_BENCH_CONTEST_H_

#include <functional>
#include <string>
#include <vector>

#include "bench/report.h"
#include "bench/usage.h"
#include "tests/test_daemon.h"

namespace convoy::bench {

// One of the programs that deliver the same bytes.
struct Contender {
  std::string name;
  // Delivers into an empty folder.
  std::function<Effort(const std::string& folder)> run;
};

struct Result {
  std::string name;
  Effort effort;  // The median of each number.
};

// Lets all deliver, one after another, `rounds` times; checks each delivery.
// The results in the order of the contenders.
std::vector<Result> Contest(
    const std::vector<Contender>& contenders, int rounds,
    const std::function<void(const std::string& folder)>& check);

// The one that has its bytes on disk first. REQUIRES: not empty.
const Result& Fastest(const std::vector<Result>& results);

// Fetch, as an Effort of the daemon. Done is when the files have their names,
// which is never before their bytes are on disk.
Effort FetchFiles(testing::TestDaemon& daemon,
                  const std::vector<v1::JobFile>& files);

// aria2c that reads no file of its user's; then the options.
std::vector<std::string> Aria2(const std::vector<std::string>& options);

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_CONTEST_H_
