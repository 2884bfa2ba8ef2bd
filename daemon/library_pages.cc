#include "daemon/library_pages.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>

namespace convoy {
namespace {

std::uintptr_t PageSize() {
  return static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
}

// Resident bytes of files; 0: not known.
std::int64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");  // proc(5)
  std::int64_t all = 0, resident = 0, of_files = 0;
  statm >> all >> resident >> of_files;
  return of_files * static_cast<std::int64_t>(PageSize());
}

// A debugger's breakpoints stand in pages of code.
bool IsTraced() {
  std::ifstream status("/proc/self/status");  // proc(5)
  for (std::string key; status >> key;) {
    if (key != "TracerPid:") continue;
    int tracer = 0;
    status >> tracer;
    return tracer != 0;
  }
  return false;
}

// Segments that may be written to hold what was relocated, also where they are
// read-only by now (RELRO): the file could not give that back.
int ReleaseSegments(dl_phdr_info* object, std::size_t, void*) {
  const std::uintptr_t page = PageSize();
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t start = object->dlpi_addr + segment.p_vaddr;
    const std::uintptr_t begin = start / page * page;
    const std::uintptr_t end = (start + segment.p_filesz) / page * page;
    if (begin < end) {
      ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
    }
  }
  return 0;
}

}  // namespace

void LibraryPages::Release() {
  // It keeps libraries from being loaded meanwhile.
  if (!IsTraced()) dl_iterate_phdr(ReleaseSegments, nullptr);
  left_ = ResidentBytes();
}

void LibraryPages::ReleaseIfGrown() {
  if (ResidentBytes() >= left_ + growth_) Release();
}

}  // namespace convoy
