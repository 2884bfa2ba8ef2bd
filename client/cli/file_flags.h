#ifndef CONVOY_CLIENT_CLI_FILE_FLAGS_H_
#define CONVOY_CLIENT_CLI_FILE_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/job.pb.h"

namespace CLI {
class App;
}

namespace convoy {

// Flags that name files to get.
struct FileFlags {
  std::vector<std::string> urls;
  std::string output;
  std::string directory;
  std::string sha256;
  std::string size;
  std::vector<std::string> ranges;
  std::vector<std::string> mirrors;
  std::string manifest;
  std::string manifest_sha256;
  std::string info_hash;
  std::string integrity;
};

// `urls_required`: the command is of no use without a URL.
void AddFileFlags(CLI::App& command, FileFlags& flags, bool urls_required);

// INVALID_ARGUMENT: the daemon could not fetch from `url`.
absl::Status CheckUrl(absl::string_view url);

// INVALID_ARGUMENT: a flag is wrong, or does not go with several URLs.
absl::StatusOr<std::vector<v1::JobFile>> JobFilesFrom(const FileFlags& flags);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_FILE_FLAGS_H_
