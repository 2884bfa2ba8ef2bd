// Drives a fuzz target without libFuzzer: every file named as an argument as it
// is, then mutations of these files and of nothing, the same ones each time.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);

namespace {

constexpr int kMutations = 20000;

void Run(const std::string& input) {
  // A copy of exactly its size: AddressSanitizer sees reads past the end.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

// A few bytes changed, put in, cut out or repeated.
std::string Mutate(std::string text, std::mt19937& random) {
  for (auto steps = 1 + random() % 8; steps > 0; --steps) {
    const std::size_t at = random() % (text.size() + 1);
    const std::size_t length = random() % 16;
    switch (random() % 4) {
      case 0:
        text.insert(at, 1, static_cast<char>(random() % 256));
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(random() % (text.size() + 1), length));
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(random() % 256);
    }
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> seeds = {""};
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "cannot read %s\n", argv[i]);
      return 1;
    }
    seeds.emplace_back(std::istreambuf_iterator<char>(file),
                       std::istreambuf_iterator<char>());
  }
  for (const std::string& seed : seeds) Run(seed);
  std::mt19937 random(1);
  for (int i = 0; i < kMutations; ++i) {
    Run(Mutate(seeds[random() % seeds.size()], random));
  }
  std::printf("%zu seeds, %d mutations\n", seeds.size(), kMutations);
  return 0;
}
