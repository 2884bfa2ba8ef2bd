#include "client/delivery_optimization/certificate_folder.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace convoy::delivery_optimization {
namespace {

constexpr absl::string_view kEnd = ".pem";
// Of the socket's path; enough to tell the daemons of a user apart.
constexpr std::size_t kDaemonDigits = 16;

std::string Digest(absl::string_view bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(&digest[0]));
  return absl::BytesToHexString(digest);
}

std::string FolderOfUser() {
  const auto absolute = [](const char* variable) {
    const char* const value = std::getenv(variable);
    return value != nullptr && *value == '/' ? std::string(value) : "";
  };
  std::string base = absolute("XDG_STATE_HOME");
  if (base.empty()) {
    const std::string home = absolute("HOME");
    if (home.empty()) return "";
    base = absl::StrCat(home, "/.local/state");
  }
  return absl::StrCat(base, "/convoy/certificates");
}

HRESULT CodeOfErrno(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
      return E_ACCESSDENIED;
    case ENOSPC:
    case EDQUOT:
      return HRESULT_FROM_WIN32(112);  // ERROR_DISK_FULL
    case EROFS:
      return HRESULT_FROM_WIN32(19);  // ERROR_WRITE_PROTECT
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
      return HRESULT_FROM_WIN32(3);  // ERROR_PATH_NOT_FOUND
    default:
      return HRESULT_FROM_WIN32(29);  // ERROR_WRITE_FAULT
  }
}

// With its parents, which are for the user alone where they are made.
bool MakeFolder(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    if (mkdir(parent.c_str(), 0700) != 0 && errno != EEXIST) return false;
  }
  return mkdir(path.c_str(), 0700) == 0 || errno == EEXIST;
}

bool WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(fd) == 0;
}

}  // namespace

CertificateFolder CertificateFolder::OfDaemon(absl::string_view socket) {
  const std::string all = FolderOfUser();
  return CertificateFolder(
      all.empty()
          ? ""
          : absl::StrCat(all, "/", Digest(socket).substr(0, kDaemonDigits)));
}

HRESULT CertificateFolder::Lock(UniqueFd* lock) const {
  if (path_.empty()) return CodeOfErrno(ENOENT);
  if (!MakeFolder(path_)) return CodeOfErrno(errno);
  lock->reset(
      open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!lock->valid()) return CodeOfErrno(errno);
  struct stat info = {};
  if (fstat(lock->get(), &info) != 0) return CodeOfErrno(errno);
  // Another user's folder is no place for a key.
  if (info.st_uid != geteuid()) return E_ACCESSDENIED;
  if ((info.st_mode & 077) != 0 && fchmod(lock->get(), 0700) != 0) {
    return CodeOfErrno(errno);
  }
  int locked = 0;
  do {
    locked = flock(lock->get(), LOCK_EX);
  } while (locked != 0 && errno == EINTR);
  return locked == 0 ? S_OK : CodeOfErrno(errno);
}

HRESULT CertificateFolder::Write(absl::string_view bytes,
                                 std::string* file) const {
  *file = absl::StrCat(path_, "/", Digest(bytes), kEnd);
  // mkostemp makes a file for the user alone.
  std::string temporary = absl::StrCat(path_, "/.new-XXXXXX");
  const UniqueFd fd(mkostemp(&temporary[0], O_CLOEXEC));
  if (!fd.valid()) return CodeOfErrno(errno);
  if (!WriteAll(fd.get(), bytes) ||
      rename(temporary.c_str(), file->c_str()) != 0) {
    const int error = errno;
    unlink(temporary.c_str());
    return CodeOfErrno(error);
  }
  const UniqueFd folder(
      open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid() || fsync(folder.get()) != 0) return CodeOfErrno(errno);
  return S_OK;
}

void CertificateFolder::Remove(const std::string& file) const {
  if (Has(file)) unlink(file.c_str());
}

std::vector<std::string> CertificateFolder::Files() const {
  std::vector<std::string> files;
  std::error_code error;
  std::filesystem::directory_iterator entry(path_, error);
  for (; !error && entry != std::filesystem::directory_iterator();
       entry.increment(error)) {
    std::string file = entry->path().string();
    if (Has(file)) files.push_back(std::move(file));
  }
  return files;
}

bool CertificateFolder::Has(absl::string_view file) const {
  return !path_.empty() && absl::ConsumePrefix(&file, path_) &&
         absl::ConsumePrefix(&file, "/") && absl::ConsumeSuffix(&file, kEnd) &&
         file.size() == 2 * SHA256_DIGEST_LENGTH &&
         file.find_first_not_of("0123456789abcdef") == absl::string_view::npos;
}

}  // namespace convoy::delivery_optimization
