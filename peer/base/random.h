#ifndef CONVOY_PEER_BASE_RANDOM_H_
#define CONVOY_PEER_BASE_RANDOM_H_

#include <cstdint>
#include <functional>

namespace convoy {

// Where random numbers come from; each of the 64 bits is 0 as often as 1. Tests
// give their own.
using RandomSource = std::function<std::uint64_t()>;

// From the kernel: nobody can foretell them. Any thread.
std::uint64_t RandomBits();

// At least 0, less than 1.
inline double UniformFrom(std::uint64_t bits) {
  return static_cast<double>(bits >> 11) * (1.0 / (std::uint64_t{1} << 53));
}

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_RANDOM_H_
