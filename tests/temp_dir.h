#ifndef CONVOY_TESTS_TEMP_DIR_H_
#define CONVOY_TESTS_TEMP_DIR_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace convoy::testing {

// A folder of its own, removed with everything in it.
class TempDir {
 public:
  // Below /tmp, which is short enough for Unix sockets.
  TempDir() : TempDir("/tmp") {}
  explicit TempDir(const std::string& parent);
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Where memory is a file system with room, or /tmp: for what need not wait for
// a disk.
std::string MemoryFolder();

// The file's bytes; empty if it cannot be read.
std::string ReadFile(const std::string& path);
void WriteFile(const std::string& path, const std::string& bytes);
// `size` bytes that no other seed gives.
std::string RandomBytes(std::size_t size, std::uint64_t seed);
std::string Sha256Hex(const std::string& bytes);
bool Exists(const std::string& path);
// Names of the entries, sorted; "." and ".." left out.
std::vector<std::string> ListFolder(const std::string& path);

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_TEMP_DIR_H_
