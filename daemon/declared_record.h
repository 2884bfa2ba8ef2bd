#ifndef CONVOY_DAEMON_DECLARED_RECORD_H_
#define CONVOY_DAEMON_DECLARED_RECORD_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "convoy/v1/admin_service.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/declaration.h"
#include "daemon/job.h"

namespace convoy {

// What is remembered of a declared job, over restarts too.
struct DeclaredRecord {
  std::string name;
  std::string file;  // That declares it, or did so last.
  int line = 0;
  v1::DeclaredJob::Phase phase = v1::DeclaredJob::PHASE_UNSPECIFIED;
  std::string message;
  absl::Time change_time = absl::UnixEpoch();  // Of the phase.

  // The job that fetches. `running`: it is ours to follow; `job_id` is empty
  // until it was made, and stays when it has ended.
  bool running = false;
  std::string job_id;
  v1::FetchRequest fetch;  // What made it.
  std::string fetching;    // Identity of what it fetches.
  bool suspended = false;  // By us: the window is closed.
  JobOwner fetching_owner;
  mode_t mode = 0;  // That its files get, or have got.

  // What was delivered: its identity, and each file with path, URL, size,
  // SHA-256 (where it is known) and the origin's validator. Empty: nothing.
  std::string delivered;
  JobOwner owner;
  std::vector<v1::JobFile> files;
  bool command_due = false;  // on_complete, if there is one, must still run.
  // When the files were last found right.
  absl::Time checked_time = absl::InfinitePast();

  // In a row; the next try waits for next_try_time.
  int failures = 0;
  absl::Time next_try_time = absl::InfinitePast();
  std::string when_removed = "cancel";
};

// Of a declaration and the owner that it names: two differ if and only if the
// files on disk must be fetched anew. Stable over versions.
std::string DeclaredIdentity(const Declaration& declaration,
                             const JobOwner& owner);

// Declared jobs on disk. One thread.
class DeclaredStore {
 public:
  virtual ~DeclaredStore() = default;
  virtual absl::StatusOr<std::vector<DeclaredRecord>> LoadAll() = 0;
  // Durable when they return. UNAVAILABLE: nothing was changed.
  virtual absl::Status Put(const DeclaredRecord& record) = 0;
  virtual absl::Status Remove(const std::string& name) = 0;
};

// Opens or makes `path` (mode 0600). FAILED_PRECONDITION: a newer schema, or a
// damaged file; the message says what to do.
absl::StatusOr<std::unique_ptr<DeclaredStore>> OpenSqliteDeclaredStore(
    const std::string& path);

}  // namespace convoy

#endif  // CONVOY_DAEMON_DECLARED_RECORD_H_
