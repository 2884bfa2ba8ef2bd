#include "bench/payload.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "bench/usage.h"
#include "peer/base/unique_fd.h"
#include "tests/temp_dir.h"

namespace convoy::bench {
namespace {

constexpr std::int64_t kStep = 1 << 20;

// SHA-256.
class Digest {
 public:
  Digest() { EVP_DigestInit_ex(hash_.get(), EVP_sha256(), nullptr); }

  void Add(absl::string_view bytes) {
    EVP_DigestUpdate(hash_.get(), bytes.data(), bytes.size());
  }
  // In hexadecimal digits. Once.
  std::string Finish() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    EVP_DigestFinal_ex(hash_.get(), digest, &length);
    return absl::BytesToHexString(
        absl::string_view(reinterpret_cast<const char*>(digest), length));
  }

 private:
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash_{
      EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

UniqueFd Open(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) Fail(absl::StrCat("cannot open ", path));
  return fd;
}

}  // namespace

std::string MakePayload(const std::string& path, std::int64_t size,
                        std::uint64_t seed) {
  Digest digest;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  for (std::int64_t done = 0; done < size; done += kStep) {
    const std::string bytes = testing::RandomBytes(
        static_cast<std::size_t>(std::min(kStep, size - done)),
        seed + static_cast<std::uint64_t>(done));
    digest.Add(bytes);
    file << bytes;
  }
  file.close();
  if (!file) Fail(absl::StrCat("cannot write ", path));
  SyncFile(path);
  return digest.Finish();
}

std::string Sha256OfFile(const std::string& path) {
  Digest digest;
  std::ifstream file(path, std::ios::binary);
  if (!file) Fail(absl::StrCat("cannot read ", path));
  std::string bytes(kStep, '\0');
  while (file) {
    file.read(bytes.data(), kStep);
    digest.Add(absl::string_view(bytes).substr(
        0, static_cast<std::size_t>(file.gcount())));
  }
  return digest.Finish();
}

void CheckSameBytes(const std::string& expected, const std::string& actual) {
  std::ifstream left(expected, std::ios::binary);
  std::ifstream right(actual, std::ios::binary);
  std::string left_bytes(kStep, '\0');
  std::string right_bytes(kStep, '\0');
  while (left && right) {
    left.read(left_bytes.data(), kStep);
    right.read(right_bytes.data(), kStep);
    if (left.gcount() != right.gcount() ||
        left_bytes.compare(0, static_cast<std::size_t>(left.gcount()),
                           right_bytes, 0,
                           static_cast<std::size_t>(right.gcount())) != 0) {
      break;
    }
    if (left.eof() && right.eof()) return;
  }
  Fail(absl::StrCat(actual, " differs from ", expected));
}

void SyncFile(const std::string& path) {
  if (fdatasync(Open(path).get()) != 0) Fail("fdatasync failed: " + path);
}

void SyncFileSystem(const std::string& folder) {
  if (syncfs(Open(folder).get()) != 0) Fail("syncfs failed: " + folder);
}

}  // namespace convoy::bench
