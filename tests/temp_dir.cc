#include "tests/temp_dir.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <system_error>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace convoy::testing {

TempDir::TempDir(const std::string& parent)
    : path_(parent + "/convoy-test-XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) std::abort();
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string MemoryFolder() {
  // Containers often have 64 MiB.
  constexpr std::uint64_t kEnough = std::uint64_t{4} << 30;
  struct statvfs memory = {};
  const bool enough = access("/dev/shm", W_OK) == 0 &&
                      statvfs("/dev/shm", &memory) == 0 &&
                      memory.f_bavail * memory.f_frsize >= kEnough;
  return enough ? "/dev/shm" : "/tmp";
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes;
  std::string part(1 << 20, '\0');
  while (file.read(&part[0], static_cast<std::streamsize>(part.size())) ||
         file.gcount() > 0) {
    bytes.append(part, 0, static_cast<std::size_t>(file.gcount()));
  }
  return bytes;
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  if (!file) std::abort();
}

std::string RandomBytes(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string bytes;
  bytes.reserve(size + 8);
  while (bytes.size() < size) {
    const std::uint64_t word = random();
    bytes.append(reinterpret_cast<const char*>(&word), sizeof(word));
  }
  bytes.resize(size);
  return bytes;
}

std::string Sha256Hex(const std::string& bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         digest);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

bool Exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(
      std::filesystem::symlink_status(path, ignored));
}

std::vector<std::string> ListFolder(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace convoy::testing
