#include "bench/usage.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/process.h"
#include "tests/temp_dir.h"

namespace convoy::bench {
namespace {

// The number after `key` in /proc/PID/status or alike; 0 if there is none.
std::int64_t StatusNumber(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (!absl::StartsWith(line, key)) continue;
    const std::vector<std::string> words = absl::StrSplit(
        line.substr(key.size()), absl::ByAnyChar(" \t"), absl::SkipEmpty());
    std::int64_t number = 0;
    if (!words.empty() && absl::SimpleAtoi(words[0], &number)) return number;
  }
  return 0;
}

std::string Proc(pid_t pid, const std::string& name) {
  return absl::StrCat("/proc/", pid, "/", name);
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_usec) * 1e-6;
}

double Seconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_nsec) * 1e-9;
}

// Processor time of the children that ended and were waited for.
double EndedChildrenSeconds(pid_t pid) {
  // "PID (NAME) STATE ..."; utime, stime, cutime, cstime are the 14th to 17th.
  constexpr std::size_t kChildrenUser = 13;
  const std::string stat = testing::ReadFile(Proc(pid, "stat"));
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return 0;
  const std::vector<std::string> words =
      absl::StrSplit(stat.substr(name_end + 2), ' ');
  std::int64_t user = 0;
  std::int64_t system = 0;
  if (words.size() < kChildrenUser + 2 ||
      !absl::SimpleAtoi(words[kChildrenUser], &user) ||
      !absl::SimpleAtoi(words[kChildrenUser + 1], &system)) {
    return 0;
  }
  return static_cast<double>(user + system) /
         static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::vector<pid_t> Children(pid_t pid) {
  std::vector<pid_t> children;
  for (const std::string& thread : testing::ListFolder(Proc(pid, "task"))) {
    std::ifstream file(Proc(pid, absl::StrCat("task/", thread, "/children")));
    for (pid_t child = 0; file >> child;) children.push_back(child);
  }
  return children;
}

double RusageSeconds(int who) {
  rusage usage = {};
  getrusage(who, &usage);
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

// Runs a program and samples its memory: the kernel's own peak of a child
// begins with that of the process which forked it. Why it failed; empty if it
// did not.
std::string Run(const std::vector<std::string>& argv, absl::Duration timeout,
                Effort& effort) {
  constexpr absl::Duration kSample = absl::Milliseconds(20);
  const testing::TempDir logs;
  testing::ProcessOptions options;
  options.argv = argv;
  options.output_path = logs.path() + "/output";
  const double give_up = NowSeconds() + absl::ToDoubleSeconds(timeout);
  testing::Process process(options);
  std::optional<int> exit_code;
  while (!exit_code.has_value()) {
    if (NowSeconds() > give_up) {
      return absl::StrCat(argv[0], " took longer than ",
                          absl::FormatDuration(timeout));
    }
    // Gone by now: 0.
    effort.peak_mib = std::max(effort.peak_mib, PeakResidentMib(process.pid()));
    exit_code = process.Wait(kSample);
  }
  if (*exit_code == 0) return "";
  return absl::StrCat(absl::StrJoin(argv, " "), " ended with ", *exit_code,
                      "\n", testing::ReadFile(options.output_path));
}

}  // namespace

double CpuSeconds(pid_t pid) {
  clockid_t clock = 0;
  timespec time = {};
  if (clock_getcpuclockid(pid, &clock) != 0 ||
      clock_gettime(clock, &time) != 0) {
    Fail(absl::StrCat("process ", pid, " is gone"));
  }
  return Seconds(time);
}

double ResidentMib(pid_t pid) {
  return static_cast<double>(StatusNumber(Proc(pid, "status"), "VmRSS:")) /
         1024;
}

double PeakResidentMib(pid_t pid) {
  return static_cast<double>(StatusNumber(Proc(pid, "status"), "VmHWM:")) /
         1024;
}

void ResetPeak(pid_t pid) {
  std::ofstream file(Proc(pid, "clear_refs"));
  file << "5\n";
  file.close();
  if (!file) Fail(absl::StrCat("cannot write ", Proc(pid, "clear_refs")));
}

std::int64_t VoluntarySwitches(pid_t pid) {
  std::int64_t total = 0;
  for (const std::string& thread : testing::ListFolder(Proc(pid, "task"))) {
    total += StatusNumber(Proc(pid, absl::StrCat("task/", thread, "/status")),
                          "voluntary_ctxt_switches:");
  }
  return total;
}

double FamilyCpuSeconds(pid_t pid) {
  double seconds = CpuSeconds(pid) + EndedChildrenSeconds(pid);
  for (const pid_t child : Children(pid)) seconds += FamilyCpuSeconds(child);
  return seconds;
}

double FamilyPeakMib(pid_t pid) {
  double mib = PeakResidentMib(pid);
  for (const pid_t child : Children(pid)) mib += FamilyPeakMib(child);
  return mib;
}

double FamilyOwnMib(pid_t pid) {
  double mib =
      static_cast<double>(StatusNumber(Proc(pid, "status"), "RssAnon:")) / 1024;
  for (const pid_t child : Children(pid)) mib += FamilyOwnMib(child);
  return mib;
}

Effort RunProgram(const std::vector<std::string>& argv,
                  const std::function<void()>& to_disk,
                  absl::Duration timeout) {
  Effort effort;
  const double children = RusageSeconds(RUSAGE_CHILDREN);
  const double begin = NowSeconds();
  const std::string failure = Run(argv, timeout, effort);
  effort.wall_seconds = NowSeconds() - begin;
  effort.cpu_seconds = RusageSeconds(RUSAGE_CHILDREN) - children;
  if (!failure.empty()) Fail(failure);
  const double self = RusageSeconds(RUSAGE_THREAD);
  to_disk();
  effort.on_disk_seconds = NowSeconds() - begin;
  effort.cpu_seconds += RusageSeconds(RUSAGE_THREAD) - self;
  return effort;
}

double NowSeconds() {
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return Seconds(time);
}

void Fail(const std::string& message) {
  std::fprintf(stderr, "bench: %s\n", message.c_str());
  std::exit(1);
}

}  // namespace convoy::bench
