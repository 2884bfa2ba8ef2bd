#ifndef CONVOY_PEER_FILE_LINK_H_
#define CONVOY_PEER_FILE_LINK_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "peer/base/unique_fd.h"
#include "peer/cache_eviction.h"
#include "peer/contents.h"
#include "peer/file_identity_stamp.h"

namespace convoy {

// How a file is held from now on, and the stamp of what is held: of the copy
// for a reflink, else of the file itself.
struct HeldFile {
  ContentHolding holding = ContentHolding::kFinalPath;
  FileIdentityStamp identity;
  // kFinalPath: why no link could be made, for the log.
  std::string why;
};

// What a link costs.
struct LinkUse {
  bool exists = false;
  // The file has other names too.
  bool shared = false;
  std::int64_t allocated_bytes = 0;
};

// The folder of the cache: a link for each content, named by the 40 hexadecimal
// digits of its id. A link is a reflink (a file of the daemon's own that shares
// its blocks with the other one) or a hard link (another name of the same
// file); either way the bytes stay when the user's name goes. Only the daemon
// may enter the folder (mode 0700), for a hard link keeps the user's rights.
//
// Works with the rights of the calling process, or its helper's, and by no path
// but the folder's own. All calls block. Thread-safe, but changes to one
// content one at a time.
class FileLinkFolder {
 public:
  // ioctl(destination, FICLONE, source): 0, or -1 and errno.
  using Clone = std::function<int(int destination, int source)>;

  // Makes and opens hard links of other users' files for a process that may
  // not. `folder` is the path of this folder, `name` that of a link in it.
  struct Helper {
    // As linkat(2), of the open file `fd`, which is `owner`'s. Errors: as Add,
    // and ACCESS_DENIED.
    std::function<absl::Status(int fd, uid_t owner, const std::string& folder,
                               const std::string& name)>
        link;
    // For reading. Errors: as Open.
    std::function<absl::StatusOr<UniqueFd>(const std::string& folder,
                                           const std::string& name)>
        open;
  };

  explicit FileLinkFolder(std::string path);
  FileLinkFolder(std::string path, Helper helper);
  // For tests of file systems that the machine does not have.
  FileLinkFolder(std::string path, Clone clone);

  // Makes the link of `content_id` (20 bytes) to the open file, in the place
  // of an older one: a reflink, else a hard link, else none (kFinalPath). A
  // file that is not `owner`'s gets no hard link: nobody makes the cache hold
  // the blocks of another one's file. Makes the folder.
  //
  // Errors, with context LOCAL_FILE: PATH_NOT_REGULAR, LOCAL_FILE_IO;
  // PATH_NOT_FOUND: the file has no name any more, and no link could be made;
  // LOCAL_FILE_CHANGED: it was written while it was linked.
  absl::StatusOr<HeldFile> Add(int fd, uid_t owner,
                               absl::string_view content_id) const;
  // For reading. PATH_NOT_FOUND: there is none. ACCESS_DENIED, LOCAL_FILE_IO.
  absl::StatusOr<UniqueFd> Open(absl::string_view content_id) const;
  // OK if there is none.
  absl::Status Remove(absl::string_view content_id) const;
  // Removes every link but those of `content_ids`, which must be sorted, and
  // what an interrupted Add left; other files are not touched. Returns how many
  // it removed.
  absl::StatusOr<int> RemoveAllBut(
      const std::vector<std::string>& content_ids) const;

  // One for each id, in order.
  absl::StatusOr<std::vector<LinkUse>> Measure(
      const std::vector<std::string>& content_ids) const;
  // Of the file system that the folder is on. PATH_NOT_FOUND: no folder yet.
  absl::StatusOr<FileSystemSpace> Space() const;
  // Of the folder, and so of all links. Its number may be another one after the
  // file system was mounted anew.
  absl::StatusOr<std::uint64_t> Device() const;

 private:
  absl::StatusOr<UniqueFd> OpenFolder(bool make) const;
  // A step of Add; the errors say why there is no link of this kind.
  absl::StatusOr<HeldFile> Reflink(int folder, int fd,
                                   const std::string& name) const;
  absl::StatusOr<HeldFile> HardLink(int folder, int fd, uid_t owner,
                                    const std::string& name) const;

  // A link by its name in the open folder.
  absl::StatusOr<UniqueFd> OpenLink(int folder, const std::string& name) const;

  const std::string path_;
  const Clone clone_;
  const Helper helper_;  // Empty functions: there is none.
};

}  // namespace convoy

#endif  // CONVOY_PEER_FILE_LINK_H_
