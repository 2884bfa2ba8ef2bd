#ifndef CONVOY_DAEMON_OWNER_FILES_H_
#define CONVOY_DAEMON_OWNER_FILES_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "daemon/job.h"
#include "peer/base/ids.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// A temporary file that was made: what is opened, renamed or removed later must
// be a plain file with this inode, with one name only, and the owner's. The
// device is for people: its number may change when the file system is mounted
// anew, so it is not compared.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
};

struct TemporaryFile {
  UniqueFd fd;  // O_RDWR, close-on-exec.
  std::string path;
  FileIdentity identity;
};

struct FoundFile {
  std::string path;
  std::int64_t size = 0;
};

// A temporary file and the name that it shall get; both in one folder.
struct Publication {
  std::string temporary_path;
  FileIdentity identity;
  std::string local_path;
  // Of the file from then on. Absent: 0666 less the daemon's umask.
  std::optional<mode_t> mode;
};

// The name that CreateTemporary gives: in the folder of `local_path`,
// ".convoy-<job>-<index>.part".
std::string TemporaryPath(const std::string& local_path, const JobId& job,
                          int file_index);

// Every touch of a user's file system, with exactly the rights of the job's
// owner: uid, gid and supplementary groups. In a daemon that runs as root the
// calling thread takes the owner's file-system ids for the length of the call;
// else owner and daemon must be the same user (ACCESS_DENIED).
//
// The last component of a path is never followed if it is a symbolic link, and
// nothing but a plain file is opened, replaced or removed. Calls block: they
// belong on a worker thread. Thread-safe.
//
// Errors: an Error (error_detail.h) with context LOCAL_FILE, the path, and
// reason ACCESS_DENIED, PATH_NOT_FOUND, PATH_NOT_REGULAR, DISK_FULL,
// READ_ONLY_FILE_SYSTEM, LOCAL_FILE_CHANGED or LOCAL_FILE_IO; INVALID_ARGUMENT
// for a path that is not absolute, too long, or has a "." or ".." component.
class OwnerFiles {
 public:
  virtual ~OwnerFiles() = default;

  // Could a file appear at `local_path`? Its folder exists and the owner may
  // write there; what stands there, if anything, is a plain file.
  virtual absl::Status CheckDestination(const JobOwner& owner,
                                        const std::string& local_path) = 0;
  // Makes an empty temporary file at TemporaryPath, mode 0600; a plain file of
  // the owner's that already has that name is replaced.
  virtual absl::StatusOr<TemporaryFile> CreateTemporary(
      const JobOwner& owner, const std::string& local_path, const JobId& job,
      int file_index) = 0;
  // Opens it again. LOCAL_FILE_CHANGED: it is gone, or is another file now.
  virtual absl::StatusOr<UniqueFd> OpenTemporary(
      const JobOwner& owner, const std::string& path,
      const FileIdentity& identity) = 0;
  // Opens a plain file for reading: a file:// source.
  virtual absl::StatusOr<UniqueFd> OpenSource(const JobOwner& owner,
                                              const std::string& path) = 0;
  // Reads a whole plain file of at most `max_bytes`: certificates, keys,
  // manifests.
  virtual absl::StatusOr<std::string> ReadSmallFile(const JobOwner& owner,
                                                    const std::string& path,
                                                    std::size_t max_bytes) = 0;
  // The plain files in and below the folder `path`, those of one folder after
  // another, sorted by name; or the plain file `path` itself. Left out in
  // folders: names with a leading dot, links, and all that is neither file nor
  // folder. INVALID_ARGUMENT: there are more than `max`.
  virtual absl::StatusOr<std::vector<FoundFile>> ListFiles(
      const JobOwner& owner, const std::string& path, std::size_t max) = 0;
  // Gives the temporary file its final name and mode (Publication.mode),
  // atomically, and syncs the folder. Done before (the final name
  // already is that inode): OK. The file's bytes must be on disk already.
  virtual absl::Status Publish(const JobOwner& owner,
                               const std::string& temporary_path,
                               const FileIdentity& identity,
                               const std::string& local_path) = 0;
  // As Publish, one result for each, in order; goes on after a failure. Syncs
  // each folder once, at the end: the way to publish many files. An OK is
  // durable.
  virtual std::vector<absl::Status> PublishAll(
      const JobOwner& owner, const std::vector<Publication>& files) {
    std::vector<absl::Status> results;
    for (const Publication& file : files) {
      results.push_back(
          Publish(owner, file.temporary_path, file.identity, file.local_path));
    }
    return results;
  }
  // Removes the temporary file. Gone already, or another file now: OK, and
  // nothing is touched.
  //
  // With the identity {0, 0} (a file that may have been made just before a
  // crash, at TemporaryPath) the name stands for it. Either way only a plain
  // file is removed that is the owner's and whose name is one that
  // CreateTemporary gives.
  virtual absl::Status RemoveTemporary(const JobOwner& owner,
                                       const std::string& path,
                                       const FileIdentity& identity) = 0;
  // Sets the mode of a plain file, at most 0777, and syncs it.
  virtual absl::Status SetMode(const JobOwner& owner, const std::string& path,
                               mode_t mode) = 0;
  // Removes a plain file, whoever it belongs to, if the owner may. Gone
  // already: OK.
  virtual absl::Status Remove(const JobOwner& owner,
                              const std::string& path) = 0;
};

// The implementation on the calling thread's file-system ids. Reads the umask,
// which takes setting it for a moment: call before there are other threads.
std::unique_ptr<OwnerFiles> MakeOwnerFiles();

}  // namespace convoy

#endif  // CONVOY_DAEMON_OWNER_FILES_H_
