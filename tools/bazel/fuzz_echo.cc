// A fuzz target that tells what it gets: the length of each input, and a hash.

#include <cstddef>
#include <cstdint>
#include <cstdio>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  std::uint32_t hash = 2166136261;  // FNV-1a.
  for (std::size_t i = 0; i < size; ++i) hash = (hash ^ data[i]) * 16777619;
  std::printf("input %zu %u\n", size, hash);
  return 0;
}
