#ifndef CONVOY_BENCH_USAGE_H_
#define CONVOY_BENCH_USAGE_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace convoy::bench {

// Of a running process, all its threads.

// User and system.
double CpuSeconds(pid_t pid);
double ResidentMib(pid_t pid);
// Highest ResidentMib since the start or the last ResetPeak.
double PeakResidentMib(pid_t pid);
void ResetPeak(pid_t pid);
// How often its threads went to sleep by themselves, that is, were woken since.
std::int64_t VoluntarySwitches(pid_t pid);

// Of a running process and all that descend from it. Processor time of those
// that ended is included, their memory is not.
double FamilyCpuSeconds(pid_t pid);
double FamilyPeakMib(pid_t pid);
// Memory of their own, now: without pages of files, which the libraries'
// users share.
double FamilyOwnMib(pid_t pid);

// What one delivery took.
struct Effort {
  double wall_seconds = 0;     // Until the program says that it is done.
  double on_disk_seconds = 0;  // Until the bytes are on disk.
  double cpu_seconds = 0;      // Of the program, user and system.
  double peak_mib = 0;
};

// Runs a program to its end, then `to_disk`, which counts to on_disk_seconds
// and cpu_seconds. Ends the bench if the program fails or takes longer than
// `timeout`.
Effort RunProgram(const std::vector<std::string>& argv,
                  const std::function<void()>& to_disk,
                  absl::Duration timeout = absl::Minutes(5));

// Seconds on a clock that never steps.
double NowSeconds();

// Says why the bench cannot go on, and ends it. Objects with static storage are
// destroyed: what holds a folder or a process in a bench is static.
[[noreturn]] void Fail(const std::string& message);

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_USAGE_H_
