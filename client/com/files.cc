// fileapi.h.
#include <errhandlingapi.h>
#include <fcntl.h>
#include <fileapi.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <random>
#include <string>

#include "absl/strings/str_format.h"
#include "client/com/wide_text.h"

namespace {

DWORD CodeOfErrno(int error) {
  switch (error) {
    case ENOENT:
      return ERROR_FILE_NOT_FOUND;
    case ENOTDIR:
      return ERROR_PATH_NOT_FOUND;
    case EEXIST:
      return ERROR_FILE_EXISTS;
    case ENOSPC:
    case EDQUOT:
      return ERROR_DISK_FULL;
    case EROFS:
      return ERROR_WRITE_PROTECT;
    case ENAMETOOLONG:
      return ERROR_BUFFER_OVERFLOW;
    case EACCES:
    case EPERM:
    case EISDIR:
      return ERROR_ACCESS_DENIED;
    default:
      return ERROR_GEN_FAILURE;
  }
}

std::string TempFolder() {
  const char* const set = std::getenv("TMPDIR");
  std::string folder = set != nullptr && set[0] == '/' ? set : "/tmp";
  if (folder.back() != '/') folder += '/';
  return folder;
}

bool IsFolder(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// Gives a text with its zero: its length, or what it needs.
template <typename Char>
DWORD Give(const std::basic_string<Char>& text, DWORD size, Char* to) {
  const DWORD length = static_cast<DWORD>(text.size());
  if (to == nullptr || size <= length) return length + 1;
  std::copy_n(text.c_str(), text.size() + 1, to);
  return length;
}

// Makes the file if it has to find the number. 0, with GetLastError: it failed.
UINT MakeTempFile(std::string folder, const std::string& prefix, UINT number,
                  std::string* path) {
  if (!IsFolder(folder)) {
    SetLastError(ERROR_DIRECTORY);
    return 0;
  }
  if (folder.back() != '/') folder += '/';
  const auto path_of = [&](UINT n) {
    return absl::StrFormat("%s%s%X.TMP", folder, prefix, n);
  };
  number &= 0xFFFF;
  if (number != 0) {
    *path = path_of(number);
    return number;
  }
  // From a random one on, each once.
  constexpr UINT kNumbers = 0xFFFF;
  const UINT start = std::random_device()() % kNumbers;
  for (UINT i = 0; i < kNumbers; ++i) {
    const UINT tried = (start + i) % kNumbers + 1;
    *path = path_of(tried);
    const int file =
        ::open(path->c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (file >= 0) {
      ::close(file);
      return tried;
    }
    if (errno != EEXIST) {
      SetLastError(CodeOfErrno(errno));
      return 0;
    }
  }
  SetLastError(ERROR_FILE_EXISTS);
  return 0;
}

}  // namespace

BOOL DeleteFileA(LPCSTR path) {
  if (::unlink(path) == 0) return TRUE;
  SetLastError(CodeOfErrno(errno));
  return FALSE;
}
BOOL DeleteFileW(LPCWSTR path) {
  return DeleteFileA(convoy::Utf8FromWide(path).c_str());
}

DWORD GetTempPathA(DWORD size, LPSTR to) {
  return Give(TempFolder(), size, to);
}
DWORD GetTempPathW(DWORD size, LPWSTR to) {
  return Give(convoy::WideFromUtf8(TempFolder()), size, to);
}

UINT GetTempFileNameW(LPCWSTR folder, LPCWSTR prefix, UINT number, LPWSTR to) {
  std::wstring start = prefix == nullptr ? L"" : prefix;
  start.resize(std::min(start.size(), std::size_t{3}));
  const std::string folder_path = convoy::Utf8FromWide(folder);
  // A slash, prefix, number and ending, and the zero.
  constexpr std::size_t kName = 1 + 3 + 4 + 4 + 1;
  if (convoy::WideFromUtf8(folder_path).size() > MAX_PATH - kName) {
    SetLastError(ERROR_BUFFER_OVERFLOW);
    return 0;
  }
  std::string path;
  const UINT made =
      MakeTempFile(folder_path, convoy::Utf8FromWide(start), number, &path);
  if (made != 0) Give(convoy::WideFromUtf8(path), MAX_PATH, to);
  return made;
}
UINT GetTempFileNameA(LPCSTR folder, LPCSTR prefix, UINT number, LPSTR to) {
  WCHAR wide[MAX_PATH];
  const UINT made = GetTempFileNameW(
      convoy::WideFromUtf8(folder).c_str(),
      convoy::WideFromUtf8(prefix == nullptr ? "" : prefix).c_str(), number,
      wide);
  if (made == 0) return 0;
  const std::string path = convoy::Utf8FromWide(wide);
  if (path.size() < MAX_PATH) {
    Give(path, MAX_PATH, to);
    return made;
  }
  if (number == 0) DeleteFileW(wide);
  SetLastError(ERROR_BUFFER_OVERFLOW);
  return 0;
}
