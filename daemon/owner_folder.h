#ifndef CONVOY_DAEMON_OWNER_FOLDER_H_
#define CONVOY_DAEMON_OWNER_FOLDER_H_

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// An absolute path: a folder and a name in it.
struct SplitPath {
  std::string folder;
  std::string name;
};

// INVALID_ARGUMENT: not absolute, too long, has a NUL, or a "." or ".."
// component, or ends with a slash.
absl::StatusOr<SplitPath> SplitAbsolutePath(const std::string& path);

// What errno says about `path`, as an Error. `doing` is what was tried: "open".
absl::Status FileError(int error, const std::string& path,
                       absl::string_view doing, uid_t uid);

// A folder that was opened with the rights of the calling thread
// (owner_identity.h), which must still have them in every call. What is found
// in it by name is never followed if it is a symbolic link.
class OwnerFolder {
 public:
  // Symbolic links on the way are followed with the thread's rights, except
  // those of /proc that lead anywhere (/proc/self/fd/3, /proc/self/root). `uid`
  // is for messages. PATH_NOT_REGULAR: a file system of the kernel's, like
  // /proc.
  static absl::StatusOr<OwnerFolder> Open(const std::string& folder, uid_t uid);

  // Null: there is nothing of that name.
  absl::StatusOr<std::optional<struct stat>> Stat(
      const std::string& name) const;
  // What is in it but "." and "..", sorted. At most `max` names: more is
  // INVALID_ARGUMENT.
  absl::StatusOr<std::vector<std::string>> Names(std::size_t max) const;
  // Opens a plain file. `flags`: O_RDONLY or O_RDWR. PATH_NOT_FOUND,
  // PATH_NOT_REGULAR.
  absl::StatusOr<UniqueFd> OpenPlain(const std::string& name, int flags) const;
  // Makes a file, mode 0600, open for reading and writing. Null: something has
  // that name.
  absl::StatusOr<UniqueFd> Create(const std::string& name) const;
  // Gone already: OK.
  absl::Status Remove(const std::string& name) const;
  absl::Status Rename(const std::string& from, const std::string& to) const;
  // Makes the names in it durable. `file` is any open file of the same file
  // system.
  absl::Status Sync(int file) const;
  // May the thread make and replace files here?
  absl::Status CheckWritable() const;

  // Files here have the uid that made them. Else the file system shows the uid
  // of its mount options, or of its server.
  bool keeps_owners() const { return keeps_owners_; }
  // Only the owner of a file, or of the folder, may replace it.
  bool sticky() const { return (stat_.st_mode & S_ISVTX) != 0; }
  uid_t owner() const { return stat_.st_uid; }
  std::string PathOf(const std::string& name) const;

 private:
  OwnerFolder(UniqueFd fd, std::string path, uid_t uid)
      : fd_(std::move(fd)), path_(std::move(path)), uid_(uid) {}

  UniqueFd fd_;  // O_PATH.
  std::string path_;
  uid_t uid_;
  bool keeps_owners_ = true;
  struct stat stat_ = {};
};

// PATH_NOT_REGULAR if `found` is not a plain file.
absl::Status CheckPlain(const struct stat& found, const std::string& path);

}  // namespace convoy

#endif  // CONVOY_DAEMON_OWNER_FOLDER_H_
