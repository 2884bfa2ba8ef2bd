#include "peer/base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace convoy {

std::uint64_t RandomBits() {
  std::uint64_t bits = 0;
  // So few bytes come whole.
  while (getrandom(&bits, sizeof(bits), 0) != sizeof(bits)) {
    if (errno != EINTR) std::abort();
  }
  return bits;
}

}  // namespace convoy
