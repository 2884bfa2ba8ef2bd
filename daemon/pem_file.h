#ifndef CONVOY_DAEMON_PEM_FILE_H_
#define CONVOY_DAEMON_PEM_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/settings.h"

namespace convoy {

// A PEM file that a key of the configuration names. Its errors name the line
// that set the key, the key and the file.
class PemFile {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

  // `settings` is not owned.
  PemFile(const Settings& settings, std::string key, std::string path);

  // Its text. Errors: it cannot be read, is larger than kMaxBytes, or no PEM.
  absl::StatusOr<std::string> Read() const;
  // The error that something is wrong with it. `what` follows the path.
  absl::Status Problem(v1::ErrorReason reason, absl::string_view what) const;

 private:
  absl::Status CannotRead(int error) const;

  const Settings& settings_;
  const std::string key_;
  const std::string path_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_PEM_FILE_H_
