#include "bench/machine.h"

#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/process.h"
#include "tests/temp_dir.h"

namespace convoy::bench {
namespace {

// More than is taken between two calls, less than a host notices.
constexpr std::int64_t kFreeAhead = 256 << 20;
constexpr std::int64_t kFreeStep = 32 << 20;

std::int64_t FreeMemory() {
  struct sysinfo now = {};
  sysinfo(&now);
  return static_cast<std::int64_t>(now.freeram) * now.mem_unit;
}

// The value of the first "KEY : VALUE" line of a file in /proc.
std::string ProcValue(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (line.compare(0, key.size(), key) != 0) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    return std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  return "unknown";
}

// Type and options of the mount that `folder` is on.
std::string FileSystem(const std::string& folder) {
  std::ifstream mounts("/proc/self/mounts");
  std::string device, point, type, options, rest, found;
  std::size_t longest = 0;
  while (mounts >> device >> point >> type >> options &&
         std::getline(mounts, rest)) {
    const bool below = point == "/" || folder == point ||
                       folder.compare(0, point.size() + 1, point + "/") == 0;
    if (!below || point.size() < longest) continue;
    longest = point.size();
    found = absl::StrCat(type, " on ", device, " (", options, ")");
  }
  return found;
}

std::string Installed(const std::string& program) {
  return access(program.c_str(), X_OK) == 0 ? program : "";
}

std::string Version(const std::string& program) {
  if (program.empty()) return "not installed";
  testing::ProcessOptions options;
  options.argv = {program, "--version"};
  const std::string output = testing::RunProcess(options).output;
  const std::vector<std::string> words =
      absl::StrSplit(output.substr(0, output.find('\n')), ' ');
  // "aria2 version 1.36.0", "curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1"
  for (const std::string& word : words) {
    if (!word.empty() && word[0] >= '0' && word[0] <= '9') return word;
  }
  return "unknown";
}

}  // namespace

std::vector<Fact> MachineFacts() {
  utsname kernel = {};
  uname(&kernel);
  return {
      {"processor", absl::StrCat(ProcValue("/proc/cpuinfo", "model name"), ", ",
                                 sysconf(_SC_NPROCESSORS_ONLN), " cores")},
      {"memory", ProcValue("/proc/meminfo", "MemTotal")},
      {"kernel", absl::StrCat(kernel.sysname, " ", kernel.release)},
      {"file system", FileSystem(testing::TempDir().path())},
      {"build", OptimizedBuild() ? "opt" : "fastbuild"},
      {"curl", Version(CurlProgram())},
      {"aria2", Version(Aria2Program())},
      {"transmission", Version(TransmissionProgram())},
      {"nginx", "one worker, sendfile"},
  };
}

std::string LoadAverage() {
  std::ifstream file("/proc/loadavg");
  std::string first;
  file >> first;
  return first;
}

TouchedMemory::TouchedMemory(std::int64_t bytes) {
  void* const memory =
      mmap(nullptr, static_cast<std::size_t>(bytes), PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) return;
  next_ = static_cast<char*>(memory);
  left_ = bytes;
  keep_free_ = FreeMemory() + kFreeAhead;
}

TouchedMemory::~TouchedMemory() {
  if (left_ > 0) munmap(next_, static_cast<std::size_t>(left_));
}

void TouchedMemory::FreeAsNeeded() {
  while (left_ > 0 && FreeMemory() < keep_free_) {
    const std::int64_t step = std::min(left_, kFreeStep);
    munmap(next_, static_cast<std::size_t>(step));
    next_ += step;
    left_ -= step;
  }
}

CoreTime ReadCoreTime() {
  // "cpu user nice system idle iowait irq softirq steal guest guest_nice"; what
  // guests took is in user and nice as well.
  constexpr int kFields = 8;
  constexpr int kIdle = 3;
  constexpr int kWaitsForDisk = 4;
  std::ifstream file("/proc/stat");
  std::string name;
  file >> name;
  CoreTime time;
  for (int field = 0; field < kFields; ++field) {
    double ticks = 0;
    file >> ticks;
    const double seconds = ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
    time.all_seconds += seconds;
    if (field == kIdle || field == kWaitsForDisk) time.idle_seconds += seconds;
  }
  return time;
}

bool OptimizedBuild() {
#ifdef NDEBUG
  return true;
#else
  return false;
#endif
}

std::string Aria2Program() { return Installed("/usr/bin/aria2c"); }
std::string CurlProgram() { return Installed("/usr/bin/curl"); }
std::string TransmissionProgram() {
  return Installed("/usr/bin/transmission-cli");
}

}  // namespace convoy::bench
