// What does a daemon cost that has nothing to do? Against aria2's RPC daemon.

#include <cstdint>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/arguments.h"
#include "bench/aria2_daemon.h"
#include "bench/machine.h"
#include "bench/report.h"
#include "bench/usage.h"
#include "tests/test_daemon.h"

namespace convoy::bench {
namespace {

// Of one process, from its making on.
class Meter {
 public:
  explicit Meter(pid_t pid)
      : pid_(pid), cpu_(CpuSeconds(pid)), switches_(VoluntarySwitches(pid)) {}

  double cpu_milliseconds() const { return (CpuSeconds(pid_) - cpu_) * 1e3; }
  double wake_ups() const {
    return static_cast<double>(VoluntarySwitches(pid_) - switches_);
  }
  double resident_mib() const { return ResidentMib(pid_); }

 private:
  const pid_t pid_;
  const double cpu_;
  const std::int64_t switches_;
};

void Main(const Arguments& arguments) {
  // Idle is when what the start left to do is done.
  constexpr absl::Duration kSettle = absl::Seconds(2);
  Report report("Idle", arguments);
  const int seconds = arguments.Get("seconds");
  testing::TestDaemon::Options options;
  options.log_level = "info";
  // Static: see Fail().
  static testing::TestDaemon daemon(options);
  static std::unique_ptr<Aria2Daemon> aria2;
  if (!Aria2Program().empty()) aria2 = std::make_unique<Aria2Daemon>();

  absl::SleepFor(arguments.quick() ? absl::ZeroDuration() : kSettle);
  const Meter ours(daemon.pid());
  const Meter theirs(aria2 != nullptr ? aria2->pid() : daemon.pid());
  absl::SleepFor(absl::Seconds(seconds));
  const std::string rival = aria2 != nullptr ? "aria2 RPC" : "";
  report.Add({"resident memory", "MiB", ours.resident_mib(), rival,
              theirs.resident_mib(), AtMost(30)});
  report.Add({"wake-ups a second, all threads", "/s", ours.wake_ups() / seconds,
              rival, theirs.wake_ups() / seconds});
  report.Add({"processor time a second", "ms",
              ours.cpu_milliseconds() / seconds, rival,
              theirs.cpu_milliseconds() / seconds});
  report.Note(absl::StrCat("both at the same time, for ", seconds,
                           " s; a client is connected to each"));
  report.Print();
}

}  // namespace
}  // namespace convoy::bench

int main(int argc, char** argv) {
  convoy::bench::Main({argc,
                       argv,
                       "A daemon with nothing to do, against aria2's",
                       {{"seconds", 30, 2, "how long it is watched"}}});
  return 0;
}
