#include "daemon/declared_files.h"

#include <linux/magic.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "peer/base/log.h"
#include "peer/base/status_macros.h"
#include "peer/base/unique_fd.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::size_t kBuffer = 1 << 20;

absl::Status CannotRead(const std::string& path, int error) {
  return Error(v1::ERROR_REASON_LOCAL_FILE_IO, v1::ERROR_CONTEXT_LOCAL_FILE)
      .LocalPath(path)
      .Status(absl::StrCat("cannot read ", path, ": ", std::strerror(error)));
}

absl::StatusOr<std::string> Sha256OfOpen(int fd, const std::string& path) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::vector<char> buffer(kBuffer);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
  unsigned int size = 0;
  bool good = EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  while (good) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return CannotRead(path, errno);
    good = EVP_DigestUpdate(context.get(), buffer.data(),
                            static_cast<std::size_t>(got)) == 1;
  }
  if (!good || EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1) {
    return CannotRead(path, EIO);
  }
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

// Others show one owner for all files, whoever writes them.
bool KeepsOwners(int fd) {
  struct statfs system = {};
  if (fstatfs(fd, &system) != 0) return false;
  switch (static_cast<std::uint32_t>(system.f_type)) {
    case EXFAT_SUPER_MAGIC:
    case FUSE_SUPER_MAGIC:
    case MSDOS_SUPER_MAGIC:
    case NFS_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case CIFS_SUPER_MAGIC:
    case SMB2_SUPER_MAGIC:
      return false;
    default:
      return true;
  }
}

class OwnersDeclaredFiles final : public DeclaredFiles {
 public:
  explicit OwnersDeclaredFiles(OwnerFiles* files) : files_(*files) {}

  absl::StatusOr<std::string> Difference(const JobOwner& owner,
                                         const v1::JobFile& delivered,
                                         mode_t mode, bool digest) override {
    const std::string& path = delivered.local_path();
    const absl::StatusOr<UniqueFd> fd = files_.OpenSource(owner, path);
    if (!fd.ok()) {
      switch (ErrorDetailOf(fd.status()).reason()) {
        case v1::ERROR_REASON_PATH_NOT_FOUND:
          return "is gone";
        case v1::ERROR_REASON_PATH_NOT_REGULAR:
          return "is no plain file any more";
        case v1::ERROR_REASON_ACCESS_DENIED:
          return "cannot be read by its owner any more";
        default:
          return fd.status();
      }
    }
    struct stat found = {};
    if (fstat(fd->get(), &found) != 0) return CannotRead(path, errno);
    if (found.st_uid != owner.uid && KeepsOwners(fd->get())) {
      return absl::StrCat("belongs to uid ", found.st_uid, ", not ", owner.uid);
    }
    if (delivered.has_size_bytes() && found.st_size != delivered.size_bytes()) {
      return absl::StrCat("has ", found.st_size, " bytes, not ",
                          delivered.size_bytes());
    }
    if (digest && !delivered.expected_sha256().empty()) {
      CONVOY_ASSIGN_OR_RETURN(const std::string is,
                              Sha256OfOpen(fd->get(), path));
      if (is != absl::AsciiStrToLower(delivered.expected_sha256())) {
        return "has other bytes than were delivered";
      }
    }
    if ((found.st_mode & 0777) == mode) return "";
    const absl::Status status = files_.SetMode(owner, path, mode);
    // Not every file system has modes.
    if (!status.ok()) LogWarning(status.message());
    return "";
  }

  absl::StatusOr<std::string> Sha256Of(const JobOwner& owner,
                                       const std::string& path) override {
    CONVOY_ASSIGN_OR_RETURN(const UniqueFd fd, files_.OpenSource(owner, path));
    return Sha256OfOpen(fd.get(), path);
  }

  absl::Status Remove(const JobOwner& owner, const std::string& path) override {
    return files_.Remove(owner, path);
  }

 private:
  OwnerFiles& files_;
};

}  // namespace

std::unique_ptr<DeclaredFiles> MakeDeclaredFiles(OwnerFiles* files) {
  return std::make_unique<OwnersDeclaredFiles>(files);
}

}  // namespace convoy
