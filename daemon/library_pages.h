#ifndef CONVOY_DAEMON_LIBRARY_PAGES_H_
#define CONVOY_DAEMON_LIBRARY_PAGES_H_

#include <cstdint>

namespace convoy {

// Takes the program's and the libraries' pages of code and constants out of
// this process's resident memory. They stay in the kernel's page cache, and
// each comes back when it is used. A start, and each kind of work, runs through
// much code that the rest does not need. Does nothing in a process that is
// traced. Not thread-safe; other threads may run.
class LibraryPages {
 public:
  // So many bytes come back before it is worth while again.
  static constexpr std::int64_t kGrowth = 8 << 20;

  explicit LibraryPages(std::int64_t growth = kGrowth) : growth_(growth) {}

  void Release();
  // If at least `growth` bytes of files more are resident than after the last
  // time.
  void ReleaseIfGrown();

 private:
  const std::int64_t growth_;
  std::int64_t left_ = 0;  // Resident bytes of files after the last time.
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_LIBRARY_PAGES_H_
