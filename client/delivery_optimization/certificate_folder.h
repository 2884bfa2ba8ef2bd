#ifndef CONVOY_CLIENT_DELIVERY_OPTIMIZATION_CERTIFICATE_FOLDER_H_
#define CONVOY_CLIENT_DELIVERY_OPTIMIZATION_CERTIFICATE_FOLDER_H_

#include <windows.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "peer/base/unique_fd.h"

namespace convoy::delivery_optimization {

// Where certificates lie, with their keys, that programs gave as bytes: files
// named by the SHA-256 of their bytes, for the user alone. Downloads with the
// same bytes share a file. Thread-safe; also between processes.
class CertificateFolder {
 public:
  // Of the daemon at that socket: a folder in convoy/certificates in
  // $XDG_STATE_HOME, else in ~/.local/state.
  static CertificateFolder OfDaemon(absl::string_view socket);
  explicit CertificateFolder(std::string path) : path_(std::move(path)) {}

  // Makes the folder if there is none. Nobody else has the lock until `*lock`
  // is closed. Codes of Win32's for errno.
  HRESULT Lock(UniqueFd* lock) const;

  // The bytes appear at `*file` as a whole, durably. REQUIRES: the lock.
  HRESULT Write(absl::string_view bytes, std::string* file) const;
  // REQUIRES: the lock; Has(file).
  void Remove(const std::string& file) const;

  // Those that lie there. REQUIRES: the lock.
  std::vector<std::string> Files() const;
  // `file` has a name that Write gives.
  bool Has(absl::string_view file) const;

 private:
  const std::string path_;  // Empty: the user has no home.
};

}  // namespace convoy::delivery_optimization

#endif  // CONVOY_CLIENT_DELIVERY_OPTIMIZATION_CERTIFICATE_FOLDER_H_
