#ifndef CONVOY_DAEMON_DECLARATION_H_
#define CONVOY_DAEMON_DECLARATION_H_

#include <sys/types.h>

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/declared_job.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/rollout_rule.h"

namespace convoy {

// A declared job, as its file has it (declared_job.proto), read and checked.
struct Declaration {
  std::string name;
  std::string file;  // Path of the file.
  int line = 1;      // Of the name.
  // All defaults filled in; the only file's keys are in `files`.
  v1::JobDeclaration keys;
  // Lines of keys: "owner", "files[0].url".
  std::map<std::string, int> lines;

  mode_t mode = 0644;
  RolloutRule rollout;
  absl::Time needed_by = absl::InfiniteFuture();

  bool present() const { return keys.state() == "present"; }
  std::string provider() const;
  // "FILE:LINE: NAME.KEY: what".
  std::string Mistake(absl::string_view key, absl::string_view what) const;
};

// What fetches it; without a request_id.
v1::FetchRequest FetchRequestOf(const Declaration& declaration);

}  // namespace convoy

#endif  // CONVOY_DAEMON_DECLARATION_H_
