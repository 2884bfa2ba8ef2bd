#ifndef CONVOY_DAEMON_USER_NAMES_H_
#define CONVOY_DAEMON_USER_NAMES_H_

#include <sys/types.h>

#include <functional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/base/mutex.h"

namespace convoy {

// Names of the machine's users, remembered for a while: the lookup may ask a
// directory server. Thread-safe. Never more than 1,024 names.
class UserNames {
 public:
  // Empty: the uid has no name.
  using Lookup = std::function<std::string(uid_t uid)>;

  // `clock` is not owned and must outlive this.
  UserNames(const Clock& clock, Lookup lookup);

  std::string NameOf(uid_t uid);

 private:
  struct Entry {
    std::string name;
    absl::Duration looked_up;
  };

  const Clock& clock_;
  const Lookup lookup_;
  Mutex mutex_;
  absl::flat_hash_map<uid_t, Entry> names_ ABSL_GUARDED_BY(mutex_);
};

// getpwuid_r(3).
std::string LookUpUserName(uid_t uid);

}  // namespace convoy

#endif  // CONVOY_DAEMON_USER_NAMES_H_
