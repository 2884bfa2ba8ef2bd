#ifndef CONVOY_DAEMON_DECLARED_FILES_H_
#define CONVOY_DAEMON_DECLARED_FILES_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "convoy/v1/job.pb.h"
#include "daemon/job.h"
#include "daemon/owner_files.h"

namespace convoy {

// Looks at files that declared jobs have delivered, with their owner's rights.
// Blocks; thread-safe.
class DeclaredFiles {
 public:
  virtual ~DeclaredFiles() = default;

  // How the file at `delivered.local_path` differs from what was delivered:
  // "is gone", "has 5 bytes, not 7". Empty: it does not. With `mode`, sets it
  // where it is another one; with `digest`, compares the SHA-256 too, if
  // `delivered` has one. Errors: it cannot be told.
  virtual absl::StatusOr<std::string> Difference(const JobOwner& owner,
                                                 const v1::JobFile& delivered,
                                                 mode_t mode, bool digest) = 0;
  // 64 hexadecimal digits.
  virtual absl::StatusOr<std::string> Sha256Of(const JobOwner& owner,
                                               const std::string& path) = 0;
  // Removes a plain file. Gone already: OK.
  virtual absl::Status Remove(const JobOwner& owner,
                              const std::string& path) = 0;
};

// `files` is not owned.
std::unique_ptr<DeclaredFiles> MakeDeclaredFiles(OwnerFiles* files);

}  // namespace convoy

#endif  // CONVOY_DAEMON_DECLARED_FILES_H_
