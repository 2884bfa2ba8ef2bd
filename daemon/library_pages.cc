#include "daemon/library_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>

namespace convoy {
namespace {

struct Mapping {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool releasable = false;  // Of a file, not to be written to.
};

// From a line of smaps like "55d0-55e0 r-xp 0000 08:01 42  /file"; nothing from
// those behind it, which tell of its pages.
std::optional<Mapping> ParseMapping(const std::string& line) {
  Mapping mapping;
  char access[5] = "";
  std::uint64_t inode = 0;
  if (std::sscanf(line.c_str(),
                  "%" SCNxPTR "-%" SCNxPTR " %4s %*x %*x:%*x %" SCNu64,
                  &mapping.begin, &mapping.end, access, &inode) != 4) {
    return std::nullopt;
  }
  mapping.releasable =
      inode != 0 && access[0] == 'r' && access[1] == '-' && access[3] == 'p';
  return mapping;
}

// Resident bytes of files; 0: not known.
std::int64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");  // proc(5)
  std::int64_t all = 0, resident = 0, of_files = 0;
  statm >> all >> resident >> of_files;
  return of_files * ::sysconf(_SC_PAGESIZE);
}

}  // namespace

void LibraryPages::Release() {
  std::ifstream smaps("/proc/self/smaps");  // proc(5)
  Mapping mapping;
  for (std::string line; std::getline(smaps, line);) {
    if (const std::optional<Mapping> next = ParseMapping(line)) {
      mapping = *next;
      continue;
    }
    unsigned long changed_kib = 0;
    // Relocated pages, and those with a debugger's breakpoints, are anonymous:
    // the file could not give them back.
    if (std::sscanf(line.c_str(), "Anonymous: %lu kB", &changed_kib) == 1 &&
        changed_kib == 0 && mapping.releasable) {
      ::madvise(reinterpret_cast<void*>(mapping.begin),
                mapping.end - mapping.begin, MADV_DONTNEED);
    }
  }
  left_ = ResidentBytes();
}

void LibraryPages::ReleaseIfGrown() {
  if (ResidentBytes() >= left_ + kGrowth) Release();
}

}  // namespace convoy
