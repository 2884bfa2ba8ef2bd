#ifndef CONVOY_PEER_CACHE_TESTING_H_
#define CONVOY_PEER_CACHE_TESTING_H_

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "peer/base/unique_fd.h"
#include "peer/manifest_maker.h"

namespace convoy {

// What the tests of the cache share. Test code: aborts where the machine fails.

// Bytes of which no two pieces are alike; others for each seed.
inline std::string TestBytes(std::size_t size, std::uint32_t seed = 1) {
  std::string bytes(size, '\0');
  std::uint32_t state = seed;
  for (char& byte : bytes) {
    state = state * 1'664'525 + 1'013'904'223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

// A folder of the test's own, removed with all that is in it.
class TempFolder {
 public:
  TempFolder() {
    if (mkdtemp(&path_[0]) == nullptr) std::abort();
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  // In a new file of that name. Returns its path.
  std::string Write(const std::string& name, const std::string& bytes) const {
    const std::string path = Path(name);
    const UniqueFd fd(
        open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (write(fd.get(), bytes.data(), bytes.size()) !=
        static_cast<ssize_t>(bytes.size())) {
      std::abort();
    }
    return path;
  }
  // The names in any folder, sorted; none if it is not there.
  static std::vector<std::string> NamesIn(const std::string& folder) {
    std::vector<std::string> names;
    std::error_code missing;
    for (const auto& entry :
         std::filesystem::directory_iterator(folder, missing)) {
      names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::string path_ = "/tmp/convoy-cache-XXXXXX";
};

inline UniqueFd OpenToRead(const std::string& path) {
  return UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

inline std::string ReadAll(int fd) {
  std::string bytes(1 << 20, '\0');
  const ssize_t got = pread(fd, &bytes[0], bytes.size(), 0);
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

// Writes into the file as it is, a second later than its last change: file
// systems' clocks are coarse.
inline void ChangeInPlace(const std::string& path) {
  struct stat before = {};
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (fstat(fd.get(), &before) != 0 || pwrite(fd.get(), "X", 1, 0) != 1) {
    std::abort();
  }
  const struct timespec times[2] = {
      before.st_atim, {before.st_mtim.tv_sec + 1, before.st_mtim.tv_nsec}};
  if (futimens(fd.get(), times) != 0) std::abort();
}

// ioctl(FICLONE) of a file system that has it: a copy.
inline int CopyingClone(int destination, int source) {
  const std::string bytes = ReadAll(source);
  const ssize_t written = pwrite(destination, bytes.data(), bytes.size(), 0);
  return written == static_cast<ssize_t>(bytes.size()) ? 0 : -1;
}
// Of one that has not, as ext4.
inline int NoClone(int, int) {
  errno = EOPNOTSUPP;
  return -1;
}

inline MadeManifest ManifestOf(const std::string& path,
                               const std::string& name) {
  ManifestSpec spec;
  spec.name = name;
  spec.piece_length = kMinGivenPieceLength;
  spec.url_seeds = {"https://example.org/" + name};
  auto made = MakeManifest(OpenToRead(path).get(), spec,
                           [](std::int64_t) { return true; });
  if (!made.ok()) std::abort();
  return *std::move(made);
}

}  // namespace convoy

#endif  // CONVOY_PEER_CACHE_TESTING_H_
