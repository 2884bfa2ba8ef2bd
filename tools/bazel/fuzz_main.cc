// Drives a fuzz target without libFuzzer: every file named as an argument as it
// is, then lines of descent, each of which begins with one of these files or
// with nothing. The seed is printed first: the same one gives the same inputs.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);

namespace {

using Clock = std::chrono::steady_clock;

// What comes first ends it.
constexpr int kMutations = 20000;
constexpr std::chrono::seconds kLongest(30);
// Each is a mutant of the one before.
constexpr int kMaxGenerations = 16;
constexpr std::size_t kMaxGrowth = 16 << 10;

void Run(const std::string& input) {
  // A copy of exactly its size: AddressSanitizer sees reads past the end.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

// Of a vector that is not empty.
const std::string& Any(const std::vector<std::string>& texts,
                       std::mt19937& random) {
  return texts[random() % texts.size()];
}

// A few bytes changed, put in, cut out or repeated; now and then the end of
// another file.
std::string Mutate(std::string text, const std::vector<std::string>& seeds,
                   std::mt19937& random) {
  for (auto steps = 1 + random() % 8; steps > 0; --steps) {
    const std::size_t at = random() % (text.size() + 1);
    const std::size_t length = random() % 16;
    switch (random() % 16) {
      case 0: {
        const std::string& other = Any(seeds, random);
        text = text.substr(0, at) + other.substr(random() % (other.size() + 1));
        break;
      }
      case 1:
      case 2:
      case 3:
        text.insert(at, 1, static_cast<char>(random() % 256));
        break;
      case 4:
      case 5:
      case 6:
        text.erase(at, length);
        break;
      case 7:
      case 8:
      case 9:
        text.insert(at, text.substr(random() % (text.size() + 1), length));
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(random() % 256);
    }
  }
  return text;
}

unsigned Seed() {
  const char* const given = std::getenv("CONVOY_FUZZ_SEED");
  if (given != nullptr) {
    return static_cast<unsigned>(std::strtoul(given, nullptr, 10));
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<unsigned>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
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
  // Before anything can fail.
  const unsigned number = Seed();
  std::printf("CONVOY_FUZZ_SEED=%u\n", number);
  std::fflush(stdout);
  for (const std::string& seed : seeds) Run(seed);
  std::mt19937 random(number);
  const Clock::time_point end = Clock::now() + kLongest;
  int done = 0;
  while (done < kMutations && Clock::now() < end) {
    const std::string& first = Any(seeds, random);
    const std::size_t most = first.size() + kMaxGrowth;
    std::string text = first;
    for (auto left = 1 + random() % kMaxGenerations;
         left > 0 && done < kMutations && text.size() <= most; --left, ++done) {
      text = Mutate(std::move(text), seeds, random);
      Run(text);
    }
  }
  std::printf("%zu seeds, %d mutations\n", seeds.size(), done);
  return 0;
}
