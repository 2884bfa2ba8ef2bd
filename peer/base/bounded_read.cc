#include "peer/base/bounded_read.h"

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace convoy {

int BoundedRead(int fd, std::size_t max_bytes, std::string* text) {
  constexpr std::size_t kFirstStep = 16 * 1024;
  text->clear();
  std::size_t have = 0;
  while (have <= max_bytes) {
    if (have == text->size()) {
      text->resize(std::min(max_bytes + 1, std::max(kFirstStep, 2 * have)));
    }
    const ssize_t got = ::read(fd, &(*text)[have], text->size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  text->resize(have);
  return 0;
}

}  // namespace convoy
